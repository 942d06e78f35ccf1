"""Running a worksheet's statements one after another, with their progress, errors and results."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from dataops_desktop.actions.run_query import QueryOutcome
from dataops_desktop.errors import CancelledByUserError, DataOpsError, QueryFailedError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.query_results import ResultTabs
from dataops_desktop.gui.pages.result_tab import ResultTab
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.interfaces.query_engine import QueryStatus
from dataops_desktop.sql.split import Statement

SLOW_QUERY_S = 2.0  # from here on a query is an activity of its own
Start = Callable[[Statement, CancelToken, Any, Any], Awaitable[QueryOutcome]]


class QueryRunner(QObject):
    """`start` runs one statement; `progressed` tells (text for the timer), `running_changed` the two ends."""

    running_changed = Signal(bool)
    progressed = Signal(str)

    def __init__(
        self, context: WindowContext, editor: SqlEditor, results: ResultTabs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._editor, self._results = context, editor, results
        self._cancel: CancelToken | None = None
        self._started, self._state_text = 0.0, ""
        self._ticker = QTimer(self, interval=100)
        self._ticker.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        """Whether a statement runs now."""
        return self._cancel is not None

    def cancel(self) -> None:
        """Stop the running query, here and at the service."""
        if self._cancel is not None:
            self._state_text = tr("Cancelling")
            self._cancel.cancel()

    def starts_now(self) -> None:
        """What was asked before is not the query's time."""
        self._started = time.monotonic()

    def _tick(self) -> None:
        took = formatting.duration((time.monotonic() - self._started) * 1000)
        self.progressed.emit(f"{self._state_text} · {took}")

    async def run(self, statements: list[Statement], start: Start) -> None:
        """All of them, or up to the first failure."""
        self._cancel = cancel = CancelToken()
        self._ticker.start()
        self.running_changed.emit(True)
        self._editor.clear_error()
        try:
            for number, statement in enumerate(statements, 1):
                prefix = f"{number} of {len(statements)} · " if len(statements) > 1 else ""
                if not await self._run_one(statement, cancel, prefix, start):
                    break
        finally:
            self._cancel = None
            self._ticker.stop()
            self.running_changed.emit(False)
            self._context.queries_changed.emit()

    async def _run_one(self, statement: Statement, cancel: CancelToken, prefix: str, start: Start) -> bool:
        self._started, self._state_text = time.monotonic(), tr("{prefix}Starting", prefix=prefix)
        tab: ResultTab | None = None
        activity: Any = None

        def on_status(status: QueryStatus) -> None:
            nonlocal activity
            text = status.note or formatting.state(status.state)
            self._state_text = f"{prefix}{tr('Cancelling') if cancel.cancelled else text}"
            if activity is None and time.monotonic() - self._started > SLOW_QUERY_S:
                activity = self._context.start_activity(
                    tr("Query: {statement}", statement=" ".join(statement.text.split())[:60])
                )
                activity.cancel.on_cancel(cancel.cancel)
            if activity is not None:
                scanned = tr(
                    "{running} · {bytes_scanned} scanned",
                    running=text,
                    bytes_scanned=formatting.size(status.bytes_scanned),
                )
                self._context.update_activity(activity, Progress(scanned))

        def on_rows(rows: Any) -> None:
            nonlocal tab
            if tab is None:
                tab = self._results.add(ResultTab(self._context, rows))
            tab.rows_arrived()
            if not rows.complete:
                self._state_text = f"{prefix}{formatting.count(rows.row_count, 'row', 'rows')}"

        try:
            outcome = await start(statement, cancel, on_status, on_rows)
        except CancelledByUserError as error:
            note = ResultTab(self._context, None)
            note.show_message(error.message)
            self._results.add(note, tr("Cancelled"))
            self._finish(activity, "cancelled", error.message)
            return False
        except DataOpsError as error:
            self._show_error(statement, error)
            self._finish(activity, "failed", error.message)
            return False
        if tab is None:
            tab = self._results.add(ResultTab(self._context, outcome.rows))
        tab.show_outcome(outcome, statement.text)
        self._finish(activity, "done", formatting.count(outcome.row_count, "row", "rows"))
        return True

    def _show_error(self, statement: Statement, error: DataOpsError) -> None:
        if isinstance(error, QueryFailedError) and error.line:
            self._editor.mark_error(statement, error.line, error.column)
        else:
            self._context.report(error)
        tab = ResultTab(self._context, None)
        tab.show_error(error)
        self._results.add(tab, tr("Error"))

    def _finish(self, activity: Any, state: str, outcome: str) -> None:
        if activity is not None:
            self._context.update_activity(activity, state=state, outcome=outcome)
