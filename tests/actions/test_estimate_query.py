"""Estimates against what the sandbox then scans."""

from __future__ import annotations

import asyncio

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.estimate_query import Estimator
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.costs.guard import GuardLimits, verdict
from tests.conftest import Cloud


@pytest.mark.parametrize(
    ("database", "sql"),
    [
        ("contracts_db", "SELECT * FROM contract_spend WHERE year = 2022"),
        ("contracts_db", "SELECT vendor_id FROM contract_spend WHERE year BETWEEN 2022 AND 2023"),
        ("contracts_db", "SELECT sum(amount) FROM contract_spend_2024"),
        ("contracts_db", "SELECT country, count(*) FROM vendor_info GROUP BY 1"),
        ("contracts_db", "SELECT s.vendor_id FROM contract_spend s JOIN vendor_info v ON v.vendor_id = s.vendor_id WHERE year = 2021"),
    ],
)  # fmt: skip
def test_close_to_what_is_scanned(context: ActionContext, database: str, sql: str) -> None:
    async def work() -> tuple[int | None, int]:
        await sync_glue_catalog(context, SyncGlueCatalogOptions((database,)))
        estimate = await Estimator(context).estimate(sql, database)
        options = RunQueryOptions(sql, database)
        outcome = await run_query(context, options, estimate=estimate)
        return estimate.bytes, outcome.status.bytes_scanned

    expected, scanned = asyncio.run(work())
    assert expected == pytest.approx(scanned, rel=0.2)
    record = context.workspace.history.estimated(1)[0]
    assert (record.estimated_bytes, record.bytes_scanned) == (expected, scanned)


def test_earlier_runs_come_first_and_reasons_are_told(context: ActionContext, cloud: Cloud) -> None:
    sql = "SELECT count(*) FROM vendor_info"

    async def work() -> None:
        estimator = Estimator(context)
        unsynced = await estimator.estimate(sql, "contracts_db")
        assert unsynced.bytes is None
        assert "Sync it first" in unsynced.method
        await run_query(context, RunQueryOptions(sql, "contracts_db"))
        known = await estimator.estimate(sql, "contracts_db")
        assert "earlier run of this query" in known.method
        assert known.bytes
        assert (await estimator.estimate("SHOW TABLES", "contracts_db")).bytes == 0
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",)))
        cloud.fault("access_denied", operation="ListObjectsV2")
        denied = await estimator.estimate("SELECT tier FROM vendor_info", "contracts_db")
        assert denied.bytes is None
        assert denied.method

    asyncio.run(work())


def test_a_table_without_a_partition_condition_is_named_also_from_history(context: ActionContext) -> None:
    whole, marks = "SELECT amount FROM contract_spend", "SELECT vendor_id FROM contract_spend WHERE year = ?"
    limits = GuardLimits(ask_above_usd=None, unpartitioned_bytes=100)

    async def work() -> None:
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",)))
        estimator = Estimator(context)
        for expected in ("listing", "earlier run"):
            estimate = await estimator.estimate(whole, "contracts_db")
            assert expected in estimate.method
            assert estimate.unpartitioned == ("contracts_db.contract_spend",)
            assert verdict(estimate, limits, 0).decision == "refuse"
            await run_query(context, RunQueryOptions(whole, "contracts_db"))
        narrow = await estimator.estimate(
            "SELECT amount FROM contract_spend WHERE year = 2022", "contracts_db"
        )
        assert narrow.unpartitioned == ()
        await run_query(context, RunQueryOptions(marks, "contracts_db", parameters=("1999",)))
        assert "of this query" not in (await estimator.estimate(marks, "contracts_db")).method

    asyncio.run(work())
