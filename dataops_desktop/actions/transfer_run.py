"""One upload or download at work: threads that take files and parts from the journal, and give back what became of them.

Rules that make a kill harmless: a multipart upload's id is in the journal before its first part is sent; a part counts as written
after its bytes are in the file; a file has its name only once it is whole. Small files are journaled in batches: those of the last
moment are moved again after a kill, to the same place.
"""

from __future__ import annotations

import mimetypes
import os
import shutil
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataops_desktop.actions.transfer_parts import (
    BLOCK,
    PART,
    Body,
    SpeedLimit,
    StoppedError,
    is_full,
    nanoseconds,
    part_size,
    partial_path,
)
from dataops_desktop.errors import (
    CredentialsError,
    DataOpsError,
    InputError,
    NotFoundError,
    ProtocolError,
    WorkspaceError,
)
from dataops_desktop.interfaces.object_store import ObjectStore, StoredPart, WriteOptions
from dataops_desktop.interfaces.transfer_store import (
    DONE,
    FAILED,
    SKIPPED,
    Transfer,
    TransferItem,
    TransferStore,
)

WORKERS = 10  # s3transfer's own number
CLAIMED_AT_ONCE = 64
FLUSH_S, FLUSH_ITEMS = 0.3, 256
FAILURES_IN_A_ROW = 25  # of the same kind with no success between: the rest would fail too
ATTEMPTS = 3
Task = Callable[[], None]


class _Large:
    """A file that goes in parts."""

    def __init__(self, item: TransferItem, step: int) -> None:
        self.item, self.step = item, step
        self.lock = threading.Lock()
        self.left = 0
        self.parts: list[StoredPart] = []
        self.flags = bytearray(item.parts)
        self.broken: Exception | None = None


