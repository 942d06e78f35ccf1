"""The Glue Data Catalog as a CatalogSource.

Facts: GetTables and GetDatabases answer at most 100 a page, GetPartitions 1000; only `Name` is required in Glue's models,
so everything else may be absent; dropped Iceberg columns stay with `iceberg.field.current=false`; SearchTables stops
silently at 10,000 tables and is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dataops_desktop.aws.check import checked
from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.aws.pace import Pace
from dataops_desktop.aws.pages import pages
from dataops_desktop.aws.session import AwsSession, shared_session
from dataops_desktop.connectors.glue.etl import GlueEtl
from dataops_desktop.connectors.glue.translate import (
    described_input,
    partition_of,
    table_input,
    table_of,
)
from dataops_desktop.errors import InputError, NotFoundError, PermissionDeniedError
from dataops_desktop.interfaces.catalog import (
    Database,
    Partition,
    PartitionPage,
    Table,
    TableTags,
    TableVersion,
)
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, Link

PAGE, PARTITION_PAGE = 100, 1000
BATCH = 100  # BatchCreatePartition
_METHODS = {
    "GetDatabases": "get_databases",
    "GetTables": "get_tables",
    "GetPartitions": "get_partitions",
    "GetTableVersions": "get_table_versions",
}
_LAKE_FORMATION = re.compile(r"[Rr]equired (?P<grant>[\w ,]+?) on (?P<what>[\w.:/*-]+)")


def _not_granted(message: str) -> PermissionDeniedError:
    """Lake Formation's refusal, which names the grant it misses."""
    match = _LAKE_FORMATION.search(message)
    grant, what = (match["grant"].upper(), match["what"]) if match else ("DESCRIBE", "it")
    error = PermissionDeniedError(
        f"Access denied (Lake Formation): {message}",
        f"Ask a Lake Formation administrator to grant you {grant} on {what}.",
    )
    error.action = f"lakeformation:{grant}"
    return error


ERROR_PACK = (
    ErrorRule("AccessDeniedException", _not_granted, "Lake Formation"),
    ErrorRule(
        "EntityNotFoundException",
        lambda message: NotFoundError(message, "It may have been deleted, or Lake Formation hides it."),
    ),
    ErrorRule(
        "AlreadyExistsException",
        lambda message: InputError(message, "Choose another name.", title="Name taken"),
    ),
)


