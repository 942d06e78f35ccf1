"""`syncGlueCatalog`: the Glue catalog into the workspace.

Databases are listed in parallel on four threads. Nothing is written until the end, and then in one transaction: a sync
that is cancelled, killed or cut leaves the old catalog as it was. A table counts as deleted only when the listing of its
database completed. What did not change is not written.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.glue_import import (
    PARTITION_LIMIT,
    ImportedTable,
    bucket_node,
    database_node,
    import_table,
)
from dataops_desktop.actions.records import to_json
from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import CatalogSource, Database, PartitionPage, Table
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.workspace import CatalogChanges, CatalogStore, TableWrite
from dataops_desktop.ontology.differences import table_changes
from dataops_desktop.ontology.nodes import (
    Edge,
    Node,
    NodeRef,
    glue_database_id,
    glue_table_database,
    glue_table_id,
    node_hash,
    s3_bucket_id,
)


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


@dataclass
class _Findings:
    """What the threads collect; guarded by one lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    discovered: int = 0
    imported: int = 0
    writes: list[ImportedTable] = field(default_factory=list)
    unchanged_views: list[ImportedTable] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    updated: dict[str, str] = field(default_factory=dict)
    deleted: list[tuple[str, NodeRef]] = field(default_factory=list)
    warnings: list[SyncWarning] = field(default_factory=list)
    errors: list[SyncError] = field(default_factory=list)
    remedies: dict[str, str] = field(default_factory=dict)
    table_counts: dict[str, int] = field(default_factory=dict)
    databases_done: int = 0

    def failed(self, name: str, error: DataOpsError) -> None:
        """Note an error under its table or database."""
        with self.lock:
            self.errors.append(SyncError(name, error.message))
            self.remedies[name] = error.remedy


class _GlueSync:
    """One run's reading: compares each table with what is stored as it arrives."""

    def __init__(
        self,
        glue: CatalogSource,
        store: CatalogStore,
        source: str,
        options: SyncGlueCatalogOptions,
        cancel: CancelToken,
        report: Callable[[_Findings], None],
    ) -> None:
        self._glue, self._store, self._source, self._options, self._cancel, self._report = (
            glue,
            store,
            source,
            options,
            cancel,
            report,
        )
        self._known = store.hashes(source, "glue-table")
        self._known_databases = store.hashes(source, "glue-database")
        self.findings = _Findings()

    def read_database(self, database: Database) -> None:
        """List one database. Its own failure is a line in the report; lost credentials end the whole run."""
        seen: set[str] = set()
        count = 0
        try:
            for page in self._glue.tables(database.name):
                for table in page:
                    self._cancel.raise_if_cancelled()
                    count += 1
                    seen.add(self._read_table(table))
                self._report(self.findings)
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            self.findings.failed(database.name, error)
        else:
            # Only a complete listing may say that something is gone.
            self._note_deleted(database.name, seen)
            with self.findings.lock:
                self.findings.table_counts[database.name] = count
        with self.findings.lock:
            self.findings.databases_done += 1
        self._report(self.findings)

    def _read_table(self, table: Table) -> str:
        found = self.findings
        name = f"{table.database}.{table.name}"
        with found.lock:
            found.discovered += 1
        try:
            partitions = PartitionPage((), True)
            if table.partition_keys and table.kind == "table":
                partitions = self._glue.partitions(table.database, table.name, PARTITION_LIMIT)
            imported = import_table(self._source, table, partitions)
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            found.failed(name, error)
            return glue_table_id(table.database, table.name)
        node_id = imported.write.node.id
        known = self._known.get(node_id)
        reason = ""
        if known is not None and known[1] != imported.write.content_hash:
            before = self._store.node_by_key(known[0])
            plain, keys = self._store.columns(known[0])
            reason = table_changes(
                before.node.properties if before else {},
                imported.write.node.properties,
                [(c.name, c.type) for c in (*plain, *keys)],
                [(c.name, c.type) for c in (*table.columns, *table.partition_keys)],
            )
        with found.lock:
            found.imported += 1
            found.warnings += [SyncWarning(name, message) for message in imported.warnings]
            if known is None:
                found.new.append(name)
            elif reason:
                found.updated[name] = reason
            if known is None or reason or self._options.full_sync:
                found.writes.append(imported)
            elif any(edge.type == "derives" for edge in imported.edges):
                found.unchanged_views.append(imported)
        return node_id

    def _note_deleted(self, database: str, seen: set[str]) -> None:
        gone = [i for i in self._known if i not in seen and glue_table_database(i) == database]
        prefix = f"{database}."
        with self.findings.lock:
            for node_id in gone:
                name = prefix + node_id.removeprefix("glue-table-").partition("-")[2]
                self.findings.deleted.append((name, NodeRef(self._source, node_id)))

    def vanished_databases(self, listed: list[Database]) -> list[NodeRef]:
        """Databases that a complete listing no longer names; their tables go with them."""
        names = {glue_database_id(database.name) for database in listed}
        gone = [node_id for node_id in self._known_databases if node_id not in names]
        for node_id in gone:
            self._note_deleted(node_id.removeprefix("glue-db-"), set())
        return [NodeRef(self._source, node_id) for node_id in gone]

    def changes(self, databases: list[Database], gone: list[NodeRef]) -> CatalogChanges:
        """Everything that differs."""
        found = self.findings
        nodes: list[Node] = []
        for database in databases:
            if database.name not in found.table_counts:
                if glue_database_id(database.name) in self._known_databases:
                    continue
                found.table_counts[database.name] = 0
            node = database_node(self._source, database, found.table_counts[database.name])
            known = self._known_databases.get(node.id)
            if known is None or known[1] != node_hash(node) or self._options.full_sync:
                nodes.append(node)
        known_buckets = self._store.hashes(self._source, "s3-bucket")
        buckets = sorted(
            {
                bucket
                for item in found.writes
                for bucket in item.buckets
                if s3_bucket_id(bucket) not in known_buckets
            }
        )
        nodes += [bucket_node(self._source, bucket) for bucket in buckets]
        new_ids = {item.write.node.id for item in found.writes}
        edges: list[Edge] = [edge for item in found.writes for edge in item.edges]
        # A view that did not change gains an edge when the table it reads has only now appeared.
        edges += [
            e
            for item in found.unchanged_views
            for e in item.edges
            if e.type == "derives" and e.from_ref.id in new_ids
        ]
        tables: list[TableWrite] = [item.write for item in found.writes]
        return CatalogChanges(nodes, tables, edges, [ref for _, ref in found.deleted] + gone)


