"""A source of databases and tables, such as the Glue Data Catalog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dataops_desktop.interfaces.connector import Connector


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


@dataclass(frozen=True)
class Partition:
    """One partition. `columns` only where the source keeps them per partition; sizes are None where unknown."""

    values: tuple[str, ...]
    location: str = ""
    row_count: int | None = None
    size_bytes: int | None = None
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table or view as the source describes it. `view_sql` is decoded; times are ISO 8601 UTC."""

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


@dataclass(frozen=True)
class PartitionPage:
    """Partitions as far as they were listed; `complete` is False when more exist."""

    partitions: tuple[Partition, ...]
    complete: bool


class CatalogSource(Connector, Protocol):
    """Lists what exists. A listing either completes or raises: a short answer is never returned as if it were whole."""

    def databases(self) -> list[Database]:
        """Every database; raises PermissionDeniedError, ProtocolError, …"""

    def tables(self, database: str) -> Iterator[list[Table]]:
        """Pages of tables of one database, as they arrive."""

    def table(self, database: str, name: str) -> Table:
        """One table; raises NotFoundError."""

    def partitions(self, database: str, table: str, limit: int) -> PartitionPage:
        """Up to `limit` partitions, values in key order."""

    def create_table(self, table: Table) -> None:
        """A new external table over Parquet files. Raises InputError where the name is taken."""
