"""What goes wrong around a query: a clear message, nothing lost, nothing paid twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.export_result import write_export
from dataops_desktop.actions.query_remedies import remedy
from dataops_desktop.actions.run_query import RunQueryOptions, resume_query, run_query
from dataops_desktop.errors import QueryFailedError
from tests.conftest import Cloud

BIG = "SELECT f.*, n FROM flights f CROSS JOIN UNNEST(sequence(1, 2)) AS t(n)"
SCRIPT = """
import asyncio, json, resource, sys
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.connector import ConnectionOptions

options, path, sql = ConnectionOptions(**json.loads(sys.argv[1])), sys.argv[2], sys.argv[3]

async def work(context):
    try:
        await run_query(context, RunQueryOptions(sql, "flights_db"))
    except DataOpsError as error:
        print(json.dumps([type(error).__name__, error.message, error.remedy]))

from pathlib import Path
with open_context(Path(path), options) as context:
    # A file that may not grow any more is what a full disk is to a program.
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
    asyncio.run(work(context))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on a file's size")
def test_a_full_disk_while_rows_are_written(cloud: Cloud, context: ActionContext, tmp_path: Path) -> None:
    from dataclasses import asdict

    path = tmp_path / "full.dataops"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(asdict(cloud.options)), str(path), BIG],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kind, message, advice = json.loads(done.stdout.splitlines()[-1])
    assert kind == "WorkspaceError", message
    assert "could not be written" in message
    assert "Free some space" in advice
    # The query itself succeeded and is paid: its result is read again, and not run again.
    from dataops_desktop.app.wiring import open_context

    with open_context(path, cloud.options) as again:
        record = again.workspace.history.queries()[0]
        assert (record.state, record.row_count) == ("SUCCEEDED", None)
        started = cloud.requests().get("athena:StartQueryExecution", 0)
        outcome = asyncio.run(resume_query(again, record))
        assert outcome.row_count == 673_552
        assert cloud.requests().get("athena:StartQueryExecution", 0) == started
        assert outcome.rows is not None
        with pytest.raises(OSError, match=r"[Nn]o such|[Pp]ermi|[Rr]ead-only|[Ii]nvalid"):
            write_export(outcome.rows, Path("/proc/export.csv"), "csv", lambda: None)
        outcome.rows.close()


def test_a_denied_table_says_whom_to_ask(context: ActionContext) -> None:
    with pytest.raises(QueryFailedError) as caught:
        asyncio.run(run_query(context, RunQueryOptions("SELECT * FROM budget_2024", "finance_db")))
    assert "PERMISSION_DENIED" in caught.value.message
    assert "Lake Formation" in caught.value.remedy
    record = context.workspace.history.queries()[0]
    assert (record.state, record.cost_usd) == ("FAILED", 0.0)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("HIVE_BAD_DATA: Field year's type BINARY in parquet file is incompatible", "another type"),
        ("Query exhausted resources at this scale factor", "fewer columns"),
        ("Bytes scanned limit was exceeded", "partition column"),
        ("DIVISION_BY_ZERO: Division by zero", "nullif"),
        ("SYNTAX_ERROR: line 1:8: mismatched input", ""),
    ],
)
def test_commoner_errors_bring_advice(context: ActionContext, reason: str, advice: str) -> None:
    found = remedy(context.workspace.catalog, reason, "SELECT 1", "db")
    assert advice in found if advice else not found
