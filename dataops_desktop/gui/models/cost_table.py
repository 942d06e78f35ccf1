"""Rows of text for a small table whose figures stand right; the rows carry what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from dataops_desktop.gui.formatting import plain_tooltip


class FigureTable(QAbstractTableModel):
    """`show(columns, rows)`: each row is (texts, sort values, tooltip, payload); all columns but the first stand right."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._columns: Sequence[str] = ()
        self.rows: list[tuple[Sequence[str], Sequence[Any], str, Any]] = []

    def show(
        self, columns: Sequence[str], rows: Sequence[tuple[Sequence[str], Sequence[Any], str, Any]]
    ) -> None:
        """Replace all."""
        self.beginResetModel()
        self._columns, self.rows = columns, list(rows)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section]
        return self._side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    @staticmethod
    def _side(column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts."""
        texts, _, tip, _ = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ToolTipRole and not index.column():
            return plain_tooltip(tip or texts[0])
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By values, not by texts."""
        self.layoutAboutToBeChanged.emit()
        self.rows.sort(key=lambda row: row[1][column], reverse=order == Qt.SortOrder.DescendingOrder)
        self.layoutChanged.emit()
