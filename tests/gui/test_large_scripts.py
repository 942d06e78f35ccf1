"""A text of megabytes: split in the background, marked, run right, and kept in a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtTest import QTest

from dataops_desktop.gui.widgets.statement_index import LARGE, StatementIndex, split_large
from dataops_desktop.sql.split import statement_spans
from tests.gui.conftest import Harness
from tests.gui.test_window import WAIT_MS, figures, new_query, query_page

ONE = "SELECT 'ü;' AS a -- c; d\n;\n"


def test_a_large_text_is_split_while_one_types(synced: Harness, qtbot: Any) -> None:
    page = new_query(synced, qtbot, ONE * 20_000)
    index, edit = page.editor.index, page.editor.edit
    assert index.large
    qtbot.waitUntil(lambda: index.fresh, timeout=WAIT_MS)
    assert len(index.spans()) == 20_000
    edit.documentStart()
    QTest.keyClicks(edit, "SELECT 41 + 1 AS answer;")
    assert not index.fresh
    qtbot.waitUntil(lambda: index.fresh, timeout=WAIT_MS)
    assert index.spans() == statement_spans(page.editor.raw().decode("latin-1"))
    page.editor.set_caret(len("SELECT 41"))
    assert page.editor.statement_text() == "SELECT 41 + 1 AS answer"
    QTest.keyClicks(edit, " ")  # and run before the split is done
    page.run()
    qtbot.waitUntil(lambda: figures(page).startswith("1 row ·"), timeout=WAIT_MS)
    assert synced.store.history.queries()[0].sql.replace(" ", "") == "SELECT41+1ASanswer"
    edit.documentEnd()
    (last,) = page.editor.statements_to_run()
    assert page.editor.text()[last.start : last.end] == last.text
    assert page.editor.all_statements()[-1] == last
    sql, caret = page.editor._around_caret()
    assert len(sql) < 200
    assert caret <= len(sql)


def test_a_large_draft_survives_in_its_file(
    synced: Harness, qtbot: Any, open_window: Callable[[Path], Harness]
) -> None:
    text = ONE * 20_000
    page = new_query(synced, qtbot, text)
    drafts = synced.store.settings.drafts
    qtbot.waitUntil(lambda: drafts.is_dir() and len(list(drafts.glob("*.sql"))) == 1, timeout=WAIT_MS)
    kept = next(drafts.glob("*.sql"))
    qtbot.waitUntil(lambda: kept.read_text(encoding="utf-8") == text, timeout=WAIT_MS)
    stored = synced.store.settings.setting
    qtbot.waitUntil(lambda: bool(stored("window.pages")), timeout=WAIT_MS)
    assert [p["text"] for p in stored("window.pages") if p["kind"] == "query"] == [""]
    page.editor.edit.documentStart()
    QTest.keyClicks(page.editor.edit, "x")
    path = Path(synced.store.path)
    synced.close()  # the last key is kept too
    (drafts / ("0" * 32 + ".sql")).write_text("of nobody")
    again = open_window(path)
    assert query_page(again).editor.text() == f"x{text}"
    assert [p.name for p in drafts.glob("*.sql")] == [kept.name]
    query_page(again).editor.set_text("small now")
    qtbot.waitUntil(
        lambda: any(p.get("text") == "small now" for p in again.store.settings.setting("window.pages")), timeout=WAIT_MS
    )  # fmt: skip


@pytest.mark.usefixtures("qapp")  # timers need an application
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["select 1", "'a;b'", "-- c;\n", ";", "\n", "é", "/* ; */"]), max_size=30),
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(["x", ";", " ", "ab;cd"]), st.integers(0, 12)),
        max_size=6,
    ),
)
def test_moved_places_stay_in_order(parts: list[str], edits: list[tuple[int, str, int]]) -> None:
    """Not the truth, which needs a split, but never overlapping, never outside, and right where only plain text came."""
    raw = "".join(parts).encode()
    holder = QObject()
    index = StatementIndex(lambda: raw, lambda: LARGE + 1, holder)
    index.take(split_large(raw), index.revision)
    for place, text, gone in edits:
        place = min(place, len(raw))
        gone = min(gone, len(raw) - place)
        if gone:
            raw = raw[:place] + raw[place + gone :]
            index.edited(place, -gone)
        raw = raw[:place] + text.encode() + raw[place:]
        index.edited(place, len(text.encode()))
    spans = index.spans()
    assert all(0 <= start <= end <= len(raw) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
