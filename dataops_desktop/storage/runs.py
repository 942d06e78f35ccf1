"""Sync runs in SQLite. What an earlier, killed run of the program left open is marked."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.workspace import SyncRun
from dataops_desktop.storage.database import Database


def process_alive(pid: int) -> bool:
    """Whether a process of that id runs here."""
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _sync_run(row: tuple[Any, ...]) -> SyncRun:
    run_id, connector, source, started_at, finished_at, state, report = row
    return SyncRun(run_id, connector, source, started_at, finished_at, state, json.loads(report))


class SqliteSyncRuns:
    """SyncStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark_interrupted()

    def _mark_interrupted(self) -> None:
        """A run whose process is gone wrote nothing to the catalog (it applies everything at its end) and is over."""
        stale = [
            run_id
            for run_id, pid in self._database.read("SELECT run_id, pid FROM sync_run WHERE state = 'running'")
            if pid != os.getpid() and not process_alive(pid)
        ]
        if stale:
            with self._database.write() as db:
                db.executemany(
                    "UPDATE sync_run SET state = 'interrupted', finished_at = ? WHERE run_id = ?",
                    [(iso_now(), run_id) for run_id in stale],
                )

    def begin_sync(self, connector: str, source: str) -> int:
        """A new running run of this process."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO sync_run (connector, source, started_at, state, pid) VALUES (?, ?, ?, 'running', ?)",
                (connector, source, iso_now(), os.getpid()),
            )
            return db.last_insert_rowid()

    def finish_sync(self, run_id: int, state: str, report: dict[str, Any]) -> None:
        """Its end and report."""
        with self._database.write() as db:
            db.execute(
                "UPDATE sync_run SET state = ?, finished_at = ?, report = ? WHERE run_id = ?",
                (state, iso_now(), json.dumps(report, ensure_ascii=False), run_id),
            )

    def sync_runs(self, connector: str | None = None, limit: int = 50) -> list[SyncRun]:
        """Newest first; runs of processes that are gone show as interrupted."""
        self._mark_interrupted()
        rows = self._database.read(
            "SELECT run_id, connector, source, started_at, finished_at, state, report FROM sync_run "
            "WHERE ?1 IS NULL OR connector = ?1 ORDER BY run_id DESC LIMIT ?2",
            (connector, limit),
        )
        return [_sync_run(row) for row in rows]

    def sync_run(self, run_id: int) -> SyncRun | None:
        """One run."""
        rows = self._database.read(
            "SELECT run_id, connector, source, started_at, finished_at, state, report FROM sync_run WHERE run_id = ?",
            (run_id,),
        )
        return _sync_run(rows[0]) if rows else None
