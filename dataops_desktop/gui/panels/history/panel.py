"""The query history: searchable, kept for ever, a double click opens the text again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import QueryRecord

COLUMNS = ("Time", "State", "Query", "Database", "Rows", "Duration", "Scanned", "Cost")
_RIGHT = {4, 5, 6, 7}


class HistoryModel(QAbstractTableModel):
    """Records as rows."""

    def __init__(self, context: WindowContext, parent: Any = None) -> None:
        super().__init__(parent)
        self._context = context
        self.records: list[QueryRecord] = []

    def show_records(self, records: list[QueryRecord]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.records = records
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if (
            orientation == Qt.Orientation.Horizontal
            and role == Qt.ItemDataRole.DisplayRole
            and 0 <= section < len(COLUMNS)
        ):
            return COLUMNS[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, alignment, the whole SQL or error as tooltip."""
        if not index.isValid():
            return None
        record, column = self.records[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                formatting.local_time(record.submitted_at),
                record.state.capitalize(),
                " ".join(record.sql.split())[:300],
                record.database,
                formatting.whole(record.row_count) if record.row_count is not None else "",
                formatting.duration(record.engine_ms) if record.finished_at else "",
                formatting.size(record.bytes_scanned) if record.finished_at else "",
                formatting.money(record.cost_usd) if record.cost_usd is not None else "",
            )[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(
                (Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft)
                | Qt.AlignmentFlag.AlignVCenter
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(record.error or record.sql)
        if role == Qt.ItemDataRole.DecorationRole and column == 1:
            name, color = {
                "SUCCEEDED": ("ok", "ok"),
                "FAILED": ("error", "error"),
                "CANCELLED": ("stop", "muted"),
            }.get(record.state, ("sync", "accent"))
            return icon(name, self._context.theme.color(color))
        return None


class HistoryPanel(QWidget):
    """Filter and table."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find in past queries")
        self.field.setAccessibleName("Find in past queries")
        self.field.setClearButtonEnabled(True)
        self.model = HistoryModel(context, self)
        self.table = QTableView()
        self.table.setAccessibleName("Query history")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((150, 110, 200, 130, 80, 90, 90, 90)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.addWidget(self.field)
        layout.addWidget(self.table)
        self._timer = QTimer(self, singleShot=True, interval=120)
        self._timer.timeout.connect(self.refresh)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.table.activated.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        context.queries_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read again."""
        self._context.run(self._load())

    async def _load(self) -> None:
        self.model.show_records(await self._context.use_cases.history(self.field.text()))

    def _show_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        record = self.model.records[index.row()]
        menu = QMenu(self)
        menu.addAction("Open the query", lambda: self._open(index))
        again = menu.addAction(
            "Open its result (nothing is run again)", lambda: self._context.result_requested.emit(record)
        )
        again.setEnabled(
            record.engine == "athena"
            and bool(record.execution_id)
            and record.state not in {"FAILED", "CANCELLED"}
        )
        menu.addSeparator()
        copy = QGuiApplication.clipboard().setText
        menu.addAction("Copy the text", lambda: copy(record.sql))
        menu.addAction("Copy the execution id", lambda: copy(record.execution_id)).setEnabled(
            bool(record.execution_id)
        )
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _open(self, index: QModelIndex) -> None:
        record = self.model.records[index.row()]
        self._context.query_requested.emit(record.sql, record.database)
