"""The S3 page, its dialogs and the transfers panel, used as a person would, over the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QMessageBox

from dataops_desktop.actions.object_listing import ObjectListing
from dataops_desktop.gui.models.object_table import ObjectTableModel, addresses_of, mime_of, shown_name
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.address_bar import AddressBar
from dataops_desktop.interfaces.object_store import ObjectEntry
from dataops_desktop.objects.addresses import ObjectAddress
from tests.conftest import Cloud
from tests.gui.conftest import Harness

WAIT_MS = 20_000


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    client = cloud.client("s3")
    client.create_bucket(Bucket="gui-s3")
    client.put_bucket_versioning(Bucket="gui-s3", VersioningConfiguration={"Status": "Enabled"})
    client.put_object(Bucket="gui-s3", Key="in/a.csv", Body=b"id,v\n1,x\n2,y\n")
    client.put_object(Bucket="gui-s3", Key="in/notes.md", Body=b"# Title\n\n![x](file:///etc/passwd)\n")
    client.put_object(Bucket="gui-s3", Key="in/deep/b.json", Body=b'{"a": 1}\n')
    yield "gui-s3"
    while versions := client.list_object_versions(Bucket="gui-s3"):
        gone = [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]
        if not gone:
            break
        client.delete_objects(
            Bucket="gui-s3",
            Delete={"Objects": [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in gone]},
        )


def open_page(harness: Harness, qtbot: Any, address: str) -> Any:
    harness.window.opener.open_s3(address)
    page = harness.window.opener.s3_page()
    if address:
        qtbot.waitUntil(lambda: page.model.rowCount() > 0, timeout=WAIT_MS)
    return page


def dialog(harness: Harness, qtbot: Any, kind: type[QDialog] = QDialog) -> Any:
    def shown() -> list[QDialog]:
        return [d for d in harness.window.findChildren(kind) if d.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()), timeout=WAIT_MS)
    return shown()[0]


def keys(page: Any) -> list[str]:
    return [page.model.entry(row).key for row in range(page.model.rowCount())]


def test_buckets_with_their_facts(synced: Harness, qtbot: Any) -> None:
    page = open_page(synced, qtbot, "")
    table = page.buckets.table
    qtbot.waitUntil(lambda: table.model().rowCount() > 4, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: any(table.model().row(r)[3] == "16" for r in range(table.model().rowCount())), timeout=WAIT_MS
    )
    row = next(r for r in range(table.model().rowCount()) if table.model().row(r)[0] == "nyc-flights")
    assert table.model().row(row)[1:7] == ("us-east-1", "9.1 MB", "16", "SSE-S3", "Off", "No")
    table.selectRow(row)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.folder == ObjectAddress("nyc-flights"), timeout=WAIT_MS)


def test_going_places_and_coming_back(synced: Harness, qtbot: Any, bucket: str) -> None:
    page = open_page(synced, qtbot, f"s3://{bucket}/")
    page.list.selectRow(0)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: keys(page) == ["in/deep/", "in/a.csv", "in/notes.md"], timeout=WAIT_MS)
    page.address.edit()
    page.address.field.setText(f"arn:aws:s3:::{bucket}/in/deep/b.json")
    qtbot.keyClick(page.address.field, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: keys(page) == ["in/deep/b.json"] and page.list.currentIndex().row() == 0, timeout=WAIT_MS
    )
    qtbot.keyClick(page.list, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: page.folder is not None and page.folder.key == "in/", timeout=WAIT_MS)
    page.back()
    qtbot.waitUntil(lambda: keys(page) == ["in/deep/b.json"], timeout=WAIT_MS)
    page.forward()
    qtbot.waitUntil(lambda: len(keys(page)) == 3, timeout=WAIT_MS)
    assert page.state()["address"] == f"s3://{bucket}/in/"
    page.go("no such thing at all")
    assert page.folder is not None
    page.go("s3://no-such-bucket-at-all/")
    qtbot.waitUntil(lambda: "no such bucket" in page.empty.full_text(), timeout=WAIT_MS)


def test_filtering_sorting_and_searching_below(synced: Harness, qtbot: Any, bucket: str) -> None:
    page = open_page(synced, qtbot, f"s3://{bucket}/in/")
    qtbot.keyClicks(page.list, "not")
    qtbot.waitUntil(lambda: keys(page) == ["in/notes.md"], timeout=WAIT_MS)
    page.filter.clear()
    qtbot.waitUntil(lambda: len(keys(page)) == 3, timeout=WAIT_MS)
    page.list.horizontalHeader().setSortIndicator(0, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: keys(page) == ["in/deep/", "in/notes.md", "in/a.csv"], timeout=WAIT_MS)
    page.go(f"s3://{bucket}/")
    qtbot.waitUntil(lambda: keys(page) == ["in/"], timeout=WAIT_MS)
    page.filter.setText("json deep")
    page.search_below()
    qtbot.waitUntil(
        lambda: keys(page) == ["in/deep/b.json"] and "found among" in page.count.full_text(), timeout=WAIT_MS
    )


def test_pages_arrive_as_one_scrolls(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    client = cloud.client("s3")
    client.create_bucket(Bucket="gui-many")
    for number in range(1100):
        client.put_object(Bucket="gui-many", Key=f"k{number:05d}", Body=b"")
    page = open_page(synced, qtbot, "s3://gui-many/")
    assert page.model.rowCount() == 1000
    assert "so far" in page.count.full_text()
    page.list.scrollToBottom()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1100, timeout=WAIT_MS)
    assert not page.more.isVisible()
    page.refresh()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1000, timeout=WAIT_MS)
    page.more.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 1100, timeout=WAIT_MS)


def test_previews_details_and_versions(synced: Harness, qtbot: Any, cloud: Cloud, bucket: str) -> None:
    page = open_page(synced, qtbot, f"s3://{bucket}/in/")
    side, view = page.side, page.side.preview
    page.list.selectRow(1)
    qtbot.waitUntil(lambda: view._preview is not None and view._preview.rows is not None, timeout=WAIT_MS)
    assert "2 rows shown" in view.facts.full_text()
    assert "in 1 request" in view.facts.full_text()
    assert [view.parts.tabText(i) for i in range(view.parts.count())] == ["Rows", "Schema", "File"]
    view.header.click()
    qtbot.waitUntil(lambda: "3 rows shown" in view.facts.full_text(), timeout=WAIT_MS)
    page.list.selectRow(2)
    qtbot.waitUntil(lambda: view.body.currentWidget() is view.rich and view.body.isVisible(), timeout=WAIT_MS)
    assert "Title" in view.rich.toPlainText()
    side.setCurrentIndex(1)
    qtbot.waitUntil(
        lambda: any("SSE" in w.text() or "Standard" in w.text() for w in side.details.findChildren(QLabel)),
        timeout=WAIT_MS,
    )
    side.setCurrentIndex(2)
    qtbot.waitUntil(lambda: side.versions.table.model().rowCount() == 1, timeout=WAIT_MS)


def test_deleting_and_taking_it_back(synced: Harness, qtbot: Any, bucket: str) -> None:
    page = open_page(synced, qtbot, f"s3://{bucket}/in/")
    page.list.selectRow(1)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    box = dialog(synced, qtbot, QMessageBox)
    assert "can be brought back" in box.informativeText()
    next(b for b in box.buttons() if b.text() == "Delete").click()
    qtbot.waitUntil(lambda: keys(page) == ["in/deep/", "in/notes.md"], timeout=WAIT_MS)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "in/a.csv" in keys(page), timeout=WAIT_MS)
    page.list.selectRow(1)
    qtbot.keyClick(page.list, Qt.Key.Key_F2)
    rename = dialog(synced, qtbot)
    rename.name.setText("z.csv")
    rename.accept()
    qtbot.waitUntil(lambda: "in/z.csv" in keys(page) and "in/a.csv" not in keys(page), timeout=WAIT_MS)


def test_files_dropped_go_up_and_come_down(synced: Harness, qtbot: Any, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "x.txt").write_text("hello")
    page = open_page(synced, qtbot, f"s3://{bucket}/in/")
    panel: Any = synced.window.panel("transfers")
    synced.context.s3.moves.upload([str(tmp_path / "drop")], page.folder)
    dialog(synced, qtbot).accept()
    qtbot.waitUntil(lambda: "in/drop/" in keys(page), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: any(row.transfer.state == "done" for row in panel.rows.values()), timeout=WAIT_MS)
    synced.context.run(
        synced.context.s3.moves.download([ObjectAddress(bucket, "in/drop/")], tmp_path / "down")
    )
    qtbot.waitUntil(lambda: (tmp_path / "down" / "drop" / "x.txt").exists(), timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: sum(row.transfer.state == "done" for row in panel.rows.values()) == 2, timeout=WAIT_MS
    )
    assert (tmp_path / "down" / "drop" / "x.txt").read_text() == "hello"
    panel.clear.click()
    qtbot.waitUntil(lambda: not panel.rows, timeout=WAIT_MS)


def test_a_table_of_dropped_files(
    synced: Harness, qtbot: Any, cloud: Cloud, bucket: str, tmp_path: Path
) -> None:
    file = tmp_path / "gui sales.csv"
    file.write_text("Id,Region\n1,eu\n2,us\n")
    synced.context.s3.moves.upload([str(file)], ObjectAddress(bucket, "sets/"))
    dialog(synced, qtbot).table.click()
    qtbot.waitUntil(
        lambda: any(hasattr(d, "by") for d in synced.window.findChildren(QDialog)), timeout=WAIT_MS
    )
    form = next(d for d in synced.window.findChildren(QDialog) if hasattr(d, "by"))
    assert (form.name.text(), form.place.text()) == ("gui_sales", f"s3://{bucket}/sets/gui sales/")
    form.database.setCurrentText("finance_db")
    form.name.setText("Not good")
    assert not form.ok.isEnabled()
    form.name.setText("gui_sales")
    form.by.setText("region")
    try:
        form.ok.click()
        qtbot.waitUntil(
            lambda: (
                synced.window.opener.query_page() is not None
                and "gui_sales" in synced.window.opener.query_page().editor.text()
            ),
            timeout=WAIT_MS,
        )
    finally:
        cloud.client("glue").delete_table(DatabaseName="finance_db", Name="gui_sales")


def test_partitions_and_lifecycle(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    synced.context.s3.places.partitions(ObjectAddress("nyc-flights", "flights/"))
    shown = dialog(synced, qtbot)
    qtbot.waitUntil(lambda: shown.table.model().rowCount() == 12, timeout=WAIT_MS)
    assert "12 partitions by month (int)" in shown.told.full_text()
    assert [shown.table.model().row(r)[0] for r in range(3)] == ["1", "2", "3"]
    shown.close()
    client = cloud.client("s3")
    client.create_bucket(Bucket="gui-aging")
    client.delete_bucket_lifecycle(Bucket="gui-aging")
    synced.context.run(synced.context.s3.places.lifecycle("gui-aging"))
    qtbot.waitUntil(
        lambda: any(hasattr(d, "moves") and d.isVisible() for d in synced.window.findChildren(QDialog)),
        timeout=WAIT_MS,
    )
    form = next(d for d in synced.window.findChildren(QDialog) if hasattr(d, "moves"))
    assert not form.put.isEnabled()
    form._add()
    form.moves[0].days.setValue(10)
    assert "30 days at the soonest" in form.problem.full_text()
    form.moves[0].days.setValue(45)
    form.expire.setValue(400)
    assert form.problem.full_text() == ""
    form.put.click()
    box = dialog(synced, qtbot, QMessageBox)
    assert "cannot be undone" in box.informativeText()
    next(b for b in box.buttons() if b.text() == "Put").click()
    qtbot.waitUntil(
        lambda: not any(hasattr(d, "moves") and d.isVisible() for d in synced.window.findChildren(QDialog)),
        timeout=WAIT_MS,
    )
    rules = client.get_bucket_lifecycle_configuration(Bucket="gui-aging")["Rules"]
    assert (rules[0]["Transitions"], rules[0]["Expiration"]) == (
        [{"Days": 45, "StorageClass": "STANDARD_IA"}],
        {"Days": 400},
    )


def test_the_tree_opens_the_page_and_keeps_favourites(synced: Harness, qtbot: Any, bucket: str) -> None:
    synced.window.show_panel("s3_browser")
    panel: Any = synced.window.panel("s3_browser")
    synced.context.run(synced.context.s3.places.toggle_favourite(ObjectAddress(bucket, "in/")))
    qtbot.waitUntil(
        lambda: bool(panel.model.root.children) and panel.model.root.children[0].kind == "favourite",
        timeout=WAIT_MS,
    )
    panel.tree.activated.emit(panel.model.index(0, 0))
    qtbot.waitUntil(
        lambda: (
            synced.window.opener.s3_page() is not None
            and synced.window.opener.s3_page().model.rowCount() == 3
        ),
        timeout=WAIT_MS,
    )
    menu = synced.context.s3.menu(panel, [ObjectAddress(bucket, "in/a.csv")], ObjectAddress(bucket, "in/"))
    titles = [action.text() for action in menu.actions() if action.text()]
    assert {
        "Open",
        "Download…",
        "Link…",
        "Tags…",
        "Rename…",
        "Delete",
        "Storage class…",
        "New folder…",
    } <= set(titles)


def test_the_list_is_a_proper_model(qapp: Any, qtmodeltester: Any, theme: Theme) -> None:
    model = ObjectTableModel(theme)
    model.bucket, model.listing = "b", ObjectListing("p/")
    model.listing.add(
        [
            ObjectEntry("p/f/", 0, "", "", True),
            ObjectEntry("p/<b>x</b>\n\u202e", 3, "2024-01-01T00:00:00+00:00", "GLACIER", False),
        ]
    )
    model.listing.show(model.listing.arrange())
    qtmodeltester.check(model)
    assert model.index(1, 0).data() == "<b>x</b>\\u000a\\u202e"
    assert "&lt;b&gt;" in model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert addresses_of(model.mimeData([model.index(0, 0)])) == ["s3://b/p/f/"]
    assert addresses_of(mime_of(["s3://b/x"])) == ["s3://b/x"]
    assert shown_name("a/") == "a"


def test_steps_of_an_address(qapp: Any, qtbot: Any) -> None:
    bar = AddressBar()
    qtbot.addWidget(bar)
    bar.resize(400, 30)
    bar.show()
    chosen: list[str] = []
    bar.chosen.connect(chosen.append)
    bar.show_address(ObjectAddress("bucket", "a/b & c//d/"))
    assert [b.text() for b in bar._buttons] == ["Buckets", "bucket", "a", "b && c", "/", "d"]
    bar._buttons[3].click()
    assert chosen == ["s3://bucket/a/b & c/"]


def test_a_folder_is_there_again_after_a_restart(
    open_window: Any, synced_file: Path, qtbot: Any, tmp_path: Path, bucket: str
) -> None:
    copy = tmp_path / "again.dataops"
    copy.write_bytes(synced_file.read_bytes())
    first = open_window(copy)
    open_page(first, qtbot, f"s3://{bucket}/in/")
    first.close()
    second = open_window(copy)
    qtbot.waitUntil(lambda: second.window.opener.s3_page() is not None, timeout=WAIT_MS)
    page = second.window.opener.s3_page()
    qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=WAIT_MS)
    assert page.page_title() == "in"
