"""The sync against the sandbox: the report, increments, and every way it can go wrong."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.explore_catalog import search_catalog, show_node
from dataops_desktop.actions.lineage_view import lineage
from dataops_desktop.actions.records import to_json
from dataops_desktop.actions.sync_glue_catalog import (
    SyncGlueCatalogOptions,
    SyncGlueCatalogResult,
    sync_glue_catalog,
    sync_result,
)
from dataops_desktop.app.sync_worker import MODULE, run_sync_process
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress
from tests.conftest import Cloud

WORLD = ("contracts_db", "personnel_db", "logistics_db", "finance_db", "flights_db")


def sync(context: ActionContext, **options: Any) -> SyncGlueCatalogResult:
    options.setdefault("databases", WORLD)
    return asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(**options)))


def test_report_has_the_mock_ups_lines(context: ActionContext) -> None:
    result = sync(context)
    assert result.success
    assert result.stats.tables_discovered == result.stats.tables_imported + len(result.errors)
    assert "contracts_db.contract_spend_2024" in result.changes.new_tables
    messages = {(w.table, w.message.split(":")[0].split(" (")[0]) for w in result.warnings}
    assert ("contracts_db.legacy_data", "Column types mismatch") in messages
    assert ("personnel_db.temp_table", "No description") in messages
    assert ("logistics_db.old_shipments", "Low quality") in messages
    assert ("logistics_db.unreadable_scans", "Missing columns") in messages
    assert [(e.table, e.error.split(":")[0]) for e in result.errors] == [
        ("finance_db.budget_2024", "Access denied (IAM)")
    ]


def test_json_has_the_specifications_names(context: ActionContext) -> None:
    record = to_json(sync(context))
    assert set(record) == {"success", "stats", "changes", "warnings", "errors"}
    assert set(record["stats"]) == {
        "tablesDiscovered",
        "tablesImported",
        "tablesUpdated",
        "tablesDeleted",
        "warnings",
        "errors",
    }
    assert set(record["changes"]) == {"newTables", "updatedTables", "deletedTables"}
    assert set(record["warnings"][0]) == {"table", "message"}
    assert set(record["errors"][0]) == {"table", "error"}
    json.dumps(record)


def test_second_sync_writes_nothing(context: ActionContext) -> None:
    sync(context)
    result = sync(context)
    assert result.changes == type(result.changes)()
    assert context.workspace.syncs.sync_runs()[0].report["rowsWritten"] == 0
    assert sync(context, full_sync=True).changes.updated_tables == ()
    assert context.workspace.syncs.sync_runs()[0].report["rowsWritten"] > 0


def test_new_updated_and_deleted_with_reasons(context: ActionContext, cloud: Cloud) -> None:
    glue, name = cloud.client("glue"), f"changing_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    for table in ("stays", "changes", "goes"):
        glue.create_table(
            DatabaseName=name,
            TableInput={
                "Name": table,
                "Description": "x",
                "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "int"}]},
            },
        )
    assert len(sync(context, databases=(name,)).changes.new_tables) == 3
    columns = [{"Name": "a", "Type": "int"}, {"Name": "vendor_tier", "Type": "string"}]
    glue.update_table(
        DatabaseName=name,
        TableInput={"Name": "changes", "Description": "x", "StorageDescriptor": {"Columns": columns}},
    )
    glue.delete_table(DatabaseName=name, Name="goes")
    glue.create_table(DatabaseName=name, TableInput={"Name": "comes"})
    result = sync(context, databases=(name,))
    assert result.changes.new_tables == (f"{name}.comes",)
    assert result.changes.updated_tables == (f"{name}.changes",)
    assert result.changes.deleted_tables == (f"{name}.goes",)
    run = context.workspace.syncs.sync_runs()[0]
    lines = context.workspace.syncs.lines(run.run_id, "updated")
    assert [(line.name, line.note) for line in lines] == [
        (f"{name}.changes", "schema changed: + vendor_tier string")
    ]
    glue.delete_database(Name=name)
    whole = sync(context, databases=())
    assert f"{name}.stays" in whole.changes.deleted_tables
    assert context.workspace.catalog.node(f"glue-db-{name}") is None


def test_without_create_nodes_nothing_is_stored(context: ActionContext) -> None:
    assert sync(context, create_nodes=False).stats.tables_imported > 0
    assert context.workspace.catalog.counts() == {"columns": 0}


def test_unknown_database_is_a_line_in_the_report(context: ActionContext) -> None:
    result = sync(context, databases=("nope", "contracts_db"))
    assert [e.table for e in result.errors] == ["nope"]
    assert result.stats.tables_imported > 0


def test_denied_database_keeps_what_was_known(context: ActionContext, cloud: Cloud) -> None:
    sync(context)
    cloud.control("POST", "deny", {"database": "contracts_db"})
    try:
        result = sync(context)
    finally:
        cloud.control("POST", "allow", {"database": "contracts_db"})
    assert "contracts_db" in [e.table for e in result.errors]
    assert result.changes.deleted_tables == ()
    run = context.workspace.syncs.sync_runs()[0]
    assert run.state == "partial"
    denied = {line.name: line.remedy for line in context.workspace.syncs.lines(run.run_id, "error")}
    assert "glue:GetTables" in denied["contracts_db"]
    assert asyncio.run(search_catalog(context, "contract_spend"))


@pytest.mark.parametrize("kind", ["cut_body", "empty_body", "html_200"])
def test_spoiled_answers_delete_nothing(context: ActionContext, cloud: Cloud, kind: str) -> None:
    before = sync(context).stats.tables_imported
    cloud.fault(kind, operation="GetTables", match={"DatabaseName": "contracts_db"})
    result = sync(context)
    assert [e.table for e in result.errors if e.table == "contracts_db"]
    assert result.changes.deleted_tables == ()
    cloud.clear()
    cloud.fault(kind, operation="GetDatabases")
    with pytest.raises(DataOpsError):
        sync(context)
    assert context.workspace.syncs.sync_runs()[0].state == "failed"
    assert context.workspace.catalog.counts()["glue-table"] == before


def test_dropped_connections_and_throttling_are_survived(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("reset", service="glue", probability=0.1)
    cloud.fault("throttle", service="glue", probability=0.2)
    assert [e.table for e in sync(context).errors] == ["finance_db.budget_2024"]


def test_expired_session_fails_the_run_and_keeps_the_catalog(context: ActionContext, cloud: Cloud) -> None:
    before = sync(context).stats.tables_imported
    cloud.fault("expired_token", operation="GetTables")
    with pytest.raises(CredentialsError):
        sync(context)
    run = context.workspace.syncs.sync_runs()[0]
    assert (run.state, run.report["remedy"]) == ("failed", "Sign in again, for example with `aws sso login`.")
    assert context.workspace.catalog.counts()["glue-table"] == before


def test_cancel_leaves_everything_as_it_was(context: ActionContext, cloud: Cloud) -> None:
    cloud.fault("latency", operation="GetTables", latency_ms=300)
    cancel = CancelToken()
    threading.Timer(0.4, cancel.cancel).start()
    with pytest.raises(CancelledByUserError):
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD), cancel=cancel))
    assert context.workspace.catalog.counts() == {"columns": 0}
    assert context.workspace.syncs.sync_runs()[0].state == "cancelled"


def test_in_a_process_of_its_own(context: ActionContext, cloud: Cloud) -> None:
    seen: list[Progress] = []
    run_id = run_sync_process(
        context.workspace.path, cloud.options, SyncGlueCatalogOptions(WORLD), seen.append, CancelToken()
    )
    result = sync_result(context.workspace, run_id)
    assert result.stats.tables_imported > 10
    assert {state.total for state in seen if state.unit == "databases"} == {None, len(WORLD)} - {None}
    assert context.workspace.catalog.counts()["glue-table"] == result.stats.tables_imported
    cloud.fault("expired_token", operation="GetDatabases")
    with pytest.raises(CredentialsError, match="expired"):
        run_sync_process(
            context.workspace.path, cloud.options, SyncGlueCatalogOptions(), seen.append, CancelToken()
        )
    cloud.clear()
    cloud.fault("latency", operation="GetTables", latency_ms=400)
    cancel = CancelToken()
    with pytest.raises(CancelledByUserError):
        run_sync_process(
            context.workspace.path,
            cloud.options,
            SyncGlueCatalogOptions(WORLD),
            lambda _: cancel.cancel(),
            cancel,
        )


def test_kill_minus_nine_mid_sync_leaves_the_old_catalog(cloud: Cloud, tmp_path: Any) -> None:
    path = tmp_path / "w.dataops"
    with open_context(path, cloud.options) as context:
        before = sync(context, databases=("contracts_db",)).stats.tables_imported
    cloud.fault("latency", operation="GetTables", match={"DatabaseName": "flights_db"}, latency_ms=5000)
    child = subprocess.Popen([sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    request = {
        "workspace": str(path),
        "connection": asdict(cloud.options),
        "options": asdict(SyncGlueCatalogOptions()),
    }
    child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.flush()
    while b"tables read" not in child.stdout.readline():
        pass
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    with open_context(path, cloud.options) as context:
        assert context.workspace.syncs.sync_runs()[0].state == "interrupted"
        assert context.workspace.catalog.counts()["glue-table"] == before


def test_catalog_works_with_the_sandbox_gone(context: ActionContext, tmp_path: Any) -> None:
    sync(context)
    offline = type(context)(context.workspace, None, None)  # type: ignore[arg-type]
    try:
        hits = asyncio.run(search_catalog(offline, "vendor_id"))
        assert hits
        details = asyncio.run(show_node(offline, "glue-table-contracts_db-contract_spend"))
        assert len(details.partitions) == 4
        graph = asyncio.run(lineage(offline, details.stored.key))
        assert {node.type for node in graph.nodes} >= {"s3-bucket", "glue-table"}
    finally:
        offline.close()
