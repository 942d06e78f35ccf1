"""Columns in the ontology: from views at a sync, from queries that ran, asked for up and down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dataops_desktop.actions import lineage_child
from dataops_desktop.actions.column_lineage import catalog_columns, column_links, followed, links_json
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.query_lineage import record_dataset_lineage
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.interfaces.catalog_store import CatalogChanges
from dataops_desktop.interfaces.lineage_store import ColumnLink, FollowedStatement, LineageProblem
from dataops_desktop.ontology.nodes import Node, NodeRef
from dataops_desktop.sql import lineage
from tests.conftest import Cloud

DB = "contracts_db"
Links = list[tuple[str, str | None, str]]


def links(context: ActionContext, table: str, column: str | None, direction: str, depth: int = 1) -> Links:
    """(source column, target column, use), without the database's prefix."""
    stored = context.workspace.catalog.node(f"glue-table-{DB}-{table}")
    assert stored is not None
    found = links_json(context, asyncio.run(column_links(context, stored.key, column, direction, depth)))
    prefix = f"glue-table-{DB}-"
    return [
        (
            f"{link['from']['id'].removeprefix(prefix)}.{link['from']['column']}",
            link["to"]["column"],
            link["use"],
        )
        for link in found
    ]


@pytest.fixture
def synced(context: ActionContext) -> ActionContext:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((DB,))))
    return context


def node(name: str) -> Node:
    properties = {
        "dataSource": "athena-query",
        "sql": name,
        "database": "d",
        "lastExecutionId": "",
        "kind": "",
    }
    return Node(id=f"athena-query-{name}", source="s", type="athena-query", name=name, properties=properties)


def run(context: ActionContext, sql: str) -> None:
    asyncio.run(run_query(context, RunQueryOptions(sql, DB, "primary")))


def test_a_sync_follows_views_and_a_second_one_has_nothing_to_do(synced: ActionContext) -> None:
    assert links(synced, "vendor_spend", "TOTAL_SPEND", "upstream") == [
        ("contract_spend_2024.amount", "total_spend", "output")
    ]
    shaped = {(source, use) for source, target, use in links(synced, "vendor_spend", None, "upstream") if target is None}  # fmt: skip
    assert ("vendor_info.vendor_id", "join") in shaped
    assert ("vendor_info.name", "group") in shaped
    store = synced.workspace.lineage
    before = store.links(1, None, "upstream"), [view.fingerprint for view in store.views(synced.workspace.catalog.sources()[0])]  # fmt: skip
    asyncio.run(sync_glue_catalog(synced, SyncGlueCatalogOptions((DB,))))
    run_report = synced.workspace.syncs.sync_runs("glue", 1)[0].report
    assert run_report["rowsWritten"] == 0
    assert before[1] == [view.fingerprint for view in store.views(synced.workspace.catalog.sources()[0])]


def test_a_query_that_writes_links_columns_through_to_the_view_s_sources(
    synced: ActionContext, cloud: Cloud
) -> None:
    run(synced, f"CREATE TABLE {DB}.best AS SELECT name AS vendor, total_spend * 2 AS twice FROM vendor_spend WHERE vendor_id > 'A'")  # fmt: skip
    try:
        assert links(synced, "best", "twice", "upstream", 5) == [
            ("vendor_spend.total_spend", "twice", "output"),
            ("contract_spend_2024.amount", "total_spend", "output"),
        ]
        down = links(synced, "contract_spend_2024", "amount", "downstream", 5)
        assert ("vendor_spend.total_spend", "twice", "output") in down
        stored = synced.workspace.catalog.node(f"glue-table-{DB}-best")
        assert stored is not None
        (link,) = [
            link
            for link in synced.workspace.lineage.links(stored.key, "twice", "upstream")
            if link.use == "output"
        ]
        query = synced.workspace.catalog.node_by_key(link.by_key)
        assert query is not None
        sql = query.node.properties["sql"]
        assert sql[link.start : link.end] == "total_spend"  # the part to be marked
        assert (link.how, link.origin, link.confidence) == ("transformation", "query", 1.0)
    finally:
        run(synced, f"DROP TABLE {DB}.best")


def test_what_a_query_returns_are_columns_of_its_own(synced: ActionContext) -> None:
    run(synced, "SELECT upper(name) AS n FROM vendor_info")
    record = synced.workspace.history.queries()[0]
    down = links(synced, "vendor_info", "name", "downstream")
    assert ("vendor_info.name", "n", "output") in down
    assert record.state == "SUCCEEDED"


