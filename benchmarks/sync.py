"""The sync of 1,000 and 10,000 tables against a bare boto3 drain of the same server, in turns."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.glue_world import drain, fill
from benchmarks.harness import Row, median, sandbox, spread
from dataops_desktop.actions.sync_glue_catalog import sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.interfaces.connector import ConnectionOptions


def _sync(path: Path, options: ConnectionOptions) -> tuple[float, int]:
    with open_context(path, options) as context:
        # The connector (and boto3 with it) is made first, as the floor's is.
        context.connectors.get("glue").databases()
        started = time.perf_counter()
        asyncio.run(sync_glue_catalog(context))
        took = time.perf_counter() - started
        return took, int(context.workspace.syncs.sync_runs()[0].report["rowsWritten"])


def _measure(tables: int, pairs: int) -> list[Row]:
    ratios, seconds, again, written = [], [], [], 0
    with sandbox("--empty") as options, tempfile.TemporaryDirectory() as folder:
        fill(options, tables)
        drain(options)
        for i in range(pairs):
            started = time.perf_counter()
            assert drain(options) == tables
            floor = time.perf_counter() - started
            path = Path(folder) / f"{i}.dataops"
            took, _ = _sync(path, options)
            ratios.append(took / floor)
            seconds.append(took)
            repeated, written = _sync(path, options)
            again.append(repeated)
    return [
        Row(
            "sync",
            f"first sync of {tables:,} tables ÷ bare boto3 drain",
            median(ratios),
            "×",
            1.3,
            f"{spread(ratios)}; {median(seconds):.2f} s",
        ),
        Row(
            "sync",
            f"second sync of {tables:,} tables: catalog rows written",
            written,
            "rows",
            0,
            f"{median(again):.2f} s",
        ),
    ]


def run() -> list[Row]:
    return _measure(1_000, 5) + _measure(10_000, 1)
