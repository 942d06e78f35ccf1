"""The result grid: a table view with a delegate that paints from the model's pages, copy, sort and a cell viewer."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from dataops_desktop.actions.copy_cells import COPIES, copied_text
from dataops_desktop.actions.result_view import RowFilter, SortKey
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.result_table import PAGE, ResultTableModel
from dataops_desktop.gui.theme import Theme, monospace
from dataops_desktop.gui.widgets.frozen_columns import FrozenColumns

ROW_HEIGHT = 24
SETTLE_MS = 60
AT_ONCE = 20_000  # cells copied without leaving the window's thread
LONGEST_COPY = 2_000_000  # cells; more belongs in an export


# An operation on Qt's flags costs a microsecond or more in Python, a cell has several: they are made once.
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_SELECTED = QStyle.StateFlag.State_Selected.value
_FOCUSED = QStyle.StateFlag.State_HasFocus.value


class _CellDelegate(QStyledItemDelegate):
    """Paints text straight from the page: no role calls a cell."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._null_font = QFont(parent.font())
        self._null_font.setItalic(True)
        theme.changed.connect(self._take_colors)
        self._take_colors()

    def _take_colors(self) -> None:
        color = self._theme.color
        self._text, self._null, self._accent, self._selection = (
            color("text"),
            color("disabled"),
            color("accent"),
            color("selection"),
        )

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """One cell."""
        model = index.model()
        row = index.row()
        column = index.column()
        texts = model.page(row // PAGE)[column]
        text = texts[row % PAGE] if row % PAGE < len(texts) else ""
        rect = option.rect
        state = option.state.value
        if state & _SELECTED:
            painter.fillRect(rect, self._selection)
        rect.adjust(8, 0, -8, 0)
        if text is None:
            painter.setPen(self._null)
            font = painter.font()
            painter.setFont(self._null_font)
            painter.drawText(rect, _LEFT, "NULL")
            painter.setFont(font)
            return
        painter.setPen(self._text)
        if len(text) > 24:
            text = text[:300]
        if "\n" in text:
            text = text.replace("\n", " ⏎ ")
        painter.drawText(rect, _RIGHT if model.numeric[column] else _LEFT, text)
        if state & _FOCUSED:
            painter.setPen(self._accent)
            rect.adjust(-8, 0, 7, -1)
            painter.drawRect(rect)


class ResultGrid(QTableView):
    """Set a ResultTableModel with `show_result`."""

    cell_opened = Signal(int, int)  # shown row, column
    sort_requested = Signal(list)  # [SortKey]
    filter_requested = Signal(object)  # a RowFilter to add
    filter_asked = Signal(int)  # column: ask for the condition
    copy_requested = Signal(str)  # kind: too much to be done at once
    selection_settled = Signal()  # some time after the last change

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(tr("Query result"))
        self.setFont(monospace(self.font()))
        self.setItemDelegate(_CellDelegate(theme, self))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(True)
        vertical = self.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        vertical.setMinimumSectionSize(ROW_HEIGHT)
        horizontal = self.horizontalHeader()
        horizontal.setSectionsMovable(True)
        horizontal.setHighlightSections(False)
        horizontal.setMinimumSectionSize(48)
        horizontal.sectionClicked.connect(self._header_clicked)
        horizontal.setSortIndicatorShown(False)
        horizontal.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        horizontal.customContextMenuRequested.connect(self._show_header_menu)
        self._sort: list[SortKey] = []
        self._frozen: FrozenColumns | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.selection_settled)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.doubleClicked.connect(self._open_cell)

    def result(self) -> ResultTableModel | None:
        """The model shown."""
        model = self.model()
        return model if isinstance(model, ResultTableModel) else None

    def show_result(self, model: ResultTableModel) -> None:
        """Show a result and fit the columns to its first rows."""
        self.setModel(model)
        self.fit_columns(model)

    def fit_columns(self, model: ResultTableModel) -> None:
        """Widths from the names and the first hundred rows."""
        metrics, header = QFontMetrics(self.font()), QFontMetrics(self.horizontalHeader().font())
        page = model.page(0) if model.rowCount() else []
        for column in range(model.columnCount()):
            name = str(model.headerData(column, Qt.Orientation.Horizontal))
            wanted = header.horizontalAdvance(name) + 36
            if page:
                longest = max((text or "NULL" for text in page[column][:100]), key=len, default="")
                wanted = max(wanted, metrics.horizontalAdvance(longest[:60]) + 24)
            self.setColumnWidth(column, min(max(wanted, 64), 420))

    def fit_marks(self) -> None:
        """Room for what stands beside the names of sorted and filtered columns."""
        model, metrics = self.result(), QFontMetrics(self.horizontalHeader().font())
        for column in model.marked_columns() if model is not None else ():
            name = str(self.model().headerData(column, Qt.Orientation.Horizontal))
            self.setColumnWidth(
                column, max(self.columnWidth(column), min(metrics.horizontalAdvance(name) + 60, 420))
            )

    def _header_clicked(self, column: int) -> None:
        """Ascending, descending, as it came; with Shift as a further key."""
        more = bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        known = next((key for key in self._sort if key.column == column), None)
        others = [key for key in self._sort if key.column != column] if more else []
        if known is None:
            self.sort_by([*others, SortKey(column)])
        elif not known.descending:
            self.sort_by([*others, SortKey(column, True)])
        else:
            self.sort_by(others)

    @property
    def sort_keys(self) -> list[SortKey]:
        """The order asked for."""
        return list(self._sort)

    def sort_by(self, keys: list[SortKey]) -> None:
        """Another order; the empty list is as the rows came."""
        self._sort = keys
        self.sort_requested.emit(keys)

    def selectionChanged(self, selected: Any, deselected: Any) -> None:
        """Sums follow the selection, a moment later."""
        super().selectionChanged(selected, deselected)
        self._settle.start()

    def selected_parts(self) -> list[tuple[int, int, int, int]]:
        """(top, bottom, left, right) of the selection."""
        model = self.selectionModel()
        if model is None:
            return []
        return [(p.top(), p.bottom(), p.left(), p.right()) for p in model.selection()]

    def _open_cell(self, index: QModelIndex) -> None:
        if self.result() is not None and index.isValid():
            self.cell_opened.emit(index.row(), index.column())

    # hiding and freezing
    def hidden_columns(self) -> list[int]:
        """Columns that are hidden."""
        return [c for c in range(self.model().columnCount() if self.model() else 0) if self.isColumnHidden(c)]

    def show_all_columns(self) -> None:
        """None hidden."""
        for column in self.hidden_columns():
            self.showColumn(column)
        self._refreeze()

    def hide_column(self, column: int) -> None:
        """Hide one, but never the last that is seen."""
        if self.model() is not None and len(self.hidden_columns()) < self.model().columnCount() - 1:
            self.hideColumn(column)
            self._refreeze()

    def freeze_through(self, column: int | None) -> None:
        """Keep the columns up to this one, as they stand now, in place while the others scroll; None ends it."""
        if self._frozen is not None:
            self._frozen.remove()
            self._frozen = None
        if column is not None:
            header = self.horizontalHeader()
            last = header.visualIndex(column)
            wanted = [header.logicalIndex(i) for i in range(last + 1)]
            self._frozen = FrozenColumns(self, [c for c in wanted if not self.isColumnHidden(c)])

    @property
    def frozen(self) -> bool:
        """Whether columns are kept in place."""
        return self._frozen is not None

    def _refreeze(self) -> None:
        if self._frozen is not None:
            self._frozen.place()

    def resizeEvent(self, event: Any) -> None:
        """The frozen columns keep their height."""
        super().resizeEvent(event)
        self._refreeze()

    def _show_header_menu(self, place: QPoint) -> None:
        column = self.horizontalHeader().logicalIndexAt(place)
        self.header_menu(column).popup(self.horizontalHeader().mapToGlobal(place))

    def header_menu(self, column: int) -> QMenu:
        """What can be done with a column."""
        menu = QMenu(self)
        model = self.result()
        if model is None or column < 0:
            return menu
        menu.addAction(tr("Sort ascending"), lambda: self.sort_by([SortKey(column)]))
        menu.addAction(tr("Sort descending"), lambda: self.sort_by([SortKey(column, True)]))
        menu.addAction(tr("Rows as they came"), lambda: self.sort_by([])).setEnabled(bool(self._sort))
        menu.addSeparator()
        menu.addAction(tr("Filter…"), lambda: self.filter_asked.emit(column))
        menu.addSeparator()
        menu.addAction(tr("Hide column"), lambda: self.hide_column(column))
        hidden = self.hidden_columns()
        show = menu.addMenu(tr("Show column"))
        show.setEnabled(bool(hidden))
        for other in hidden[:50]:
            name = model.rows.columns[other].name.replace("&", "&&")
            show.addAction(name, lambda c=other: (self.showColumn(c), self._refreeze()))
        menu.addAction(tr("Show all columns"), self.show_all_columns).setEnabled(bool(hidden))
        menu.addAction(tr("Freeze columns up to here"), lambda: self.freeze_through(column))
        menu.addAction(tr("Unfreeze columns"), lambda: self.freeze_through(None)).setEnabled(self.frozen)
        menu.addSeparator()
        menu.addAction(
            tr("Copy name"), lambda: QGuiApplication.clipboard().setText(model.rows.columns[column].name)
        )
        menu.addAction(tr("Fit widths"), lambda: self.fit_columns(model))
        return menu

    def keyPressEvent(self, event: Any) -> None:
        """Copy, and open a cell with Enter."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy("tsv")
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open_cell(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for kind, title in COPIES.items():
            action = QAction(title, menu)
            action.triggered.connect(lambda _=False, k=kind: self.copy(k))
            menu.addAction(action)
        index, model = self.indexAt(place), self.result()
        if index.isValid() and model is not None:
            menu.addSeparator()
            menu.addAction(tr("View the value"), lambda: self._open_cell(index))
            text = model.plain(index.row(), index.column())
            for title, equal in ((tr("Only this value"), True), (tr("All but this value"), False)):
                if text is None:
                    wanted = RowFilter(index.column(), "is NULL" if equal else "is not NULL")
                else:
                    wanted = RowFilter(index.column(), "=" if equal else "≠", text)
                menu.addAction(title, lambda w=wanted: self.filter_requested.emit(w))
        menu.popup(self.viewport().mapToGlobal(place))

    def copy(self, kind: str) -> None:
        """The selected cells to the clipboard; many of them are asked for with `copy_requested`."""
        spans, columns = self.selected_cells()
        if not spans or not columns:
            return
        if sum(last - first + 1 for first, last in spans) * len(columns) > AT_ONCE:
            self.copy_requested.emit(kind)
        else:
            QGuiApplication.clipboard().setText(self.copied_text(kind))

    def selected_cells(self) -> tuple[list[tuple[int, int]], list[int]]:
        """((first, last) rows apart and in order, columns as they stand without the hidden ones)."""
        parts = sorted(self.selected_parts())
        spans: list[tuple[int, int]] = []
        for top, bottom, _, _ in parts:
            if spans and top <= spans[-1][1] + 1:
                spans[-1] = (spans[-1][0], max(spans[-1][1], bottom))
            else:
                spans.append((top, bottom))
        wanted = {column for _, _, left, right in parts for column in range(left, right + 1)}
        header = self.horizontalHeader()
        return spans, sorted((c for c in wanted if not self.isColumnHidden(c)), key=header.visualIndex)

    def copied_text(self, kind: str) -> str:
        """What `copy` puts on the clipboard."""
        model = self.result()
        spans, columns = self.selected_cells()
        if model is None or not spans:
            return ""
        return copied_text(model.shown_rows(), spans, columns, kind, LONGEST_COPY)
