"""Reading the Glue catalog: each database's tables compared with what is stored as they arrive, and what differs staged."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dataops_desktop.actions.glue_import import (
    PARTITION_LIMIT,
    database_node,
    import_table,
    table_stamp,
    table_state,
)
from dataops_desktop.actions.score_tables import quality_weights
from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import CatalogSource, Database, PartitionPage, Table, TableTags
from dataops_desktop.interfaces.catalog_store import KnownTable, TableWrite
from dataops_desktop.interfaces.sync_store import Listing, SyncLine
from dataops_desktop.interfaces.workspace import Workspace
from dataops_desktop.ontology.differences import differences, reasons
from dataops_desktop.ontology.nodes import NodeRef, glue_database_id, glue_table_id

PARTITION_THREADS = 8


class GlueReading:
    """One run's reading: compares each table with what is stored as it arrives, and stages what differs."""

    def __init__(
        self,
        glue: CatalogSource,
        workspace: Workspace,
        source: str,
        run_id: int,
        full: bool,
        cancel: CancelToken,
        report: Callable[[GlueReading], None],
    ) -> None:
        self._glue, self._workspace, self._source, self.run_id = glue, workspace, source, run_id
        self._full, self._cancel, self._report = full, cancel, report
        self._weights = quality_weights(workspace.settings)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(PARTITION_THREADS, thread_name_prefix="dataops-partitions")
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
        for table, partitions in zip(looked, list(self._pool.map(self._partitions, looked)), strict=True):
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
            elif before.stamp == made.stamp and not self._full:
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
            and not self._full
        )

    def _partitions(self, table: Table) -> PartitionPage | DataOpsError:
        """A table's first partitions, or what kept them from being read; lost credentials end everything."""
        if not table.partition_keys or table.kind != "table":
            return PartitionPage((), True)
        try:
            return self._glue.partitions(table.database, table.name, PARTITION_LIMIT)
        except (CancelledByUserError, CredentialsError):
            raise
        except DataOpsError as error:
            return error

    def _reason(self, before: KnownTable, made: TableWrite) -> str:
        old = self._workspace.snapshots.stored(before.key)
        found = differences(old, table_state(made)) if old is not None else ()
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
