"""kill -9 at every write of a sync, resuming, two windows on one workspace."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.sync_worker import MODULE
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CredentialsError
from tests.conftest import Cloud


def make_tables(cloud: Cloud, database: str, names: list[str], column: str = "a") -> None:
    glue = cloud.client("glue")
    for name in names:
        glue.create_table(
            DatabaseName=database,
            TableInput={"Name": name, "Description": "x", "StorageDescriptor": {"Columns": [{"Name": column, "Type": "int"}]}},
        )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL")
@pytest.mark.timeout(300)
def test_killed_at_every_write_nothing_is_half(cloud: Cloud, tmp_path: Path) -> None:
    glue = cloud.client("glue")
    stamp = time.time_ns()
    databases = [f"crash_{stamp}_{i}" for i in range(3)]
    for name in databases:
        glue.create_database(DatabaseInput={"Name": name})
        make_tables(cloud, name, ["stays", "changes", "goes"])
    options = SyncGlueCatalogOptions(tuple(databases))
    before, after = tmp_path / "before.dataops", tmp_path / "after.dataops"
    with open_context(before, cloud.options) as context:
        asyncio.run(sync_glue_catalog(context, options))
    for name in databases:
        glue.delete_table(DatabaseName=name, Name="goes")
        glue.delete_table(DatabaseName=name, Name="changes")
        make_tables(cloud, name, ["changes"], "b")
        make_tables(cloud, name, ["comes"])
    shutil.copy(before, after)
    with open_context(after, cloud.options) as context:
        asyncio.run(sync_glue_catalog(context, options))
    driver = Path(__file__).with_name("crash_driver.py")
    done = subprocess.run(
        [sys.executable, str(driver), str(before), str(after), json.dumps(asdict(cloud.options)), ",".join(databases)],
        capture_output=True, text=True, timeout=280, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert verdict["problems"] == []
    assert verdict["steps"] >= 10
    assert "applying" in verdict["states"]
    for name in databases:
        glue.delete_database(Name=name)


def start_worker(path: Path, cloud: Cloud, databases: tuple[str, ...]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    request = {
        "workspace": str(path),
        "connection": asdict(cloud.options),
        "options": asdict(SyncGlueCatalogOptions(databases)),
    }
    child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.flush()
    return child


def test_a_killed_sync_is_taken_up(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "w.dataops"
    databases = ("contracts_db", "logistics_db", "flights_db", "personnel_db")
    cloud.fault("latency", operation="GetTables", match={"DatabaseName": "flights_db"}, latency_ms=8000)
    child = start_worker(path, cloud, databases)
    assert child.stdout is not None
    assert child.stdin is not None
    for line in child.stdout:
        progress = json.loads(line).get("progress") or {}
        if progress.get("done") == 3:
            break
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    cloud.clear()
    with open_context(path, cloud.options) as context:
        result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(databases)))
        run = context.workspace.syncs.sync_runs()[0]
        assert run.report["takenUp"] == 3
        assert cloud.requests()["glue:GetTables"] == 1
        assert result.stats.tables_imported == context.workspace.catalog.counts()["glue-table"]
        assert len(result.changes.new_tables) == result.stats.tables_imported
        assert (
            asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(databases))).changes.new_tables
            == ()
        )


def test_two_syncs_at_once_on_one_workspace(cloud: Cloud, tmp_path: Path) -> None:
    path = tmp_path / "w.dataops"
    databases = ("contracts_db", "logistics_db", "flights_db")
    with open_context(path, cloud.options) as context:
        cloud.fault("latency", operation="GetTables", latency_ms=150)
        child = start_worker(path, cloud, databases)
        result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(databases)))
        assert child.stdout is not None
        answers = [json.loads(line) for line in child.stdout]
        child.wait()
        child.stdin.close()  # type: ignore[union-attr]
        child.stdout.close()
        assert "run" in answers[-1], answers[-1]
        runs = context.workspace.syncs.sync_runs()
        assert [run.state for run in runs] == ["complete", "complete"]
        assert context.workspace.catalog.counts()["glue-table"] == result.stats.tables_imported
        cloud.clear()
        again = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(databases)))
        assert context.workspace.syncs.sync_runs()[0].report["rowsWritten"] == 0
        assert again.changes == type(again.changes)()


def test_one_of_many_databases_denied_while_calls_are_throttled(context: Any, cloud: Cloud) -> None:
    glue, stamp = cloud.client("glue"), time.time_ns()
    names = tuple(f"many_{stamp}_{i:02d}" for i in range(42))
    for name in names:
        glue.create_database(DatabaseInput={"Name": name})
        make_tables(cloud, name, ["t"])
    first = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(names)))
    assert first.stats.tables_imported == 42
    cloud.control("POST", "deny", {"database": names[7]})
    cloud.fault("throttle", service="glue", probability=0.3)
    try:
        result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(names)))
    finally:
        cloud.control("POST", "allow", {"database": names[7]})
        cloud.clear()
    run = context.workspace.syncs.sync_runs()[0]
    assert (run.state, [e.table for e in result.errors]) == ("partial", [names[7]])
    assert result.changes.deleted_tables == ()
    assert context.workspace.catalog.node(f"glue-table-{names[7]}-t") is not None
    line = context.workspace.syncs.lines(run.run_id, "error")[0]
    assert "glue:GetTables" in line.remedy
    coverage = context.workspace.syncs.coverage(run.started_at)
    assert (coverage.covered, coverage.total) == (41, 42)
    for name in names:
        glue.delete_database(Name=name)


def test_a_pace_that_halves_and_recovers() -> None:
    from dataops_desktop.aws.pace import Pace

    pace = Pace(start=8, most=16)
    pace.throttled()
    pace.throttled()
    assert pace.limit == 4, "one burst counts once"
    for _ in range(500):
        pace.succeeded()
    assert pace.limit == 16
    running, most, lock = [0], [0], threading.Lock()
    small = Pace(start=2, most=2)

    def call() -> None:
        with small.turn():
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.01)
            with lock:
                running[0] -= 1

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 2


def test_a_wrong_clock_fails_the_run_and_says_what_to_do(context: Any, cloud: Cloud) -> None:
    options = SyncGlueCatalogOptions(("contracts_db",))
    before = asyncio.run(sync_glue_catalog(context, options)).stats.tables_imported
    cloud.fault(
        "error",
        operation="GetTables",
        code="InvalidSignatureException",
        status=400,
        message="Signature expired",
    )
    with pytest.raises(CredentialsError, match="time"):
        asyncio.run(sync_glue_catalog(context, options))
    run = context.workspace.syncs.sync_runs()[0]
    assert run.state == "failed"
    assert "clock" in run.report["remedy"]
    assert context.workspace.catalog.counts()["glue-table"] == before


def test_lake_formation_names_the_grant_to_ask_for(context: Any, cloud: Cloud) -> None:
    cloud.fault(
        "access_denied", operation="GetTables", message="Insufficient Lake Formation permission(s): Required Describe on contracts_db"
    )  # fmt: skip
    result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",))))
    assert result.errors[0].error.startswith("Access denied (Lake Formation)")
    run_id = context.workspace.syncs.sync_runs()[0].run_id
    remedy = context.workspace.syncs.lines(run_id, "error")[0].remedy
    assert remedy == "Ask a Lake Formation administrator to grant you DESCRIBE on contracts_db."


def test_a_full_disk_while_saving_is_made_good_by_the_next_start(cloud: Cloud, tmp_path: Path) -> None:
    from dataops_desktop.errors import WorkspaceError

    path = tmp_path / "w.dataops"
    with open_context(path, cloud.options) as context:
        syncs, whole = context.workspace.syncs, context.workspace.syncs.apply_staged

        def full(run_id: int, progress: Any) -> int:
            syncs._database._writer.execute("PRAGMA max_page_count = 1")
            try:
                return whole(run_id, progress)
            finally:
                syncs._database._writer.execute("PRAGMA max_page_count = 1073741823")

        syncs.apply_staged = full
        with pytest.raises(WorkspaceError, match="full"):
            asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",))))
        syncs.apply_staged = whole
        assert syncs.sync_runs()[0].state in {"applying", "failed"}
    with open_context(path, cloud.options) as context:
        context.workspace.syncs.recover()
        result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",))))
        assert context.workspace.catalog.counts()["glue-table"] == result.stats.tables_imported
        assert all(run.state in {"complete", "failed"} for run in context.workspace.syncs.sync_runs())
