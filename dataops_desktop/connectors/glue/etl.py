"""Glue's crawlers and jobs.

Facts: StartJobRun and StartCrawler have no idempotency token and botocore sends again after a read timeout, so both go through the client
that sends once. A crawl's summary is JSON in a string. A job's DPU-seconds are told for flexible and auto-scaled runs only; else capacity ×
time counts. Logs lie in CloudWatch under the run's id (output and errors).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.aws.pages import pages
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import InputError, NotFoundError
from dataops_desktop.interfaces.clock import iso
from dataops_desktop.interfaces.etl import Crawl, Crawler, Job, JobRun

PAGE = 100
_DPUS = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "G.025X": 0.25, "Z.2X": 2, "Standard": 1}
_PACK = (
    ErrorRule("EntityNotFoundException", lambda m: NotFoundError(m, "It may have been deleted; refresh the list.")),
    ErrorRule("AlreadyExistsException", lambda m: InputError(m, "Choose another name.", title="Name taken")),
    ErrorRule("CrawlerRunningException", lambda m: InputError(m, "Wait for its end, or stop it.", title="It runs already")),
    ErrorRule("ConcurrentRunsExceededException", lambda m: InputError(m, "Wait for a run to end, or raise the job's maximum concurrency.", title="It runs already")),
    ErrorRule("InvalidInputException", lambda m: InputError(m, "Correct it and try again.")),
    ErrorRule("ValidationException", lambda m: InputError(m, "Correct it and try again.")),
    ErrorRule("ResourceNumberLimitExceededException", lambda m: InputError(m, "Delete what is not needed, or ask AWS for a higher limit.")),
)  # fmt: skip


def _time(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else ""


def _targets(record: dict[str, Any]) -> tuple[str, ...]:
    found = [str(t.get("Path") or "") for t in record.get("S3Targets") or ()]
    found += [
        f"jdbc:{t.get('ConnectionName')}/{t.get('Path') or ''}" for t in record.get("JdbcTargets") or ()
    ]
    found += [f"mongodb:{t.get('ConnectionName')}/{t.get('Path') or ''}" for t in record.get("MongoDBTargets") or ()]  # fmt: skip
    found += [f"dynamodb:{t.get('Path')}" for t in record.get("DynamoDBTargets") or ()]
    found += [f"catalog:{t.get('DatabaseName')}.{name}" for t in record.get("CatalogTargets") or () for name in t.get("Tables") or ()]  # fmt: skip
    for kind, key in (("delta", "DeltaTargets"), ("iceberg", "IcebergTargets"), ("hudi", "HudiTargets")):
        for target in record.get(key) or ():
            found += [f"{kind}:{path}" for path in target.get("DeltaTables") or target.get("Paths") or ()]
    return tuple(text for text in found if text)


def target_record(targets: tuple[str, ...]) -> dict[str, Any]:
    """The inverse, for what the program creates; InputError for a target it does not know."""
    record: dict[str, Any] = {}
    for target in targets:
        kind, _, rest = target.partition(":")
        if target.startswith("s3://"):
            record.setdefault("S3Targets", []).append({"Path": target})
        elif kind == "jdbc" and "/" in rest:
            connection, _, path = rest.partition("/")
            record.setdefault("JdbcTargets", []).append({"ConnectionName": connection, "Path": path})
        elif kind == "dynamodb" and rest:
            record.setdefault("DynamoDBTargets", []).append({"Path": rest})
        elif kind == "catalog" and "." in rest:
            database, _, table = rest.partition(".")
            record.setdefault("CatalogTargets", []).append({"DatabaseName": database, "Tables": [table]})
        elif kind == "delta" and rest.startswith("s3://"):
            record.setdefault("DeltaTargets", []).append({"DeltaTables": [rest], "WriteManifest": False})
        else:
            raise InputError(
                f"{target} is no target.",
                "Write s3://bucket/folder/, jdbc:connection/path, dynamodb:table, catalog:database.table or delta:s3://….",
            )
    return record


def summary_lines(text: str) -> tuple[str, ...]:
    """`2 tables created: a, b` from a crawl's summary, whatever of it is understood."""
    words = {"CREATE": "created", "ADD": "added", "UPDATE": "updated", "DELETE": "deleted"}
    lines: list[str] = []

    def walk(value: Any, kind: str, action: str) -> None:
        if isinstance(value, str) and value[:1] in "{[":
            try:
                value = json.loads(value)
            except ValueError:
                return
        if not isinstance(value, dict):
            return
        names, count = value.get("Names") or [], value.get("Count", value.get("count"))
        if action and isinstance(count, int) and count:
            noun = kind.lower().rstrip("s") + ("s" if count != 1 else "")
            shown = f": {', '.join(str(n) for n in names[:5])}" if isinstance(names, list) and names else ""
            lines.append(f"{count} {noun} {words.get(action, action.lower())}{shown}")
            return
        for key, inner in value.items():
            upper = str(key).upper()
            if upper in words:
                walk(inner, kind, upper)
            elif upper in {"TABLE", "TABLES", "PARTITION", "PARTITIONS"}:
                walk(inner, upper, action)
            elif upper == "DETAILS":
                walk(inner, kind, action)

    walk(text, "table", "")
    return tuple(lines)


