"""The queue of uploads and downloads: one runs at a time with all threads, the others wait; paused ones go on also after a restart.

Uploads and downloads are listed to their end first, so that progress has a whole and the choice about files of the same name is made once.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.transfer_parts import SpeedLimit, is_full, nanoseconds, partial_path
from dataops_desktop.actions.transfer_run import TransferRun
from dataops_desktop.errors import CredentialsError, DataOpsError, InputError, NotFoundError, WorkspaceError
from dataops_desktop.interfaces.object_store import ObjectEntry, ObjectStore, WriteOptions
from dataops_desktop.interfaces.transfer_store import (
    CANCELLED,
    DONE,
    FAILED,
    PAUSED,
    QUEUED,
    RUNNING,
    SKIPPED,
    WAITING,
    Transfer,
    TransferItem,
)
from dataops_desktop.objects.addresses import LONGEST_KEY, ObjectAddress
from dataops_desktop.objects.local_names import LocalNames

LISTED_AT_ONCE = 1000
RATE_WINDOW_S = 8.0
SPEED = "transfers.speed"
CONFLICTS = {
    "skip": "Leave it alone", "replace": "Replace it", "newer": "Replace it where mine is newer", "keep_both": "Keep both, under another name",
}  # fmt: skip


@dataclass(frozen=True)
class TransferProgress:
    """Where a running transfer is. Bytes; rate in bytes a second, `left_s` None while it cannot be said."""

    bytes_done: int
    bytes_total: int
    items_done: int
    items_failed: int
    items_skipped: int
    items: int
    rate: float
    left_s: float | None
    under_way: tuple[str, ...]


class Transfers:
    """`on_change` is called on the event loop after a transfer's state changed."""

    def __init__(self, context: ActionContext, cases: S3Cases) -> None:
        self._context, self._cases = context, cases
        self._journal = context.workspace.transfers
        self._limit = SpeedLimit()
        self._queue: deque[int] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._current: tuple[int, TransferRun, Transfer] | None = None
        self._wanted: dict[int, str] = {}  # transfer → what it is to become once it stopped
        self._marks: deque[tuple[float, int]] = deque()
        self._listing: dict[int, int] = {}
        self.on_change: Callable[[int], None] = lambda _: None
        context.on_close(self._close)

    # making
    async def upload(
        self, paths: Sequence[Path], to: ObjectAddress, conflict: str = "replace", options: WriteOptions | None = None
    ) -> int:  # fmt: skip
        """Files and folders into a folder of S3; returns the transfer's id, which runs when its turn comes."""
        for path in paths:
            if not await self._context.local(path.exists):
                raise InputError(f"{path} is not there.", "Choose other files.")
        title = _named([path.name for path in paths]) + f" to {to.uri}"
        return await self._add(
            "upload",
            to.bucket,
            to.key,
            "",
            title,
            [str(path.absolute()) for path in paths],
            conflict,
            options,
        )

    async def download(
        self, targets: Sequence[ObjectAddress], folder: Path, conflict: str = "keep_both"
    ) -> int:
        """Objects and folders of one bucket into a local folder."""
        buckets = {target.bucket for target in targets}
        if len(buckets) != 1:
            raise InputError("A download is of one bucket.", "Download them one after another.")
        folder = await self._context.local(_writable, folder)
        title = _named([target.name for target in targets]) + f" to {folder}"
        keys = [target.key for target in targets]
        return await self._add("download", buckets.pop(), "", str(folder), title, keys, conflict, None)

    async def _add(
        self, kind: str, bucket: str, prefix: str, folder: str, title: str, what: Sequence[str], conflict: str, options: WriteOptions | None
    ) -> int:  # fmt: skip
        if conflict not in CONFLICTS:
            raise InputError(
                f"{conflict!r} is no way to treat files of the same name.",
                f"Choose one of {', '.join(CONFLICTS)}.",
            )
        store = await self._cases.store()
        source = await self._context.run("s3", lambda: store.source)
        record = asdict(options or WriteOptions())
        transfer = Transfer(
            0, kind, source, bucket, prefix, folder, title, tuple(what), record, conflict, QUEUED, "", ""
        )
        transfer_id = await self._context.local(self._journal.add, transfer)
        self._enqueue(transfer_id)
        return transfer_id

    # the queue
    def _enqueue(self, transfer_id: int) -> None:
        self._wanted.pop(transfer_id, None)
        self._queue.append(transfer_id)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.ensure_future(self._run_all())
        self.on_change(transfer_id)

    async def _run_all(self) -> None:
        while self._queue:
            transfer_id = self._queue.popleft()
            transfer = await self._context.local(self._journal.transfer, transfer_id)
            if transfer is None or transfer.state != QUEUED:
                continue
            await self._run_one(transfer)

    async def _run_one(self, transfer: Transfer) -> None:
        number = transfer.transfer_id
        state, text = FAILED, ""
        try:
            await self._context.local(self._journal.set_state, number, RUNNING)
            self.on_change(number)
            store = await self._cases.store()
            if not transfer.listed:
                await self._list(store, transfer)
            state, text = await self._move(store, transfer)
        except asyncio.CancelledError:
            await asyncio.shield(
                self._context.local(self._journal.set_state, number, PAUSED, "The program was closed.")
            )
            raise
        except DataOpsError as error:
            state, text = (PAUSED if isinstance(error, CredentialsError) else FAILED), str(error)
        except OSError as error:
            state, text = FAILED, f"{error.filename or ''} {error.strerror or error}".strip()
        except Exception as error:  # noqa: BLE001 - a fault of ours ends this transfer, not the queue
            state, text = FAILED, f"{type(error).__name__}: {error}"
        finally:
            self._current = None
        state = self._wanted.pop(number, state) if state != DONE else state
        if state == CANCELLED:
            await self._context.local(self._clear_away, transfer)
        await self._context.local(self._journal.set_state, number, state, "" if state == CANCELLED else text)
        self.on_change(number)

    async def _move(self, store: ObjectStore, transfer: Transfer) -> tuple[str, str]:
        """(how it ended, why)."""
        number = transfer.transfer_id
        await self._context.local(self._journal.again, number, (RUNNING,))
        existing: dict[str, tuple[int, int]] = {}
        if transfer.kind == "upload" and transfer.conflict != "replace":
            existing = await self._existing(transfer)
        while True:
            fresh = await self._context.local(self._journal.transfer, number)
            assert fresh is not None
            run = TransferRun(store, self._journal, fresh, existing, self._limit)
            self._marks.clear()
            self._current = number, run, fresh
            if number in self._wanted:  # paused before it began
                return self._wanted[number], ""
            session = self._context.session
            try:
                await self._context.run("transfers", run.run)
            except asyncio.CancelledError:
                run.stop()
                raise
            if number in self._wanted:
                await self._context.local(self._journal.again, number, (RUNNING,))
                return self._wanted[number], ""
            if run.error is None:
                break
            await self._context.local(self._journal.again, number, (RUNNING,))
            if isinstance(run.error, CredentialsError) and await self._context.renewed(run.error, session):
                continue
            return PAUSED, _told(run.error)
        ended = await self._context.local(self._journal.transfer, number)
        assert ended is not None
        failed = ended.items_failed
        if ended.items_done + ended.items_skipped + failed < ended.items:
            return PAUSED, "It was stopped before its end."
        return (FAILED, f"{failed:,} of {ended.items:,} files failed") if failed else (DONE, "")

    async def pause(self, transfer_id: int) -> None:
        """Stop soon; what is there stays, and it goes on with `resume`."""
        await self._stop(transfer_id, PAUSED)

    async def cancel(self, transfer_id: int) -> None:
        """Stop for good: unfinished uploads and files on their way are removed, finished ones stay."""
        await self._stop(transfer_id, CANCELLED)

    async def _stop(self, transfer_id: int, state: str) -> None:
        if self._current is not None and self._current[0] == transfer_id:
            self._wanted[transfer_id] = state
            self._current[1].stop()
            return
        transfer = await self._context.local(self._journal.transfer, transfer_id)
        if transfer is None or transfer.state in {DONE, CANCELLED}:
            return
        if transfer.state == RUNNING:  # it is still being listed
            self._wanted[transfer_id] = state
            return
        if state == CANCELLED:
            await self._context.local(self._clear_away, transfer)
        await self._context.local(self._journal.set_state, transfer_id, state)
        self.on_change(transfer_id)

    async def resume(self, transfer_id: int) -> None:
        """Go on: what failed is tried again, what is done stays. InputError where it belongs to another account."""
        transfer = await self._context.local(self._journal.transfer, transfer_id)
        if transfer is None or transfer.state in {DONE, CANCELLED, RUNNING, QUEUED}:
            return
        store = await self._cases.store()
        source = await self._context.run("s3", lambda: store.source)
        if source != transfer.source:
            raise InputError(
                f"“{transfer.title}” belongs to {transfer.source}.", "Open that connection to go on with it."
            )
        await self._context.local(self._journal.again, transfer_id, (RUNNING, FAILED))
        await self._context.local(self._journal.set_state, transfer_id, QUEUED)
        self._enqueue(transfer_id)

    async def remove(self, transfer_id: int) -> None:
        """Take an ended one out of the list."""
        transfer = await self._context.local(self._journal.transfer, transfer_id)
        if transfer is not None and transfer.state not in {RUNNING, QUEUED}:
            if transfer.state == PAUSED:
                await self.cancel(transfer_id)
            await self._context.local(self._journal.remove, transfer_id)
            self.on_change(transfer_id)

    async def wait(self, transfer_id: int, at_most_s: float = math.inf) -> Transfer:
        """The transfer once it has ended or paused, or as it is after a time."""
        until = time.monotonic() + at_most_s
        while self._runner is not None and not self._runner.done() and time.monotonic() < until:
            found = await self._context.local(self._journal.transfer, transfer_id)
            if found is not None and found.state not in {QUEUED, RUNNING}:
                break
            await asyncio.wait({self._runner}, timeout=0.05)
        found = await self._context.local(self._journal.transfer, transfer_id)
        if found is None:
            raise NotFoundError(f"There is no transfer {transfer_id}.")
        return found

    # looking
    async def recover(self) -> int:
        """Transfers that a program which is gone left running wait as paused; returns how many."""
        await self.load_speed()
        return await self._context.local(self._journal.recover)

    async def one(self, transfer_id: int) -> Transfer | None:
        """As it is now."""
        return await self._context.local(self._journal.transfer, transfer_id)

    async def all(self) -> list[Transfer]:
        """Newest first."""
        return await self._context.local(self._journal.transfers)

    async def items(
        self, transfer_id: int, state: str = "", after: int = -1, limit: int = 500
    ) -> list[TransferItem]:
        """Files of a transfer."""
        return await self._context.local(self._journal.items, transfer_id, state, after, limit)

    async def own_uploads(self) -> set[str]:
        """Ids of multipart uploads that belong to transfers which may go on."""
        return await self._context.local(self._journal.own_uploads)

    def progress(self, transfer_id: int) -> TransferProgress | None:
        """Of the running one; None of any other. May be asked as often as wanted."""
        if self._current is None or self._current[0] != transfer_id:
            return None
        _, run, began = self._current
        now = time.monotonic()
        self._marks.append((now, run.bytes_moved))
        while len(self._marks) > 2 and now - self._marks[0][0] > RATE_WINDOW_S:
            self._marks.popleft()
        first_at, first = self._marks[0]
        rate = (run.bytes_moved - first) / (now - first_at) if now - first_at > 0.2 else 0.0
        done = min(began.bytes_done + run.bytes_moved, began.bytes_total)
        left = (began.bytes_total - done) / rate if rate > 0 else None
        return TransferProgress(
            done, began.bytes_total, began.items_done + run.done, began.items_failed + run.failed, began.items_skipped + run.skipped, began.items,
            max(0.0, rate), left, tuple(dict.fromkeys(list(run.under_way.values()))),
        )  # fmt: skip

    def listing(self, transfer_id: int) -> int | None:
        """How many files were found so far, while a transfer is being listed."""
        return self._listing.get(transfer_id)

    # speed
    async def load_speed(self) -> int:
        """Bytes a second that all together may use; 0 is no limit."""
        stored = await self._context.local(self._context.workspace.settings.setting, SPEED, 0)
        self._limit.bytes_per_s = int(stored or 0)
        return self._limit.bytes_per_s

    async def set_speed(self, bytes_per_s: int) -> None:
        """From the next block on."""
        self._limit.bytes_per_s = max(0, bytes_per_s)
        await self._context.local(
            self._context.workspace.settings.set_setting, SPEED, self._limit.bytes_per_s
        )

    # listing
    async def _list(self, store: ObjectStore, transfer: Transfer) -> None:
        number = transfer.transfer_id
        await self._context.local(self._journal.restart_listing, number)
        self._listing[number] = 0
        try:
            if transfer.kind == "upload":
                await self._context.local(self._list_files, transfer)
            else:
                await self._list_objects(store, transfer)
        finally:
            del self._listing[number]
        await self._context.local(self._journal.listed, number)

    def _list_files(self, transfer: Transfer) -> None:
        position = 0
        batch: list[TransferItem] = []
        for found in _files(transfer):
            batch.append(TransferItem(position, *found[:2], found[2], found[3], "", found[4], "", found[5]))
            position += 1
            if len(batch) == LISTED_AT_ONCE:
                self._journal.add_items(transfer.transfer_id, batch)
                self._listing[transfer.transfer_id] = position
                batch = []
        self._journal.add_items(transfer.transfer_id, batch)
        if not position:
            raise InputError(
                "There is no file in what was chosen.", "Choose files, or folders that hold some."
            )

    async def _list_objects(self, store: ObjectStore, transfer: Transfer) -> None:
        def check() -> None:
            if transfer.transfer_id in self._wanted:
                raise InputError("It was stopped while its files were being listed.", "")

        names = LocalNames(Path(transfer.folder))
        position = 0
        for key in transfer.what:
            above = len(key[: key.rstrip("/").rfind("/") + 1])
            if not ObjectAddress(transfer.bucket, key).is_folder:
                head = await self._context.signed_in("s3", store.head, transfer.bucket, key)
                item = TransferItem(
                    position,
                    str(names.place(key[above:])),
                    key,
                    head.size,
                    nanoseconds(head.last_modified),
                    head.etag,
                )
                await self._context.local(self._journal.add_items, transfer.transfer_id, [item])
                position += 1
                continue
            async for entries in self._cases.below(transfer.bucket, key, check):
                # a thousand names take tens of milliseconds: not on the window's thread
                batch = await asyncio.to_thread(_placed, names, above, entries, position)
                position += len(batch)
                await self._context.local(self._journal.add_items, transfer.transfer_id, batch)
                self._listing[transfer.transfer_id] = position
        if not position:
            raise NotFoundError("There is no object in what was chosen.", "Refresh the folder.")

    async def _existing(self, transfer: Transfer) -> dict[str, tuple[int, int]]:
        """key → (size, time in ns) of what lies below the folder that is uploaded into."""
        found: dict[str, tuple[int, int]] = {}
        async for entries in self._cases.below(transfer.bucket, transfer.prefix, lambda: None):
            found.update((e.key, (e.size, nanoseconds(e.last_modified))) for e in entries)
        return found

    # ending
    def _clear_away(self, transfer: Transfer) -> None:
        """What a cancelled transfer left on its way."""
        store: ObjectStore = self._context.connectors.get("s3")
        for state in (RUNNING, WAITING, FAILED):
            after = -1
            while items := self._journal.items(transfer.transfer_id, state, after, LISTED_AT_ONCE):
                after = items[-1].position
                for item in items:
                    if item.upload_id:
                        store.transfers.abort(transfer.bucket, item.key, item.upload_id)
                    if transfer.kind == "download":
                        partial_path(Path(item.path)).unlink(missing_ok=True)

    def _close(self) -> None:
        """The program ends: what runs is paused, and goes on when it is resumed."""
        if self._current is None:
            return
        number, run, _ = self._current
        run.stop()
        self._journal.set_state(number, PAUSED, "The program was closed.")


