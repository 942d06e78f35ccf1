"""What lineage is asked: what a change would break, the way between two things, what nobody uses, where sensitive columns travel, what runs in circles.

Everything blocks and reads the local store only. Ways are walked a step at a time, a query a step, so that a million edges are never in memory; only
circles need every pair of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.interfaces.catalog_store import ColumnClass, StoredEdge, StoredNode
from dataops_desktop.interfaces.lineage_store import SensitiveColumn, StoredColumnLink
from dataops_desktop.ontology.nodes import NODE_TYPES

# Effects of a change, the gravest first.
BREAKS, MAY_BREAK, STALE, CHANGES, ROWS = "breaks", "may break", "stale", "changes", "rows"
GRAVITY = {effect: place for place, effect in enumerate((BREAKS, MAY_BREAK, STALE, CHANGES, ROWS))}
DROP, CHANGE = "drop", "change"
FLOWS = frozenset({"reads", "writes", "derives", "published_as"})
MOST = 50_000  # links of one walk; more is said to be cut off
# Functions after which a value no longer tells what it was made of.
_COUNTED = "aggregation"
LINEAGE = "lineage"

Spot = TypeVar("Spot")
Link = TypeVar("Link")
Place = tuple[int, str | None]  # a node and one of its columns, None for all of it


@dataclass(frozen=True)
class ImpactItem:
    """One thing that a change touches. `kind` is column, table, view, query, saved query, job, data product, process, storage or person."""

    kind: str
    key: int  # 0 for a person
    name: str
    column: str = ""
    effect: str = CHANGES
    steps: int = 0
    note: str = ""


@dataclass(frozen=True)
class Impact:
    """Gravest and nearest first. `cut_off` where there was more than is followed."""

    items: tuple[ImpactItem, ...] = ()
    cut_off: bool = False

    def of(self, *kinds: str) -> list[ImpactItem]:
        """Those of some kinds."""
        return [item for item in self.items if item.kind in kinds]


class _Names:
    """Nodes by key, each read once."""

    def __init__(self, context: ActionContext) -> None:
        self._catalog = context.workspace.catalog
        self._known: dict[int, StoredNode | None] = {}

    def __getitem__(self, key: int) -> StoredNode | None:
        if key not in self._known:
            self._known[key] = self._catalog.node_by_key(key)
        return self._known[key]

    def alive(self, key: int) -> bool:
        stored = self[key]
        return stored is not None and not stored.deleted_at

    def name(self, key: int) -> str:
        stored = self[key]
        return stored.node.name if stored is not None else "?"

    def kind(self, key: int) -> str:
        """As ImpactItem.kind."""
        stored = self[key]
        if stored is None:
            return "table"
        node = stored.node
        words = {"athena-query": "query", "saved-query": "saved query", "glue-job": "job"}
        if node.type in words:
            return words[node.type]
        if node.properties.get("kind") == "view":
            return "view"
        category = NODE_TYPES[node.type].category if node.type in NODE_TYPES else ""
        return {"dataproduct": "data product", "process": "process", "datasource": "storage"}.get(
            category, "table"
        )


def impact(context: ActionContext, key: int, column: str | None, change: str = DROP) -> Impact:
    """What dropping a column (all of a table for None), or changing its values or type, would touch.

    Dropped: statements that use it break, and with a view everything that reads the view; what a broken query or job writes is not refreshed any more.
    Changed: values made of it change; rows that are filtered, joined, grouped or ordered by it may.
    """
    walk = _ImpactWalk(context, change)
    walk.go((key, column.lower() if column else None))
    return walk.result()


class _ImpactWalk:
    def __init__(self, context: ActionContext, change: str) -> None:
        self._context, self._change = context, change
        self._names = _Names(context)
        self._effects: dict[
            tuple[int, str], tuple[str, int]
        ] = {}  # node and column ('' for the whole) → (effect, steps)
        self._followed: set[int] = set()  # processes whose columns are known
        self._read = 0
        self._start = 0

    def go(self, start: Place) -> None:
        self._start = start[0]
        effect = BREAKS if self._change == DROP else CHANGES
        frontier: dict[Place, str] = {start: effect}
        seen: dict[Place, str] = dict(frontier)
        steps = 0
        while frontier and self._read < MOST:
            steps += 1
            reached: dict[Place, str] = {}
            for column_known in (True, False):  # a step from single columns and from whole nodes
                places = [place for place in frontier if (place[1] is not None) == column_known]
                links = self._context.workspace.lineage.step(places, "downstream", True, MOST - self._read) if places else []  # fmt: skip
                self._read += len(links)
                for link, name in links:
                    source = frontier.get((link.from_key, link.from_column)) or frontier.get((link.from_key, None)) or CHANGES  # fmt: skip
                    self._link(link, name, source, steps, reached)
            for node, effect in {place[0]: effect for place, effect in frontier.items() if place[1] is None or steps == 1}.items():  # fmt: skip
                self._edges(node, effect, steps, reached, whole=(node, None) in frontier)
            frontier = {}
            for place, effect in reached.items():
                if place not in seen or GRAVITY[effect] < GRAVITY[seen[place]]:
                    seen[place] = frontier[place] = effect

    def _link(
        self, link: StoredColumnLink, name: str, effect: str, steps: int, reached: dict[Place, str]
    ) -> None:
        by, target = link.by_key, link.to_key
        if not self._names.alive(by):
            return
        self._followed.add(by)
        if effect == BREAKS:
            self._note(by, "", BREAKS, steps)
            if by == target:  # a view, or the columns of a query's own result
                if self._names.kind(by) == "view":
                    reached[by, None] = BREAKS
            else:
                self._note(target, "", STALE, steps)
                reached[target, None] = STALE
            return
        if effect == STALE:  # as a whole: what is made of old rows is old
            for key in {by, target}:
                self._note(key, "", STALE, steps)
                reached[key, None] = STALE
            return
        shaping = link.use != "output"
        if shaping:
            self._note(target, "", ROWS, steps)
        else:
            self._note(target, name, effect, steps)
            reached.setdefault((target, name), effect)
        if by != target:
            self._note(by, "", ROWS if shaping else effect, steps)

    def _edges(self, node: int, effect: str, steps: int, reached: dict[Place, str], whole: bool) -> None:
        """What flows between nodes: all that hangs on the whole of one; of a single column only readers whose columns nobody knows."""
        for edge in self._context.workspace.catalog.edges([node], "downstream"):
            if edge.type not in FLOWS or edge.to_key in self._followed:
                continue
            if not whole:
                if (
                    edge.type == "reads"
                    and steps == 1
                    and not self._context.workspace.lineage.told_by(edge.to_key)
                ):
                    self._note(edge.to_key, "", MAY_BREAK if effect == BREAKS else ROWS, steps)
                continue
            process = edge.type == "reads"
            told = BREAKS if process and effect == BREAKS else STALE if effect in {BREAKS, STALE} else effect
            self._note(edge.to_key, "", told, steps)
            reached.setdefault((edge.to_key, None), told)

    def _note(self, key: int, column: str, effect: str, steps: int) -> None:
        before = self._effects.get((key, column))
        if key != self._start and (before is None or GRAVITY[effect] < GRAVITY[before[0]]):
            self._effects[key, column] = (effect, before[1] if before else steps)

    def result(self) -> Impact:
        items: list[ImpactItem] = []
        tables: list[str] = [self._names.name(self._start)]
        owners: dict[str, list[str]] = {}
        for (key, column), (effect, steps) in self._effects.items():
            stored = self._names[key]
            if stored is None or stored.deleted_at:
                continue
            kind = self._names.kind(key)
            items.append(ImpactItem("column" if column else kind, key, stored.node.name, column, effect, steps))  # fmt: skip
            if stored.node.type == "glue-table":
                tables.append(stored.node.name)
            if owner := str(stored.node.properties.get("owner") or ""):
                owners.setdefault(owner, []).append(stored.node.name)
        items.sort(key=lambda item: (GRAVITY[item.effect], item.steps, item.kind, item.name, item.column))
        people = [ImpactItem("person", 0, owner, note=f"owns {', '.join(sorted(set(names))[:3])}") for owner, names in owners.items()]  # fmt: skip
        readers = self._context.workspace.history.readers(sorted(set(tables)))
        people += [ImpactItem("person", 0, who, note=f"{count:,} queries") for who, count in readers if who not in owners]  # fmt: skip
        return Impact((*items, *people), self._read >= MOST)


# the way between two things


@dataclass(frozen=True)
class Way:
    """Nodes from first to last with the edges between them; `columns` name the columns on the way where it was asked for by column."""

    nodes: tuple[int, ...] = ()
    columns: tuple[str, ...] = ()
    edges: tuple[StoredEdge, ...] = ()
    links: tuple[StoredColumnLink, ...] = ()


def shortest_way(context: ActionContext, start: int, end: int) -> Way | None:
    """Along the data from one node to another, or from the other to the one; None where nothing flows between them."""

    def step(frontier: list[int]) -> list[tuple[int, int, StoredEdge]]:
        edges = context.workspace.catalog.edges(frontier, "downstream")
        return [(edge.from_key, edge.to_key, edge) for edge in edges if edge.type != "contains"]

    for first, last in ((start, end), (end, start)):
        if (found := _walk(first, last, step)) is not None:
            return Way(tuple(found[0]), edges=tuple(found[1]))
    return None


def shortest_column_way(context: ActionContext, start: tuple[int, str], end: tuple[int, str]) -> Way | None:
    """The same between two columns, along values."""

    def step(frontier: list[tuple[int, str]]) -> list[tuple[tuple[int, str], tuple[int, str], StoredColumnLink]]:  # fmt: skip
        found = []
        for link, name in context.workspace.lineage.step(frontier, "downstream", False, MOST):
            source = (link.from_key, name if link.from_column == "*" else link.from_column)
            found.append((source, (link.to_key, name), link))
        return found

    for first, last in ((start, end), (end, start)):
        if (way := _walk(first, last, step)) is not None:
            return Way(tuple(key for key, _ in way[0]), tuple(name for _, name in way[0]), links=tuple(way[1]))  # fmt: skip
    return None


def _walk(
    start: Spot, end: Spot, step: Callable[[list[Spot]], Sequence[tuple[Spot, Spot, Link]]]
) -> tuple[list[Spot], list[Link]] | None:
    """Breadth first from one to the other."""
    came: dict[Spot, tuple[Spot, Link] | None] = {start: None}
    frontier = [start]
    while frontier and end not in came and len(came) < 10 * MOST:
        reached: list[Spot] = []
        for near, far, link in step(frontier):
            if far not in came and near in came:
                came[far] = (near, link)
                reached.append(far)
        frontier = reached
    if end not in came:
        return None
    spots, links = [end], list[Link]()
    while (before := came[spots[-1]]) is not None:
        spots.append(before[0])
        links.append(before[1])
    return spots[::-1], links[::-1]


# sensitive columns


@dataclass(frozen=True)
class Travel:
    """A sensitive column's values in another column. `carried` is False where they are only counted or summed on the way."""

    start: SensitiveColumn
    key: int
    name: str
    column: str
    steps: int
    carried: bool
    confidence: float
    known: str = ""  # what that column is classified as itself
    on_the_way: tuple[str, ...] = field(default=())


