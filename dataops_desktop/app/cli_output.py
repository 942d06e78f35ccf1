"""How the command line prints rows and reports."""

from __future__ import annotations

import json
import sys
from typing import Any

from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.run_query import QueryOutcome
from dataops_desktop.interfaces.sync_store import SyncRun, SyncStore
from dataops_desktop.ontology.warnings import cause

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


def sync_report_text(syncs: SyncStore, run: SyncRun) -> str:
    """The sync report as plain text, in the mock-up's order."""
    stats = run.report.get("stats", {})
    state = {"complete": "Complete", "partial": "Complete, with errors"}.get(
        run.state, run.state.capitalize()
    )
    lines = [
        "AWS Glue Catalog Sync",
        f"Status: {state} · {run.report.get('durationMs', 0) / 1000:.1f} s",
        f"Tables discovered: {stats.get('tablesDiscovered', 0):,}",
        f"Successfully imported: {stats.get('tablesImported', 0):,}",
        f"Warnings: {stats.get('warnings', 0):,}",
        f"Errors: {stats.get('errors', 0):,}",
    ]

    def section(title: str, count: int, items: list[str]) -> None:
        if count:
            lines.append(f"{title} ({count:,}):")
            lines.extend(f"  • {_one_line(item)}" for item in items)
            if count > len(items):
                lines.append(f"  … and {count - len(items):,} more")

    counts = syncs.line_counts(run.run_id)
    for kind, title in (
        ("new", "+ New tables"),
        ("updated", "~ Updated tables"),
        ("deleted", "✖ Deleted tables"),
        ("error", "✖ Errors"),
        ("note", "Notes"),
    ):
        if kind == "error":
            for group in syncs.warning_groups(run.run_id, SHOWN):
                known = cause(group.cause)
                shown = [f"{name}: {text}" for name, text in group.first]
                section(f"⚠ {known.title}", group.count, shown)
                if known.remedy:
                    lines.append(f"    {known.remedy}")
        first = syncs.lines(run.run_id, kind, 0, SHOWN)
        section(
            title,
            counts.get(kind, 0),
            [
                f"{line.name}: {line.note} {line.remedy}".strip()
                if kind in {"error", "note"}
                else f"{line.name} ({line.note})"
                if line.note
                else line.name
                for line in first
            ],
        )
    return "\n".join(lines)
