"""Reading the local catalog: search, one node, lineage. Works with no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import NotFoundError
from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.interfaces.catalog_store import SearchHit, StoredEdge, StoredNode

LINEAGE_EDGES = {"reads", "writes", "derives", "located_in", "published_as"}


@dataclass(frozen=True)
class NodeDetails:
    """A node with its columns and partitions."""

    stored: StoredNode
    columns: tuple[Column, ...] = ()
    partition_keys: tuple[Column, ...] = ()
    partitions: tuple[Partition, ...] = ()


@dataclass(frozen=True)
class LineageNode:
    """One node of a lineage graph; `hidden_upstream`/`hidden_downstream` count edges that lead out of the graph."""

    key: int
    id: str
    type: str
    name: str
    domain: str
    hidden_upstream: int = 0
    hidden_downstream: int = 0


@dataclass(frozen=True)
class LineageEdge:
    """Data flows `from_key` → `to_key`; `origin` says who saw it."""

    from_key: int
    to_key: int
    type: str
    origin: str
    observed_at: str


@dataclass(frozen=True)
class LineageGraph:
    """A neighbourhood around `root`."""

    root: int
    nodes: tuple[LineageNode, ...] = ()
    edges: tuple[LineageEdge, ...] = field(default=())


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


async def lineage(context: ActionContext, key: int, upstream: int = 1, downstream: int = 1) -> LineageGraph:
    """The neighbourhood of a node, so many hops each way."""
    return await context.local(_lineage, context, key, upstream, downstream)


def _lineage(context: ActionContext, root: int, upstream: int, downstream: int) -> LineageGraph:
    catalog = context.workspace.catalog
    keys, edges = {root}, dict[tuple[int, int, str, str], StoredEdge]()
    for direction, hops in (("upstream", upstream), ("downstream", downstream)):
        frontier = {root}
        for _ in range(hops):
            step = [e for e in catalog.edges(frontier, direction) if e.type in LINEAGE_EDGES]
            for edge in step:
                edges[edge.from_key, edge.to_key, edge.type, edge.origin] = edge
            frontier = {(e.from_key if direction == "upstream" else e.to_key) for e in step} - keys
            keys |= frontier
            if not frontier:
                break
    hidden = {"upstream": dict[int, int](), "downstream": dict[int, int]()}
    for direction in ("upstream", "downstream"):
        for edge in catalog.edges(keys, direction):
            near, far = (
                (edge.to_key, edge.from_key) if direction == "upstream" else (edge.from_key, edge.to_key)
            )
            if edge.type in LINEAGE_EDGES and far not in keys:
                hidden[direction][near] = hidden[direction].get(near, 0) + 1
    nodes = []
    for key in sorted(keys):
        stored = catalog.node_by_key(key)
        if stored is not None:
            node = stored.node
            nodes.append(
                LineageNode(
                    key,
                    node.id,
                    node.type,
                    node.name,
                    node.domain,
                    hidden["upstream"].get(key, 0),
                    hidden["downstream"].get(key, 0),
                )
            )
    shown = tuple(LineageEdge(e.from_key, e.to_key, e.type, e.origin, e.observed_at) for e in edges.values())
    return LineageGraph(root, tuple(nodes), shown)


def lineage_json(graph: LineageGraph) -> dict[str, Any]:
    """Nodes and edges by the specification's ids."""
    ids = {node.key: node.id for node in graph.nodes}
    return {
        "root": ids.get(graph.root, ""),
        "nodes": [{"id": n.id, "type": n.type, "name": n.name, "domain": n.domain} for n in graph.nodes],
        "edges": [
            {
                "from": ids[e.from_key],
                "to": ids[e.to_key],
                "type": e.type,
                "origin": e.origin,
                "observedAt": e.observed_at,
            }
            for e in graph.edges
        ],
    }
