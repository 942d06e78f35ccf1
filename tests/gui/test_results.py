"""A result seen in other ways: filtered, searched, drawn, explained, compared; all through the widgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest

from dataops_desktop.actions.result_view import RowFilter, SortKey
from dataops_desktop.gui.dialogs.compare_dialog import CompareDialog
from dataops_desktop.gui.dialogs.dataset_dialog import DatasetDialog
from dataops_desktop.gui.pages.compare_tab import CompareTab
from tests.conftest import Cloud
from tests.gui.conftest import Harness
from tests.gui.test_window import WAIT_MS, figures, new_query

CARRIERS = "SELECT carrier, month, count(*) AS flights FROM flights GROUP BY 1, 2"


@pytest.fixture
def result(synced: Harness, qtbot: Any) -> Any:
    page = new_query(synced, qtbot, CARRIERS, "flights_db")
    page.run()
    qtbot.waitUntil(lambda: "scanned" in figures(page), timeout=WAIT_MS)
    return page


def test_filter_sort_find_and_sums(result: Any, qtbot: Any) -> None:
    tab: Any = result.results.currentWidget()
    view, grid = tab.view, tab.grid
    tab.filter()
    view.filter.column.setCurrentIndex(0)
    view.filter.operator.setCurrentText("=")
    view.filter.value.setText("UA")
    QTest.keyClick(view.filter.value, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.model.rowCount() == 12, timeout=WAIT_MS)
    assert view.filter.count.full_text().startswith("12 of ")
    grid.sort_by([SortKey(2, True)])
    qtbot.waitUntil(lambda: view.model.marked_columns() == {0, 2}, timeout=WAIT_MS)
    flights = [view.model.value(row, 2) for row in range(12)]
    assert flights == sorted(flights, reverse=True)
    selection = QItemSelection(view.model.index(0, 2), view.model.index(11, 2))
    grid.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    qtbot.waitUntil(lambda: tab.figures.full_text().startswith("12 cells · sum"), timeout=WAIT_MS)
    assert str(sum(flights)) in tab.figures.full_text().replace(",", "")
    grid.clearSelection()
    qtbot.waitUntil(lambda: "scanned" in tab.figures.full_text(), timeout=WAIT_MS)
    tab.find()
    view.find.text.setText(str(flights[-1]))
    qtbot.waitUntil(lambda: view.find.count.full_text() == "1 of 1", timeout=WAIT_MS)
    assert grid.currentIndex().row() == 11
    view.filter.dismiss()
    qtbot.waitUntil(lambda: view.model.rowCount() > 12, timeout=WAIT_MS)
    view.filter.add(RowFilter(1, "=", "many"))
    qtbot.waitUntil(lambda: bool(result._context.problems), timeout=WAIT_MS)
    assert "many" in result._context.problems[0].message


def test_columns_hide_and_freeze(result: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    grid = result.results.currentWidget().grid
    grid.hide_column(0)
    grid.hide_column(1)
    grid.hide_column(2)
    assert grid.hidden_columns() == [0, 1]  # never the last one
    grid.selectAll()
    assert grid.copied_text("tsv_headers").splitlines()[0] == "flights"
    grid.show_all_columns()
    grid.freeze_through(0)
    assert grid.frozen
    frozen = grid._frozen._view
    assert frozen.isVisible()
    assert frozen.width() == grid.columnWidth(0)
    grid.setColumnWidth(0, 150)
    assert frozen.width() == 150
    grid.freeze_through(None)
    assert not grid.frozen
    grid.selectRow(0)
    assert grid.copied_text("md").startswith("| carrier | month | flights |")
    assert grid.copied_text("sql").startswith("INSERT INTO")
    grid.selectAll()
    monkeypatch.setattr("dataops_desktop.gui.widgets.result_grid.AT_ONCE", 10)
    grid.copy("tsv_headers")
    clipboard = QGuiApplication.clipboard()
    qtbot.waitUntil(lambda: clipboard.text().startswith("carrier\tmonth\tflights\n"), timeout=WAIT_MS)
    assert clipboard.text().count("\n") == grid.model().rowCount()
    names = [action.text() for action in grid.header_menu(1).actions()]
    assert {"Filter…", "Hide column", "Freeze columns up to here"} <= set(names)


def test_a_chart_is_drawn_chosen_and_saved(result: Any, qtbot: Any, tmp_path: Path) -> None:
    tab: Any = result.results.currentWidget()
    tab.show_view("chart")
    chart: Any = tab._made["chart"]
    qtbot.waitUntil(lambda: chart.plot is not None and chart.plot.isVisible(), timeout=WAIT_MS)
    assert result.window().minimumSizeHint().width() <= 1280
    assert (chart.spec.kind, chart.x.currentText(), chart.y.currentText()) == ("line", "month", "flights")
    for kind in ("bar", "scatter", "histogram", "box"):
        chart.kind.setCurrentIndex(chart.kind.findData(kind))
        chart.kind.activated.emit(chart.kind.currentIndex())
        qtbot.waitUntil(lambda k=kind: chart.plot._data.spec.kind == k, timeout=WAIT_MS)
    chart.kind.setCurrentIndex(chart.kind.findData("bar"))
    chart.split.setCurrentIndex(chart.split.findText("carrier"))
    chart._draw()
    qtbot.waitUntil(lambda: len(chart.plot._data.series) == 9, timeout=WAIT_MS)
    assert "the others together" in chart.note.full_text()
    assert chart.plot._text_at(chart.plot._data, 0.0, 0.0).startswith("1: UA")
    for name in ("chart.png", "chart.svg"):
        chart.save(tmp_path / name)
    assert QImage(str(tmp_path / "chart.png")).width() == 2560
    assert QSvgRenderer(str(tmp_path / "chart.svg")).isValid()
    chart.plot.copy()
    assert not QGuiApplication.clipboard().image().isNull()
    chart.save(tmp_path / "missing" / "chart.png")
    assert "could not be written" in result._context.problems[0].message


def test_plan_and_timeline(result: Any, qtbot: Any) -> None:
    tab: Any = result.results.currentWidget()
    tab.show_view("timeline")
    qtbot.waitUntil(lambda: tab.views.currentWidget() is tab._made.get("timeline"), timeout=WAIT_MS)
    result.explain()
    qtbot.waitUntil(lambda: result.results.count() == 2 and not result.running, timeout=WAIT_MS)
    plan: Any = result.results.currentWidget()
    tree = plan._made["plan"]
    assert plan.views.currentWidget() is tree
    assert tree.topLevelItem(0).text(0) == "Output"
    assert not plan.buttons["chart"].isVisible()


def test_two_runs_are_compared(result: Any, qtbot: Any, synced: Harness) -> None:
    tab: Any = result.results.currentWidget()
    result.editor.set_text(
        CARRIERS.replace("flights GROUP", "flights WHERE month < 12 AND distance > 300 GROUP")
    )
    result.run()
    qtbot.waitUntil(lambda: result.results.count() == 2 and "scanned" in figures(result), timeout=WAIT_MS)
    newer: Any = result.results.currentWidget()
    newer.compare_requested.emit(newer)

    def dialog() -> Any:
        return next((d for d in synced.window.findChildren(CompareDialog) if d.isVisible()), None)

    qtbot.waitUntil(lambda: dialog() is not None and dialog().key == ("carrier", "month"), timeout=WAIT_MS)
    dialog().accept()
    qtbot.waitUntil(lambda: isinstance(result.results.currentWidget(), CompareTab), timeout=WAIT_MS)
    compared: Any = result.results.currentWidget()
    model = compared.model
    result.results.close_result(result.results.indexOf(tab))  # the comparison keeps what it shows
    model.show_state(0)
    texts = {model.index(row, 0).data() for row in range(model.rowCount())}
    assert texts == {"Removed"}
    months = {model.index(row, 2).data() for row in range(model.rowCount())}
    assert "12" in months
    model.show_state(2)
    assert " → " in model.index(0, 3).data()
    compared.only_changed.setChecked(True)
    assert not compared.grid.isColumnHidden(1)  # the key stays
    assert "cells changed" in compared.summary.full_text()
    alone: Any = result.results.currentWidget()
    assert alone is compared


def test_a_dataset_is_made_of_what_is_shown(synced: Harness, qtbot: Any, cloud: Cloud) -> None:
    page = new_query(synced, qtbot, "SELECT country, count(*) AS vendors FROM vendor_info GROUP BY 1")
    page.run()
    qtbot.waitUntil(lambda: "scanned" in figures(page), timeout=WAIT_MS)
    tab: Any = page.results.currentWidget()
    tab.view.filter.add(RowFilter(0, "≠", "Germany"))
    qtbot.waitUntil(lambda: tab.view.changed, timeout=WAIT_MS)
    rows = tab.view.model.rowCount()
    tab.dataset_requested.emit(tab)

    def dialog() -> Any:
        return next((d for d in synced.window.findChildren(DatasetDialog) if d.isVisible()), None)

    qtbot.waitUntil(lambda: dialog() is not None and dialog().place.text() != "", timeout=WAIT_MS)
    assert dialog().place.text().endswith("/new_dataset/")
    dialog().name.setText("Not A Name")
    assert "cannot be a table's name" in dialog().problem.full_text()
    assert not dialog().create.isEnabled()
    dialog().name.setText("vendors_by_country")
    qtbot.waitUntil(lambda: dialog().place.text().endswith("/vendors_by_country/"), timeout=WAIT_MS)
    assert "vendors  bigint" in dialog().preview.toPlainText()
    assert "charges nothing" in dialog().cost.full_text()
    dialog().query.setChecked(True)
    qtbot.waitUntil(lambda: "$" in dialog().cost.full_text(), timeout=WAIT_MS)
    assert dialog().preview.toPlainText().startswith('CREATE TABLE "contracts_db"."vendors_by_country"')
    dialog().upload.setChecked(True)
    dialog().accept()
    try:
        qtbot.waitUntil(
            lambda: synced.window.pages.currentWidget().page_key().startswith("lineage"), timeout=WAIT_MS
        )
        activity = synced.context.activities[0]
        assert (activity.state, activity.outcome.split(" · ")[0]) == ("done", f"{rows} rows")
    finally:
        cloud.client("glue").delete_table(DatabaseName="contracts_db", Name="vendors_by_country")


def test_results_take_the_whole_height_and_give_it_back(result: Any, synced: Harness, qtbot: Any) -> None:
    run = synced.context.commands.run
    run("query.whole_height")
    assert not result.editor.isVisible()
    assert result.results.isVisible()
    run("query.whole_height")
    assert result.editor.isVisible()
    run("query.whole_height")
    run("editor.focus")
    assert result.editor.isVisible()
    small = result._form.splitter.sizes()[1]
    result.results.currentWidget().show_view("chart")
    qtbot.waitUntil(lambda: result._form.splitter.sizes()[1] >= min(420, small), timeout=WAIT_MS)
