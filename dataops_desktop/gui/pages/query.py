"""A worksheet: editor above, one result tab a statement below."""

from __future__ import annotations

import uuid
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from dataops_desktop.actions.run_query import ATHENA, QueryOutcome, RunQueryOptions
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui._forms.query_page import Ui_QueryPage
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.query_assist import QueryAssist
from dataops_desktop.gui.pages.query_choices import QueryChoices
from dataops_desktop.gui.pages.query_draft import QueryDraft, text_of_state
from dataops_desktop.gui.pages.query_estimate import EstimateLine
from dataops_desktop.gui.pages.query_home import QueryHome
from dataops_desktop.gui.pages.query_local import LocalSwitch
from dataops_desktop.gui.pages.query_parameters import bound
from dataops_desktop.gui.pages.query_results import ResultTabs
from dataops_desktop.gui.pages.query_runner import QueryRunner, Start
from dataops_desktop.gui.pages.query_words import QueryWords
from dataops_desktop.gui.pages.result_tab import ResultTab
from dataops_desktop.gui.widgets.find_bar import FindBar
from dataops_desktop.gui.widgets.plain_label import styled
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.workspace import QueryRecord
from dataops_desktop.sql.split import Statement, without_leading_comments

CHART_HEIGHT, FEW_LINES = 420, 90  # pixels


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
        form = self._form = Ui_QueryPage()
        form.setupUi(self)
        self.words = QueryWords(context, self.database, lambda: self.local.on, self)
        self.editor = SqlEditor(context.theme, self.words.complete, self)
        self.results = ResultTabs(context)
        self.results.first_shown.connect(self._share_room)
        self.results.room_wanted.connect(self._give_room)
        self.results.dataset_requested.connect(lambda tab: context.run(self._create_dataset(tab)))
        self.results.height_requested.connect(self._whole_height)
        self.runner = QueryRunner(context, self.editor, self.results, self)
        self.runner.running_changed.connect(self._running_changed)
        self.runner.progressed.connect(form.timer.setText)
        self.assist = QueryAssist(context, self.editor, self.words.catalog)
        self.find_bar = FindBar(self.editor)
        self.find_bar.closed.connect(self.editor.setFocus)
        form.outer.insertWidget(1, self.find_bar)
        form.splitter.addWidget(self.editor)
        form.splitter.addWidget(self.results)
        form.run.setProperty("primary", True)
        form.run.setIcon(icon("play", context.theme.color("onaccent")))
        form.run.clicked.connect(lambda: self.run(everything=False))
        form.cancel.clicked.connect(self.cancel_running)
        form.cancel.hide()
        form.save.clicked.connect(lambda: self.home.save())
        form.more.setIcon(icon("settings", context.theme.color("muted")))
        form.more.setMenu(self._more_menu())
        styled(form.timer, role="muted")
        styled(form.estimate, role="muted").set_elided()
        form.timer.hide()
        self.choices = QueryChoices(context, form, self, state)
        self.choices.changed.connect(self.draft_changed)
        self.estimate = EstimateLine(
            context,
            form.estimate,
            self._statement_text,
            self.database,
            lambda: self.local.on,
            lambda: self.choices.provisioned,
            lambda: self.choices.summary,
        )
        self.choices.changed.connect(self.estimate.forget)
        self._draft = QueryDraft(context.settings.drafts, self._id)
        self.editor.set_text(text_of_state(context.settings.drafts, state))
        if state.get("caret"):
            self.editor.set_caret(int(state["caret"]))
        self.editor.text_changed.connect(self._text_changed)
        self.editor.caret_moved.connect(self.estimate.refresh)
        self.editor.completed.connect(self.words.remember)
        self.editor.run_requested.connect(lambda: self.run(everything=False))
        self.local = LocalSwitch(context, form, self, self.editor)
        self.local.use(str(state.get("engine") or ATHENA))
        self.local.changed.connect(self.draft_changed)
        self.local.changed.connect(self.estimate.forget)
        self.home = QueryHome(
            context, self, lambda: (self.editor.text(), self.local.engine, self.database()), state
        )
        self.home.changed.connect(self.title_changed)
        self.home.changed.connect(self.draft_changed)
        context.catalog_changed.connect(self.estimate.forget)

    # what the window asks
    def page_title(self) -> str:
        """Where the text lives."""
        return self.home.title()

    def page_icon(self) -> str:
        """Tab icon."""
        return "query"

    def page_key(self) -> str:
        """Every worksheet is its own."""
        return f"query:{self._id}"

    def state(self) -> dict[str, Any]:
        """Text, place and choices."""
        return {
            "kind": "query", "id": self._id, **self._draft.state(self.editor), "caret": self.editor.caret(), "engine": self.local.engine,
            **self.choices.state(), **self.home.state(),
        }  # fmt: skip

    def keep_draft(self, at_once: bool = False) -> None:
        """Write a large text to its file; `at_once` when the program ends."""
        raw = self._draft.due(self.editor)
        if raw is None:
            return
        if not at_once:
            self._context.run(self._context.use_cases.context.local(self._draft.write, raw), self._not_kept)
            return
        try:
            self._draft.write(raw)
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: Exception) -> None:
        self._context.report(
            DataOpsError(
                tr(
                    "The unsaved text of {page_title} could not be kept ({error}).",
                    page_title=self.page_title(),
                    error=error,
                ),
                tr("Free some space, and save the text to a file."),
                title=tr("Not kept"),
            )
        )

    @property
    def running(self) -> bool:
        """Whether a statement runs now."""
        return self.runner.running

    def database(self) -> str:
        """The chosen database."""
        return self.choices.database

    def _more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(tr("Query settings…"), lambda: self.choices.ask())
        menu.addAction(tr("Explain the statement"), self.explain)
        menu.addSeparator()
        menu.addAction(tr("Keep in saved queries…"), lambda: self.home.keep())
        menu.addAction(tr("Save as file…"), lambda: self.home.save_as())
        return menu

    def edit(self, action: str) -> None:
        """A command of the Edit menu."""
        actions = {
            "comment": self.editor.toggle_comment,
            "find": self._find,
            "replace": lambda: self.find_bar.open(True),
            "format": self.assist.format,
            "go_to_table": self.assist.go_to_table,
            "focus": self._focus_editor,
            "explain": self.explain,
            "save": self.home.save,
            "save_as": self.home.save_as,
            "keep": self.home.keep,
            "run": lambda: self.run(everything=False),
            "run_all": lambda: self.run(everything=True),
            "cancel": self.cancel_running,
            "settings": self.choices.ask,
            "whole_height": self._whole_height,
        }
        if action in actions:
            actions[action]()
        else:
            self.editor.line_action(action)

    def _find(self) -> None:
        """In the result where the focus is there, else in the text."""
        focus, tab = QApplication.focusWidget(), self.results.currentWidget()
        if (
            focus is not None
            and isinstance(tab, ResultTab)
            and tab.rows is not None
            and tab.isAncestorOf(focus)
        ):
            tab.find()
        else:
            self.find_bar.open(False)

    def _statement_text(self) -> str:
        return self.editor.statement_text()

    # running
    def run(self, everything: bool = False) -> None:
        """Run the selection or the statement at the caret, or all statements, one after another."""
        if self.editor.index.fresh:
            self._run_now(everything)
        else:
            self._context.run(self._run_split(everything))

    async def _run_split(self, everything: bool) -> None:
        """A large text that was just changed is split first: what runs is what stands there."""
        await self.assist.split()
        self._run_now(everything)

    def _run_now(self, everything: bool) -> None:
        statements = self.editor.all_statements() if everything else self.editor.statements_to_run()
        self._run(statements, self._start)

    def run_when_ready(self) -> None:
        """Run everything as soon as database and workgroup are known; until then they are the engine's defaults."""
        self._context.run(self._run_when_ready())

    async def _run_when_ready(self) -> None:
        await self.choices.known()
        self.run(everything=True)

    def _run(self, statements: list[Statement], start: Start) -> None:
        if self.running:
            self._context.status_requested.emit(tr("This worksheet is running a query already."))
        elif not statements:
            self._context.status_requested.emit(tr("There is no statement to run."))
        else:
            self._context.run(self.runner.run(statements, start))

    def explain(self) -> None:
        """The plan of the statement at the caret, as a tree; free: nothing is scanned."""
        found = self.editor.statements_to_run()[:1]
        if found and not without_leading_comments(found[0].text).upper().startswith("EXPLAIN"):
            prefix = tr("EXPLAIN (FORMAT JSON) ")
            found = [Statement(prefix + found[0].text, found[0].start, found[0].end)]
        self._run(found, self._start)

    async def _create_dataset(self, tab: ResultTab) -> None:
        from dataops_desktop.gui.pages.result_dataset import create_dataset

        def run(sql: str) -> None:
            self._run([Statement(sql, 0, 0)], self._start)

        await create_dataset(self._context, self, tab, run, self.choices.place_is_fixed)

    def resume(self, record: QueryRecord) -> None:
        """Show the result of a query that was started before; it is watched and read, not run."""

        async def start(_: Statement, cancel: CancelToken, on_status: Any, on_rows: Any) -> QueryOutcome:
            return await self._context.use_cases.resume(record, cancel, on_status, on_rows)

        self._run([Statement(record.sql, 0, len(record.sql))], start)

    async def _start(
        self, statement: Statement, cancel: CancelToken, on_status: Any, on_rows: Any
    ) -> QueryOutcome:
        """Ask for parameters, look at the price, run."""
        sql, values = await bound(
            self._context, statement.text, self.words.catalog(), inline=self.local.on, parent=self
        )
        expected = await self.estimate.allowed(sql, self)
        self.runner.starts_now()
        outcome = await self._context.use_cases.query(
            self._options(sql, values), cancel, on_status, on_rows, expected
        )
        changes = outcome.status.statement_type != "DML" or statement.text.lstrip()[:6].upper() == "INSERT"
        if changes and not self.local.on:
            self._context.catalog_changed.emit()
        return outcome

    def _options(self, sql: str, values: tuple[str, ...]) -> RunQueryOptions:
        if self.local.on:
            data = self._context.use_cases.local_data
            return RunQueryOptions(
                sql, data.default_database, engine=self.local.engine, attachments=data.attachments()
            )
        return RunQueryOptions(
            sql,
            self.database() or None,
            workgroup=self.choices.workgroup or None,
            parameters=values,
            settings=self.choices.settings,
        )

    def cancel_running(self) -> None:
        """Stop the running query, here and at the service."""
        self._form.cancel.setEnabled(False)
        self.runner.cancel()

    def _running_changed(self, running: bool) -> None:
        form = self._form
        form.run.setEnabled(not running)
        form.cancel.setVisible(running)
        form.cancel.setEnabled(running)
        form.timer.setVisible(running)  # in the place of the estimate
        form.estimate.setVisible(not running)
        form.timer.setText("")
        if not running:
            self.estimate.forget()

    def _whole_height(self) -> None:
        """The results over the whole height of the worksheet, and back."""
        if self.editor.isVisibleTo(self) and self.results.isVisibleTo(self):
            self.editor.hide()
            self.results.currentWidget().setFocus()
        else:
            self._focus_editor()

    def _focus_editor(self) -> None:
        self.editor.show()
        self.editor.setFocus()

    def _give_room(self) -> None:
        """What is shown now needs height: the editor keeps a few lines."""
        editor, results = self._form.splitter.sizes()
        wanted = min(CHART_HEIGHT, editor + results - FEW_LINES)
        if self.editor.isVisibleTo(self) and results < wanted:
            self._form.splitter.setSizes([editor + results - wanted, wanted])

    def _share_room(self) -> None:
        height = self._form.splitter.height()
        self._form.splitter.setSizes([height * 2 // 5, height * 3 // 5])

    def release(self) -> None:
        """The tab closes: results on disk go."""
        self.cancel_running()
        self.results.release()

    # text
    def _text_changed(self) -> None:
        self.home.text_changed()
        self.draft_changed.emit()

    def insert(self, text: str) -> None:
        """Text at the caret."""
        self.editor.insert(text)
        self.editor.setFocus()
