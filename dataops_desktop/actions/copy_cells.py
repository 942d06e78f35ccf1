"""Selected cells as text for the clipboard, read a page at a time: a selection can be a whole result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.export_result import sql_value, text_of_rows
from dataops_desktop.interfaces.workspace import ResultRows

PAGE = 20_000
COPIES = {
    "tsv": "Copy", "tsv_headers": "Copy with headers", "csv": "Copy as CSV", "json": "Copy as JSON", "jsonl": "Copy as JSON lines", "md": "Copy as Markdown", "sql": "Copy as INSERT", "in": "Copy as IN list",
}  # fmt: skip


def copied_text(
    rows: ResultRows, spans: Sequence[tuple[int, int]], columns: Sequence[int], kind: str, most_cells: int
) -> str:
    """Values without separators, NULL as nothing. `spans` are (first, last) shown rows, `columns` places in the order to copy."""
    names = [rows.columns[column].name for column in columns]
    lines = _lines(rows, spans, columns, max(1, most_cells // max(1, len(columns))))
    if kind == "in":
        flat = list(dict.fromkeys(value for line in lines for value in line if value is not None))
        return "(" + ", ".join(sql_value(value) for value in flat) + ")"
    if kind in {"json", "jsonl", "md", "sql"}:
        return text_of_rows(kind, unique_names(names), lines)
    mark = "," if kind == "csv" else "\t"
    whole = [names, *lines] if kind != "tsv" else lines
    return "\n".join(mark.join(_cell(value, mark) for value in line) for line in whole)


def _lines(
    rows: ResultRows, spans: Sequence[tuple[int, int]], columns: Sequence[int], most: int
) -> list[list[Any]]:
    found: list[list[Any]] = []
    for first, last in spans:
        for start in range(first, last + 1, PAGE):
            count = min(PAGE, last + 1 - start, most - len(found))
            if count <= 0:
                return found
            table = rows.slice(start, count)
            values = [table.column(column).to_pylist() for column in columns]
            found += [list(line) for line in zip(*values, strict=True)]
    return found


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
