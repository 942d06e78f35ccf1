"""One Glue table as what the workspace stores, with its quality and its warnings: used by the sync and after DDL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dataops_desktop.interfaces.catalog import Database, PartitionPage, Table, TableTags
from dataops_desktop.interfaces.catalog_store import ColumnClass, TableWarning, TableWrite
from dataops_desktop.interfaces.clock import utc_now
from dataops_desktop.ontology.classification import propose_from_name
from dataops_desktop.ontology.nodes import (
    Edge,
    Node,
    NodeRef,
    content_hash,
    glue_crawler_id,
    glue_database_id,
    glue_table_id,
    s3_bucket_id,
)
from dataops_desktop.ontology.quality import (
    DEFAULT_WEIGHTS,
    LOW_QUALITY,
    QualityInput,
    freshness_at,
    quality_parts,
    score,
)
from dataops_desktop.ontology.rhythm import rhythm
from dataops_desktop.ontology.snapshots import TableState
from dataops_desktop.sql.dependencies import dependencies

PARTITION_LIMIT = 1000
SCORE_CAUSES = ("stale_partitions", "low_quality")
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
            **({"target": database.target} if database.target else {}),
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


def table_state(table: TableWrite) -> TableState:
    """What a snapshot keeps of it."""
    return TableState(
        table.node.name,
        table.node.description,
        table.node.properties,
        [(c.name, c.type, c.comment) for c in table.columns],
        [(c.name, c.type, c.comment) for c in table.partition_keys],
        [(p.values, p.location, p.row_count, p.size_bytes) for p in table.partitions],
    )


def table_stamp(table: Table) -> str:
    """Equal while the source has not touched the table; empty where the source does not tell."""
    return (
        f"{table.version_id}|{table.updated_at}|{table.created_at}"
        if table.version_id and table.updated_at
        else ""
    )


def _partition_mismatches(table: Table, partitions: PartitionPage) -> tuple[dict[str, tuple[str, str]], int]:
    """(column → (type in a partition, type in the table), how many partitions disagree)."""
    expected = {column.name: column.type for column in table.columns}
    wrong: dict[str, tuple[str, str]] = {}
    odd = 0
    for partition in partitions.partitions:
        differing = [c for c in partition.columns if c.name in expected and c.type != expected[c.name]]
        odd += bool(differing)
        wrong.update({c.name: (c.type, expected[c.name]) for c in differing})
    return wrong, odd


def _warnings(
    table: Table,
    partitions: PartitionPage,
    mismatched: dict[str, tuple[str, str]],
    odd_partitions: int,
    projected: bool,
) -> list[TableWarning]:
    found = []
    names = [c.name.lower() for c in (*table.columns, *table.partition_keys)]
    if mismatched:
        name, (actual, wanted) = next(iter(mismatched.items()))
        others = f" (and {len(mismatched) - 1} more)" if len(mismatched) > 1 else ""
        found.append(
            TableWarning(
                "column_types",
                f"Column types mismatch: {name} is {wanted} in the table and {actual} in {odd_partitions} partition(s){others}",
            )
        )
    if not names and table.kind == "table":
        found.append(TableWarning("missing_columns", "Missing columns: the table has none"))
    if (
        twice := sorted({name for name in names if names.count(name) > 1})
        if len(set(names)) < len(names)
        else []
    ):
        found.append(
            TableWarning("duplicate_columns", f"Columns that differ only by case: {', '.join(twice[:3])}")
        )
    if table.partition_keys and table.kind == "table" and not partitions.partitions and not projected:
        found.append(TableWarning("no_partitions", "No partitions are registered"))
    if table.odd:
        found.append(
            TableWarning("odd_parameters", f"Properties are not what they claim: {', '.join(table.odd[:3])}")
        )
    if table.kind == "view" and not table.view_sql:
        found.append(TableWarning("broken_view", "View text cannot be read"))
    if not table.description.strip():
        found.append(TableWarning("no_description", "No description"))
    return found


def score_warnings(quality: int, fresh_at: str, rhythm_s: int | None, now: datetime) -> list[TableWarning]:
    """The warnings that time and weights alone can bring or take away (SCORE_CAUSES)."""
    found = []
    if freshness_at(now, fresh_at, rhythm_s) == 0.0 and rhythm_s:
        found.append(
            TableWarning(
                "stale_partitions",
                f"Stale partitions: nothing new since {fresh_at[:10]}, usually every {_period(rhythm_s)}",
            )
        )
    if quality < LOW_QUALITY:
        found.append(TableWarning("low_quality", f"Low quality ({quality}/100)"))
    return found


def _period(seconds: int) -> str:
    for size, name in (
        (86400 * 365, "year"),
        (86400 * 28, "month"),
        (86400 * 7, "week"),
        (86400, "day"),
        (3600, "hour"),
    ):
        if seconds >= size * 0.9:
            count = round(seconds / size)
            return name if count == 1 else f"{count} {name}s"
    return f"{max(1, round(seconds / 60))} minutes"


def _properties(table: Table, partitions: PartitionPage, tags: TableTags | None) -> dict[str, Any]:
    """What the specification names, and what else is known; the source's own counters come later."""
    optional: dict[str, Any] = {
        "serde": table.serde if table.kind == "table" else {},
        "viewSql": table.view_sql,
        "target": table.target,
        "lfTags": list(tags.tags) if tags else [],
        "lfColumnTags": {name: list(listed) for name, listed in tags.columns.items()} if tags else {},
    }
    return {
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
        "createTime": table.created_at,
        "parameters": {name: value[:PARAMETER_LIMIT] for name, value in table.parameters.items()},
        **{name: value for name, value in optional.items() if value},
    }


