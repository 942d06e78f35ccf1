"""How late the window's event loop runs while 10,000 tables are synced by the worker process."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.glue_world import fill
from benchmarks.harness import Row, percentile, sandbox

TABLES, TICK_MS = 10_000, 10


def run() -> list[Row]:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.app.registry import EntryPointRegistry
    from dataops_desktop.app.sync_worker import run_sync_process
    from dataops_desktop.gui.async_bridge import AsyncBridge
    from dataops_desktop.gui.main_window import MainWindow
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.window_context import WindowContext
    from dataops_desktop.storage.results import ResultFolder
    from dataops_desktop.storage.workspace import SqliteWorkspace

    sys.setswitchinterval(0.001)
    app = QApplication.instance() or QApplication([])
    lateness: list[float] = []
    with sandbox("--empty") as options, tempfile.TemporaryDirectory() as folder:
        fill(options, TABLES)
        store = SqliteWorkspace(Path(folder) / "w.dataops")
        registry = EntryPointRegistry(options)
        actions = ActionContext(store, registry, ResultFolder(Path(folder) / "r"))
        bridge = AsyncBridge(app)  # type: ignore[arg-type]
        theme = Theme(app)  # type: ignore[arg-type]
        theme.apply("light")
        cases = UseCases(actions, lambda o, p, c, _: run_sync_process(store.path, options, o, p, c))
        context = WindowContext(store.settings, bridge, theme, "Benchmark")
        context.attach(cases)
        window = MainWindow(context, lambda *_: None, lambda: None)
        window.show()
        bridge.start()
        expected = [0.0]

        def tick() -> None:
            now = time.perf_counter()
            lateness.append(max(0.0, (now - expected[0]) * 1000))
            expected[0] = now + TICK_MS / 1000

        timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(tick)

        async def scenario() -> None:
            await asyncio.sleep(4)  # the services have been checked: boto3 is imported
            expected[0] = time.perf_counter() + TICK_MS / 1000
            timer.start()
            window.sync_glue(full=False)
            while window.is_syncing():  # noqa: ASYNC110 - watches the window as a person would
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)  # the report opens
            timer.stop()
            window.close()

        bridge.run(scenario())
        bridge.run_forever()
        tables = store.catalog.counts().get("glue-table", 0)
        actions.close()
        registry.close()
        store.close()
    note = f"{len(lateness)} ticks of {TICK_MS} ms, {tables:,} tables, report opened"
    return [
        Row(
            "event loop",
            "late, 99th percentile, during a 10,000-table sync",
            percentile(lateness, 0.99),
            "ms",
            10,
            note,
        ),
        Row("event loop", "late, worst", max(lateness), "ms", 50, note),
    ]
