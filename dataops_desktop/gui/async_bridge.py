"""Coroutines in the window: the only importer of qasync.

Rules it keeps: a task is referenced until it ends; its error always reaches somebody; nothing here nests an event loop
(one nested loop inside a coroutine stops every other task for good); at close tasks are cancelled and awaited, because
after `app.quit()` their `finally` blocks would not run.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from dataops_desktop.errors import CancelledByUserError

if TYPE_CHECKING:
    import asyncio

CLOSE_DEADLINE_S = 5.0


class AsyncBridge(QObject):
    """Runs coroutines on the Qt event loop. Before `run_forever` they are queued, so the window can paint first."""

    failed = Signal(object)  # the exception of a task nobody else answers for

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._loop: Any = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._queued: list[tuple[Coroutine[Any, Any, Any], Callable[[Exception], None] | None]] = []
        self._closing = False

    def run(
        self, coroutine: Coroutine[Any, Any, Any], on_error: Callable[[Exception], None] | None = None
    ) -> None:
        """Start a coroutine; `on_error` gets its exception, else `failed` does. A cancel by the person is no error."""
        if self._closing:
            coroutine.close()
        elif self._loop is None:
            self._queued.append((coroutine, on_error))
        else:
            frame = getattr(coroutine, "cr_frame", None)
            owner = frame.f_locals.get("self") if frame is not None else None  # whose method it is
            task = self._loop.create_task(coroutine)
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._finished(done, on_error, owner))

    def _finished(
        self, task: asyncio.Task[Any], on_error: Callable[[Exception], None] | None, owner: Any
    ) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None or isinstance(error, CancelledByUserError):
            return
        if isinstance(error, RuntimeError) and isinstance(owner, QObject) and not isValid(owner):
            return  # a page or dialog that was closed while it was being filled: there is nothing left to fill
        if on_error is not None and isinstance(error, Exception):
            on_error(error)
        else:
            self.failed.emit(error)

    @property
    def loop(self) -> Any:
        """The event loop, for a library that schedules on it; None before the start."""
        return self._loop

    @property
    def busy(self) -> int:
        """Running tasks."""
        return len(self._tasks)

    def start(self) -> Any:
        """Make the event loop (imports qasync) and start what was queued; returns the loop."""
        import asyncio  # with qasync 80 ms that the first paint need not wait for

        import qasync

        self._loop = qasync.QEventLoop(self._app)
        asyncio.set_event_loop(self._loop)
        queued, self._queued = self._queued, []
        for coroutine, on_error in queued:
            self._loop.call_soon(self.run, coroutine, on_error)
        return self._loop

    def run_forever(self) -> None:
        """The program's event loop, until `quit`; none where the end was asked for before it began."""
        if self._closing:
            return
        import asyncio

        loop = self._loop or self.start()
        with loop:
            loop.run_forever()
        asyncio.set_event_loop(None)
        self._loop = None

    def close(self, then: Callable[[], None]) -> None:
        """Cancel everything, wait for it up to a deadline, then call `then` and stop the loop."""
        self._closing = True
        for coroutine, _ in self._queued:
            coroutine.close()
        self._queued.clear()
        if self._loop is None:
            then()
            return

        import asyncio

        async def drain() -> None:
            # Also what coroutines started on their own, such as the poller.
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=CLOSE_DEADLINE_S)

        def done(_: Any) -> None:
            then()
            loop = self._loop
            QTimer.singleShot(0, loop.stop)

        self._loop.create_task(drain()).add_done_callback(done)
