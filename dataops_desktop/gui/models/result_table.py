"""Rows of an Arrow result for a table view, a page of 256 formatted at a time.

Measured: a Python call a cell and a role is what limits scrolling (docs/performance.md), so pages are formatted whole,
the painting delegate reads them directly, and `role` is compared as an int.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, Qt

from dataops_desktop.actions.result_view import ViewedRows, is_number
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.interfaces.workspace import ResultRows

PAGE = 256
KEPT_PAGES = 512
# QTableView hangs once rows × row height reach 2^31 pixels (97.7 million rows at 22 px).
MOST_ROWS = 80_000_000
LONGEST_CELL = 500
_DISPLAY, _TOOLTIP, _ALIGN, _DECORATION = (
    int(r)
    for r in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.DecorationRole,
    )
)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def nested_text(value: Any) -> str:
    """A list, map or row as JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


class ResultTableModel(QAbstractTableModel):
    """Reads a ResultRows that may still grow; call `rows_arrived` when it did."""

    def __init__(self, rows: ResultRows, parent: Any = None) -> None:
        super().__init__(parent)
        import pyarrow as pa

        self.rows = rows
        self._shown = min(rows.row_count, MOST_ROWS)
        self._pages: OrderedDict[int, list[list[str | None]]] = OrderedDict()
        self._marks: dict[int, str] = {}
        self._filtered: set[int] = set()
        self.filter_icon: Any = None
        self._order: Any = None  # a pyarrow permutation of row numbers while sorted
        types = [field.type for field in rows.arrow_schema]
        self._locale = QLocale()
        self.numeric = [is_number(t) for t in types]
        self._integer = [pa.types.is_integer(t) for t in types]
        self._timestamp = [pa.types.is_timestamp(t) for t in types]
        self._binary = [pa.types.is_binary(t) or pa.types.is_large_binary(t) for t in types]
        self._nested = [pa.types.is_nested(t) for t in types]

    def rows_arrived(self) -> None:
        """Show rows that were appended since; a filter or a sort order is made anew by whoever made it."""
        if self._order is not None:
            return
        now = min(self.rows.row_count, MOST_ROWS)
        if now > self._shown:
            # The last page may have been formatted while it was short.
            self._pages.pop(self._shown // PAGE, None)
            self.beginInsertRows(QModelIndex(), self._shown, now - 1)
            self._shown = now
            self.endInsertRows()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Rows available now."""
        return 0 if parent.isValid() else self._shown

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Columns of the result."""
        return 0 if parent.isValid() else len(self.numeric)

    def page(self, number: int) -> list[list[str | None]]:
        """Texts of 256 rows, one list a column; None is NULL."""
        found = self._pages.get(number)
        if found is None:
            if self._order is None:
                table = self.rows.slice(number * PAGE, PAGE)
            else:
                import pyarrow as pa

                wanted = self._order.slice(number * PAGE, PAGE)
                parts = [self.rows.slice(row, 1) for row in wanted.to_pylist()]
                table = pa.concat_tables(parts) if parts else self.rows.slice(0, 0)
            found = self._pages[number] = [self._texts(i, table.column(i)) for i in range(table.num_columns)]
            if len(self._pages) > KEPT_PAGES:
                self._pages.popitem(last=False)
        return found

    def _texts(self, column: int, values: Any) -> list[str | None]:
        if self._integer[column]:
            text = self._locale.toString
            return [None if v is None else text(v) for v in values.to_pylist()]
        if self._timestamp[column]:
            return [
                None
                if v is None
                else v.isoformat(sep=" ", timespec="microseconds" if v.microsecond % 1000 else "milliseconds")
                for v in values.to_pylist()
            ]
        if self._binary[column]:
            return [None if v is None else v.hex(" ") for v in values.to_pylist()]
        if self._nested[column]:
            return [None if v is None else nested_text(v) for v in values.to_pylist()]
        if self.numeric[column]:
            return [None if v is None else self._number(v) for v in values.to_pylist()]
        return [None if v is None else str(v) for v in values.to_pylist()]

    def _number(self, value: Any) -> str:
        """All digits, with the locale's separators; decimals stay exact."""
        text = f"{value:f}" if not isinstance(value, float) else repr(value)
        if "e" in text or "n" in text:
            return text
        whole, point, fraction = text.partition(".")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        grouped = self._locale.toString(int(digits)) if len(digits) < 18 else digits
        return f"{sign}{grouped}{self._locale.decimalPoint() if point else ''}{fraction}"

    def text(self, row: int, column: int) -> str | None:
        """One cell; None is NULL."""
        found = self.page(row // PAGE)[column]
        return found[row % PAGE] if row % PAGE < len(found) else ""

    def value(self, row: int, column: int) -> Any:
        """One cell as a Python value, for copying without the locale's separators."""
        source = row if self._order is None else self._order[row].as_py()
        return self.rows.slice(source, 1).column(column)[0].as_py()

    def plain(self, row: int, column: int) -> str | None:
        """One cell as a person would type it: no separators; None is NULL."""
        value = self.value(row, column)
        if value is None:
            return None
        if self._binary[column] or self._nested[column] or self._timestamp[column]:
            return self.text(row, column)
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"{value:f}" if self.numeric[column] and not isinstance(value, float | int) else str(value)

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        """Display text (NULL spelled out), alignment, and the whole text as a plain tooltip."""
        role = int(role)
        if role == _DISPLAY:
            text = self.text(index.row(), index.column())
            return "NULL" if text is None else text[:LONGEST_CELL]
        if role == _ALIGN:
            return _RIGHT if self.numeric[index.column()] else _LEFT
        if role == _TOOLTIP:
            text = self.text(index.row(), index.column())
            return plain_tooltip(text) if text and len(text) > 24 else None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column names with their engine type as tooltip, row numbers from 1."""
        role = int(role)
        if orientation == Qt.Orientation.Vertical:
            return self._locale.toString(section + 1) if role == _DISPLAY else None
        if not 0 <= section < len(self.rows.columns):
            return None
        column = self.rows.columns[section]
        if role == _DISPLAY:
            mark = self._marks.get(section)
            return f"{column.name} {mark}" if mark else column.name
        if role == _DECORATION:
            return self.filter_icon if section in self._filtered else None
        if role == _TOOLTIP:
            return plain_tooltip(f"{column.name} · {column.type}")
        if role == _ALIGN:
            return _RIGHT if self.numeric[section] else _LEFT
        return None

    @property
    def order(self) -> Any:
        """The row numbers shown, a pyarrow array; None for all as they came."""
        return self._order

    def shown_rows(self) -> ResultRows:
        """The rows as they are shown."""
        return self.rows if self._order is None else ViewedRows(self.rows, self._order)

    def set_order(self, order: Any) -> None:
        """Show these rows in this order (a pyarrow array of row numbers), or all as they came with None."""
        self.beginResetModel()
        self._order = order
        self._pages.clear()
        self._shown = min(self.rows.row_count if order is None else len(order), MOST_ROWS)
        self.endResetModel()

    def marked_columns(self) -> set[int]:
        """Columns whose header shows more than the name."""
        return set(self._marks) | self._filtered

    def mark_columns(self, marks: dict[int, str], filtered: set[int]) -> None:
        """What stands behind the names of sorted columns, and which columns a filter looks at."""
        self._marks, self._filtered = marks, filtered
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, self.columnCount() - 1))
