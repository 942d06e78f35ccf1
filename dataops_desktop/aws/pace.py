"""How many calls of one service run at once: more while all goes well, half as many when the service asks to slow down.

botocore waits and tries again by itself; this keeps the other threads from adding to what it is waiting for. (botocore's own
`adaptive` mode limits calls a second for the whole client down to one in two seconds, which a listing of a few calls never recovers from.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dataops_desktop.aws.errors import THROTTLE_CODES

HALVE_AT_MOST_EVERY_S = 0.5


class Pace:
    """A limit between 1 and `most` that adds one for each full round of successes and halves when throttled."""

    def __init__(self, start: int = 8, most: int = 16) -> None:
        self._most, self._limit = most, float(start)
        self._running = 0
        self._halved_at = 0.0
        self._free = threading.Condition()

    @property
    def limit(self) -> int:
        """Calls that may run at once now."""
        return max(1, int(self._limit))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and give it back."""
        with self._free:
            while self._running >= self.limit:
                self._free.wait()
            self._running += 1
        try:
            yield
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def succeeded(self) -> None:
        """One call went through."""
        with self._free:
            if self._limit < self._most:
                self._limit = min(float(self._most), self._limit + 1 / self._limit)
                self._free.notify()

    def throttled(self) -> None:
        """The service asked to slow down; what one burst was told counts once."""
        with self._free:
            now = time.monotonic()
            if now - self._halved_at >= HALVE_AT_MOST_EVERY_S:
                self._halved_at = now
                self._limit = max(1.0, self._limit / 2)

    def watch(self, client: Any, service: str) -> None:
        """Hear what a client's calls are answered, retried ones too."""

        def heard(response: Any = None, **_: Any) -> None:
            if not response:
                return
            code = str(response[1].get("Error", {}).get("Code", ""))
            if code in THROTTLE_CODES:
                self.throttled()
            elif not code:
                self.succeeded()

        client.meta.events.register_last(f"needs-retry.{service}", heard)
