"""The query workbench: estimates, limits, the local engine beside Athena."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog

from dataops_desktop.costs.guard import GuardLimits
from dataops_desktop.gui.dialogs.parameters_dialog import ParametersDialog
from dataops_desktop.gui.pages import query_estimate
from tests.gui.conftest import Harness
from tests.gui.test_window import WAIT_MS, answer, figures, new_query, query_page


def test_the_estimate_follows_the_statement(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT amount FROM contract_spend WHERE year = 2022")
    label: Any = page._form.estimate
    qtbot.waitUntil(lambda: "KB · $0.00005" in label.full_text(), timeout=WAIT_MS)
    assert "1 of 4 partitions" in label.toolTip()
    page.editor.set_text("SHOW TABLES")
    page.editor.set_caret(3)
    qtbot.waitUntil(lambda: label.full_text() == "free", timeout=WAIT_MS)
    page.editor.set_text("SELECT * FROM nowhere")
    page.editor.set_caret(3)
    qtbot.waitUntil(lambda: label.full_text() == "cost unknown", timeout=WAIT_MS)
    assert "Sync it first" in label.toolTip()


def test_a_limit_asks_and_refuses_before_anything_is_paid(synced: Harness, qtbot: Any) -> None:
    synced.store.settings.set_setting("guard", asdict(GuardLimits(ask_above_usd=0.00001)))
    page = new_query(synced, qtbot, "SELECT * FROM vendor_info")
    page.run()
    answer(synced, qtbot, "Do not run")
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)
    assert synced.store.history.queries() == []
    page.run()
    answer(synced, qtbot, "Run")
    qtbot.waitUntil(lambda: figures(page).startswith("240 rows"), timeout=WAIT_MS)
    record = synced.store.history.queries()[0]
    assert record.estimated_bytes == record.bytes_scanned


def test_a_slow_estimate_is_no_way_around_the_budget(
    synced: Harness, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_estimate, "LONGEST_WAIT_S", 0)
    synced.store.settings.set_setting("guard", asdict(GuardLimits(daily_budget_usd=-1.0)))
    page = new_query(synced, qtbot, "SELECT * FROM vendor_info")
    page.run()
    answer(synced, qtbot, "Do not run")
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)
    assert synced.store.history.queries() == []


def test_limits_are_set_in_their_dialog(synced: Harness, qtbot: Any) -> None:
    synced.context.commands.run("costs.limits")

    def dialog() -> Any:
        return next((d for d in synced.window.findChildren(QDialog) if d.isVisible()), None)

    qtbot.waitUntil(lambda: dialog() is not None, timeout=WAIT_MS)
    form = dialog()._form
    assert form.ask.text() == "1"
    form.ask.setText("lots")
    dialog()._save()
    assert "lots" in form.problem.full_text()
    form.ask.setText("")
    form.budget.setText("2,50")
    dialog()._save()
    qtbot.waitUntil(
        lambda: (synced.store.settings.setting("guard") or {}).get("daily_budget_usd") == 2.5, timeout=WAIT_MS
    )
    assert synced.store.settings.setting("guard")["ask_above_usd"] is None


def test_a_pinned_result_joins_a_dropped_file(synced: Harness, qtbot: Any, tmp_path: Path) -> None:
    page = new_query(synced, qtbot, "SELECT vendor_id, country FROM vendor_info")
    page.run()
    qtbot.waitUntil(lambda: figures(page).startswith("240 rows"), timeout=WAIT_MS)
    tab: Any = page.results.currentWidget()
    tab._pin.trigger()
    naming: Any = tab.findChild(QInputDialog)
    naming.setTextValue("vendors")
    naming.accept()
    data = synced.context.use_cases.local_data
    qtbot.waitUntil(lambda: [t.name for t in data.all()] == ["vendors"], timeout=WAIT_MS)

    notes = tmp_path / "notes.csv"
    notes.write_text("vendor_id,note\nVEN-001,late\n")
    synced.window.opener.open_query("", "contracts_db")
    local = query_page(synced)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(notes))])
    viewport, copy = local.editor.edit.viewport(), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QDragEnterEvent(QPoint(20, 20), copy, mime, left, none))
    QApplication.sendEvent(viewport, QDropEvent(QPointF(20, 20), copy, mime, left, none))
    qtbot.waitUntil(lambda: local.editor.text() == "SELECT * FROM notes LIMIT 100", timeout=WAIT_MS)
    assert local.local.on
    assert not local._form.database.isVisible()
    local.editor.set_text("SELECT v.country, n.note FROM results.vendors v JOIN notes n USING (vendor_id)")
    local.run()
    qtbot.waitUntil(lambda: "ran here, free" in figures(local), timeout=WAIT_MS)
    assert local.state()["engine"] == "duckdb"
    assert [c.text for c in local.words.complete("SELECT n. FROM notes n", 9)] == ["vendor_id", "note"]


def test_find_and_replace_with_expressions_and_undo(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT a1, 🙂, a2 FROM t -- a1")
    bar = page.find_bar
    synced.context.commands.run("edit.replace")
    assert bar.isVisible()
    bar.find.setText("a1")
    assert bar._count.full_text() == "2 found"
    bar.step(1)
    assert page.editor.selection() == (7, 9)
    bar.step(1)
    assert page.editor.selection() == (27, 29)
    bar.step(1)
    assert page.editor.selection() == (7, 9)
    bar.regex.setChecked(True)
    bar.find.setText("a(\\d)")
    bar.replace.setText("b\\1x")
    bar.replace_all()
    assert page.editor.text() == "SELECT b1x, 🙂, b2x FROM t -- b1x"
    page.editor.edit.undo()
    assert page.editor.text() == "SELECT a1, 🙂, a2 FROM t -- a1"
    bar.find.setText("a(")
    assert "Not a regular" in bar._count.full_text()
    qtbot.keyClick(bar.find, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_lines_move_double_and_format(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "select a\nfrom t")
    run = synced.context.commands.run
    run("edit.move_down")
    assert page.editor.text() == "from t\nselect a"
    run("edit.move_up")
    run("edit.duplicate")
    assert page.editor.text() == "select a\nselect a\nfrom t"
    run("edit.delete_line")
    assert page.editor.text().count("select a") == 1
    page.editor.set_text("select vendor_id,name from vendor_info where tier='gold'")
    run("edit.format")
    qtbot.waitUntil(
        lambda: page.editor.text().startswith("SELECT\n  vendor_id,\n  name\nFROM"), timeout=WAIT_MS
    )
    page.editor.edit.undo()
    assert page.editor.text().startswith("select vendor_id,name")


def test_errors_are_marked_on_pause_and_names_have_cards(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, "SELECT v.name FROM vendor_info v WHERE")
    page.editor.insert(" ")
    qtbot.waitUntil(lambda: bool(page.editor.problem_at(35)), timeout=WAIT_MS)
    page.editor.set_text("SELECT v.name FROM vendor_info v")
    qtbot.waitUntil(lambda: not page.editor.problem_at(35), timeout=WAIT_MS)
    table: Any = page.assist._name_at(22)
    assert (table.text, table.kind, table.detail) == ("vendor_info", "table", "contracts_db")
    column: Any = page.assist._name_at(10)
    assert (column.text, column.detail) == ("name", "string")
    page.assist._hover(22)
    assert page.editor.edit.callTipActive()
    page.editor.set_caret(22)
    synced.context.commands.run("edit.go_to_table")
    qtbot.waitUntil(
        lambda: synced.window.pages.currentWidget().page_key().startswith("node:"), timeout=WAIT_MS
    )


def test_parameters_are_asked_for_and_remembered(synced: Harness, qtbot: Any) -> None:
    page = new_query(
        synced, qtbot, "SELECT count(*) FROM contract_spend WHERE year = :year AND vendor_id <> :other"
    )

    def dialog() -> Any:
        return next((d for d in page.findChildren(ParametersDialog) if d.isVisible()), None)

    page.run()
    qtbot.waitUntil(lambda: dialog() is not None, timeout=WAIT_MS)
    (year, kind), (other, _) = dialog().rows
    assert kind.currentText() == "number"
    year.setText("20x")
    other.setText("O'Neil")
    dialog()._take()
    assert ":year" in dialog()._problem.full_text()
    year.setText("2022")
    dialog()._take()
    qtbot.waitUntil(lambda: figures(page).startswith("1 row ·"), timeout=WAIT_MS)
    record = synced.store.history.queries()[0]
    assert record.sql.endswith("year = ? AND vendor_id <> ?")
    tab: Any = page.results.currentWidget()
    assert str(tab.rows.slice(0, 1).column(0)[0]) == "3000"
    page.run()
    qtbot.waitUntil(lambda: dialog() is not None, timeout=WAIT_MS)
    assert [field.text() for field, _ in dialog().rows] == ["2022", "O'Neil"]
    dialog().reject()
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT_MS)


def test_settings_are_checked_taken_and_used(synced: Harness, qtbot: Any) -> None:
    from dataops_desktop.gui.dialogs.query_settings_dialog import QuerySettingsDialog

    page = new_query(synced, qtbot, "SELECT count(*), 'only here' FROM vendor_info")
    synced.context.commands.run("query.settings")

    def dialog() -> Any:
        return next((d for d in page.findChildren(QuerySettingsDialog) if d.isVisible()), None)

    qtbot.waitUntil(lambda: dialog() is not None, timeout=WAIT_MS)
    form = dialog()
    for field, wrong, right, said in (
        (form.place, "bucket/folder", "", "not a place in S3"),
        (form.owner, "123", "", "12 digits"),
    ):
        field.setText(wrong)
        form.take()
        assert said in form._problem.full_text()
        field.setText(right)
    form.encryption.setCurrentIndex(form.encryption.findData("SSE_KMS"))
    form.take()
    assert "KMS key" in form._problem.full_text()
    form.encryption.setCurrentIndex(0)
    form.reuse.setChecked(True)
    form.unit.setCurrentText("days")
    form.age.setValue(8)
    form.take()
    assert "at most 7 days" in form._problem.full_text()
    form.age.setValue(2)
    form.default.setChecked(True)
    form.take()
    qtbot.waitUntil(lambda: page.choices.settings.reuse_minutes == 2880, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: "may reuse a result up to 2 days old" in page._form.estimate.full_text(), timeout=WAIT_MS
    )
    for scanned in ("scanned · ≈", "reused result, nothing scanned"):
        page.run()
        qtbot.waitUntil(lambda s=scanned: s in figures(page) and not page.running, timeout=WAIT_MS)
    again = new_query(synced, qtbot, "")  # new worksheets take them too
    qtbot.waitUntil(lambda: again.choices.settings.reuse_minutes == 2880, timeout=WAIT_MS)