def _edges(source: str, table: Table, ref: NodeRef, bucket: str) -> list[Edge]:
    """Where its data lies, and what it is made from and by."""
    found = [Edge(NodeRef(source, s3_bucket_id(bucket)), ref, "located_in", "glue")] if bucket else []
    if table.view_sql:
        found += [
            Edge(NodeRef(source, glue_table_id(database, name)), ref, "derives", "glue")
            for database, name in dependencies(table.view_sql, table.database).reads
        ]
    if crawler := table.parameters.get("UPDATED_BY_CRAWLER", ""):
        found.append(Edge(NodeRef(source, glue_crawler_id(crawler)), ref, "writes", "glue"))
    if table.target:
        found.append(Edge(_target(source, table.target), ref, "derives", "glue"))
    return found


def import_table(
    source: str,
    table: Table,
    partitions: PartitionPage,
    *,
    now: datetime | None = None,
    tags: TableTags | None = None,
    weights: Mapping[str, int] = DEFAULT_WEIGHTS,
) -> TableWrite:
    """What to store of one table: its node, edges, warnings, classifications and quality. No calls."""
    now = now or utc_now()
    mismatched, odd_partitions = _partition_mismatches(table, partitions)
    columns = (*table.columns, *table.partition_keys)
    projected = table.parameters.get("projection.enabled", "").strip().lower() == "true"
    fresh_at, rhythm_s = rhythm(
        [c.name for c in table.partition_keys],
        [p.values for p in partitions.partitions],
        [p.created_at for p in partitions.partitions],
    )
    fresh_at = fresh_at or (table.updated_at if table.kind == "table" else "")
    parts = quality_parts(
        QualityInput(
            description=table.description,
            owner=table.owner,
            column_comments=tuple(c.comment for c in columns),
            column_names=tuple(c.name for c in columns),
            has_statistics=table.row_count is not None or table.size_bytes is not None,
            storage_format=table.storage_format,
            is_view=table.kind != "table",
            partition_keys=len(table.partition_keys) if table.kind == "table" else 0,
            partitions=len(partitions.partitions),
            partition_mismatches=odd_partitions,
            projected=projected,
            fresh_share=freshness_at(now, fresh_at, rhythm_s),
        )
    )
    quality = score(parts, weights)
    content = _properties(table, partitions, tags)
    node = Node(
        id=glue_table_id(table.database, table.name),
        source=source,
        type="glue-table",
        name=f"{table.database}.{table.name}",
        description=table.description,
        # The source's own counters say that somebody wrote, not that anything differs: they are not in the hash.
        properties={**content, "versionId": table.version_id, "updateTime": table.updated_at},
        parent=glue_database_id(table.database),
    )
    digest = content_hash(
        [
            content,
            [(c.name, c.type, c.comment) for c in table.columns],
            [(c.name, c.type, c.comment) for c in table.partition_keys],
            [(p.values, p.location, p.row_count, p.size_bytes) for p in partitions.partitions],
        ]
    )
    bucket = bucket_of(table.location)
    classes = [
        ColumnClass(c.name, proposal.kind, proposal.confidence, "name")
        for c in columns
        if (proposal := propose_from_name(c.name, c.type, c.comment[:200], table.name)) is not None
    ]
    return TableWrite(
        node,
        table.columns,
        table.partition_keys,
        partitions.partitions,
        partitions.complete,
        digest,
        quality,
        parts,
        stamp=table_stamp(table),
        warnings=[
            *_warnings(table, partitions, mismatched, odd_partitions, projected),
            *score_warnings(quality, fresh_at, rhythm_s, now),
        ],
        classes=classes,
        edges=_edges(source, table, node.ref, bucket),
        related=[bucket_node(source, bucket)] if bucket else [],
        fresh_at=fresh_at,
        rhythm_s=rhythm_s,
    )


def _target(source: str, target: str) -> NodeRef:
    """The table a resource link stands for: in this account's or another's source, same region."""
    account, _, path = target.partition(":")
    database, _, name = path.partition(".")
    scheme, _, rest = source.partition(":")
    own, _, region = rest.partition(":")
    return NodeRef(f"{scheme}:{account or own}:{region}", glue_table_id(database, name))
