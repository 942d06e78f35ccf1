"""Sync runs in SQLite: staged work, reports line by line, and what a killed run left behind.

A run stages changed tables while it reads. When all is read its state becomes `applying`: from there on it is finished, if need be by
the next program (`recover`), in pieces small enough not to keep other writers waiting.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import apsw

from dataops_desktop.interfaces.catalog_store import TableWrite
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.sync_store import Coverage, Listing, SyncLine, SyncRun, WarningGroup
from dataops_desktop.ontology.nodes import NodeRef, node_hash
from dataops_desktop.ontology.warnings import CAUSES
from dataops_desktop.storage import catalog_write as write
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.staging import node_from, node_record, pack, unpack

PIECE = 200  # tables applied in one transaction: about a tenth of a second
_RUN = "SELECT run_id, connector, source, started_at, finished_at, state, report FROM sync_run "


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
        """A run whose process is gone while it read wrote nothing to the catalog and is over; its staged work stays for the next."""
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

    def take_up(self, run_id: int, source: str, not_before: str) -> dict[str, tuple[int, int]]:
        """Complete listings of the newest interrupted run; what older ones left is dropped."""
        self._mark_interrupted()
        with self._database.write() as db:
            left = [
                row[0]
                for row in db.execute(
                    "SELECT run_id FROM sync_run r WHERE source = ? AND state = 'interrupted' AND run_id <> ? AND started_at >= ? "
                    "AND EXISTS (SELECT 1 FROM staged_listing l WHERE l.run_id = r.run_id) ORDER BY run_id DESC LIMIT 1",
                    (source, run_id, not_before),
                )
            ]
            for old in left:
                for table in ("staged_table", "staged_listing", "sync_line"):
                    db.execute(f"UPDATE {table} SET run_id = ? WHERE run_id = ?", (run_id, old))  # noqa: S608 - fixed names
            self._drop_left(db, source, run_id)
            found = {
                str(name): (int(named), int(read))
                for name, named, read in db.execute(
                    "SELECT database_id, named, read FROM staged_listing WHERE run_id = ?", (run_id,)
                )
            }
            # Pages of a listing that did not end cannot tell what is gone: it starts again.
            for table in ("staged_table", "sync_line"):
                db.execute(
                    f"DELETE FROM {table} WHERE run_id = ? AND database_id NOT IN (SELECT value FROM json_each(?))",  # noqa: S608
                    (run_id, json.dumps(list(found))),
                )
        return found

    @staticmethod
    def _drop_left(db: apsw.Connection, source: str, run_id: int) -> None:
        for table in ("staged_table", "staged_listing"):
            db.execute(
                f"DELETE FROM {table} WHERE run_id <> ? AND run_id IN "  # noqa: S608 - fixed names
                "(SELECT run_id FROM sync_run WHERE source = ? AND state NOT IN ('running', 'applying'))",
                (run_id, source),
            )

    def stage(
        self, run_id: int, database_id: str, tables: Sequence[TableWrite], lines: Sequence[SyncLine]
    ) -> None:
        """Pages of a listing."""
        if not tables and not lines:
            return
        packed = [(run_id, database_id, table.node.id, table.node.name, pack(table)) for table in tables]
        with self._database.write() as db:
            db.executemany("INSERT OR REPLACE INTO staged_table VALUES (?, ?, ?, ?, ?)", packed)
            self._put_lines(db, run_id, lines, database_id)

    @staticmethod
    def _put_lines(
        db: apsw.Connection, run_id: int, lines: Sequence[SyncLine], database_id: str = ""
    ) -> None:
        db.executemany(
            "INSERT OR REPLACE INTO sync_line VALUES (?, ?, ?, ?, ?, ?)",
            [(run_id, line.kind, line.name, database_id, line.note, line.remedy) for line in lines],
        )

    def stage_listing(self, run_id: int, listing: Listing, deleted: Sequence[tuple[str, NodeRef]]) -> None:
        """A listing that came to its end."""
        node = listing.database
        with self._database.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO staged_listing VALUES (?, ?, ?, ?, ?)",
                (
                    run_id,
                    node.id,
                    json.dumps(node_record(node), ensure_ascii=False),
                    listing.named,
                    listing.read,
                ),
            )
            db.executemany(
                "INSERT OR REPLACE INTO staged_table VALUES (?, ?, ?, ?, NULL)",
                [(run_id, node.id, ref.id, name) for name, ref in deleted],
            )
            self._put_lines(db, run_id, [SyncLine("deleted", name) for name, _ in deleted], node.id)

    def stage_gone(self, run_id: int, database: NodeRef, tables: Sequence[tuple[str, NodeRef]]) -> None:
        """A database that is no longer there, with its tables."""
        with self._database.write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO staged_table VALUES (?, ?, ?, ?, NULL)",
                [(run_id, database.id, ref.id, name) for name, ref in [*tables, ("", database)]],
            )
            self._put_lines(db, run_id, [SyncLine("deleted", name) for name, _ in tables], database.id)

    def unstage(self, run_id: int, database_id: str) -> None:
        """Its listing failed or starts again. Lines of errors stay."""
        with self._database.write() as db:
            db.execute("DELETE FROM staged_table WHERE run_id = ? AND database_id = ?", (run_id, database_id))
            db.execute(
                "DELETE FROM sync_line WHERE run_id = ? AND database_id = ? AND kind <> 'error'", (run_id, database_id)
            )  # fmt: skip

    def add_lines(self, run_id: int, lines: Sequence[SyncLine]) -> None:
        """Errors and notes."""
        with self._database.write() as db:
            self._put_lines(db, run_id, lines)

    def keep_report(self, run_id: int, report: dict[str, Any]) -> None:
        """Into the row of a run that goes on."""
        with self._database.write() as db:
            db.execute(
                "UPDATE sync_run SET report = json_patch(report, ?) WHERE run_id = ?",
                (json.dumps(report, ensure_ascii=False), run_id),
            )

    def apply_staged(
        self, run_id: int, progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> int:
        """In pieces; the first marks the run as applying, the last is followed by `finish_sync`."""
        run = self.sync_run(run_id)
        assert run is not None
        everything = self._database.read("SELECT count(*) FROM staged_table WHERE run_id = ?", (run_id,))[0][
            0
        ]
        now, written, done = iso_now(), 0, 0
        with self._database.write() as db:
            # One moment for the whole run, also when it is finished by another process.
            applied_at = run.report.get("appliedAt")
            if applied_at is None:
                db.execute(
                    "UPDATE sync_run SET state = 'applying', report = json_set(report, '$.appliedAt', ?) WHERE run_id = ?",
                    (now, run_id),
                )
            now = applied_at or now
            written += self._apply_listings(db, run_id, run.source, now)
        while True:
            with self._database.write() as db:
                piece = list(
                    db.execute(
                        "SELECT database_id, id, content FROM staged_table WHERE run_id = ? ORDER BY database_id, id LIMIT ?", (run_id, PIECE)
                    )
                )  # fmt: skip
                before = db.total_changes()
                for _, node_id, content in piece:
                    if content is None:
                        write.mark_deleted(db, [NodeRef(run.source, node_id)], run_id, now)
                        db.execute(
                            "DELETE FROM listing WHERE source = ? AND database_id = ?", (run.source, node_id)
                        )
                    else:
                        write.put_table(db, unpack(content), run_id, now)
                written += db.total_changes() - before
                db.executemany(
                    "DELETE FROM staged_table WHERE run_id = ? AND database_id = ? AND id = ?",
                    [(run_id, database_id, node_id) for database_id, node_id, _ in piece],
                )
            done += len(piece)
            progress(done, everything)
            if len(piece) < PIECE:
                return written

    @staticmethod
    def _apply_listings(db: apsw.Connection, run_id: int, source: str, now: str) -> int:
        written = 0
        for database_id, record, named, read in list(
            db.execute(
                "SELECT database_id, node, named, read FROM staged_listing WHERE run_id = ?", (run_id,)
            )
        ):
            node = node_from(json.loads(record))
            known = next(
                db.execute(
                    "SELECT content_hash FROM node WHERE source = ? AND id = ? AND deleted_at IS NULL",
                    (source, database_id),
                ),
                None,
            )
            if known is None or known[0] != node_hash(node):
                before = db.total_changes()
                write.put_nodes(db, [node], run_id, now)
                written += db.total_changes() - before
            db.execute(
                "INSERT OR REPLACE INTO listing VALUES (?, ?, ?, ?, ?)", (source, database_id, now, named, read)
            )  # fmt: skip
        db.execute("DELETE FROM staged_listing WHERE run_id = ?", (run_id,))
        return written

    def drop_staged(self, run_id: int, keep_lines: bool = False) -> None:
        """Cancelled or failed."""
        with self._database.write() as db:
            for table in ("staged_table", "staged_listing"):
                db.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))  # noqa: S608 - fixed names
            if not keep_lines:
                db.execute("DELETE FROM sync_line WHERE run_id = ? AND kind <> 'error'", (run_id,))

    def recover(self) -> list[int]:
        """Runs that were read to their end but not applied to it."""
        left = [
            run_id
            for run_id, pid in self._database.read(
                "SELECT run_id, pid FROM sync_run WHERE state = 'applying'"
            )
            if pid == os.getpid() or not process_alive(pid)
        ]
        for run_id in left:
            written = self.apply_staged(run_id)
            run = self.sync_run(run_id)
            assert run is not None
            counts = self.line_counts(run_id)
            stats = {
                **run.report.get("stats", {}),
                "warnings": sum(g.count for g in self.warning_groups(run_id, 0)),
            }
            report = {**run.report, "rowsWritten": written, "stats": stats}
            self.finish_sync(run_id, "partial" if counts.get("error") else "complete", report)
        return left

    def finish_sync(self, run_id: int, state: str, report: dict[str, Any]) -> None:
        """Its end and report."""
        with self._database.write() as db:
            db.execute(
                "UPDATE sync_run SET state = ?, finished_at = ?, report = ? WHERE run_id = ?",
                (state, iso_now(), json.dumps(report, ensure_ascii=False), run_id),
            )

    def sync_runs(
        self, connector: str | None = None, limit: int = 50, source: str | None = None
    ) -> list[SyncRun]:
        """Newest first; runs of processes that are gone show as interrupted."""
        self._mark_interrupted()
        rows = self._database.read(
            _RUN
            + "WHERE (?1 IS NULL OR connector = ?1) AND (?3 IS NULL OR source = ?3) ORDER BY run_id DESC LIMIT ?2",
            (connector, limit, source),
        )
        return [_sync_run(row) for row in rows]

    def sync_run(self, run_id: int) -> SyncRun | None:
        """One run."""
        rows = self._database.read(_RUN + "WHERE run_id = ?", (run_id,))
        return _sync_run(rows[0]) if rows else None

    def lines(self, run_id: int, kind: str, offset: int = 0, limit: int = 1_000_000) -> list[SyncLine]:
        """By name."""
        rows = self._database.read(
            "SELECT kind, name, note, remedy FROM sync_line WHERE run_id = ? AND kind = ? ORDER BY name LIMIT ? OFFSET ?",
            (run_id, kind, limit, offset),
        )
        return [SyncLine(*row) for row in rows]

    def line_counts(self, run_id: int) -> dict[str, int]:
        """By kind."""
        return dict(
            self._database.read(
                "SELECT kind, count(*) FROM sync_line WHERE run_id = ? GROUP BY kind", (run_id,)
            )
        )

    def _moment(self, run_id: int) -> tuple[str, str]:
        run = self.sync_run(run_id)
        if run is None:
            return "", ""
        return str(run.report.get("appliedAt") or run.finished_at or iso_now()), run.source

    _STOOD = "FROM table_warning w JOIN node n ON n.node_key = w.table_key WHERE w.seen_from <= ?1 AND w.seen_to > ?1 AND n.source = ?2 "

    def warning_groups(self, run_id: int, first: int = 5) -> list[WarningGroup]:
        """What stood when the run was applied."""
        moment, source = self._moment(run_id)
        counts = self._database.read(
            f"SELECT w.cause, count(*) {self._STOOD} GROUP BY w.cause ORDER BY 2 DESC, 1", (moment, source)
        )
        order = list(CAUSES)
        counts.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
        return [
            WarningGroup(
                str(cause),
                int(count),
                tuple(
                    self._database.read(
                        f"SELECT n.name, w.message {self._STOOD} AND w.cause = ?3 ORDER BY n.name LIMIT ?4",
                        (moment, source, cause, first),
                    )
                ),
            )
            for cause, count in counts
        ]

    def warning_lines(
        self, run_id: int, cause: str = "", offset: int = 0, limit: int = 1_000_000
    ) -> list[tuple[str, str, str]]:
        """(table, cause, message)."""
        moment, source = self._moment(run_id)
        rows = self._database.read(
            f"SELECT n.name, w.cause, w.message {self._STOOD} AND (?3 = '' OR w.cause = ?3) ORDER BY n.name, w.cause LIMIT ?4 OFFSET ?5",
            (moment, source, cause, limit, offset),
        )
        return [(str(name), str(kind), str(message)) for name, kind, message in rows]

    def coverage(self, since: str, source: str | None = None) -> Coverage:
        """Tables read in listings since a moment, of all tables that listings ever named."""
        rows = self._database.read(
            "SELECT coalesce(sum(iif(listed_at >= ?1, read, 0)), 0), coalesce(sum(named), 0) FROM listing WHERE ?2 IS NULL OR source = ?2",
            (since, source),
        )
        return Coverage(int(rows[0][0]), int(rows[0][1]))
