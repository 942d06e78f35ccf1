"""How late the event loop of a real window runs while something happens."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from dataops_desktop.interfaces.connector import ConnectionOptions

TICK_MS = 10


def attach(context: Any, use_cases: Any) -> None:
    """A window's context with one connection, as the composition root gives it."""
    from dataops_desktop.actions.connections import ConnectionBook
    from dataops_desktop.app.connection_keys import ConnectionKeys
    from dataops_desktop.aws.profiles import found_profiles

    keys = ConnectionKeys()
    book = ConnectionBook(context.settings, keys.keyring, keys.session, found_profiles, keys.identity)
    context.attach(lambda _: use_cases, book)


def lateness(
    options: ConnectionOptions,
    folder: Path,
    scenario: Callable[[Any], Awaitable[None]],
    sync_runner: Any = None,
) -> tuple[list[float], dict[str, int]]:
    """(milliseconds late of each tick, nodes by type at the end). `scenario` gets the window; ticks are counted from its start."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.app.registry import EntryPointRegistry
    from dataops_desktop.gui.async_bridge import AsyncBridge
    from dataops_desktop.gui.garbage import WindowThreadGarbage
    from dataops_desktop.gui.main_window import MainWindow
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.window_context import WindowContext
    from dataops_desktop.storage.results import ResultFolder
    from dataops_desktop.storage.workspace import SqliteWorkspace

    sys.setswitchinterval(0.001)
    app = QApplication.instance() or QApplication([])
    late: list[float] = []
    store = SqliteWorkspace(folder / "w.dataops")
    registry = EntryPointRegistry(options)
    actions = ActionContext(store, registry, ResultFolder(folder / "r"))
    bridge = AsyncBridge(app)  # type: ignore[arg-type]
    theme = Theme(app)  # type: ignore[arg-type]
    theme.apply("light")
    runner = None if sync_runner is None else lambda o, p, c, _: sync_runner(store.path, options, o, p, c)
    context = WindowContext(store.settings, bridge, theme, "Benchmark")
    attach(context, UseCases(actions, runner))
    window = MainWindow(context, lambda *_: None, lambda: None)
    WindowThreadGarbage(window)  # as the program does
    window.show()
    bridge.start()
    expected = [0.0]

    def tick() -> None:
        now = time.perf_counter()
        late.append(max(0.0, (now - expected[0]) * 1000))
        expected[0] = now + TICK_MS / 1000

    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)

    async def watched() -> None:
        await asyncio.sleep(4)  # the services have been checked: boto3 is imported
        expected[0] = time.perf_counter() + TICK_MS / 1000
        timer.start()
        await scenario(window)
        timer.stop()
        window.close()

    bridge.run(watched())
    bridge.run_forever()
    counts = store.catalog.counts()
    actions.close()
    registry.close()
    store.close()
    return late, counts
