"""A result to a file, a page at a time, in the formats people hand on. Written beside and renamed: never half a file.

Texts that a spreadsheet would run as a formula get a quote before them in CSV and TSV (OWASP, CSV injection); Excel gets them
as text cells. NULL stays apart from the empty text wherever the format can tell them apart.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.sql.quoting import quoted

# suffix → what a person calls it
EXPORTS = {
    "csv": "CSV", "tsv": "TSV", "json": "JSON", "jsonl": "JSON lines", "parquet": "Parquet", "xlsx": "Excel", "md": "Markdown", "sql": "INSERT statements",
}  # fmt: skip
PAGE = 50_000
EXCEL_ROWS, EXCEL_COLUMNS = 1_048_576, 16_384  # support.microsoft.com: Excel specifications and limits
EXCEL_DIGITS = 15
INSERT_ROWS = 500

Pages = Iterator[Any]


def write_export(rows: ResultRows, path: Path, suffix: str, check: Callable[[], None]) -> None:
    """All rows to `path` in the format of `suffix`. `check` is called between pages and may raise to cancel; OSError passes."""
    import pyarrow as pa

    names = unique_names([column.name for column in rows.columns])
    schema = pa.schema([field.with_name(name) for field, name in zip(rows.arrow_schema, names, strict=True)])
    partial = path.with_name(path.name + ".part")

    def pages() -> Pages:
        for start in range(0, rows.row_count, PAGE):
            check()
            yield rows.slice(start, PAGE).rename_columns(names)

    try:
        if suffix == "parquet":
            _parquet(partial, schema, pages())
        elif suffix in {"csv", "tsv"}:
            _delimited(partial, schema, pages(), "," if suffix == "csv" else "\t")
        elif suffix == "xlsx":
            _excel(partial, rows.row_count, names, pages())
        else:
            text = {"json": _json, "jsonl": _json_lines, "md": _markdown, "sql": _inserts}[suffix]
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                for part in text(names, pages()):
                    file.write(part)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _parquet(path: Path, schema: Any, pages: Pages) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema) as writer:
        for page in pages:
            writer.write_table(page)


def _delimited(path: Path, schema: Any, pages: Pages, mark: str) -> None:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    flat = pa.schema(
        [pa.field(f.name, pa.string() if pa.types.is_nested(f.type) else f.type) for f in schema]
    )
    with pa_csv.CSVWriter(str(path), flat, write_options=pa_csv.WriteOptions(delimiter=mark)) as writer:
        for page in pages:
            writer.write_table(_without_formulas(_flattened(page)))


def _flattened(page: Any) -> Any:
    """Lists, maps and structs as JSON text: delimited files have no nesting."""
    import pyarrow as pa

    for index, field in enumerate(page.schema):
        if pa.types.is_nested(field.type):
            texts = [None if value is None else _json_text(value) for value in page.column(index).to_pylist()]
            page = page.set_column(index, pa.field(field.name, pa.string()), pa.array(texts, pa.string()))
    return page


def _without_formulas(page: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    for index, field in enumerate(page.schema):
        if pa.types.is_string(field.type):
            column = page.column(index)
            page = page.set_column(
                index, field, pc.replace_substring_regex(column, r"^([=+\-@\t\r])", r"'\1")
            )
    return page


def _json_text(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, indent=indent)


def _json(_: Sequence[str], pages: Pages) -> Iterator[str]:
    separator = "[\n"
    for page in pages:
        for record in page.to_pylist():
            yield separator + _json_text(record)
            separator = ",\n"
    yield "\n]\n" if separator.startswith(",") else "[]\n"


def _json_lines(_: Sequence[str], pages: Pages) -> Iterator[str]:
    for page in pages:
        for record in page.to_pylist():
            yield _json_text(record) + "\n"


def _markdown(names: Sequence[str], pages: Pages) -> Iterator[str]:
    def cell(value: Any) -> str:
        text = "" if value is None else _json_text(value) if isinstance(value, list | dict) else str(value)
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "<br>")

    yield "| " + " | ".join(map(cell, names)) + " |\n" + "|" + " --- |" * len(names) + "\n"
    for page in pages:
        for record in page.to_pylist():
            yield "| " + " | ".join(cell(record[name]) for name in names) + " |\n"


def sql_value(value: Any) -> str:
    """A value as an SQL literal that keeps its type; lists and structs as JSON text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float):
        return (
            f"DOUBLE '{value}'" if value != value or value in {float("inf"), float("-inf")} else repr(value)
        )
    if isinstance(value, dt.datetime):
        zone = value.strftime("%z")  # +0200
        zone = f" {zone[:3]}:{zone[3:5]}" if zone else ""
        return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(sep=' ')}{zone}'"
    if isinstance(value, dt.time):
        return f"TIME '{value.isoformat()}'"
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    text = _json_text(value) if isinstance(value, list | dict) else str(value)
    return "'" + text.replace("'", "''") + "'"