def _crawl(item: dict[str, Any]) -> Crawl:
    return Crawl(
        str(item.get("CrawlId") or ""),
        str(item.get("State") or item.get("Status") or ""),
        _time(item.get("StartTime")),
        _time(item.get("EndTime")),
        float(item["DPUHour"]) if item.get("DPUHour") is not None else None,
        summary_lines(str(item.get("Summary") or "")),
        str(item.get("ErrorMessage") or ""),
        str(item.get("LogGroup") or ""),
        str(item.get("LogStream") or ""),
    )


def _crawler(item: dict[str, Any]) -> Crawler:
    last = item.get("LastCrawl")
    return Crawler(
        str(item["Name"]),
        str(item.get("State") or ""),
        str(item.get("DatabaseName") or ""),
        _targets(item.get("Targets") or {}),
        str(item.get("Role") or ""),
        str((item.get("Schedule") or {}).get("ScheduleExpression") or ""),
        str(item.get("TablePrefix") or ""),
        str(item.get("Description") or ""),
        str((item.get("RecrawlPolicy") or {}).get("RecrawlBehavior") or "CRAWL_EVERYTHING"),
        _crawl(last) if last else None,
    )


def _job(item: dict[str, Any]) -> Job:
    command = item.get("Command") or {}
    return Job(
        str(item["Name"]),
        str(command.get("Name") or ""),
        str(item.get("Description") or ""),
        str(item.get("Role") or ""),
        str(item.get("GlueVersion") or ""),
        str(item.get("WorkerType") or ""),
        int(item.get("NumberOfWorkers") or 0),
        float(item.get("MaxCapacity") or 0),
        str(item.get("ExecutionClass") or ""),
        int(item.get("Timeout") or 0),
        str(command.get("ScriptLocation") or ""),
        tuple(str(name) for name in (item.get("Connections") or {}).get("Connections") or ()),
        {str(k): str(v) for k, v in (item.get("DefaultArguments") or {}).items()},
        item.get("CodeGenConfigurationNodes") or {},
        _time(item.get("LastModifiedOn")),
    )


def dpu_hours(item: dict[str, Any]) -> float | None:
    """Of a run as the service tells it."""
    if item.get("DPUSeconds"):
        return float(item["DPUSeconds"]) / 3600
    seconds = int(item.get("ExecutionTime") or 0)
    workers, kind = int(item.get("NumberOfWorkers") or 0), str(item.get("WorkerType") or "")
    capacity = float(item.get("MaxCapacity") or 0) or workers * _DPUS.get(kind, 1)
    return capacity * seconds / 3600 if seconds and capacity else None


def _run(item: dict[str, Any]) -> JobRun:
    return JobRun(
        str(item["Id"]),
        str(item.get("JobName") or ""),
        str(item.get("JobRunState") or ""),
        _time(item.get("StartedOn")),
        _time(item.get("CompletedOn")),
        int(item.get("ExecutionTime") or 0),
        dpu_hours(item),
        str(item.get("ErrorMessage") or ""),
        {str(k): str(v) for k, v in (item.get("Arguments") or {}).items()},
        str(item.get("WorkerType") or ""),
        int(item.get("NumberOfWorkers") or 0),
        str(item.get("ExecutionClass") or ""),
        str(item.get("LogGroupName") or ""),
    )


