"""Every page, panel and dialog of the window in the pseudo language, as a child of test_tour.

Prints each text that went around `tr()` with its widget, and where this process and its children listened meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QTabBar, QWidget

from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.sandbox_process import SandboxProcess
from dataops_desktop.app.wiring import open_context
from dataops_desktop.gui.theme import Theme
from tests.conftest import Cloud
from tests.gui.conftest import WORLD, Harness

TEXTS = ("text", "full_text", "title", "placeholderText", "toolTip", "accessibleName", "windowTitle", "prefix", "suffix", "specialValueText")  # fmt: skip
COMMANDS = (
    "query.new", "query.settings", "costs.show", "costs.limits", "connection.manage", "connection.diagnose", "settings.show",
    "catalog.search", "catalog.time_machine", "lineage.questions", "catalog.weights", "glue.etl", "glue.schedule", "glue.places", "glue.report",
    "s3.browse", "view.welcome", "help.about", "results.purge", "workspace.encrypt", "palette.open",
)  # fmt: skip


def shown(widget: QWidget) -> Iterator[str]:
    """Every text a widget shows or says."""
    for name in TEXTS:
        read = getattr(widget, name, None)
        if callable(read):
            yield str(read())
    if isinstance(widget, QTabBar):
        yield from (widget.tabText(i) for i in range(widget.count()))
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(i) for i in range(widget.count()))
    model = widget.model() if isinstance(widget, QAbstractItemView) else None
    if model is not None and not isinstance(model, QAbstractListModel):
        yield from (
            str(model.headerData(i, Qt.Orientation.Horizontal) or "") for i in range(model.columnCount())
        )
    for action in widget.actions():
        yield action.text()


def family() -> Iterator[int]:
    """This process and all below it."""
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        yield pid
        for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += [int(child) for child in tasks.read_text().split()]


def listening() -> Iterator[str]:
    """Addresses, as /proc/net writes them, where one of the family waits for connections."""
    for pid in family():
        try:
            opened = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
            tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
        except OSError:  # it ended meanwhile
            continue
        for line in "".join(table.partition("\n")[2] for table in tables).splitlines():
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in opened:  # LISTEN
                yield fields[1]


def main() -> None:
    """Open what there is, and collect."""
    folder = Path(sys.argv[1])
    app = QApplication([])
    sandbox = SandboxProcess()
    sandbox.options()
    cloud = Cloud(sandbox)
    with open_context(folder / "w.dataops", cloud.options) as context:
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD)))
    theme = Theme(app)
    theme.apply("light")
    harness = Harness(app, cloud, folder / "w.dataops", theme)
    window, found, heard = harness.window, {}, set()
    window.resize(1600, 1000)
    window.show()

    def wait(done: Callable[[], Any]) -> None:
        end = time.monotonic() + 30
        while not done():
            assert time.monotonic() < end, "the window did not come to rest"
            app.processEvents()

    def look() -> None:
        wait(lambda: harness.context.bridge.busy <= rest)
        heard.update(listening())
        for top in app.topLevelWidgets():
            for widget in (top, *top.findChildren(QWidget)):
                for text in shown(widget):
                    if any(sign.isalpha() for sign in text) and "⟦" not in text:
                        found.setdefault(text, f"{type(widget).__name__} in {type(widget.parent()).__name__}")
            for action in top.findChildren(QAction):
                if any(sign.isalpha() for sign in action.text()) and "⟦" not in action.text():
                    found.setdefault(action.text(), "QAction")

    wait(lambda: harness.context.current.checks.get("glue"))
    rest = 3  # the transfers' listener, the schedule, and a dialog that waits for its answer
    for panel in window.docks:
        window.show_panel(panel)
    look()
    key = harness.store.catalog.node("glue-table-contracts_db-vendor_info").key
    harness.context.node_requested.emit(key)
    wait(lambda: hasattr(window.pages.currentWidget(), "show_tab"))
    look()
    table = window.pages.currentWidget()
    for number in range(table.tabs.count()):
        table.tabs.setCurrentIndex(number)
        look()
    harness.context.lineage_requested.emit(
        harness.store.catalog.node("glue-table-contracts_db-vendor_info").key
    )
    look()
    for local in (False, True):
        window.opener.open_query("select 1 as n", "contracts_db")
        page = window.opener.query_page()
        if local:
            page.local.use("duckdb")
        page.run_when_ready()
        wait(page.results.count)
        look()
    for name in COMMANDS:
        harness.context.commands.run(name)
        look()
        while (dialog := app.activeModalWidget()) is not None:
            dialog.close()
            app.processEvents()
    harness.close()
    sandbox.stop()
    print(json.dumps({"texts": found, "listening": sorted(heard)}))


if __name__ == "__main__":
    main()