def travels(context: ActionContext, kind: str = "") -> list[Travel]:
    """Where sensitive columns (of one kind, or of all) go, nearest first; each column that is reached is told once a kind, with the nearest start."""
    starts = [column for column in context.workspace.lineage.sensitive() if not kind or column.kind == kind]
    names, classes = _Names(context), dict[int, dict[str, str]]()
    found: list[Travel] = []
    for each in sorted({column.kind for column in starts}):
        state: dict[tuple[int, str], Travel] = {}
        for start in starts:
            if start.kind == each:
                spot = (start.table_key, start.column)
                state[spot] = Travel(start, start.table_key, start.table, start.column, 0, True, start.confidence)  # fmt: skip
        frontier = list(state)
        while frontier and len(state) < MOST:
            reached: dict[tuple[int, str], Travel] = {}
            for link, name in context.workspace.lineage.step(frontier, "downstream", False, MOST):
                source = state.get((link.from_key, link.from_column)) or state.get((link.from_key, name))
                spot = (link.to_key, name)
                if source is None or not names.alive(link.to_key) or not name or name == "*":
                    continue
                carried = source.carried and link.how != _COUNTED
                told = replace(
                    source, key=spot[0], name=names.name(spot[0]), column=name, steps=source.steps + 1, carried=carried,
                    confidence=min(source.confidence, link.confidence), on_the_way=(*source.on_the_way, names.name(link.by_key)),
                )  # fmt: skip
                before = state.get(spot) or reached.get(spot)
                if before is None or (carried and not before.carried):
                    reached[spot] = told
            state |= reached
            frontier = list(reached)
        for (key, column), told in state.items():
            if not told.steps:
                continue
            if key not in classes:
                classes[key] = {c.column.lower(): c.kind for c in context.workspace.catalog.classes(key) if c.state != "rejected"}  # fmt: skip
            found.append(replace(told, known=classes[key].get(column, "")))
    return sorted(found, key=lambda t: (t.start.kind, t.steps, t.name, t.column))


