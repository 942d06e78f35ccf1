"""`executeAthenaQuery`, the specification's action, over the way every engine's queries run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import QuerySettings


@dataclass(frozen=True)
class ExecuteAthenaQueryOptions:
    """The specification's input, and parameters for `?` marks."""

    query: str
    database: str | None = None
    output_location: str | None = None
    workgroup: str | None = None
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueryStats:
    """Milliseconds, bytes, US dollars (an estimate)."""

    execution_time: int
    data_scanned: int
    estimated_cost: float


@dataclass(frozen=True)
class ExecuteAthenaQueryResult:
    """The specification's output."""

    success: bool
    query_execution_id: str
    results: tuple[dict[str, Any], ...]
    stats: QueryStats


async def execute_athena_query(
    context: ActionContext, options: ExecuteAthenaQueryOptions, *, cancel: CancelToken | None = None
) -> ExecuteAthenaQueryResult:
    """The specification's action: all rows as records. A repeated column name gets `_2`, `_3`, … so that no value is lost."""
    settings = QuerySettings(output_location=options.output_location or "")
    wanted = RunQueryOptions(
        options.query, options.database, options.workgroup, options.parameters, settings=settings
    )
    outcome = await run_query(context, wanted, cancel=cancel)
    records: list[dict[str, Any]] = []
    if outcome.rows is not None:
        names = unique_names([column.name for column in outcome.rows.columns])
        table = outcome.rows.slice(0, outcome.rows.row_count).rename_columns(names)
        records = table.to_pylist()
        outcome.rows.close()
    stats = QueryStats(outcome.status.engine_ms, outcome.status.bytes_scanned, outcome.cost_usd or 0.0)
    return ExecuteAthenaQueryResult(True, outcome.status.execution_id, tuple(records), stats)


def unique_names(names: list[str]) -> list[str]:
    """`a, a, b` → `a, a_2, b`; never collides with a name that is already there."""
    taken, found = set(names), []
    used: set[str] = set()
    for name in names:
        candidate, number = name, 2
        while candidate in used or (candidate != name and candidate in taken):
            candidate = f"{name}_{number}"
            number += 1
        used.add(candidate)
        found.append(candidate)
    return found
