"""`syncGlueCatalog`: the Glue catalog into the workspace.

Databases are listed in parallel, partitions of a page of tables too, at a pace that follows the service's (aws/pace.py). What differs
from the catalog is staged while it is read, so memory holds one page a database and a killed run is taken up by the next one. When
everything is read, the staged tables become the catalog. A table counts as deleted only when the listing of its database completed;
what did not change is not written.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.etl_cases import EtlCases, JobView
from dataops_desktop.actions.glue_import import (
    PARTITION_LIMIT,
    database_node,
    import_table,
    table_stamp,
    table_state,
)
from dataops_desktop.actions.score_tables import quality_weights, score_tables
from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import CatalogSource, Database, PartitionPage, Table, TableTags
from dataops_desktop.interfaces.catalog_store import KnownTable, TableWrite
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.etl import Crawler
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.sync_store import Listing, SyncLine
from dataops_desktop.interfaces.workspace import Workspace
from dataops_desktop.ontology.differences import differences, reasons
from dataops_desktop.ontology.nodes import NodeRef, glue_database_id, glue_table_id
from dataops_desktop.ontology.snapshots import TableState

PARTITION_THREADS = 8
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


class _Pages:
    """Partitions of a page of tables, several at a time."""

    def __init__(self, glue: CatalogSource, pool: ThreadPoolExecutor) -> None:
        self._glue, self._pool = glue, pool

    def partitions(self, tables: Sequence[Table]) -> list[PartitionPage | DataOpsError]:
        """Each table's, or what kept them from being read; lost credentials end everything."""
        return list(self._pool.map(self._of, tables))

    def _of(self, table: Table) -> PartitionPage | DataOpsError:
        if not table.partition_keys or table.kind != "table":
            return PartitionPage((), True)
        try:
            return self._glue.partitions(table.database, table.name, PARTITION_LIMIT)
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            return error


