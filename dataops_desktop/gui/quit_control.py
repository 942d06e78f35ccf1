"""Queries and the program's end: asked about before quitting, offered again at the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from dataops_desktop.gui.page_opener import PageOpener
from dataops_desktop.gui.window_context import WindowContext


class QuitControl(QObject):
    """One per window."""

    def __init__(self, window: QMainWindow, context: WindowContext, opener: PageOpener) -> None:
        super().__init__(window)
        self._window, self._context, self._opener = window, context, opener
        self._answered = False

    def must_ask(self) -> bool:
        """Whether the window has to stay for an answer; the question is open then."""
        count = 0 if self._answered else self._opener.running_queries()
        if count:
            from dataops_desktop.gui.dialogs.running_queries import ask_before_quit

            ask_before_quit(self._window, count, lambda: self.quit(False), lambda: self.quit(True))
        return count > 0

    def quit(self, leave_running: bool) -> None:
        """Close without asking (again)."""
        self._answered = True
        self._context.use_cases.leave_running(leave_running)
        self._window.close()

    async def offer_unfinished(self) -> None:
        """After the start: what still ran when the program ended, or was left running."""
        left = [r for r in await self._context.use_cases.unfinished_queries() if r.execution_id]
        if not left:
            return
        from dataops_desktop.gui.dialogs.running_queries import ask_after_start

        def watch() -> None:
            for record in left:
                self._opener.open_result(record)

        ask_after_start(
            self._window,
            len(left),
            watch,
            lambda: self._context.run(self._context.use_cases.stop_left_running(left)),
        )
