"""Queries and the program's end: asked about before quitting, offered again at the next start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMainWindow

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.page_opener import PageOpener
from dataops_desktop.gui.window_context import WindowContext

PURGE, KEEP = tr("Delete"), tr("Keep them")


class QuitControl(QObject):
    """One per window."""

    def __init__(
        self, window: QMainWindow, context: WindowContext, opener: PageOpener, leave: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._leave = leave
        self._window, self._context, self._opener = window, context, opener
        self._answered = self._asking = False

    def must_ask(self) -> bool:
        """Whether the window has to stay for an answer; the question is open then."""
        count = 0 if self._answered else self._opener.running_queries()
        if count and not self._asking:
            self._asking = True
            self._context.run(self._ask(count))
        return count > 0

    async def _ask(self, count: int) -> None:
        from dataops_desktop.gui.dialogs.running_queries import STAY, STOP, ask_before_quit

        try:
            answer = await ask_before_quit(self._window, count)
        finally:
            self._asking = False
        if answer != STAY:
            # Not from inside this task: closing cancels every task.
            QTimer.singleShot(0, self, lambda: self.quit(leave_running=answer != STOP))

    def quit(self, leave_running: bool) -> None:
        """Close without asking (again)."""
        self._answered = True
        for live in self._context.connections.values():
            if live.opened:
                live.use_cases.leave_running(leave_running)
        self._leave()

    async def offer_unfinished(self) -> None:
        """After the start: what still ran when the program ended, or was left running."""
        left = [r for r in await self._context.use_cases.unfinished_queries() if r.execution_id]
        if not left:
            return
        from dataops_desktop.gui.dialogs.running_queries import STOP_THEM, WATCH, ask_after_start

        answer = await ask_after_start(self._window, len(left))
        if answer == WATCH:
            for record in left:
                self._opener.open_result(record)
        elif answer == STOP_THEM:
            await self._context.use_cases.stop_left_running(left)

    def ask_purge(self) -> None:
        """Results and copies that were kept: away with them, once asked."""
        self._context.run(self._purge())

    async def _purge(self) -> None:
        from dataops_desktop.gui.dialogs.ask import ask

        answer = await ask(
            self._window,
            tr("Delete kept results"),
            tr("Delete every result and copy that was kept on this computer?"),
            tr(
                "Pinned results and files taken from S3 into the local engine are deleted for good. Your own files and everything at the services stay."
            ),
            (PURGE, KEEP),
            warning=True,
        )
        if answer == PURGE:
            files, size = await self._context.use_cases.local_data.purge()
            self._context.status_requested.emit(
                tr(
                    "{files} deleted, {size}.",
                    files=formatting.count(files, "file", "files"),
                    size=formatting.size(size),
                )
            )
            self._context.queries_changed.emit()
