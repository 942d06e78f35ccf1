"""Many queries at once, trouble on the way, sessions that end, settings that travel, prices that do not apply."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.prices import set_usd_per_tb
from dataops_desktop.actions.run_query import QueryOutcome, RunQueryOptions, run_query
from dataops_desktop.errors import CredentialsError, InputError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import QuerySettings, QueryStatus
from tests.conftest import Cloud

SLOW = "select count(*) from flights a, flights b where a.distance*b.distance > {n}"


def run(context: ActionContext, sql: str, **options: Any) -> QueryOutcome:
    options.setdefault("database", "contracts_db")
    outcome = asyncio.run(run_query(context, RunQueryOptions(sql, **options)))
    if outcome.rows is not None:
        outcome.rows.close()
    return outcome


async def together(context: ActionContext, sqls: list[str], **callbacks: Any) -> list[Any]:
    wanted = [RunQueryOptions(sql, "flights_db") for sql in sqls]
    return await asyncio.gather(
        *(run_query(context, options, **callbacks) for options in wanted), return_exceptions=True
    )


def test_one_call_asks_for_all_running_queries(context: ActionContext, cloud: Cloud) -> None:
    cancel = CancelToken()
    threading.Timer(1.5, cancel.cancel).start()
    asyncio.run(together(context, [SLOW.format(n=n) for n in range(10)], cancel=cancel))
    requests = cloud.requests()
    assert requests["athena:StartQueryExecution"] == 10
    assert requests["athena:StopQueryExecution"] == 10
    # Ten queries for over a second: apart they would have asked some hundred times.
    assert requests["athena:BatchGetQueryExecution"] + requests.get("athena:GetQueryExecution", 0) < 40
    assert {record.state for record in context.workspace.history.queries()} == {"CANCELLED"}


def test_a_policy_without_batches_is_enough(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("access_denied", operation="BatchGetQueryExecution")
    outcomes = asyncio.run(together(context, ["select 1", "select 2", "select 3"]))
    assert [outcome.row_count for outcome in outcomes] == [1, 1, 1]
    for outcome in outcomes:
        outcome.rows.close()


def test_a_service_that_is_busy_or_gone_does_not_end_a_query(context: ActionContext, cloud: Cloud) -> None:
    notes: list[str] = []

    def on_status(status: QueryStatus) -> None:
        if status.note:
            notes.append(status.note)

    cloud.fault("error", operation="GetQueryExecution", times=8)  # all attempts of one call
    outcome = asyncio.run(
        run_query(context, RunQueryOptions("select 1", "contracts_db"), on_status=on_status)
    )
    assert outcome.row_count == 1
    assert notes
    assert "asking again" in notes[0]
    assert cloud.requests()["athena:StartQueryExecution"] == 1
    assert outcome.rows is not None
    outcome.rows.close()


def test_an_expired_session_is_asked_for_once_and_the_same_query_ends(
    context: ActionContext, cloud: Cloud
) -> None:
    asked: list[str] = []

    async def sign_in(error: CredentialsError) -> bool:
        asked.append(error.message)
        await asyncio.sleep(0.2)  # others find the session expired meanwhile
        cloud.control("DELETE", "faults")
        return True

    context.sign_in = sign_in
    cloud.fault("expired_token", operation="GetQueryExecution")
    cloud.fault("expired_token", operation="BatchGetQueryExecution")
    cloud.fault("expired_token", operation="GetQueryResults")
    outcomes = asyncio.run(together(context, ["select 1", "select 2", "select 3"]))
    assert [outcome.row_count for outcome in outcomes] == [1, 1, 1]
    assert len(asked) == 1
    assert cloud.requests()["athena:StartQueryExecution"] == 3
    for outcome in outcomes:
        outcome.rows.close()


def test_saying_no_to_the_sign_in_leaves_the_query_findable(context: ActionContext, cloud: Cloud) -> None:
    async def refuse(_: CredentialsError) -> bool:
        return False

    context.sign_in = refuse
    cloud.fault("expired_token", operation="GetQueryExecution")
    with pytest.raises(CredentialsError):
        run(context, "select 1")
    record = context.workspace.history.queries()[0]
    assert record.execution_id


def test_an_equal_query_is_answered_from_its_earlier_result(context: ActionContext) -> None:
    sql = "SELECT count(*) FROM vendor_info WHERE country <> 'reuse'"
    assert run(context, sql).status.bytes_scanned > 0
    again = run(context, sql, settings=QuerySettings(reuse_minutes=60))
    assert again.status.reused
    assert (again.status.bytes_scanned, again.cost_usd, again.row_count) == (0, 0.0, 1)
    newest = context.workspace.history.queries()[0]
    assert newest.reused == 1


def test_reserved_capacity_has_no_price_per_byte(context: ActionContext) -> None:
    outcome = run(context, "SELECT count(*) FROM vendor_info", workgroup="dedicated")
    assert outcome.cost_usd is None
    assert outcome.status.dpu_count == 4
    record = context.workspace.history.queries()[0]
    assert (record.cost_usd, record.dpu_count) == (None, 4)
    groups = {group.name: group for group in context.connectors.get("athena").workgroups()}
    assert groups["dedicated"].provisioned
    assert not groups["primary"].provisioned
    assert groups["reporting"].enforced


def test_a_region_has_its_own_price(context: ActionContext) -> None:
    set_usd_per_tb(context.workspace.settings, "aws:123456789012:us-east-1", 9.0)
    assert run(context, "SELECT count(*) FROM vendor_info").cost_usd == pytest.approx(9e-5)


def test_the_history_knows_who_and_which_tables(context: ActionContext) -> None:
    run(
        context, "SELECT * FROM vendor_info JOIN logistics_db.shipment_tracking USING (vendor_id) WHERE false"
    )
    record = context.workspace.history.queries()[0]
    assert record.who.startswith("arn:aws:")
    assert record.tables.split() == ["contracts_db.vendor_info", "logistics_db.shipment_tracking"]


def test_settings_travel(context: ActionContext, cloud: Cloud) -> None:
    settings = QuerySettings(
        "AwsDataCatalog", None, "s3://dataops-query-results/mine/", "SSE_S3", "", "123456789012"
    )
    outcome = run(context, "select 1", settings=settings)
    assert outcome.status.output_location.startswith("s3://dataops-query-results/mine/")
    sent = cloud.client("athena").get_query_execution(QueryExecutionId=outcome.status.execution_id)[
        "QueryExecution"
    ]
    assert sent["ResultConfiguration"]["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert sent["QueryExecutionContext"] == {"Database": "contracts_db", "Catalog": "AwsDataCatalog"}
    assert context.connectors.get("athena").catalogs()[0] == "AwsDataCatalog"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (QuerySettings(output_location="s3://nowhere-at-all/x/"), "same region"),
        (QuerySettings(expected_owner="999999999999"), "owner"),
    ],
)
def test_a_wrong_result_place_is_said_with_its_remedy(
    context: ActionContext, settings: QuerySettings, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        run(context, "select 1", settings=settings)
    assert caught.value.remedy
    assert context.workspace.history.queries()[0].state == "FAILED"


def test_a_statement_too_long_never_leaves(context: ActionContext, cloud: Cloud) -> None:
    with pytest.raises(InputError, match="262,144"):
        run(context, "select '" + "é" * 131_072 + "'")
    assert "athena:StartQueryExecution" not in cloud.requests()


def test_runtime_statistics_and_the_services_own_history(context: ActionContext) -> None:
    outcome = run(context, "SELECT * FROM vendor_info")
    engine = context.connectors.get("athena")
    found = engine.runtime(outcome.status.execution_id)
    assert [name for name, _ in found.timeline] == ["Queued", "Planning", "Running", "Publishing"]
    assert found.stages[0].children[0].output_rows == 240
    newest, token = engine.past("primary", None)
    assert outcome.status.execution_id in [status.execution_id for status in newest]
    assert len(newest) == 50
    older, _ = engine.past("primary", token)
    assert older[0].sql
    assert older[0].submitted_at < newest[0].submitted_at


def test_statements_kept_at_the_service(context: ActionContext) -> None:
    kept = context.connectors.get("athena").stored_statements("primary")
    assert ("named", "Late flights") in [(s.kind, s.name) for s in kept]
    assert any(s.kind == "prepared" and s.name == "vendor_by_id" for s in kept)


def test_denied_is_final(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("access_denied", operation="GetQueryExecution")
    with pytest.raises(PermissionDeniedError):
        run(context, "select 1")
