"""Against other clients on the same server in the same run, against paging, and ten million rows in bounded memory.

The peers live in an environment of their own (.venv-bench): one of them wants another pyarrow than we do.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, median, resident_mib, sandbox, spread
from benchmarks.query import MILLION, SMALL
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.app.wiring import open_context
from dataops_desktop.interfaces.cancel import CancelToken

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-bench"
PEERS = ("PyAthena[arrow]>=3", "awswrangler>=3")
RUNS = 20
TEN_MILLION = MILLION.replace("sequence(1, 3)", "sequence(1, 30)")


def peers_python() -> Path:
    """The interpreter that has the peers; made at the first run."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True, stdout=sys.stderr)
    return python


def run() -> list[Row]:
    python = peers_python()
    ours: list[float] = []
    with (
        sandbox() as options,
        tempfile.TemporaryDirectory() as folder,
        open_context(Path(folder) / "w.dataops", options) as context,
    ):

        async def smalls() -> None:
            for turn in range(RUNS + 3):
                started = time.perf_counter()
                outcome = await run_query(context, RunQueryOptions(SMALL, "contracts_db", "primary"))
                took = (time.perf_counter() - started) * 1000
                assert outcome.rows is not None
                outcome.rows.close()
                if turn >= 3:
                    ours.append(took - outcome.status.total_ms)

        asyncio.run(smalls())
        done = subprocess.run(
            [str(python), str(ROOT / "benchmarks" / "peers_child.py"), str(options.endpoint_url), str(options.region), "contracts_db", str(RUNS)],
            input=SMALL, stdout=subprocess.PIPE, check=True, text=True,
        )  # fmt: skip
        peers: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
        streamed, paged, rows = asyncio.run(_against_paging(context))
        added, many = asyncio.run(_memory(context))
    medians = {name: median(found) for name, found in peers.items()}
    defaults = min(value for name, value in medians.items() if "defaults" in name)
    tuned = min(medians.values())
    told = "; ".join(f"{name} {value:.0f} ms" for name, value in medians.items())
    return [
        Row("peers", "small query: our overhead ÷ the fastest peer's at its defaults", median(ours) / defaults, "×", 1, f"ours {median(ours):.0f} ms ({spread(ours)}); {told}"),
        Row("peers", "small query: our overhead ÷ the fastest peer's when it polls every 50 ms", median(ours) / tuned, "×", None, "the query takes 40 ms, so where its end falls between two polls decides"),
        Row("peers", f"{rows:,} rows: reading the object ÷ paging GetQueryResults", streamed / paged, "×", 0.1, f"{streamed:.1f} s against {paged:.1f} s"),
        Row("peers", f"{many:,} rows: memory of the process while they are read", added, "MiB", 150, "anonymous memory above what it was before; the rows are mapped from disk"),
    ]  # fmt: skip


async def _against_paging(context: Any) -> tuple[float, float, int]:
    """(seconds through the object, seconds through pages, rows) of the same execution."""
    engine = await context.connector("athena")
    outcome = await run_query(context, RunQueryOptions(MILLION, "flights_db", "primary"))
    assert outcome.rows is not None
    outcome.rows.close()

    def drain(object_wanted: bool) -> tuple[float, int]:
        started, count = time.perf_counter(), 0
        if object_wanted:
            for batch in engine.results(outcome.status, CancelToken()).batches:
                count += batch.num_rows
        else:
            client = engine._session.client("athena")
            token: dict[str, str] = {}
            while True:
                answer = client.get_query_results(
                    QueryExecutionId=outcome.status.execution_id, MaxResults=1000, **token
                )
                count += len(answer["ResultSet"]["Rows"])
                if not answer.get("NextToken"):
                    break
                token = {"NextToken": answer["NextToken"]}
        return time.perf_counter() - started, count

    streamed, rows = await asyncio.to_thread(drain, True)
    paged, _ = await asyncio.to_thread(drain, False)
    return streamed, paged, rows


async def _memory(context: Any) -> tuple[float, int]:
    """(MiB above the start at the highest, rows)."""
    before, highest, stop = resident_mib(), [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            highest[0] = max(highest[0], resident_mib())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        outcome = await run_query(context, RunQueryOptions(TEN_MILLION, "flights_db", "primary"))
    finally:
        stop.set()
        watcher.join()
    assert outcome.rows is not None
    outcome.rows.close()
    return highest[0] - before, outcome.row_count
