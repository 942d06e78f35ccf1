"""The sandbox's S3 objects as files DuckDB can read and write, in process and without HTTP.

DuckDB's wheel has no `httpfs`; an fsspec filesystem registered with protocol `s3` makes `read_parquet('s3://…')` work
unmodified. Every byte handed out is counted: that count is Athena's `DataScannedInBytes`.
"""

from __future__ import annotations

import io
import threading
from typing import Any, ClassVar

from fsspec.spec import AbstractFileSystem

DEFAULT_ACCOUNT = "123456789012"


def s3_backend(account: str = DEFAULT_ACCOUNT) -> Any:
    """moto's S3 model for one account."""
    from moto.s3.models import s3_backends

    return s3_backends[account]["aws"]


def split_location(location: str) -> tuple[str, str]:
    """`s3://bucket/a/b` → (`bucket`, `a/b`)."""
    bucket, _, key = location.removeprefix("s3://").removeprefix("s3a://").partition("/")
    return bucket, key


def data_keys(backend: Any, location: str) -> list[Any]:
    """The data objects below a location, as Athena sees them: no `_x`, no `.x`, no empty objects, sorted by key."""
    bucket, prefix = split_location(location)
    prefix = prefix.rstrip("/") + "/" if prefix.strip("/") else ""
    if bucket not in backend.buckets:
        return []
    found = [
        key
        for key in list(backend.buckets[bucket].keys.values())
        if key.name.startswith(prefix)
        and key.size
        and not any(part.startswith(("_", ".")) for part in key.name[len(prefix) :].split("/"))
    ]
    return sorted(found, key=lambda key: key.name)


def read_object(backend: Any, location: str) -> bytes:
    """Whole object as bytes; raises KeyError when it is not there."""
    bucket, key = split_location(location)
    return bytes(backend.buckets[bucket].keys[key].value)


def write_object(backend: Any, location: str, body: bytes) -> None:
    """Put one object."""
    bucket, key = split_location(location)
    backend.put_object(bucket, key, body)


class _CountedFile(io.BytesIO):
    def __init__(self, data: bytes, owner: ObjectFiles, name: str) -> None:
        super().__init__(data)
        self._owner, self._name = owner, name
        if data[-4:] == b"PAR1":
            owner.note_footer(name, len(data) - 8 - int.from_bytes(data[-8:-4], "little"), len(data))

    def read(self, size: int | None = -1, /) -> bytes:
        start = self.tell()
        chunk = super().read(size)
        self._owner.count(self._name, start, start + len(chunk))
        return chunk


class _UploadFile(io.BytesIO):
    def __init__(self, owner: ObjectFiles, location: str) -> None:
        super().__init__()
        self._owner, self._location = owner, location

    def close(self) -> None:
        if not self.closed:
            write_object(self._owner.backend, self._location, self.getvalue())
        super().close()


def _distinct(ranges: list[tuple[int, int]]) -> int:
    reached = total = 0
    for start, end in sorted(ranges):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


class ObjectFiles(AbstractFileSystem):
    """fsspec view onto moto's objects; one per query, so its byte count is that query's."""

    protocol: ClassVar[str] = "s3"
    cachable = False
    root_marker = ""

    def __init__(self, backend: Any, **options: Any) -> None:
        super().__init__(skip_instance_cache=True, **options)
        self.backend = backend
        self._lock = threading.Lock()
        self._counting = False
        self._ranges: dict[str, list[tuple[int, int]]] = {}
        self._footers: dict[str, tuple[int, int]] = {}

    def start_counting(self) -> None:
        """Planning is over: what is read from here on is scanned."""
        self._counting = True

    def note_footer(self, name: str, start: int, end: int) -> None:
        """Where the footer of a Parquet file lies."""
        self._footers[name] = start, end

    def count(self, name: str, start: int, end: int) -> None:
        """Note a read of bytes [start, end) of an object."""
        if self._counting and end > start:
            with self._lock:
                self._ranges.setdefault(name, []).append((start, end))

    @property
    def bytes_scanned(self) -> int:
        """Distinct bytes read since `start_counting`.

        DuckDB reads the footer of every Parquet file when it binds a statement, also those of partitions it then leaves out,
        and may or may not read it again when it runs. Athena opens only what it needs. So a file whose data was read counts
        with its whole footer, and one of which only the footer was read counts where nothing else was read at all.
        """
        whole = footers = 0
        with self._lock:
            for name, ranges in self._ranges.items():
                footer = self._footers.get(name)
                if footer is None:
                    whole += _distinct(ranges)
                elif min(ranges)[0] < footer[0]:
                    whole += (
                        _distinct([(start, min(end, footer[0])) for start, end in ranges])
                        + footer[1]
                        - footer[0]
                    )
                else:
                    footers += footer[1] - footer[0]
        return whole or footers

    @classmethod
    def _strip_protocol(cls, path: Any) -> str:
        return str(path).removeprefix("s3://").lstrip("/")

    def _key(self, path: str) -> Any:
        bucket, _, name = self._strip_protocol(path).partition("/")
        return self.backend.buckets[bucket].keys.get(name) if bucket in self.backend.buckets else None

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Size and time of one object; DuckDB is only ever given explicit keys, so folders need no answer."""
        key = self._key(path)
        if key is None:
            raise FileNotFoundError(path)
        return {
            "name": self._strip_protocol(path),
            "size": key.size,
            "type": "file",
            "LastModified": key.last_modified,
        }

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """One object as a listing of itself."""
        entry = self.info(path)
        return [entry] if detail else [entry["name"]]

    def modified(self, path: str) -> Any:
        """Time of the last write."""
        return self.info(path)["LastModified"]

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if "w" in mode:
            return _UploadFile(self, "s3://" + self._strip_protocol(path))
        key = self._key(path)
        if key is None:
            raise FileNotFoundError(path)
        return _CountedFile(key.value, self, self._strip_protocol(path))
