"""A script of ten megabytes in the editor: how long the window stands still while one types in it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, percentile, sandbox
from benchmarks.watched_window import attach

STATEMENTS = 150_000
TEXT = "SELECT a, 'it''s; x' AS b -- c; d\nFROM vendor_info WHERE x = 1 /* ; */;\n"


def run() -> list[Row]:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.app.registry import EntryPointRegistry
    from dataops_desktop.gui.async_bridge import AsyncBridge
    from dataops_desktop.gui.main_window import MainWindow
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.window_context import WindowContext
    from dataops_desktop.storage.results import ResultFolder
    from dataops_desktop.storage.workspace import SqliteWorkspace

    sys.setswitchinterval(0.001)
    app: Any = QApplication.instance() or QApplication([])
    gaps: list[float] = []
    took: list[float] = []
    with sandbox("--empty") as options, tempfile.TemporaryDirectory() as folder:
        store = SqliteWorkspace(Path(folder) / "w.dataops")
        registry = EntryPointRegistry(options)
        actions = ActionContext(store, registry, ResultFolder(Path(folder) / "r"))
        bridge, theme = AsyncBridge(app), Theme(app)
        theme.apply("light")
        context = WindowContext(store.settings, bridge, theme, "Benchmark")
        attach(context, UseCases(actions))
        window = MainWindow(context, lambda *_: None, lambda: None)
        window.show()
        bridge.start()
        last = [0.0]

        def beat() -> None:
            now = time.perf_counter()
            gaps.append((now - last[0]) * 1000)
            last[0] = now

        timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)

        async def fresh(index: Any) -> None:
            started = time.perf_counter()
            while not index.fresh:  # noqa: ASYNC110 - watches the window as a person would
                await asyncio.sleep(0.02)
            took.append(time.perf_counter() - started)
            await asyncio.sleep(1)

        async def scenario() -> None:
            await asyncio.sleep(4)  # the services have been checked: boto3 is imported
            window.opener.open_query(TEXT * STATEMENTS, "contracts_db")
            page: Any = window.opener.query_page()
            index, edit = page.editor.index, page.editor.edit
            await fresh(index)
            for place in (0, edit.textLength() // 2, edit.textLength()):
                edit.gotoPos(place)
                edit.scrollCaret()
                await asyncio.sleep(1)
                last[0] = time.perf_counter()
                timer.start()
                for key in "SELECT 'a;b' FROM x; ":
                    QTest.keyClicks(edit, key)
                    await asyncio.sleep(0.05)
                await fresh(index)
                timer.stop()
            window.close()

        bridge.run(scenario())
        bridge.run_forever()
        actions.close()
        registry.close()
        store.close()
    megabytes = len(TEXT) * STATEMENTS / 1e6
    return [
        Row(
            "editor", f"{megabytes:.0f} MB script: longest gap while typing, splitting and marking", max(gaps), "ms", 50,
            f"99th percentile {percentile(gaps, 0.99):.1f}; the whole is split in {max(took):.1f} s, off the window's thread",
        )
    ]  # fmt: skip
