"""The history panel, saved queries and the costs page, through their widgets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QInputDialog, QMenu

from dataops_desktop.gui.dialogs.save_statement_dialog import SaveStatementDialog
from dataops_desktop.gui.dialogs.text_diff_dialog import TextDiffDialog, aligned
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord, SavedStatement
from dataops_desktop.sql.snippets import BUILT_IN, expanded, proposals
from tests.gui.conftest import Harness
from tests.gui.test_window import WAIT_MS, figures, new_query, query_page


def fill(harness: Harness, count: int = 450) -> None:
    for number in range(count):
        harness.store.history.begin_query(
            QueryRecord(
                0, "athena", "aws:1:x", f"SELECT {number}\nFROM vendor_info", "contracts_db", "primary",
                state="FAILED" if number % 100 == 0 else "SUCCEEDED", submitted_at=f"2026-0{1 + number % 9}-01T00:00:00.{number:03}Z",
                finished_at="2026-10-01T00:00:00.000Z", cost_usd=1.0, bytes_scanned=200_000_000_000, who="arn:aws:iam::1:user/ada",
                tables="contracts_db.vendor_info", shape="s1",
            )
        )  # fmt: skip


def choose(menu: QMenu, text: str) -> None:
    next(a for a in menu.actions() if a.text().split("\t")[0] == text).trigger()


@pytest.fixture
def panel(synced: Harness, qtbot: Any) -> Any:
    fill(synced)
    synced.window.show_panel("history")
    made: Any = synced.window.panel("history")
    qtbot.waitUntil(lambda: made.model.rowCount() == 200, timeout=WAIT_MS)
    return made


def test_history_is_filtered_paged_and_pinned(panel: Any, qtbot: Any) -> None:
    model = panel.model
    assert model.canFetchMore(model.index(-1, -1))
    model.fetchMore(model.index(-1, -1))
    qtbot.waitUntil(lambda: model.rowCount() == 400, timeout=WAIT_MS)
    times = [record.submitted_at for record in model.records]
    assert times == sorted(times, reverse=True)
    assert model.index(0, 4).data() == "ada"
    panel.state.setCurrentIndex(panel.state.findData("FAILED"))
    panel.state.activated.emit(0)
    qtbot.waitUntil(lambda: model.rowCount() == 5, timeout=WAIT_MS)
    choose(panel.menu(model.index(2, 0)), "Pin")
    panel.state.setCurrentIndex(0)
    panel.whose.setCurrentIndex(panel.whose.findData("pinned"))
    panel.whose.activated.emit(0)
    qtbot.waitUntil(lambda: model.rowCount() == 1, timeout=WAIT_MS)
    panel.show_only("select 449")
    qtbot.waitUntil(lambda: model.rowCount() == 1 and "449" in model.index(0, 2).data(), timeout=WAIT_MS)


def test_two_texts_are_compared(panel: Any, synced: Harness, qtbot: Any) -> None:
    panel.table.selectRow(0)
    selection = panel.table.selectionModel()
    selection.select(panel.model.index(1, 0), selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    choose(panel.menu(panel.model.index(0, 0)), "Compare the two texts")
    dialog = next(d for d in synced.window.findChildren(TextDiffDialog) if d.isVisible())
    assert dialog.note.full_text() == "1 line differs"
    assert dialog.sides[0].toPlainText().splitlines()[1] == "FROM vendor_info"
    dialog.reject()
    assert aligned("a\nb\nd", "a\nc\nd\ne") == [("a", "a"), ("b", "c"), ("d", "d"), (None, "e")]


def test_a_query_runs_again_and_the_history_is_exported(
    panel: Any, synced: Harness, qtbot: Any, tmp_path: Path
) -> None:
    path = tmp_path / "queries.csv"
    panel.state.setCurrentIndex(panel.state.findData("FAILED"))
    synced.context.run(panel.export(path, "csv"))
    qtbot.waitUntil(lambda: [a.state for a in synced.context.activities] == ["done"], timeout=WAIT_MS)
    assert synced.context.activities[0].outcome == "5 queries"
    synced.context.run(panel.export(tmp_path / "missing" / "queries.csv", "csv"))
    qtbot.waitUntil(lambda: synced.context.activities[0].state == "failed", timeout=WAIT_MS)
    choose(panel.menu(panel.model.index(0, 0)), "Run it again")
    qtbot.waitUntil(lambda: figures(query_page(synced)).startswith("240 rows"), timeout=WAIT_MS)


def test_athenas_history_is_taken_over_at_the_start(
    open_window: Callable[[Path], Harness], synced_file: Path, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "copy.dataops"
    path.write_bytes(synced_file.read_bytes())
    from dataops_desktop.storage.workspace import SqliteWorkspace

    store = SqliteWorkspace(path)
    store.settings.set_setting("history.import", True)
    store.close()
    window = open_window(path)
    window.window.show_panel("services")
    history = window.store.history
    qtbot.waitUntil(lambda: len(history.queries("", 1000)) > 50, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: any(a.outcome.endswith("new queries") for a in window.context.activities), timeout=WAIT_MS
    )
    assert history.queries("", 1, HistoryFilter(own=True)) == []


def test_saved_queries_live_in_folders(synced: Harness, qtbot: Any) -> None:
    synced.window.show_panel("saved_queries")
    panel: Any = synced.window.panel("saved_queries")
    page = new_query(synced, qtbot, "SELECT 1 AS one")
    synced.context.commands.run("query.keep")

    def dialog(kind: type[QDialog]) -> Any:
        return next((d for d in synced.window.findChildren(kind) if d.isVisible()), None)

    qtbot.waitUntil(lambda: dialog(SaveStatementDialog) is not None, timeout=WAIT_MS)
    keep = dialog(SaveStatementDialog)
    keep._name.setText("One & only")
    keep._folder.setCurrentText("Reports/Monthly")
    keep.accept()
    qtbot.waitUntil(lambda: page.page_title() == "One & only", timeout=WAIT_MS)
    store = synced.store.statements
    assert [(s.folder, s.name, s.sql, s.database) for s in store.statements()] == [
        ("Reports/Monthly", "One & only", "SELECT 1 AS one", "contracts_db")
    ]
    page.editor.set_text("SELECT 2 AS two")
    assert page.page_title() == "One & only •"
    synced.context.commands.run("file.save")
    qtbot.waitUntil(lambda: store.statements()[0].sql == "SELECT 2 AS two", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: page.page_title() == "One & only", timeout=WAIT_MS)

    def leaf(name: str) -> Any:
        found = panel.tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
        return found[0] if found else None

    qtbot.waitUntil(
        lambda: leaf("One & only") is not None and leaf("vendor_by_id") is not None, timeout=WAIT_MS
    )
    assert leaf("Monthly").parent().text(0) == "Reports"
    synced.context.statement_requested.emit(store.statements()[0])
    assert query_page(synced) is page  # open already
    assert page.state()["statement"]["name"] == "One & only"
    # to another folder, renamed, deleted and brought back
    panel.tree.setCurrentItem(leaf("One & only"))
    panel.tree.moved.emit(store.statements()[0], "Archive")
    qtbot.waitUntil(lambda: store.statements()[0].folder == "Archive", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: leaf("Archive") is not None, timeout=WAIT_MS)
    choose(panel.menu(panel.tree.payload()), "Rename…")
    qtbot.waitUntil(lambda: dialog(QInputDialog) is not None, timeout=WAIT_MS)
    dialog(QInputDialog).setTextValue("Only")
    dialog(QInputDialog).accept()
    qtbot.waitUntil(lambda: leaf("Only") is not None, timeout=WAIT_MS)
    panel.tree.setCurrentItem(leaf("Only"))
    choose(panel.menu(panel.tree.payload()), "Delete")
    qtbot.waitUntil(lambda: store.statements() == [] and panel._undo.isVisible(), timeout=WAIT_MS)
    panel._undo.click()
    qtbot.waitUntil(lambda: [s.name for s in store.statements()] == ["Only"], timeout=WAIT_MS)
    panel.tree.setCurrentItem(leaf("Late flights"))
    choose(panel.menu(panel.tree.payload()), "Keep a copy in My queries")
    qtbot.waitUntil(lambda: len(store.statements()) == 2, timeout=WAIT_MS)
    panel.field.setText("vendor_by")
    qtbot.waitUntil(lambda: leaf("Only") is None and leaf("vendor_by_id") is not None, timeout=WAIT_MS)


def test_a_query_is_dragged_to_a_folder(synced: Harness, qtbot: Any) -> None:
    store = synced.store.statements
    store.save(SavedStatement(0, "", "Loose", "SELECT 1"))
    store.save(SavedStatement(0, "Folder", "Other", "SELECT 2"))
    synced.window.show_panel("saved_queries")
    panel: Any = synced.window.panel("saved_queries")
    tree = panel.tree

    def leaf(name: str) -> Any:
        found = tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
        return found[0] if found else None

    qtbot.waitUntil(lambda: leaf("Loose") is not None, timeout=WAIT_MS)
    tree.setCurrentItem(leaf("Loose"))
    mime = tree.mimeData([leaf("Loose")])
    assert mime.text() == "SELECT 1"  # outside the tree it is its text
    moved = []
    tree.moved.connect(lambda *what: moved.append(what))

    class Dropped(QDropEvent):
        def source(self) -> Any:
            return tree

    place = tree.visualItemRect(leaf("Folder")).center()
    event = Dropped(
        place.toPointF(),
        Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    tree.dropEvent(event)
    qtbot.waitUntil(lambda: {s.folder for s in store.statements()} == {"Folder"}, timeout=WAIT_MS)
    assert moved[0][1] == "Folder"


def test_snippets_complete(synced: Harness, qtbot: Any) -> None:
    synced.store.statements.save(SavedStatement(0, "Snippets", "mine", "SELECT $0\nFROM mine"))
    page = new_query(synced, qtbot, "")
    qtbot.waitUntil(lambda: any(s.name == "mine" for s in page.words._snippets), timeout=WAIT_MS)
    page.editor.set_text("  gr")
    page.editor.set_caret(4)
    assert page.words.complete("sel", 3)[0].kind == "keyword"  # the word itself comes before the snippet
    assert page.words.complete("SELECT 1 AS x FROM t mine", 25) == []
    offered = page.words.complete("  gr", 4)
    snippet = next(item for item in offered if item.kind == "snippet")
    page.editor.show_completions()
    shown = next(text for text, item in page.editor._proposals.items() if item == snippet)
    page.editor._completion_chosen(2, shown)
    assert page.editor.text() == "  SELECT , count(*) AS n\n  FROM \n  GROUP BY 1\n  ORDER BY n DESC"
    assert page.editor.caret() == len("  SELECT ")
    assert expanded("a") == ("a", 1)
    assert proposals(BUILT_IN, "SELECT 'se", 10) == []
    assert proposals(BUILT_IN, "-- se", 5) == []
    assert proposals(BUILT_IN, "t.se", 4) == []
    assert [p.text for p in proposals(BUILT_IN, "'x' se", 6)] == ["sel"]


def test_costs_are_shown_in_groups_and_exported(synced: Harness, qtbot: Any, tmp_path: Path) -> None:
    fill(synced, 20)
    synced.context.commands.run("costs.show")
    page: Any = synced.window.pages.currentWidget()
    page.time.setCurrentIndex(page.time.findData(None))
    page.time.activated.emit(0)
    qtbot.waitUntil(lambda: page.total.full_text().startswith("≈ $20"), timeout=WAIT_MS)
    assert page.model.rowCount() == 9
    assert synced.window.minimumSizeHint().width() <= 1280  # a small screen's window need not grow for it
    assert page.model.index(0, 0).data() == "2026-09-01"
    for by, first in (("who", "ada"), ("dataset", "contracts_db.vendor_info"), ("workgroup", "primary"), ("shape", "SELECT 17 FROM vendor_info")):  # fmt: skip
        page.show_by(by)
        qtbot.waitUntil(
            lambda f=first: page.model.rowCount() == 1 and page.model.index(0, 0).data() == f, timeout=WAIT_MS
        )
        assert page.model.index(0, 3).data() in {"$20.00", "$20"}
        assert page._plot.isVisible()
    synced.context.run(page.export_to(tmp_path / "costs.csv"))
    qtbot.waitUntil(lambda: (tmp_path / "costs.csv").exists(), timeout=WAIT_MS)
    assert (tmp_path / "costs.csv").read_text().startswith('"query","queries"')
    page.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    page.show_by("estimates")
    qtbot.waitUntil(lambda: "put to the test" in page.total.full_text(), timeout=WAIT_MS)
    page.show_by("dataset")
    qtbot.waitUntil(lambda: page.model.rowCount() == 1, timeout=WAIT_MS)
    page._open(page.model.index(0, 0))
    qtbot.waitUntil(lambda: synced.window.pages.currentWidget() is not page, timeout=WAIT_MS)
    assert page.state() == {"kind": "costs", "by": "dataset"}


def test_an_alert_is_told_once(synced: Harness, qtbot: Any) -> None:
    from dataops_desktop.interfaces.clock import iso_now

    synced.store.settings.set_setting("cost.alerts", {"day_usd": 2.0, "month_usd": None})
    for name in ("a", "b", "c"):
        synced.store.history.begin_query(
            QueryRecord(0, "athena", "s", name, submitted_at=iso_now(), state="SUCCEEDED", cost_usd=1.0)
        )
    for _ in range(2):
        synced.context.queries_changed.emit()
        qtbot.waitUntil(lambda: bool(synced.context.problems), timeout=WAIT_MS)
    QTest.qWait(50)
    assert [p.message for p in synced.context.problems] == [
        "Today's queries cost $3.00 so far; you asked to hear of it above $2.00."
    ]
