"""The tabs in the centre: opening, raising, closing and bringing them back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog, QTabWidget

from dataops_desktop.errors import DataOpsError, InputError, NotFoundError
from dataops_desktop.gui.connection_view import ConnectionContext
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

LARGEST_SQL_FILE = 20_000_000


class PageOpener(QObject):
    """`changed` fires when what a restart should show changed. Page modules load when their first page opens."""

    changed = Signal()

    def __init__(self, context: WindowContext, tabs: QTabWidget) -> None:
        super().__init__()
        self._context, self._tabs = context, tabs
        self._number = self._step = 0
        self._used: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # page → when it was in front
        self._closed: list[dict[str, Any]] = []
        tabs.tabCloseRequested.connect(self.close)
        tabs.currentChanged.connect(self._came_forward)
        context.node_requested.connect(lambda key: context.run(self._open_node(key)))
        context.node_id_requested.connect(lambda node_id: context.run(self._open_lineage_of(node_id)))
        context.lineage_requested.connect(lambda key: context.run(self._open_lineage(key)))
        context.column_requested.connect(lambda key, column: context.run(self._open_column(key, column)))
        context.impact_requested.connect(lambda key, column: self.open_lineage_questions((key, column)))
        context.query_requested.connect(self.open_query)
        context.local_query_requested.connect(lambda sql: self.open_query(sql, "", engine="duckdb"))
        context.insert_requested.connect(self._insert)
        context.result_requested.connect(self.open_result)
        context.run_requested.connect(self.run_again)
        context.statement_requested.connect(self.open_statement)
        context.s3_requested.connect(self.open_s3)
        context.s3_moved.connect(self._retitle)

    # connections
    def _here(self, name: str = "") -> Any:
        """The context a new page gets: of the connection in front, or of the one a restored page names."""
        live = self._context.connections.get(name) or self._context.current
        return ConnectionContext(self._context, live)

    def _came_forward(self, index: int) -> None:
        """What is seen is of one connection: that of the page in front."""
        page = self._tabs.widget(index)
        if page is not None:
            self._step += 1
            self._used[page] = self._step
            self._context.bring_forward(page.connection)  # type: ignore[attr-defined]
        self.changed.emit()

    def show_connection(self, live: LiveConnection) -> None:
        """A page of this connection in front: the one used last, else a new worksheet."""
        pages = [self._tabs.widget(i) for i in range(self._tabs.count())]
        own = [page for page in pages if page.connection is live]  # type: ignore[attr-defined]
        if own:
            self._tabs.setCurrentWidget(max(own, key=lambda page: self._used.get(page, 0)))
            return
        self._context.bring_forward(live)
        self.new_query()

    # opening
    def _show(self, page: Any, context: Any) -> Any:
        page.connection = context.live
        index = self._index(page.page_key(), context.live)
        if index >= 0:
            self._tabs.setCurrentIndex(index)
            page.deleteLater()
            return self._tabs.widget(index)
        index = self._tabs.addTab(page, page.page_title().replace("&", "&&"))
        self._paint(index)
        self._tabs.setCurrentIndex(index)
        if hasattr(page, "focus_first"):
            page.focus_first()
        self.changed.emit()
        return page

    def _index(self, key: str, live: LiveConnection) -> int:
        pages = [self._tabs.widget(i) for i in range(self._tabs.count())]
        return next(
            (i for i, page in enumerate(pages) if page.page_key() == key and page.connection is live),  # type: ignore[attr-defined]
            -1,
        )

    def open_welcome(self) -> None:
        """The first page."""
        from dataops_desktop.gui.pages.welcome import WelcomePage

        here = self._here()
        self._show(WelcomePage(here), here)

    def open_doctor(self) -> None:
        """The way from the profile to the services, step by step."""
        from dataops_desktop.gui.pages.doctor import DoctorPage

        here = self._here()
        index = self._index("doctor", here.live)
        if index >= 0:
            self._tabs.setCurrentIndex(index)
            page: Any = self._tabs.widget(index)
            page.start()
        else:
            self._show(DoctorPage(here), here)

    def open_settings(self, state: dict[str, Any] | None = None) -> None:
        """Everything that can be set."""
        from dataops_desktop.gui.pages.settings import SettingsPage

        here = self._here(_of(state))
        self._show(SettingsPage(here, state), here)

    def open_costs(self, state: dict[str, Any] | None = None) -> None:
        """What queries cost."""
        from dataops_desktop.gui.pages.costs import CostsPage

        here = self._here()
        self._show(CostsPage(here, state), here)

    def open_search(self, state: dict[str, Any] | None = None) -> None:
        """Search with facets."""
        from dataops_desktop.gui.pages.search import SearchPage

        here = self._here(_of(state))
        self._show(SearchPage(here, state), here).field.setFocus()

    def open_etl(self, state: dict[str, Any] | None = None) -> None:
        """Crawlers and jobs."""
        from dataops_desktop.gui.pages.etl import EtlPage

        here = self._here(_of(state))
        self._show(EtlPage(here, state), here)

    def open_time_machine(self, state: dict[str, Any] | None = None) -> None:
        """Two moments of the catalog."""
        from dataops_desktop.gui.pages.time_machine import TimeMachinePage

        here = self._here(_of(state))
        self._show(TimeMachinePage(here, state), here)

    def open_s3(self, address: str, new_tab: bool = False) -> None:
        """A folder, in the S3 page that was used last unless it is to have its own tab."""
        from dataops_desktop.gui.pages.s3 import S3Page

        pages = [self._tabs.currentWidget(), *(self._tabs.widget(i) for i in range(self._tabs.count()))]
        current = self._context.current
        page = next((p for p in pages if isinstance(p, S3Page) and p.connection is current), None)
        if page is None or new_tab:
            here = self._here()
            self._show(S3Page(here, {"address": address}), here)
        else:
            self._tabs.setCurrentWidget(page)
            page.go(address)
            page.focus_first()

    def upload(self) -> None:
        """Into the folder in front, else one that is to be named."""
        page = self.s3_page()
        self._context.s3.moves.ask_upload(page.folder if page is not None else None)

    def ask_s3(self) -> None:
        """The S3 page with its address to be typed."""
        if self.s3_page() is None:
            self.open_s3("")
        self.s3_page().address.edit()

    def _retitle(self, page: Any) -> None:
        index = self._tabs.indexOf(page)
        if index >= 0:
            self._tabs.setTabText(index, page.page_title().replace("&", "&&"))
            self.changed.emit()

    def s3_page(self) -> Any:
        """The S3 page in front, or None."""
        page = self._tabs.currentWidget()
        return page if page is not None and page.page_key().startswith("s3:") else None  # type: ignore[attr-defined]

    def open_query(
        self, sql: str, database: str, state: dict[str, Any] | None = None, engine: str = "athena"
    ) -> None:
        """A new worksheet."""
        from dataops_desktop.gui.pages.query import QueryPage

        if state is None:
            self._number += 1
            state = {"text": sql, "database": database, "number": self._number, "engine": engine}
        else:
            self._number = max(self._number, int(state.get("number") or 0))
        here = self._here(_of(state))
        page = QueryPage(here, state)
        page.draft_changed.connect(self.changed)
        page.title_changed.connect(
            lambda: self._tabs.setTabText(self._tabs.indexOf(page), page.page_title().replace("&", "&&"))
        )
        self._show(page, here)
        page.editor.setFocus()

    def open_result(self, record: Any) -> None:
        """A query of the history with its result, which is read and not run again."""
        self.open_query(record.sql, record.database)
        page = self._tabs.currentWidget()
        page.resume(record)  # type: ignore[attr-defined]

    def open_statement(self, statement: Any) -> None:
        """A saved query, once."""
        for i in range(self._tabs.count()):
            home = getattr(self._tabs.widget(i), "home", None)
            if home is not None and home.statement and home.statement.statement_id == statement.statement_id:
                self._tabs.setCurrentIndex(i)
                return
        state = {
            "text": statement.sql,
            "database": statement.database,
            "engine": statement.engine,
            "statement": asdict(statement),
        }
        self.open_query("", "", state)

    def run_again(self, record: Any) -> None:
        """A query of the history in a worksheet of its own, started."""
        self.open_query(record.sql, record.database, engine=record.engine)
        self._tabs.currentWidget().run_when_ready()  # type: ignore[attr-defined]

    def ask_sql_file(self) -> None:
        """Choose a .sql file."""
        dialog = QFileDialog(self._tabs, tr("Open SQL"), "", tr("SQL (*.sql);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.open_sql_file(Path(path)))
        dialog.open()

    def open_sql_file(self, path: Path) -> None:
        """A worksheet over a file; refuses what is not text."""
        try:
            if path.stat().st_size > LARGEST_SQL_FILE:
                raise InputError(
                    tr("{name} is larger than 20 MB.", name=path.name),
                    tr("Open it in a text editor and copy the part you need."),
                )
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            self._context.report(
                NotFoundError(tr("{path} cannot be read ({strerror}).", path=path, strerror=error.strerror))
            )
        except UnicodeDecodeError:
            self._context.report(
                InputError(tr("{name} is not UTF-8 text.", name=path.name), tr("Save it as UTF-8 first."))
            )
        except InputError as error:
            self._context.report(error)
        else:
            self._number += 1
            self.open_query(
                "",
                "",
                {"text": text, "path": str(path), "number": self._number, "database": self.last_database()},
            )

    async def _open_node(self, key: int, name: str = "") -> None:
        here = self._here(name)
        details = await here.use_cases.node(key)
        self._context.node_selected.emit(key)
        node = details.stored.node
        if node.type in {"glue-table", "athena-table"}:
            from dataops_desktop.gui.pages.table import TablePage

            self._show(TablePage(here, await here.use_cases.catalog.view(details)), here)
        elif node.type in {"athena-query", "saved-query"}:
            self.open_query(str(node.properties.get("sql") or ""), str(node.properties.get("database") or ""))
        elif node.type in {"glue-job", "glue-crawler"}:
            self.open_etl({"tab": int(node.type == "glue-job")})
            page = self._tabs.currentWidget()
            page.choose(node.type, node.name)  # type: ignore[attr-defined]
        elif node.type == "glue-database":
            self._context.panel_requested.emit("catalog")
        else:
            await self._open_lineage(key, name=name)

    async def _open_lineage_of(self, node_id: str) -> None:
        details = await self._context.use_cases.node_by_id(node_id)
        await self._open_lineage(details.stored.key)

    async def _open_column(self, key: int, column: str) -> None:
        from dataops_desktop.gui.pages.table import TablePage

        await self._open_node(key)
        page = self._tabs.currentWidget()
        if isinstance(page, TablePage):
            page.show_column_lineage(column)

    def open_lineage_questions(
        self, about: tuple[int, str] | None = None, state: dict[str, Any] | None = None
    ) -> None:
        """What changes would touch, what nobody uses, where sensitive columns go; `about` is a node and a column of it."""
        from dataops_desktop.gui.pages.lineage_questions import LineageQuestionsPage

        if about is None and state is None:  # of what is in front
            about = getattr(self._tabs.currentWidget(), "lineage_subject", None)
        here = self._here(_of(state))
        page = self._show(LineageQuestionsPage(here, state), here)
        if about is not None:
            page.ask_impact(*about)

    def open_not_understood(self) -> None:
        """Statements, and parts of them, that could not be followed."""
        from dataops_desktop.gui.pages.lineage_questions import LineageQuestionsPage

        here = self._here("")
        page = self._show(LineageQuestionsPage(here), here)
        page.tabs.setCurrentWidget(page.problems)

    async def _open_lineage(self, key: int, view: Any = None, name: str = "") -> None:
        from dataops_desktop.gui.pages.lineage import LineagePage

        here = self._here(name)
        details = await here.use_cases.node(key)
        node = details.stored.node
        title = str(node.properties.get("tableName") or node.name)
        self._show(LineagePage(here, key, title, (node.id, node.source), view), here)

    def open_sync_report(self, run_id: int) -> None:
        """A run's report."""
        self._context.run(self._open_report(run_id))

    async def _open_report(self, run_id: int, name: str = "") -> None:
        from dataops_desktop.gui.pages.sync_report import SyncReportPage

        here = self._here(name)
        self._show(SyncReportPage(here, await here.use_cases.catalog.report(run_id)), here)

    async def open_cost_limits(self) -> None:
        """The dialog for what a query may cost."""
        from dataops_desktop.gui.dialogs.cost_limits_dialog import CostLimitsDialog

        use_cases = self._context.use_cases
        limits, alerts = await use_cases.guard_limits(), await use_cases.cost_alerts()
        try:
            price = await use_cases.athena_price()
        except DataOpsError:
            price = None  # offline: the region is not known
        CostLimitsDialog(self._context, limits, alerts, price, self._tabs.window()).open()

    # what commands ask of whatever page is in front
    def new_query(self) -> None:
        """An empty worksheet."""
        self.open_query("", self.last_database())

    def edit(self, action: str) -> None:
        """An action of the worksheet in front; of other pages only finding, where they can."""
        if (page := self.query_page()) is not None:
            page.edit(action)
        elif self.can_edit(action):
            self._tabs.currentWidget().find_in_page()  # type: ignore[attr-defined]

    def can_edit(self, action: str) -> bool:
        """Whether the page in front has it."""
        return self.is_query_page() or (action == "find" and hasattr(self._tabs.currentWidget(), "find_in_page"))  # fmt: skip

    def close_current(self) -> None:
        """The page in front."""
        self.close(self._tabs.currentIndex())

    def step(self, step: int) -> None:
        """The next page, or the one before, around the end."""
        if self._tabs.count():
            self._tabs.setCurrentIndex((self._tabs.currentIndex() + step) % self._tabs.count())

    def is_query_page(self) -> bool:
        """Whether a worksheet is in front."""
        return self.query_page() is not None

    def is_running(self) -> bool:
        """Whether the worksheet in front runs a query."""
        page = self.query_page()
        return page is not None and page.running

    def has_page(self) -> bool:
        """Whether any is open."""
        return self._tabs.count() > 0

    def ask_cost_limits(self) -> None:
        """The dialog for what a query may cost."""
        self._context.run(self.open_cost_limits())

    # in front
    def query_page(self) -> Any:
        """The worksheet in front, or None."""
        page = self._tabs.currentWidget()
        return page if page is not None and page.page_key().startswith("query:") else None  # type: ignore[attr-defined]

    def last_database(self) -> str:
        """The database of the worksheet in front, else of any."""
        pages = [self._tabs.currentWidget(), *(self._tabs.widget(i) for i in range(self._tabs.count()))]
        return next((page.database() for page in pages if page is not None and hasattr(page, "database")), "")

    def _insert(self, text: str) -> None:
        page = self.query_page()
        if page is None:
            self.open_query(text, self.last_database())
        else:
            page.insert(text)

    def close(self, index: int) -> None:
        """Close a tab. A worksheet's text stays at hand: Ctrl+Shift+T brings the last closed one back."""
        page = self._tabs.widget(index)
        if page is None:
            return
        state = page.state()  # type: ignore[attr-defined]
        if state.get("kind") == "query" and (state.get("draft") or str(state.get("text") or "").strip()):
            self._closed.append(state)
        self._tabs.removeTab(index)
        if hasattr(page, "release"):
            page.release()
        page.deleteLater()
        self.changed.emit()

    def reopen(self) -> None:
        """The worksheet that was closed last."""
        if self._closed:
            self.open_query("", "", self._closed.pop())

    @property
    def can_reopen(self) -> bool:
        """Whether a worksheet was closed."""
        return bool(self._closed)

    def running_queries(self) -> int:
        """Worksheets whose query runs at a service."""
        pages = [self._tabs.widget(i) for i in range(self._tabs.count())]
        return sum(1 for page in pages if getattr(page, "running", False) and not page.local.on)  # type: ignore[attr-defined]

    def cancel_queries(self) -> None:
        """Stop every running worksheet, unless they are to go on at the service."""
        for i in range(self._tabs.count()):
            page = self._tabs.widget(i)
            live = page.connection  # type: ignore[attr-defined]
            if live.opened and hasattr(page, "cancel_running") and not live.use_cases.context.leave_running:
                page.cancel_running()

    def paint_icons(self) -> None:
        """The theme changed."""
        for i in range(self._tabs.count()):
            self._paint(i)

    def _paint(self, index: int) -> None:
        """A tab's icon in its connection's colour; its tooltip names the connection where there are several."""
        page: Any = self._tabs.widget(index)
        live = page.connection
        color = QColor(live.options.colour) if live.options.colour else self._context.theme.color("muted")
        self._tabs.setTabIcon(index, icon(page.page_icon(), color))
        several = sum(other.opened for other in self._context.connections.values()) > 1
        self._tabs.setTabToolTip(index, plain_tooltip(live.title) if several or live.options.colour else "")

    # state
    def keep_drafts(self, at_once: bool = False) -> None:
        """Large unsaved texts go to files of their own."""
        for i in range(self._tabs.count()):
            page = self._tabs.widget(i)
            if hasattr(page, "keep_draft"):
                page.keep_draft(at_once)

    def state(self) -> list[dict[str, Any]]:
        """Every tab, in order; `front` marks the one in front."""
        front = self._tabs.currentIndex()
        pages: list[Any] = [self._tabs.widget(i) for i in range(self._tabs.count())]
        return [
            {**page.state(), "connection": page.connection.title, **({"front": True} if i == front else {})}
            for i, page in enumerate(pages)
        ]

    def restore(self, pages: list[dict[str, Any]]) -> None:
        """Worksheets and the welcome page at once, pages of the catalog as they are read, all in their old order."""
        made: dict[int, Any] = {}
        for place, page in enumerate(pages):
            if page.get("kind") == "query":
                self.open_query("", "", page)
                made[place] = self._tabs.currentWidget()
            elif page.get("kind") == "costs":
                self.open_costs(page)
                made[place] = self._tabs.currentWidget()
            elif page.get("kind") == "welcome":
                self.open_welcome()
                made[place] = self._tabs.currentWidget()
        if not pages:
            self.open_welcome()
        drafts = self._context.settings.drafts
        if drafts.is_dir():
            from dataops_desktop.gui.pages.query_draft import clean_drafts

            clean_drafts(drafts, {str(page.get("id")) for page in pages})
        self._context.run(self._restore_later(pages, made))

    async def _restore_later(self, pages: list[dict[str, Any]], made: dict[int, Any]) -> None:
        for place, page in enumerate(pages):
            if place in made:
                continue
            try:
                await self._restore_one(page)
            except NotFoundError:
                continue  # deleted since; its tab has nothing to show
            made[place] = self._tabs.currentWidget()
        for target, place in enumerate(sorted(made)):
            self._tabs.tabBar().moveTab(self._tabs.indexOf(made[place]), target)
        front = next(
            (made[place] for place, page in enumerate(pages) if page.get("front") and place in made), None
        )
        if front is not None:
            self._tabs.setCurrentWidget(front)

    async def _restore_one(self, page: dict[str, Any]) -> None:
        kind = page.get("kind")
        if kind == "search":
            self.open_search(page)
        elif kind == "settings":
            self.open_settings(page)
        elif kind == "etl":
            self.open_etl(page)
        elif kind == "time_machine":
            self.open_time_machine(page)
        elif kind == "lineage_questions":
            self.open_lineage_questions(None, page)
        elif kind == "s3":
            from dataops_desktop.gui.pages.s3 import S3Page

            here = self._here(_of(page))
            self._show(S3Page(here, page), here)
        if kind == "sync_report":
            await self._open_report(int(page["run"]), _of(page))
        elif kind in {"table", "lineage"}:
            details = await self._context.use_cases.node_by_id(str(page["id"]), str(page["source"]))
            if kind == "table":
                await self._open_node(details.stored.key, _of(page))
            else:
                await self._open_lineage(details.stored.key, page.get("view"), _of(page))


def _of(state: dict[str, Any] | None) -> str:
    """The connection a restored page was of."""
    return str((state or {}).get("connection") or "")
