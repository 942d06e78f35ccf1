"""The query history: searched, filtered, opened again, pinned, compared, exported; kept for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panels.history.model import QUERY, HistoryModel
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.clock import iso, local_midnight
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord

TYPING_MS = 120
IMPORT_SETTING = "history.import"
_STATES = ((tr("Any state"), ""), (tr("Succeeded"), "SUCCEEDED"), (tr("Failed"), "FAILED"), (tr("Cancelled"), "CANCELLED"), (tr("Running"), "RUNNING"))  # fmt: skip
_ENGINES = ((tr("All engines"), ""), (tr("Athena"), "athena"), (tr("Local"), "duckdb"))
_TIMES = (
    (tr("Any time"), None),
    (tr("Today"), 0),
    (tr("Last 7 days"), 7),
    (tr("Last 30 days"), 30),
    (tr("Last 90 days"), 90),
)
_WHOSE = ((tr("Everyone"), ""), (tr("From here"), "own"), (tr("Pinned"), "pinned"))
EXPORTS = (("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON"), ("parquet", "Parquet"))


def since(days: int | None) -> str:
    """The start of the local day, `days` before today, as ISO; empty for any time."""
    if days is None:
        return ""
    return iso(local_midnight() - timedelta(days=days))


class HistoryPanel(QWidget):
    """Filters and table."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find in past queries"))
        self.field.setAccessibleName(tr("Find in past queries"))
        self.field.setClearButtonEnabled(True)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.field, 1)
        self.state, self.engine, self.time, self.whose = (QComboBox() for _ in range(4))
        for box, choices, name in (
            (self.state, _STATES, tr("State")), (self.engine, _ENGINES, tr("Engine")), (self.time, _TIMES, tr("Time")), (self.whose, _WHOSE, tr("Whose")),
        ):  # fmt: skip
            box.setAccessibleName(name)
            for title, value in choices:
                box.addItem(title, value)
            box.activated.connect(lambda _: self.refresh())
            line.addWidget(box)
        more = QToolButton()
        more.setIcon(icon("export", context.theme.color("muted")))
        more.setToolTip(tr("Export what is listed, or take over Athena's own history"))
        more.setAccessibleName(tr("Export and import"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        for suffix, title in EXPORTS:
            menu.addAction(tr("Export as {title}…", title=title), lambda s=suffix: self._ask_export(s))
        menu.addSeparator()
        menu.addAction(
            tr("Take over Athena's last 45 days now"), lambda: context.commands.run("history.import")
        )
        self._every_start = menu.addAction(tr("Take them over at every start"))
        self._every_start.setCheckable(True)
        self._every_start.setChecked(bool(context.settings.setting(IMPORT_SETTING, True)))
        self._every_start.toggled.connect(
            lambda on: context.run(context.use_cases.set_setting(IMPORT_SETTING, on))
        )
        more.setMenu(menu)
        line.addWidget(more)
        self.model = HistoryModel(context, self)
        self.table = QTableView()
        self.table.setAccessibleName(tr("Query history"))
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        for column, width in enumerate((150, 110, 200, 110, 120, 80, 90, 80, 90, 90)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(QUERY, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.addLayout(line)
        layout.addWidget(self.table)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._timer.timeout.connect(self.refresh)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.table.activated.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        context.queries_changed.connect(self.refresh)
        context.history_requested.connect(self.show_only)
        self.refresh()

    @property
    def chosen(self) -> HistoryFilter:
        """What the boxes say."""
        return HistoryFilter(
            state=self.state.currentData(),
            engine=self.engine.currentData(),
            since=since(self.time.currentData()),
            pinned=self.whose.currentData() == "pinned",
            own=self.whose.currentData() == "own",
        )

    def show_only(self, text: str) -> None:
        """Search for a text, whatever was chosen before."""
        for box in (self.state, self.engine, self.time, self.whose):
            box.setCurrentIndex(0)
        self.field.setText(text)

    def refresh(self) -> None:
        """Read again."""
        self._context.run(self.model.load(self.field.text(), self.chosen))

    def _selected(self) -> list[QueryRecord]:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self.model.records[row] for row in rows]

    def _show_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if index.isValid():
            self.menu(index).popup(self.table.viewport().mapToGlobal(place))

    def menu(self, index: QModelIndex) -> QMenu:
        """What can be done with a query, or with two."""
        record, selected = self.model.records[index.row()], self._selected()
        athena = record.engine == "athena" and bool(record.execution_id)
        menu = QMenu(self)
        menu.addAction(tr("Open the query"), lambda: self._open(index))
        menu.addAction(tr("Run it again"), lambda: self._context.run_requested.emit(record))
        again = menu.addAction(
            tr("Open its result (nothing is run again)"), lambda: self._context.result_requested.emit(record)
        )
        again.setEnabled(athena and record.state not in {"FAILED", "CANCELLED"})
        menu.addSeparator()
        title = tr("Unpin") if record.pinned else tr("Pin")
        menu.addAction(title, lambda: self._context.run(self._pin(record)))
        compare = menu.addAction(tr("Compare the two texts"), lambda: self._compare(selected))
        compare.setEnabled(len(selected) == 2)
        menu.addSeparator()
        copy: Any = QGuiApplication.clipboard().setText
        menu.addAction(tr("Copy the text"), lambda: copy(record.sql))
        menu.addAction(tr("Copy the execution id"), lambda: copy(record.execution_id)).setEnabled(
            bool(record.execution_id)
        )
        menu.addAction(tr("Copy the error"), lambda: copy(record.error)).setEnabled(bool(record.error))
        return menu

    def _open(self, index: QModelIndex) -> None:
        record = self.model.records[index.row()]
        self._context.query_requested.emit(record.sql, record.database)

    async def _pin(self, record: QueryRecord) -> None:
        await self._context.use_cases.pin_query(record.query_id, not record.pinned)
        self.refresh()

    def _compare(self, records: list[QueryRecord]) -> None:
        from dataops_desktop.gui.dialogs.text_diff_dialog import TextDiffDialog

        newer, older = records
        titles = [
            f"{formatting.local_time(r.submitted_at)} · {formatting.state(r.state)}" for r in (older, newer)
        ]
        TextDiffDialog(
            self._context.theme, (titles[0], older.sql), (titles[1], newer.sql), self.window()
        ).open()

    def _ask_export(self, suffix: str) -> None:
        ask_save(
            self, tr("Export the history"), f"queries.{suffix}", suffix.upper(), suffix, lambda path: self._context.run(self.export(path, suffix))
        )  # fmt: skip

    async def export(self, path: Path, suffix: str) -> None:
        """What the filters leave, all of it, to a file."""
        try:
            with self._context.working(tr("Export to {name}", name=path.name)) as activity:
                count = await self._context.use_cases.export_history(
                    path, suffix, self.field.text(), self.chosen, activity.cancel.raise_if_cancelled
                )
                activity.outcome = formatting.count(count, "query", "queries")
        except OSError as error:
            self._context.report(not_written(path, error, tr("Not exported")))