def test_a_long_statement_is_followed_by_a_child(
    synced: ActionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = ", ".join(f"'V{number:06}'" for number in range(3000))
    sql = f"SELECT upper(name) AS long_one FROM vendor_info WHERE vendor_id IN ({values})"
    assert len(sql) > lineage_child.LONG
    run(synced, sql)
    down = links(synced, "vendor_info", "name", "downstream")
    assert ("vendor_info.name", "long_one", "output") in down
    # the same as here, and nothing but a word about it where the child does not end
    columns = catalog_columns(synced, synced.workspace.catalog.sources()[0])
    there = lineage_child.columns_of(synced, sql, DB, columns)
    here = lineage(sql, "athena", columns, DB)
    assert (set(there.columns), there.sources, there.warnings) == (
        set(here.columns),
        here.sources,
        here.warnings,
    )
    assert there.statements == here.statements
    monkeypatch.setattr(lineage_child, "LONGEST_S", 0.0)
    (warning,) = lineage_child.columns_of(synced, sql, DB, columns).warnings
    assert "in time" in warning.message


def test_a_result_stored_as_a_table_links_that_table_s_columns(synced: ActionContext) -> None:
    sql = "SELECT name AS n FROM vendor_info WHERE vendor_id > 'A'"
    asyncio.run(record_dataset_lineage(synced, sql, DB, (DB, "legacy_data"), "athena"))
    found = links(synced, "legacy_data", None, "upstream")
    assert found == [("vendor_info.name", "n", "output"), ("vendor_info.vendor_id", None, "filter")]


def test_a_changed_statement_replaces_what_it_told_and_problems_are_listed(context: ActionContext) -> None:
    catalog, store = context.workspace.catalog, context.workspace.lineage
    a, b, q = (node(name) for name in "abq")
    catalog.apply(None, CatalogChanges(nodes=[a, b, q]))

    def tell(*columns: str, problems: tuple[LineageProblem, ...] = ()) -> None:
        told = [ColumnLink(a.ref, name, b.ref, name, "output", "identity") for name in columns]
        told.append(
            ColumnLink(NodeRef("s", "nobody"), "x", b.ref, "x", "output", "identity")
        )  # nobody has seen it
        store.put([FollowedStatement(q.ref, "query", "1", told, problems)])

    key = catalog.node(b.id)
    assert key is not None
    tell("x", "y", problems=(LineageProblem("not understood", 3, 9),))
    assert [link.from_column for link in store.links(key.key, None, "upstream")] == ["x", "y"]
    assert [item.problem for item in store.problems(5)] == [LineageProblem("not understood", 3, 9)]
    tell("y")
    assert [link.from_column for link in store.links(key.key, None, "upstream")] == ["y"]
    assert store.problems(5) == []


def test_cycles_end_and_stars_carry_names_through(context: ActionContext) -> None:
    catalog, store = context.workspace.catalog, context.workspace.lineage
    nodes = [node(name) for name in "abc"]
    catalog.apply(None, CatalogChanges(nodes=nodes))
    a, b, c = (node.ref for node in nodes)

    def link(source: Any, column: str, target: Any, to: str) -> ColumnLink:
        return ColumnLink(source, column, target, to, "output", "identity")

    store.put([FollowedStatement(a, "view", "1", [link(a, "x", b, "x"), link(b, "*", c, "*"), link(c, "x", a, "x")])])  # fmt: skip
    key = catalog.node("athena-query-c")
    assert key is not None
    found = store.links(key.key, "x", "upstream", 50)
    assert [(link.from_column, link.to_column, link.depth) for link in found] == [("*", "*", 1), ("x", "x", 2), ("x", "x", 3)]  # fmt: skip


def test_a_fingerprint_minds_the_tables_columns() -> None:
    by = NodeRef("s", "q")
    sql = "select * from t"

    def told(columns: dict[str, str]) -> FollowedStatement:
        return followed(
            by, "view", sql, "d", lambda _: columns, lineage(sql, "athena", lambda _: columns, "d")
        )

    one, two = told({"a": "int"}), told({"a": "int", "b": "int"})
    assert one.fingerprint != two.fingerprint
    assert [link.to_column for link in two.links] == ["a", "b"]
    assert one == told({"a": "int"})