class TransferRun:
    """`run` blocks until all is done or it is stopped; the counters may be read at any time."""

    def __init__(
        self, store: ObjectStore, journal: TransferStore, transfer: Transfer, existing: dict[str, tuple[int, int]], limit: SpeedLimit
    ) -> None:  # fmt: skip
        self._store, self._journal, self._transfer, self._existing, self._limit = (
            store,
            journal,
            transfer,
            existing,
            limit,
        )
        self._options = WriteOptions(**transfer.options)
        self._stop = threading.Event()
        self._lock = threading.Condition()
        self._tasks: deque[Task] = deque()
        self._claimed: deque[TransferItem] = deque()
        self._exhausted = False
        self._busy = 0
        self._changed: dict[int, TransferItem] = {}
        self._flushed_at = time.monotonic()
        self._flush_lock = threading.Lock()
        self._names: set[str] = set()
        self._ours: set[int] = set()
        self._folders: set[Path] = set()
        self._count_lock = threading.Lock()
        self._failures = 0
        self.error: Exception | None = None
        self.bytes_moved = 0  # in this run, also of files that are not whole yet
        self.done = self.failed = self.skipped = 0
        self.under_way: dict[int, str] = {}

    def stop(self) -> None:
        """Soon: bodies on their way end at their next block."""
        self._stop.set()
        with self._lock:
            self._lock.notify_all()

    def run(self) -> None:
        """Work until nothing waits. What ended it early is in `error`, or nothing when it was stopped."""
        threads = [
            threading.Thread(target=self._work, name=f"dataops-transfer-{number}")
            for number in range(WORKERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._flush()

    # workers
    def _work(self) -> None:
        while True:
            task = self._next()
            if task is None:
                return
            try:
                task()
            except StoppedError:
                pass
            except Exception as error:  # noqa: BLE001 - ends the transfer, is shown by whoever waits for it
                self._end(error)
            finally:
                with self._lock:
                    self._busy -= 1
                    self._lock.notify_all()

    def _end(self, error: Exception) -> None:
        if self.error is None:
            self.error = error
        self.stop()

    def _next(self) -> Task | None:
        """A part of what is under way, else the next file; waits where only others can make more work."""
        with self._lock:
            while not self._stop.is_set():
                if self._tasks:
                    self._busy += 1
                    return self._tasks.popleft()
                if not self._claimed and not self._exhausted:
                    self._claim()
                    continue
                if self._claimed:
                    item = self._claimed.popleft()
                    self._busy += 1
                    return lambda: self._item(item)
                if not self._busy:
                    return None
                self._lock.wait()
            return None

    def _claim(self) -> None:
        """The next files; what happens with those of the same name is decided and journaled before anything moves."""
        try:
            taken = self._journal.take(self._transfer.transfer_id, CLAIMED_AT_ONCE)
            self._exhausted = not taken
            # One that was claimed before may have arrived already, by ourselves, without the journal knowing.
            self._ours |= {item.position for item in taken if item.claimed}
            decided = [self._decide(item) if not item.claimed else item for item in taken]
            if decided:
                self._journal.update(self._transfer.transfer_id, decided)
        except DataOpsError as error:
            self.error = error
            self._stop.set()
            return
        for item in decided:
            if item.state == SKIPPED:
                self.skipped += 1
            elif item.state == FAILED:
                self.failed += 1
            else:
                self._claimed.append(item)

    def _decide(self, item: TransferItem) -> TransferItem:
        upload, policy = self._transfer.kind == "upload", self._transfer.conflict
        name = item.key if upload else item.path
        there = self._there(name)
        if there is None or policy == "replace":
            self._names.add(name)
            return replace(item, claimed=True)
        if policy == "skip":
            return replace(item, claimed=True, state=SKIPPED, error="There is one of this name already.")
        if policy == "newer":
            if item.mtime_ns <= there:
                return replace(item, claimed=True, state=SKIPPED, error="What is there is as new or newer.")
            return replace(item, claimed=True)
        stem, dot, suffix = name.rpartition("/")[2].partition(".")
        above = name[: len(name) - len(stem + dot + suffix)]
        number = 2
        while self._there(free := f"{above}{stem} ({number}){dot}{suffix}") is not None:
            number += 1
        self._names.add(free)
        if upload:
            return replace(item, claimed=True, key=free)
        return replace(item, claimed=True, path=free)

    def _there(self, name: str) -> int | None:
        """When what has this name was changed, in nanoseconds; None where nothing has it."""
        if name in self._names:
            return 0
        if self._transfer.kind == "upload":
            known = self._existing.get(name)
            return known[1] if known else None
        try:
            return Path(name).lstat().st_mtime_ns
        except OSError:
            return None

    def _if_absent(self, item: TransferItem) -> bool:
        """Whether the service is to refuse where somebody made one of this name meanwhile."""
        return self._transfer.conflict in {"skip", "keep_both"} and item.position not in self._ours

    # the journal
    def _note(self, item: TransferItem) -> None:
        with self._count_lock:
            self._changed[item.position] = item
            if item.state == DONE:
                self.done += 1
                self._failures = 0
            elif item.state == FAILED:
                self.failed += 1
                self._failures += 1
        if len(self._changed) >= FLUSH_ITEMS or time.monotonic() - self._flushed_at > FLUSH_S:
            self._flush()
        if self._failures >= FAILURES_IN_A_ROW:
            self._end(
                ProtocolError(
                    f"{self._failures} files in a row failed, the last with: {item.error}",
                    "Resume once the cause is gone.",
                )
            )

    def _flush(self) -> None:
        with self._flush_lock:
            with self._count_lock:
                changed, self._changed = list(self._changed.values()), {}
            self._flushed_at = time.monotonic()
            if changed:
                self._journal.update(self._transfer.transfer_id, changed)

    def _moved(self, count: int) -> None:
        with self._count_lock:
            self.bytes_moved += count

    # one file
    def _item(self, item: TransferItem) -> None:
        self.under_way[threading.get_ident()] = item.key
        try:
            if self._transfer.kind == "upload":
                self._upload(item)
            else:
                self._download(item)
        except (StoppedError, CredentialsError, WorkspaceError):
            raise
        except (DataOpsError, OSError, UnicodeError) as error:
            if is_full(error):
                raise
            self._note(replace(item, state=FAILED, error=_reason(error)))
        finally:
            self.under_way.pop(threading.get_ident(), None)

    def _push(self, tasks: list[Task]) -> None:
        with self._lock:
            self._tasks.extend(tasks)
            self._lock.notify_all()

    # up
    def _upload(self, item: TransferItem) -> None:
        path = Path(item.path)
        about = path.lstat()
        if not path.is_file() or path.is_symlink():
            raise InputError("It is no file any more.", "")
        if about.st_size > PART:
            self._begin_upload(replace(item, size=about.st_size, mtime_ns=about.st_mtime_ns), item)
            return
        with path.open("rb") as file:
            data = file.read(PART + 1)
        if len(data) > PART:
            raise InputError("It grew while it was read.", "")
        body: Any = data
        if self._limit.bytes_per_s:
            body = Body(data, self._limit, self._stop, self._moved)
        etag = self._store.transfers.put(
            self._transfer.bucket, item.key, body, len(data), zlib.crc32(data), self._written(item), self._if_absent(item)
        )  # fmt: skip
        if body is data:
            self._moved(len(data))
        self._note(replace(item, size=len(data), mtime_ns=about.st_mtime_ns, etag=etag, state=DONE, error=""))

    def _written(self, item: TransferItem) -> WriteOptions:
        if self._options.content_type:
            return self._options
        kind, packing = mimetypes.guess_type(item.path)
        return replace(self._options, content_type=kind if kind and not packing else "")

    def _begin_upload(self, item: TransferItem, before: TransferItem) -> None:
        """A new multipart upload, or the one begun before as far as its parts are still what the file holds."""
        bucket, step = self._transfer.bucket, part_size(item.size)
        there: dict[int, StoredPart] = {}
        if item.upload_id:
            try:
                if (before.size, before.mtime_ns) == (item.size, item.mtime_ns):
                    there = {
                        part.number: part
                        for part in self._store.transfers.parts(bucket, item.key, item.upload_id)
                    }
                else:
                    self._store.transfers.abort(bucket, item.key, item.upload_id)
                    item = replace(item, upload_id="")
            except NotFoundError:
                item = replace(item, upload_id="")
        if not item.upload_id:
            item = replace(item, upload_id=self._store.transfers.begin(bucket, item.key, self._written(item)))
        self._journal.update(self._transfer.transfer_id, [item])  # before the first part is sent
        large = _Large(item, step)
        starts = range(0, item.size, step)
        large.left = len(starts)
        self._push(
            [self._up_task(large, number, start, there.get(number)) for number, start in enumerate(starts, 1)]
        )

    def _part(self, large: _Large, work: Task, finish: Callable[[_Large], None]) -> None:
        """One part; its failure is the file's, and whoever ends last finishes the file."""
        try:
            if large.broken is None:
                self.under_way[threading.get_ident()] = large.item.key
                work()
        except (StoppedError, CredentialsError, WorkspaceError):
            raise
        except (DataOpsError, OSError) as error:
            if is_full(error):
                raise
            large.broken = large.broken or error
        finally:
            self.under_way.pop(threading.get_ident(), None)
        with large.lock:
            large.left -= 1
            last = not large.left
        if last:
            finish(large)

    def _up_task(self, large: _Large, number: int, start: int, there: StoredPart | None) -> Task:
        return lambda: self._part(
            large, lambda: self._send_part(large, number, start, there), self._finish_upload
        )

    def _send_part(self, large: _Large, number: int, start: int, there: StoredPart | None) -> None:
        item = large.item
        with Path(item.path).open("rb") as file:
            file.seek(start)
            data = file.read(large.step)
        if len(data) != min(large.step, item.size - start):
            raise InputError("It became shorter while it was read.", "")
        crc32 = zlib.crc32(data)
        part = there and self._store.transfers.same_part(there, data, crc32)
        if part is None:
            body = Body(data, self._limit, self._stop, self._moved)
            part = self._store.transfers.put_part(
                self._transfer.bucket, item.key, item.upload_id, number, body, len(data), crc32
            )
        else:
            self._moved(len(data))
        with large.lock:
            large.parts.append(part)

    def _finish_upload(self, large: _Large) -> None:
        item, error = large.item, large.broken
        if error is None:
            try:
                about = Path(item.path).stat()
                if (about.st_size, about.st_mtime_ns) != (item.size, item.mtime_ns):
                    raise InputError("It changed while it was sent.", "")
                etag = self._store.transfers.complete(
                    self._transfer.bucket, item.key, item.upload_id, large.parts, self._if_absent(item)
                )
            except (DataOpsError, OSError) as failure:
                if isinstance(failure, CredentialsError | WorkspaceError):
                    raise
                error = failure
            else:
                self._note(replace(item, etag=etag, state=DONE, error=""))
                return
        if isinstance(error, InputError):  # the file is another one: nothing of this upload can be used
            self._store.transfers.abort(self._transfer.bucket, item.key, item.upload_id)
            item = replace(item, upload_id="")
        self._note(replace(item, state=FAILED, error=_reason(error)))

    # down
    def _download(self, item: TransferItem) -> None:
        path = Path(item.path)
        self._make_folder(path.parent)
        if item.size > PART:
            self._begin_download(item, path)
            return
        partial = partial_path(path)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._fetch_small(item, partial)
                break
            except InputError:
                item = self._look_again(item, attempt)
                if item.size > PART:
                    self._begin_download(item, path)
                    return
            except ProtocolError:
                if attempt == ATTEMPTS:
                    raise
        self._place(item, partial, path)

    def _fetch_small(self, item: TransferItem, partial: Path) -> None:
        with _new_file(partial) as file:
            if item.size:
                self._receive(item, 0, -1, item.size, file)

    def _receive(self, item: TransferItem, start: int, asked: int, length: int, file: Any) -> None:
        """The bytes from `start` on into a file; what was counted is taken back where it breaks off."""
        count = 0
        try:
            body = self._store.transfers.fetch(self._transfer.bucket, item.key, start, asked, item.etag)
            with closing(body):
                while block := _read(body, item.key, BLOCK):
                    self._limit.take(len(block), self._stop)
                    file.write(block)
                    count += len(block)
                    self._moved(len(block))
            if count != length:
                raise ProtocolError(
                    f"{item.key} ended after {count:,} of {length:,} bytes.", "It is asked for again."
                )
        except DataOpsError:
            self._moved(-count)
            raise

    def _look_again(self, item: TransferItem, attempt: int) -> TransferItem:
        """It is another object than was listed."""
        if attempt == ATTEMPTS:
            raise InputError("It keeps changing.", "")
        head = self._store.head(self._transfer.bucket, item.key)
        moment = nanoseconds(head.last_modified)
        return replace(item, size=head.size, etag=head.etag, mtime_ns=moment, parts=b"")

    def _begin_download(self, item: TransferItem, path: Path) -> None:
        partial, step = partial_path(path), part_size(item.size)
        count = -(-item.size // step)
        flags = (
            bytearray(item.parts)
            if len(item.parts) == count and _has_size(partial, item.size)
            else bytearray(count)
        )
        if shutil.disk_usage(path.parent).free < item.size * (count - sum(flags)) // count:
            raise OSError(28, f"{item.size:,} bytes are needed", str(path.parent))  # ENOSPC
        if not sum(flags):
            with _new_file(partial) as file:
                file.truncate(item.size)
        large = _Large(replace(item, parts=bytes(flags)), step)
        large.flags = flags
        missing = [number for number in range(count) if not flags[number]]
        self._moved(sum(min(step, item.size - number * step) for number in range(count) if flags[number]))
        large.left = len(missing)
        if not missing:
            self._finish_download(large)
            return
        self._push([self._down_task(large, partial, number) for number in missing])

    def _down_task(self, large: _Large, partial: Path, number: int) -> Task:
        return lambda: self._part(
            large, lambda: self._fetch_part(large, partial, number), self._finish_download
        )

    def _fetch_part(self, large: _Large, partial: Path, number: int) -> None:
        item, start = large.item, number * large.step
        length = min(large.step, item.size - start)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with partial.open("r+b") as file:
                    file.seek(start)
                    self._receive(item, start, length, length, file)
            except DataOpsError as error:
                if attempt == ATTEMPTS or not (error.transient or isinstance(error, ProtocolError)):
                    raise
            else:
                break
        with large.lock:
            large.flags[number] = 1
            now = replace(item, parts=bytes(large.flags))
        self._note_parts(now)

    def _note_parts(self, item: TransferItem) -> None:
        with self._count_lock:
            self._changed[item.position] = item
        if time.monotonic() - self._flushed_at > FLUSH_S:
            self._flush()

    def _finish_download(self, large: _Large) -> None:
        item, path = large.item, Path(large.item.path)
        partial, error = partial_path(path), large.broken
        if error is None:
            try:
                self._store.transfers.verify(self._transfer.bucket, item.key, item.etag, partial)
                self._place(item, partial, path)
            except (DataOpsError, OSError) as failure:
                if isinstance(failure, CredentialsError | WorkspaceError) or is_full(failure):
                    raise
                error = failure
                item = replace(item, parts=b"")  # nothing of it is trusted
            else:
                return
        # It changed meanwhile, or between its last part and the check: from the start, once.
        if isinstance(error, InputError):
            try:
                fresh = self._look_again(item, ATTEMPTS if item.error else 1)
            except DataOpsError as failure:
                error = failure
            else:
                self._push([lambda: self._item(replace(fresh, error="changed meanwhile"))])
                return
        self._note(
            replace(item, parts=bytes(large.flags) if item.parts else b"", state=FAILED, error=_reason(error))
        )

    def _make_folder(self, folder: Path) -> None:
        """Below the chosen folder, and not through a link that leads out of it."""
        if folder in self._folders:
            return
        root = Path(self._transfer.folder)
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(root.resolve()):
            raise InputError(f"{folder} leads out of {root} through a link.", "")
        self._folders.add(folder)

    def _place(self, item: TransferItem, partial: Path, path: Path) -> None:
        if item.size > PART:
            with partial.open("rb") as file:
                os.fsync(file.fileno())
        if item.mtime_ns:
            os.utime(partial, ns=(item.mtime_ns, item.mtime_ns))
        partial.replace(path)
        self._note(replace(item, state=DONE, error="", parts=b""))


def _read(body: Any, key: str, size: int) -> bytes:
    """The next block; whatever breaks off is said in our words."""
    try:
        return bytes(body.read(size))
    except OSError as error:
        raise ProtocolError(f"{key}: the connection broke ({error}).", "It is asked for again.") from error
    except Exception as error:
        raise ProtocolError(
            f"{key}: {str(error)[:200] or type(error).__name__}", "It is asked for again."
        ) from error


def _new_file(path: Path) -> Any:
    """A file of our own: a link of that name is not followed."""
    flags = os.O_CREAT | os.O_TRUNC | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o666), "r+b")  # as the person's umask has it


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.lstat().st_size == size and not path.is_symlink()
    except OSError:
        return False


def _reason(error: BaseException) -> str:
    if isinstance(error, DataOpsError):
        return error.message
    return str(getattr(error, "strerror", "") or error)
