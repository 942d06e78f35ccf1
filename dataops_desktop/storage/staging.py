"""A table waiting to become the catalog, as compressed JSON: what a sync writes while it reads."""

from __future__ import annotations

import json
import zlib
from typing import Any

from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.interfaces.catalog_store import ColumnClass, TableWarning, TableWrite
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef


def node_record(node: Node) -> list[Any]:
    """JSON-able."""
    return [
        node.id,
        node.source,
        node.type,
        node.name,
        dict(node.properties),
        node.parent,
        node.description,
    ]


def node_from(record: list[Any]) -> Node:
    """The inverse."""
    return Node(*record)


def pack(table: TableWrite) -> bytes:
    """Everything of a TableWrite."""
    record = [
        node_record(table.node),
        [[c.name, c.type, c.comment] for c in table.columns],
        [[c.name, c.type, c.comment] for c in table.partition_keys],
        [[list(p.values), p.location, p.row_count, p.size_bytes] for p in table.partitions],
        table.partitions_complete, table.content_hash, table.quality, dict(table.quality_parts), table.stamp,
        [[w.cause, w.message] for w in table.warnings],
        [[c.column, c.kind, c.confidence, c.origin, c.state] for c in table.classes],
        [[e.from_ref.source, e.from_ref.id, e.to_ref.source, e.to_ref.id, e.type, e.origin] for e in table.edges],
        [node_record(node) for node in table.related],
        table.fresh_at, table.rhythm_s,
    ]  # fmt: skip
    return zlib.compress(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)


def unpack(data: bytes) -> TableWrite:
    """The inverse."""
    (
        node, columns, keys, partitions, complete, digest, quality, parts, stamp, warnings, classes, edges, related, fresh_at, rhythm_s,
    ) = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))  # fmt: skip
    return TableWrite(
        node=node_from(node),
        columns=[Column(*c) for c in columns],
        partition_keys=[Column(*c) for c in keys],
        partitions=[Partition(tuple(values), *rest) for values, *rest in partitions],
        partitions_complete=complete,
        content_hash=digest,
        quality=quality,
        quality_parts=parts,
        stamp=stamp,
        warnings=[TableWarning(*w) for w in warnings],
        classes=[ColumnClass(*c) for c in classes],
        edges=[Edge(NodeRef(e[0], e[1]), NodeRef(e[2], e[3]), e[4], e[5]) for e in edges],
        related=[node_from(record) for record in related],
        fresh_at=fresh_at,
        rhythm_s=rhythm_s,
    )
