"""What the client adds to a query: a small one, and one of a million rows."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, median, sandbox, spread
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.app.wiring import open_context

SMALL = "SELECT vendor_id, country FROM vendor_info ORDER BY 1 LIMIT 20"
MILLION = "SELECT f.carrier, f.flight, f.origin, f.distance, n FROM flights f CROSS JOIN UNNEST(sequence(1, 3)) AS t(n)"
RUNS = 30


def run() -> list[Row]:
    overheads: list[float] = []
    with (
        sandbox() as options,
        tempfile.TemporaryDirectory() as folder,
        open_context(Path(folder) / "w.dataops", options) as context,
    ):

        async def small() -> float:
            started = time.perf_counter()
            outcome = await run_query(context, RunQueryOptions(SMALL, "contracts_db"))
            took = (time.perf_counter() - started) * 1000
            assert outcome.rows is not None
            outcome.rows.close()
            return took - outcome.status.total_ms

        async def smalls() -> None:
            for _ in range(3):
                await small()
            for _ in range(RUNS):
                overheads.append(await small())

        asyncio.run(smalls())
        first, whole, rows = asyncio.run(_million(context))
    return [
        Row(
            "query",
            "client overhead of a small query (all but the engine), median",
            median(overheads),
            "ms",
            150,
            spread(overheads),
        ),
        Row(
            "query",
            f"{rows:,} rows: first rows after they are available",
            first,
            "ms",
            300,
            f"all rows on disk after {whole:.0f} ms",
        ),
    ]


async def _million(context: Any) -> tuple[float, float, int]:
    succeeded: list[float] = []
    first: list[float] = []

    def on_status(status: Any) -> None:
        if status.finished:
            succeeded.append(time.perf_counter())

    def on_rows(rows: Any) -> None:
        if not first and rows.row_count:
            first.append(time.perf_counter())

    outcome = await run_query(
        context, RunQueryOptions(MILLION, "flights_db"), on_status=on_status, on_rows=on_rows
    )
    done = time.perf_counter()
    assert outcome.rows is not None
    count = outcome.row_count
    outcome.rows.close()
    return (first[0] - succeeded[0]) * 1000, (done - succeeded[0]) * 1000, count