def propose_along(context: ActionContext) -> int:
    """Propose a table's column to be what its values come from, where nothing is said of it yet; returns how many."""
    names = _Names(context)
    proposals: dict[int, dict[str, ColumnClass]] = {}
    for travel in travels(context):
        stored = names[travel.key]
        if travel.carried and not travel.known and stored is not None and stored.node.type == "glue-table":
            proposal = ColumnClass(travel.column, travel.start.kind, round(travel.confidence * 0.9, 2), LINEAGE, "proposed")  # fmt: skip
            proposals.setdefault(travel.key, {}).setdefault(travel.column, proposal)
    for key, classes in proposals.items():
        context.workspace.catalog.propose_classes(key, list(classes.values()))
    return sum(map(len, proposals.values()))


# circles


def circles(context: ActionContext, limit: int = 100) -> list[list[int]]:
    """Nodes whose data comes back to them, a shortest circle for each knot, largest knots last. A statement that reads the table it writes is one."""
    import networkx as nx

    pairs = set(context.workspace.lineage.pairs())
    # What has nothing before it or nothing behind it is in no circle: taken away until nothing is left to take, most catalogs end here.
    while True:
        sources, targets = {a for a, _ in pairs}, {b for _, b in pairs}
        left = {pair for pair in pairs if pair[0] in targets and pair[1] in sources}
        if len(left) == len(pairs):
            break
        pairs = left
    graph = nx.DiGraph(pairs)
    found: list[list[int]] = []
    for knot in sorted(nx.strongly_connected_components(graph), key=lambda part: (len(part), min(part))):
        first = min(knot)
        if len(knot) > 1:
            part = graph.subgraph(knot)
            back = min((nx.shortest_path(part, first, last) for last in part.predecessors(first)), key=len)
            found.append([*back, first])
        elif graph.has_edge(first, first):
            found.append([first, first])
        if len(found) >= limit:
            break
    return found
