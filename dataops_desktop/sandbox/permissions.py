"""Which Glue resources the sandbox's analyst may not touch: one list, asked by Glue and by Athena."""

from __future__ import annotations

import threading


class Permissions:
    """Explicit denials of Glue actions on a database or a table."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._denials: set[tuple[str, str | None]] = set()

    def deny(self, database: str, table: str | None = None) -> None:
        """Deny a table, or a whole database when no table is named."""
        with self._lock:
            self._denials.add((database, table))

    def allow(self, database: str, table: str | None = None) -> None:
        """Take one denial back."""
        with self._lock:
            self._denials.discard((database, table))

    def denied(self, operation: str, database: str, table: str | None) -> bool:
        """Whether a Glue operation on this resource is denied. Listing names stays allowed for a denied table."""
        with self._lock:
            if (database, None) in self._denials and operation not in {"GetDatabases"}:
                return True
            return table is not None and (database, table) in self._denials


PERMISSIONS = Permissions()
