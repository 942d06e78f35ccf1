"""One Glue table as what the workspace stores, with its quality and its warnings: used by the sync and after DDL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataops_desktop.interfaces.catalog import Database, PartitionPage, Table
from dataops_desktop.interfaces.workspace import TableWrite
from dataops_desktop.ontology.nodes import (
    Edge,
    Node,
    NodeRef,
    content_hash,
    glue_database_id,
    glue_table_id,
    s3_bucket_id,
)
from dataops_desktop.ontology.quality import LOW_QUALITY, QualityInput, quality_score
from dataops_desktop.sql.dependencies import dependencies

PARTITION_LIMIT = 1000
PARAMETER_LIMIT = 4096  # characters kept of one table parameter; some tools store megabytes there
_FORMAT_NAMES = {
    "parquet": "Parquet",
    "csv": "CSV",
    "json": "JSON",
    "orc": "ORC",
    "avro": "Avro",
    "iceberg": "Iceberg",
    "delta": "Delta",
    "view": "View",
}


@dataclass(frozen=True)
class ImportedTable:
    """What to store, what data it is made from, and what is wrong with it."""

    write: TableWrite
    edges: tuple[Edge, ...]
    buckets: tuple[str, ...]
    warnings: tuple[str, ...]


def database_node(source: str, database: Database, table_count: int) -> Node:
    """The glue-database node."""
    return Node(
        id=glue_database_id(database.name),
        source=source,
        type="glue-database",
        name=database.name,
        description=database.description,
        properties={
            "dataSource": "glue-database",
            "arn": database.arn,
            "region": database.region,
            "catalogId": database.catalog_id,
            "description": database.description,
            "tableCount": table_count,
        },
    )


def bucket_node(source: str, bucket: str) -> Node:
    """The s3-bucket node of a location; size and settings are filled in by the S3 connector later."""
    return Node(
        s3_bucket_id(bucket),
        source,
        "s3-bucket",
        bucket,
        {"dataSource": "s3-bucket", "arn": f"arn:aws:s3:::{bucket}"},
    )


def bucket_of(location: str) -> str:
    """`s3://bucket/…` → `bucket`; empty for anything else."""
    for scheme in ("s3://", "s3a://", "s3n://"):
        if location.startswith(scheme):
            return location[len(scheme) :].partition("/")[0]
    return ""


def import_table(source: str, table: Table, partitions: PartitionPage) -> ImportedTable:
    """Pure: no calls, no clock."""
    expected = {column.name: column.type for column in table.columns}
    mismatched = {
        column.name: (column.type, expected[column.name])
        for partition in partitions.partitions
        for column in partition.columns
        if column.name in expected and column.type != expected[column.name]
    }
    bad_partitions = sum(
        1
        for partition in partitions.partitions
        if any(
            column.name in expected and column.type != expected[column.name] for column in partition.columns
        )
    )
    is_view = table.kind == "view"
    quality, parts = quality_score(
        QualityInput(
            description=table.description,
            owner=table.owner,
            column_comments=tuple(c.comment for c in (*table.columns, *table.partition_keys)),
            column_names=tuple(c.name for c in (*table.columns, *table.partition_keys)),
            has_statistics=table.row_count is not None or table.size_bytes is not None,
            storage_format=table.storage_format,
            is_view=is_view,
            partition_keys=len(table.partition_keys),
            partitions=len(partitions.partitions),
            partition_mismatches=bad_partitions,
        )
    )
    properties: dict[str, Any] = {
        "dataSource": "glue-table",
        "database": table.database,
        "tableName": table.name,
        "location": table.location,
        "storageFormat": _FORMAT_NAMES.get(table.storage_format, table.storage_format),
        # Columns live in their own rows; the JSON face puts them back under schema.columns.
        "schema": {"columns": []},
        "partitionKeys": [column.name for column in table.partition_keys],
        "rowCount": table.row_count,
        "sizeBytes": table.size_bytes,
        "kind": table.kind,
        "description": table.description,
        "owner": table.owner,
        "partitionCount": len(partitions.partitions) if table.partition_keys else 0,
        "partitionsComplete": partitions.complete,
        "versionId": table.version_id,
        "updateTime": table.updated_at,
        "createTime": table.created_at,
        "parameters": {name: value[:PARAMETER_LIMIT] for name, value in table.parameters.items()},
        **({"viewSql": table.view_sql} if table.view_sql else {}),
    }
    node = Node(
        id=glue_table_id(table.database, table.name),
        source=source,
        type="glue-table",
        name=f"{table.database}.{table.name}",
        description=table.description,
        properties=properties,
        parent=glue_database_id(table.database),
    )
    digest = content_hash(
        [
            properties,
            [(c.name, c.type, c.comment) for c in table.columns],
            [(c.name, c.type, c.comment) for c in table.partition_keys],
            [(p.values, p.location, p.row_count, p.size_bytes) for p in partitions.partitions],
            quality,
        ]
    )
    bucket = bucket_of(table.location)
    edges = [Edge(NodeRef(source, s3_bucket_id(bucket)), node.ref, "located_in", "glue")] if bucket else []
    if table.view_sql:
        for database, name in dependencies(table.view_sql, table.database).reads:
            edges.append(Edge(NodeRef(source, glue_table_id(database, name)), node.ref, "derives", "glue"))
    warnings = []
    if mismatched:
        name, (found, wanted) = next(iter(mismatched.items()))
        others = f" (and {len(mismatched) - 1} more)" if len(mismatched) > 1 else ""
        warnings.append(
            f"Column types mismatch: {name} is {wanted} in the table and {found} in {bad_partitions} partition(s){others}"
        )
    if not table.columns and not table.partition_keys:
        warnings.append("Missing columns: the table has none")
    if table.partition_keys and not partitions.partitions and not table.parameters.get("projection.enabled"):
        warnings.append("No partitions are registered")
    if not table.description.strip():
        warnings.append("No description")
    if quality < LOW_QUALITY:
        warnings.append(f"Low quality ({quality}/100)")
    write = TableWrite(
        node,
        table.columns,
        table.partition_keys,
        partitions.partitions,
        partitions.complete,
        digest,
        quality,
        parts,
    )
    return ImportedTable(write, tuple(edges), (bucket,) if bucket else (), tuple(warnings))
