"""A sheet of a workbook as a typed Arrow table: the first row that is not empty names the columns.

calamine reads .xlsx, .xlsm, .xlsb, .xls and .ods. Numbers come as floating point, as Excel keeps them: a column of whole ones is
read as integers. A column of mixed kinds is text. Runs in child processes only: workbooks are a stranger's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

LARGEST_WHOLE = 2**53  # beyond it a floating point number does not hold every integer


def sheet_names(path: str) -> list[tuple[str, int, int]]:
    """(name, rows, columns) of every sheet. Raises ValueError for what is no workbook."""
    book = _open(path)
    found = []
    for index, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_index(index)
        found.append((name, sheet.height, sheet.width))
    return found


def sheet_table(path: str, index: int) -> Any:
    """One sheet as pyarrow.Table. Raises ValueError where it cannot be read."""
    import pyarrow as pa

    book = _open(path)
    if not 0 <= index < len(book.sheet_names):
        raise ValueError(f"the workbook has no sheet number {index + 1} any more")
    lines = book.get_sheet_by_index(index).to_python()
    if not lines:
        return pa.table({})
    names = _names(lines[0])
    body = lines[1:]
    columns = [
        _column([line[place] if place < len(line) else "" for line in body]) for place in range(len(names))
    ]
    return pa.table(columns, names=names)


def _open(path: str) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError) as error:
        raise ValueError(f"the workbook cannot be read: {error}") from error


def _names(header: Sequence[Any]) -> list[str]:
    names: list[str] = []
    for place, value in enumerate(header, 1):
        wanted = " ".join(_text(value).split()) or f"column_{place}"
        name, number = wanted, 2
        while name.lower() in {other.lower() for other in names}:
            name, number = f"{wanted}_{number}", number + 1
        names.append(name)
    return names


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    return str(value)


def _column(values: Sequence[Any]) -> Any:
    """Of one kind where all cells are; blank cells are NULL."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value != "" or not isinstance(value, str)}
    filled = [None if isinstance(value, str) and value == "" else value for value in values]
    if kinds == {bool}:
        return pa.array(filled, pa.bool_())
    if kinds and kinds <= {float, int}:
        whole = all(v is None or (float(v).is_integer() and abs(v) < LARGEST_WHOLE) for v in filled)
        return pa.array([None if v is None else int(v) for v in filled], pa.int64()) if whole else pa.array(filled, pa.float64())  # fmt: skip
    if kinds == {dt.date}:
        return pa.array(filled, pa.date32())
    if kinds and kinds <= {dt.date, dt.datetime}:
        moments = [
            v if v is None or isinstance(v, dt.datetime) else dt.datetime.combine(v, dt.time())
            for v in filled
        ]
        return pa.array(moments, pa.timestamp("ms"))
    if kinds == {dt.time}:
        return pa.array(filled, pa.time64("us"))
    return pa.array([None if v is None else _text(v) for v in filled], pa.string())
