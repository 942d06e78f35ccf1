"""Looking at a result in another way: filtered, sorted, searched, summed. Arrow does the work; nothing is copied but row numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.workspace import ResultRows

OPERATORS = ("=", "≠", "<", "≤", ">", "≥", "contains", "does not contain", "starts with", "matches", "is NULL", "is not NULL")  # fmt: skip
WITHOUT_VALUE = frozenset({"is NULL", "is not NULL"})
MOST_FINDS = 100_000
_COMPARE = {
    "=": "equal",
    "≠": "not_equal",
    "<": "less",
    "≤": "less_equal",
    ">": "greater",
    "≥": "greater_equal",
}


@dataclass(frozen=True)
class RowFilter:
    """One condition on a column (by place). `value` is what the person typed."""

    column: int
    operator: str
    value: str = ""


@dataclass(frozen=True)
class SortKey:
    """One column of a sort order."""

    column: int
    descending: bool = False


@dataclass(frozen=True)
class Sums:
    """Of selected cells: how many there are, and over the numbers among them."""

    cells: int
    numbers: int = 0
    total: Any = None
    mean: float | None = None
    least: Any = None
    most: Any = None


def is_number(kind: Any) -> bool:
    """Whether an Arrow type is of whole, floating point or decimal numbers."""
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def text_of(values: Any) -> Any:
    """A column as text, as a person would search it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values
    try:
        return pc.cast(values, pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.chunked_array([[None if v is None else str(v) for v in values.to_pylist()]], pa.string())


def order_of(rows: ResultRows, filters: Sequence[RowFilter], sort: Sequence[SortKey]) -> Any:
    """The numbers of the rows to show, in order, as a pyarrow array; None where all are shown as they came.

    Raises InputError for a value that a column cannot hold.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not filters and not sort:
        return None
    count = rows.row_count
    table = rows.slice(0, count)
    chosen = None
    for wanted in filters:
        mask = _mask(table.column(wanted.column), wanted, rows.columns[wanted.column].name)
        chosen = mask if chosen is None else pc.and_(chosen, mask)
    if chosen is None:
        order = None
    else:
        mask_array = chosen.combine_chunks() if isinstance(chosen, pa.ChunkedArray) else chosen
        order = pc.indices_nonzero(pc.fill_null(mask_array, False))
    if not sort:
        return order
    keys = {f"k{i}": _sortable(table.column(key.column)) for i, key in enumerate(sort)}
    picked = pa.table(keys)
    if order is not None:
        picked = picked.take(order)
    sorted_rows = pc.sort_indices(
        picked,
        sort_keys=[(f"k{i}", "descending" if key.descending else "ascending") for i, key in enumerate(sort)],
    )
    return sorted_rows if order is None else pc.take(order, sorted_rows)


def _sortable(values: Any) -> Any:
    import pyarrow as pa

    kind = values.type
    return text_of(values) if pa.types.is_nested(kind) else values


def _mask(values: Any, wanted: RowFilter, name: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if wanted.operator == "is NULL":
        return pc.is_null(values)
    if wanted.operator == "is not NULL":
        return pc.is_valid(values)
    if wanted.operator in _COMPARE:
        if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
            values = text_of(values)
        try:
            value = typed_value(wanted.value, values.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            raise InputError(
                f"“{wanted.value}” is not a value of {name}, which is {values.type}.", "Correct the filter."
            ) from error
        return getattr(pc, _COMPARE[wanted.operator])(values, value)
    texts = text_of(values)
    if wanted.operator == "contains":
        return pc.match_substring(texts, wanted.value, ignore_case=True)
    if wanted.operator == "does not contain":
        return pc.invert(pc.match_substring(texts, wanted.value, ignore_case=True))
    if wanted.operator == "starts with":
        return pc.starts_with(texts, wanted.value, ignore_case=True)
    try:
        return pc.match_substring_regex(texts, wanted.value, ignore_case=True)
    except pa.ArrowInvalid as error:
        raise InputError(
            f"“{wanted.value}” is not a regular expression.", "Close its brackets, or use “contains”."
        ) from error


def typed_value(text: str, kind: Any) -> Any:
    """What a person typed as a scalar of a column's type; decimals compare with any number of digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = text.strip() if not pa.types.is_string(kind) else text
    if is_number(kind):
        plain = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("_", "")
        if pa.types.is_integer(kind) and plain.lstrip("+-").isdigit():
            return pa.scalar(int(plain), pa.int64())
        if pa.types.is_decimal(kind):
            from decimal import Decimal, InvalidOperation

            try:
                return pa.scalar(Decimal(plain))
            except InvalidOperation as error:
                raise ValueError(plain) from error
        return pa.scalar(float(plain), pa.float64())
    if pa.types.is_boolean(kind):
        wanted = {"true": True, "false": False, "1": True, "0": False}[text.lower()] if text.lower() in {"true", "false", "1", "0"} else None  # fmt: skip
        if wanted is None:
            raise ValueError(text)
        return pa.scalar(wanted)
    return pc.cast(pa.scalar(text), kind)


class ViewedRows:
    """Rows of a result as they are now, all (`order` None) or some in another order; they stay readable when the result is closed."""

    complete = True

    def __init__(self, rows: ResultRows, order: Any) -> None:
        self._rows, self._order = rows, order
        self._table = rows.slice(0, rows.row_count)
        self.columns, self.arrow_schema = rows.columns, rows.arrow_schema

    @property
    def row_count(self) -> int:
        """Rows in the view."""
        return int(self._table.num_rows if self._order is None else len(self._order))

    def slice(self, start: int, count: int) -> Any:
        """pyarrow.Table of up to `count` rows from `start`."""
        if self._order is None:
            return self._table.slice(start, count)
        return self._table.take(self._order.slice(start, count))

    def append(self, batch: Any) -> None:
        """A view takes none."""
        raise NotImplementedError

    def finish(self) -> None:
        """It was complete."""

    def close(self) -> None:
        """The rows belong to the result."""


def find_cells(rows: ResultRows, text: str, order: Any) -> list[tuple[int, int]]:
    """(shown row, column) of every cell that holds the text, row by row; at most MOST_FINDS."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not text:
        return []
    table = rows.slice(0, rows.row_count)
    found: list[tuple[int, int]] = []
    for index in range(table.num_columns):
        texts = text_of(table.column(index))
        if order is not None:
            texts = texts.take(order)
        mask = pc.fill_null(pc.match_substring(texts, text, ignore_case=True), False)
        if isinstance(mask, pa.ChunkedArray):
            mask = mask.combine_chunks()
        hits = pc.indices_nonzero(mask).slice(0, MOST_FINDS)
        found += [(row, index) for row in hits.to_pylist()]
    return sorted(found)[:MOST_FINDS]


def sums_of(rows: ResultRows, parts: Sequence[tuple[int, int, int, int]], order: Any) -> Sums:
    """Over (first row, last row, first column, last column) parts of what is shown."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells, view = 0, ViewedRows(rows, order)
    columns: list[Any] = []
    for top, bottom, left, right in parts:
        cells += (bottom - top + 1) * (right - left + 1)
        table = view.slice(top, bottom - top + 1)
        columns += [c for c in table.columns[left : right + 1] if is_number(c.type)]
    count = sum(len(values) - values.null_count for values in columns)
    if not count:
        return Sums(cells)
    full = [values for values in columns if len(values) > values.null_count]
    exact = all(not pa.types.is_floating(values.type) for values in full)
    totals = [_total(values) for values in full]
    total = sum(totals) if exact else sum(float(part) for part in totals)
    bounds = [pc.min_max(values).as_py() for values in full]
    return Sums(
        cells,
        count,
        total,
        float(total) / count,
        min(bound["min"] for bound in bounds),
        max(bound["max"] for bound in bounds),
    )


def _total(values: Any) -> Any:
    """Exact for integers (in Python where 64 bits would not hold it) and decimals."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_decimal(values.type):
        return pc.sum(pc.cast(values, pa.decimal256(76, values.type.scale))).as_py()
    if pa.types.is_integer(values.type):
        return int(pc.sum(pc.cast(values, pa.decimal128(38, 0))).as_py())
    return pc.sum(values).as_py()
