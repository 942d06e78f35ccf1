"""Pieces every transfer is made of: a body that can be slowed down and stopped, a speed limit, names for files on their way."""

from __future__ import annotations

import errno
import hashlib
import io
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

PART = 8 << 20
MOST_PARTS = 10_000  # docs.aws.amazon.com/AmazonS3, "Amazon S3 multipart upload limits"
BLOCK = 1 << 18
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class StoppedError(Exception):
    """The transfer was paused or cancelled while this piece was on its way."""


def part_size(size: int) -> int:
    """Bytes of a part: 8 MiB, more where that would make too many."""
    return max(PART, -(-size // MOST_PARTS))


def nanoseconds(moment: str) -> int:
    """A time of the service, which it tells in whole seconds, as files have it; 0 where it tells none."""
    return int(datetime.fromisoformat(moment).timestamp()) * 1_000_000_000 if moment else 0


def partial_path(path: Path) -> Path:
    """Where a file lies until it is whole: beside its place, hidden, the same after a restart."""
    mark = hashlib.blake2b(str(path).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return path.with_name(f".{mark}.dataops-part")


class SpeedLimit:
    """Bytes a second for everything together; 0 is none."""

    def __init__(self) -> None:
        self.bytes_per_s = 0
        self._lock = threading.Lock()
        self._free_at = 0.0

    def take(self, count: int, stopped: threading.Event) -> None:
        """Wait until `count` more bytes may go; StoppedError once stopped."""
        if stopped.is_set():
            raise StoppedError
        rate = self.bytes_per_s
        if not rate or count <= 0:
            return
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free_at)
            self._free_at = start + count / rate
        if start > now and stopped.wait(start - now):
            raise StoppedError


class Body(io.RawIOBase):
    """Bytes on their way up. `moved` hears how many went, negative when they are sent again."""

    def __init__(
        self, data: bytes, limit: SpeedLimit, stopped: threading.Event, moved: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._data, self._limit, self._stopped, self._moved = memoryview(data), limit, stopped, moved
        self._at = 0

    def __len__(self) -> int:
        """All of them."""
        return len(self._data)

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """For being sent again."""
        return True

    def tell(self) -> int:
        """The place."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To another place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        new = max(0, min(len(self._data), base + offset))
        if new < self._at:
            self._moved(new - self._at)
        self._at = new
        return new

    def read(self, size: int = -1) -> bytes:
        """The next ones."""
        count = (
            len(self._data) - self._at if size is None or size < 0 else min(size, len(self._data) - self._at)
        )
        self._limit.take(count, self._stopped)
        found = bytes(self._data[self._at : self._at + count])
        self._at += count
        self._moved(count)
        return found

    def readinto(self, buffer: Any) -> int:
        """The next ones."""
        target = memoryview(buffer).cast("B")
        found = self.read(len(target))
        target[: len(found)] = found
        return len(found)


def is_full(error: BaseException) -> bool:
    """Whether a disk or a quota is full."""
    return isinstance(error, OSError) and error.errno in FULL
