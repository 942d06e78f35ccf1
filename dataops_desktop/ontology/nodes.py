"""The ontology's records: node types, ids, categories and domains are the specification's, word for word."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT, NUMBER, FLAG, TEXTS, RECORD = "text", "number", "flag", "texts", "record"
_KINDS: dict[str, tuple[type, ...]] = {
    TEXT: (str,), NUMBER: (int, float, type(None)), FLAG: (bool, type(None)), TEXTS: (list, tuple), RECORD: (dict,),
}  # fmt: skip


@dataclass(frozen=True)
class NodeType:
    """A type's category and domain, and the properties every node of it has. Numbers and flags may be None: not known. More may be there."""

    category: str
    domain: str
    properties: Mapping[str, str]

    def problems(self, properties: Mapping[str, Any]) -> list[str]:
        """What is missing or of another kind than it must be."""
        found = [f"lacks {name}" for name in sorted(set(self.properties) - set(properties))]
        for name, kind in self.properties.items():
            value = properties.get(name)
            if name in properties and (
                not isinstance(value, _KINDS[kind]) or (kind == NUMBER and isinstance(value, bool))
            ):
                found.append(f"{name} is no {kind}")
        return found


_DATABASE = {"dataSource": TEXT, "arn": TEXT, "region": TEXT, "catalogId": TEXT, "description": TEXT, "tableCount": NUMBER}  # fmt: skip
_TABLE = {
    "dataSource": TEXT, "database": TEXT, "tableName": TEXT, "location": TEXT, "storageFormat": TEXT, "schema": RECORD, "partitionKeys": TEXTS,
    "rowCount": NUMBER, "sizeBytes": NUMBER,
}  # fmt: skip
_REMOTE_TABLE = {"dataSource": TEXT, "database": TEXT, "tableName": TEXT, "schema": RECORD}
# FR-10 and "Data Model" of the specification; the last seven are not in its list: what makes tables, a file they were made of, a query that ran and one that is
# kept, and what other programs tell in OpenLineage, so that lineage has something between two tables. Of a bucket only its name is known until the S3 connector has looked at it.
NODE_TYPES: dict[str, NodeType] = {
    "glue-database": NodeType("datasource", "AWS Glue", _DATABASE),
    "glue-table": NodeType("dataset", "AWS Glue", _TABLE),
    "s3-bucket": NodeType("datasource", "AWS S3", {"dataSource": TEXT}),
    "athena-table": NodeType("dataset", "AWS Athena", {"dataSource": TEXT, "database": TEXT, "tableName": TEXT}),
    "quicksight-dataset": NodeType(
        "dataproduct", "AWS QuickSight",
        {"dataSource": TEXT, "datasetId": TEXT, "arn": TEXT, "importMode": TEXT, "spiceCapacity": NUMBER, "lastRefresh": TEXT, "dashboards": TEXTS},
    ),
    "databricks-table": NodeType("dataset", "Databricks", _REMOTE_TABLE),
    "snowflake-table": NodeType("dataset", "Snowflake", _REMOTE_TABLE),
    "glue-job": NodeType("process", "AWS Glue", {"dataSource": TEXT, "kind": TEXT, "script": TEXT}),
    "glue-crawler": NodeType("process", "AWS Glue", {"dataSource": TEXT, "database": TEXT, "targets": TEXTS}),
    "local-file": NodeType("datasource", "This computer", {"dataSource": TEXT, "path": TEXT}),
    "athena-query": NodeType("process", "AWS Athena", {"dataSource": TEXT, "sql": TEXT}),
    "saved-query": NodeType("process", "This computer", {"dataSource": TEXT, "sql": TEXT}),
    "openlineage-dataset": NodeType("dataset", "OpenLineage", {"dataSource": TEXT, "namespace": TEXT}),
    "openlineage-job": NodeType("process", "OpenLineage", {"dataSource": TEXT, "namespace": TEXT}),
}  # fmt: skip

EDGE_TYPES = frozenset({"contains", "reads", "writes", "derives", "published_as", "located_in"})


@dataclass(frozen=True)
class NodeRef:
    """Identity of a node: the specification's id within one account and region, so two accounts never collide."""

    source: str
    id: str


