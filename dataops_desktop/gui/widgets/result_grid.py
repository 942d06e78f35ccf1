"""The result grid: a table view with a delegate that paints from the model's pages, copy, sort and a cell viewer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics, QGuiApplication, QKeySequence, QPainter, QPalette
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

from dataops_desktop.gui.models.result_table import PAGE, ResultTableModel
from dataops_desktop.gui.theme import Theme, monospace_family

ROW_HEIGHT = 24
LONGEST_COPY = 2_000_000  # cells; more belongs in an export


class _CellDelegate(QStyledItemDelegate):
    """Paints text straight from the page: no role calls a cell."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._null_font = QFont(parent.font())
        self._null_font.setItalic(True)

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
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, option.palette.color(QPalette.ColorRole.Highlight))
        rect = rect.adjusted(8, 0, -8, 0)
        if text is None:
            painter.setPen(self._theme.color("disabled"))
            font = painter.font()
            painter.setFont(self._null_font)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "NULL")
            painter.setFont(font)
            return
        painter.setPen(self._theme.color("text"))
        side = Qt.AlignmentFlag.AlignRight if model.numeric[column] else Qt.AlignmentFlag.AlignLeft
        shown = text[:300].replace("\n", " ⏎ ") if len(text) > 24 else text.replace("\n", " ⏎ ")
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.color("accent"))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))


class ResultGrid(QTableView):
    """Set a ResultTableModel with `show_result`."""

    cell_opened = Signal(str, str)  # column, whole text
    sort_requested = Signal(int, bool)  # column, descending

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Query result")
        font = QFont(monospace_family())
        font.setPointSizeF(self.font().pointSizeF())
        self.setFont(font)
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
        self._sorted: tuple[int, bool] | None = None
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

    def _header_clicked(self, column: int) -> None:
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            return
        descending = self._sorted == (column, False)
        if self._sorted == (column, True):
            self._sorted = None
            self.horizontalHeader().setSortIndicatorShown(False)
            self.sort_requested.emit(-1, False)
            return
        self._sorted = (column, descending)
        header = self.horizontalHeader()
        header.setSortIndicator(
            column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        )
        header.setSortIndicatorShown(True)
        self.sort_requested.emit(column, descending)

    def _open_cell(self, index: QModelIndex) -> None:
        model = self.result()
        if model is not None and index.isValid():
            text = model.text(index.row(), index.column())
            self.cell_opened.emit(model.rows.columns[index.column()].name, "NULL" if text is None else text)

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
        for title, kind in (
            ("Copy", "tsv"),
            ("Copy with headers", "tsv_headers"),
            ("Copy as CSV", "csv"),
            ("Copy as JSON", "json"),
            ("Copy as IN list", "in"),
        ):
            action = QAction(title, menu)
            action.triggered.connect(lambda _=False, k=kind: self.copy(k))
            menu.addAction(action)
        menu.popup(self.viewport().mapToGlobal(place))

    def copy(self, kind: str) -> None:
        """The selected cells to the clipboard, as values (no thousands separators), NULL as nothing."""
        text = self.copied_text(kind)
        if text:
            QGuiApplication.clipboard().setText(text)

    def copied_text(self, kind: str) -> str:
        """What `copy` puts on the clipboard."""
        model = self.result()
        chosen = self.selectionModel().selection() if model is not None else None
        if model is None or not chosen:
            return ""
        rows = sorted({row for part in chosen for row in range(part.top(), part.bottom() + 1)})
        columns = sorted({column for part in chosen for column in range(part.left(), part.right() + 1)})
        rows = rows[: LONGEST_COPY // max(1, len(columns))]
        names = [model.rows.columns[column].name for column in columns]
        values = [[model.value(row, column) for column in columns] for row in rows]
        if kind == "json":
            return json.dumps(
                [dict(zip(names, line, strict=True)) for line in values],
                default=str,
                ensure_ascii=False,
                indent=2,
            )
        if kind == "in":
            flat = list(dict.fromkeys(value for line in values for value in line if value is not None))
            return (
                "("
                + ", ".join(
                    str(v) if isinstance(v, int | float | Decimal) else "'" + str(v).replace("'", "''") + "'"
                    for v in flat
                )
                + ")"
            )
        mark = "," if kind == "csv" else "\t"
        lines = [names, *values] if kind != "tsv" else values
        return "\n".join(mark.join(_cell(value, mark) for value in line) for line in lines)


def _cell(value: Any, mark: str) -> str:
    """One cell of copied text. A text that a spreadsheet would run as a formula gets a quote before it (OWASP)."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        text = "'" + text
    if mark in text or "\n" in text or '"' in text:
        text = '"' + text.replace('"', '""') + '"'
    return text
