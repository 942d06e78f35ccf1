"""The rows two results differ in, for a table view."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from dataops_desktop.actions.compare_results import ADDED, CHANGED, REMOVED, Comparison
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.result_table import LONGEST_CELL, ResultTableModel
from dataops_desktop.gui.theme import Theme
from dataops_desktop.interfaces.workspace import ResultRows

STATES = {ADDED: tr("Added"), REMOVED: tr("Removed"), CHANGED: tr("Changed")}
_COLORS = {ADDED: "ok", REMOVED: "error", CHANGED: "warning"}
_DISPLAY, _TOOLTIP, _ALIGN, _FOREGROUND, _BACKGROUND = (
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.BackgroundRole,
    )
)


class ComparisonModel(QAbstractTableModel):
    """Column 0 is the kind of difference; a changed cell reads `old → new`."""

    def __init__(
        self, found: Comparison, left: ResultRows, right: ResultRows, theme: Theme, parent: Any = None
    ) -> None:
        super().__init__(parent)
        self.found, self._theme = found, theme
        self._left, self._right = ResultTableModel(left, self), ResultTableModel(right, self)
        self._rows: Any = None  # places in the comparison that are shown; None for all
        theme.changed.connect(self._recolor)

    def _recolor(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def show_state(self, state: int | None) -> None:
        """Only rows of one kind, or all."""
        import numpy as np

        self.beginResetModel()
        self._rows = None if state is None else np.flatnonzero(self.found.state == state)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Rows shown."""
        if parent.isValid():
            return 0
        return len(self.found.state) if self._rows is None else len(self._rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """The kind and every column of either side."""
        return 0 if parent.isValid() else len(self.found.columns) + 1

    def _place(self, row: int) -> int:
        return row if self._rows is None else int(self._rows[row])

    def cell(self, row: int, column: int) -> tuple[str | None, str | None, bool]:
        """(text of the first result, text of the second, whether it changed); None is NULL or not there."""
        place = self._place(row)
        left_row, right_row = int(self.found.left[place]), int(self.found.right[place])
        left_column, right_column = self.found.left_columns[column], self.found.right_columns[column]
        old = self._left.text(left_row, left_column) if left_row >= 0 and left_column >= 0 else None
        new = self._right.text(right_row, right_column) if right_row >= 0 and right_column >= 0 else None
        changed = self.found.changed.get(column)
        return old, new, bool(changed is not None and changed[place])

    def _text(self, row: int, column: int) -> str:
        old, new, changed = self.cell(row, column)
        if changed:
            return f"{'NULL' if old is None else old} → {'NULL' if new is None else new}"
        state = int(self.found.state[self._place(row)])
        shown = old if state == REMOVED or self.found.right_columns[column] < 0 else new
        return "NULL" if shown is None else shown

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        """Texts, and colours beside words: a change is never told by colour alone."""
        role, row, column = int(role), index.row(), index.column() - 1
        state = int(self.found.state[self._place(row)])
        if role == _DISPLAY:
            return STATES[state] if column < 0 else self._text(row, column)[:LONGEST_CELL]
        if role == _TOOLTIP:
            text = STATES[state] if column < 0 else self._text(row, column)
            return plain_tooltip(text) if len(text) > 24 else None
        if role == _FOREGROUND and column < 0:
            return self._theme.color(_COLORS[state])
        if role == _BACKGROUND and column >= 0:
            if state != CHANGED or self.cell(row, column)[2]:
                color = self._theme.color(_COLORS[state])
                color.setAlpha(28 if state != CHANGED else 46)
                return color
            return None
        if role == _ALIGN and column >= 0:
            place = self.found.left_columns[column]
            side, at = (self._left, place) if place >= 0 else (self._right, self.found.right_columns[column])
            numeric = Qt.AlignmentFlag.AlignRight if side.numeric[at] else Qt.AlignmentFlag.AlignLeft
            return int(numeric | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Names; columns of one side only say so."""
        if int(role) != _DISPLAY:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1)
        if section == 0:
            return tr("Change")
        name = self.found.columns[section - 1]
        if self.found.left_columns[section - 1] < 0:
            return tr("{name} (after only)", name=name)
        if self.found.right_columns[section - 1] < 0:
            return tr("{name} (before only)", name=name)
        return tr("{name} (key)", name=name) if name in self.found.key else name