def _files(transfer: Transfer) -> Iterator[tuple[str, str, int, int, str, str]]:
    """(path, key, size, mtime, state, why not) of every file below what was chosen; links are named and left alone."""
    for chosen in transfer.what:
        root = Path(chosen)
        if not root.is_dir():
            yield _file(root, root.name, transfer.prefix)
            continue
        for folder, inner, files in os.walk(root, followlinks=False):
            inner.sort()
            for name in sorted(files):
                path = Path(folder, name)
                yield _file(path, f"{root.name}/{path.relative_to(root).as_posix()}", transfer.prefix)


def _file(path: Path, name: str, prefix: str) -> tuple[str, str, int, int, str, str]:
    key, state, why = prefix + name, WAITING, ""
    size = mtime = 0
    try:
        about = path.lstat()
        size, mtime = about.st_size, about.st_mtime_ns
        if path.is_symlink():
            state, why = SKIPPED, "It is a link; links are not followed."
        elif not path.is_file():
            state, why = SKIPPED, "It is no plain file."
        name.encode()
    except OSError as error:
        state, why = FAILED, error.strerror or str(error)
    except UnicodeError:
        state, why = FAILED, "Its name is not valid text; rename it."
        key = path = Path(name.encode("utf-8", "replace").decode())  # type: ignore[assignment]
    if len(str(key).encode("utf-8", "replace")) > LONGEST_KEY:
        state, why = FAILED, f"Its key would have more than {LONGEST_KEY:,} bytes."
    return str(path), str(key), size, mtime, state, why


def _named(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1:,} more"


def _placed(
    names: LocalNames, above: int, entries: Sequence[ObjectEntry], position: int
) -> list[TransferItem]:
    """One page of a download's objects with their places; a folder's marker is no file."""
    files = [entry for entry in entries if not entry.key.endswith("/")]
    return [
        TransferItem(
            position + number,
            str(names.place(entry.key[above:])),
            entry.key,
            entry.size,
            nanoseconds(entry.last_modified),
            entry.etag or "",
        )
        for number, entry in enumerate(files)
    ]


def _writable(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be made ({error.strerror}).", "Choose another folder."
        ) from error
    if not os.access(folder, os.W_OK):
        raise WorkspaceError(f"{folder} cannot be written.", "Choose another folder.")
    return folder


def _told(error: Exception) -> str:
    if is_full(error):
        return f"The disk is full: {getattr(error, 'filename', '') or ''} {error.args[1] if len(error.args) > 1 else ''}. Make room, then resume."
    return str(error)
