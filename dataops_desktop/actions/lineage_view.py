"""What a lineage canvas shows: some nodes of the ontology, all that flows between them, and how much more is behind each. Works with no network."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.interfaces.catalog_store import StoredEdge
from dataops_desktop.interfaces.lineage_store import StoredColumnLink
from dataops_desktop.ontology.nodes import NODE_TYPES

FLOWS = {"reads", "writes", "derives", "located_in", "published_as"}
GROWS_BY = 200  # nodes of one step; what is left stays behind its node's number
MOST_NODES = 10_000
# How sure an edge between nodes is, by who saw it. Texts of scripts are searched for calls, saved queries have perhaps never run.
CONFIDENCE = {"job": 0.8, "saved": 0.8}


@dataclass(frozen=True)
class LineageNode:
    """One node; `hidden_upstream`/`hidden_downstream` count edges that lead out of the graph. `database` is empty for what is in none."""

    key: int
    id: str
    type: str
    name: str
    domain: str
    hidden_upstream: int = 0
    hidden_downstream: int = 0
    database: str = ""
    source: str = ""
    kind: str = ""

    @property
    def category(self) -> str:
        """dataset, process, …"""
        return NODE_TYPES[self.type].category if self.type in NODE_TYPES else "dataset"


@dataclass(frozen=True)
class LineageEdge:
    """Data flows `from_key` → `to_key`; `origin` says who saw it."""

    from_key: int
    to_key: int
    type: str
    origin: str
    observed_at: str

    @property
    def confidence(self) -> float:
        """See CONFIDENCE."""
        return CONFIDENCE.get(self.origin, 1.0)


@dataclass(frozen=True)
class LineageGraph:
    """Some nodes and what flows between them; `root` is what it was opened for."""

    root: int
    nodes: tuple[LineageNode, ...] = ()
    edges: tuple[LineageEdge, ...] = ()


async def lineage(context: ActionContext, key: int, upstream: int = 1, downstream: int = 1) -> LineageGraph:
    """The neighbourhood of a node, so many hops each way."""
    return await context.local(_lineage, context, key, upstream, downstream)


def _lineage(context: ActionContext, root: int, upstream: int, downstream: int) -> LineageGraph:
    keys = {root} | reached(context, [root], "upstream", upstream) | reached(context, [root], "downstream", downstream)  # fmt: skip
    return graph_of(context, root, keys)


def reached(
    context: ActionContext, start: Collection[int], direction: str, hops: int, most: int = MOST_NODES, step: int = MOST_NODES
) -> set[int]:  # fmt: skip
    """Nodes on the way up or down, nearest first until there are `most`; no more than `step` a hop. Blocks."""
    found: set[int] = set()
    frontier, seen = set(start), set(start)
    for _ in range(hops):
        edges = [edge for edge in context.workspace.catalog.edges(frontier, direction) if edge.type in FLOWS]
        ahead = dict.fromkeys(e.from_key if direction == "upstream" else e.to_key for e in edges)
        frontier = set([key for key in ahead if key not in seen][: min(step, most - len(found))])
        seen |= frontier
        found |= frontier
        if not frontier:
            break
    return found


def graph_of(context: ActionContext, root: int, keys: Collection[int]) -> LineageGraph:
    """These nodes, those that are still there, with all edges between them. Blocks."""
    catalog, shown = context.workspace.catalog, set(keys)
    edges: dict[tuple[int, int, str, str], StoredEdge] = {}
    hidden = {"upstream": dict[int, int](), "downstream": dict[int, int]()}
    for direction in ("upstream", "downstream"):
        for edge in catalog.edges(shown, direction):
            near, far = (edge.to_key, edge.from_key) if direction == "upstream" else (edge.from_key, edge.to_key)  # fmt: skip
            if edge.type not in FLOWS:
                continue
            if far in shown:
                edges[edge.from_key, edge.to_key, edge.type, edge.origin] = edge
            else:
                hidden[direction][near] = hidden[direction].get(near, 0) + 1
    nodes = [
        LineageNode(
            n.key, n.id, n.type, n.name, NODE_TYPES[n.type].domain if n.type in NODE_TYPES else n.type,
            hidden["upstream"].get(n.key, 0), hidden["downstream"].get(n.key, 0), n.database, n.source, n.kind,
        )
        for n in catalog.nodes(sorted(shown))
    ]  # fmt: skip
    there = {node.key for node in nodes}
    return LineageGraph(
        root,
        tuple(nodes),
        tuple(
            LineageEdge(e.from_key, e.to_key, e.type, e.origin, e.observed_at)
            for e in edges.values()
            if e.from_key in there and e.to_key in there
        ),
    )


def column_flows(context: ActionContext, keys: Sequence[int], among: Collection[int]) -> list[StoredColumnLink]:  # fmt: skip
    """Values that flow between columns of `keys` and any of `among`. Blocks."""
    there, found = set(among), dict[tuple[object, ...], StoredColumnLink]()
    for direction in ("upstream", "downstream"):
        for link, _ in context.workspace.lineage.step([(key, None) for key in keys], direction, False, 20_000):  # fmt: skip
            if link.from_key in there and link.to_key in there:
                found[link.from_key, link.from_column, link.to_key, link.to_column, link.path, link.by_key] = link  # fmt: skip
    return list(found.values())


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