class GlueConnector:
    """One account's catalog in one region."""

    id = "glue"

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._pace = Pace()
        self._watched: Any = None
        self.etl = GlueEtl(self._session)

    def _client(self) -> Any:
        client = self._session.client("glue")
        if client is not self._watched:  # another one after a new sign-in
            self._pace.watch(client, "glue")
            self._watched = client
        return client

    @property
    def source(self) -> str:
        """`aws:<account>:<region>`."""
        return self._session.source()

    def capabilities(self) -> tuple[Capability, ...]:
        """The catalog, jobs and crawlers."""
        return (
            Capability("catalog", True),
            Capability("jobs", True),
            Capability("crawlers", True),
        )

    def check(self) -> ConnectionCheck:
        """GetDatabases, one row."""

        def call() -> ConnectionCheck:
            with aws_call("glue", "GetDatabases", ERROR_PACK):
                answer = self._session.client("glue").get_databases(MaxResults=1)
            required(answer, "DatabaseList", "glue", "GetDatabases")
            return ConnectionCheck("connected", "Data Catalog reachable")

        return checked(call)

    def _pages(
        self, operation: str, member: str, limit: int, **arguments: Any
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages of a list call, at the pace the service allows."""
        return pages(
            getattr(self._client(), _METHODS[operation]), "glue", operation, member, ERROR_PACK, self._pace.turn,
            MaxResults=limit, **arguments,
        )  # fmt: skip

    def databases(self) -> list[Database]:
        """Every database."""
        region = self._session.region
        found = []
        for page in self._pages("GetDatabases", "DatabaseList", PAGE):
            for item in page:
                catalog = item.get("CatalogId") or self._session.account()
                arn = f"arn:aws:glue:{region}:{catalog}:database/{item['Name']}"
                link = item.get("TargetDatabase") or {}
                target = f"{link.get('CatalogId') or ''}:{link.get('DatabaseName') or ''}" if link else ""
                found.append(
                    Database(item["Name"], item.get("Description") or "", arn, region, catalog, target)
                )
        return found

    def tables(self, database: str) -> Iterator[list[Table]]:
        """Pages of tables."""
        for page in self._pages("GetTables", "TableList", PAGE, DatabaseName=database):
            yield [table_of(database, item) for item in page]

    def table(self, database: str, name: str) -> Table:
        """One table."""
        with aws_call("glue", "GetTable", ERROR_PACK):
            answer = self._session.client("glue").get_table(DatabaseName=database, Name=name)
        return table_of(database, required(answer, "Table", "glue", "GetTable"))

    def partitions(self, database: str, table: str, limit: int) -> PartitionPage:
        """Up to `limit` partitions with their own columns, for comparing types."""
        found: list[Any] = []
        for page in self._pages(
            "GetPartitions",
            "Partitions",
            min(limit + 1, PARTITION_PAGE),
            DatabaseName=database,
            TableName=table,
        ):
            found += [partition_of(item) for item in page]
            if len(found) > limit:
                break
        return PartitionPage(tuple(found[:limit]), len(found) <= limit)

    def governance_tags(self) -> dict[tuple[str, str], TableTags]:
        """Lake Formation's tags. One search a tag key instead of one call a table."""
        from dataops_desktop.connectors.glue.lake_formation import tagged_tables

        return tagged_tables(self._session.client("lakeformation"))

    def versions(self, database: str, table: str, limit: int) -> list[TableVersion]:
        """GetTableVersions, newest first."""
        found: list[TableVersion] = []
        for page in self._pages(
            "GetTableVersions", "TableVersions", min(limit, PAGE), DatabaseName=database, TableName=table
        ):
            for item in page:
                described = table_of(database, item.get("Table") or {"Name": table})
                found.append(TableVersion(str(item.get("VersionId") or ""), described.updated_at, described))
            if len(found) >= limit:
                break
        return sorted(found, key=lambda v: int(v.version_id) if v.version_id.isdigit() else 0, reverse=True)

    def describe(
        self, database: str, table: str, description: str | None, columns: dict[str, str], version_id: str
    ) -> None:
        """GetTable, then UpdateTable with only the description and the comments changed."""
        client = self._session.client("glue")
        with aws_call("glue", "GetTable", ERROR_PACK):
            item = required(client.get_table(DatabaseName=database, Name=table), "Table", "glue", "GetTable")
        current = str(item.get("VersionId") or "")
        if version_id and current and current != version_id:
            raise InputError(
                f"{database}.{table} has changed in Glue since the last sync (version {current}, known {version_id}).",
                "Sync, look at the table again, then write back.",
            )
        asked = described_input(item, description, columns)
        with aws_call("glue", "UpdateTable", ERROR_PACK):
            client.update_table(
                DatabaseName=database, TableInput=asked, **({"VersionId": current} if current else {})
            )

    def create_table(self, table: Table) -> None:
        """CreateTable."""
        with aws_call("glue", "CreateTable", ERROR_PACK):
            self._session.client("glue").create_table(
                DatabaseName=table.database,
                TableInput=table_input(table),
            )

    def add_partitions(
        self, database: str, table: str, partitions: Sequence[Partition]
    ) -> list[tuple[tuple[str, ...], str]]:
        """BatchCreatePartition, a hundred at a time."""
        client = self._session.client("glue")
        with aws_call("glue", "GetTable", ERROR_PACK):
            answer = client.get_table(DatabaseName=database, Name=table)
        stored = required(answer, "Table", "glue", "GetTable").get("StorageDescriptor") or {}
        left: list[tuple[tuple[str, ...], str]] = []
        for start in range(0, len(partitions), BATCH):
            asked = [
                {"Values": list(p.values), "StorageDescriptor": {**stored, "Location": p.location}}
                for p in partitions[start : start + BATCH]
            ]
            with self._pace.turn(), aws_call("glue", "BatchCreatePartition", ERROR_PACK):
                answer = client.batch_create_partition(
                    DatabaseName=database, TableName=table, PartitionInputList=asked
                )
            left += [
                (
                    tuple(e.get("PartitionValues", ())),
                    str(e.get("ErrorDetail", {}).get("ErrorCode") or "refused"),
                )
                for e in answer.get("Errors") or ()
            ]
        return left

    def set_parameters(self, database: str, table: str, parameters: Mapping[str, str | None]) -> None:
        """GetTable, then UpdateTable with the parameters changed."""
        client = self._session.client("glue")
        with aws_call("glue", "GetTable", ERROR_PACK):
            item = required(client.get_table(DatabaseName=database, Name=table), "Table", "glue", "GetTable")
        asked = described_input(item, None, {})
        changed = {
            **(asked.get("Parameters") or {}),
            **{k: v for k, v in parameters.items() if v is not None},
        }
        asked["Parameters"] = {k: v for k, v in changed.items() if parameters.get(k, "") is not None}
        version = str(item.get("VersionId") or "")
        with aws_call("glue", "UpdateTable", ERROR_PACK):
            client.update_table(
                DatabaseName=database, TableInput=asked, **({"VersionId": version} if version else {})
            )

    def close(self) -> None:
        """Close connections."""
        self._session.close()


def create(link: Link) -> GlueConnector:
    """The manifest's factory."""
    return GlueConnector(link.shared(shared_session))
