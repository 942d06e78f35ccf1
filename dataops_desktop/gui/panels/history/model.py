"""Queries of the history as rows, read a page at a time as one scrolls."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord

COLUMNS = (
    tr("Time"),
    tr("State"),
    tr("Query"),
    tr("Database"),
    tr("Who"),
    tr("Queued"),
    tr("Duration"),
    tr("Rows"),
    tr("Scanned"),
    tr("Cost"),
)
QUERY, STATE = 2, 1
_RIGHT = {5, 6, 7, 8, 9}
PAGE = 200


def who_text(record: QueryRecord) -> str:
    """The last part of an ARN; where a run came from when nobody is known."""
    if record.who:
        return record.who.rpartition("/")[2] or record.who.rpartition(":")[2]
    return tr("Athena's history") if record.origin else ""


class HistoryModel(QAbstractTableModel):
    """Records as rows."""

    def __init__(self, context: WindowContext, parent: Any = None) -> None:
        super().__init__(parent)
        self._context = context
        self.records: list[QueryRecord] = []
        self._wanted: tuple[str, HistoryFilter] = ("", HistoryFilter())
        self._more, self._turn = False, 0

    async def load(self, text: str, chosen: HistoryFilter) -> None:
        """The first page."""
        self._turn += 1
        turn, self._wanted = self._turn, (text, chosen)
        count = max(PAGE, min(len(self.records), 2000))  # what was scrolled to stays in reach
        records = await self._context.use_cases.history(text, count, chosen)
        if turn == self._turn:
            self.show_records(records)
            self._more = len(records) == count

    def canFetchMore(self, parent: QModelIndex) -> bool:
        """Whether older ones may exist."""
        return not parent.isValid() and self._more

    def fetchMore(self, parent: QModelIndex) -> None:
        """The next page, when it has come."""
        if not parent.isValid() and self._more:
            self._more = False
            self._context.run(self._load_more())

    async def _load_more(self) -> None:
        turn, (text, chosen) = self._turn, self._wanted
        before = self.records[-1].query_id if self.records else None
        records = await self._context.use_cases.history(text, PAGE, chosen, before)
        if turn != self._turn:
            return
        if records:
            self.beginInsertRows(QModelIndex(), len(self.records), len(self.records) + len(records) - 1)
            self.records += records
            self.endInsertRows()
        self._more = len(records) == PAGE

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
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, alignment, the whole SQL or error as tooltip."""
        if not index.isValid():
            return None
        record, column = self.records[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(record, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(record.error or (record.who if column == 4 else "") or record.sql)
        if role == Qt.ItemDataRole.DecorationRole and column == STATE:
            name, color = {
                "SUCCEEDED": ("ok", "ok"),
                "FAILED": ("error", "error"),
                "CANCELLED": ("stop", "muted"),
            }.get(record.state, ("sync", "accent"))
            return icon(name, self._context.theme.color(color))
        if role == Qt.ItemDataRole.DecorationRole and column == QUERY and record.pinned:
            return icon("pin", self._context.theme.color("accent"))
        return None

    @staticmethod
    def _text(record: QueryRecord, column: int) -> str:
        ended = bool(record.finished_at)
        if column == 9:
            if record.reused:
                return "reused"
            if record.dpu_count:
                return f"{record.dpu_count:g} DPU"
            return formatting.money(record.cost_usd) if record.cost_usd is not None else ""
        return (
            formatting.local_time(record.submitted_at),
            formatting.state(record.state),
            " ".join(record.sql[:1000].split())[:300],
            record.database,
            who_text(record),
            formatting.duration(record.queue_ms) if record.queue_ms else "",
            formatting.duration(record.engine_ms) if ended else "",
            formatting.whole(record.row_count) if record.row_count is not None else "",
            formatting.size(record.bytes_scanned) if ended else "",
        )[column]
