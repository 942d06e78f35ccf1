"""What a person has made of a lineage canvas: which nodes are shown, what is folded, filtered, moved; with a way back. No Qt, so it is tested by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dataops_desktop.actions.lineage_view import LineageEdge, LineageGraph, LineageNode
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.lineage_store import StoredColumnLink

BY_DATABASE, BY_SERVICE = "database", "service"
LISTED = 12  # columns of an open node at first: those something flows through come first
MOST_STEPS = 200


@dataclass(frozen=True)
class Exploration:
    """`shown` and `open` (columns are listed) are nodes; `fold` is how nodes are put together, `unfolded` the groups that are not. `moved` are places."""

    shown: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    fold: str = ""
    unfolded: frozenset[str] = frozenset()
    moved: tuple[tuple[int, float, float], ...] = ()

    def move(self, key: int, x: float, y: float) -> Exploration:
        """With a node elsewhere."""
        return replace(self, moved=(*(item for item in self.moved if item[0] != key), (key, x, y)))


class Steps:
    """States one after another, with undo and redo."""

    def __init__(self, first: Exploration) -> None:
        self._past: list[Exploration] = []
        self._next: list[Exploration] = []
        self.now = first

    def go(self, state: Exploration) -> bool:
        """On to another state; False where it is the same."""
        if state == self.now:
            return False
        self._past = [*self._past[-MOST_STEPS:], self.now]
        self._next, self.now = [], state
        return True

    def undo(self) -> bool:
        """Back by one; False at the start."""
        if not self._past:
            return False
        self._next.append(self.now)
        self.now = self._past.pop()
        return True

    def redo(self) -> bool:
        """On again."""
        if not self._next:
            return False
        self._past.append(self.now)
        self.now = self._next.pop()
        return True

    @property
    def can_undo(self) -> bool:
        """Whether there is something before."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return bool(self._next)


@dataclass(frozen=True)
class Filters:
    """What is left out: node types, accounts and regions, origins of edges, edges less sure than `least`, and seen longer than `days` ago (0: none)."""

    types: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    least: float = 0.0
    days: int = 0

    @property
    def any(self) -> bool:
        """Whether something is left out."""
        return self != Filters()

    def passes(self, origin: str, confidence: float, observed_at: str, since: str) -> bool:
        """Whether an edge or a link is shown."""
        return origin not in self.origins and confidence >= self.least and observed_at >= since

    @property
    def since(self) -> str:
        """The oldest ISO time that is shown."""
        return iso(utc_now() - timedelta(days=self.days)) if self.days else ""


@dataclass(frozen=True)
class Box:
    """A node, or a folded group (its key is negative). `columns` are those that are listed; `more` are left out."""

    key: int
    title: str
    subtitle: str
    type: str
    members: tuple[int, ...] = ()
    hidden_upstream: int = 0
    hidden_downstream: int = 0
    columns: tuple[Column, ...] = ()
    more: int = 0
    open: bool = False
    can_open: bool = False
    group: str = ""  # what it is, or could be, folded into

    @property
    def folded(self) -> bool:
        """Whether it is a group."""
        return self.key < 0


@dataclass(frozen=True)
class Line:
    """All edges from one box to another."""

    start: int
    end: int
    edges: tuple[LineageEdge, ...]


@dataclass(frozen=True)
class ColumnLine:
    """Values that flow from a column to a column; an end whose columns are not listed is the box itself."""

    start: int
    end: int
    link: StoredColumnLink


@dataclass(frozen=True)
class Picture:
    """What is to be drawn."""

    root: int = 0
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    column_lines: tuple[ColumnLine, ...] = ()
    box_of: Mapping[int, int] = field(default_factory=dict)  # node → box


def group_of(node: LineageNode, fold: str) -> str:
    """The name of the group a node is folded into; empty for what stays by itself."""
    if fold == BY_SERVICE:
        return node.domain
    if fold == BY_DATABASE and node.database:
        return node.database
    return node.domain if fold == BY_DATABASE and node.category == "process" else ""


def picture(
    graph: LineageGraph, state: Exploration, filters: Filters, columns: Mapping[int, Sequence[Column]], flows: Sequence[StoredColumnLink],
    rows: Mapping[int, int] | None = None,
) -> Picture:  # fmt: skip
    """Filtered, folded, with columns where they are listed; `rows` are how many columns a node may list."""
    since = filters.since
    nodes = {
        n.key: n for n in graph.nodes
        if n.key == graph.root or (n.type not in filters.types and n.source not in filters.sources)
    }  # fmt: skip
    edges = [
        e for e in graph.edges
        if e.from_key in nodes and e.to_key in nodes and filters.passes(e.origin, e.confidence, e.observed_at, since)
    ]  # fmt: skip
    if filters.any:  # what nothing leads to any more goes too
        touched = {key for e in edges for key in (e.from_key, e.to_key)} | {graph.root}
        nodes = {key: node for key, node in nodes.items() if key in touched}
    links = [f for f in flows if f.from_key in nodes and f.to_key in nodes and filters.passes(f.origin, f.confidence, f.observed_at, since)]  # fmt: skip
    box_of, groups = _folded(nodes, graph.root, state)
    boxes = [_group_box(key, name, members, nodes) for key, (name, members) in groups.items()]
    flowing: dict[int, set[str]] = {}
    for link in links:
        flowing.setdefault(link.from_key, set()).add(link.from_column)
        flowing.setdefault(link.to_key, set()).add(link.to_column)
    listed: dict[int, set[str]] = {}
    for key, node in nodes.items():
        if box_of[key] == key:
            box = _box(
                node, state, columns.get(key, ()), flowing.get(key, set()), (rows or {}).get(key, LISTED)
            )
            listed[key] = {column.name.lower() for column in box.columns}
            boxes.append(box)
    lines: dict[tuple[int, int], list[LineageEdge]] = {}
    for edge in edges:
        ends = box_of[edge.from_key], box_of[edge.to_key]
        if ends[0] != ends[1] or not groups:
            lines.setdefault(ends, []).append(edge)
    column_lines = [
        ColumnLine(box_of[link.from_key], box_of[link.to_key], link) for link in links
        if box_of[link.from_key] != box_of[link.to_key]
        and (link.from_column in listed.get(link.from_key, ()) or link.to_column in listed.get(link.to_key, ()))
    ]  # fmt: skip
    return Picture(
        graph.root, tuple(boxes), tuple(Line(*ends, tuple(own)) for ends, own in lines.items()), tuple(column_lines), box_of
    )  # fmt: skip


