"""The frame: places docks and tabs, builds menus from commands, keeps its state. Under 400 lines, for ever."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStatusBar,
    QTabBar,
    QTabWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.catalog_control import CatalogControl
from dataops_desktop.gui.commands.registry import Command
from dataops_desktop.gui.commands.window_commands import MENUS, add_window_commands
from dataops_desktop.gui.connection_control import ConnectionControl
from dataops_desktop.gui.connection_view import ConnectionStack
from dataops_desktop.gui.history_control import HistoryControl
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.page_opener import PageOpener
from dataops_desktop.gui.panels import (
    activity,
    catalog,
    history,
    inspector,
    problems,
    s3_browser,
    saved_queries,
    services,
    transfers,
)
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.quit_control import QuitControl
from dataops_desktop.gui.schedule_control import ScheduleControl
from dataops_desktop.gui.status_area import StatusArea
from dataops_desktop.gui.sync_control import SyncControl
from dataops_desktop.gui.widgets.notice_strip import NoticeStrip
from dataops_desktop.gui.window_context import WindowContext

PANELS = (
    services.PANEL,
    s3_browser.PANEL,
    catalog.PANEL,
    saved_queries.PANEL,
    inspector.PANEL,
    activity.PANEL,
    history.PANEL,
    problems.PANEL,
    transfers.PANEL,
)
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
STATE_VERSION = 1
DRAFT_DELAY_MS = 400


class MainWindow(QMainWindow):
    """`switch(kind, path)` opens another workspace: kind is sandbox or file; `finish()` ends the program after the window closed."""

    def __init__(
        self, context: WindowContext, switch: Callable[[str, str | None], None], finish: Callable[[], None]
    ) -> None:
        super().__init__()
        self.context, self._finish = context, finish
        self._closing = False
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        room = self.screen().availableGeometry()
        self.resize(min(1440, room.width() - 16), min(900, room.height() - 48))
        self.pages = QTabWidget()
        self.pages.setTabsClosable(True)
        self.pages.setMovable(True)
        self.pages.setDocumentMode(True)
        self.pages.setElideMode(Qt.TextElideMode.ElideRight)
        self.strip = NoticeStrip()
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.pages)
        self.setCentralWidget(middle)
        self.opener = PageOpener(context, self.pages)
        self.connection = ConnectionControl(context, self, self.strip, self.opener.show_connection, switch)
        self.sync = SyncControl(context)
        self.quitting = QuitControl(self, context, self.opener, self.quit)
        self.past = HistoryControl(context)
        self.catalog = CatalogControl(context, self)
        context.connections_changed.connect(self.opener.paint_icons)
        self.schedule = ScheduleControl(context, self, lambda: self.sync_glue(False), self.quit)
        add_window_commands(context.commands, self, [(panel.id, panel.title) for panel in PANELS])
        self.docks: dict[str, QDockWidget] = {}
        self._make_docks()
        self._make_menus()
        self._make_toolbar()
        self._make_status_bar()
        self._palette: Any = None
        self._drafts = QTimer(self, singleShot=True, interval=DRAFT_DELAY_MS)
        self._drafts.timeout.connect(self._save_pages)
        self.opener.changed.connect(self._drafts.start)
        self._connect()
        self._restore()

    # building
    def _make_docks(self) -> None:
        first: dict[str, QDockWidget] = {}
        for panel in PANELS:
            dock = QDockWidget(panel.title, self)
            dock.setObjectName(f"dock.{panel.id}")
            dock.setWidget(QWidget())
            self.addDockWidget(_AREAS[panel.area], dock)
            dock.visibilityChanged.connect(lambda seen, p=panel: self._build_panel(p.id) if seen else None)
            self.docks[panel.id] = dock
            if panel.area in first:
                self.tabifyDockWidget(first[panel.area], dock)
            else:
                first[panel.area] = dock
        for dock in first.values():
            dock.raise_()
        self.resizeDocks(
            [self.docks["services"], self.docks["inspector"]], [300, 260], Qt.Orientation.Horizontal
        )
        self.resizeDocks(
            [self.docks["activity"]], [110 if self.height() < 800 else 200], Qt.Orientation.Vertical
        )
        self._default_state = self.saveState(STATE_VERSION)
        self._hide_stray_tab_bars()

    def _hide_stray_tab_bars(self) -> None:
        """Qt leaves tab bars behind while tabs are put together dock by dock; in a tall window they would be seen."""
        groups = [
            {dock.windowTitle(), *(other.windowTitle() for other in self.tabifiedDockWidgets(dock))}
            for dock in self.docks.values()
        ]
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if {bar.tabText(i) for i in range(bar.count())} not in groups:
                bar.hide()

    def _build_panel(self, panel_id: str) -> None:
        dock = self.docks[panel_id]
        if dock.property("built"):
            return
        dock.setProperty("built", True)
        panel = next(panel for panel in PANELS if panel.id == panel_id)
        old = dock.widget()
        if panel.per_connection:
            dock.setWidget(ConnectionStack(self.context, panel.factory))
        else:
            dock.setWidget(panel.factory(self.context))
        old.deleteLater()

    def panel(self, panel_id: str) -> QWidget:
        """A panel's widget, built if it was not yet; of several the one of the connection in front."""
        self._build_panel(panel_id)
        widget = self.docks[panel_id].widget()
        return widget.currentWidget() if isinstance(widget, ConnectionStack) else widget

    @property
    def s3(self) -> Any:
        """What is done to the objects of the connection in front."""
        return self.context.s3

    def _make_menus(self) -> None:
        menus: dict[str, QMenu] = {name: self.menuBar().addMenu(f"&{name}") for name in MENUS}
        for command in self.context.commands:
            if not command.menu:
                continue
            action = QAction(command.title, self)
            action.setShortcut(QKeySequence(command.shortcut))
            action.triggered.connect(lambda _=False, c=command.id: self.context.commands.run(c))
            menu = menus[command.menu]
            if command.separator_before:
                menu.addSeparator()
            menu.addAction(action)
            menu.aboutToShow.connect(lambda a=action, c=command: self._show_command(a, c))
            menu.aboutToHide.connect(
                lambda a=action: a.setEnabled(True)
            )  # a disabled action would also mute its shortcut

    def _show_command(self, action: QAction, command: Command) -> None:
        """As it is now: a command that cannot work says so before it is tried."""
        action.setEnabled(command.enabled())
        denied = self.context.commands.why_not(command)
        action.setText(f"{command.title}  ({denied[0].lower()}{denied[1:]})" if denied else command.title)

    def _make_toolbar(self) -> None:
        bar = QToolBar(tr("Main"))
        bar.setObjectName("toolbar.main")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        self.addToolBar(bar)
        bar.addWidget(self.connection.button)
        search = QPushButton(tr("Search catalog, tables, columns, commands…   (Ctrl+K)"))
        search.setAccessibleName(tr("Search"))
        search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        search.setMaximumWidth(560)
        search.clicked.connect(self.open_palette)
        for spacer in (True, False):
            gap = QWidget()
            gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            bar.addWidget(gap)
            if spacer:
                bar.addWidget(search)
        self._buttons = []
        for name, command_id, tip in (
            ("sync", "glue.sync", tr("Sync AWS Glue now (Ctrl+Shift+S)")),
            ("plus", "query.new", tr("New query (Ctrl+N)")),
            ("theme", "theme.toggle", tr("Light or dark")),
        ):
            button = QToolButton()
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _=False, c=command_id: self.context.commands.run(c))
            bar.addWidget(button)
            self._buttons.append((button, name))
        self._search = search
        self._paint_icons()

    def _paint_icons(self) -> None:
        color = self.context.theme.color("muted")
        for button, name in self._buttons:
            button.setIcon(icon(name, color))
        self._search.setIcon(icon("search", color))
        self.opener.paint_icons()

    def _make_status_bar(self) -> None:
        self.setStatusBar(QStatusBar())
        self.status = StatusArea(self.context, self.statusBar())
        menu = QMenu(self.status.who)
        for command_id in ("connection.sign_in", "connection.diagnose", "connection.manage"):
            command = self.context.commands.get(command_id)
            if command is not None:
                menu.addAction(command.title).triggered.connect(
                    lambda _=False, c=command_id: self.context.commands.run(c)
                )
        self.status.who.setMenu(menu)

    def _connect(self) -> None:
        context = self.context
        context.theme.changed.connect(self._paint_icons)
        context.status_requested.connect(lambda text: self.statusBar().showMessage(text, 8000))
        context.panel_requested.connect(self.show_panel)
        context.problem_reported.connect(self._problem)
        context.bridge.failed.connect(context.report)
        self.sync.finished.connect(self.opener.open_sync_report)
        self.sync.started.connect(lambda: self.show_panel("activity"))
        context.catalog_changed.connect(lambda: context.run(self._warm_schema()))
        context.run(self.quitting.offer_unfinished())
        context.run(self._recover())
        context.run(self._warm_schema())

    async def _recover(self) -> None:
        """A sync that was killed while it saved is finished first, then the schedule is looked at."""
        if await self.context.use_cases.catalog.recover():
            self.context.catalog_changed.emit()
        await self.schedule.load()
        await self.s3.moves.begin()

    async def _warm_schema(self) -> None:
        await self.context.use_cases.warm_schema()

    def _problem(self, problem: Any) -> None:
        self.statusBar().showMessage(f"{problem.title}: {problem.message}", 10_000)
        count = len(self.context.problems)
        self.docks["problems"].setWindowTitle(tr("Problems") + (f" ({count})" if count else ""))

    # state
    def _restore(self) -> None:
        setting = self.context.settings.setting
        geometry, state = setting("window.geometry"), setting("window.state")
        if geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(geometry)))
        if state:
            self.restoreState(QByteArray(base64.b64decode(state)), STATE_VERSION)
        self.opener.restore(setting("window.pages") or [])

    def _save_pages(self) -> None:
        self.opener.keep_drafts()

        async def work() -> None:
            await self.context.use_cases.set_setting("window.pages", self.opener.state())

        self.context.run(work())

    def _save_all(self) -> None:
        self.opener.keep_drafts(at_once=True)
        store = self.context.settings.set_setting
        store("window.pages", self.opener.state())
        store("window.geometry", base64.b64encode(self.saveGeometry().data()).decode())
        store("window.state", base64.b64encode(self.saveState(STATE_VERSION).data()).decode())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save, cancel what runs, then end. Queries that still run are stopped at the service: they would go on costing."""
        if self._closing:
            event.accept()
            return
        event.ignore()
        if self.schedule.stays():
            self.schedule.to_tray()
            return
        if self.quitting.must_ask():
            return
        self._closing = True
        self.schedule.stop()
        self._drafts.stop()
        self._save_all()
        for item in self.context.activities:
            if item.state == "running":
                item.cancel.cancel()
        self.opener.cancel_queries()
        self.hide()
        self.context.bridge.close(self._finish)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """An open palette follows."""
        super().resizeEvent(event)
        if self._palette is not None and self._palette.isVisible():
            self._palette.place()

    # commands (WindowActions)
    def quit(self) -> None:
        self.schedule.stop()
        self.close()

    def sync_glue(self, full: bool) -> None:
        self.sync.start(full)

    def show_last_report(self) -> None:
        self.context.run(self.sync.last_report())

    def show_panel(self, panel_id: str) -> None:
        dock = self.docks[panel_id]
        dock.show()
        dock.raise_()
        self.panel(panel_id).setFocus()

    def open_palette(self) -> None:
        if self._palette is None:
            from dataops_desktop.gui.widgets.palette import CommandPalette

            self._palette = CommandPalette(self.context, self)
        self._palette.open()

    def set_theme(self, mode: str) -> None:
        self.context.theme.apply(mode)
        self.context.run(self.context.use_cases.set_setting("theme", mode))

    def toggle_theme(self) -> None:
        self.set_theme("light" if self.context.theme.dark else "dark")

    def reset_layout(self) -> None:
        self.restoreState(self._default_state, STATE_VERSION)

    def come_forward(self) -> None:
        """Another start of the program wants this window."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def offer_crash_report(self, report: str) -> None:
        """The program crashed the last time: what was open is back, and there is something to send on."""
        self.context.crash_report = report
        self.context.add_problem(
            Problem(
                tr("The program ended unexpectedly the last time"),
                tr("What was open is open again."),
                tr(
                    "Help › Copy crash report puts what is known on the clipboard. Nothing is sent by itself."
                ),
                report,
                "warning",
            )
        )

    def about(self) -> None:
        from dataops_desktop.gui.dialogs.about_dialog import AboutDialog

        AboutDialog(self).open()

    def is_syncing(self) -> bool:
        return self.sync.running
