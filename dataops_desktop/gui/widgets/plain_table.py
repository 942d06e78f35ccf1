"""A table view as every list page shows one: rows are selected whole, Ctrl+C copies them as text with tabs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


class PlainTable(QTableView):
    """Copies what is selected; a tab or a line end inside a cell becomes a blank, so that rows stay rows."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy, else Qt's."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
            return
        super().keyPressEvent(event)

    def selected_text(self) -> str:
        """The selected rows, as they are shown, without hidden columns."""
        model = self.model()
        columns = [c for c in range(model.columnCount()) if not self.isColumnHidden(c)]
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return "\n".join(
            "\t".join(" ".join(str(model.index(row, c).data() or "").split()) for c in columns)
            for row in rows
        )


def plain_table(model: Any, stretch: int, widths: dict[int, int] | None = None) -> PlainTable:
    """The column `stretch` takes what room is left."""
    table = PlainTable()
    table.setModel(model)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)  # Tab leaves the table
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(26)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    given = widths or {}
    for column in range(model.columnCount()):
        table.setColumnWidth(column, given.get(column, 200 if column < stretch else 160))
    header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
    return table
