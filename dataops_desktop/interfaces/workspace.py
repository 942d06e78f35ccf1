"""What actions need of the local store. Records are plain; every call is safe from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef


@dataclass(frozen=True)
class StoredNode:
    """A node as stored; `key` is local to this workspace. Times are ISO 8601 UTC."""

    key: int
    node: Node
    quality: int | None = None
    quality_parts: dict[str, int] = field(default_factory=dict)
    created_at: str = ""
    updated_at: str = ""
    synced_at: str = ""


@dataclass(frozen=True)
class StoredEdge:
    """An edge between stored nodes."""

    from_key: int
    to_key: int
    type: str
    origin: str
    observed_at: str


@dataclass(frozen=True)
class SearchHit:
    """One find. `column` is set when a column matched rather than the table's own name."""

    key: int
    id: str
    type: str
    name: str
    source: str
    column: str = ""
    description: str = ""


@dataclass(frozen=True)
class TableWrite:
    """A table to be stored: its node, columns, partitions, edges' far ends, and the words to search it by."""

    node: Node
    columns: Sequence[Column]
    partition_keys: Sequence[Column]
    partitions: Sequence[Partition]
    partitions_complete: bool
    content_hash: str
    quality: int
    quality_parts: dict[str, int]


@dataclass(frozen=True)
class CatalogChanges:
    """Everything one sync found different, applied in one transaction."""

    nodes: Sequence[Node] = ()
    tables: Sequence[TableWrite] = ()
    edges: Sequence[Edge] = ()
    deleted: Sequence[NodeRef] = ()

    @property
    def empty(self) -> bool:
        """Whether applying it would write nothing."""
        return not (self.nodes or self.tables or self.edges or self.deleted)


@dataclass(frozen=True)
class SyncRun:
    """One run of a sync. `state` is running, complete, partial, failed, cancelled or interrupted."""

    run_id: int
    connector: str
    source: str
    started_at: str
    finished_at: str
    state: str
    report: dict[str, Any]


@dataclass(frozen=True)
class QueryRecord:
    """One line of the query history. Cost in US dollars, None where no price per byte applies."""

    query_id: int
    engine: str
    source: str
    sql: str
    database: str = ""
    workgroup: str = ""
    execution_id: str = ""
    token: str = ""
    state: str = "STARTING"
    submitted_at: str = ""
    finished_at: str = ""
    engine_ms: int = 0
    bytes_scanned: int = 0
    cost_usd: float | None = None
    row_count: int | None = None
    error: str = ""
    statement_type: str = ""
    output_location: str = ""
    shape: str = ""
    estimated_bytes: int | None = None
    estimate_method: str = ""
    who: str = ""
    queue_ms: int = 0
    reused: int = 0
    dpu_count: float = 0.0
    tables: str = ""  # `db.table` lines: what was read
    pinned: int = 0
    origin: str = ""  # `athena` for what was taken from the service's own history


@dataclass(frozen=True)
class HistoryFilter:
    """Which queries of the history; empty fields leave all. Times are ISO 8601, `until` is exclusive; `own` leaves out imported ones."""

    state: str = ""
    engine: str = ""
    database: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    pinned: bool = False
    own: bool = False


@dataclass(frozen=True)
class CostGroup:
    """Queries that have something in common: how many, bytes scanned, US dollars; `sql` is a sample where the group is a shape."""

    name: str
    queries: int
    bytes_scanned: int
    cost_usd: float
    sql: str = ""


@dataclass(frozen=True)
class SavedStatement:
    """A statement a person keeps. `folder` holds names joined by `/`, empty for none; id 0 before it is stored."""

    statement_id: int
    folder: str
    name: str
    sql: str
    engine: str = "athena"
    database: str = ""
    updated_at: str = ""


class CatalogStore(Protocol):
    """Nodes, edges, columns, search."""

    def hashes(self, source: str, node_type: str) -> dict[str, tuple[int, str]]:
        """id → (key, content hash) of every live node of a type, for comparing without reading properties."""

    def apply(self, run_id: int | None, changes: CatalogChanges) -> int:
        """Write all of it or none; returns the number of rows written. Nothing at all for empty changes."""

    def node(self, node_id: str, source: str | None = None) -> StoredNode | None:
        """By the specification's id; None when absent; InputError when two sources have it and none is named."""

    def node_by_key(self, key: int) -> StoredNode | None:
        """By local key."""

    def children(self, parent_key: int | None, node_type: str | None = None) -> list[StoredNode]:
        """Live nodes below a node, or roots, by name."""

    def names(self, parent_key: int, node_type: str) -> list[tuple[int, str]]:
        """(key, name) of live nodes below a node, by name: for tens of thousands, without their properties."""

    def view_names(self, parent_key: int) -> list[str]:
        """Names of a database's views."""

    def columns(self, key: int) -> tuple[list[Column], list[Column]]:
        """(columns, partition keys) of a table."""

    def partitions(self, key: int) -> list[Partition]:
        """Stored partitions, in order."""

    def edges(self, keys: Iterable[int], direction: str) -> list[StoredEdge]:
        """Edges from (`downstream`) or to (`upstream`) any of the nodes."""

    def search(self, text: str, limit: int) -> list[SearchHit]:
        """Best first; any prefix of any word of a name, column, comment or description."""

    def counts(self) -> dict[str, int]:
        """Live nodes by type, and `columns`."""


