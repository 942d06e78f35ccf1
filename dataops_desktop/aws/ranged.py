"""Reading one S3 object by ranged GETs, a few of them ahead: a cut connection costs one range, not the object.

The first range is small, so that the first rows come at once. At most AHEAD + 1 ranges are in memory.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from dataops_desktop.aws.errors import ErrorRule, aws_call
from dataops_desktop.errors import DataOpsError, ProtocolError

FIRST_BYTES, RANGE_BYTES = 256 << 10, 8 << 20
AHEAD = 2
ATTEMPTS = 3


class RangedObject(io.RawIOBase):
    """A readable file over an object. Raises what the error pack says; a changed object is a ProtocolError."""

    def __init__(
        self,
        client: Any,
        bucket: str,
        key: str,
        pack: tuple[ErrorRule, ...] = (),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._client, self._bucket, self._key, self._pack, self._check = client, bucket, key, pack, check
        self._etag = ""
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[bytes]] = deque()
        self._left = memoryview(b"")
        self._size = self._asked = 0
        self._open_first()

    def _open_first(self) -> None:
        first, self._size = self._get(0, FIRST_BYTES)
        self._left, self._asked = memoryview(first), len(first)
        if self._asked < self._size:
            self._pool = ThreadPoolExecutor(AHEAD, thread_name_prefix="dataops-range")
            self._ask()

    def _ask(self) -> None:
        while self._pool is not None and self._asked < self._size and len(self._waiting) < AHEAD:
            start = self._asked
            count = min(RANGE_BYTES, self._size - start)
            self._asked += count
            self._waiting.append(self._pool.submit(lambda s=start, n=count: self._get(s, n)[0]))  # type: ignore[misc]

    def _get(self, start: int, count: int) -> tuple[bytes, int]:
        """(bytes, size of the whole object); asked again where a connection was cut."""
        for attempt in range(1, ATTEMPTS + 1):
            self._check()
            try:
                return self._get_once(start, count)
            except DataOpsError as error:
                if attempt == ATTEMPTS or not (error.transient or isinstance(error, ProtocolError)):
                    raise
        raise AssertionError("unreachable")

    def _get_once(self, start: int, count: int) -> tuple[bytes, int]:
        more = {"IfMatch": self._etag} if self._etag else {}
        with aws_call("s3", "GetObject", self._pack):
            answer = self._client.get_object(
                Bucket=self._bucket, Key=self._key, Range=f"bytes={start}-{start + count - 1}", **more
            )
            data = bytes(answer["Body"].read())
        whole = str(answer.get("ContentRange") or "").rpartition("/")[2]
        size = int(whole) if whole.isdigit() else len(data)
        if len(data) != min(count, max(0, size - start)):
            raise ProtocolError(
                f"s3://{self._bucket}/{self._key} answered {len(data):,} of {count:,} bytes.", "Try again."
            )
        self._etag = self._etag or str(answer.get("ETag") or "")
        return data, size

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, in order."""
        target = memoryview(buffer).cast("B")
        if not self._left and self._waiting:
            self._left = memoryview(self._waiting.popleft().result())
            self._ask()
        count = min(len(target), len(self._left))
        target[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        """Ranges that are asked for are let go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        super().close()