class _GlueSync:
    """One run's reading: compares each table with what is stored as it arrives, and stages what differs."""

    def __init__(
        self,
        glue: CatalogSource,
        workspace: Workspace,
        source: str,
        run_id: int,
        options: SyncGlueCatalogOptions,
        cancel: CancelToken,
        report: Callable[[_GlueSync], None],
    ) -> None:
        self._glue, self._workspace, self._source, self.run_id = glue, workspace, source, run_id
        self._options, self._cancel, self._report = options, cancel, report
        self._weights = quality_weights(workspace.settings)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(PARTITION_THREADS, thread_name_prefix="dataops-partitions")
        self._pages = _Pages(glue, self._pool)
        self.tags: dict[tuple[str, str], TableTags] = {}
        self._tagged = False  # tags change without the table's version changing
        self.discovered = self.imported = self.databases_done = 0

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def read_tags(self) -> list[SyncLine]:
        """Lake Formation's; where they are not shown, those read before stay, and a note says so."""
        known = self._workspace.catalog.source_tags(self._source)
        try:
            self.tags = self._glue.governance_tags()
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            self.tags = known
            remedy = error.remedy
            if isinstance(error, PermissionDeniedError):
                remedy = "To see them, ask for lakeformation:ListLFTags and lakeformation:SearchTablesByLFTags (and DESCRIBE on the tags)."
            return [SyncLine("note", "Lake Formation tags", error.message, remedy)]
        self._tagged = bool(self.tags or known)
        return []

    def read_database(self, database: Database) -> None:
        """List one database. Its own failure is a line in the report; lost credentials end the whole run."""
        database_id = glue_database_id(database.name)
        known = self._workspace.catalog.known_tables(self._source, database_id)
        seen: set[str] = set()
        read = 0
        syncs = self._workspace.syncs
        try:
            for page in self._glue.tables(database.name):
                self._cancel.raise_if_cancelled()
                writes, lines, good = self._read_page(page, known)
                seen.update(glue_table_id(table.database, table.name) for table in page)
                read += good
                syncs.stage(self.run_id, database_id, writes, lines)
                with self._lock:
                    self.discovered += len(page)
                    self.imported += good
                self._report(self)
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            syncs.unstage(self.run_id, database_id)
            syncs.add_lines(self.run_id, [SyncLine("error", database.name, error.message, error.remedy)])
        else:
            # Only a complete listing may say that something is gone.
            gone = [(_name(database.name, i), NodeRef(self._source, i)) for i in known if i not in seen]
            node = database_node(self._source, database, len(seen))
            syncs.stage_listing(self.run_id, Listing(node, len(seen), read), gone)
        with self._lock:
            self.databases_done += 1
        self._report(self)

    def _read_page(
        self, page: list[Table], known: dict[str, KnownTable]
    ) -> tuple[list[TableWrite], list[SyncLine], int]:
        """(what differs, lines of the report, how many tables could be read)."""
        looked = [table for table in page if not self._untouched(table, known)]
        writes, lines, good = [], [], len(page) - len(looked)
        for table, partitions in zip(looked, self._pages.partitions(looked), strict=True):
            name = f"{table.database}.{table.name}"
            if isinstance(partitions, DataOpsError):
                lines.append(SyncLine("error", name, partitions.message, partitions.remedy))
                continue
            try:
                made = import_table(
                    self._source,
                    table,
                    partitions,
                    tags=self.tags.get((table.database, table.name)),
                    weights=self._weights,
                )
            except (
                ValueError,
                TypeError,
                LookupError,
                RecursionError,
            ) as error:  # one odd table never stops the rest
                text = f"The table's description is not understood ({type(error).__name__}: {error})."
                lines.append(
                    SyncLine(
                        "error", name, text, "Report it with the table's JSON from `aws glue get-table`."
                    )
                )
                continue
            good += 1
            before = known.get(made.node.id)
            if before is None:
                lines.append(SyncLine("new", name))
            elif before.content_hash != made.content_hash:
                if reason := self._reason(before, made):
                    lines.append(SyncLine("updated", name, reason))
            elif before.stamp == made.stamp and not self._options.full_sync:
                continue
            writes.append(made)
        return writes, lines, good

    def _untouched(self, table: Table, known: dict[str, KnownTable]) -> bool:
        """Whether the source says itself that nothing changed. New partitions leave a table's version as it is."""
        before = known.get(glue_table_id(table.database, table.name))
        return (
            before is not None
            and bool(before.content_hash)
            and bool(before.stamp)
            and before.stamp == table_stamp(table)
            and not table.partition_keys
            and not self._tagged
            and not self._options.full_sync
        )

    def _reason(self, before: KnownTable, made: TableWrite) -> str:
        catalog = self._workspace.catalog
        stored = catalog.node_by_key(before.key)
        if stored is None:
            return ""
        columns, keys = catalog.columns(before.key)
        old = TableState(
            stored.node.name,
            stored.node.description,
            stored.node.properties,
            [(c.name, c.type, c.comment) for c in columns],
            [(c.name, c.type, c.comment) for c in keys],
            [(p.values, p.location, p.row_count, p.size_bytes) for p in catalog.partitions(before.key)],
        )
        found = differences(old, table_state(made))
        return reasons(found) if found else ""

    def note_vanished(self, listed: list[Database]) -> None:
        """Databases that a complete listing no longer names; their tables go with them."""
        catalog = self._workspace.catalog
        names = {glue_database_id(database.name) for database in listed}
        for database_id in catalog.hashes(self._source, "glue-database"):
            if database_id not in names:
                name = database_id.removeprefix("glue-db-")
                tables = [
                    (_name(name, table_id), NodeRef(self._source, table_id))
                    for table_id in catalog.known_tables(self._source, database_id)
                ]
                self._workspace.syncs.stage_gone(self.run_id, NodeRef(self._source, database_id), tables)


def _name(database: str, table_id: str) -> str:
    return f"{database}.{table_id.removeprefix('glue-table-').partition('-')[2]}"


