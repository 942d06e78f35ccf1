"""Something that runs SQL remotely, such as Athena."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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
class QuerySettings:
    """What a person may choose beside the statement; a workgroup that enforces its settings ignores the last four.

    `reuse_minutes` (0 to 10,080): an equal query's result of at most that age is handed out and scans nothing; None never.
    `encryption` is empty (the bucket's own), SSE_S3, SSE_KMS or CSE_KMS; the last two need `kms_key`.
    """

    catalog: str = ""
    reuse_minutes: int | None = None
    output_location: str = ""
    encryption: str = ""
    kms_key: str = ""
    expected_owner: str = ""


@dataclass(frozen=True)
class QueryRequest:
    """One statement to run. `token` makes a repeated start answer the same execution instead of paying twice."""

    sql: str
    database: str | None = None
    workgroup: str | None = None
    parameters: tuple[str, ...] = ()
    token: str = ""
    attachments: tuple[Attachment, ...] = ()
    settings: QuerySettings = field(default_factory=QuerySettings)


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
    dpu_count: float = 0.0  # of a workgroup with capacity of its own: then bytes have no price
    sql: str = ""
    database: str = ""
    submitted_at: str = ""
    finished_at: str = ""
    note: str = ""  # why this is not news, such as a service that cannot be reached

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
    provisioned: bool = False  # its queries run on reserved capacity: there is no price per byte
    managed_results: bool = False
    reuse_minutes: int | None = None


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


@dataclass(frozen=True)
class RuntimeStage:
    """One stage of a distributed query. Times in milliseconds."""

    stage_id: int
    state: str
    execution_ms: int
    input_rows: int
    input_bytes: int
    output_rows: int
    output_bytes: int
    children: tuple[RuntimeStage, ...] = ()


@dataclass(frozen=True)
class RuntimeStatistics:
    """Where a finished query's time went: (name, milliseconds) in order, and its stages where the service has them."""

    timeline: tuple[tuple[str, int], ...]
    input_rows: int = 0
    input_bytes: int = 0
    output_rows: int = 0
    stages: tuple[RuntimeStage, ...] = ()


@dataclass(frozen=True)
class StoredStatement:
    """A statement kept at the service. Kind is `named` or `prepared`."""

    kind: str
    name: str
    sql: str
    database: str = ""
    workgroup: str = ""
    description: str = ""


class QueryEngine(Connector, Protocol):
    """Starts, watches, stops, reads."""

    def who(self) -> str:
        """As whom queries run: an ARN, or a name."""

    def start(self, request: QueryRequest) -> str:
        """Start once and return the execution id; raises QueryFailedError for a statement refused outright."""

    def status(self, execution_id: str) -> QueryStatus:
        """Where it is now."""

    def statuses(self, execution_ids: Sequence[str]) -> dict[str, QueryStatus]:
        """Where up to 50 are, in as few calls as the service allows; ids it does not know are left out."""

    def stop(self, execution_id: str) -> None:
        """Ask the service to stop it."""

    def results(self, status: QueryStatus, cancel: CancelToken) -> ResultStream:
        """Rows of a succeeded query, streamed."""

    def workgroups(self) -> list[Workgroup]:
        """What the person may choose from."""

    def catalogs(self) -> list[str]:
        """Data catalogs a query may name, the default one first."""

    def runtime(self, execution_id: str) -> RuntimeStatistics:
        """Where a finished query's time went."""

    def past(self, workgroup: str, token: str | None) -> tuple[list[QueryStatus], str | None]:
        """A page of the service's own history, newest first, and the next page's token."""

    def stored_statements(self, workgroup: str) -> list[StoredStatement]:
        """Statements kept at the service."""
