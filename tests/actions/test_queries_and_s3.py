"""Queries with their history, price and lineage; S3 pages; all field by field as the specification says."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from dataops_desktop.actions.browse_s3_bucket import BrowseS3BucketOptions, browse_s3_bucket
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.execute_athena_query import (
    ExecuteAthenaQueryOptions,
    execute_athena_query,
    unique_names,
)
from dataops_desktop.actions.explore_catalog import show_node
from dataops_desktop.actions.lineage_view import lineage
from dataops_desktop.actions.records import to_json
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CancelledByUserError, ConnectionFailedError, InputError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from tests.conftest import Cloud


def execute(context: ActionContext, sql: str, **options: Any) -> Any:
    options.setdefault("database", "contracts_db")
    return asyncio.run(execute_athena_query(context, ExecuteAthenaQueryOptions(sql, **options)))


def test_output_has_the_specifications_fields(context: ActionContext) -> None:
    record = to_json(execute(context, "SELECT vendor_id, country FROM vendor_info ORDER BY 1 LIMIT 2"))
    assert set(record) == {"success", "queryExecutionId", "results", "stats"}
    assert set(record["stats"]) == {"executionTime", "dataScanned", "estimatedCost"}
    assert [row["vendor_id"] for row in record["results"]] == ["VEN-001", "VEN-002"]
    assert record["stats"]["dataScanned"] > 0
    assert record["stats"]["estimatedCost"] == pytest.approx(0.00005)


def test_nulls_of_a_single_column_are_rows(context: ActionContext) -> None:
    found = execute(
        context, "SELECT v FROM (VALUES (1, 5), (2, NULL), (3, NULL)) AS t (id, v) ORDER BY id"
    ).results
    assert [row["v"] for row in found] == [5, None, None]
    assert list(execute(context, "SELECT v FROM (VALUES (1, 5)) AS t (id, v) WHERE id > 9").results) == []
    text = "SELECT v FROM (VALUES (1, 'a'), (2, NULL), (3, '')) AS t (id, v) ORDER BY id"
    assert [row["v"] for row in execute(context, text).results] == ["a", None, ""]


def test_history_is_kept_with_price_and_failures(context: ActionContext) -> None:
    execute(context, "SELECT count(*) FROM vendor_info")
    with pytest.raises(QueryFailedError) as caught:
        execute(context, "SELECT nope FROM vendor_info")
    assert (caught.value.line, caught.value.column) == (1, 8)
    failed, worked = context.workspace.history.queries()
    assert (worked.state, worked.row_count, worked.cost_usd) == ("SUCCEEDED", 1, pytest.approx(0.00005))
    assert worked.execution_id
    assert (failed.state, failed.cost_usd) == ("FAILED", 0.0)
    assert "COLUMN_NOT_FOUND" in failed.error


def test_execution_id_is_stored_before_the_first_poll(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("access_denied", operation="GetQueryExecution")
    with pytest.raises(Exception, match="Access denied"):
        execute(context, "SELECT 1")
    record = context.workspace.history.queries()[0]
    assert record.execution_id
    assert record.token.startswith("dataops-")


def test_a_start_that_broke_off_is_unknown_not_failed(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("reset", operation="StartQueryExecution")
    with pytest.raises(ConnectionFailedError):
        execute(context, "SELECT 1")
    assert context.workspace.history.queries()[0].state == "UNKNOWN"
    assert cloud.requests()["athena:StartQueryExecution"] == 1


def test_cancel_stops_it_at_the_service_and_says_what_it_cost(context: ActionContext, cloud: Cloud) -> None:
    cancel = CancelToken()
    threading.Timer(0.5, cancel.cancel).start()
    options = RunQueryOptions(
        "select count(*) from flights a, flights b where a.distance*b.distance > 5", "flights_db"
    )
    with pytest.raises(CancelledByUserError, match="scanning"):
        asyncio.run(run_query(context, options, cancel=cancel))
    assert cloud.requests()["athena:StopQueryExecution"] == 1
    assert context.workspace.history.queries()[0].state == "CANCELLED"


def test_closing_in_the_midst_of_a_query_stops_it(cloud: Cloud, tmp_path: Any) -> None:
    async def abandoned(context: ActionContext) -> None:
        options = RunQueryOptions(
            "select count(*) from flights a, flights b where a.distance*b.distance > 7", "flights_db"
        )
        task = asyncio.create_task(run_query(context, options))
        while cloud.requests().get("athena:GetQueryExecution", 0) < 2:  # noqa: ASYNC110 - the other process is watched
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with open_context(tmp_path / "w.dataops", cloud.options) as context:
        asyncio.run(abandoned(context))
    assert cloud.requests()["athena:StopQueryExecution"] == 1


def test_rows_are_handed_over_while_they_stream(context: ActionContext) -> None:
    counts: list[int] = []
    options = RunQueryOptions("SELECT * FROM flights", "flights_db")
    outcome = asyncio.run(run_query(context, options, on_rows=lambda rows: counts.append(rows.row_count)))
    assert outcome.row_count == 336_776
    assert len(counts) > 3
    assert counts[0] < counts[-1]
    assert outcome.rows is not None
    outcome.rows.close()


def test_lineage_of_a_derived_table(context: ActionContext) -> None:
    execute(context, "DROP TABLE IF EXISTS lineage_target")
    execute(context, "CREATE TABLE lineage_target AS SELECT * FROM vendor_info")
    details = asyncio.run(show_node(context, "glue-table-contracts_db-lineage_target"))
    graph = asyncio.run(lineage(context, details.stored.key, 3, 0))
    names = {node.key: node.id for node in graph.nodes}
    edges = {(names[e.from_key].split("-")[0], e.type, names[e.to_key].split("-")[0]) for e in graph.edges}
    assert ("glue", "reads", "athena") in edges
    assert ("athena", "writes", "glue") in edges
    assert ("s3", "located_in", "glue") in edges
    execute(context, "DROP TABLE lineage_target")
    assert context.workspace.catalog.node("glue-table-contracts_db-lineage_target") is None


def test_repeated_column_names_lose_nothing(context: ActionContext) -> None:
    assert execute(context, "SELECT 1 a, 2 a, 3 a_2").results == ({"a": 1, "a_3": 2, "a_2": 3},)
    assert unique_names(["a", "a", "b", "a"]) == ["a", "a_2", "b", "a_3"]


def test_empty_text_is_refused_before_any_call(context: ActionContext, cloud: Cloud) -> None:
    with pytest.raises(InputError):
        execute(context, "  \n ")
    assert "athena:StartQueryExecution" not in cloud.requests()


def test_browse_has_the_specifications_fields(context: ActionContext) -> None:
    record = to_json(
        asyncio.run(browse_s3_bucket(context, BrowseS3BucketOptions("nyc-flights", "flights/", max_keys=5)))
    )
    assert set(record) == {"success", "objects", "folders", "continuationToken"}
    assert set(record["objects"][0]) == {"key", "size", "lastModified", "storageClass", "isFolder"}
    assert record["folders"][0] == "flights/month=1/"
    last = to_json(
        asyncio.run(browse_s3_bucket(context, BrowseS3BucketOptions("nyc-flights", "flights/month=1/")))
    )
    assert "continuationToken" not in last
    assert last["objects"][0]["isFolder"] is False
    with pytest.raises(InputError):
        asyncio.run(browse_s3_bucket(context, BrowseS3BucketOptions("nyc-flights", max_keys=0)))


def test_a_name_that_is_not_there_brings_the_nearest(context: ActionContext) -> None:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db", "flights_db"))))
    for sql, meant in (
        ("SELECT 1 FROM vendor_inf", "Did you mean vendor_info or vendor_spend?"),
        ("SELECT 1 FROM contracts_db.vendors_info", "Did you mean vendor_info?"),
        ("SELECT 1 FROM flights", "Did you mean flights_db.flights?"),
        ("SELECT 1 FROM contract_db.vendor_info", "Did you mean contracts_db?"),
        ("SELECT vendr_id FROM vendor_info", "Did you mean vendor_id?"),
        ("SELECT 1 FROM zzzzzz", ""),
    ):
        with pytest.raises(QueryFailedError) as caught:
            execute(context, sql)
        assert caught.value.remedy == meant, sql