class GlueEtl:
    """EtlSource over Glue."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def _pages(self, operation: str, method: str, member: str, limit: int = PAGE, **arguments: Any) -> Iterator[Any]:  # fmt: skip
        call = getattr(self._session.client("glue"), method)
        for page in pages(call, "glue", operation, member, _PACK, MaxResults=limit, **arguments):
            yield from page

    def crawlers(self) -> list[Crawler]:
        """GetCrawlers."""
        return [_crawler(item) for item in self._pages("GetCrawlers", "get_crawlers", "Crawlers")]

    def create_crawler(self, crawler: Crawler) -> None:
        """CreateCrawler; new columns are added, tables whose data is gone are only marked."""
        asked: dict[str, Any] = {
            "Name": crawler.name,
            "Role": crawler.role,
            "DatabaseName": crawler.database,
            "Targets": target_record(crawler.targets),
            "RecrawlPolicy": {"RecrawlBehavior": crawler.recrawl},
            "SchemaChangePolicy": (
                {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}  # the service takes nothing else when it looks at new folders only
                if crawler.recrawl == "CRAWL_NEW_FOLDERS_ONLY"
                else {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
            ),
        }  # fmt: skip
        optional = {"Description": crawler.description, "TablePrefix": crawler.table_prefix, "Schedule": crawler.schedule}  # fmt: skip
        asked |= {name: value for name, value in optional.items() if value}
        with aws_call("glue", "CreateCrawler", _PACK):
            self._session.client("glue").create_crawler(**asked)

    def start_crawler(self, name: str) -> None:
        """StartCrawler, sent once."""
        with aws_call("glue", "StartCrawler", _PACK):
            self._session.client("glue", paid=True).start_crawler(Name=name)

    def stop_crawler(self, name: str) -> None:
        """StopCrawler."""
        pack = (ErrorRule("CrawlerNotRunningException", lambda m: NotFoundError(m)), *_PACK)
        try:
            with aws_call("glue", "StopCrawler", pack):
                self._session.client("glue").stop_crawler(Name=name)
        except NotFoundError as error:
            if "not running" not in error.message and "isn't running" not in error.message:
                raise

    def crawls(self, name: str, limit: int) -> list[Crawl]:
        """ListCrawls."""
        found: list[Crawl] = []
        for item in self._pages("ListCrawls", "list_crawls", "Crawls", min(limit, PAGE), CrawlerName=name):
            found.append(_crawl(item))
            if len(found) >= limit:
                break
        return sorted(found, key=lambda crawl: crawl.started_at, reverse=True)

    def jobs(self) -> list[Job]:
        """GetJobs."""
        return [_job(item) for item in self._pages("GetJobs", "get_jobs", "Jobs")]

    def job_runs(self, name: str, limit: int) -> list[JobRun]:
        """GetJobRuns."""
        found: list[JobRun] = []
        for item in self._pages("GetJobRuns", "get_job_runs", "JobRuns", min(limit, PAGE), JobName=name):
            found.append(_run(item))
            if len(found) >= limit:
                break
        return sorted(found, key=lambda run: run.started_at, reverse=True)

    def job_run(self, name: str, run_id: str) -> JobRun:
        """GetJobRun."""
        with aws_call("glue", "GetJobRun", _PACK):
            answer = self._session.client("glue").get_job_run(JobName=name, RunId=run_id)
        return _run(required(answer, "JobRun", "glue", "GetJobRun"))

    def start_job(self, name: str, arguments: dict[str, str]) -> str:
        """StartJobRun, sent once."""
        with aws_call("glue", "StartJobRun", _PACK):
            answer = self._session.client("glue", paid=True).start_job_run(JobName=name, Arguments=arguments)
        return str(required(answer, "JobRunId", "glue", "StartJobRun"))

    def stop_run(self, name: str, run_id: str) -> None:
        """BatchStopJobRun with one run; a run that has ended is no error."""
        with aws_call("glue", "BatchStopJobRun", _PACK):
            answer = self._session.client("glue").batch_stop_job_run(JobName=name, JobRunIds=[run_id])
        for item in answer.get("Errors") or ():
            detail = item.get("ErrorDetail") or {}
            if "InvalidState" not in str(detail.get("ErrorCode")) and "IllegalWorkflow" not in str(detail.get("ErrorCode")):  # fmt: skip
                raise InputError(str(detail.get("ErrorMessage") or "The run could not be stopped."))

    def log_lines(self, group: str, stream: str, limit: int) -> list[tuple[str, str]]:
        """GetLogEvents, the newest."""
        pack = (ErrorRule("ResourceNotFoundException", lambda m: NotFoundError(m)),)
        try:
            with aws_call("logs", "GetLogEvents", pack):
                answer = self._session.client("logs").get_log_events(
                    logGroupName=group, logStreamName=stream, limit=limit, startFromHead=False
                )
        except NotFoundError:
            return []
        from datetime import UTC

        return [
            (iso(datetime.fromtimestamp(item["timestamp"] / 1000, UTC)), str(item.get("message") or ""))
            for item in required(answer, "events", "logs", "GetLogEvents")
        ]
