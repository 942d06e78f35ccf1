"""What actions need of the local store. Records are plain; every call is safe from any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dataops_desktop.interfaces.catalog_store import AnnotationStore, CatalogStore, SnapshotStore
from dataops_desktop.interfaces.lineage_store import LineageStore
from dataops_desktop.interfaces.sync_store import SyncStore
from dataops_desktop.interfaces.transfer_store import TransferStore


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
    table: str = ""  # `database.table` that was read


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

    def table_use(self, name: str) -> tuple[int, float]:
        """(queries, US dollars) over `database.table`; a query over several counts for each in equal parts."""

    def readers(self, names: Sequence[str]) -> list[tuple[str, int]]:
        """(who, queries) over any of these `database.table` names."""

    def of_shape(self, engine: str, shape: str, limit: int) -> list[QueryRecord]:
        """Succeeded queries of one shape, newest first."""

    def estimated(self, limit: int) -> list[QueryRecord]:
        """Succeeded queries that had an estimate, newest first."""

    def unfollowed(self, limit: int) -> list[QueryRecord]:
        """Succeeded queries over the catalog whose lineage has not been looked at, newest first."""

    def mark_followed(self, query_ids: Sequence[int]) -> None:
        """Lineage has looked at them."""

    def unfinished_queries(self) -> list[QueryRecord]:
        """Started by an earlier run of this program and not known to have ended."""

    def spend(
        self, since: str, engine: str, own: bool = True, source: str | None = None
    ) -> tuple[int, float]:
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


class JobStartStore(Protocol):
    """The journal of requests to start a job."""

    def begin(self, request_id: str, source: str, job: str, arguments: Mapping[str, str]) -> None:
        """Before it is sent; values of arguments are not kept."""

    def end(self, request_id: str, state: str, run_id: str) -> None:
        """`started` with its run, or `refused`."""

    def open_ones(self, source: str, job: str) -> list[tuple[str, str]]:
        """(request id, when) of requests whose fate is not known."""


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
    def lineage(self) -> LineageStore:
        """Which columns flow where."""

    @property
    def job_starts(self) -> JobStartStore:
        """Requests to start a job."""

    @property
    def snapshots(self) -> SnapshotStore:
        """The catalog as it was."""

    @property
    def annotations(self) -> AnnotationStore:
        """What people say about nodes and columns."""

    @property
    def syncs(self) -> SyncStore:
        """Sync runs."""

    @property
    def history(self) -> HistoryStore:
        """Queries."""

    @property
    def transfers(self) -> TransferStore:
        """Uploads and downloads."""

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

    def purge(self) -> tuple[int, int]:
        """Delete every kept file; (files, bytes) that are gone."""

    def keep_path(self, name: str) -> Path:
        """A path for a file that outlives the program, until `drop`."""

    def scratch(self, name: str) -> Path:
        """A path for a file on its way elsewhere; what a killed program leaves there is removed at the next start."""