async def sync_glue_catalog(
    context: ActionContext,
    options: SyncGlueCatalogOptions | None = None,
    *,
    progress: ProgressSink = no_progress,
    cancel: CancelToken | None = None,
) -> SyncGlueCatalogResult:
    """Run one sync and keep its report; raises when nothing at all could be read (credentials, network, cancelled)."""
    options, cancel = options or SyncGlueCatalogOptions(), cancel or CancelToken()
    started = time.monotonic()
    glue: CatalogSource = await context.connector("glue")
    source = await context.run("glue", lambda: glue.source)
    syncs = context.workspace.syncs
    run_id = await context.local(syncs.begin_sync, "glue", source)
    state, result, extra = "failed", None, {}
    try:
        progress(Progress("Listing databases"))
        listed = await context.run("glue", glue.databases)
        wanted = [d for d in listed if not options.databases or d.name in options.databases]

        def report(found: _Findings) -> None:
            progress(
                Progress(f"{found.discovered:,} tables read", found.databases_done, len(wanted), "databases")
            )

        sync = await context.local(
            lambda: _GlueSync(glue, context.workspace.catalog, source, options, cancel, report)
        )
        known_names = {database.name for database in listed}
        for name in options.databases:
            if name not in known_names:
                sync.findings.errors.append(SyncError(name, f"There is no database named {name}."))
        outcomes = await asyncio.gather(
            *(context.run("glue", sync.read_database, d) for d in wanted), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                cancel.cancel()
                raise outcome
        found = sync.findings
        gone = await context.local(sync.vanished_databases, listed) if not options.databases else []
        changes = await context.local(sync.changes, wanted, gone)
        cancel.raise_if_cancelled()
        written = 0
        if options.create_nodes:
            progress(
                Progress(f"Saving {len(changes.tables):,} tables", len(wanted), len(wanted), "databases")
            )
            written = await context.local(context.workspace.catalog.apply, run_id, changes)
        state = "partial" if found.errors else "complete"
        result = _result(found)
        extra = {
            "reasons": found.updated,
            "remedies": found.remedies,
            "durationMs": round((time.monotonic() - started) * 1000),
            "rowsWritten": written,
            "databases": len(wanted),
        }
        return result
    except (CancelledByUserError, asyncio.CancelledError):
        cancel.cancel()
        state = "cancelled"
        raise
    except DataOpsError as error:
        extra = {"error": error.message, "remedy": error.remedy}
        raise
    finally:
        stored: dict[str, Any] = {**(to_json(result) if result else {}), **extra}
        # Not awaited: this also runs while the task is being cancelled, and one small row must still be written.
        syncs.finish_sync(run_id, state, stored)


def _result(found: _Findings) -> SyncGlueCatalogResult:
    warnings = tuple(sorted(found.warnings, key=lambda item: item.table))
    errors = tuple(sorted(found.errors, key=lambda item: item.table))
    return SyncGlueCatalogResult(
        success=True,
        stats=SyncStats(
            found.discovered,
            found.imported,
            len(found.updated),
            len(found.deleted),
            len(warnings),
            len(errors),
        ),
        changes=SyncChanges(
            tuple(sorted(found.new)),
            tuple(sorted(found.updated)),
            tuple(sorted(name for name, _ in found.deleted)),
        ),
        warnings=warnings,
        errors=errors,
    )


__all__ = ["SyncGlueCatalogOptions", "SyncGlueCatalogResult", "sync_glue_catalog"]
