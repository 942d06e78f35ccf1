"""The sync of 1,000 and 10,000 tables against a bare boto3 drain of the same server, in turns; with a region's latency (80 ms) and without;
and 100,000 tables for their memory. One table in ten has partitions."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.glue_world import drain, fill
from benchmarks.harness import Row, median, resident_mib, sandbox_process, set_latency, spread
from dataops_desktop.actions.sync_glue_catalog import run_glue_sync, sync_glue_catalog
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


LATENCY_MS = 80


def _measure(tables: int, pairs: int, latency_ms: int = 0) -> list[Row]:
    ratios, seconds, again, written = [], [], [], 0
    with sandbox_process("--empty") as process, tempfile.TemporaryDirectory() as folder:
        options = process.options()
        fill(options, tables)
        if latency_ms:
            set_latency(process, latency_ms)
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
    there = f", {latency_ms} ms a call" if latency_ms else ""
    limit = (
        [Row("sync", f"first sync of {tables:,} tables{there}", median(seconds), "s", 90)]
        if tables == 10_000
        else []
    )
    return [
        *limit,
        Row(
            "sync",
            f"first sync of {tables:,} tables{there} ÷ the bare calls",
            median(ratios),
            "×",
            1.3 if latency_ms else None,
            f"{spread(ratios)}; {median(seconds):.2f} s",
        ),
        Row(
            "sync",
            f"second sync of {tables:,} tables{there}: catalog rows written",
            written,
            "rows",
            0,
            f"{median(again):.2f} s",
        ),
    ]


def _large(tables: int) -> list[Row]:
    """A catalog that would not fit: what the process keeps while it is read and saved."""
    seen: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            seen.append(resident_mib())

    with sandbox_process("--tables", str(tables)) as process, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.dataops"
        with open_context(path, process.options()) as context:
            context.connectors.get("glue").databases()
            before = resident_mib()
            threading.Thread(target=look, daemon=True).start()
            started = time.perf_counter()
            asyncio.run(run_glue_sync(context))
            took = time.perf_counter() - started
            done.set()
            stored = context.workspace.catalog.counts()["glue-table"]
            coverage = context.workspace.syncs.coverage("")
        size = path.stat().st_size / 2**20
    assert stored == tables == coverage.covered
    note = f"{took:.0f} s, {size:.0f} MiB on disk, all there"
    return [
        Row(
            "sync",
            f"{tables:,} tables: memory above what it was before",
            max(seen) - before,
            "MiB",
            150,
            note,
        )
    ]


def run() -> list[Row]:
    return (
        _measure(1_000, 5)
        + _measure(1_000, 5, LATENCY_MS)
        + _measure(10_000, 1, LATENCY_MS)
        + _large(100_000)
    )
