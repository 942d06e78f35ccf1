"""Sync runs and the query history in SQLite. Both mark what an earlier, killed run of the program left open."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.workspace import QueryRecord, SyncRun
from dataops_desktop.storage.database import Database

_QUERY_FIELDS = (
    "engine", "source", "sql", "database", "workgroup", "execution_id", "token", "state", "submitted_at", "finished_at",
    "engine_ms", "bytes_scanned", "cost_usd", "row_count", "error", "statement_type", "output_location",
    "shape", "estimated_bytes", "estimate_method", "who", "queue_ms", "reused", "dpu_count", "tables", "pinned", "origin",
)  # fmt: skip
_SELECT_QUERY = f"SELECT query_id, {', '.join(_QUERY_FIELDS)} FROM query "  # noqa: S608 - fixed names


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


class SqliteHistory:
    """HistoryStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_query(self, record: QueryRecord) -> int:
        """Journal a query before it is started."""
        with self._database.write() as db:
            names = ", ".join(_QUERY_FIELDS)
            marks = ", ".join("?" for _ in _QUERY_FIELDS)
            values = [getattr(record, name) for name in _QUERY_FIELDS]
            db.execute(f"INSERT INTO query ({names}, pid) VALUES ({marks}, ?)", [*values, os.getpid()])  # noqa: S608 - fixed names
            return db.last_insert_rowid()

    def update_query(self, query_id: int, **changes: Any) -> None:
        """Set fields of one query."""
        unknown = set(changes) - set(_QUERY_FIELDS)
        if unknown:
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        with self._database.write() as db:
            assigned = ", ".join(f"{name} = ?" for name in changes)
            db.execute(f"UPDATE query SET {assigned} WHERE query_id = ?", [*changes.values(), query_id])  # noqa: S608 - names checked above

    def queries(self, text: str = "", limit: int = 200) -> list[QueryRecord]:
        """Newest first; every word of `text` must occur in the SQL."""
        words = text.split()
        where = " AND ".join("sql LIKE ? ESCAPE '\\'" for _ in words) or "1"
        patterns = [
            "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%" for word in words
        ]
        # The index holds every three letters of a text: it finds the candidates for words of three letters and more.
        grams = dict.fromkeys(
            word[i : i + 3] for word in words if "\0" not in word for i in range(len(word) - 2)
        )
        quoted = ['"' + gram.replace('"', '""') + '"' for gram in grams]
        match = " AND ".join(quoted)
        if match:
            # In the index's own order, newest first: nothing is sorted, and reading stops at the limit.
            columns = ", ".join(f"q.{name}" for name in ("query_id", *_QUERY_FIELDS))
            rows = self._database.read(
                f"SELECT {columns} FROM query_search s CROSS JOIN query q ON q.query_id = s.rowid "  # noqa: S608 - fixed names
                f"WHERE query_search MATCH ? AND {where.replace('sql LIKE', 'q.sql LIKE')} ORDER BY s.rowid DESC LIMIT ?",
                [match, *patterns, limit],
            )
        else:
            rows = self._database.read(
                _SELECT_QUERY + f"WHERE {where} ORDER BY query_id DESC LIMIT ?", [*patterns, limit]
            )
        return [QueryRecord(*row) for row in rows]

    def of_shape(self, engine: str, shape: str, limit: int) -> list[QueryRecord]:
        """Succeeded and not answered from an earlier result, newest first."""
        rows = self._database.read(
            _SELECT_QUERY
            + "WHERE shape = ? AND engine = ? AND state = 'SUCCEEDED' ORDER BY query_id DESC LIMIT ?",
            (shape, engine, limit),
        )
        return [QueryRecord(*row) for row in rows]

    def estimated(self, limit: int) -> list[QueryRecord]:
        """For telling how good estimates were."""
        rows = self._database.read(
            _SELECT_QUERY
            + "WHERE estimated_bytes IS NOT NULL AND state = 'SUCCEEDED' ORDER BY query_id DESC LIMIT ?",
            (limit,),
        )
        return [QueryRecord(*row) for row in rows]

    def unfinished_queries(self) -> list[QueryRecord]:
        """Left open by processes that are gone."""
        rows = self._database.read(
            _SELECT_QUERY.replace("FROM query", ", pid FROM query")
            + "WHERE state IN ('STARTING', 'QUEUED', 'RUNNING') ORDER BY query_id"
        )
        return [
            QueryRecord(*row[:-1]) for row in rows if row[-1] != os.getpid() and not process_alive(row[-1])
        ]

    def spend(self, since: str, engine: str) -> tuple[int, float]:
        """(queries, US dollars) of an engine since a time."""
        rows = self._database.read(
            "SELECT count(*), coalesce(sum(cost_usd), 0) FROM query WHERE submitted_at >= ? AND engine = ?",
            (since, engine),
        )
        return int(rows[0][0]), float(rows[0][1])
