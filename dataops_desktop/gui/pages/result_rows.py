"""A result's rows: the grid with its filter, its find line and the sums of what is selected."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dataops_desktop.actions.copy_cells import copied_text
from dataops_desktop.actions.result_view import Sums, find_cells, order_of, sums_of
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.cell_dialog import CellDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.result_table import ResultTableModel
from dataops_desktop.gui.widgets.filter_bar import FilterBar
from dataops_desktop.gui.widgets.grid_find import GridFind
from dataops_desktop.gui.widgets.result_grid import LONGEST_COPY, ResultGrid
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import ResultRows

MOST_SUMMED = 20_000_000  # cells


def sums_text(sums: Sums) -> str:
    """`12 cells · sum 34.5 · average 2.9 · least 1 · most 9`."""
    parts = [formatting.count(sums.cells, "cell", "cells")]
    if sums.numbers:
        parts += [
            tr("sum {total}", total=formatting.figure(sums.total)),
            tr("average {mean}", mean=formatting.figure(sums.mean)),
            tr("least {least}", least=formatting.figure(sums.least)),
            tr("most {most}", most=formatting.figure(sums.most)),
        ]
    return " · ".join(parts)


class RowsView(QWidget):
    """`summed` fires with the sums of the selection, empty for one cell or none; `looked` when other rows are shown."""

    summed = Signal(str)
    looked = Signal()

    def __init__(self, context: WindowContext, rows: ResultRows) -> None:
        super().__init__()
        self._context, self._rows = context, rows
        self._turn = 0
        self.model = ResultTableModel(rows, self)
        self.model.filter_icon = icon("filter", context.theme.color("accent"))
        self.grid = ResultGrid(context.theme)
        self.filter = FilterBar([column.name for column in rows.columns], context.theme)
        self.find = GridFind()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.filter, self.find, self.grid):
            layout.addWidget(widget)
        layout.setStretch(2, 1)
        self.grid.show_result(self.model)
        self.grid.cell_opened.connect(self._open_cell)
        self.grid.sort_requested.connect(lambda _: self.look())
        self.grid.copy_requested.connect(lambda kind: context.run(self._copy(kind)))
        self.grid.filter_requested.connect(self.filter.add)
        self.grid.filter_asked.connect(self.filter.ask)
        self.grid.selection_settled.connect(lambda: context.run(self._sum()))
        self.filter.changed.connect(self.look)
        self.find.wanted.connect(lambda text: context.run(self._find(text)))
        self.find.chosen.connect(self._go)
        self.find.closed.connect(self.grid.setFocus)

    @property
    def changed(self) -> bool:
        """Whether other rows, or another order, are shown than came."""
        return self.model.order is not None

    def shown_rows(self) -> ResultRows:
        """The rows as they are seen: filtered and sorted."""
        return self.model.shown_rows()

    def rows_arrived(self) -> None:
        """More rows came."""
        first = self.model.rowCount() == 0
        self.model.rows_arrived()
        if first and self.model.order is None:
            self.grid.fit_columns(self.model)

    def look(self) -> None:
        """Filter and sort again: the conditions changed, or all rows are there now."""
        self._context.run(self._look())

    async def _look(self) -> None:
        self._turn += 1
        turn, filters, keys = self._turn, list(self.filter.filters), self.grid.sort_keys
        if not filters and not keys and self.model.order is None:
            return
        order = await self._context.use_cases.context.local(order_of, self._rows, filters, keys)
        if turn != self._turn:
            return  # asked again since
        self.model.set_order(order)
        marks = {}
        for place, key in enumerate(keys, 1):
            marks[key.column] = ("↓" if key.descending else "↑") + (str(place) if len(keys) > 1 else "")
        self.model.mark_columns(marks, {wanted.column for wanted in filters})
        self.grid.fit_marks()
        shown = formatting.whole(self.model.rowCount())
        self.filter.count.setText(f"{shown} of {formatting.count(self._rows.row_count, 'row', 'rows')}")
        self.looked.emit()
        if self.find.isVisible():
            await self._find(self.find.text.text())

    async def _sum(self) -> None:
        parts = self.grid.selected_parts()
        cells = sum((bottom - top + 1) * (right - left + 1) for top, bottom, left, right in parts)
        if not 1 < cells <= MOST_SUMMED:
            self.summed.emit("" if cells < 2 else formatting.count(cells, "cell", "cells"))
            return
        sums = await self._context.use_cases.context.local(sums_of, self._rows, parts, self.model.order)
        if parts == self.grid.selected_parts():
            self.summed.emit(sums_text(sums))

    async def _copy(self, kind: str) -> None:
        """A large selection, put together off the window's thread."""
        spans, columns = self.grid.selected_cells()
        cells = sum(last - first + 1 for first, last in spans) * len(columns)
        self._context.status_requested.emit(
            tr("Copying {cells}…", cells=formatting.count(min(cells, LONGEST_COPY), "cell", "cells"))
        )
        text = await self._context.use_cases.context.local(
            copied_text, self.shown_rows(), spans, columns, kind, LONGEST_COPY
        )
        QGuiApplication.clipboard().setText(text)
        cut = (
            tr("; a copy holds {longest_copy}, export the rest", longest_copy=formatting.whole(LONGEST_COPY))
            if cells > LONGEST_COPY
            else ""
        )
        self._context.status_requested.emit(
            tr(
                "Copied {cells}{cut}",
                cells=formatting.count(min(cells, LONGEST_COPY), "cell", "cells"),
                cut=cut,
            )
        )

    async def _find(self, text: str) -> None:
        order = self.model.order
        found = await self._context.use_cases.context.local(find_cells, self._rows, text, order)
        if text == self.find.text.text() and order is self.model.order:
            hidden = set(self.grid.hidden_columns())
            self.find.show_found([cell for cell in found if cell[1] not in hidden])

    def _go(self, row: int, column: int) -> None:
        index = self.model.index(row, column)
        self.grid.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.grid.scrollTo(index, self.grid.ScrollHint.PositionAtCenter)

    def _open_cell(self, row: int, column: int) -> None:
        name = self._rows.columns[column].name
        value: Any = self.model.value(row, column)
        CellDialog(name, value, self.model.plain(row, column), self).open()

    def release(self) -> None:
        """The tab closes."""
        self._turn += 1
        self.grid.setModel(None)
