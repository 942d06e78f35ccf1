"""A source of databases and tables, such as the Glue Data Catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dataops_desktop.interfaces.connector import Connector
from dataops_desktop.interfaces.etl import EtlSource


@dataclass(frozen=True)
class Column:
    """One column; `type` in the source's own words (`decimal(12,2)`)."""

    name: str
    type: str
    comment: str = ""


@dataclass(frozen=True)
class Database:
    """One database."""

    name: str
    description: str = ""
    arn: str = ""
    region: str = ""
    catalog_id: str = ""
    target: str = ""  # the database a resource link stands for, as `account:database`


@dataclass(frozen=True)
class Partition:
    """One partition. `columns` only where the source keeps them per partition; sizes are None where unknown."""

    values: tuple[str, ...]
    location: str = ""
    row_count: int | None = None
    size_bytes: int | None = None
    columns: tuple[Column, ...] = ()
    created_at: str = ""


@dataclass(frozen=True)
class Table:
    """One table or view as the source describes it. `view_sql` is decoded; times are ISO 8601 UTC.

    `kind` is table, view or link; `target` is what a link stands for, as `account:database.table`. `odd` names parameters whose value
    is not what their name claims.
    """

    database: str
    name: str
    columns: tuple[Column, ...] = ()
    partition_keys: tuple[Column, ...] = ()
    kind: str = "table"
    location: str = ""
    storage_format: str = ""
    description: str = ""
    owner: str = ""
    view_sql: str = ""
    row_count: int | None = None
    size_bytes: int | None = None
    version_id: str = ""
    updated_at: str = ""
    created_at: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    target: str = ""
    odd: tuple[str, ...] = ()
    serde: dict[str, Any] = field(default_factory=dict)  # library, parameters, inputFormat, outputFormat


@dataclass(frozen=True)
class TableTags:
    """Tags a governance service puts on a table: `key=value`, also by column."""

    tags: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TableVersion:
    """One version of a table that the source still keeps, newest first."""

    version_id: str
    updated_at: str
    table: Table


@dataclass(frozen=True)
class PartitionPage:
    """Partitions as far as they were listed; `complete` is False when more exist."""

    partitions: tuple[Partition, ...]
    complete: bool


class CatalogSource(Connector, Protocol):
    """Lists what exists. A listing either completes or raises: a short answer is never returned as if it were whole."""

    etl: EtlSource

    def databases(self) -> list[Database]:
        """Every database; raises PermissionDeniedError, ProtocolError, …"""

    def tables(self, database: str) -> Iterator[list[Table]]:
        """Pages of tables of one database, as they arrive."""

    def table(self, database: str, name: str) -> Table:
        """One table; raises NotFoundError."""

    def partitions(self, database: str, table: str, limit: int) -> PartitionPage:
        """Up to `limit` partitions, values in key order."""

    def governance_tags(self) -> dict[tuple[str, str], TableTags]:
        """(database, table) → Lake Formation tags; empty where there are none. Raises PermissionDeniedError where they are not shown."""

    def versions(self, database: str, table: str, limit: int) -> list[TableVersion]:
        """Versions the source keeps, newest first."""

    def describe(
        self, database: str, table: str, description: str | None, columns: dict[str, str], version_id: str
    ) -> None:
        """Write a description and column comments back; InputError where the table has changed since `version_id`."""

    def create_table(self, table: Table) -> None:
        """A new external table, over Parquet files unless `serde` says otherwise. Raises InputError where the name is taken."""

    def add_partitions(
        self, database: str, table: str, partitions: Sequence[Partition]
    ) -> list[tuple[tuple[str, ...], str]]:
        """Register partitions with the table's own format; returns (values, why not) of those that were refused."""

    def set_parameters(self, database: str, table: str, parameters: Mapping[str, str | None]) -> None:
        """Set parameters of a table, None removes one; nothing else of it changes."""
