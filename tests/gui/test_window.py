"""The window over a real sandbox, driven as a person would."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import (
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QToolButton,
    QTreeWidget,
    QWidget,
)

from dataops_desktop.gui.pages.query import QueryPage
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from tests.conftest import Cloud
from tests.gui.conftest import Harness

WAIT_MS = 30_000  # a limit for a busy machine, not a pause


def query_page(harness: Harness) -> QueryPage:
    page = harness.window.opener.query_page()
    assert page is not None
    return page


def new_query(harness: Harness, qtbot: Any, sql: str, database: str = "contracts_db") -> QueryPage:
    harness.window.opener.open_query(sql, database)
    page = query_page(harness)
    qtbot.waitUntil(lambda: page.database() == database and page._form.workgroup.count() > 0, timeout=WAIT_MS)
    return page


def open_box(harness: Harness) -> Any:
    return next((b for b in harness.window.findChildren(QMessageBox) if b.isVisible()), None)


def answer(harness: Harness, qtbot: Any, text: str) -> None:
    """Wait for the question and press one of its buttons."""
    qtbot.waitUntil(lambda: open_box(harness) is not None, timeout=WAIT_MS)
    box = open_box(harness)
    next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text).click()
    gone = []
    box.destroyed.connect(lambda: gone.append(True))
    qtbot.waitUntil(lambda: bool(gone), timeout=WAIT_MS)  # whoever asked has the answer


def figures(page: QueryPage) -> str:
    tab: Any = page.results.currentWidget()
    return tab.figures.full_text() if tab is not None else ""


def test_services_count_from_truth(synced: Harness, qtbot: Any) -> None:
    panel: Any = synced.window.panel("services")
    qtbot.waitUntil(lambda: panel.heading.full_text() == "Connected Services (3/9)", timeout=WAIT_MS)
    assert panel.cards["emr"].state == "missing"
    qtbot.waitUntil(lambda: "18 tables synced" in panel.cards["glue"]._counts.full_text(), timeout=WAIT_MS)


def test_a_service_that_fails_shows_its_remedy(
    open_window: Callable[[Path], Harness], cloud: Cloud, tmp_path: Path, qtbot: Any
) -> None:
    cloud.fault("expired_token", service="athena")
    harness = open_window(tmp_path / "w.dataops")
    panel: Any = harness.window.panel("services")
    qtbot.waitUntil(lambda: panel.cards["athena"].state == "needs_sign_in", timeout=WAIT_MS)
    assert "aws sso login" in panel.cards["athena"]._status.full_text()
    qtbot.waitUntil(lambda: panel.heading.full_text() == "Connected Services (2/9)", timeout=WAIT_MS)


def test_sync_shows_progress_and_opens_its_report(
    open_window: Callable[[Path], Harness], tmp_path: Path, qtbot: Any
) -> None:
    harness = open_window(tmp_path / "w.dataops")
    harness.context.commands.run("glue.sync")
    assert harness.window.is_syncing()
    assert not harness.context.commands.get("glue.sync").enabled()  # type: ignore[union-attr]
    qtbot.waitUntil(
        lambda: harness.window.pages.tabText(harness.window.pages.currentIndex()) == "Sync report",
        timeout=WAIT_MS,
    )
    texts = [label.full_text() for label in harness.window.pages.currentWidget().findChildren(PlainLabel)]
    assert any(text.startswith("finance_db.budget_2024") for text in texts)
    assert any("Access denied (IAM)" in text for text in texts)
    assert harness.context.activities[0].state == "done"
    qtbot.waitUntil(lambda: not harness.window.is_syncing(), timeout=WAIT_MS)


def test_query_runs_into_the_grid_with_its_figures(synced: Harness, qtbot: Any) -> None:
    page = new_query(
        synced,
        qtbot,
        "SELECT vendor_id, SUM(amount) AS total_spend\nFROM contract_spend_2024\nGROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    )
    qtbot.keyClick(page.editor.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: figures(page).startswith("10 rows ·"), timeout=WAIT_MS)
    assert "scanned" in figures(page)
    assert "$0.00005" in figures(page)
    grid = page.results.currentWidget().grid  # type: ignore[union-attr]
    assert grid.result().text(0, 0) == "VEN-002"
    assert page.editor.text().count("\n") == 2  # Ctrl+Enter did not add a line


def test_sql_error_is_shown_at_its_place(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT 1;\nSELECT vendor_id,\n       nope\nFROM vendor_info")
    page.editor.set_caret(30)
    page.run()
    qtbot.waitUntil(lambda: page.results.count() == 1 and not page.running, timeout=WAIT_MS)
    assert page.results.tabText(0) == "Error"
    assert page.editor.text()[page.editor.caret() :].startswith("nope")
    indicator_value = page.editor.edit.indicatorValueAt(8, page.editor.edit.currentPos())
    assert indicator_value == 1


def test_run_all_stops_at_the_first_failure(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT 1; SELECT nope FROM vendor_info; SELECT 3")
    page.run(everything=True)
    qtbot.waitUntil(lambda: page.results.count() == 2 and not page.running, timeout=WAIT_MS)


def test_cancel_stops_the_query(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    page = new_query(
        synced,
        qtbot,
        "select count(*) from flights a, flights b where a.distance*b.distance > 5",
        "flights_db",
    )
    page.run()
    qtbot.waitUntil(lambda: "Running" in page._form.timer.full_text(), timeout=WAIT_MS)
    page.cancel_running()
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)
    assert page.results.tabText(0) == "Cancelled"
    assert cloud.requests()["athena:StopQueryExecution"] == 1


def test_completion_comes_from_the_local_catalog(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    page = new_query(synced, qtbot, "SELECT  FROM contract_spend_2024")
    panel: Any = synced.window.panel("services")
    qtbot.waitUntil(lambda: panel.heading.full_text() == "Connected Services (3/9)", timeout=WAIT_MS)
    page.editor.set_caret(7)

    def asked() -> dict[str, int]:  # the estimate and the S3 card ask S3 in the background
        return {
            name: count for name, count in cloud.requests().items() if name.startswith(("athena:", "glue:"))
        }

    before = asked()
    for key in "am":
        qtbot.keyClick(page.editor.edit, key)
    qtbot.waitUntil(lambda: bool(page.editor.edit.autoCActive()), timeout=WAIT_MS)
    qtbot.keyClick(page.editor.edit, Qt.Key.Key_Return)
    assert page.editor.text() == "SELECT amount FROM contract_spend_2024"
    assert asked() == before


def test_palette_finds_tables_columns_and_commands(synced: Harness, qtbot: Any) -> None:
    synced.context.commands.run("palette.open")
    palette = synced.window._palette
    palette.field.setText("wind_sp")
    qtbot.waitUntil(
        lambda: any(e.title == "flights_db.weather.wind_speed" for e in palette.model.entries),
        timeout=WAIT_MS,
    )
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: synced.window.pages.tabText(synced.window.pages.currentIndex()) == "weather", timeout=WAIT_MS
    )
    synced.window.open_palette()
    palette.field.setText("planes")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # faster than the search: the answer is waited for
    qtbot.waitUntil(
        lambda: synced.window.pages.tabText(synced.window.pages.currentIndex()) == "planes", timeout=WAIT_MS
    )
    synced.window.open_palette()
    palette.field.setText("reset lay")
    qtbot.waitUntil(
        lambda: [e.command_id for e in palette.model.entries][:1] == ["layout.reset"], timeout=WAIT_MS
    )
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_catalog_tree_search_and_table_page(synced: Harness, qtbot: Any) -> None:
    synced.window.show_panel("catalog")
    panel: Any = synced.window.panel("catalog")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 5, timeout=WAIT_MS)
    first = panel.model.index(0, 0)
    panel.tree.expand(first)
    qtbot.waitUntil(lambda: panel.model.rowCount(first) == 6, timeout=WAIT_MS)
    panel.field.setText("legacy")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 1, timeout=WAIT_MS)
    panel.tree.activated.emit(panel.model.index(0, 0))
    qtbot.waitUntil(
        lambda: synced.window.pages.tabText(synced.window.pages.currentIndex()) == "legacy_data",
        timeout=WAIT_MS,
    )


def test_s3_tree_loads_lazily(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    synced.window.show_panel("s3_browser")
    panel: Any = synced.window.panel("s3_browser")
    qtbot.waitUntil(lambda: any(c.text == "nyc-flights" for c in panel.model.root.children), timeout=WAIT_MS)
    assert "s3:ListObjectsV2" not in cloud.requests()
    item = next(c for c in panel.model.root.children if c.text == "nyc-flights")
    panel.tree.expand(panel.model.index_of(item))
    qtbot.waitUntil(
        lambda: [c.text for c in item.children] == ["airlines", "airports", "flights", "planes", "weather"],
        timeout=WAIT_MS,
    )


def test_lineage_canvas_from_bucket_to_query(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "CREATE TABLE IF NOT EXISTS canvas_target AS SELECT * FROM vendor_info")
    page.run()
    qtbot.waitUntil(lambda: page.results.count() == 1 and not page.running, timeout=WAIT_MS)
    synced.context.node_id_requested.emit("glue-table-contracts_db-vendor_info")
    qtbot.waitUntil(
        lambda: synced.window.pages.tabText(synced.window.pages.currentIndex()) == "Lineage: vendor_info",
        timeout=WAIT_MS,
    )
    canvas: Any = synced.window.pages.currentWidget()
    graph = canvas.view.graph
    qtbot.waitUntil(
        lambda: {b.type for b in graph.boxes.values()} >= {"s3-bucket", "glue-table", "athena-query"}, timeout=WAIT_MS
    )  # fmt: skip
    query = next(k for k, b in graph.boxes.items() if b.type == "athena-query")
    assert graph.boxes[query].hidden_downstream == 1
    edge = graph.rect(query).topRight() + QPointF(-10, 20)  # the number of what is behind it
    qtbot.mouseClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=canvas.view.mapFromScene(edge))
    qtbot.waitUntil(lambda: any(b.title == "canvas_target" for b in graph.boxes.values()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: canvas.view._glide.state() == canvas.view._glide.State.Stopped, timeout=WAIT_MS)
    place = canvas.view.mapFromScene(graph.rect(query).center())
    with qtbot.waitSignal(synced.context.node_selected, timeout=WAIT_MS) as picked:
        qtbot.mouseClick(canvas.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert picked.args == [query]
    before = canvas.view.transform().m11()
    qtbot.keyClick(canvas.view, Qt.Key.Key_Plus)
    assert canvas.view.transform().m11() > before
    synced.store.catalog.search("canvas_target", 1)
    cleanup = new_query(synced, qtbot, "DROP TABLE canvas_target")
    cleanup.run()
    qtbot.waitUntil(lambda: cleanup.results.count() == 1 and not cleanup.running, timeout=WAIT_MS)


def test_everything_is_still_there_after_a_restart(
    synced: Harness, open_window: Callable[[Path], Harness], qtbot: Any
) -> None:
    new_query(synced, qtbot, "SELECT 'unsaved é'")
    synced.context.node_id_requested.emit("glue-table-contracts_db-vendor_info")
    qtbot.waitUntil(
        lambda: any("Lineage" in synced.window.pages.tabText(i) for i in range(synced.window.pages.count())),
        timeout=WAIT_MS,
    )
    path = Path(synced.store.path)
    synced.close()
    again = open_window(path)
    qtbot.waitUntil(
        lambda: any("Lineage" in again.window.pages.tabText(i) for i in range(again.window.pages.count())),
        timeout=WAIT_MS,
    )
    pages = [again.window.pages.widget(i) for i in range(again.window.pages.count())]
    assert any(isinstance(p, QueryPage) and p.editor.text() == "SELECT 'unsaved é'" for p in pages)
    assert [again.window.pages.tabText(i) for i in range(3)] == ["Welcome", "Query 1", "Lineage: vendor_info"]
    assert again.window.pages.currentIndex() == 2


def test_a_closed_worksheet_comes_back(synced: Harness, qtbot: Any) -> None:
    new_query(synced, qtbot, "SELECT 'slipped'")
    synced.window.opener.close_current()
    synced.context.commands.run("page.reopen")
    assert query_page(synced).editor.text() == "SELECT 'slipped'"


def test_unsaved_text_reaches_the_disk_before_any_crash(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "")
    page.editor.insert("SELECT 'typed just now'")
    qtbot.waitUntil(
        lambda: "typed just now" in str(synced.store.settings.setting("window.pages")), timeout=WAIT_MS
    )


def test_offline_the_catalog_is_browsable_and_says_so_quietly(
    open_window: Callable[[Path], Harness], synced_file: Path, cloud: Cloud, tmp_path: Path, qtbot: Any
) -> None:
    copy = tmp_path / "offline.dataops"
    copy.write_bytes(synced_file.read_bytes())
    cloud.fault("access_denied")
    harness = open_window(copy)
    qtbot.waitUntil(lambda: "Offline" in harness.window.status.who.text(), timeout=WAIT_MS)
    harness.window.show_panel("catalog")
    panel: Any = harness.window.panel("catalog")
    qtbot.waitUntil(lambda: panel.model.rowCount() == 5, timeout=WAIT_MS)
    harness.context.node_id_requested.emit("glue-table-contracts_db-contract_spend")
    qtbot.waitUntil(lambda: harness.window.pages.count() == 2, timeout=WAIT_MS)


def test_closing_stops_running_queries(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    page = new_query(
        synced,
        qtbot,
        "select count(*) from flights a, flights b where a.distance*b.distance > 6",
        "flights_db",
    )
    page.run()
    qtbot.waitUntil(lambda: cloud.requests().get("athena:GetQueryExecution", 0) > 2, timeout=WAIT_MS)
    synced.window.close()
    answer(synced, qtbot, "Stay")
    assert page.running
    synced.window.close()
    answer(synced, qtbot, "Stop and quit")
    synced.close()
    deadline = time.monotonic() + 10
    while cloud.requests().get("athena:StopQueryExecution", 0) == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert synced.finished


def test_a_query_left_running_is_offered_and_paid_once(
    synced: Harness, qtbot: Any, cloud: Cloud, open_window: Callable[[Path], Harness]
) -> None:
    page = new_query(
        synced, qtbot, "select count(*) from flights a, (select * from flights limit 3000) b where a.distance*b.distance > 6", "flights_db",
    )  # fmt: skip
    page.run()
    qtbot.waitUntil(lambda: cloud.requests().get("athena:GetQueryExecution", 0) > 2, timeout=WAIT_MS)
    synced.window.close()
    answer(synced, qtbot, "Let run and quit")
    synced.close()
    assert cloud.requests().get("athena:StopQueryExecution", 0) == 0
    path = Path(synced.store.path)
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE query SET pid = 4194305")  # the process that started it is gone
    connection.close()
    again = open_window(path)
    answer(again, qtbot, "Watch")
    qtbot.waitUntil(lambda: figures(query_page(again)).startswith("1 row ·"), timeout=WAIT_MS)
    assert cloud.requests()["athena:StartQueryExecution"] == 1
    record = again.store.history.queries()[0]
    assert (record.state, record.row_count) == ("SUCCEEDED", 1)
    again.context.result_requested.emit(record)  # from the history: read again, not run again
    qtbot.waitUntil(lambda: figures(query_page(again)).startswith("1 row ·"), timeout=WAIT_MS)
    assert cloud.requests()["athena:StartQueryExecution"] == 1
    assert again.store.history.queries()[0].finished_at == record.finished_at


def test_text_from_outside_is_never_rich(synced: Harness, qtbot: Any) -> None:
    new_query(synced, qtbot, "SELECT 1")
    for panel_id in synced.window.docks:
        synced.window.show_panel(panel_id)
    rich = [
        label.text()
        for label in synced.window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText
        and label.text()
        and not label.objectName().endswith("_label")
        and "QTipLabel" not in label.metaObject().className()
        and label.objectName() != "qt_toolbar_ext_button"
    ]
    assert rich == []


def test_every_icon_button_has_a_tooltip_and_a_name(synced: Harness, qtbot: Any) -> None:
    for panel_id in synced.window.docks:
        synced.window.show_panel(panel_id)
    synced.context.node_id_requested.emit("glue-table-contracts_db-vendor_info")
    qtbot.waitUntil(lambda: synced.window.pages.count() == 2, timeout=WAIT_MS)
    bare = [
        b.objectName() or b.parent().__class__.__name__
        for b in synced.window.findChildren(QToolButton)
        if not b.text()
        and not b.toolTip()
        and not b.objectName().startswith("qt_")
        and b.parentWidget().__class__.__name__ not in {"QTabBar", "QLineEdit"}
    ]
    assert bare == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_both_themes_paint_every_panel(synced: Harness, qtbot: Any, mode: str) -> None:
    new_query(synced, qtbot, "SELECT 1 -- x")
    synced.window.set_theme(mode)
    for panel_id in synced.window.docks:
        synced.window.show_panel(panel_id)
    image = synced.window.grab().toImage()
    assert image.width() > 800
    corner = image.pixelColor(QPoint(image.width() // 2, image.height() - 4)).lightness()
    assert (corner < 100) == (mode == "dark")


def test_commands_have_unique_shortcuts_and_reach_the_menus(synced: Harness) -> None:
    shortcuts = [c.shortcut for c in synced.context.commands if c.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    titles = {a.text() for menu in synced.window.menuBar().actions() for a in menu.menu().actions()}  # type: ignore[union-attr]
    assert {c.title for c in synced.context.commands if c.menu} <= titles


def test_closing_a_tab_frees_its_result(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT * FROM vendor_info")
    page.run()
    qtbot.waitUntil(lambda: figures(page).startswith("240 rows ·"), timeout=WAIT_MS)
    folder = Path(synced.store.path).parent / "results"
    assert list(folder.iterdir())
    synced.window.opener.close_current()
    assert list(folder.iterdir()) == []
    assert isinstance(synced.window.pages.currentWidget(), QWidget)


def test_dialogs_and_welcome(synced: Harness, qtbot: Any) -> None:
    from dataops_desktop.gui.dialogs.about_dialog import AboutDialog
    from dataops_desktop.gui.dialogs.cell_dialog import CellDialog
    from dataops_desktop.gui.pages.welcome import WelcomePage

    welcome = next(
        synced.window.pages.widget(i)
        for i in range(synced.window.pages.count())
        if isinstance(synced.window.pages.widget(i), WelcomePage)
    )
    qtbot.waitUntil(
        lambda: any("sandbox" in b.text() for b in welcome.findChildren(QPushButton)), timeout=WAIT_MS
    )
    sandbox = next(b for b in welcome.findChildren(QPushButton) if "sandbox" in b.text())
    sandbox.click()
    assert synced.switched == [("sandbox", None)]
    cell = CellDialog("column", '{"a": [1, 2]}', '{"a": [1, 2]}', synced.window)
    cell.open()
    assert '"a": [\n' in cell.findChild(QPlainTextEdit).toPlainText()
    tree = cell.findChild(QTreeWidget)
    assert (tree.topLevelItem(0).text(0), tree.topLevelItem(0).childCount()) == ("a", 2)
    cell.accept()
    hostile = CellDialog("column", "[" * 100_000, "[" * 100_000, synced.window)
    assert hostile.findChild(QPlainTextEdit).toPlainText().startswith("[[[")
    about = AboutDialog(synced.window)
    about.open()
    assert any("MIT" in label.full_text() for label in about.findChildren(PlainLabel))
    about.accept()


def test_a_missing_report_and_a_second_sync_are_said_quietly(
    open_window: Callable[[Path], Harness], tmp_path: Path, qtbot: Any
) -> None:
    harness = open_window(tmp_path / "w.dataops")
    harness.context.commands.run("glue.report")
    qtbot.waitUntil(lambda: "no sync report" in harness.window.statusBar().currentMessage(), timeout=WAIT_MS)
    harness.window.sync_glue(full=False)
    harness.window.sync_glue(full=False)
    assert "already" in harness.window.statusBar().currentMessage()
    qtbot.waitUntil(lambda: not harness.window.is_syncing(), timeout=WAIT_MS)


def test_sql_files_open_and_save(synced: Harness, qtbot: Any, tmp_path: Path) -> None:
    good = tmp_path / "good.sql"
    good.write_text("SELECT 'é'", encoding="utf-8")
    synced.window.opener.open_sql_file(good)
    page = query_page(synced)
    assert page.editor.text() == "SELECT 'é'"
    page.editor.set_text("SELECT 2")
    page.home.save()
    assert good.read_text() == "SELECT 2"
    bad = tmp_path / "bad.sql"
    bad.write_bytes(b"\xff\xfe\x00binary")
    for path in (bad, tmp_path / "missing.sql"):
        before = len(synced.context.problems)
        synced.window.opener.open_sql_file(path)
        assert len(synced.context.problems) == before + 1
        assert path.name in synced.context.problems[0].message


def test_every_tab_bar_of_the_docks_is_one_of_theirs(synced: Harness) -> None:
    window = synced.window
    seen = [
        sorted(bar.tabText(i) for i in range(bar.count()))
        for bar in window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if bar.isVisible()
    ]
    assert sorted(seen) == [
        ["Activity", "History", "Problems", "Transfers"],
        ["Catalog", "Queries", "S3", "Services"],
    ]
