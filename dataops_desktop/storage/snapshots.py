"""The time machine's store: the present is in the catalog's tables, the past in `table_version`.

A state holds from when it was first seen to when something else was. So the catalog at a moment is: every live or later deleted
table last changed before it, and every version that spans it. Two moments are compared by looking only at what changed between them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dataops_desktop.ontology.differences import differences
from dataops_desktop.ontology.snapshots import TableChange, TableState
from dataops_desktop.storage.catalog_write import stored_state
from dataops_desktop.storage.database import Database


class SqliteSnapshots:
    """SnapshotStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stored(self, key: int) -> TableState | None:
        """As it is stored now."""
        return stored_state(self._database.reader(), key)

    def state_at(self, key: int, moment: str) -> TableState | None:
        """The state that held at a moment."""
        row = self._database.read("SELECT updated_at, deleted_at FROM node WHERE node_key = ?", (key,))
        if row and row[0][0] <= moment:
            return self.stored(key) if row[0][1] is None or row[0][1] > moment else None
        found = self._database.read(
            "SELECT description FROM table_version WHERE table_key = ?1 AND seen_from <= ?2 AND seen_to > ?2", (key, moment)
        )  # fmt: skip
        return TableState.from_bytes(found[0][0]) if found else None

    def versions(self, key: int) -> list[tuple[str, str, TableState]]:
        """Newest first."""
        found: list[tuple[str, str, TableState]] = []
        row = self._database.read("SELECT updated_at, deleted_at FROM node WHERE node_key = ?", (key,))
        present = self.stored(key)
        if row and present is not None:
            found.append((row[0][0], row[0][1] or "", present))
        past = self._database.read(
            "SELECT seen_from, seen_to, description FROM table_version WHERE table_key = ? ORDER BY seen_from DESC",
            (key,),
        )
        return found + [(start, end, TableState.from_bytes(data)) for start, end, data in past]

    def changes_between(self, before: str, after: str, source: str | None = None) -> Iterator[TableChange]:
        """Tables that differ, by name; `before` must not be later than `after`."""
        touched = self._database.read(
            "SELECT n.node_key, n.source, n.name FROM node n WHERE n.node_key IN ("
            "SELECT node_key FROM node WHERE type = 'glue-table' AND updated_at > ?1 AND updated_at <= ?2 "
            "UNION SELECT node_key FROM node WHERE type = 'glue-table' AND deleted_at > ?1 AND deleted_at <= ?2 "
            "UNION SELECT table_key FROM table_version WHERE seen_to > ?1 AND seen_from <= ?2 AND NOT (seen_from <= ?1 AND seen_to > ?2)) "
            "AND (?3 IS NULL OR n.source = ?3) ORDER BY n.name, n.source",
            (before, after, source),
        )
        for key, where, name in touched:
            old, new = self.state_at(key, before), self.state_at(key, after)
            if old is None and new is None:
                continue
            if old is None:
                yield TableChange(key, where, name, "added")
            elif new is None:
                yield TableChange(key, where, name, "removed")
            elif found := differences(old, new):
                yield TableChange(key, where, name, "changed", tuple(found))

    def tables_at(self, moment: str, source: str | None = None) -> int:
        """How many tables there were."""
        rows = self._database.read(
            "SELECT (SELECT count(*) FROM node WHERE type = 'glue-table' AND updated_at <= ?1 AND (deleted_at IS NULL OR deleted_at > ?1) "
            "AND (?2 IS NULL OR source = ?2)) + (SELECT count(*) FROM table_version v JOIN node n ON n.node_key = v.table_key "
            "WHERE v.seen_from <= ?1 AND v.seen_to > ?1 AND (?2 IS NULL OR n.source = ?2))",
            (moment, source),
        )
        return int(rows[0][0])
