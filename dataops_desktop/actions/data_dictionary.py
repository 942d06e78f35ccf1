"""The data dictionary: every table of some databases with its columns, as Markdown, CSV or Excel.

What people wrote comes before what the source says. Texts that a spreadsheet would run as a formula get a quote before them
(OWASP, CSV injection); Markdown is escaped, so that a name cannot become a link or a heading.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from dataops_desktop.actions.export_result import EXCEL_ROWS
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import Annotations, ColumnClass, StoredNode
from dataops_desktop.interfaces.workspace import Workspace
from dataops_desktop.ontology.classification import KINDS

DICTIONARIES = {"md": "Markdown", "csv": "CSV", "xlsx": "Excel"}
PAGE = 500
_TITLES = (
    "database", "table", "kind", "table description", "owner", "tags", "quality", "rating", "format", "location", "rows", "bytes",
    "position", "column", "type", "partition key", "column description", "classification",
)  # fmt: skip
_MARKUP = re.compile(r"([\\`*\[\]<>|]|(?<!\w)_|_(?!\w))")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class _Entry:
    stored: StoredNode
    columns: list[Column]
    keys: list[Column]
    said: Annotations
    classes: dict[str, ColumnClass]

    @property
    def description(self) -> str:
        return self.said.description or self.stored.node.description

    @property
    def owner(self) -> str:
        return self.said.owner or str(self.stored.node.properties.get("owner") or "")

    @property
    def tags(self) -> list[str]:
        return [*self.said.tags, *(str(tag) for tag in self.stored.node.properties.get("lfTags") or ())]

    def column_description(self, column: Column) -> str:
        return self.said.column_descriptions.get(column.name) or column.comment

    def classified(self, column: Column) -> str:
        found = self.classes.get(column.name)
        return KINDS.get(found.kind, found.kind) if found else ""


def export_dictionary(
    workspace: Workspace, path: Path, suffix: str, databases: Sequence[str], check: Callable[[], None]
) -> int:
    """Returns how many tables; no database named means all. Blocks; `check` may raise to cancel, OSError passes."""
    if suffix not in DICTIONARIES:
        raise InputError(f"A dictionary is written as {', '.join(DICTIONARIES)}, not {suffix}.")
    partial = path.with_name(path.name + ".part")
    try:
        if suffix == "xlsx":
            count = _excel(partial, _entries(workspace, databases, check))
        else:
            with partial.open("w", encoding="utf-8-sig" if suffix == "csv" else "utf-8", newline="") as file:
                write = _csv if suffix == "csv" else _markdown
                count = write(file, _entries(workspace, databases, check))
        partial.replace(path)
        return count
    finally:
        partial.unlink(missing_ok=True)


def _entries(
    workspace: Workspace, databases: Sequence[str], check: Callable[[], None]
) -> Iterator[tuple[StoredNode, _Entry | None]]:
    """(database, None) before its tables, then (database, table) of each."""
    catalog = workspace.catalog
    for database in catalog.children(None, "glue-database"):
        if databases and database.node.name not in databases:
            continue
        yield database, None
        after = ""
        while page := catalog.page(database.key, "glue-table", after, PAGE):
            for item in page:
                check()
                stored = catalog.node_by_key(item.key)
                if stored is None:
                    continue
                after = stored.node.name
                columns, keys = catalog.columns(item.key)
                classes = {c.column: c for c in catalog.classes(item.key) if c.state != "rejected" and c.kind}
                yield database, _Entry(stored, columns, keys, workspace.annotations.annotations(item.key), classes)  # fmt: skip


def _rows(entry: _Entry, database: str) -> Iterator[list[Any]]:
    node = entry.stored.node
    properties = node.properties
    table = [
        database, str(properties.get("tableName") or node.name), str(properties.get("kind") or ""), entry.description, entry.owner,
        ", ".join(entry.tags), entry.stored.quality, entry.said.rating or None, str(properties.get("storageFormat") or ""),
        str(properties.get("location") or ""), properties.get("rowCount"), properties.get("sizeBytes"),
    ]  # fmt: skip
    listed = [(c, False) for c in entry.columns] + [(c, True) for c in entry.keys]
    for position, (column, is_key) in enumerate(listed, 1):
        yield [
            *table, position, column.name, column.type, "yes" if is_key else "", entry.column_description(column), entry.classified(column),
        ]  # fmt: skip
    if not listed:
        yield [*table, None, "", "", "", "", ""]


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _csv(file: TextIO, entries: Iterator[tuple[StoredNode, _Entry | None]]) -> int:
    writer = csv.writer(file)
    writer.writerow(_TITLES)
    count = 0
    for database, entry in entries:
        if entry is not None:
            count += 1
            writer.writerows([_safe(value) for value in row] for row in _rows(entry, database.node.name))
    return count


def _excel(path: Path, entries: Iterator[tuple[StoredNode, _Entry | None]]) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        sheet = book.add_worksheet("Data dictionary")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 2)
        for place, title in enumerate(_TITLES):
            sheet.write_string(0, place, title, bold)
        sheet.set_column(0, len(_TITLES) - 1, 18)
        line = count = 0
        for database, entry in entries:
            if entry is None:
                continue
            count += 1
            for row in _rows(entry, database.node.name):
                line += 1
                if line >= EXCEL_ROWS:
                    raise InputError("An Excel sheet holds 1,048,576 rows; the dictionary has more.", "Write CSV, or fewer databases.")  # fmt: skip
                for place, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(line, place, value)
                    elif value:
                        sheet.write_string(line, place, str(value)[:32_767])
        sheet.autofilter(0, 0, max(1, line), len(_TITLES) - 1)
    finally:
        book.close()
    return count


def _text(value: str) -> str:
    """One line of Markdown that shows as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(value.split()))


def _markdown(file: TextIO, entries: Iterator[tuple[StoredNode, _Entry | None]]) -> int:
    file.write("# Data dictionary\n")
    count = 0
    for database, entry in entries:
        if entry is None:
            file.write(f"\n## {_text(database.node.name)}\n")
            if database.node.description:
                file.write(f"\n{_text(database.node.description)}\n")
            continue
        count += 1
        properties = entry.stored.node.properties
        file.write(f"\n### {_text(str(properties.get('tableName') or entry.stored.node.name))}\n\n")
        if entry.description:
            file.write(f"{_text(entry.description)}\n\n")
        facts = [
            ("Kind", str(properties.get("kind") or "")), ("Owner", entry.owner), ("Tags", ", ".join(entry.tags)),
            ("Quality", f"{entry.stored.quality}/100" if entry.stored.quality is not None else ""),
            ("Rating", "★" * entry.said.rating), ("Format", str(properties.get("storageFormat") or "")), ("Location", str(properties.get("location") or "")),
        ]  # fmt: skip
        file.writelines(f"- **{title}:** {_text(value)}\n" for title, value in facts if value)
        rows = [(c, False) for c in entry.columns] + [(c, True) for c in entry.keys]
        if rows:
            file.write("\n| Column | Type | Description | Classification |\n|---|---|---|---|\n")
            for column, is_key in rows:
                name = _text(column.name) + (" (partition key)" if is_key else "")
                file.write(
                    f"| {name} | {_text(column.type)} | {_text(entry.column_description(column))} | {_text(entry.classified(column))} |\n"
                )
    return count
