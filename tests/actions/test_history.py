"""Taking over the service's history, exporting ours, and telling how good estimates were."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.estimate_accuracy import error_of, estimate_accuracy
from dataops_desktop.actions.export_history import export_costs, export_history
from dataops_desktop.actions.import_history import import_athena_history
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord
from tests.conftest import Cloud


def take_over(context: ActionContext, **options: object) -> int:
    return asyncio.run(import_athena_history(context, pause_s=0, **options)).added  # type: ignore[arg-type]


def test_the_services_history_is_taken_over_once(context: ActionContext, cloud: Cloud) -> None:
    asyncio.run(run_query(context, RunQueryOptions("SELECT count(*) FROM vendor_info", "contracts_db")))
    history = context.workspace.history
    added = take_over(context)
    assert added > 100
    mine = history.queries("", 5, HistoryFilter(own=True))
    assert len(mine) == 1  # what was run from here is not there twice
    others = history.queries("", 1000)
    assert [r.submitted_at for r in others] == sorted((r.submitted_at for r in others), reverse=True)
    paid = [r for r in others if r.state == "SUCCEEDED" and r.bytes_scanned and r.origin and not r.dpu_count]
    assert paid
    assert all(r.cost_usd and r.cost_usd >= 0.00005 for r in paid)
    assert all(r.cost_usd == 0 for r in others if r.state == "FAILED" and not r.dpu_count)
    assert any(r.cost_usd is None for r in others if r.dpu_count)
    assert any("contracts_db." in r.tables for r in others if r.origin)
    cloud.clear()
    assert take_over(context) == 0
    pages = cloud.requests()["athena:ListQueryExecutions"]
    groups = cloud.requests()["athena:GetWorkGroup"]
    assert pages == groups  # one page each: nothing new was found on it


def test_an_import_that_was_stopped_goes_on(context: ActionContext) -> None:
    cancel = CancelToken()

    def stop(_: Progress) -> None:
        cancel.cancel()

    with pytest.raises(CancelledByUserError):
        take_over(context, cancel=cancel, progress=stop)
    there = len(context.workspace.history.queries("", 1000))
    assert there > 0
    assert take_over(context) > 0
    ids = [record.execution_id for record in context.workspace.history.queries("", 1000)]
    assert len(ids) == len(set(ids)) > there


def test_a_workgroup_that_is_not_allowed_does_not_stop_the_others(
    context: ActionContext, cloud: Cloud
) -> None:
    cloud.fault("access_denied", operation="ListQueryExecutions", times=1)
    found = asyncio.run(import_athena_history(context, pause_s=0))
    assert len(found.refused) == 1


def test_the_history_is_exported_whole(context: ActionContext, tmp_path: Path) -> None:
    for number in range(4500):
        context.workspace.history.begin_query(
            QueryRecord(0, "athena", "aws:1:x", f"=cmd({number})", submitted_at="2026-01-01T00:00:00.000Z", state="SUCCEEDED", cost_usd=0.5)
        )  # fmt: skip
    path = tmp_path / "queries.parquet"
    count = export_history(context, path, "parquet", "cmd", HistoryFilter(state="SUCCEEDED"), lambda: None)
    table = pq.read_table(path)
    assert count == table.num_rows == 4500
    assert table.column("cost_usd")[0].as_py() == 0.5
    csv = tmp_path / "queries.csv"
    export_history(context, csv, "csv", "", HistoryFilter(), lambda: None)
    assert "'=cmd(1)" in csv.read_text()
    export_costs(context, tmp_path / "c.csv", "csv", "day", context.workspace.history.costs("day"))
    assert (tmp_path / "c.csv").read_text().splitlines()[1].startswith('"2026-01-01",4500,0,2250')


def test_accuracy_tells_close_from_wrong(context: ActionContext) -> None:
    history = context.workspace.history
    for expected, scanned, method, reused in (
        (100_000_000, 110_000_000, "2 earlier runs of this query", 0),
        (100_000_000, 300_000_000, "5 earlier runs of this query", 0),
        (5, 9_000_000, "partition statistics", 0),  # both below the minimum that is charged
        (0, 20_000_000, "partition statistics", 0),
        (100, 0, "partition statistics", 1),
    ):
        history.begin_query(
            QueryRecord(0, "athena", "s", "SELECT 1", state="SUCCEEDED", estimated_bytes=expected, bytes_scanned=scanned, estimate_method=method, reused=reused)
        )  # fmt: skip
    found = estimate_accuracy(history)
    assert (found.whole.queries, found.whole.close, found.whole.wrong_free) == (4, 2, 1)
    assert [(m.method, m.queries) for m in found.methods] == [
        ("earlier runs of this query", 2),
        ("partition statistics", 2),
    ]
    assert error_of(0, 0) == 0
    assert error_of(10, 0) == float("inf")
