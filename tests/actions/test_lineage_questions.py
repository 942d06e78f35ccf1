"""What lineage answers: impact, ways, sensitive columns, circles, what nobody uses, what changed."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_questions import (
    CHANGE,
    circles,
    impact,
    propose_along,
    shortest_column_way,
    shortest_way,
    travels,
)
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, ColumnClass, TableWrite
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.lineage_store import ColumnLink, FollowedStatement
from dataops_desktop.interfaces.workspace import QueryRecord
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, athena_query_id, glue_table_id

S = "aws:1:r"


def table(name: str, *columns: str, kind: str = "table", owner: str = "") -> TableWrite:
    properties = {
        "dataSource": "glue-table", "database": "d", "tableName": name, "location": "", "storageFormat": "", "schema": {}, "partitionKeys": [],
        "rowCount": None, "sizeBytes": 100, "kind": kind, "owner": owner, "viewSql": f"select {name}" if kind == "view" else "",
    }  # fmt: skip
    node = Node(glue_table_id("d", name), S, "glue-table", f"d.{name}", properties)
    return TableWrite(node, [Column(c, "string") for c in columns], [], [], True, f"{name}{columns}", 50, {})


def query(name: str) -> Node:
    return Node(athena_query_id(name), S, "athena-query", name, {"dataSource": "athena-query", "sql": f"insert {name}"})  # fmt: skip


def ref(name: str) -> NodeRef:
    return NodeRef(S, glue_table_id("d", name))


def link(source: str, target: str, use: str = "output", how: str = "identity") -> ColumnLink:
    (a, column), (b, to_column) = source.split("."), target.split(".")
    return ColumnLink(ref(a), column, ref(b), to_column, use, how)


class World:
    """raw → (view clean) → query fill → mart → query sums → report; odd reads raw with columns nobody knows; report feeds raw by `back`."""

    def __init__(self, context: ActionContext) -> None:
        self.context, self.catalog, self.lineage = context, context.workspace.catalog, context.workspace.lineage  # fmt: skip
        tables = [
            table("raw", "id", "email", "amount", "junk", owner="Ada"), table("clean", "id", "mail", kind="view"), table("mart", "id", "mail", "n"),
            table("report", "mail", "n", owner="Bob"), table("lonely", "x"),
        ]  # fmt: skip
        self.fill, self.sums, self.odd = query("fill"), query("sums"), query("odd")
        edges = [
            Edge(ref("raw"), ref("clean"), "derives", "view"), Edge(ref("clean"), self.fill.ref, "reads", "query"), Edge(self.fill.ref, ref("mart"), "writes", "query"),
            Edge(ref("mart"), self.sums.ref, "reads", "query"), Edge(self.sums.ref, ref("report"), "writes", "query"), Edge(ref("raw"), self.odd.ref, "reads", "query"),
        ]  # fmt: skip
        self.catalog.apply(None, CatalogChanges([self.fill, self.sums, self.odd], tables, edges))
        self.tell(ref("clean"), link("raw.id", "clean.id"), link("raw.email", "clean.mail", how="transformation"), link("raw.amount", "clean.", "filter"))  # fmt: skip
        self.tell(self.fill.ref, link("clean.id", "mart.id"), link("clean.mail", "mart.mail"))
        self.tell(self.sums.ref, link("mart.mail", "report.mail"), link("mart.mail", "report.n", how="aggregation"), link("mart.id", "report.", "group"))  # fmt: skip

    def tell(self, by: NodeRef, *links: ColumnLink) -> None:
        self.lineage.put([FollowedStatement(by, "view" if by == ref("clean") else "query", str(links), links)])  # fmt: skip

    def key(self, name: str) -> int:
        stored = self.catalog.node(glue_table_id("d", name), S) or self.catalog.node(athena_query_id(name), S)
        assert stored is not None
        return stored.key

    def touched(self, name: str, column: str | None, change: str = "drop") -> set[tuple[str, str, str]]:
        found = impact(self.context, self.key(name), column, change)
        return {(i.name.removeprefix("d.") + (f".{i.column}" if i.column else ""), i.kind, i.effect) for i in found.items if i.kind != "person"}  # fmt: skip


@pytest.fixture
def world(context: ActionContext) -> World:
    return World(context)


def test_dropping_a_column_breaks_views_and_what_reads_them(world: World) -> None:
    assert world.touched("raw", "EMAIL") == {
        ("clean", "view", "breaks"), ("fill", "query", "breaks"), ("mart", "table", "stale"), ("sums", "query", "stale"),
        ("report", "table", "stale"), ("odd", "query", "may break"),
    }  # fmt: skip
    # a column that only filters breaks its view just as well
    assert ("clean", "view", "breaks") in world.touched("raw", "amount")
    assert world.touched("raw", "junk") == {("odd", "query", "may break")}  # whose columns nobody knows
    assert world.touched("mart", "n") == set()
    assert world.touched("raw", None) >= {("clean", "view", "breaks"), ("odd", "query", "breaks"), ("fill", "query", "breaks"), ("report", "table", "stale")}  # fmt: skip


def test_changing_a_column_follows_its_values(world: World) -> None:
    found = world.touched("raw", "email", CHANGE)
    assert {("clean.mail", "column", "changes"), ("mart.mail", "column", "changes"), ("report.mail", "column", "changes"), ("report.n", "column", "changes")} <= found  # fmt: skip
    assert ("clean.id", "column", "changes") not in found
    assert ("report", "table", "rows") in world.touched("raw", "id", CHANGE)  # grouped by it
    assert ("clean", "view", "rows") in world.touched("raw", "amount", CHANGE)


def test_people_are_owners_and_readers(world: World) -> None:
    history = world.context.workspace.history
    for number, who in enumerate(("Cleo", "Cleo", "Bob", "Zed")):
        tables = "d.report" if who != "Zed" else "d.lonely"
        history.begin_query(QueryRecord(0, "athena", S, "select 1", "d", state="SUCCEEDED", submitted_at=f"2026-01-0{number + 1}T00:00:00Z", who=who, tables=tables))  # fmt: skip
    people = impact(world.context, world.key("raw"), "email").of("person")
    assert [(p.name, p.note) for p in people] == [("Bob", "owns d.report"), ("Cleo", "2 queries")]


def test_a_self_referencing_view_and_circles_end(world: World) -> None:
    world.catalog.apply(None, CatalogChanges(edges=[Edge(ref("clean"), ref("clean"), "derives", "view"), Edge(ref("report"), ref("raw"), "derives", "view")]))  # fmt: skip
    world.tell(ref("clean"), link("clean.id", "clean.id"), link("raw.email", "clean.mail"))
    assert ("clean", "view", "breaks") in world.touched("raw", "email")
    assert shortest_way(world.context, world.key("clean"), world.key("clean")) is not None
    names = {tuple(sorted(world.catalog.nodes(circle)[0].name for _ in [0])) for circle in circles(world.context)}  # fmt: skip
    assert len(circles(world.context)) >= 1
    assert names
    (knot,) = circles(world.context)  # the view on itself lies within the larger one
    assert knot[0] == knot[-1]
    assert len(knot) == 7
    assert travels(world.context) == []


def test_ways(world: World) -> None:
    key = world.key
    way = shortest_way(world.context, key("report"), key("raw"))  # against the stream too
    assert way is not None
    assert [world.catalog.nodes([k])[0].name for k in way.nodes] == ["d.raw", "d.clean", "fill", "d.mart", "sums", "d.report"]  # fmt: skip
    assert [edge.type for edge in way.edges] == ["derives", "reads", "writes", "reads", "writes"]
    assert shortest_way(world.context, key("raw"), key("lonely")) is None
    columns = shortest_column_way(world.context, (key("raw"), "email"), (key("report"), "n"))
    assert columns is not None
    assert columns.columns == ("email", "mail", "mail", "n")
    assert [one.how for one in columns.links] == ["transformation", "identity", "aggregation"]
    assert shortest_column_way(world.context, (key("raw"), "id"), (key("report"), "mail")) is None


def test_sensitive_columns_travel_and_what_they_reach_is_proposed(world: World) -> None:
    world.catalog.propose_classes(world.key("raw"), [ColumnClass("email", "email", 0.9, "name", "proposed")])
    found = {(t.name, t.column): (t.steps, t.carried, t.known) for t in travels(world.context)}
    assert found == {("d.clean", "mail"): (1, True, ""), ("d.mart", "mail"): (2, True, ""), ("d.report", "mail"): (3, True, ""), ("d.report", "n"): (3, False, "")}  # fmt: skip
    assert propose_along(world.context) == 3
    (proposed,) = world.catalog.classes(world.key("report"))
    assert (proposed.column, proposed.kind, proposed.origin, proposed.state, proposed.confidence) == ("mail", "email", "lineage", "proposed", 0.81)  # fmt: skip
    assert propose_along(world.context) == 0
    world.catalog.decide_class(world.key("mart"), "mail", "")  # a person says no: it stays no
    assert propose_along(world.context) == 0 or all(c.state == "rejected" for c in world.catalog.classes(world.key("mart")))  # fmt: skip
    assert all(c.state == "rejected" for c in world.catalog.classes(world.key("mart")))
    assert travels(world.context, "phone") == []


def test_unused(world: World) -> None:
    lineage = world.lineage
    assert [name for _, name, _ in lineage.unused_tables(10)] == ["d.lonely", "d.report"]
    assert [(t, c) for _, t, c in lineage.unused_columns(10)] == [("d.mart", "n"), ("d.raw", "junk")]
    world.catalog.count_use([ref("lonely")])
    assert [name for _, name, _ in lineage.unused_tables(10)] == ["d.report"]


def moments(world: World, *work: object) -> Sequence[str]:
    """ISO times between pieces of work."""
    found = [iso_now()]
    for each in work:
        time.sleep(0.003)  # so that two moments of the clock differ, in which times are kept
        each()  # type: ignore[operator]
        time.sleep(0.003)
        found.append(iso_now())
    return found


def test_changes_between_two_moments(world: World) -> None:
    def other_statement() -> None:
        world.tell(world.fill.ref, link("clean.id", "mart.id"), link("clean.id", "mart.n"))

    def same_statement() -> None:
        world.tell(world.fill.ref, link("clean.id", "mart.id"), link("clean.id", "mart.n"))

    def gone() -> None:
        world.catalog.apply(None, CatalogChanges(deleted=[ref("report")]))

    def new_edge() -> None:
        world.catalog.apply(None, CatalogChanges(edges=[Edge(ref("lonely"), world.odd.ref, "reads", "query")]))  # fmt: skip

    def restated() -> None:
        world.catalog.apply(None, CatalogChanges(edges=[Edge(ref("raw"), world.odd.ref, "reads", "query")], restated=[world.odd.ref]))  # fmt: skip

    at = moments(world, other_statement, same_statement, gone, new_edge, restated)

    def between(a: int, b: int) -> set[tuple[str, str, str, str, bool]]:
        return {(c.from_name, c.from_column, c.to_name, c.to_column, c.appeared) for c in world.lineage.changes(at[a], at[b], 100)}  # fmt: skip

    assert between(0, 1) == {("d.clean", "mail", "d.mart", "mail", False), ("d.clean", "id", "d.mart", "n", True)}  # fmt: skip
    assert between(1, 2) == set()
    assert between(2, 3) == {
        ("sums", "", "d.report", "", False), ("d.mart", "mail", "d.report", "mail", False), ("d.mart", "mail", "d.report", "n", False),
        ("d.mart", "id", "d.report", "", False),
    }  # fmt: skip
    assert between(3, 4) == {("d.lonely", "", "odd", "", True)}
    assert between(4, 5) == {
        ("d.lonely", "", "odd", "", False)
    }  # restated without it; what stays has not changed
    assert between(3, 5) == set()
    assert {(*c[:4], not c[4]) for c in between(0, 1)} == between(1, 0)
