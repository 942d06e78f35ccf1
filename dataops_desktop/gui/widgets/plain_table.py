"""A table view as every list page shows one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


def plain_table(model: Any, stretch: int, widths: dict[int, int] | None = None) -> QTableView:
    """Rows are selected whole; the column `stretch` takes what room is left."""
    table = QTableView()
    table.setModel(model)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
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