@dataclass(frozen=True)
class Node:
    """One thing. `parent` is the id of what contains it, in the same source."""

    id: str
    source: str
    type: str
    name: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    description: str = ""

    def __post_init__(self) -> None:
        known = NODE_TYPES.get(self.type)
        if known is None:
            raise ValueError(f"unknown node type {self.type!r}")
        if problems := known.problems(self.properties):
            raise ValueError(f"{self.type} {self.id!r}: {', '.join(problems)}")

    @classmethod
    def as_stored(
        cls,
        node_id: str,
        source: str,
        node_type: str,
        name: str,
        properties: Mapping[str, Any],
        parent: str | None,
        description: str,
    ) -> Node:
        """A node read back: schemas bind what is written; what an older version wrote must stay readable."""
        node = object.__new__(cls)
        values = (node_id, source, node_type, name, properties, parent, description)
        for field_name, value in zip(
            ("id", "source", "type", "name", "properties", "parent", "description"), values, strict=True
        ):
            object.__setattr__(node, field_name, value)
        return node

    @property
    def category(self) -> str:
        """datasource, dataset, dataproduct, …"""
        return NODE_TYPES[self.type].category

    @property
    def domain(self) -> str:
        """`AWS Glue`, …"""
        return NODE_TYPES[self.type].domain

    @property
    def ref(self) -> NodeRef:
        """Its identity."""
        return NodeRef(self.source, self.id)


@dataclass(frozen=True)
class Edge:
    """`from_ref` → `to_ref` in the direction data flows (or from container to contained). `origin` says who saw it."""

    from_ref: NodeRef
    to_ref: NodeRef
    type: str
    origin: str

    def __post_init__(self) -> None:
        if self.type not in EDGE_TYPES:
            raise ValueError(f"unknown edge type {self.type!r}")


def _encode(name: str) -> str:
    """A name followed by another in an id: `-` ends it, so its own `-` (and `%`) are percent-encoded."""
    return name.replace("%", "%25").replace("-", "%2D")


def glue_database_id(name: str) -> str:
    """`glue-db-{name}`."""
    return f"glue-db-{name}"


def glue_table_id(database: str, table: str) -> str:
    """`glue-table-{database}-{name}`, injective: `a-b`.`c` and `a`.`b-c` differ."""
    return f"glue-table-{_encode(database)}-{table}"


def s3_bucket_id(name: str) -> str:
    """`s3-bucket-{name}`."""
    return f"s3-bucket-{name}"


def quicksight_dataset_id(dataset_id: str) -> str:
    """`quicksight-dataset-{id}`."""
    return f"quicksight-dataset-{dataset_id}"


def glue_table_database(node_id: str) -> str:
    """The database inside a glue-table id."""
    encoded = node_id.removeprefix("glue-table-").partition("-")[0]
    return encoded.replace("%2D", "-").replace("%25", "%")


def glue_job_id(name: str) -> str:
    """`glue-job-{name}`."""
    return f"glue-job-{name}"


def glue_crawler_id(name: str) -> str:
    """`glue-crawler-{name}`."""
    return f"glue-crawler-{name}"


def local_file_id(fingerprint: str) -> str:
    """`local-file-{fingerprint of its path}`."""
    return f"local-file-{fingerprint}"


def athena_query_id(fingerprint: str) -> str:
    """`athena-query-{fingerprint}`."""
    return f"athena-query-{fingerprint}"


def saved_query_id(statement_id: int) -> str:
    """`saved-query-{number}`."""
    return f"saved-query-{statement_id}"


def openlineage_id(kind: str, namespace: str, name: str) -> str:
    """`openlineage-{kind}-{digest of its names}`: names of strangers are of any length."""
    return f"openlineage-{kind}-{content_hash([namespace, name])[:20]}"


def content_hash(record: object) -> str:
    """A digest of a JSON-able record, equal for equal content whatever the order of its keys."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def node_hash(node: Node) -> str:
    """A digest of everything stored of a plain node."""
    return content_hash([node.type, node.name, dict(node.properties), node.parent, node.description])
