"""`syncGlueCatalog`: the Glue catalog into the workspace.

Databases are listed in parallel, partitions of a page of tables too, at a pace that follows the service's (aws/pace.py). What differs
from the catalog is staged while it is read, so memory holds one page a database and a killed run is taken up by the next one. When
everything is read, the staged tables become the catalog. A table counts as deleted only when the listing of its database completed;
what did not change is not written.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from dataops_desktop.actions.column_lineage import follow_views
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.etl_cases import EtlCases, JobView
from dataops_desktop.actions.glue_reading import GlueReading
from dataops_desktop.actions.score_tables import score_tables
from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import CatalogSource, Database
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.etl import Crawler
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.sync_store import SyncLine
from dataops_desktop.interfaces.workspace import Workspace
from dataops_desktop.ontology.nodes import glue_database_id

TAKE_UP_FOR = timedelta(hours=6)  # an older interrupted run is read anew


@dataclass(frozen=True)
class SyncGlueCatalogOptions:
    """`databases` empty means all; `full_sync` writes unchanged tables too; without `create_nodes` nothing is written."""

    databases: tuple[str, ...] = ()
    full_sync: bool = False
    create_nodes: bool = True


@dataclass(frozen=True)
class SyncStats:
    """Counts of tables, warnings and errors."""

    tables_discovered: int = 0
    tables_imported: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    warnings: int = 0
    errors: int = 0


@dataclass(frozen=True)
class SyncChanges:
    """`database.table` names."""

    new_tables: tuple[str, ...] = ()
    updated_tables: tuple[str, ...] = ()
    deleted_tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class SyncWarning:
    """Something odd about a table that was imported."""

    table: str
    message: str


@dataclass(frozen=True)
class SyncError:
    """A table or database that could not be read; what was known about it stays."""

    table: str
    error: str


@dataclass(frozen=True)
class SyncGlueCatalogResult:
    """The specification's output."""

    success: bool
    stats: SyncStats
    changes: SyncChanges
    warnings: tuple[SyncWarning, ...] = ()
    errors: tuple[SyncError, ...] = ()


_Etl = tuple[list[JobView], list[Crawler]]


async def _read_etl(context: ActionContext) -> _Etl:
    cases = EtlCases(context)
    jobs, crawlers = await asyncio.gather(cases.jobs(), cases.crawlers())
    return jobs, crawlers


async def import_etl(context: ActionContext, read: Awaitable[_Etl]) -> tuple[int, list[SyncLine]]:
    """Jobs and crawlers into the ontology: (rows written, notes). They are beside the catalog: what keeps them away fails no sync."""
    try:
        jobs, crawlers = await read
        cases = EtlCases(context)
        views, refused = await cases.with_scripts(jobs)
        notes = [SyncLine("note", f"Script of {job}", error.message, error.remedy) for job, error in refused]
        return await cases.import_nodes(views, crawlers), notes
    except (CancelledByUserError, CredentialsError):
        raise
    except DataOpsError as error:
        return 0, [SyncLine("note", "Crawlers and jobs", error.message, error.remedy)]


