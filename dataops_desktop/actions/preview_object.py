"""A first look into an object by ranged reads: this process holds the credentials and the budget, a guarded child does the reading.

A spare child waits with its imports done once a preview was asked for. One preview is one child: what a file does to it ends with it.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, cast

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import ObjectStore
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.preview.remote_file import receive, send

CHILD = "dataops_desktop.preview.process"
ROWS = 500
COLUMN_BYTES = 8 << 20  # of one row group, unless columns are asked for
MOST_BYTES, MOST_REQUESTS = 96 << 20, 64
CHILD_S = 20.0


@dataclass(frozen=True)
class PreviewTable:
    """A small table about the file."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Preview:
    """What is in an object. `rows`, `text` or `picture` (PNG); `bytes_read` of `size` bytes in `requests` requests."""

    kind: str
    size: int
    bytes_read: int
    requests: int
    reader: str = ""
    rows: ResultRows | None = None
    text: str = ""
    picture: bytes = b""
    whole: bool = True
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[PreviewTable, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)


class Previews:
    """Previews of one connection's objects, and the child that waits for the next."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._spare: subprocess.Popen[bytes] | None = None
        context.on_close(self.close)

    async def look(
        self, store: ObjectStore, bucket: str, key: str, size: int, cancel: CancelToken, choices: Mapping[str, Any] | None = None, rows: int = ROWS
    ) -> Preview:  # fmt: skip
        """Preview an object of known size and say what was read. QueryFailedError where it cannot be read."""
        scratch = self._context.results.scratch(f"preview-{uuid.uuid4().hex[:12]}.tmp")
        request = {
            "name": key.rpartition("/")[2],
            "size": size,
            "scratch": str(scratch),
            "rows": rows,
            "bytes": COLUMN_BYTES,
            **(choices or {}),
        }
        talk = _Talk(store, bucket, key, cancel)
        try:
            record, data = await self._context.signed_in("preview", self._talk, talk, request)
        finally:
            await self._context.local(scratch.unlink, missing_ok=True)
        return await self._context.local(self._preview, record, data, size, talk)

    def warm(self) -> None:
        """Start a child that waits, if none does. Blocks for a moment."""
        with self._lock:
            if self._spare is None or self._spare.poll() is not None:
                self._spare = self._context.start_child(CHILD)

    def _talk(self, talk: _Talk, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            child, self._spare = self._spare, None
        if child is None or child.poll() is not None:
            child = self._context.start_child(CHILD)
        self.warm()
        talk.cancel.on_cancel(child.kill)
        timer = threading.Timer(CHILD_S + talk.allowance, child.kill)
        timer.start()
        try:
            return talk.run(child, request)
        finally:
            timer.cancel()
            _end(child)

    def _preview(self, record: dict[str, Any], data: bytes, size: int, talk: _Talk) -> Preview:
        rows = self._keep(data) if record["rows"] else None
        return Preview(
            record["kind"], size, talk.bytes_read, talk.requests, record["reader"], rows, record["text"], b"" if record["rows"] else data, record["whole"],
            tuple(record["notes"]), tuple((str(name), str(value)) for name, value in record["facts"]),
            tuple(PreviewTable(t["title"], tuple(t["columns"]), tuple(tuple(row) for row in t["rows"])) for t in record["tables"]), record["choices"],
        )  # fmt: skip

    def _keep(self, data: bytes) -> ResultRows:
        import pyarrow as pa

        with pa.ipc.open_stream(pa.BufferReader(data)) as reader:
            columns = [ResultColumn(f.name, str(f.type)) for f in reader.schema]
            rows = self._context.results.create(f"preview-{uuid.uuid4().hex[:12]}", columns, reader.schema)
            for batch in reader:
                rows.append(batch)
        rows.finish()
        return rows

    def close(self) -> None:
        """End the waiting child."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            _end(spare)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what was still to be written has no reader
                pipe.close()
    child.wait()


class _Talk:
    """One conversation with a child: its reads are answered within a budget."""

    allowance = 40.0  # seconds the network may take beyond the child's own time

    def __init__(self, store: ObjectStore, bucket: str, key: str, cancel: CancelToken) -> None:
        self._store, self._bucket, self._key, self.cancel = store, bucket, key, cancel
        self.bytes_read = self.requests = 0

    def run(self, child: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The child's answer."""
        source, sink = cast("IO[bytes]", child.stdout), cast("IO[bytes]", child.stdin)
        started = time.monotonic()
        try:
            send(sink, request)
            while True:
                record, data = receive(source)
                if "read" not in record:
                    break
                self._answer(sink, record["read"], int(request["size"]))
        except (EOFError, OSError, ValueError) as error:
            self.cancel.raise_if_cancelled()
            slow = time.monotonic() - started > CHILD_S
            raise QueryFailedError(
                f"{self._key} {'took too long to read' if slow else 'made its reader end'}.",
                "It may be damaged, or made to do harm. Download it only if you trust where it is from.",
            ) from error
        if "error" in record:
            raise QueryFailedError(
                f"{self._key} cannot be shown: {record['error']}.",
                "Check that it is whole and of the kind its name says.",
            )
        return record, data

    def _answer(self, sink: IO[bytes], ranges: Sequence[Sequence[int]], size: int) -> None:
        parts = []
        for start, length in ranges:
            if (
                not (isinstance(start, int) and isinstance(length, int))
                or start < 0
                or length <= 0
                or start + length > size
            ):
                send(sink, {"refused": "its index points outside of it"})
                return
            if self.bytes_read + length > MOST_BYTES or self.requests >= MOST_REQUESTS:
                send(sink, {"refused": f"a look at it would take more than {MOST_BYTES >> 20} MB"})
                return
            self.cancel.raise_if_cancelled()
            parts.append(self._store.read_range(self._bucket, self._key, start, length))
            self.requests += 1
            self.bytes_read += length
        send(sink, {}, b"".join(parts))
