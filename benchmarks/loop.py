"""How late the window's event loop runs while 10,000 tables are synced by the worker process, and while files are transferred."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.glue_world import fill
from benchmarks.harness import Row, percentile, sandbox
from benchmarks.s3 import server
from benchmarks.watched_window import TICK_MS, lateness

TABLES = 10_000
FILES, FILE_BYTES, LARGE_BYTES = 3_000, 4_096, 256 << 20


async def _sync(window: Any) -> None:
    window.sync_glue(full=False)
    while window.is_syncing():  # noqa: ASYNC110 - watches the window as a person would
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)  # the report opens


def _rows(what: str, late: list[float], note: str, worst: float) -> list[Row]:
    note = f"{len(late)} ticks of {TICK_MS} ms, {note}"
    return [
        Row(
            "event loop",
            f"late, 99th percentile, {what}",
            percentile(late, 0.99),
            "ms",
            10 if worst == 50 else None,
            note,
        ),
        Row("event loop", f"late, worst, {what}", max(late), "ms", worst, note),
    ]


def run() -> list[Row]:
    from dataops_desktop.app.sync_worker import run_sync_process
    from dataops_desktop.objects.addresses import ObjectAddress

    with sandbox("--empty") as options, tempfile.TemporaryDirectory() as folder:
        fill(options, TABLES)
        late, counts = lateness(options, Path(folder), _sync, run_sync_process)
    rows = _rows(
        "during a 10,000-table sync", late, f"{counts.get('glue-table', 0):,} tables, report opened", 50
    )

    with server() as options, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "source"
        source.mkdir()
        for number in range(FILES):
            (source / f"f{number:05d}").write_bytes(os.urandom(FILE_BYTES))
        (source / "large.bin").write_bytes(os.urandom(LARGE_BYTES))

        async def moves(window: Any) -> None:
            window.show_panel("transfers")
            transfers = window.context.use_cases.transfers
            up = await transfers.upload([source], ObjectAddress("bench", "up/"))
            done = await transfers.wait(up)
            assert done.state == "done", done
            down = await transfers.wait(
                await transfers.download([ObjectAddress("bench", "up/")], folder / "down")
            )
            assert down.state == "done", down

        late, _ = lateness(options, folder, moves)
    return rows + _rows(f"during {FILES:,} files and 256 MiB up and down", late, "queue in sight", 100)
