"""The query history to a file, as other results are exported: the same formats, the same care with formulas."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.export_result import write_export
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.interfaces.workspace import CostGroup, HistoryFilter, QueryRecord

PAGE = 2000
_TIMES = {"submitted_at", "finished_at"}
_WHOLE = {"engine_ms", "queue_ms", "bytes_scanned", "row_count", "estimated_bytes"}
_HISTORY = (
    "submitted_at", "finished_at", "engine", "source", "who", "database", "workgroup", "state", "sql", "queue_ms", "engine_ms", "bytes_scanned",
    "row_count", "cost_usd", "reused", "error", "execution_id", "estimated_bytes", "estimate_method", "tables",
)  # fmt: skip


def export_history(
    context: ActionContext,
    path: Path,
    suffix: str,
    text: str,
    chosen: HistoryFilter,
    check: Callable[[], None],
) -> int:
    """Every query that matches, newest first; returns how many. Blocks; `check` may raise to cancel, OSError passes."""
    history = context.workspace.history
    rows = _sink(context, _HISTORY)
    try:
        before: int | None = None
        while True:
            check()
            page = history.queries(text, PAGE, chosen, before)
            if page:
                rows.append(_batch(rows.arrow_schema, [_line(record) for record in page]))
                before = page[-1].query_id
            if len(page) < PAGE:
                break
        rows.finish()
        write_export(rows, path, suffix, check)
        return int(rows.row_count)
    finally:
        rows.close()


def export_costs(
    context: ActionContext, path: Path, suffix: str, title: str, groups: Sequence[CostGroup]
) -> None:
    """The groups of a costs page. Blocks; OSError passes."""
    rows = _sink(context, (title, "queries", "bytes_scanned", "cost_usd", "sql"))
    try:
        lines = [
            {title: group.name, **{k: v for k, v in asdict(group).items() if k != "name"}} for group in groups
        ]
        if lines:
            rows.append(_batch(rows.arrow_schema, lines))
        rows.finish()
        write_export(rows, path, suffix, lambda: None)
    finally:
        rows.close()


def _sink(context: ActionContext, names: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = {name: pa.int64() for name in (*_WHOLE, "queries")}
    schema = pa.schema(
        [
            pa.field(name, pa.timestamp("ms", "UTC") if name in _TIMES else pa.float64() if name == "cost_usd" else pa.bool_() if name == "reused" else kinds.get(name, pa.string()))
            for name in names
        ]
    )  # fmt: skip
    columns = [ResultColumn(field.name, str(field.type)) for field in schema]
    return context.results.create(f"history-{uuid.uuid4().hex[:8]}", columns, schema)


def _line(record: QueryRecord) -> dict[str, Any]:
    from datetime import datetime

    line = {name: getattr(record, name) for name in _HISTORY}
    for name in _TIMES:
        line[name] = datetime.fromisoformat(line[name]) if line[name] else None
    line["reused"] = bool(record.reused)
    return line


def _batch(schema: Any, lines: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist(lines, schema=schema)
