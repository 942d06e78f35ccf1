"""The pass over everything that moves data: history, saved queries, jobs; each once, and again where tables change."""

from __future__ import annotations

import asyncio

import pytest

from dataops_desktop.actions import follow_statements as following
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.etl_cases import EtlCases
from dataops_desktop.actions.follow_statements import FollowReport, follow_statements
from dataops_desktop.actions.lineage_cases import LineageCases
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import StoredNode
from dataops_desktop.interfaces.workspace import QueryRecord, SavedStatement
from dataops_desktop.ontology.nodes import glue_table_id
from dataops_desktop.sql.dependencies import statement_shape

DB = "contracts_db"


@pytest.fixture
def synced(context: ActionContext) -> ActionContext:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((DB,))))
    return context


def past(context: ActionContext, *statements: str, source: str = "") -> None:
    own = source or context.workspace.catalog.sources()[0]
    context.workspace.history.add_past(
        [
            QueryRecord(
                0, "athena", own, sql, DB, execution_id=f"e{number}-{sql[:20]}", state="SUCCEEDED", submitted_at=f"2026-11-01T00:00:{number:02}Z", origin="athena"
            )
            for number, sql in enumerate(statements)
        ]
    )  # fmt: skip


def processes(context: ActionContext, kind: str = "athena-query") -> list[StoredNode]:
    return [
        stored
        for key in context.workspace.lineage.processes()
        if (stored := context.workspace.catalog.node_by_key(key)) is not None and stored.node.type == kind
    ]


def told(context: ActionContext, key: int) -> set[tuple[str, str, str]]:
    return {(link.from_column, link.to_column, link.use) for link in context.workspace.lineage.told_by(key)}


def test_history_is_followed_once_and_statements_that_differ_in_literals_are_one(synced: ActionContext) -> None:  # fmt: skip
    past(
        synced,
        "SELECT upper(name) AS n FROM vendor_info WHERE vendor_id = 'V1'",
        "SELECT upper(name) AS n\nFROM vendor_info WHERE vendor_id = 'V2' -- again",
        "SELECT count(*) FROM contract_spend_2024",
        "SHOW TABLES",
        "SELECT ((( FROM",
    )
    assert follow_statements(synced) == FollowReport(3, 1)
    queries = processes(synced)
    assert sorted(stored.node.properties["sql"][:14] for stored in queries) == ["SELECT ((( FRO", "SELECT count(*", "SELECT upper(n"]  # fmt: skip
    assert follow_statements(synced) == FollowReport()
    assert any(("name", "n", "output") in told(synced, stored.key) for stored in queries)
    (problem,) = synced.workspace.lineage.problems(10)
    assert problem.sql == "SELECT ((( FROM"
    assert "Not understood" in problem.problem.message


def test_a_query_that_runs_every_day_is_one_statement() -> None:
    one = statement_shape("SELECT a FROM t WHERE d = '2026-01-01' AND n IN (1, 2, 3)", "d")
    assert one == statement_shape("SELECT  a FROM t\nWHERE d = '2026-01-02' AND n IN (4,5) ;", "d")
    assert one != statement_shape("SELECT a FROM t2 WHERE d = '2026-01-01' AND n IN (1)", "d")
    assert statement_shape('SELECT "2024" FROM t', "d") != statement_shape('SELECT "2025" FROM t', "d")
    assert statement_shape("SELECT '--', 1", "d") == statement_shape("SELECT 'x''y', 2", "d")


def test_history_that_came_before_the_tables_is_followed_again_when_they_are_known(context: ActionContext) -> None:  # fmt: skip
    source = asyncio.run(EtlCases(context).source())
    past(context, f"SELECT * FROM {DB}.vendor_info", source=source)
    follow_statements(context)
    (query,) = processes(context)
    assert told(context, query.key) == set()  # nothing is known of the table yet
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((DB,))))
    assert follow_statements(context).statements >= 1
    assert ("name", "name", "output") in told(context, query.key)
    table = context.workspace.catalog.node(glue_table_id(DB, "vendor_info"))
    assert table is not None
    assert query.key in {e.to_key for e in context.workspace.catalog.edges([table.key], "downstream")}


def test_saved_queries_come_change_and_go(synced: ActionContext) -> None:
    saved = synced.workspace.statements.save(SavedStatement(0, "mine", "Names", "SELECT name FROM vendor_info", database=DB))  # fmt: skip
    follow_statements(synced)
    (query,) = processes(synced, "saved-query")
    assert query.node.name == "mine/Names"
    assert told(synced, query.key) == {("name", "name", "output")}
    synced.workspace.statements.save(SavedStatement(saved.statement_id, "mine", "Names", "SELECT amount AS a FROM contract_spend_2024", database=DB))  # fmt: skip
    follow_statements(synced)
    assert told(synced, query.key) == {("amount", "a", "output")}
    upstream = synced.workspace.catalog.edges([query.key], "upstream")
    assert [synced.workspace.catalog.node_by_key(e.from_key).node.name for e in upstream] == [f"{DB}.contract_spend_2024"]  # type: ignore[union-attr]  # fmt: skip
    synced.workspace.statements.remove(saved.statement_id)
    follow_statements(synced)
    assert processes(synced, "saved-query") == []


def test_jobs_are_followed_by_column_and_a_second_sync_writes_nothing(context: ActionContext) -> None:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions()))
    follow_statements(context)
    jobs = {stored.node.name: stored for stored in processes(context, "glue-job")}
    assert "JOIN contracts_db.contract_spend c" in str(
        jobs["late-invoices"].node.properties["sql"]
    )  # its script was read
    assert "INSERT INTO `contracts_db`.`enriched_contracts`" in str(jobs["enrich-contracts"].node.properties["sql"])  # fmt: skip
    invoices = context.workspace.catalog.node(glue_table_id("finance_db", "invoices"))
    assert invoices is not None
    assert jobs["late-invoices"].key in {e.to_key for e in context.workspace.catalog.edges([invoices.key], "downstream")}  # fmt: skip
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions()))
    assert context.workspace.syncs.sync_runs("glue", 1)[0].report["rowsWritten"] == 0
    assert follow_statements(context) == FollowReport()


def test_a_pass_that_is_stopped_goes_on_where_it_was(synced: ActionContext, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(following, "PAGE", 3)
    past(synced, *(f"SELECT name AS n{number} FROM vendor_info" for number in range(9)))
    cancel, seen = CancelToken(), list[int]()

    def check() -> None:
        seen.append(1)
        if len(seen) == 5:
            cancel.cancel()
        cancel.raise_if_cancelled()

    with pytest.raises(CancelledByUserError):
        follow_statements(synced, check=check)
    assert len(processes(synced)) == 4
    assert follow_statements(synced).statements == 5
    assert len(processes(synced)) == 9


def test_a_statement_that_takes_too_long_stops_no_other(synced: ActionContext, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(following, "LONGEST_S", 8.0)
    deep = "SELECT " + "(" * 3000 + "1" + ")" * 3000
    wide = "SELECT " + " + ".join(f"amount * {n}" for n in range(60_000)) + " AS x FROM contract_spend_2024"
    past(synced, "SELECT name FROM vendor_info", deep, wide, "SELECT country FROM vendor_info")
    follow_statements(synced)
    found = set().union(*(told(synced, stored.key) for stored in processes(synced)))
    assert {("name", "name", "output"), ("country", "country", "output")} <= found
    assert asyncio.run(LineageCases(synced).is_waiting()) is False
