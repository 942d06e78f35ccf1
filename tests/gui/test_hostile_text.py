"""Bar 16: markup in every text that comes from outside is shown as text. Nothing renders it, opens the file it names or asks the server it names."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QTextBrowser, QWidget

from dataops_desktop.errors import ServiceError
from dataops_desktop.interfaces.connector import ConnectionOptions
from tests.conftest import Cloud
from tests.gui.conftest import Harness

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify")
WAIT_MS = 30_000
IN_OPEN, IN_NONBLOCK = 0x20, 0o4000


class Opened:
    """Whether a file was opened, by whatever in this process."""

    def __init__(self, path: Path) -> None:
        self._c = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        self._watch = self._c.inotify_init1(IN_NONBLOCK)
        assert self._c.inotify_add_watch(self._watch, str(path).encode(), IN_OPEN) >= 0

    def __call__(self) -> bool:
        try:
            return bool(os.read(self._watch, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._watch)


@pytest.fixture
def bait(tmp_path: Path) -> Any:
    """(markup, whether anything took it)."""
    picture = tmp_path / "bait.png"
    QImage(41, 37, QImage.Format.Format_RGB32).save(str(picture))
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    opened = Opened(picture)
    address = f"http://127.0.0.1:{server.server_port}/bait.png"
    yield (
        f'<b>x</b><img src="{picture}"><img src="{address}"><a href="{address}">y</a>',
        lambda: opened() or bool(hits),
    )
    server.shutdown()
    thread.join()
    server.server_close()
    opened.close()


def test_the_bait_does_work(bait: Any, qtbot: Any) -> None:
    """What the other test looks for is seen where a careless label is made."""
    markup, taken = bait
    label = QLabel(markup)
    qtbot.addWidget(label)
    label.show()
    label.grab()
    assert taken()


def test_markup_from_outside_stays_text(synced: Harness, cloud: Cloud, bait: Any, qtbot: Any) -> None:
    markup, taken = bait
    glue = cloud.client("glue")
    name = "hostile_db"
    glue.create_database(DatabaseInput={"Name": name, "Description": markup, "Parameters": {markup: markup}})
    glue.create_table(
        DatabaseName=name,
        TableInput={
            "Name": "t", "Description": markup, "Owner": markup, "Parameters": {"comment": markup, markup: markup},
            "StorageDescriptor": {"Columns": [{"Name": markup, "Type": "string", "Comment": markup}, {"Name": "a", "Type": markup}], "Location": f"s3://acme-contracts/{markup}/"},
            "PartitionKeys": [{"Name": "p", "Type": "string", "Comment": markup}], "ViewOriginalText": markup,
        },
    )  # fmt: skip
    cloud.client("s3").put_object(
        Bucket="acme-contracts", Key=f"hostile/{markup.replace('/', '|')}", Body=b"x"
    )
    try:
        window, context = synced.window, synced.context
        from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions

        done: list[Any] = []

        async def sync() -> None:
            done.append(await context.use_cases.sync_glue(SyncGlueCatalogOptions((name,))))
            context.catalog_changed.emit()

        context.run(sync())
        qtbot.waitUntil(lambda: bool(done), timeout=WAIT_MS)
        window.opener.open_sync_report(done[0].run_id)
        context.node_id_requested.emit(f"glue-table-{name}-t")
        key = synced.store.catalog.node(f"glue-table-{name}-t").key
        context.node_requested.emit(key)
        qtbot.waitUntil(
            lambda: any(window.pages.tabText(i) == "t" for i in range(window.pages.count())), timeout=WAIT_MS
        )
        context.report(ServiceError(markup, markup, {"request id": markup}, title=markup))
        context.status_requested.emit(markup)
        with pytest.raises(ServiceError), context.working(markup):
            raise ServiceError(markup)
        window.opener.open_query(f"SELECT '{markup}'", "contracts_db")
        window.opener.query_page().edit("run")
        qtbot.waitUntil(
            lambda: any(r.state == "SUCCEEDED" for r in synced.store.history.queries()), timeout=WAIT_MS
        )
        window.connection.open(
            ConnectionOptions(
                name=markup[:40], region="us-east-1", endpoint_url=cloud.endpoint, access_key_id="a", secret_access_key="b",
                account="999999999999",
            )
        )  # fmt: skip
        window.opener.open_s3("s3://acme-contracts/hostile/")
        for command in (
            "catalog.search",
            "connection.diagnose",
            "view.welcome",
            "costs.show",
            "catalog.time_machine",
            "connection.sign_in",
        ):
            context.commands.run(command)
        for panel_id in window.docks:
            window.show_panel(panel_id)
            qtbot.wait(30)
        window.connection.button.menu().aboutToShow.emit()
        for index in range(window.pages.count()):
            window.pages.setCurrentIndex(index)
            qtbot.wait(120)
            window.grab()
        rich = []
        for widget in window.findChildren(QWidget):
            where = f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
            if (
                isinstance(widget, QLabel)
                and "<b>x</b>" in widget.text()
                and widget.textFormat() != Qt.TextFormat.PlainText
            ):
                rich.append(f"label: {where}")
            if "<b>x</b>" in widget.toolTip():
                rich.append(f"tooltip: {where}: {widget.toolTip()[:80]}")
            if (
                isinstance(widget, QTextBrowser)
                and "<b>x</b>" not in widget.toPlainText()
                and "bait.png" in widget.toHtml()
            ):
                rich.append(f"browser: {where}")
        assert not rich
        assert not taken()
    finally:
        glue.delete_table(DatabaseName=name, Name="t")
        glue.delete_database(Name=name)
