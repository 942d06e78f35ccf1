"""Glue's API as it really answers: pages, update times, version checks, denials, crawlers."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.glue.responses import GlueResponse

from dataops_desktop.sandbox.permissions import PERMISSIONS

USER = "arn:aws:iam::123456789012:user/analyst"
REGION = "us-east-1"


class AccessDeniedException(ServiceException):
    """What IAM answers, naming the action and the resource."""

    code = "AccessDeniedException"


class ConcurrentModificationException(ServiceException):
    """Two writers on one table."""

    code = "ConcurrentModificationException"


class InvalidInputException(ServiceException):
    """An argument out of its bounds."""

    code = "InvalidInputException"


def _page(name: str, items: list[Any], limit: Any, token: Any, most: int) -> dict[str, Any]:
    size = min(int(limit or most), most)
    start = int(token or 0)
    page: dict[str, Any] = {name: [item.as_dict() for item in items[start : start + size]]}
    if start + size < len(items):
        page["NextToken"] = str(start + size)
    return page


class LivingGlueResponse(GlueResponse):
    """Operations where moto's answer would teach a client wrong habits."""

    def _allowed(self, operation: str, database: str, table: str | None = None) -> None:
        if PERMISSIONS.denied(operation, database, table):
            resource = f"table/{database}/{table}" if table else f"database/{database}"
            raise AccessDeniedException(
                f"User: {USER} is not authorized to perform: glue:{operation} on resource: "
                f"arn:aws:glue:{self.region}:{self.current_account}:{resource} with an explicit deny in an identity-based policy"
            )

    def _bounded(self, most: int) -> int:
        limit = int(self.parameters.get("MaxResults") or most)
        if not 1 <= limit <= most:
            raise InvalidInputException(f"MaxResults must be between 1 and {most}")
        return limit

    def get_databases(self) -> ActionResult:
        """At most 100 a page."""
        return ActionResult(
            _page(
                "DatabaseList",
                self.glue_backend.get_databases(),
                self._bounded(100),
                self.parameters.get("NextToken"),
                100,
            )
        )

    def get_tables(self) -> ActionResult:
        """At most 100 a page, UpdateTime always there."""
        database = self.parameters["DatabaseName"]
        self._allowed("GetTables", database)
        tables = self.glue_backend.get_tables(database, self.parameters.get("Expression"))
        page = _page("TableList", tables, self._bounded(100), self.parameters.get("NextToken"), 100)
        for table in page["TableList"]:
            table.setdefault("UpdateTime", table["CreateTime"])
        return ActionResult(page)

    def get_table(self) -> ActionResult:
        """One table; Athena and Spark read it before every query."""
        database, name = self.parameters["DatabaseName"], self.parameters["Name"]
        self._allowed("GetTable", database, name)
        table = self.glue_backend.get_table(database, name).as_dict()
        table.setdefault("UpdateTime", table["CreateTime"])
        return ActionResult({"Table": table})

    def get_partitions(self) -> ActionResult:
        """At most 1000 a page, without column schema when asked so."""
        database, name = self.parameters["DatabaseName"], self.parameters["TableName"]
        self._allowed("GetPartitions", database, name)
        found = self.glue_backend.get_partitions(database, name, self.parameters.get("Expression"))
        page = _page("Partitions", found, self._bounded(1000), self.parameters.get("NextToken"), 1000)
        if self.parameters.get("ExcludeColumnSchema"):
            for entry in page["Partitions"]:
                if storage := entry.get("StorageDescriptor"):
                    entry["StorageDescriptor"] = {k: v for k, v in storage.items() if k != "Columns"}
        return ActionResult(page)

    def update_table(self) -> EmptyResult:
        """A stale VersionId is refused."""
        database, record = self.parameters["DatabaseName"], self.parameters["TableInput"]
        asked = self.parameters.get("VersionId")
        table = self.glue_backend.get_table(database, record["Name"])
        if asked is not None and asked != str(table._current_version):
            raise ConcurrentModificationException(
                f"Update table failed due to concurrent modifications. Current version is {table._current_version}"
            )
        table.update(record)
        return EmptyResult()

    def get_crawler(self) -> ActionResult:
        """With the last crawl's outcome."""
        crawler = self.glue_backend.get_crawler(self.parameters["Name"])
        record = crawler.as_dict()
        if crawler.crawls and (message := getattr(crawler.crawls[-1], "error_message", "")):
            record["LastCrawl"]["ErrorMessage"] = message
        return ActionResult({"Crawler": record})

    def get_crawler_metrics(self) -> ActionResult:
        """Tables made per crawler."""
        wanted = self.parameters.get("CrawlerNameList") or list(self.glue_backend.crawlers)
        rows = []
        for name in wanted:
            crawler = self.glue_backend.get_crawler(name)
            holder = self.glue_backend.databases.get(crawler.database_name)
            made = (
                [
                    t
                    for t in holder.tables.values()
                    if t.as_dict().get("Parameters", {}).get("UPDATED_BY_CRAWLER") == name
                ]
                if holder
                else []
            )
            rows.append(
                {
                    "CrawlerName": name,
                    "TablesCreated": len(made),
                    "StillEstimating": crawler.status == "RUNNING",
                    "TablesUpdated": 0,
                    "TablesDeleted": 0,
                }
            )
        return ActionResult({"CrawlerMetricsList": rows})

    def get_crawlers(self) -> ActionResult:
        """Pages, as the service gives them."""
        return ActionResult(
            _page(
                "Crawlers",
                self.glue_backend.get_crawlers(),
                self._bounded(1000),
                self.parameters.get("NextToken"),
                1000,
            )
        )

    def list_crawls(self) -> ActionResult:
        """Newest first, as they are: moto would end each one that is looked at."""
        crawler = self.glue_backend.get_crawler(self.parameters["CrawlerName"])
        records = []
        for crawl in reversed(crawler.crawls):
            record = crawl.as_dict()
            if summary := getattr(crawl, "summary", ""):
                record["Summary"] = summary
            if message := getattr(crawl, "error_message", ""):
                record["ErrorMessage"] = message
            took = ((crawl.end_time or utcnow()) - crawl.start_time).total_seconds()
            record["DPUHour"] = round(max(took, 600) * 2 / 3600, 4)  # two DPUs, ten minutes at least
            records.append(record)
        return ActionResult({"Crawls": records[: int(self.parameters.get("MaxResults") or 20)]})

    def batch_stop_job_run(self) -> ActionResult:
        """Which runs were asked to end, and which could not."""
        job = self.glue_backend.get_job(self.parameters["JobName"])
        stopped, errors = [], []
        for run_id in self.parameters["JobRunIds"]:
            run = next((r for r in job.job_runs if r.job_run_id == run_id), None)
            if run is not None and run.stop():
                stopped.append({"JobName": job.name, "JobRunId": run_id})
            else:
                detail = {"ErrorCode": "InvalidStateException", "ErrorMessage": "The run has ended."}
                errors.append({"JobName": job.name, "JobRunId": run_id, "ErrorDetail": detail})
        return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})