def text_of_rows(kind: str, names: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A few rows as `json`, `jsonl`, `md` or `sql` text, as an export of them would write it."""
    records = [dict(zip(names, line, strict=True)) for line in lines]
    if kind == "json":
        return _json_text(records, indent=2)
    page = _Records(records)
    return "".join({"jsonl": _json_lines, "md": _markdown, "sql": _inserts}[kind](names, iter([page])))


class _Records:
    """Records that look like a page to the writers of text."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self._records = records
        self.num_rows = len(records)

    def slice(self, start: int, count: int) -> _Records:
        return _Records(self._records[start : start + count])

    def to_pylist(self) -> list[dict[str, Any]]:
        return self._records


def _inserts(names: Sequence[str], pages: Pages) -> Iterator[str]:
    head = f"INSERT INTO result ({', '.join(quoted(name) if name else '_' for name in names)}) VALUES\n"
    for page in pages:
        for start in range(0, page.num_rows, INSERT_ROWS):
            records = page.slice(start, INSERT_ROWS).to_pylist()
            lines = ["  (" + ", ".join(sql_value(record[name]) for name in names) + ")" for record in records]
            yield head + ",\n".join(lines) + ";\n"


def _excel(path: Path, row_count: int, names: Sequence[str], pages: Pages) -> None:
    if row_count + 1 > EXCEL_ROWS or len(names) > EXCEL_COLUMNS:
        raise InputError(
            f"The result has {row_count:,} rows and {len(names):,} columns; an Excel sheet holds {EXCEL_ROWS - 1:,} and {EXCEL_COLUMNS:,}.",
            "Export it as Parquet or CSV.",
        )
    import xlsxwriter

    # constant_memory writes each row as it comes; no text becomes a formula, a number or a link.
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "remove_timezone": True}) as book:
        sheet = book.add_worksheet("Result")
        bold = book.add_format({"bold": True})
        day, moment = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"}),
        )
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(names):
            sheet.write_string(0, column, name, bold)
        row = 0
        for page in pages:
            for record in page.to_pylist():
                row += 1
                for column, name in enumerate(names):
                    value = record[name]
                    if value is None:
                        continue
                    if isinstance(value, bool):
                        sheet.write_boolean(row, column, value)
                    elif isinstance(value, dt.datetime) and value.year >= 1900:
                        sheet.write_datetime(row, column, value, moment)
                    elif (
                        isinstance(value, dt.date)
                        and not isinstance(value, dt.datetime)
                        and value.year >= 1900
                    ):
                        sheet.write_datetime(row, column, value, day)
                    elif isinstance(value, int | Decimal | float) and _fits_excel(value):
                        sheet.write_number(row, column, float(value))
                    else:
                        text = _json_text(value) if isinstance(value, list | dict) else str(value)
                        sheet.write_string(row, column, text[:32_767])


def _fits_excel(value: float | Decimal) -> bool:
    """Excel keeps 15 digits: a longer number stays exact as text."""
    if isinstance(value, float):
        return value == value and value not in {float("inf"), float("-inf")}
    digits = Decimal(value).as_tuple().digits
    return len(digits) <= EXCEL_DIGITS
