"""The child's side of the pipe: a file of which only the parts that are read travel. The parent holds the credentials, the child nothing."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from typing import IO, Any

READ_AHEAD = 256 << 10


class RefusedError(Exception):
    """The parent hands out no more bytes."""


def send(pipe: IO[bytes], record: Any, data: bytes = b"") -> None:
    """A record and the bytes that belong to it."""
    text = json.dumps(record).encode()
    pipe.write(struct.pack(">IQ", len(text), len(data)) + text)
    if data:
        pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[Any, bytes]:
    """The other side's; EOFError at the end."""
    header = pipe.read(12)
    if len(header) < 12:
        raise EOFError
    lengths = struct.unpack(">IQ", header)
    text = pipe.read(lengths[0])
    data = pipe.read(lengths[1]) if lengths[1] else b""
    if len(text) < lengths[0] or len(data) < lengths[1]:
        raise EOFError
    return json.loads(text), data


class RemoteFile(io.RawIOBase):
    """Seekable. What was fetched is kept; neighbours of what is asked come with it."""

    def __init__(self, size: int, source: IO[bytes], sink: IO[bytes]) -> None:
        super().__init__()
        self.size, self._source, self._sink = size, source, sink
        self._parts: list[tuple[int, bytes]] = []
        self._at = 0
        self.read_ahead = READ_AHEAD

    @classmethod
    def of(cls, data: bytes) -> RemoteFile:
        """One of which everything is here."""
        held = cls(len(data), io.BytesIO(), io.BytesIO())
        held._parts = [(0, data)]
        return held

    def fetch(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Get (start, length) ranges in one go."""
        wanted = [
            piece
            for start, length in ranges
            for piece in self._missing(start, min(length, self.size - start))
        ]
        if not wanted:
            return
        send(self._sink, {"read": wanted})
        answer, data = receive(self._source)
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        at = 0
        for start, length in wanted:
            self._parts.append((start, data[at : at + length]))
            at += length

    def head(self, length: int) -> bytes:
        """The first bytes."""
        self.fetch([(0, length)])
        return self.at(0, min(length, self.size))

    def tail(self, length: int) -> bytes:
        """The last bytes."""
        start = max(0, self.size - length)
        self.fetch([(start, self.size - start)])
        return self.at(start, self.size - start)

    def whole(self) -> bytes:
        """All of it."""
        return self.head(self.size)

    def _missing(self, start: int, length: int) -> list[tuple[int, int]]:
        """What of a range is not here yet, as (start, length)."""
        end, found = start + length, []
        for at, data in sorted(self._parts, key=lambda part: part[0]):
            if at + len(data) <= start or at >= end:
                continue
            if at > start:
                found.append((start, at - start))
            start = max(start, at + len(data))
        return [*found, (start, end - start)] if start < end else found

    def at(self, start: int, length: int) -> bytes:
        """Bytes that may still have to be fetched."""
        length = max(0, min(length, self.size - start))
        if not length:
            return b""
        if missing := self._missing(start, length):
            self.fetch([(at, max(size, min(self.read_ahead, self.size - at))) for at, size in missing])
        out = bytearray(length)
        for at, data in self._parts:
            low, high = max(start, at), min(start + length, at + len(data))
            if low < high:
                out[low - start : high - start] = data[low - at : high - at]
        return bytes(out)

    # the file
    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To another place."""
        self._at = max(0, {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence] + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        target = memoryview(buffer).cast("B")
        data = self.at(self._at, len(target))
        target[: len(data)] = data
        self._at += len(data)
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self.at(self._at, self.size - self._at if size is None or size < 0 else size)
        self._at += len(data)
        return data
