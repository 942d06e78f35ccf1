"""How the command line prints rows and reports."""

from __future__ import annotations

import json
import sys
from typing import Any

from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.run_query import QueryOutcome
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogResult
from dataops_desktop.interfaces.workspace import SyncRun

PAGE = 10_000
SHOWN = 12


def _pages(outcome: QueryOutcome) -> Any:
    rows = outcome.rows
    if rows is None:
        return
    for start in range(0, rows.row_count, PAGE):
        yield rows.slice(start, PAGE)


def write_rows(outcome: QueryOutcome, kind: str) -> None:
    """All rows to standard output as table, json (one array), csv (RFC 4180, NULL empty) or parquet (bytes)."""
    if outcome.rows is None:
        if kind == "json":
            print("[]")  # noqa: T201
        return
    names = unique_names([column.name for column in outcome.rows.columns])
    if kind == "csv":
        import pyarrow.csv as pa_csv

        sys.stdout.flush()
        out = sys.stdout.buffer
        first = True
        for page in _pages(outcome):
            pa_csv.write_csv(page.rename_columns(names), out, pa_csv.WriteOptions(include_header=first))
            first = False
        if first:
            out.write((",".join(f'"{name}"' for name in names) + "\n").encode())
        out.flush()
    elif kind == "parquet":
        import pyarrow.parquet as pq

        table = outcome.rows.slice(0, outcome.rows.row_count).rename_columns(names)
        pq.write_table(table, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif kind == "json":
        print("[", end="")  # noqa: T201
        separator = "\n"
        for page in _pages(outcome):
            for record in page.rename_columns(names).to_pylist():
                print(separator + json.dumps(record, ensure_ascii=False, default=str), end="")  # noqa: T201
                separator = ",\n"
        print("\n]")  # noqa: T201
    else:
        _write_table(outcome, names)


def _write_table(outcome: QueryOutcome, names: list[str]) -> None:
    assert outcome.rows is not None
    sample = outcome.rows.slice(0, 200).rename_columns(names).to_pylist()
    text = [["NULL" if row[name] is None else _one_line(str(row[name])) for name in names] for row in sample]
    widths = [min(60, max([len(name), *(len(row[i]) for row in text)])) for i, name in enumerate(names)]

    def line(cells: list[str]) -> str:
        return "  ".join(
            cell[:width].ljust(width) for cell, width in zip(cells, widths, strict=True)
        ).rstrip()

    print(line(names))  # noqa: T201
    print("  ".join("─" * width for width in widths))  # noqa: T201
    for page in _pages(outcome):
        for record in page.rename_columns(names).to_pylist():
            print(line(["NULL" if record[name] is None else _one_line(str(record[name])) for name in names]))  # noqa: T201


def _one_line(text: str) -> str:
    """Control characters, which a terminal would obey, become spaces."""
    return "".join(char if char.isprintable() else " " for char in text)


def sync_report_text(result: SyncGlueCatalogResult, run: SyncRun) -> str:
    """The sync report as plain text, in the mock-up's order."""
    stats, reasons = result.stats, run.report.get("reasons", {})
    lines = [
        "AWS Glue Catalog Sync",
        f"Status: {'Complete' if not result.errors else 'Complete, with errors'} · {run.report.get('durationMs', 0) / 1000:.1f} s",
        f"Tables discovered: {stats.tables_discovered:,}",
        f"Successfully imported: {stats.tables_imported:,}",
        f"Warnings: {stats.warnings:,}",
        f"Errors: {stats.errors:,}",
    ]

    def section(title: str, items: list[str]) -> None:
        if items:
            lines.append(f"{title} ({len(items):,}):")
            lines.extend(f"  • {item}" for item in items[:SHOWN])
            if len(items) > SHOWN:
                lines.append(f"  … and {len(items) - SHOWN:,} more")

    section("+ New tables", list(result.changes.new_tables))
    section(
        "~ Updated tables",
        [f"{name} ({reasons.get(name, 'changed')})" for name in result.changes.updated_tables],
    )
    section("✖ Deleted tables", list(result.changes.deleted_tables))
    section("⚠ Warnings", [f"{item.table}: {item.message}" for item in result.warnings])
    section("✖ Errors", [f"{item.table}: {item.error}" for item in result.errors])
    return "\n".join(lines)