class SyncStore(Protocol):
    """Runs of syncs and their reports, kept for ever."""

    def begin_sync(self, connector: str, source: str) -> int:
        """A new running run."""

    def finish_sync(self, run_id: int, state: str, report: dict[str, Any]) -> None:
        """Its end."""

    def sync_runs(self, connector: str | None = None, limit: int = 50) -> list[SyncRun]:
        """Newest first."""

    def sync_run(self, run_id: int) -> SyncRun | None:
        """One run."""


class HistoryStore(Protocol):
    """Queries, running and finished: also the journal of remote work that costs money."""

    def begin_query(self, record: QueryRecord) -> int:
        """Journal a query before it is started; returns its id."""

    def update_query(self, query_id: int, **changes: Any) -> None:
        """Set fields of one query."""

    def add_past(self, records: Sequence[QueryRecord]) -> int:
        """Add runs a service remembers, each once; returns how many are new."""

    def queries(
        self, text: str = "", limit: int = 200, chosen: HistoryFilter = ..., before: int | None = None
    ) -> list[QueryRecord]:
        """Newest first, filtered by words of the SQL and by `chosen`; `before` is the last id of the page before."""

    def costs(self, by: str, chosen: HistoryFilter = ...) -> list[CostGroup]:
        """Sums by `day`, `who`, `workgroup`, `shape` or `dataset`; dearest first, days in order."""

    def of_shape(self, engine: str, shape: str, limit: int) -> list[QueryRecord]:
        """Succeeded queries of one shape, newest first."""

    def estimated(self, limit: int) -> list[QueryRecord]:
        """Succeeded queries that had an estimate, newest first."""

    def unfinished_queries(self) -> list[QueryRecord]:
        """Started by an earlier run of this program and not known to have ended."""

    def spend(self, since: str, engine: str, own: bool = True) -> tuple[int, float]:
        """(queries, US dollars) submitted since an ISO time; `own` leaves out what a service's history told."""


class StatementStore(Protocol):
    """Statements a person keeps, in folders."""

    def statements(self) -> list[SavedStatement]:
        """All, by folder and name."""

    def save(self, statement: SavedStatement) -> SavedStatement:
        """Store a new one (id 0) or a changed one; InputError where folder and name are taken by another."""

    def remove(self, statement_id: int) -> None:
        """Forget one."""

    def rename_folder(self, old: str, new: str) -> None:
        """A folder and all below it, to another path; InputError where a name would be taken."""


class SettingsStore(Protocol):
    """Small named values that survive a restart."""

    def setting(self, name: str, default: Any = None) -> Any:
        """The stored JSON value, or the default."""

    def set_setting(self, name: str, value: Any) -> None:
        """Store a JSON value."""


class Workspace(Protocol):
    """One local store: a file with its four parts."""

    @property
    def path(self) -> str:
        """Its file."""

    @property
    def statements(self) -> StatementStore:
        """Saved statements."""

    @property
    def catalog(self) -> CatalogStore:
        """The ontology."""

    @property
    def syncs(self) -> SyncStore:
        """Sync runs."""

    @property
    def history(self) -> HistoryStore:
        """Queries."""

    @property
    def settings(self) -> SettingsStore:
        """Named values."""

    def close(self) -> None:
        """Flush and close; safe to call twice."""


class ResultRows(Protocol):
    """A result on disk that may still be growing."""

    @property
    def columns(self) -> Sequence[Any]:
        """ResultColumn of each column."""

    @property
    def arrow_schema(self) -> Any:
        """pyarrow.Schema."""

    @property
    def row_count(self) -> int:
        """Rows available now."""

    @property
    def complete(self) -> bool:
        """Whether all rows have arrived."""

    def slice(self, start: int, count: int) -> Any:
        """pyarrow.Table of up to `count` rows from `start`."""

    def append(self, batch: Any) -> None:
        """Add a pyarrow.RecordBatch (one writer)."""

    def finish(self) -> None:
        """No more rows will come."""

    def close(self) -> None:
        """Let go of the file."""


class ResultStore(Protocol):
    """Where results are kept."""

    def create(self, name: str, columns: Sequence[Any], arrow_schema: Any) -> ResultRows:
        """A new empty result."""

    def keep(self, rows: ResultRows, name: str) -> str:
        """Copy a complete result to where it outlives the program; returns the file's path."""

    def drop(self, path: str) -> None:
        """Delete a kept result."""

    def keep_path(self, name: str) -> Path:
        """A path for a file that outlives the program, until `drop`."""

    def scratch(self, name: str) -> Path:
        """A path for a file on its way elsewhere; what a killed program leaves there is removed at the next start."""
