"""The journal of uploads and downloads: what is to be moved, how far it came, and what a killed program left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

WAITING, RUNNING, DONE, SKIPPED, FAILED = "waiting", "running", "done", "skipped", "failed"  # of items
CONFLICTS = ("skip", "replace", "newer", "keep_both")  # what happens with a file of the same name
QUEUED, PAUSED, CANCELLED = "queued", "paused", "cancelled"  # of transfers, beside running, done and failed


@dataclass(frozen=True)
class Transfer:
    """One upload or download of any number of files. `folder` is the local side, `bucket` and `prefix` the other.

    `what` are the paths or keys a person chose; `options` as JSON-able values. Counters are of the items; bytes.
    """

    transfer_id: int
    kind: str  # upload, download
    source: str
    bucket: str
    prefix: str
    folder: str
    title: str
    what: tuple[str, ...]
    options: dict[str, Any]
    conflict: str  # replace, skip, newer, keep_both
    state: str
    error: str
    created_at: str
    finished_at: str = ""
    listed: bool = False
    items: int = 0
    items_done: int = 0
    items_failed: int = 0
    items_skipped: int = 0
    bytes_total: int = 0
    bytes_done: int = 0


@dataclass(frozen=True)
class TransferItem:
    """One file. `etag` is the object's when it was listed, `mtime_ns` the file's; `parts` says which of them are there."""

    position: int
    path: str
    key: str
    size: int
    mtime_ns: int = 0
    etag: str = ""
    state: str = WAITING
    upload_id: str = ""
    error: str = ""
    parts: bytes = b""
    claimed: bool = False  # what happens with a file of the same name was decided


class TransferStore(Protocol):
    """Transfers in order of their making."""

    def recover(self) -> int:
        """What a program that is gone left running is paused; returns how many."""

    def add(self, transfer: Transfer) -> int:
        """A new one; returns its id."""

    def transfers(self) -> list[Transfer]:
        """All, newest first."""

    def transfer(self, transfer_id: int) -> Transfer | None:
        """One."""

    def set_state(self, transfer_id: int, state: str, error: str = "") -> None:
        """Running, paused, …"""

    def remove(self, transfer_id: int) -> None:
        """Forget one and its items."""

    def add_items(self, transfer_id: int, items: Sequence[TransferItem]) -> None:
        """More of what is to be moved."""

    def restart_listing(self, transfer_id: int) -> None:
        """A listing that did not come to its end is made anew."""

    def listed(self, transfer_id: int) -> None:
        """All items are known; bytes and items are counted."""

    def take(self, transfer_id: int, count: int) -> list[TransferItem]:
        """The next waiting items, marked as running."""

    def update(self, transfer_id: int, items: Sequence[TransferItem]) -> None:
        """New states, keys, upload ids, parts, errors; in one transaction."""

    def items(self, transfer_id: int, state: str, after: int, limit: int) -> list[TransferItem]:
        """Items of a state (empty: all) by position."""

    def again(self, transfer_id: int, states: Sequence[str]) -> int:
        """Items of these states wait again; returns how many."""

    def own_uploads(self) -> set[str]:
        """Ids of multipart uploads that are still to be finished."""