async def run_glue_sync(
    context: ActionContext,
    options: SyncGlueCatalogOptions | None = None,
    *,
    progress: ProgressSink = no_progress,
    cancel: CancelToken | None = None,
) -> int:
    """Run one sync and keep its report; returns the run. Raises when nothing at all could be read (credentials, network, cancelled)."""
    options, cancel = options or SyncGlueCatalogOptions(), cancel or CancelToken()
    started = time.monotonic()
    glue: CatalogSource = await context.connector("glue")
    source = await context.run("glue", lambda: glue.source)
    workspace = context.workspace
    syncs = workspace.syncs
    await context.local(syncs.recover)
    run_id = await context.local(syncs.begin_sync, "glue", source)
    state, report = "failed", dict[str, object]()
    sync: _GlueSync | None = None
    etl: asyncio.Future[_Etl] | None = None
    applying = False
    try:
        progress(Progress("Listing databases"))
        wanted: list[Database] = []

        def tell(run: _GlueSync) -> None:
            progress(
                Progress(f"{run.discovered:,} tables read", run.databases_done, len(wanted), "databases")
            )

        sync = _GlueSync(glue, workspace, source, run_id, options, cancel, tell)
        # What does not depend on each other is asked at once: a call takes a tenth of a second in a far region.
        listed, lines = await asyncio.gather(
            context.run("glue", glue.databases), context.run("glue", sync.read_tags)
        )
        etl = (
            asyncio.ensure_future(_read_etl(context))
            if options.create_nodes and not options.databases
            else None
        )
        if etl is not None:  # its error is told where it is awaited, or not at all where the run fails before
            etl.add_done_callback(lambda task: task.cancelled() or task.exception())
        wanted += [d for d in listed if not options.databases or d.name in options.databases]
        names = {database.name for database in listed}
        lines += [
            SyncLine(
                "error", name, f"There is no database named {name}.", "Check the name, or sync all databases."
            )
            for name in options.databases
            if name not in names
        ]
        done: dict[str, tuple[int, int]] = {}
        if not options.full_sync:
            done = await context.local(syncs.take_up, run_id, source, iso(utc_now() - TAKE_UP_FOR))
            report["takenUp"] = len(done)
        await context.local(syncs.add_lines, run_id, lines)
        sync.discovered += sum(named for named, _ in done.values())
        sync.imported += sum(read for _, read in done.values())
        open_ones = [d for d in wanted if glue_database_id(d.name) not in done]
        sync.databases_done = len(wanted) - len(open_ones)
        outcomes = await asyncio.gather(
            *(context.run("glue", sync.read_database, d) for d in open_ones), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                cancel.cancel()
                raise outcome
        if not options.databases:
            await context.local(sync.note_vanished, listed)
        cancel.raise_if_cancelled()
        counts = await context.local(syncs.line_counts, run_id)
        report |= {"stats": _stats(sync, counts), "databases": len(wanted)}
        written = 0
        if options.create_nodes:
            await context.local(syncs.keep_report, run_id, report)
            applying = True  # from here on the run is finished, if need be by the next program
            written = await context.local(syncs.apply_staged, run_id, partial(_tell_saving, progress))
            applying = False
            await context.local(score_tables, workspace)
            if etl is not None:
                rows, notes = await import_etl(context, etl)
                written += rows
                await context.local(syncs.add_lines, run_id, notes)
        else:
            await context.local(syncs.drop_staged, run_id, True)
        stored = await context.local(syncs.sync_run, run_id)
        groups = await context.local(syncs.warning_groups, run_id, 0)
        state = "partial" if counts.get("error") else "complete"
        report = {**(stored.report if stored else {}), **report, "rowsWritten": written}
        report["stats"] = {**_stats(sync, counts), "warnings": sum(group.count for group in groups)}
        return run_id
    except (CancelledByUserError, asyncio.CancelledError):
        cancel.cancel()
        state = "cancelled"
        raise
    except DataOpsError as error:
        report |= {"error": error.message, "remedy": error.remedy}
        raise
    finally:
        # Not awaited: this also runs while the task is being cancelled, and these small rows must still be written.
        if sync is not None:
            sync.close()
        if etl is not None:
            etl.cancel()
        report["durationMs"] = round((time.monotonic() - started) * 1000)
        if not applying:
            if state in {"failed", "cancelled"}:
                syncs.drop_staged(run_id)
            syncs.finish_sync(run_id, state, report)


def _stats(sync: _GlueSync, counts: dict[str, int]) -> dict[str, int]:
    return {
        "tablesDiscovered": sync.discovered,
        "tablesImported": sync.imported,
        "tablesNew": counts.get("new", 0),
        "tablesUpdated": counts.get("updated", 0),
        "tablesDeleted": counts.get("deleted", 0),
        "warnings": 0,
        "errors": counts.get("error", 0),
    }


_Etl = tuple[list[JobView], list[Crawler]]


async def _read_etl(context: ActionContext) -> _Etl:
    cases = EtlCases(context)
    jobs, crawlers = await asyncio.gather(cases.jobs(), cases.crawlers())
    return jobs, crawlers


async def import_etl(context: ActionContext, read: Awaitable[_Etl]) -> tuple[int, list[SyncLine]]:
    """Jobs and crawlers into the ontology: (rows written, notes). They are beside the catalog: what keeps them away fails no sync."""
    try:
        jobs, crawlers = await read
        return await EtlCases(context).import_nodes(jobs, crawlers), []
    except (CancelledByUserError, CredentialsError):
        raise
    except DataOpsError as error:
        return 0, [SyncLine("note", "Crawlers and jobs", error.message, error.remedy)]


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
