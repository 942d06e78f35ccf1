"""Parts of the window by themselves: editor, formatting, lineage layout, problems, bridge."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from dataops_desktop.errors import CancelledByUserError, PermissionDeniedError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.commands.registry import Command, CommandRegistry
from dataops_desktop.gui.lineage_layout import COLUMN, layered_positions
from dataops_desktop.gui.problem_text import problem_of
from dataops_desktop.gui.theme import DARK, LIGHT, Theme
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.sql.split import Statement


@pytest.fixture
def editor(qtbot: Any, theme: Theme) -> SqlEditor:
    made = SqlEditor(theme, lambda _text, _offset: [])
    qtbot.addWidget(made)
    made.show()
    return made


def test_editor_counts_characters_not_bytes(editor: SqlEditor) -> None:
    editor.set_text("SELECT 'é€😀' AS x;\nSELECT 2")
    editor.set_caret(13)
    assert editor.caret() == 13
    editor.insert("!")
    assert editor.text()[13] == "!"
    assert [s.text for s in editor.all_statements()][1] == "SELECT 2"
    editor.set_text("a\0b")
    assert editor.text() == "ab"


def test_editor_runs_selection_or_statement(editor: SqlEditor) -> None:
    editor.set_text("SELECT 1; SELECT 2; SELECT 3")
    editor.set_caret(12)
    assert [s.text for s in editor.statements_to_run()] == ["SELECT 2"]
    editor.edit.setSel(0, 18)
    assert [s.text for s in editor.statements_to_run()] == ["SELECT 1", "SELECT 2"]


def test_editor_marks_errors_within_the_statement(editor: SqlEditor) -> None:
    editor.set_text("SELECT 1;\n\nSELECT é,\n  nope FROM t")
    editor.mark_error(Statement("", 11, len(editor.text())), 2, 3)
    assert editor.text()[editor.caret() :].startswith("nope")
    editor.clear_error()
    assert editor.edit.indicatorValueAt(8, editor.edit.currentPos()) == 0
    editor.mark_error(Statement("", 11, len(editor.text())), 99, 99)  # a place that is not there


def test_editor_comments_lines_there_and_back(editor: SqlEditor, qtbot: Any) -> None:
    editor.set_text("SELECT 1\n  FROM t\n")
    editor.edit.selectAll()
    editor.toggle_comment()
    assert editor.text() == "-- SELECT 1\n  -- FROM t\n"
    editor.edit.selectAll()
    qtbot.keyClick(editor.edit, Qt.Key.Key_Slash, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == "SELECT 1\n  FROM t\n"


def test_formats() -> None:
    assert formatting.size(None) == ""
    assert formatting.size(999) == "999 bytes"
    assert formatting.size(245_000_000) == "245 MB"
    assert [formatting.duration(ms) for ms in (85, 1234, 204_000)] == ["85 ms", "1.2 s", "3m 24s"]
    assert [formatting.money(x) for x in (None, 0, 2.35, 0.00005)] == ["no price", "$0", "$2.35", "$0.00005"]
    past = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    assert formatting.ago(past) == "10 minutes ago"
    assert formatting.ago("") == "never"


def test_layout_puts_upstream_left_and_separates_nodes() -> None:
    positions = layered_positions([1, 2, 3, 4, 9], [(1, 2), (2, 3), (1, 3), (4, 3), (3, 3)])
    assert positions[1][0] < positions[2][0] < positions[3][0]
    assert positions[3][0] - positions[2][0] == COLUMN
    assert len(set(positions.values())) == 5
    assert layered_positions([], []) == {}
    assert set(layered_positions([1, 2], [(1, 2), (2, 1)])) == {
        1,
        2,
    }  # a cycle, as an INSERT into what it reads makes one


def test_problems_have_no_traceback_in_their_message() -> None:
    denied = problem_of(PermissionDeniedError("no", "ask", {"request id": "r1"}))
    assert (denied.title, denied.message, denied.remedy, denied.details) == (
        "Access denied",
        "no",
        "ask",
        "request id: r1",
    )
    try:
        secret_local = "hunter2"
        raise ValueError(f"length {len(secret_local)}")
    except ValueError as error:
        problem = problem_of(error)
    assert "Traceback" not in problem.message
    assert "Traceback" in problem.details
    assert "hunter2" not in problem.details


def test_labels_show_markup_as_text(qtbot: Any) -> None:
    label = PlainLabel("<img src=/etc/passwd> " * 20, elide=True)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text().endswith("…")
    assert "&lt;img" in label.toolTip()


def test_commands_are_unique_and_ask_whether_they_may() -> None:
    ran: list[str] = []
    registry = CommandRegistry()
    registry.add(Command("a", "A", lambda: ran.append("a")))
    registry.add(Command("b", "B", lambda: ran.append("b"), enabled=lambda: False))
    for command_id in ("a", "b", "nope"):
        registry.run(command_id)
    assert ran == ["a"]
    with pytest.raises(ValueError, match="exists already"):
        registry.add(Command("a", "A", lambda: None))


def test_bridge_queues_before_it_starts_routes_errors_and_drains(qapp: Any) -> None:
    bridge = AsyncBridge(qapp)
    seen: list[Any] = []
    bridge.failed.connect(lambda error: seen.append(("failed", str(error))))

    async def work(name: str, error: Exception | None = None) -> None:
        await asyncio.sleep(0)
        if error:
            raise error
        seen.append(name)

    async def forever() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            seen.append("drained")

    bridge.run(work("early"))
    bridge.run(work("x", ValueError("nobody's")))
    bridge.run(work("x", ValueError("mine")), on_error=lambda error: seen.append(("mine", str(error))))
    bridge.run(work("x", CancelledByUserError()))
    bridge.run(forever())

    async def end() -> None:
        await asyncio.sleep(0.05)
        bridge.close(lambda: seen.append("closed"))

    bridge.run(end())
    bridge.run_forever()
    assert {"early", ("failed", "nobody's"), ("mine", "mine"), "drained"} <= set(seen)
    assert seen[-1] == "closed"
    bridge.run(work("late"))
    assert "late" not in seen


def test_an_error_of_a_closed_page_is_no_problem_and_any_other_is(qapp: Any) -> None:
    bridge = AsyncBridge(qapp)
    seen: list[str] = []
    bridge.failed.connect(lambda error: seen.append(str(error)))

    class Page(QLabel):
        async def fill(self) -> None:
            await asyncio.sleep(0.01)
            self.setText("late")

        async def fail(self) -> None:
            raise RuntimeError("a fault")

    closed, there = Page(), Page()
    for page in (closed, there):
        bridge.run(page.fill())
    bridge.run(there.fail())
    shiboken6.delete(closed)

    async def end() -> None:
        await asyncio.sleep(0.05)
        bridge.close(lambda: None)

    bridge.run(end())
    bridge.run_forever()
    assert seen == ["a fault"]
    assert there.text() == "late"


def test_garbage_is_collected_by_the_timer_and_not_by_threads(qtbot: Any) -> None:
    import gc

    from dataops_desktop.gui.garbage import THRESHOLDS, WindowThreadGarbage

    try:
        keeper = WindowThreadGarbage()
        assert not gc.isenabled()
        loops = []
        for _ in range(THRESHOLDS[0] + 500):
            loop: list[Any] = []
            loop.append(loop)
            loops.append(loop)
        del loops, loop
        before = gc.get_count()[0]
        keeper.check()
        assert gc.get_count()[0] < before
        keeper.deleteLater()
    finally:
        gc.unfreeze()  # and stays off, as the whole test run has it


def test_themes_keep_text_readable() -> None:
    """WCAG AA for text: a contrast of 4.5 to 1 on every surface it stands on."""

    def luminance(color: str) -> float:
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colors in (LIGHT, DARK):
        for text in (
            "text",
            "muted",
            "accent",
            "ok",
            "warning",
            "error",
            "keyword",
            "string",
            "number",
            "comment",
            "function",
        ):
            for surface in ("window", "base"):
                light, dark = sorted(
                    (luminance(getattr(colors, text)), luminance(getattr(colors, surface))), reverse=True
                )
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, surface)
