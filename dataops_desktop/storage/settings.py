"""Small named values in SQLite. Kept apart: the window reads its own before anything else is imported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dataops_desktop.storage.database import Database


class SqliteSettings:
    """SettingsStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def drafts(self) -> Path:
        """The folder for unsaved texts that are too large for a setting."""
        path = Path(self._database.path)
        return path.with_name(f"{path.name}-drafts")

    def setting(self, name: str, default: Any = None) -> Any:
        """The stored value or the default."""
        rows = self._database.read("SELECT value FROM setting WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: Any) -> None:
        """Store a value."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, json.dumps(value, ensure_ascii=False)),
            )
