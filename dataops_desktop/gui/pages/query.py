"""A worksheet: editor above, one result tab a statement below."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QTabWidget, QWidget

from dataops_desktop.actions.run_query import ATHENA, QueryOutcome, RunQueryOptions
from dataops_desktop.errors import CancelledByUserError, DataOpsError, QueryFailedError
from dataops_desktop.gui import formatting
from dataops_desktop.gui._forms.query_page import Ui_QueryPage
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.pages.query_assist import QueryAssist
from dataops_desktop.gui.pages.query_estimate import EstimateLine
from dataops_desktop.gui.pages.query_local import LocalSwitch
from dataops_desktop.gui.pages.query_parameters import bound
from dataops_desktop.gui.pages.result_tab import ResultTab
from dataops_desktop.gui.widgets.find_bar import FindBar
from dataops_desktop.gui.widgets.plain_label import styled
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.interfaces.query_engine import QueryStatus
from dataops_desktop.interfaces.workspace import QueryRecord
from dataops_desktop.sql.completion import Completion, CompletionCatalog, complete
from dataops_desktop.sql.split import Statement

KEPT_RESULTS = 10
Start = Callable[[Statement, CancelToken, Any, Any], Awaitable[QueryOutcome]]
SLOW_QUERY_S = 2.0  # from here on a query is an activity of its own


class QueryPage(QWidget):
    """`draft_changed` fires when what would be lost in a crash changed."""

    draft_changed = Signal()
    title_changed = Signal()

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        state = state or {}
        self._id = str(state.get("id") or uuid.uuid4().hex)
        self._path = Path(state["path"]) if state.get("path") else None
        self._number = int(state.get("number") or 0)
        self._wanted_database = str(state.get("database") or "")
        self._wanted_workgroup = str(state.get("workgroup") or "")
        self._cancel: CancelToken | None = None
        self._started = 0.0
        self._state_text = ""
        form = self._form = Ui_QueryPage()
        form.setupUi(self)
        self.editor = SqlEditor(context.theme, self._complete, self)
        self.results = QTabWidget()
        self.results.setTabsClosable(True)
        self.results.setDocumentMode(True)
        self.results.tabCloseRequested.connect(self._close_result)
        self.assist = QueryAssist(context, self.editor, self._words)
        self.find_bar = FindBar(self.editor)
        self.find_bar.closed.connect(self.editor.setFocus)
        form.outer.insertWidget(1, self.find_bar)
        form.splitter.addWidget(self.editor)
        form.splitter.addWidget(self.results)
        self.results.hide()
        form.run.setProperty("primary", True)
        form.run.setIcon(icon("play", context.theme.color("onaccent")))
        form.run.clicked.connect(lambda: self.run(everything=False))
        form.cancel.clicked.connect(self.cancel_running)
        form.cancel.setEnabled(False)
        form.save.clicked.connect(self.save)
        styled(form.timer, role="muted")
        styled(form.estimate, role="muted")
        form.timer.hide()
        self.estimate = EstimateLine(
            context, form.estimate, self._statement_text, self.database, lambda: self.local.on
        )
        self.editor.set_text(str(state.get("text") or ""))
        if state.get("caret"):
            self.editor.set_caret(int(state["caret"]))
        self.editor.text_changed.connect(self._text_changed)
        self.editor.caret_moved.connect(self.estimate.refresh)
        self.editor.completed.connect(self._remember_completion)
        self.editor.run_requested.connect(lambda: self.run(everything=False))
        form.database.currentTextChanged.connect(lambda _: self.draft_changed.emit())
        form.database.currentTextChanged.connect(lambda _: self.estimate.refresh())
        self.local = LocalSwitch(context, form, self, self.editor)
        self.local.use(str(state.get("engine") or ATHENA))
        self.local.changed.connect(self.draft_changed)
        self.local.changed.connect(self.estimate.forget)
        self._ticker = QTimer(self, interval=100)
        self._ticker.timeout.connect(self._tick)
        self._dirty = bool(state.get("dirty"))
        context.catalog_changed.connect(self._fill_databases)
        context.catalog_changed.connect(self.estimate.forget)
        self._fill_databases()
        context.run(self._fill_workgroups(), lambda _: self._form.workgroup.setEnabled(False))

    # what the window asks
    def page_title(self) -> str:
        """File name, or Query n; a dot when there is unsaved text."""
        name = self._path.name if self._path else f"Query {self._number}" if self._number else "Query"
        return f"{name} •" if self._dirty and self._path else name

    def page_icon(self) -> str:
        """Tab icon."""
        return "query"

    def page_key(self) -> str:
        """Every worksheet is its own."""
        return f"query:{self._id}"

    def state(self) -> dict[str, Any]:
        """Text, place and choices."""
        return {
            "kind": "query", "id": self._id, "number": self._number, "text": self.editor.text(), "caret": self.editor.caret(), "engine": self.local.engine,
            "database": self.database(), "workgroup": self._form.workgroup.currentText() or self._wanted_workgroup,
            "path": str(self._path) if self._path else "", "dirty": self._dirty,
        }  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether a statement runs now."""
        return self._cancel is not None

    def database(self) -> str:
        """The chosen database."""
        return self._form.database.currentText() or self._wanted_database

    # choices
    def _fill_databases(self) -> None:
        async def work() -> None:
            nodes = await self._context.use_cases.children(None, "glue-database")
            names = [stored.node.name for stored in nodes]
            combo, wanted = self._form.database, self.database()
            combo.blockSignals(True)
            combo.clear()
            combo.addItems(names)
            combo.setCurrentIndex(max(0, combo.findText(wanted)))
            combo.blockSignals(False)
            combo.setEnabled(bool(names))
            combo.setToolTip(
                "Database of names without one" if names else "Sync AWS Glue to choose a database"
            )

        self._context.run(work())

    async def _fill_workgroups(self) -> None:
        groups = await self._context.use_cases.workgroups()
        combo = self._form.workgroup
        combo.clear()
        for group in groups:
            combo.addItem(group.name)
            limit = (
                f"\nStops a query at {formatting.size(group.bytes_cutoff)} scanned"
                if group.bytes_cutoff
                else ""
            )
            combo.setItemData(
                combo.count() - 1,
                f"{group.engine_version}\n{group.description}{limit}".strip(),
                Qt.ItemDataRole.ToolTipRole,
            )
        combo.setCurrentIndex(max(0, combo.findText(self._wanted_workgroup or "primary")))
        combo.setEnabled(bool(groups))

    def _words(self) -> tuple[CompletionCatalog, str]:
        if self.local.on:
            return self._context.use_cases.local_data, "duckdb"
        return self._context.use_cases.schema.scoped(self.database()), ATHENA

    def _complete(self, sql: str, offset: int) -> list[Completion]:
        return complete(sql, offset, *self._words())

    def edit(self, action: str) -> None:
        """A command of the Edit menu."""
        actions = {
            "comment": self.editor.toggle_comment,
            "find": lambda: self.find_bar.open(False),
            "replace": lambda: self.find_bar.open(True),
            "format": self.assist.format,
            "go_to_table": self.assist.go_to_table,
            "focus": self.editor.setFocus,
        }
        if action in actions:
            actions[action]()
        else:
            self.editor.line_action(action)

    def _remember_completion(self, item: Completion) -> None:
        if item.kind in {"table", "view", "column", "function"}:
            self._context.run(self._context.use_cases.remember_name(item.text))

    def _statement_text(self) -> str:
        found = self.editor.statements_to_run()
        return found[0].text if len(found) == 1 else ""

    # running
    def run(self, everything: bool = False) -> None:
        """Run the selection or the statement at the caret, or all statements, one after another."""
        statements = self.editor.all_statements() if everything else self.editor.statements_to_run()
        if self.running:
            self._context.status_requested.emit("This worksheet is running a query already.")
        elif not statements:
            self._context.status_requested.emit("There is no statement to run.")
        else:
            self._context.run(self._run(statements))

    def resume(self, record: QueryRecord) -> None:
        """Show the result of a query that was started before; it is watched and read, not run."""

        async def start(_: Statement, cancel: CancelToken, on_status: Any, on_rows: Any) -> QueryOutcome:
            return await self._context.use_cases.resume(record, cancel, on_status, on_rows)

        statement = Statement(record.sql, 0, len(record.sql))
        self._context.run(self._run([statement], start))

    async def _start(
        self, statement: Statement, cancel: CancelToken, on_status: Any, on_rows: Any
    ) -> QueryOutcome:
        """Ask for parameters, look at the price, run."""
        sql, values = await bound(
            self._context, statement.text, self._words(), inline=self.local.on, parent=self
        )
        expected = await self.estimate.allowed(sql, self)
        self._started = time.monotonic()  # what was asked before is not the query's time
        return await self._context.use_cases.query(
            self._options(sql, values), cancel, on_status, on_rows, expected
        )

    async def _run(self, statements: list[Statement], start: Start | None = None) -> None:
        self._cancel = cancel = CancelToken()
        self._set_running(True)
        self.editor.clear_error()
        try:
            for number, statement in enumerate(statements, 1):
                prefix = f"{number} of {len(statements)} · " if len(statements) > 1 else ""
                if not await self._run_one(statement, cancel, prefix, start):
                    break
        finally:
            self._cancel = None
            self._set_running(False)
            self._context.queries_changed.emit()
            self.estimate.forget()

    async def _run_one(
        self, statement: Statement, cancel: CancelToken, prefix: str, start: Start | None = None
    ) -> bool:
        self._started, self._state_text = time.monotonic(), f"{prefix}Starting"
        tab: ResultTab | None = None
        activity: Any = None

        def on_status(status: QueryStatus) -> None:
            nonlocal activity
            self._state_text = f"{prefix}{status.state.capitalize()}"
            if activity is None and time.monotonic() - self._started > SLOW_QUERY_S:
                activity = self._context.start_activity(f"Query: {' '.join(statement.text.split())[:60]}")
                activity.cancel.on_cancel(cancel.cancel)
            if activity is not None:
                self._context.update_activity(
                    activity,
                    Progress(
                        f"{status.state.capitalize()} · {formatting.size(status.bytes_scanned)} scanned"
                    ),
                )

        def on_rows(rows: Any) -> None:
            nonlocal tab
            if tab is None:
                tab = self._add_result(ResultTab(self._context, rows))
            tab.rows_arrived()
            if not rows.complete:
                self._state_text = f"{prefix}{formatting.whole(rows.row_count)} rows"

        try:
            outcome = await (start or self._start)(statement, cancel, on_status, on_rows)
        except CancelledByUserError as error:
            self._show_note(statement, error.message, "Cancelled")
            self._finish_activity(activity, "cancelled", error.message)
            return False
        except DataOpsError as error:
            self._show_error(statement, error)
            self._finish_activity(activity, "failed", error.message)
            return False
        if tab is None:
            tab = self._add_result(ResultTab(self._context, outcome.rows))
        tab.show_outcome(outcome, statement.text)
        self._finish_activity(activity, "done", f"{formatting.whole(outcome.row_count)} rows")
        if self.local.on:
            return True
        if outcome.status.statement_type != "DML" or statement.text.lstrip()[:6].upper() == "INSERT":
            self._context.catalog_changed.emit()
        return True

    def _options(self, sql: str, values: tuple[str, ...]) -> RunQueryOptions:
        if self.local.on:
            data = self._context.use_cases.local_data
            return RunQueryOptions(
                sql, data.default_database, engine=self.local.engine, attachments=data.attachments()
            )
        return RunQueryOptions(
            sql,
            self.database() or None,
            workgroup=self._form.workgroup.currentText() or None,
            parameters=values,
        )

    def _finish_activity(self, activity: Any, state: str, outcome: str) -> None:
        if activity is not None:
            self._context.update_activity(activity, state=state, outcome=outcome)

    def cancel_running(self) -> None:
        """Stop the running query, here and at the service."""
        if self._cancel is not None:
            self._state_text = "Cancelling"
            self._form.cancel.setEnabled(False)
            self._cancel.cancel()

    def _set_running(self, running: bool) -> None:
        self._form.run.setEnabled(not running)
        self._form.cancel.setEnabled(running)
        self._form.timer.setVisible(running)  # in the place of the estimate
        self._form.estimate.setVisible(not running)
        if running:
            self._ticker.start()
        else:
            self._ticker.stop()
            self._form.timer.setText("")

    def _tick(self) -> None:
        self._form.timer.setText(
            f"{self._state_text} · {formatting.duration((time.monotonic() - self._started) * 1000)}"
        )

    # results
    def _add_result(self, tab: ResultTab) -> ResultTab:
        while self.results.count() >= KEPT_RESULTS:
            self._close_result(0)
        index = self.results.addTab(tab, f"Result {time.strftime('%H:%M:%S')}")
        self.results.setCurrentIndex(index)
        if not self.results.isVisibleTo(self):
            self.results.show()
            height = self._form.splitter.height()
            self._form.splitter.setSizes([height * 2 // 5, height * 3 // 5])
        return tab

    def _close_result(self, index: int) -> None:
        tab = self.results.widget(index)
        self.results.removeTab(index)
        if isinstance(tab, ResultTab):
            tab.release()
            tab.deleteLater()
        self.results.setVisible(self.results.count() > 0)

    def _show_error(self, statement: Statement, error: DataOpsError) -> None:
        if isinstance(error, QueryFailedError) and error.line:
            self.editor.mark_error(statement, error.line, error.column)
        else:
            self._context.report(error)
        tab = ResultTab(self._context, None)
        tab.show_error(error)
        self._add_result(tab)
        self.results.setTabText(self.results.count() - 1, "Error")

    def _show_note(self, _statement: Statement, message: str, title: str) -> None:
        tab = ResultTab(self._context, None)
        tab.show_message(message)
        self._add_result(tab)
        self.results.setTabText(self.results.count() - 1, title)

    def release(self) -> None:
        """The tab closes: results on disk go."""
        self.cancel_running()
        while self.results.count():
            self._close_result(0)

    # text
    def _text_changed(self) -> None:
        if not self._dirty:
            self._dirty = True
            self.title_changed.emit()
        self.draft_changed.emit()

    def insert(self, text: str) -> None:
        """Text at the caret."""
        self.editor.insert(text)
        self.editor.setFocus()

    def save(self) -> None:
        """To its file, or ask for one."""
        if self._path is not None:
            self._write(self._path)
            return
        dialog = QFileDialog(self, "Save SQL", f"{self.page_title()}.sql", "SQL (*.sql)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("sql")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self._write(Path(chosen)))
        dialog.open()

    def _write(self, path: Path) -> None:
        try:
            # Written beside and renamed: a full disk never leaves half a file in place of the old one.
            partial = path.with_name(path.name + ".part")
            partial.write_text(self.editor.text(), encoding="utf-8")
            partial.replace(path)
        except OSError as error:
            self._context.report(
                DataOpsError(
                    f"{path} could not be saved ({error.strerror}).",
                    "Choose another folder.",
                    title="Not saved",
                )
            )
            return
        self._path, self._dirty = path, False
        self.title_changed.emit()
        self.draft_changed.emit()
