"""A window over the sandbox, on a real asyncio bridge, with a workspace that was synced once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from dataops_desktop.actions.connections import ConnectionBook
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.actions.use_cases import UseCases
from dataops_desktop.app.connection_keys import ConnectionKeys
from dataops_desktop.app.registry import EntryPointRegistry
from dataops_desktop.app.wiring import open_context
from dataops_desktop.aws.profiles import found_profiles
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.main_window import MainWindow
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.storage.results import ResultFolder
from dataops_desktop.storage.secrets import MemorySecrets
from dataops_desktop.storage.workspace import SqliteWorkspace
from tests.conftest import Cloud

WORLD = ("contracts_db", "personnel_db", "logistics_db", "finance_db", "flights_db")


@pytest.fixture(scope="session")
def synced_file(sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("synced") / "w.dataops"
    cloud = Cloud(sandbox_process)
    cloud.clear()  # another test's faults may stand: this fixture is made in the midst of one
    with open_context(path, cloud.options) as context:
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD)))
    return path


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    made = Theme(qapp)
    made.apply("light")
    return made


class Harness:
    """Makes windows like the composition root does, and takes them down."""

    def __init__(self, qapp: QApplication, cloud: Cloud, path: Path, theme: Theme) -> None:
        self._app = qapp
        self.store = SqliteWorkspace(path)
        # Only the test that is about it takes over the service's history.
        if self.store.settings.setting("history.import") is None:
            self.store.settings.set_setting("history.import", False)
        self.registry = EntryPointRegistry(cloud.options)
        self.actions = ActionContext(self.store, self.registry, ResultFolder(path.parent / "results"))
        self.bridge = AsyncBridge(qapp)
        self.loop = self.bridge.start()
        # pytest-qt spins Qt's event loop itself, so the asyncio loop is entered by hand instead of by run_forever.
        self.loop._before_run_forever()
        asyncio.events._set_running_loop(self.loop)
        self.context = WindowContext(self.store.settings, self.bridge, theme, "Sandbox")
        self.keys = ConnectionKeys(MemorySecrets())
        book = ConnectionBook(
            self.store.settings, self.keys.keyring, self.keys.session, found_profiles,
            self.keys.identity,
        )  # fmt: skip
        self._others: list[Any] = []
        self.context.attach(self._use_cases, book)
        self.finished = False
        self.switched: list[tuple[str, str | None]] = []
        self.window = MainWindow(
            self.context, lambda kind, path: self.switched.append((kind, path)), self._finish
        )

    def _use_cases(self, live: LiveConnection) -> UseCases:
        if live.title == "Sandbox":
            return UseCases(self.actions)
        registry = EntryPointRegistry(lambda: live.options, self.keys.read, self.keys.forget)
        actions = ActionContext(self.store, registry, ResultFolder(Path(self.store.path).parent / "results"))
        self._others += [actions.close, registry.close]
        return UseCases(actions)

    def _finish(self) -> None:
        self.finished = True

    def close(self) -> None:
        if not self.finished:
            if not self.window._closing:
                # A query that still fetches its rows would be asked about, and nobody is there to answer.
                self.window.quitting.quit(leave_running=False)
            deadline = time.monotonic() + 15
            while not self.finished and time.monotonic() < deadline:
                self._app.processEvents()
        self._app.processEvents()
        asyncio.events._set_running_loop(None)
        self.loop._after_run_forever()
        self.loop.close()
        asyncio.set_event_loop(None)
        for close in self._others:
            close()
        self.actions.close()
        self.registry.close()
        self.store.close()
        self.window.deleteLater()
        assert self.finished, "the window did not close: its timers would run on in the tests after this one"


@pytest.fixture
def open_window(qapp: QApplication, cloud: Cloud, theme: Theme) -> Iterator[Callable[[Path], Harness]]:
    made: list[Harness] = []

    def make(path: Path) -> Harness:
        harness = Harness(qapp, cloud, path, theme)
        made.append(harness)
        harness.window.show()
        return harness

    yield make
    for harness in made:
        if not harness.loop.is_closed():
            harness.close()


@pytest.fixture
def synced(open_window: Callable[[Path], Harness], synced_file: Path, tmp_path: Path) -> Harness:
    copy = tmp_path / "copy.dataops"
    copy.write_bytes(synced_file.read_bytes())
    return open_window(copy)
