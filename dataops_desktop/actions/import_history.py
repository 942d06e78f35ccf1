"""Athena's own history of the last 45 days, taken over gently: what colleagues and other tools ran is in the costs too.

Athena does not say who ran a query (docs.aws.amazon.com/athena, ListQueryExecutions and GetQueryExecution), so `who` stays
empty. One page of 50 a second: the calls are free, but an account shares their rate (5 a second).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.run_query import ATHENA, price_of, tables_of
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.query_engine import QueryEngine, QueryStatus
from dataops_desktop.interfaces.workspace import QueryRecord
from dataops_desktop.sql.scans import shape_of

PAUSE_S = 1.0
LONGEST_PARSED = 20_000  # characters; a machine-written giant is not worth a stalled window
_SETTING = "history.imported"  # `source|workgroup` of those that were read to their end once


@dataclass(frozen=True)
class ImportedHistory:
    """How many runs are new, and the workgroups that could not be read."""

    added: int
    refused: tuple[str, ...] = ()


async def import_athena_history(
    context: ActionContext,
    *,
    cancel: CancelToken | None = None,
    progress: ProgressSink = no_progress,
    pause_s: float = PAUSE_S,
) -> ImportedHistory:
    """Newest first; a workgroup that was read to its end before is read up to the first page that brings nothing new.

    Stopped at any point it leaves what it has taken, and the next one goes on. Raises what keeps all workgroups from being listed.
    """
    cancel = cancel or CancelToken()
    engine: QueryEngine = await context.connector(ATHENA)
    source = await context.run(ATHENA, lambda: engine.source)
    groups = await context.run(ATHENA, engine.workgroups)
    settings = context.workspace.settings
    done: set[str] = set(await context.local(settings.setting, _SETTING) or ())
    added, refused = 0, []
    for group in groups:
        mark, token = f"{source}|{group.name}", None
        while True:
            cancel.raise_if_cancelled()
            try:
                page, token = await context.run(ATHENA, engine.past, group.name, token)
            except DataOpsError:
                refused.append(group.name)
                break
            new = await context.local(_keep, context, source, page)
            added += new
            progress(Progress("Taking over Athena's history", added, unit="queries"))
            known_to_here = mark in done and not new and all(status.finished for status in page)
            if token is None or known_to_here:
                done.add(mark)
                await context.local(settings.set_setting, _SETTING, sorted(done))
                break
            await asyncio.sleep(pause_s)
    if added:
        await context.local(context.workspace.catalog.count_uses)
    return ImportedHistory(added, tuple(refused))


def _keep(context: ActionContext, source: str, page: list[QueryStatus]) -> int:
    """Finished runs of a page into the history; one that still runs comes with the next import."""
    return context.workspace.history.add_past(
        [_record(context, source, status) for status in page if status.finished and status.submitted_at]
    )


def _record(context: ActionContext, source: str, status: QueryStatus) -> QueryRecord:
    short = len(status.sql) <= LONGEST_PARSED
    return QueryRecord(
        0,
        ATHENA,
        source,
        status.sql,
        status.database,
        status.workgroup,
        status.execution_id,
        state=status.state,
        submitted_at=status.submitted_at,
        finished_at=status.finished_at or status.submitted_at,
        engine_ms=status.engine_ms,
        bytes_scanned=status.bytes_scanned,
        cost_usd=price_of(context, ATHENA, source, status),
        error=status.reason if status.state == "FAILED" else "",
        statement_type=status.statement_type,
        output_location=status.output_location,
        shape=shape_of(status.sql, status.database) if short else "",
        queue_ms=status.queue_ms,
        reused=int(status.reused),
        dpu_count=status.dpu_count,
        tables=tables_of(ATHENA, status.sql, status.database) if short else "",
        origin=ATHENA,
    )
