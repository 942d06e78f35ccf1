"""The catalog's pages with mouse and keyboard: reports, search, time machine, table tabs, jobs, schedules."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from dataops_desktop.actions.sync_schedule import SyncSchedule
from dataops_desktop.gui.dialogs.schedule_dialog import ScheduleDialog
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.table_columns import ColumnsTab
from dataops_desktop.gui.pages.table_history import VersionsTab
from dataops_desktop.gui.pages.table_lineage import ColumnLineageTab
from dataops_desktop.gui.pages.table_parts import PartitionsTab, SampleTab
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.heat_strip import Cell, HeatStrip
from dataops_desktop.gui.widgets.partition_cells import strip_cells
from dataops_desktop.gui.widgets.star_rating import StarRating
from dataops_desktop.interfaces.catalog import Partition
from dataops_desktop.ontology.nodes import glue_table_id
from tests.conftest import Cloud
from tests.gui.conftest import Harness


def key_of(harness: Harness, database: str, table: str) -> int:
    stored = harness.store.catalog.node(glue_table_id(database, table))
    assert stored is not None
    return stored.key


def open_table(qtbot: QtBot, harness: Harness, database: str, table: str) -> Any:
    key = key_of(harness, database, table)
    harness.context.node_requested.emit(key)
    pages = harness.window.pages
    qtbot.waitUntil(
        lambda: pages.count() > 0 and pages.currentWidget().page_key() == f"node:{key}", timeout=5000
    )
    return pages.currentWidget()


def dialog_of(kind: type) -> Any:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)


def page_of(qtbot: QtBot, harness: Harness, key: str) -> Any:
    pages = harness.window.pages
    qtbot.waitUntil(lambda: pages.count() > 0 and pages.currentWidget().page_key() == key, timeout=5000)
    return pages.currentWidget()


def test_a_table_is_rated_bookmarked_and_described(qtbot: QtBot, synced: Harness) -> None:
    page = open_table(qtbot, synced, "personnel_db", "temp_table")
    stars = page.findChild(StarRating)
    assert page.focusWidget() is page.findChild(ColumnsTab).table
    qtbot.mouseClick(stars, Qt.MouseButton.LeftButton, pos=QPoint(2 + 3 * 18 + 9, 10))
    qtbot.waitUntil(lambda: page.view.annotations.rating == 4, timeout=5000)
    page._describe()
    qtbot.waitUntil(lambda: dialog_of(QDialog) is not None, timeout=5000)
    dialog = dialog_of(QDialog)
    qtbot.keyClicks(dialog._description, "Scratch values")
    qtbot.keyClicks(dialog._tags, "gold, gold, raw")
    qtbot.keyClicks(dialog._owner, "people team")
    dialog.accept()
    qtbot.waitUntil(lambda: page.view.annotations.tags == ("gold", "raw"), timeout=5000)
    qtbot.waitUntil(
        lambda: page.view.description == "Scratch values" and page.view.owner == "people team", timeout=5000
    )
    assert not any(
        w.cause == "no_description" and page.view.annotations.description == "" for w in page.view.warnings
    )


def test_the_tree_stays_open_and_shows_bookmarks(qtbot: QtBot, synced: Harness) -> None:
    synced.window.show_panel("catalog")
    panel = synced.window.panel("catalog")
    qtbot.waitUntil(lambda: len(panel.model.root.children) > 3, timeout=5000)
    index = panel.model.index(0, 0)
    opened = panel.model.item(index).text
    panel.tree.setExpanded(index, True)
    qtbot.waitUntil(lambda: bool(panel.model.item(index).children), timeout=5000)
    table = panel.model.item(index).children[0]
    synced.context.run(panel._bookmark(table.payload))
    qtbot.waitUntil(
        lambda: bool(panel.model.root.children) and panel.model.root.children[0].kind == "bookmarks",
        timeout=5000,
    )

    def is_open() -> bool:
        for row in range(panel.model.rowCount()):
            place = panel.model.index(row, 0)
            if panel.model.item(place).text == opened:
                return panel.tree.isExpanded(place) and bool(panel.model.item(place).children)
        return False

    qtbot.waitUntil(is_open, timeout=5000)
    synced.context.run(panel._bookmark(table.payload))
    qtbot.waitUntil(
        lambda: bool(panel.model.root.children) and panel.model.root.children[0].kind != "bookmarks",
        timeout=5000,
    )
    qtbot.waitUntil(is_open, timeout=5000)


def test_every_tab_of_a_table_opens(qtbot: QtBot, synced: Harness) -> None:
    page = open_table(qtbot, synced, "contracts_db", "contract_spend")
    titles = [page.tabs.tabText(i).split(" (")[0] for i in range(page.tabs.count())]
    assert titles == [
        "Columns",
        "Partitions",
        "Sample",
        "DDL",
        "Properties",
        "Column lineage",
        "Versions",
        "Queries",
        "Quality",
    ]
    for number in range(page.tabs.count()):
        page.tabs.setCurrentIndex(number)
        assert page.tabs.widget(number).layout().count() == 1
    strip = page.findChild(HeatStrip)
    assert len(strip._cells) == 4
    partitions = page.findChild(PartitionsTab)
    qtbot.mouseClick(partitions.all, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: partitions.all.isEnabled(), timeout=5000)
    versions = page.findChild(VersionsTab)
    qtbot.waitUntil(lambda: versions.list.count() == 1, timeout=5000)
    qtbot.mouseClick(versions.ask_glue, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: versions.list.count() > 1, timeout=5000)
    view = open_table(qtbot, synced, "contracts_db", "vendor_spend")
    assert "View text" in [view.tabs.tabText(i) for i in range(view.tabs.count())]


def test_sample_rows_come_by_range_and_fill_the_columns_tab(qtbot: QtBot, synced: Harness) -> None:
    page = open_table(qtbot, synced, "personnel_db", "employees")
    page.show_tab("Sample")
    tab = page.findChild(SampleTab)
    qtbot.mouseClick(tab.read, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(tab._holder, QTableView), timeout=20_000)
    assert tab._holder.model().rowCount() == 100
    assert "read in 1 request" in tab._note.full_text()


def test_classifications_are_decided_from_the_keyboard_menu(qtbot: QtBot, synced: Harness) -> None:
    page = open_table(qtbot, synced, "personnel_db", "employees")
    tab = page.findChild(ColumnsTab)
    column = next(c for c in tab._columns if c.name == "email")
    tab._decide(column, "")
    qtbot.waitUntil(
        lambda: "email" not in page.view.class_of or page.view.class_of["email"].kind == "", timeout=5000
    )
    tab = page.findChild(ColumnsTab)
    tab._decide(column, "phone")
    qtbot.waitUntil(
        lambda: page.view.class_of.get("email") is not None and page.view.class_of["email"].kind == "phone",
        timeout=5000,
    )
    assert page.view.class_of["email"].state == "accepted"


def test_columns_are_followed_to_the_marked_part_of_a_statement(qtbot: QtBot, synced: Harness) -> None:
    page = open_table(qtbot, synced, "contracts_db", "vendor_spend")
    page.findChild(ColumnsTab).lineage_wanted.emit("total_spend")  # from a column's menu
    tab = page.findChild(ColumnLineageTab)
    assert page.tabs.tabText(page.tabs.currentIndex()) == "Column lineage"
    qtbot.waitUntil(lambda: len(tab.links) == 1)
    model = tab.table.model()
    assert [model.index(0, i).data() for i in range(6)] == [
        "Comes from", "contracts_db.contract_spend_2024.amount", "contracts_db.vendor_spend.total_spend", "aggregated", "100 %", "1",
    ]  # fmt: skip
    (mark,) = tab.statement.extraSelections()
    assert mark.cursor.selectedText() == "c.amount"
    tab.column.setCurrentIndex(0)
    tab.column.activated.emit(0)
    tab.rows_too.setChecked(True)
    qtbot.waitUntil(lambda: any(link.link.use == "join" for link in tab.links))
    tab.table.selectRow(next(i for i, link in enumerate(tab.links) if link.link.use == "join"))
    tab.open_statement.click()
    assert "JOIN vendor_info" in synced.window.opener.query_page().editor.text()
    source = open_table(qtbot, synced, "contracts_db", "vendor_info")
    source.show_tab("Column lineage")
    lines = source.findChild(ColumnLineageTab)
    qtbot.waitUntil(lambda: bool(lines.links))
    lines.table.activated.emit(lines.table.model().index(0, 1))  # Enter: the other end
    qtbot.waitUntil(lambda: synced.window.pages.currentWidget() is not source)


def test_search_page_narrows_by_facets_and_corrects(qtbot: QtBot, synced: Harness) -> None:
    synced.context.commands.run("catalog.search")
    page = page_of(qtbot, synced, "search")
    qtbot.waitUntil(lambda: page.facets.topLevelItemCount() > 3, timeout=5000)
    QAbstractItemModelTester(page.model)
    qtbot.keyClicks(page.field, "contrct")
    qtbot.waitUntil(lambda: any(hit.corrected for hit in page.model.hits), timeout=5000)
    qtbot.waitUntil(lambda: "“contract”" in page.note.full_text(), timeout=5000)

    def facet(title: str, value: str) -> Any:
        for i in range(page.facets.topLevelItemCount()):
            head = page.facets.topLevelItem(i)
            if head.text(0) == title:
                return next(
                    (head.child(j) for j in range(head.childCount()) if head.child(j).text(0) == value), None
                )
        return None

    page.field.clear()
    qtbot.waitUntil(lambda: facet("Classification", "E-mail address") is not None, timeout=5000)
    page._toggle(facet("Classification", "E-mail address"))
    qtbot.waitUntil(lambda: [h.name for h in page.model.hits] == ["personnel_db.employees"], timeout=5000)
    state = page.state()
    assert state["chosen"]["classification"] == "email"
    qtbot.mouseClick(page.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._chosen.empty, timeout=5000)
    page.field.setText("employees")
    qtbot.waitUntil(
        lambda: (
            bool(page.model.hits)
            and not page._timer.isActive()
            and page.model.hits[0].name == "personnel_db.employees"
        ),
        timeout=5000,
    )
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    page_of(qtbot, synced, f"node:{key_of(synced, 'personnel_db', 'employees')}")


def test_report_shows_groups_and_every_line(qtbot: QtBot, synced: Harness) -> None:
    synced.context.commands.run("glue.report")
    run_id = synced.store.syncs.sync_runs()[0].run_id
    page = page_of(qtbot, synced, f"sync:{run_id}")
    titles = [b.text() for b in page.findChildren(QPushButton)]
    assert {"View full report", "Sync now", "Schedule sync…"} <= set(titles)
    page.show_full("Warning")
    qtbot.waitUntil(lambda: page.count() == 2 and page.currentIndex() == 1, timeout=5000)
    table = page.widget(1).findChild(QTableView)
    kinds = {table.model().index(row, 0).data() for row in range(table.model().rowCount())}
    assert kinds == {"Warning"}
    page._kinds.setCurrentIndex(0)
    page._find.setText("budget_2024")
    assert table.model().rowCount() == 1
    assert "glue:GetPartitions" in table.model().index(0, 3).data()


def test_time_machine_compares_two_syncs(qtbot: QtBot, synced: Harness, cloud: Cloud) -> None:
    glue = cloud.client("glue")
    glue.create_table(DatabaseName="logistics_db", TableInput={"Name": "just_here", "Description": "x"})
    try:
        synced.window.sync_glue(full=False)
        qtbot.waitUntil(lambda: not synced.window.is_syncing(), timeout=20_000)
        synced.context.commands.run("catalog.time_machine")
        page = page_of(qtbot, synced, "time-machine")
        qtbot.waitUntil(lambda: page.tabs.count() == 2, timeout=5000)
        model = page.tabs.widget(0).model()
        # Other tests may have changed the world since this workspace was synced.
        assert "logistics_db.just_here" in [model.index(row, 1).data() for row in range(model.rowCount())]
        assert " new" in page.note.full_text()
    finally:
        glue.delete_table(DatabaseName="logistics_db", Name="just_here")


def test_jobs_run_and_end_in_the_activity_panel(
    qtbot: QtBot, synced: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataops_desktop.actions.etl_cases as etl

    monkeypatch.setattr(etl, "WATCH_S", 0.1)
    synced.context.commands.run("glue.etl")
    page = page_of(qtbot, synced, "etl")
    qtbot.waitUntil(lambda: len(page.jobs._names) == 3, timeout=10_000)
    page.choose("glue-job", "late-invoices")
    qtbot.waitUntil(lambda: page.jobs._found["late-invoices"].script != "", timeout=10_000)
    synced.context.run(page.jobs._run("late-invoices", {"--sandbox-seconds": "0.2"}))
    qtbot.waitUntil(
        lambda: any(a.title == "Job late-invoices" and a.state == "done" for a in synced.context.activities),
        timeout=20_000,
    )
    qtbot.waitUntil(lambda: bool(page.jobs._runs) and page.jobs._runs[0].ended, timeout=10_000)
    qtbot.waitUntil(lambda: bool(page.crawlers._names), timeout=10_000)


def test_schedule_dialog_speaks_cron_and_words(qtbot: QtBot, theme: Theme) -> None:
    dialog = ScheduleDialog(
        SyncSchedule("30 7 * * 1-5", "Europe/Berlin"), ["dataops-desktop", "sync", "glue"], None
    )
    qtbot.addWidget(dialog)
    assert dialog.choice.currentData() == "weekdays"
    dialog.choice.setCurrentIndex(dialog.choice.findData("hour"))
    assert dialog.schedule.cron == "30 * * * *"
    dialog.choice.setCurrentIndex(dialog.choice.findData("week"))
    dialog.day.setCurrentIndex(dialog.day.findData(0))
    assert dialog.schedule.cron.endswith("* * 0")
    dialog.choice.setCurrentIndex(dialog.choice.findData("cron"))
    dialog.cron.setText("nonsense")
    assert not dialog._save.isEnabled()
    assert "five" in dialog.note.full_text()
    dialog.cron.setText("*/15 * * * *")
    dialog._copy("windows")
    assert "cannot say" in dialog.copied.full_text()
    dialog._copy("cron")
    assert "*/15 * * * *" in QApplication.clipboard().text()


def test_a_scheduled_sync_catches_up_once_after_the_start(
    qtbot: QtBot, open_window: Any, synced_file: Path, tmp_path: Path
) -> None:
    from dataops_desktop.storage.workspace import SqliteWorkspace

    copy = tmp_path / "copy.dataops"
    copy.write_bytes(synced_file.read_bytes())
    store = SqliteWorkspace(copy)
    store.settings.set_setting(
        "sync.schedule", {"cron": "* * * * *", "timezone": "UTC", "enabled": True, "tray": False}
    )
    with store._database.write() as db:
        db.execute("UPDATE sync_run SET started_at = '2026-01-01T00:00:00.000Z'")
    store.close()
    harness = open_window(copy)
    qtbot.waitUntil(
        lambda: len(harness.store.syncs.sync_runs()) == 2 and not harness.window.is_syncing(), timeout=20_000
    )
    assert harness.store.syncs.sync_runs()[0].state in {"complete", "partial"}
    assert harness.window.schedule._scheduler.get_job("sync") is not None
    harness.window.schedule.stop()
    assert not harness.window.schedule.stays()


def test_rows_model_and_heat_strip(qtbot: QtBot, theme: Theme) -> None:
    model = RowsModel(("A", "B"), [("1", "x"), ("2", "<img src=/etc/passwd>")], frozenset({0}))
    QAbstractItemModelTester(model)
    days = [Partition((f"2024-05-{day:02d}",), "", None, day * 100) for day in (1, 2, 3, 4, 5, 8, 9)]
    cells = strip_cells(["dt"], days)
    assert [cell.row for cell in cells] == [0, 1, 2, 3, 4, -1, -1, 5, 6]
    assert [cell.row for cell in strip_cells(["region"], [Partition(("a",)), Partition(("b",))])] == [0, 1]
    strip = HeatStrip(theme, [Cell(f"p{i}", float(i), i) for i in range(10_000)], "many")
    qtbot.addWidget(strip)
    strip.resize(400, 28)
    strip.show()
    started = time.perf_counter()
    strip.repaint()
    assert strip._groups() > 1
    assert time.perf_counter() - started < 1
    with qtbot.waitSignal(strip.chosen):
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(100, 10))


def test_star_rating_by_keyboard(qtbot: QtBot, theme: Theme) -> None:
    stars = StarRating(theme, 2)
    qtbot.addWidget(stars)
    with qtbot.waitSignal(stars.rated) as caught:
        qtbot.keyClick(stars, Qt.Key.Key_Right)
    assert caught.args == [3]
    qtbot.keyClick(stars, Qt.Key.Key_0)
    assert (stars.stars(), stars.accessibleName()) == (0, "Not rated")


def test_selected_rows_are_copied_as_text(qtbot: QtBot) -> None:
    from dataops_desktop.gui.widgets.plain_table import plain_table

    model = RowsModel(
        ("A", "B", "C"), [("1", "x\ty", "hidden"), ("2", "a\nb", "hidden"), ("3", "z", "hidden")]
    )
    table = plain_table(model, 1)
    qtbot.addWidget(table)
    table.setColumnHidden(2, True)
    table.selectRow(0)
    table.selectionModel().select(
        model.index(1, 0),
        table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows,
    )
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "1\tx y\n2\ta b"


def test_a_sync_reads_every_place_with_a_report_each(qtbot: QtBot, synced: Harness, cloud: Cloud) -> None:
    import boto3

    from dataops_desktop.app.sync_worker import run_sync_process
    from dataops_desktop.interfaces.connector import Place

    glue = boto3.client(
        "glue",
        endpoint_url=cloud.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="t",
        aws_secret_access_key="t",
    )
    glue.create_database(DatabaseInput={"Name": "over_there"})
    glue.create_table(DatabaseName="over_there", TableInput={"Name": "t"})
    cases = synced.context.use_cases
    cases._sync_runner = lambda o, p, c, place: run_sync_process(
        synced.store.path, place.of(cloud.options), o, p, c
    )
    synced.store.settings.set_setting("sync.places", [{"profile": "", "region": "eu-central-1"}])
    try:
        synced.window.sync_glue(full=False)
        qtbot.waitUntil(lambda: not synced.window.is_syncing(), timeout=60_000)
        titles = {a.title: a.state for a in synced.context.activities if a.title.startswith("Sync")}
        assert titles == {"Sync AWS Glue": "done", "Sync AWS Glue (eu-central-1)": "done"}
        runs = synced.store.syncs.sync_runs()[:2]
        assert {run.source for run in runs} == {"aws:123456789012:us-east-1", "aws:123456789012:eu-central-1"}
        synced.window.show_panel("catalog")
        panel = synced.window.panel("catalog")
        qtbot.waitUntil(
            lambda: [item.kind for item in panel.model.root.children] == ["source", "source"], timeout=5000
        )
        assert Place("", "x").of(cloud.options).region == "x"
    finally:
        glue.delete_database(Name="over_there")
