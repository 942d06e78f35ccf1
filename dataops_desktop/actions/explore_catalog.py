"""Reading the local catalog: search, and one node. Works with no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import NotFoundError
from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.interfaces.catalog_store import SearchHit, StoredNode


@dataclass(frozen=True)
class NodeDetails:
    """A node with its columns and partitions."""

    stored: StoredNode
    columns: tuple[Column, ...] = ()
    partition_keys: tuple[Column, ...] = ()
    partitions: tuple[Partition, ...] = ()


async def search_catalog(context: ActionContext, text: str, limit: int = 50) -> list[SearchHit]:
    """Best first; every word must start a word of a name, column, comment or description."""
    return await context.local(context.workspace.catalog.search, text, limit)


def read_details(context: ActionContext, stored: StoredNode) -> NodeDetails:
    """Blocking: the rest of a node."""
    catalog = context.workspace.catalog
    columns, keys = catalog.columns(stored.key)
    return NodeDetails(stored, tuple(columns), tuple(keys), tuple(catalog.partitions(stored.key)))


async def show_node(context: ActionContext, node_id: str, source: str | None = None) -> NodeDetails:
    """By the specification's id; raises NotFoundError."""
    stored = await context.local(context.workspace.catalog.node, node_id, source)
    if stored is None:
        raise NotFoundError(
            f"The catalog has no node {node_id}.",
            "Search for it with `catalog search`, or run `sync glue` first.",
        )
    return await context.local(read_details, context, stored)


async def show_node_by_key(context: ActionContext, key: int) -> NodeDetails:
    """By local key; raises NotFoundError."""
    stored = await context.local(context.workspace.catalog.node_by_key, key)
    if stored is None:
        raise NotFoundError("This is no longer in the catalog.")
    return await context.local(read_details, context, stored)


def node_json(details: NodeDetails) -> dict[str, Any]:
    """The node as the specification draws it: schema.columns filled, plus quality and partitions."""
    node = details.stored.node
    properties = dict(node.properties)
    if "schema" in properties:
        listed = [
            {"name": c.name, "type": c.type, "comment": c.comment}
            for c in (*details.columns, *details.partition_keys)
        ]
        properties["schema"] = {"columns": listed}
    answer: dict[str, Any] = {
        "id": node.id,
        "type": node.type,
        "category": node.category,
        "domain": node.domain,
        "name": node.name,
        "source": node.source,
        "properties": properties,
    }
    if details.stored.quality is not None:
        answer["quality"] = {"score": details.stored.quality, "parts": details.stored.quality_parts}
    if details.partition_keys:
        answer["partitions"] = [
            {
                "values": list(p.values),
                "location": p.location,
                "rowCount": p.row_count,
                "sizeBytes": p.size_bytes,
            }
            for p in details.partitions
        ]
    return answer


EDGES_SHOWN = 200


def edges_json(context: ActionContext, key: int) -> list[dict[str, str]]:
    """Every kind of edge of a node with its origin and time, contained nodes up to a bound. Blocks."""
    catalog = context.workspace.catalog
    found = [
        *catalog.containment(key, EDGES_SHOWN), *catalog.edges([key], "upstream"), *catalog.edges([key], "downstream")
    ]  # fmt: skip
    listed = []
    for edge in found:
        ends = [catalog.node_by_key(end) for end in (edge.from_key, edge.to_key)]
        if ends[0] is not None and ends[1] is not None:
            listed.append(
                {
                    "from": ends[0].node.id, "to": ends[1].node.id, "type": edge.type, "origin": edge.origin, "observedAt": edge.observed_at,
                }
            )  # fmt: skip
    return listed
