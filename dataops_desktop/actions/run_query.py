"""Running one statement on any engine: stream its rows to disk, keep its history, price and lineage.

The query is journalled before it is started and its execution id before the first poll, so a killed program can find it
again. Cancelling also stops it at the service: what was scanned until then is charged.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.prices import usd_per_tb
from dataops_desktop.actions.query_lineage import record_query_lineage
from dataops_desktop.actions.query_remedies import remedy
from dataops_desktop.costs.athena import query_cost_usd
from dataops_desktop.costs.estimate import Estimate
from dataops_desktop.errors import CancelledByUserError, DataOpsError, InputError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.query_engine import (
    Attachment,
    QueryEngine,
    QueryRequest,
    QuerySettings,
    QueryStatus,
    ResultStream,
)
from dataops_desktop.interfaces.workspace import QueryRecord, ResultRows
from dataops_desktop.redaction import redacted_sql
from dataops_desktop.sql.dependencies import dependencies
from dataops_desktop.sql.scans import shape_of

ATHENA = "athena"


@dataclass(frozen=True)
class RunQueryOptions:
    """One statement for one engine. `parameters` fill its `?` marks; `attachments` are files a local engine may read."""

    query: str
    database: str | None = None
    workgroup: str | None = None
    parameters: tuple[str, ...] = ()
    engine: str = ATHENA
    attachments: tuple[Attachment, ...] = ()
    settings: QuerySettings = field(default_factory=QuerySettings)


@dataclass(frozen=True)
class QueryOutcome:
    """A finished query: its last status, its price, its rows on disk (None for statements without rows)."""

    query_id: int
    status: QueryStatus
    cost_usd: float | None
    rows: ResultRows | None
    row_count: int
    record: QueryRecord  # as it was started: text, engine, database


StatusSink = Callable[[QueryStatus], None]
RowsSink = Callable[[ResultRows], None]


async def run_query(
    context: ActionContext,
    options: RunQueryOptions,
    *,
    cancel: CancelToken | None = None,
    on_status: StatusSink = lambda _: None,
    on_rows: RowsSink = lambda _: None,
    estimate: Estimate | None = None,
) -> QueryOutcome:
    """Start, watch, read. `on_rows` fires on the event loop with the first rows and again as more arrive.

    Raises QueryFailedError with the engine's message, CancelledByUserError, or what stood in the way.
    """
    cancel = cancel or CancelToken()
    if not options.query.strip():
        raise InputError("There is no statement to run.", "Write a query first.")
    history = context.workspace.history
    engine: QueryEngine = await context.connector(options.engine)
    source, who = await context.signed_in(options.engine, lambda: (engine.source, engine.who()))
    token = f"dataops-{uuid.uuid4()}"
    record = QueryRecord(
        0,
        options.engine,
        source,
        redacted_sql(options.query),
        options.database or "",
        options.workgroup or "",
        token=token,
        submitted_at=iso_now(),
        shape=shape_of(options.query, options.database or ""),
        estimated_bytes=estimate.bytes if estimate else None,
        estimate_method=estimate.method if estimate else "",
        who=who,
    )
    query_id = await context.local(history.begin_query, record)
    record = replace(record, query_id=query_id)
    try:
        request = QueryRequest(
            options.query,
            options.database,
            options.workgroup,
            options.parameters,
            token,
            options.attachments,
            options.settings,
        )
        # The same token again: a start that was refused for its credentials started nothing, and cannot start twice.
        execution_id = await context.signed_in(engine.id, engine.start, request)
    except DataOpsError as error:
        await _note_failure(context, query_id, error)
        raise
    await context.local(history.update_query, query_id, execution_id=execution_id, state="QUEUED")
    return await _follow(
        context, engine, replace(record, execution_id=execution_id), cancel, on_status, on_rows
    )


async def resume_query(
    context: ActionContext,
    record: QueryRecord,
    *,
    cancel: CancelToken | None = None,
    on_status: StatusSink = lambda _: None,
    on_rows: RowsSink = lambda _: None,
) -> QueryOutcome:
    """Watch a query that was started before, by whatever process, and read its rows: nothing is run or paid again."""
    if not record.execution_id:
        raise InputError("This query never reached the service.", "Run it again.")
    engine: QueryEngine = await context.connector(record.engine)
    source = await context.signed_in(engine.id, lambda: engine.source)
    if source != record.source:
        raise InputError(
            f"This query ran in {record.source}, and the window is connected to {source}.",
            "Open the connection it ran in.",
        )
    return await _follow(context, engine, record, cancel or CancelToken(), on_status, on_rows)


async def stop_query(context: ActionContext, record: QueryRecord) -> None:
    """Stop a query that was started before, and note how it ended."""
    engine: QueryEngine = await context.connector(record.engine)
    await context.run(engine.id, engine.stop, record.execution_id)
    cancel = CancelToken()
    status = await _watch(context, engine, record.execution_id, cancel, lambda _: None)
    await _note_end(context, record, status)


async def _follow(
    context: ActionContext,
    engine: QueryEngine,
    record: QueryRecord,
    cancel: CancelToken,
    on_status: StatusSink,
    on_rows: RowsSink,
) -> QueryOutcome:
    """From an execution id to rows on disk."""
    history = context.workspace.history
    status: QueryStatus | None = None
    try:
        status = await _watch(context, engine, record.execution_id, cancel, on_status)
        # The end goes into the history, and a success's lineage into the ontology, while the rows are read.
        noted = asyncio.ensure_future(_note_end(context, record, status))
        if status.state == "FAILED":
            await noted
            raise QueryFailedError(
                status.reason or "The query failed without a reason.",
                await context.local(_meant, context, record, status.reason),
                details={"execution id": record.execution_id},
            )
        if status.state == "CANCELLED":
            cost = await noted
            raise CancelledByUserError(
                f"Cancelled after scanning {status.bytes_scanned:,} bytes (≈ ${cost:.4f})."
                if record.engine == ATHENA and cost is not None
                else "Cancelled."
            )
        lineage = asyncio.ensure_future(_lineage(context, record, status))
        try:
            rows = await _read(
                context, engine, status, f"q{record.query_id}-{uuid.uuid4().hex[:8]}", cancel, on_rows
            )
        finally:
            cost, _ = await asyncio.gather(noted, lineage)
        count = rows.row_count if rows else 0
        await context.local(history.update_query, record.query_id, row_count=count)
        return QueryOutcome(record.query_id, status, cost, rows, count, record)
    except DataOpsError as error:
        if (status is None or not status.finished) and not record.finished_at:
            await _note_failure(context, record.query_id, error)
        raise


async def _lineage(context: ActionContext, record: QueryRecord, status: QueryStatus) -> None:
    if record.engine == ATHENA and not record.finished_at:
        await record_query_lineage(context, record.source, record.sql, record.database or "default", status)


def _meant(context: ActionContext, record: QueryRecord, reason: str) -> str:
    if record.engine != ATHENA:  # the local engine names its own candidates
        return ""
    return remedy(context.workspace.catalog, reason, record.sql, record.database or "default")


async def _note_end(context: ActionContext, record: QueryRecord, status: QueryStatus) -> float | None:
    """The final state and price into the history, once; returns US dollars, None where there is no price per byte."""
    cost = await context.local(price_of, context, record.engine, record.source, status)
    if not record.finished_at:
        await context.local(
            context.workspace.history.update_query, record.query_id, state=status.state, finished_at=iso_now(), engine_ms=status.engine_ms,
            bytes_scanned=status.bytes_scanned, cost_usd=cost, error=status.reason if status.state == "FAILED" else "",
            statement_type=status.statement_type, workgroup=status.workgroup or record.workgroup, output_location=status.output_location,
            queue_ms=status.queue_ms, reused=int(status.reused), dpu_count=status.dpu_count,
            tables=await context.local(tables_of, record.engine, record.sql, record.database),
        )  # fmt: skip
    return cost


def price_of(context: ActionContext, engine: str, source: str, status: QueryStatus) -> float | None:
    """US dollars of an ended query. Blocks."""
    if engine != ATHENA:
        return 0.0
    if status.dpu_count:  # reserved capacity is paid by the hour, whether queries run or not
        return None
    rate = usd_per_tb(context.workspace.settings, source)
    return query_cost_usd(status.bytes_scanned, status.state, rate)


def tables_of(engine: str, sql: str, database: str) -> str:
    """The tables a statement reads, `db.table` lines: what its cost is filed under."""
    found = dependencies(sql, database or "default", "duckdb" if engine != ATHENA else ATHENA)
    return "\n".join(f"{schema}.{name}" for schema, name in found.reads)


async def _note_failure(context: ActionContext, query_id: int, error: DataOpsError) -> None:
    state = (
        "CANCELLED" if isinstance(error, CancelledByUserError) else "UNKNOWN" if error.transient else "FAILED"
    )
    await context.local(
        context.workspace.history.update_query,
        query_id,
        state=state,
        finished_at=iso_now(),
        error=error.message,
    )


async def _watch(
    context: ActionContext, engine: QueryEngine, execution_id: str, cancel: CancelToken, on_status: StatusSink
) -> QueryStatus:
    """Until final, through the engine's shared poller."""
    try:
        return await context.poller(engine).watch(execution_id, cancel, on_status)
    except asyncio.CancelledError:
        # The window closes: stop the paid work on its thread; the event loop may not live to see the answer.
        if not context.leave_running:
            context.must_run(engine.id, engine.stop, execution_id)
        raise


async def _read(
    context: ActionContext,
    engine: QueryEngine,
    status: QueryStatus,
    name: str,
    cancel: CancelToken,
    on_rows: RowsSink,
) -> ResultRows | None:
    stream: ResultStream = await context.signed_in(engine.id, engine.results, status, cancel)
    if not stream.columns:
        return None
    rows = context.results.create(name, stream.columns, stream.arrow_schema)
    loop = asyncio.get_running_loop()

    def drain() -> None:
        try:
            for batch in stream.batches:
                rows.append(batch)
                loop.call_soon_threadsafe(on_rows, rows)
        finally:
            rows.finish()

    await context.run(engine.id, drain)
    on_rows(rows)
    return rows
