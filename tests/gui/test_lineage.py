"""The lineage canvas with mouse and keyboard, and the questions: what is shown grows, folds, filters, goes back, and says what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from dataops_desktop.actions.lineage_view import LineageEdge, LineageGraph, LineageNode
from dataops_desktop.gui.lineage_exploration import (
    BY_DATABASE,
    BY_SERVICE,
    Exploration,
    Filters,
    Steps,
    column_way,
    connected,
    from_record,
    picture,
    to_record,
)
from dataops_desktop.gui.lineage_layout import COLUMN, HEIGHT, layered_positions
from dataops_desktop.gui.pages.lineage import LineagePage
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.lineage_canvas import LineageView
from dataops_desktop.gui.widgets.lineage_item import box_height, places_of
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.lineage_store import StoredColumnLink
from dataops_desktop.ontology.nodes import glue_table_id
from tests.gui.conftest import Harness

WAIT_MS = 8000


def node(key: int, name: str = "", kind: str = "glue-table", database: str = "d", **more: Any) -> LineageNode:
    return LineageNode(key, f"id{key}", kind, name or f"{database}.t{key}", "AWS Glue" if kind.startswith("glue") else "AWS Athena", database=database, **more)  # fmt: skip


def edge(a: int, b: int, kind: str = "reads", origin: str = "query", at: str = "2026-11-01T00:00:00.000Z") -> LineageEdge:  # fmt: skip
    return LineageEdge(a, b, kind, origin, at)


def flow(a: int, column: str, b: int, to: str, confidence: float = 1.0) -> StoredColumnLink:
    return StoredColumnLink(a, column, b, to, "output", "identity", "", b, "view", -1, -1, confidence, "2026-11-01T00:00:00.000Z")  # fmt: skip


GRAPH = LineageGraph(
    1,
    (node(1), node(2), node(3, database="e"), node(4, "q", "athena-query", ""), node(5, "p", "athena-query", "")),
    (edge(2, 1, "derives", "view"), edge(3, 1, "derives", "job"), edge(1, 4), edge(1, 5, origin="saved"), edge(2, 3)),
)  # fmt: skip


# what is shown, without a window


def test_steps_go_back_and_forward() -> None:
    steps = Steps(Exploration(frozenset({1})))
    assert not steps.go(Exploration(frozenset({1})))
    assert steps.go(Exploration(frozenset({1, 2})))
    steps.go(steps.now.move(2, 5.0, 6.0))
    steps.go(steps.now.move(2, 7.0, 8.0))
    assert steps.now.moved == ((2, 7.0, 8.0),)
    assert steps.undo()
    assert steps.now.moved == ((2, 5.0, 6.0),)
    assert steps.redo()
    assert not steps.redo()
    while steps.undo():
        pass
    assert steps.now.shown == {1}
    steps.go(Exploration(frozenset({3})))
    assert not steps.can_redo


def test_folding_puts_nodes_together_and_never_the_root() -> None:
    state = Exploration(frozenset({1, 2, 3, 4, 5}), fold=BY_SERVICE)
    made = picture(GRAPH, state, Filters(), {}, [])
    assert {(box.title, box.members) for box in made.boxes if box.folded} == {("AWS Glue", (2, 3)), ("AWS Athena", (4, 5))}  # fmt: skip
    assert {(line.start, line.end, len(line.edges)) for line in made.lines} == {(-2, 1, 2), (1, -4, 2)}
    opened = picture(GRAPH, replace(state, unfolded=frozenset({"AWS Glue"})), Filters(), {}, [])
    assert {box.key for box in opened.boxes} == {1, 2, 3, -4}
    by_database = picture(GRAPH, replace(state, fold=BY_DATABASE), Filters(), {}, [])
    assert {box.title for box in by_database.boxes if box.folded} == {
        "AWS Athena"
    }  # each database has one node here


def test_filters_leave_out_and_what_hangs_on_nothing_goes_too() -> None:
    state = Exploration(frozenset({1, 2, 3, 4, 5}))

    def left(filters: Filters) -> set[int]:
        return {box.key for box in picture(GRAPH, state, filters, {}, []).boxes}

    assert left(Filters()) == {1, 2, 3, 4, 5}
    assert left(Filters(types=frozenset({"athena-query", "glue-table"}))) == {1}
    assert left(Filters(origins=frozenset({"query", "saved"}))) == {1, 2, 3}
    assert left(Filters(least=1.0)) == {1, 2, 3, 4}
    assert left(Filters(days=1)) == {1}
    other = LineageGraph(1, (replace(GRAPH.nodes[0], source="a"), *(replace(n, source="b") for n in GRAPH.nodes[1:])), GRAPH.edges)  # fmt: skip
    assert {box.key for box in picture(other, state, Filters(sources=frozenset({"b"})), {}, []).boxes} == {1}


def test_columns_that_flow_come_first_and_wide_tables_list_a_few() -> None:
    columns = {1: [Column(f"c{n}", "int") for n in range(5000)], 2: [Column("A", "int")]}
    flows = [flow(2, "a", 1, "c4999"), flow(3, "x", 1, "c7", 0.5)]
    state = Exploration(frozenset({1, 2, 3}), open=frozenset({1, 2}))
    made = picture(GRAPH, state, Filters(), columns, flows)
    box = next(box for box in made.boxes if box.key == 1)
    assert [column.name for column in box.columns[:3]] == ["c7", "c4999", "c0"]
    assert (len(box.columns), box.more) == (12, 4988)
    assert {(line.start, line.end) for line in made.column_lines} == {(2, 1), (3, 1)}
    assert {(line.start, line.end) for line in picture(GRAPH, state, Filters(least=0.8), columns, flows).column_lines} == {(2, 1)}  # fmt: skip
    assert picture(GRAPH, replace(state, open=frozenset()), Filters(), columns, flows).column_lines == ()


def test_ways_of_a_box_and_of_a_column() -> None:
    made = picture(GRAPH, Exploration(frozenset({1, 2, 3, 4, 5})), Filters(), {}, [])
    assert connected(made.lines, 3) == {2, 3, 1, 4, 5}
    assert connected(made.lines, 4) == {4, 1, 2, 3}
    state = Exploration(frozenset({1, 2, 3}), open=frozenset({1, 2, 3}))
    columns = {key: [Column(name, "") for name in "abc"] for key in (1, 2, 3)}
    flows = [flow(2, "a", 1, "a"), flow(3, "b", 2, "a"), flow(2, "c", 1, "c")]
    lines = picture(GRAPH, state, Filters(), columns, flows).column_lines
    way = column_way(lines, 2, "a")
    assert {(lines[n].link.from_column, lines[n].link.to_column) for n in way} == {("a", "a"), ("b", "a")}


def test_what_is_kept_comes_back_and_what_is_not_ours_does_not() -> None:
    state = Exploration(frozenset({1, 2}), frozenset({2}), BY_DATABASE, frozenset({"d"}), ((2, 1.5, 2.0),))
    record = json.loads(json.dumps(to_record(state, {1: "a", 2: "b"})))
    assert from_record(record, {"a": 10, "b": 20}) == Exploration(frozenset({10, 20}), frozenset({20}), BY_DATABASE, frozenset({"d"}), ((20, 1.5, 2.0),))  # fmt: skip
    assert from_record(record, {"a": 10}) == Exploration(frozenset({10}), fold=BY_DATABASE, unfolded=frozenset({"d"}))  # fmt: skip
    for bad in (None, 3, {}, {"shown": 3}, {**record, "moved": [["a", "x", 1]]}, {**record, "fold": []}):
        assert from_record(bad, {"a": 1}) is None


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40), st.dictionaries(st.integers(0, 12), st.sampled_from([44.0, 300.0])))  # fmt: skip
def test_no_two_boxes_lie_on_each_other(edges: list[tuple[int, int]], heights: dict[int, float]) -> None:
    places = layered_positions(range(13), edges, heights)
    assert set(places) == set(range(13))
    columns: dict[float, list[tuple[float, float]]] = {}
    for key, (x, y) in places.items():
        columns.setdefault(x, []).append((y, y + heights.get(key, HEIGHT)))
    for boxes in columns.values():
        boxes.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(boxes))
    assert layered_positions(range(13), edges, heights) == places  # the same again


def test_a_chain_lies_straight_and_what_can_be_drawn_without_crossings_is() -> None:
    chain = layered_positions(range(50), [(n, n + 1) for n in range(49)])
    assert {round(y, 3) for _, y in chain.values()} == {0.0}
    assert chain[49][0] == 49 * COLUMN
    both = layered_positions(range(6), [(0, 2), (0, 3), (1, 4), (1, 5), (2, 5)])
    assert (both[0][1] < both[1][1]) == (both[3][1] < both[4][1])


# the canvas


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> LineageView:
    made = LineageView(theme)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    columns = {1: [Column("a", "int"), Column("b", "string")], 2: [Column("a", "int")]}
    state = Exploration(frozenset({1, 2, 3, 4, 5}), open=frozenset({1, 2}))
    pic = picture(GRAPH, state, Filters(), columns, [flow(2, "a", 1, "b")])
    heights = {box.key: box_height(box) for box in pic.boxes}
    made.show_places(places_of(pic, layered_positions(list(heights), [(line.start, line.end) for line in pic.lines], heights)))  # fmt: skip
    made.resetTransform()
    made.centerOn(made.graph.rect(1).center())
    return made


def click(
    qtbot: QtBot, view: LineageView, point: QPointF, keys: Any = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, view.mapFromScene(point))


def test_boxes_columns_and_lines_are_hit_where_they_are(qtbot: QtBot, view: LineageView) -> None:
    view.fit()
    graph, rect = view.graph, view.graph.rect(1)
    with qtbot.waitSignal(view.box_clicked) as clicked:
        click(qtbot, view, rect.topLeft() + QPointF(60, 15))
    assert clicked.args == [1, False]
    with qtbot.waitSignal(view.box_clicked) as clicked:
        click(qtbot, view, graph.rect(4).center(), Qt.KeyboardModifier.ControlModifier)
    assert clicked.args == [4, True]
    with qtbot.waitSignal(view.column_clicked) as column:
        click(qtbot, view, rect.topLeft() + QPointF(60, HEIGHT + 30))
    assert column.args == [(1, "a")]  # what something flows through stands first
    with qtbot.waitSignal(view.part_clicked) as part:
        click(qtbot, view, rect.topLeft() + QPointF(220 - 34 - 9, 31))
    assert part.args == [1, "columns"]
    assert graph.part_at(rect.topLeft() + QPointF(60, 15)) == (0, "")
    line = next(line for line in graph.lines if (line.start, line.end) == (1, 4))
    number = graph.lines.index(line)
    with qtbot.waitSignal(view.line_clicked) as chosen:
        click(qtbot, view, graph._path(number).pointAtPercent(0.5))
    assert chosen.args[0] in graph.lines
    with qtbot.waitSignal(view.line_clicked) as chosen:
        click(qtbot, view, graph._at.columns[0].pointAtPercent(0.12))
    assert chosen.args[0] is graph.column_lines[0]
    with qtbot.waitSignal(view.box_clicked) as clicked:
        click(qtbot, view, graph.boundingRect().topLeft() + QPointF(2, 2))
    assert clicked.args == [0, False]


def test_the_keyboard_walks_boxes_and_columns(qtbot: QtBot, view: LineageView) -> None:
    view.select(1)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.graph.selected in {4, 5}
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.graph.selected == 1
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.graph.column == (1, "a")  # after the one that something flows through
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.graph.column == (1, "b")
    assert view.accessibleDescription() == "t1.b"
    with qtbot.waitSignal(view.column_opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [(1, "b")]
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.graph.column is None
    with qtbot.waitSignal(view.part_clicked):
        qtbot.keyClick(view, Qt.Key.Key_Space)
    scale = view.transform().m11()
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    assert view.transform().m11() < scale
    with qtbot.waitSignal(view.escaped):
        qtbot.keyClick(view, Qt.Key.Key_Escape)


def test_a_box_is_dragged_the_background_pans_and_the_map_goes_there(qtbot: QtBot, view: LineageView) -> None:  # fmt: skip
    port, rect = view.viewport(), view.graph.rect(4)
    start = view.mapFromScene(rect.center())
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(port, start + QPoint(15, 9))
    qtbot.mouseMove(port, start + QPoint(40, 30))
    with qtbot.waitSignal(view.box_moved) as moved:
        qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 30))
    assert moved.args[0] == 4
    assert view.graph.rect(4).topLeft() - rect.topLeft() == QPointF(40, 30)
    empty = view.mapFromScene(view.graph.boundingRect().topLeft() + QPointF(3, 3))
    before = view.mapToScene(QPoint(0, 0))
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=empty)
    qtbot.mouseMove(port, empty + QPoint(30, 30))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=empty + QPoint(30, 30))
    assert view.mapToScene(QPoint(0, 0)) != before
    view.resetTransform()
    view.scale(3, 3)
    view.map.refresh()
    assert view.map.isVisible()
    qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    far = view.mapToScene(view.viewport().rect().center())
    qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=QPoint(view.map.width() - 5, view.map.height() - 5))  # fmt: skip
    assert view.mapToScene(view.viewport().rect().center()).x() > far.x()
    view.fit()
    assert not view.map.isVisible()  # everything is in sight


@pytest.mark.parametrize("key", [1, 2, 3, 4, 5])
def test_a_box_that_is_moved_is_where_it_would_be_placed(view: LineageView, key: int) -> None:
    before = view.graph._at
    anew = places_of(before.picture, {**view.graph.positions(), key: (-700.0, 900.0)})
    moved = before.moved(key, -700.0, 900.0)
    assert moved.rects == anew.rects
    assert (moved.straight, moved.columns, moved.bounds) == (anew.straight, anew.columns, anew.bounds)
    assert (moved.box_bounds == anew.box_bounds).all()
    assert (moved.line_bounds == anew.line_bounds).all()
    assert before.rects[key] == view.graph.rect(key)  # the old one is as it was


@pytest.mark.parametrize("scale", [0.02, 0.1, 0.2, 0.36, 0.5, 0.6, 1.0, 3.0])
def test_every_scale_paints(view: LineageView, scale: float) -> None:
    view.resetTransform()
    view.scale(scale, scale)
    view.centerOn(view.graph.rect(1).center())
    for lit in (None, frozenset({1, 4})):
        view.graph.lit = lit
        image = view.grab().toImage()
        colours = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
        assert len(colours) > 3


def test_the_wheel_zooms_and_pans_sideways(view: LineageView) -> None:
    def wheel(modifiers: Qt.KeyboardModifier) -> None:
        at = QPointF(view.viewport().rect().center())
        view.wheelEvent(QWheelEvent(at, view.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False))  # fmt: skip

    wheel(Qt.KeyboardModifier.NoModifier)
    assert view.transform().m11() > 1
    scale, left = view.transform().m11(), view.horizontalScrollBar().value()
    wheel(Qt.KeyboardModifier.ShiftModifier)
    assert (view.transform().m11(), view.horizontalScrollBar().value() != left) == (scale, True)


# the page


def open_canvas(qtbot: QtBot, harness: Harness, table: str = "vendor_spend") -> LineagePage:
    harness.context.node_id_requested.emit(glue_table_id("contracts_db", table))
    pages = harness.window.pages
    qtbot.waitUntil(lambda: isinstance(pages.currentWidget(), LineagePage) and bool(pages.currentWidget().view.graph.boxes), timeout=WAIT_MS)  # fmt: skip
    page = pages.currentWidget()
    assert isinstance(page, LineagePage)
    return page


def titles(page: LineagePage) -> set[str]:
    return {box.title for box in page.view.graph.boxes.values()}


def box_of(page: LineagePage, title: str) -> int:
    return next(key for key, box in page.view.graph.boxes.items() if box.title == title)


def test_a_canvas_grows_goes_back_and_is_remembered(qtbot: QtBot, synced: Harness) -> None:
    page = open_canvas(qtbot, synced)
    assert titles(page) == {"vendor_spend", "contract_spend_2024", "vendor_info"}
    before = page.view.graph.rect(box_of(page, "vendor_info")).topLeft() + QPointF(
        -14, 8
    )  # the number that stands before it
    click(qtbot, page.view, before)
    qtbot.waitUntil(lambda: "acme-contracts" in titles(page), timeout=WAIT_MS)
    page.view._glide.stop()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "acme-contracts" not in titles(page), timeout=WAIT_MS)
    page.bar.redo.click()
    qtbot.waitUntil(lambda: "acme-contracts" in titles(page), timeout=WAIT_MS)
    page.view.select(box_of(page, "vendor_info"))
    qtbot.keyClick(page.view, Qt.Key.Key_C)  # its columns
    qtbot.waitUntil(lambda: bool(page.view.graph.column_lines), timeout=WAIT_MS)
    corner = page.view.graph.rect(box_of(page, "vendor_info")).topLeft()
    page.view.box_moved.emit(box_of(page, "vendor_info"), corner.x() + 500, corner.y())
    qtbot.waitUntil(lambda: bool(synced.store.settings.setting("lineage.canvases")), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(next(iter(synced.store.settings.setting("lineage.canvases").values()))["moved"]), timeout=WAIT_MS)  # fmt: skip
    synced.window.opener.close_current()
    again = open_canvas(qtbot, synced)
    assert again is not page
    assert "acme-contracts" in titles(again)
    assert again.view.graph.boxes[box_of(again, "vendor_info")].columns
    assert again.view.graph.rect(box_of(again, "vendor_info")).x() == corner.x() + 500
    again.view.select(box_of(again, "acme-contracts"))
    qtbot.keyClick(again.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "acme-contracts" not in titles(again), timeout=WAIT_MS)
    again.hide_box(again._root)
    assert again._root in again.view.graph.boxes


def test_a_line_s_card_shows_the_statement_with_its_part_marked(qtbot: QtBot, synced: Harness) -> None:
    page = open_canvas(qtbot, synced)
    page.all_columns()
    qtbot.waitUntil(lambda: len(page.view.graph.column_lines) == 3, timeout=WAIT_MS)
    line = next(c for c in page.view.graph.column_lines if c.link.to_column == "total_spend")
    page.view.choose_line(line)
    qtbot.waitUntil(lambda: bool(page.card.statement.extraSelections()), timeout=WAIT_MS)
    assert page.card.statement.extraSelections()[0].cursor.selectedText() == "c.amount"
    assert page.card.title.full_text() == "contracts_db.contract_spend_2024.amount → contracts_db.vendor_spend.total_spend"  # fmt: skip
    assert page.card.facts.full_text().startswith("aggregated · seen by a view")
    page.card.open_statement.click()
    assert "SUM(c.amount)" in synced.window.opener.query_page().editor.text()
    synced.window.pages.setCurrentWidget(page)
    qtbot.keyClick(page.view, Qt.Key.Key_Escape)
    assert not page.card.isVisible()
    page.view.choose_line(page.view.graph.lines[0])
    qtbot.waitUntil(lambda: page.card.facts.full_text().startswith("source of · seen by"), timeout=WAIT_MS)
    page.grow("upstream")
    qtbot.waitUntil(lambda: "acme-contracts" in titles(page), timeout=WAIT_MS)
    stored = next(line for line in page.view.graph.lines if line.edges[0].type == "located_in" and line.end == box_of(page, "vendor_info"))  # fmt: skip
    page.view.choose_line(stored)
    qtbot.waitUntil(lambda: page.card.facts.full_text().startswith("s3://acme-contracts/vendor_info/"), timeout=WAIT_MS)  # fmt: skip
    assert not page.card.statement.isVisible()
    page.card.browse.click()  # the prefix its objects lie under
    qtbot.waitUntil(lambda: synced.window.pages.currentWidget() is not page, timeout=WAIT_MS)


def test_focus_ways_finding_folding_and_filters(qtbot: QtBot, synced: Harness) -> None:
    page = open_canvas(qtbot, synced)
    page.grow("upstream")
    qtbot.waitUntil(lambda: "acme-contracts" in titles(page), timeout=WAIT_MS)
    page.grow("downstream")
    qtbot.waitUntil(lambda: "legacy_data" in titles(page), timeout=WAIT_MS)
    graph = page.view.graph
    page.view.select(box_of(page, "vendor_spend"))
    page.toggle_focus()
    assert box_of(page, "legacy_data") not in (graph.lit or ())
    assert {box_of(page, "vendor_info"), box_of(page, "acme-contracts")} <= set(graph.lit or ())
    page.toggle_focus()
    assert graph.lit is None
    page.view.select(box_of(page, "acme-contracts"))
    page.view.select(box_of(page, "vendor_spend"), way=True)  # Ctrl and a click
    qtbot.waitUntil(lambda: bool(graph.lit_lines) and len(graph.lit_lines) == 2, timeout=WAIT_MS)
    page._escape()
    synced.context.commands.run("edit.find")
    assert page.find.hasFocus() or page.window().focusWidget() is page.find
    page.find.setText("VENDOR_I")
    assert graph.found == {box_of(page, "vendor_info")}
    assert graph.selected == box_of(page, "vendor_info")
    page.find.clear()
    page.bar.fold.setCurrentIndex(page.bar.fold.findData(BY_DATABASE))
    page.bar.fold.activated.emit(page.bar.fold.currentIndex())
    qtbot.waitUntil(lambda: "contracts_db" in titles(page), timeout=WAIT_MS)
    assert "vendor_info" not in titles(page)
    page._opened(box_of(page, "contracts_db"))
    qtbot.waitUntil(lambda: "vendor_info" in titles(page), timeout=WAIT_MS)
    page.filter_menu._set(types=frozenset({"s3-bucket"}))
    qtbot.waitUntil(lambda: "acme-contracts" not in titles(page), timeout=WAIT_MS)
    assert "filtered out" in page.view.note.full_text()
    page.filter_menu._reset()
    qtbot.waitUntil(lambda: "acme-contracts" in titles(page), timeout=WAIT_MS)


def menu_of(qtbot: QtBot, page: LineagePage, place: QPoint, by_key: bool = False) -> dict[str, Any]:
    page.view.menu_requested.emit(place, by_key)
    menus = [m for m in page.findChildren(QMenu) if m.isVisible()]
    assert len(menus) == 1
    found = {action.text(): action for action in menus[0].actions() if action.text()}
    menus[0].close()
    return found


def test_menus_say_what_can_be_done_where(qtbot: QtBot, synced: Harness) -> None:
    page = open_canvas(qtbot, synced)
    view, graph = page.view, page.view.graph
    empty = menu_of(qtbot, page, view.mapFromScene(graph.boundingRect().topLeft() + QPointF(2, 2)))
    assert set(empty) >= {"Fit", "Columns", "Take back", "Layout anew"}
    assert not empty["Take back"].isEnabled()
    box = menu_of(qtbot, page, view.mapFromScene(graph.rect(box_of(page, "vendor_info")).center()))
    assert {"Open", "Show what it is made from", "Show everything upstream", "Take away", "Start here", "What a change would touch…"} <= set(box)  # fmt: skip
    assert "Fold into contracts_db" not in box
    view.select(page._root)
    by_key = menu_of(qtbot, page, QPoint(0, 0), by_key=True)
    assert "Take away" not in by_key  # the root
    page.all_columns()
    qtbot.waitUntil(lambda: bool(graph.column_lines), timeout=WAIT_MS)
    view._glide.stop()
    view.select_column((page._root, "total_spend"))
    column = menu_of(qtbot, page, QPoint(0, 0), by_key=True)
    column["Trace total_spend"].trigger()
    qtbot.waitUntil(lambda: graph.column == (page._root, "total_spend"), timeout=WAIT_MS)
    column["Where it comes from and goes to"].trigger()
    qtbot.waitUntil(lambda: synced.window.pages.currentWidget() is not page, timeout=WAIT_MS)


def test_a_column_is_traced_and_every_form_is_saved(qtbot: QtBot, synced: Harness, tmp_path: Path) -> None:
    page = open_canvas(qtbot, synced, "contract_spend_2024")
    page.trace(page._root, "amount")
    qtbot.waitUntil(lambda: any(c.link.to_column == "total_spend" for c in page.view.graph.column_lines), timeout=WAIT_MS)  # fmt: skip
    assert page.view.graph.column == (page._root, "amount")
    for suffix, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("mmd", b"flowchart LR"), ("dot", b"digraph"), ("csv", b"from,"), ("ndjson", b'{"eventType"')):  # fmt: skip
        file = tmp_path / f"out.{suffix}"
        synced.context.run(page.save(file, suffix))
        qtbot.waitUntil(lambda f=file: f.exists() and f.stat().st_size > 20, timeout=WAIT_MS)
        assert file.read_bytes().startswith(start)
    synced.context.run(page.save(tmp_path / "no" / "x.png", "png"))
    qtbot.waitUntil(lambda: bool(synced.context.problems), timeout=WAIT_MS)
    assert "could not be written" in synced.context.problems[0].message


def test_questions_are_asked_and_their_rows_open(qtbot: QtBot, synced: Harness) -> None:
    canvas = open_canvas(qtbot, synced, "contract_spend_2024")
    synced.context.impact_requested.emit(canvas._root, "amount")
    pages = synced.window.pages
    qtbot.waitUntil(lambda: pages.currentWidget().page_key() == "lineage-questions", timeout=WAIT_MS)
    page: Any = pages.currentWidget()

    def cells(tab: Any) -> list[list[str]]:
        model = tab.rows
        return [[str(model.index(r, c).data() or "") for c in range(model.columnCount())] for r in range(model.rowCount())]  # fmt: skip

    qtbot.waitUntil(lambda: ["Breaks", "View", "contracts_db.vendor_spend", "1", ""] in cells(page.impact), timeout=WAIT_MS)  # fmt: skip
    page.change.setCurrentIndex(1)
    page.change.activated.emit(1)
    qtbot.waitUntil(lambda: ["Values change", "Column", "contracts_db.vendor_spend.total_spend", "1", ""] in cells(page.impact), timeout=WAIT_MS)  # fmt: skip
    row = next(r for r, line in enumerate(cells(page.impact)) if line[1] == "Column")
    page.impact.table.activated.emit(page.impact.rows.index(row, 0))
    qtbot.waitUntil(lambda: pages.tabText(pages.currentIndex()) != "Lineage questions", timeout=WAIT_MS)
    pages.setCurrentWidget(page)
    for tab, text in ((page.unused, "flights_db.flights"), (page.changes, "contracts_db.vendor_spend"), (page.circles, "finance_db.invoices")):  # fmt: skip
        page.tabs.setCurrentWidget(tab)
        wanted = text if tab is not page.circles else ""
        qtbot.waitUntil(lambda t=tab, w=wanted: bool(t.note.full_text()) and (not w or any(w in " ".join(line) for line in cells(t))), timeout=WAIT_MS)  # fmt: skip
    for tab in (page.sensitive, page.problems):
        page.tabs.setCurrentWidget(tab)
        qtbot.waitUntil(lambda t=tab: bool(t.note.full_text()), timeout=WAIT_MS)
    assert page.state() == {"kind": "lineage_questions", "tab": page.tabs.currentIndex()}
    page.tabs.setCurrentWidget(page.impact)
    synced.window.opener.open_not_understood()
    assert pages.currentWidget() is page
    assert page.tabs.currentWidget() is page.problems


def test_saved_queries_are_followed_behind_the_window(qtbot: QtBot, synced: Harness) -> None:
    from dataops_desktop.interfaces.workspace import SavedStatement

    async def save() -> None:
        await synced.context.use_cases.save_statement(SavedStatement(0, "", "Mine", "SELECT name FROM vendor_info", database="contracts_db"))  # fmt: skip
        synced.context.statements_changed.emit()

    synced.context.run(save())
    qtbot.waitUntil(lambda: bool(synced.store.catalog.children(None, "saved-query")), timeout=WAIT_MS)
    (query,) = synced.store.catalog.children(None, "saved-query")
    qtbot.waitUntil(lambda: bool(synced.store.lineage.told_by(query.key)), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: any(a.title.startswith("Follow") and a.state == "done" for a in synced.context.activities), timeout=WAIT_MS)  # fmt: skip


def test_events_of_a_file_are_taken_over(qtbot: QtBot, synced: Harness, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    out = {"namespace": "kafka://b", "name": "topic"}
    file.write_text(json.dumps({"eventType": "COMPLETE", "eventTime": "2026-01-01T00:00:00Z", "job": {"namespace": "n", "name": "stream"}, "outputs": [out]}) + "\n{}\n")  # fmt: skip
    synced.context.run(synced.window.catalog.lineage.take(file))
    qtbot.waitUntil(lambda: bool(synced.store.catalog.search("topic", 1)), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: bool(synced.context.problems), timeout=WAIT_MS)
    assert "job is missing" in synced.context.problems[0].message
