"""Crawlers that discover tables and jobs that move data, such as Glue's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

RECRAWL = {
    "CRAWL_EVERYTHING": "Everything again",
    "CRAWL_NEW_FOLDERS_ONLY": "New folders only",
    "CRAWL_EVENT_MODE": "What S3 events name",
}
RUN_ENDED = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"})
REQUEST_ID = "--dataops-request-id"  # an argument of ours: a run is found by it when its answer was lost


@dataclass(frozen=True)
class Crawl:
    """One run of a crawler. `changes` are lines such as `2 tables created: a, b`; DPU-hours None where not told."""

    crawl_id: str
    state: str
    started_at: str = ""
    ended_at: str = ""
    dpu_hours: float | None = None
    changes: tuple[str, ...] = ()
    error: str = ""
    log_group: str = ""
    log_stream: str = ""


@dataclass(frozen=True)
class Crawler:
    """`targets` are `s3://…`, `jdbc:connection/path`, `dynamodb:table`, `catalog:database.table`. `schedule` is `cron(…)` or empty."""

    name: str
    state: str = ""
    database: str = ""
    targets: tuple[str, ...] = ()
    role: str = ""
    schedule: str = ""
    table_prefix: str = ""
    description: str = ""
    recrawl: str = "CRAWL_EVERYTHING"
    last: Crawl | None = None


@dataclass(frozen=True)
class Job:
    """An ETL job. `kind` is glueetl, gluestreaming or pythonshell; `graph` the visual job's nodes by id, empty for a script."""

    name: str
    kind: str = ""
    description: str = ""
    role: str = ""
    glue_version: str = ""
    worker_type: str = ""
    workers: int = 0
    max_capacity: float = 0.0
    execution_class: str = ""
    timeout_min: int = 0
    script_location: str = ""
    connections: tuple[str, ...] = ()
    arguments: dict[str, str] = field(default_factory=dict)
    graph: dict[str, Any] = field(default_factory=dict)
    updated_at: str = ""


@dataclass(frozen=True)
class JobRun:
    """One run. `dpu_hours` from the service's DPU-seconds, else capacity × time; None before anything is known."""

    run_id: str
    job: str
    state: str
    started_at: str = ""
    ended_at: str = ""
    seconds: int = 0
    dpu_hours: float | None = None
    error: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    worker_type: str = ""
    workers: int = 0
    execution_class: str = ""
    log_group: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state in RUN_ENDED


class EtlSource(Protocol):
    """Lists complete or raises."""

    def crawlers(self) -> list[Crawler]:
        """Every crawler."""

    def create_crawler(self, crawler: Crawler) -> None:
        """InputError where the name is taken or the service finds the definition wanting."""

    def start_crawler(self, name: str) -> None:
        """One attempt; one that runs already is an InputError."""

    def stop_crawler(self, name: str) -> None:
        """One that does not run is no error."""

    def crawls(self, name: str, limit: int) -> list[Crawl]:
        """Newest first."""

    def jobs(self) -> list[Job]:
        """Every job."""

    def job_runs(self, name: str, limit: int) -> list[JobRun]:
        """Newest first."""

    def job_run(self, name: str, run_id: str) -> JobRun:
        """One run."""

    def start_job(self, name: str, arguments: dict[str, str]) -> str:
        """Sent once, whatever the network does; returns the run's id."""

    def stop_run(self, name: str, run_id: str) -> None:
        """Ask for its end."""

    def log_lines(self, group: str, stream: str, limit: int) -> list[tuple[str, str]]:
        """(time, line), the newest `limit` of them in order; none where there is no such log yet."""