def _folded(
    nodes: Mapping[int, LineageNode], root: int, state: Exploration
) -> tuple[dict[int, int], dict[int, tuple[str, tuple[int, ...]]]]:
    """The box of each node, and groups of two nodes and more by their keys. The root always stands by itself."""
    box_of = {key: key for key in nodes}
    if not state.fold:
        return box_of, {}
    named: dict[str, list[int]] = {}
    for key, node in nodes.items():
        name = group_of(node, state.fold)
        if name and name not in state.unfolded and key != root:
            named.setdefault(name, []).append(key)
    groups = {-min(keys): (name, tuple(keys)) for name, keys in sorted(named.items()) if len(keys) > 1}
    for group, (_, keys) in groups.items():
        box_of |= dict.fromkeys(keys, group)
    return box_of, groups


def _group_box(key: int, name: str, members: tuple[int, ...], nodes: Mapping[int, LineageNode]) -> Box:
    own = [nodes[member] for member in members]
    types = {node.type for node in own}
    icon = types.pop() if len(types) == 1 else "glue-database"
    return Box(
        key, name, "", icon if icon != "glue-table" else "glue-database", members,
        sum(node.hidden_upstream for node in own), sum(node.hidden_downstream for node in own), group=name,
    )  # fmt: skip


def _box(node: LineageNode, state: Exploration, columns: Sequence[Column], flowing: Collection[str], rows: int) -> Box:  # fmt: skip
    opened = node.key in state.open
    ordered = sorted(columns, key=lambda column: column.name.lower() not in flowing) if opened else []
    what = node.kind if node.kind == "view" else node.type.partition("-")[2]
    return Box(
        node.key, node.name.removeprefix(f"{node.database}.") if node.database else node.name, f"{node.database or node.domain} · {what}", node.type, (node.key,),
        node.hidden_upstream, node.hidden_downstream, tuple(ordered[:rows]), max(0, len(ordered) - rows), opened,
        can_open=node.category in {"dataset", "dataproduct"} or node.type in {"athena-query", "saved-query"}, group=group_of(node, state.fold),
    )  # fmt: skip


def connected(lines: Sequence[Line], start: int) -> set[int]:
    """The box with all that its data comes from and goes to."""
    ahead: dict[int, list[int]] = {}
    behind: dict[int, list[int]] = {}
    for line in lines:
        ahead.setdefault(line.start, []).append(line.end)
        behind.setdefault(line.end, []).append(line.start)
    found = {start}
    for ways in (ahead, behind):
        seen, frontier = {start}, [start]
        while frontier:
            frontier = [
                key
                for near in frontier
                for key in ways.get(near, ())
                if key not in seen and not seen.add(key)
            ]  # type: ignore[func-returns-value]
        found |= seen
    return found


def column_way(lines: Sequence[ColumnLine], key: int, column: str) -> set[int]:
    """Numbers of the column lines through which a column's values come and go."""
    ahead: dict[tuple[int, str], list[int]] = {}
    behind: dict[tuple[int, str], list[int]] = {}
    for number, line in enumerate(lines):
        ahead.setdefault((line.link.from_key, line.link.from_column), []).append(number)
        behind.setdefault((line.link.to_key, line.link.to_column), []).append(number)
    found: set[int] = set()
    for ways, forward in ((ahead, True), (behind, False)):
        seen, frontier = {(key, column)}, [(key, column)]
        while frontier:
            reached = []
            for spot in frontier:
                for number in ways.get(spot, ()):
                    found.add(number)
                    link = lines[number].link
                    other = (link.to_key, link.to_column) if forward else (link.from_key, link.from_column)
                    if other not in seen:
                        seen.add(other)
                        reached.append(other)
            frontier = reached
    return found


def to_record(state: Exploration, ids: Mapping[int, str]) -> dict[str, Any]:
    """For keeping: keys are another workspace's tomorrow, ids stay."""
    return {
        "shown": sorted(ids[key] for key in state.shown if key in ids),
        "open": sorted(ids[key] for key in state.open if key in ids),
        "fold": state.fold,
        "unfolded": sorted(state.unfolded),
        "moved": [[ids[key], x, y] for key, x, y in state.moved if key in ids],
    }


def from_record(record: Any, keys: Mapping[str, int]) -> Exploration | None:
    """What was kept, without what is gone; None for what is not a record of ours."""
    try:
        return Exploration(
            frozenset(keys[name] for name in record["shown"] if name in keys),
            frozenset(keys[name] for name in record["open"] if name in keys),
            record["fold"] if record["fold"] in {BY_DATABASE, BY_SERVICE} else "",
            frozenset(str(name) for name in record["unfolded"]),
            tuple((keys[name], float(x), float(y)) for name, x, y in record["moved"] if name in keys),
        )
    except (KeyError, TypeError, ValueError):
        return None