class _GlueRun:
    """One run from its row in the workspace to its report. `read` stages, `save` makes it the catalog."""

    def __init__(
        self,
        context: ActionContext,
        options: SyncGlueCatalogOptions,
        progress: ProgressSink,
        cancel: CancelToken,
        run_id: int,
    ) -> None:
        self._context, self._options, self._progress, self._cancel = context, options, progress, cancel
        self._syncs = context.workspace.syncs
        self._run_id = run_id
        self._started = time.monotonic()
        self._wanted: list[Database] = []
        self._sync: GlueReading | None = None
        self._etl: asyncio.Future[_Etl] | None = None
        self._source = ""
        self._saving = False  # from here on the run is finished, if need be by the next program
        self.state = "failed"
        self.report: dict[str, Any] = {}

    def _tell(self, sync: GlueReading) -> None:
        text = f"{sync.discovered:,} tables read"
        self._progress(Progress(text, sync.databases_done, len(self._wanted), "databases"))

    async def read(self, glue: CatalogSource, source: str) -> None:
        """List and compare everything."""
        context, options, self._source = self._context, self._options, source
        self._progress(Progress("Listing databases"))
        sync = self._sync = GlueReading(
            glue, context.workspace, source, self._run_id, options.full_sync, self._cancel, self._tell
        )
        # What does not depend on each other is asked at once: a call takes a tenth of a second in a far region.
        listed, lines = await asyncio.gather(
            context.run("glue", glue.databases), context.run("glue", sync.read_tags)
        )
        if options.create_nodes and not options.databases:
            self._etl = asyncio.ensure_future(_read_etl(context))
            # Its error is told where it is awaited, or not at all where the run fails before.
            self._etl.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._wanted = [d for d in listed if not options.databases or d.name in options.databases]
        known = {database.name for database in listed}
        lines += [_no_such_database(name) for name in options.databases if name not in known]
        await self._read_databases(sync, source, lines)
        if not options.databases:
            await context.local(sync.note_vanished, listed)
        self._cancel.raise_if_cancelled()
        counts = await context.local(self._syncs.line_counts, self._run_id)
        self.report |= {"stats": _stats(sync, counts), "databases": len(self._wanted)}
        self.state = "partial" if counts.get("error") else "complete"

    async def _read_databases(self, sync: GlueReading, source: str, lines: list[SyncLine]) -> None:
        context = self._context
        done: dict[str, tuple[int, int]] = {}
        if not self._options.full_sync:
            not_before = iso(utc_now() - TAKE_UP_FOR)
            done = await context.local(self._syncs.take_up, self._run_id, source, not_before)
            self.report["takenUp"] = len(done)
        await context.local(self._syncs.add_lines, self._run_id, lines)
        sync.discovered += sum(named for named, _ in done.values())
        sync.imported += sum(read for _, read in done.values())
        still = [d for d in self._wanted if glue_database_id(d.name) not in done]
        sync.databases_done = len(self._wanted) - len(still)
        outcomes = await asyncio.gather(
            *(context.run("glue", sync.read_database, d) for d in still), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                self._cancel.cancel()
                raise outcome

    async def save(self) -> None:
        """Make it the catalog, with the scores time has changed and the jobs and crawlers beside it."""
        context, syncs = self._context, self._syncs
        written = 0
        if self._options.create_nodes:
            await context.local(syncs.keep_report, self._run_id, self.report)
            self._saving = True
            written = await context.local(
                syncs.apply_staged, self._run_id, partial(_tell_saving, self._progress)
            )
            self._saving = False
            await context.local(score_tables, context.workspace)
            await context.local(context.workspace.catalog.count_uses)
            if self._source:
                await context.local(follow_views, context, self._source, written > 0)
            if self._etl is not None:
                rows, notes = await import_etl(context, self._etl)
                written += rows
                await context.local(syncs.add_lines, self._run_id, notes)
        else:
            await context.local(syncs.drop_staged, self._run_id, True)
        stored = await context.local(syncs.sync_run, self._run_id)
        groups = await context.local(syncs.warning_groups, self._run_id, 0)
        self.report = {**(stored.report if stored else {}), **self.report, "rowsWritten": written}
        self.report["stats"]["warnings"] = sum(group.count for group in groups)

    def end(self) -> None:
        """Its row and report. Blocks for a moment, since it also runs while the task is being cancelled."""
        if self._sync is not None:
            self._sync.close()
        if self._etl is not None:
            self._etl.cancel()
        self.report["durationMs"] = round((time.monotonic() - self._started) * 1000)
        if self._saving:
            return
        if self.state in {"failed", "cancelled"}:
            self._syncs.drop_staged(self._run_id)
        self._syncs.finish_sync(self._run_id, self.state, self.report)


def _no_such_database(name: str) -> SyncLine:
    return SyncLine(
        "error", name, f"There is no database named {name}.", "Check the name, or sync all databases."
    )


async def run_glue_sync(
    context: ActionContext,
    options: SyncGlueCatalogOptions | None = None,
    *,
    progress: ProgressSink = no_progress,
    cancel: CancelToken | None = None,
) -> int:
    """Run one sync and keep its report; returns the run. Raises when nothing at all could be read (credentials, network, cancelled)."""
    options, cancel = options or SyncGlueCatalogOptions(), cancel or CancelToken()
    glue: CatalogSource = await context.connector("glue")
    source = await context.run("glue", lambda: glue.source)
    syncs = context.workspace.syncs
    await context.local(syncs.recover)
    run_id = await context.local(syncs.begin_sync, "glue", source)
    run = _GlueRun(context, options, progress, cancel, run_id)
    try:
        await run.read(glue, source)
        await run.save()
        return run_id
    except BaseException as error:
        stopped = isinstance(error, CancelledByUserError | asyncio.CancelledError)
        run.state = "cancelled" if stopped else "failed"
        if stopped:
            cancel.cancel()
        elif isinstance(error, DataOpsError):
            run.report |= {"error": error.message, "remedy": error.remedy}
        raise
    finally:
        run.end()


def _stats(sync: GlueReading, counts: dict[str, int]) -> dict[str, int]:
    return {
        "tablesDiscovered": sync.discovered,
        "tablesImported": sync.imported,
        "tablesNew": counts.get("new", 0),
        "tablesUpdated": counts.get("updated", 0),
        "tablesDeleted": counts.get("deleted", 0),
        "warnings": 0,
        "errors": counts.get("error", 0),
    }


def _tell_saving(progress: ProgressSink, done: int, every: int) -> None:
    progress(Progress(f"Saving {every:,} tables", done, every, "tables"))


async def sync_glue_catalog(
    context: ActionContext,
    options: SyncGlueCatalogOptions | None = None,
    *,
    progress: ProgressSink = no_progress,
    cancel: CancelToken | None = None,
) -> SyncGlueCatalogResult:
    """Run one sync; the specification's output, every line of it."""
    run_id = await run_glue_sync(context, options, progress=progress, cancel=cancel)
    return await context.local(sync_result, context.workspace, run_id)


def sync_result(workspace: Workspace, run_id: int) -> SyncGlueCatalogResult:
    """A finished run's report as the specification's record; NotFound runs are empty."""
    syncs = workspace.syncs
    run = syncs.sync_run(run_id)
    stats = run.report.get("stats", {}) if run else {}

    def names(kind: str) -> tuple[str, ...]:
        return tuple(line.name for line in syncs.lines(run_id, kind))

    return SyncGlueCatalogResult(
        success=run is not None and run.state in {"complete", "partial"},
        stats=SyncStats(
            stats.get("tablesDiscovered", 0),
            stats.get("tablesImported", 0),
            stats.get("tablesUpdated", 0),
            stats.get("tablesDeleted", 0),
            stats.get("warnings", 0),
            stats.get("errors", 0),
        ),
        changes=SyncChanges(names("new"), names("updated"), names("deleted")),
        warnings=tuple(SyncWarning(name, text) for name, _, text in syncs.warning_lines(run_id)),
        errors=tuple(SyncError(line.name, line.note) for line in syncs.lines(run_id, "error")),
    )


__all__ = [
    "SyncGlueCatalogOptions",
    "SyncGlueCatalogResult",
    "run_glue_sync",
    "sync_glue_catalog",
    "sync_result",
]
