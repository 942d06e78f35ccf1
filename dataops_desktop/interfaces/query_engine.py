"""Something that runs SQL remotely, such as Athena."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import Connector


@dataclass(frozen=True)
class Attachment:
    """A local file that a query may read as `schema.name`. Kind is csv, tsv, parquet, json or arrow."""

    schema: str
    name: str
    path: str
    kind: str


@dataclass(frozen=True)
class QueryRequest:
    """One statement to run. `token` makes a repeated start answer the same execution instead of paying twice."""

    sql: str
    database: str | None = None
    workgroup: str | None = None
    output_location: str | None = None
    parameters: tuple[str, ...] = ()
    token: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class QueryStatus:
    """Where an execution is. State is QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED; times in milliseconds."""

    execution_id: str
    state: str
    reason: str = ""
    statement_type: str = ""
    bytes_scanned: int = 0
    engine_ms: int = 0
    queue_ms: int = 0
    planning_ms: int = 0
    total_ms: int = 0
    output_location: str = ""
    reused: bool = False
    workgroup: str = ""

    @property
    def finished(self) -> bool:
        """Whether the state is final."""
        return self.state in {"SUCCEEDED", "FAILED", "CANCELLED"}


@dataclass(frozen=True)
class Workgroup:
    """One workgroup: settings a query inherits. `bytes_cutoff` is the per-query limit, None where there is none."""

    name: str
    description: str = ""
    output_location: str = ""
    enforced: bool = False
    bytes_cutoff: int | None = None
    engine_version: str = ""


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result in the engine's own type name."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class ResultStream:
    """A result being read: its columns and an iterator of pyarrow.RecordBatch in the schema `arrow_schema`."""

    columns: tuple[ResultColumn, ...]
    arrow_schema: Any
    batches: Iterator[Any]


class QueryEngine(Connector, Protocol):
    """Starts, watches, stops, reads."""

    def start(self, request: QueryRequest) -> str:
        """Start once and return the execution id; raises QueryFailedError for a statement refused outright."""

    def status(self, execution_id: str) -> QueryStatus:
        """Where it is now."""

    def stop(self, execution_id: str) -> None:
        """Ask the service to stop it."""

    def results(self, status: QueryStatus, cancel: CancelToken) -> ResultStream:
        """Rows of a succeeded query, streamed."""

    def workgroups(self) -> list[Workgroup]:
        """What the person may choose from."""
