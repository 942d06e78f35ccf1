"""Plain rows of texts under titles: for lists a person reads and filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from dataops_desktop.gui.formatting import plain_tooltip

Decorate = Callable[[int, int], Any]


class RowsModel(QAbstractTableModel):
    """`right` are the columns of numbers; `decorate(row, column)` may give an icon or a colour square."""

    def __init__(
        self,
        titles: Sequence[str],
        rows: Sequence[Sequence[str]],
        right: frozenset[int] = frozenset(),
        parent: Any = None,
        decorate: Decorate | None = None,
    ) -> None:
        super().__init__(parent)
        self._titles, self._rows, self._right, self._decorate = titles, rows, right, decorate

    def row(self, number: int) -> Sequence[str]:
        """Its texts."""
        return self._rows[number]

    def same(self, rows: Sequence[Sequence[str]]) -> bool:
        """Whether these are the rows it shows."""
        return len(rows) == len(self._rows) and all(
            tuple(a) == tuple(b) for a, b in zip(rows, self._rows, strict=True)
        )

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, plain tooltip, alignment, decoration."""
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            text = self._rows[index.row()][index.column()]
            return text if role == Qt.ItemDataRole.DisplayRole else plain_tooltip(text)
        if role == Qt.ItemDataRole.DecorationRole and self._decorate is not None:
            return self._decorate(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if index.column() in self._right else Qt.AlignmentFlag.AlignLeft
            )
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(self._titles):
            if role == Qt.ItemDataRole.DisplayRole:
                return self._titles[section]
            if role == Qt.ItemDataRole.TextAlignmentRole and section in self._right:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None
