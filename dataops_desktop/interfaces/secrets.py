"""Where secrets are kept: never in the workspace, a file, a log or a process list."""

from __future__ import annotations

from typing import Protocol


class SecretStore(Protocol):
    """The OS keyring, or memory for this session when there is none."""

    def get(self, name: str) -> str | None:
        """The secret, or None."""

    def put(self, name: str, secret: str) -> None:
        """Store or replace."""

    def remove(self, name: str) -> None:
        """Forget, if there."""
