"""Transfers in SQLite. Items are updated in batches: a commit a file would cost more than a small file's upload."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.transfer_store import (
    CANCELLED,
    DONE,
    FAILED,
    PAUSED,
    QUEUED,
    RUNNING,
    WAITING,
    Transfer,
    TransferItem,
)
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.runs import process_alive

_COLUMNS = "transfer_id, kind, source, bucket, prefix, folder, title, what, options, conflict, state, error, created_at, finished_at, listed"
_COUNTS = """(SELECT count(*) FROM transfer_item i WHERE i.transfer_id = t.transfer_id),
 (SELECT count(*) FROM transfer_item i WHERE i.transfer_id = t.transfer_id AND state = 'done'),
 (SELECT count(*) FROM transfer_item i WHERE i.transfer_id = t.transfer_id AND state = 'failed'),
 (SELECT count(*) FROM transfer_item i WHERE i.transfer_id = t.transfer_id AND state = 'skipped'),
 (SELECT coalesce(sum(size), 0) FROM transfer_item i WHERE i.transfer_id = t.transfer_id),
 (SELECT coalesce(sum(size), 0) FROM transfer_item i WHERE i.transfer_id = t.transfer_id AND state IN ('done', 'skipped'))"""
_ITEM = "position, path, key, size, mtime_ns, etag, state, upload_id, error, parts, claimed"
INTERRUPTED = "The program ended while it ran."


class SqliteTransfers:
    """TransferStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recover(self) -> int:
        """What a program that is gone left running waits for the person; returns how many."""
        rows = self._database.read(
            "SELECT transfer_id, pid FROM transfer WHERE state IN (?, ?)", (RUNNING, QUEUED)
        )
        gone = [transfer_id for transfer_id, pid in rows if not process_alive(pid)]
        if gone:
            with self._database.write() as db:
                db.executemany(
                    "UPDATE transfer SET state = ?, error = ? WHERE transfer_id = ?", [(PAUSED, INTERRUPTED, i) for i in gone]
                )  # fmt: skip
        return len(gone)

    def add(self, transfer: Transfer) -> int:
        """A new one."""
        with self._database.write() as db:
            row = next(
                db.execute(
                    "INSERT INTO transfer (kind, source, bucket, prefix, folder, title, what, options, conflict, state, error, created_at, pid) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?) RETURNING transfer_id",
                    (
                        transfer.kind, transfer.source, transfer.bucket, transfer.prefix, transfer.folder, transfer.title, json.dumps(transfer.what),
                        json.dumps(transfer.options), transfer.conflict, transfer.state, iso_now(), os.getpid(),
                    ),
                )
            )  # fmt: skip
        return int(row[0])

    def transfers(self) -> list[Transfer]:
        """Newest first."""
        rows = self._database.read(f"SELECT {_COLUMNS}, {_COUNTS} FROM transfer t ORDER BY transfer_id DESC")  # noqa: S608 - constants
        return [_transfer(row) for row in rows]

    def transfer(self, transfer_id: int) -> Transfer | None:
        """One."""
        rows = self._database.read(
            f"SELECT {_COLUMNS}, {_COUNTS} FROM transfer t WHERE transfer_id = ?",  # noqa: S608 - constants
            (transfer_id,),
        )
        return _transfer(rows[0]) if rows else None

    def set_state(self, transfer_id: int, state: str, error: str = "") -> None:
        """Its end has a time."""
        ended = iso_now() if state in {DONE, FAILED, CANCELLED} else ""
        with self._database.write() as db:
            db.execute(
                "UPDATE transfer SET state = ?, error = ?, finished_at = ?, pid = ? WHERE transfer_id = ?", (state, error, ended, os.getpid(), transfer_id)
            )  # fmt: skip

    def remove(self, transfer_id: int) -> None:
        """With its items."""
        with self._database.write() as db:
            db.execute("DELETE FROM transfer WHERE transfer_id = ?", (transfer_id,))

    def add_items(self, transfer_id: int, items: Sequence[TransferItem]) -> None:
        """In one transaction."""
        with self._database.write() as db:
            db.executemany(
                "INSERT OR IGNORE INTO transfer_item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(transfer_id, *_values(item)) for item in items],
            )

    def restart_listing(self, transfer_id: int) -> None:
        """Nothing of it was moved yet."""
        with self._database.write() as db:
            db.execute("DELETE FROM transfer_item WHERE transfer_id = ?", (transfer_id,))

    def listed(self, transfer_id: int) -> None:
        """All items are known."""
        with self._database.write() as db:
            db.execute("UPDATE transfer SET listed = 1 WHERE transfer_id = ?", (transfer_id,))

    def take(self, transfer_id: int, count: int) -> list[TransferItem]:
        """Read, then marked."""
        found = self.items(transfer_id, WAITING, -1, count)
        if found:
            with self._database.write() as db:
                db.executemany(
                    "UPDATE transfer_item SET state = ? WHERE transfer_id = ? AND position = ?",
                    [(RUNNING, transfer_id, item.position) for item in found],
                )
        return [replace(item, state=RUNNING) for item in found]

    def update(self, transfer_id: int, items: Sequence[TransferItem]) -> None:
        """By position."""
        with self._database.write() as db:
            db.executemany(
                "UPDATE transfer_item SET path = ?, key = ?, size = ?, mtime_ns = ?, etag = ?, state = ?, upload_id = ?, error = ?, parts = ?, claimed = ? "
                "WHERE transfer_id = ? AND position = ?",
                [(*_values(item)[1:], transfer_id, item.position) for item in items],
            )

    def items(self, transfer_id: int, state: str, after: int, limit: int) -> list[TransferItem]:
        """By position."""
        condition, values = ("AND state = ?", [state]) if state else ("", [])
        rows = self._database.read(
            f"SELECT {_ITEM} FROM transfer_item WHERE transfer_id = ? {condition} AND position > ? ORDER BY position LIMIT ?",  # noqa: S608 - constants
            [transfer_id, *values, after, limit],
        )
        return [_item(row) for row in rows]

    def again(self, transfer_id: int, states: Sequence[str]) -> int:
        """They wait again; what was sent of them stays known."""
        with self._database.write() as db:
            for state in states:
                db.execute(
                    "UPDATE transfer_item SET state = ?, error = '' WHERE transfer_id = ? AND state = ?", (WAITING, transfer_id, state)
                )  # fmt: skip
            return int(next(db.execute("SELECT count(*) FROM transfer_item WHERE transfer_id = ? AND state = ?", (transfer_id, WAITING)))[0])  # fmt: skip

    def own_uploads(self) -> set[str]:
        """Of transfers that may still go on."""
        rows = self._database.read(
            "SELECT i.upload_id FROM transfer_item i JOIN transfer t USING (transfer_id) WHERE i.upload_id <> '' AND i.state <> ? AND t.state NOT IN (?, ?)",
            (DONE, CANCELLED, DONE),
        )
        return {str(row[0]) for row in rows}


def _values(item: TransferItem) -> tuple[Any, ...]:
    return (
        item.position, item.path, item.key, item.size, item.mtime_ns, item.etag, item.state, item.upload_id, item.error, item.parts, int(item.claimed),
    )  # fmt: skip


def _transfer(row: tuple[Any, ...]) -> Transfer:
    values = list(row)
    values[7], values[8] = tuple(json.loads(values[7])), json.loads(values[8])
    values[14] = bool(values[14])
    return Transfer(*values)


def _item(row: tuple[Any, ...]) -> TransferItem:
    values = list(row)
    values[10] = bool(values[10])
    return TransferItem(*values)
