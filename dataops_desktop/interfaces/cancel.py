"""Cancelling work that runs in a thread: cancelling an asyncio task does not stop the thread it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable

from dataops_desktop.errors import CancelledByUserError


class CancelToken:
    """Passed into blocking work; also runs the remote stops registered with `on_cancel`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the work to stop; safe to call twice and from any thread."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            stops = list(self._stops)
        for stop in stops:
            stop()

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Run `stop` at cancel, at once when already cancelled. It must not block for long."""
        with self._lock:
            self._stops.append(stop)
            late = self._event.is_set()
        if late:
            stop()

    def wait(self, timeout_s: float) -> bool:
        """Sleep up to `timeout_s` seconds; True as soon as cancelled."""
        return self._event.wait(timeout_s)

    def raise_if_cancelled(self) -> None:
        """Raise CancelledByUserError once cancelled."""
        if self._event.is_set():
            raise CancelledByUserError
