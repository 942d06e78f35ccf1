"""A lineage page: opens at one hop, grows where it is asked to, folds, filters, goes back; every line says who saw it and shows its statement."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.lineage_view import GROWS_BY, MOST_NODES, LineageGraph
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import (
    LISTED,
    ColumnLine,
    Exploration,
    Line,
    Picture,
    Steps,
    column_way,
    connected,
    from_record,
    picture,
    to_record,
)
from dataops_desktop.gui.lineage_layout import layered_positions
from dataops_desktop.gui.lineage_pictures import png_of, svg_of
from dataops_desktop.gui.pages.lineage_bar import LineageBar
from dataops_desktop.gui.pages.lineage_card import LineageCard
from dataops_desktop.gui.pages.lineage_filters import FilterMenu
from dataops_desktop.gui.widgets.lineage_canvas import LineageView
from dataops_desktop.gui.widgets.lineage_item import Places, box_height, places_of
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.lineage_store import StoredColumnLink

KEPT = "lineage.canvases"  # what was made of the canvases that were used last, by root
MOST_KEPT, MOST_NODES_KEPT = 40, 500
MORE_COLUMNS, CARD_HEIGHT = 50, 190
OPENED_AT_ONCE = 40  # boxes whose columns one command lists
_FORMS = {"mmd": "mermaid", "dot": "dot", "csv": "csv", "ndjson": "openlineage"}


class LineagePage(QWidget):
    """One root node. What a person makes of the canvas is kept, and each step can be taken back."""

    def __init__(self, context: WindowContext, root: int, title: str, identity: tuple[str, str], view: Any = None) -> None:  # fmt: skip
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self._root, self._title, self._identity = context, root, title, identity
        self._given = view
        self.steps: Steps | None = None
        self.graph = LineageGraph(root)
        self.picture = Picture(root)
        self._ids: dict[int, str] = {}
        self._names: dict[int, str] = {}
        self._columns: dict[int, list[Column]] = {}
        self._flows: list[StoredColumnLink] = []
        self._rows: dict[int, int] = {}
        self._focus = 0
        self._way: tuple[int, ...] = ()
        self._turn = 0
        self.view = LineageView(context.theme)
        self.card = LineageCard(context, self._names)
        self.card.hide()
        self.filter_menu = FilterMenu(self)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.addWidget(self.view)
        self.parts.addWidget(self.card)
        self.parts.setStretchFactor(0, 1)
        self.parts.setStretchFactor(1, 0)
        self.parts.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.bar = LineageBar(context.theme, self, self.filter_menu, self._ask_export)
        self.find = self.bar.find
        layout.addWidget(self.bar)
        layout.addWidget(self.parts, 1)
        self._connect()
        self._load(fit=True)

    def _connect(self) -> None:
        view = self.view
        view.box_clicked.connect(self._clicked)
        view.box_opened.connect(self._opened)
        view.box_moved.connect(lambda key, x, y: self._go(self.state_now.move(key, x, y), load=False))
        view.part_clicked.connect(self._part)
        view.column_clicked.connect(self._column_clicked)
        view.column_opened.connect(self._column_opened)
        view.more_columns.connect(self._more_columns)
        view.line_clicked.connect(self._line_clicked)
        view.escaped.connect(self._escape)
        self.card.closed.connect(self._escape)
        self.filter_menu.changed.connect(lambda _: self._load())
        self.bar.fold.activated.connect(lambda _: self._go(replace(self.state_now, fold=self.bar.fold.currentData(), unfolded=frozenset()), fit=True))  # fmt: skip
        self.find.textChanged.connect(lambda _: self._find(0))
        self.find.returnPressed.connect(lambda: self._find(1))
        view.menu_requested.connect(self._menu)
        for keys, handler in (
            ("Ctrl+Z", self.undo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+Y", self.redo),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self, handler, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)  # fmt: skip
        for keys, handler in (
            ("F", self.toggle_focus), ("C", lambda: self._part(view.graph.selected, "columns")), ("Delete", lambda: self.hide_box(view.graph.selected)),
            ("U", lambda: self._part(view.graph.selected, "upstream")), ("D", lambda: self._part(view.graph.selected, "downstream")),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), view, handler, context=Qt.ShortcutContext.WidgetShortcut)
        self._context.catalog_changed.connect(self._refresh)

    def page_title(self) -> str:
        """Tab text."""
        return tr("Lineage: {title}", title=self._title)

    def page_icon(self) -> str:
        """Tab icon."""
        return "lineage"

    def page_key(self) -> str:
        """One canvas a root."""
        return f"lineage:{self._root}"

    def state(self) -> dict[str, Any]:
        """By identity, with what was made of it."""
        node_id, source = self._identity
        return {"kind": "lineage", "id": node_id, "source": source, "view": self._record()}

    def _record(self) -> dict[str, Any] | None:
        if self.steps is None or len(self.steps.now.shown) > MOST_NODES_KEPT:
            return None
        return to_record(self.steps.now, self._ids)

    @property
    def lineage_subject(self) -> tuple[int, str]:
        """What questions are asked of: the chosen column or box, else the root."""
        graph = self.view.graph
        if graph.column is not None:
            return graph.column
        return (graph.selected if graph.selected > 0 else self._root), ""

    # steps
    @property
    def state_now(self) -> Exploration:
        """What is shown."""
        return self.steps.now if self.steps is not None else Exploration(frozenset({self._root}))

    def _go(self, state: Exploration, fit: bool = False, anchor: int = 0, load: bool = True) -> None:
        if self.steps is not None and self.steps.go(state):
            self._after_step(fit, anchor, load)

    def _after_step(self, fit: bool = False, anchor: int = 0, load: bool = True) -> None:
        self._show_steps()
        if load:
            self._load(fit, anchor)
        self._context.run(self._keep())

    def undo(self) -> None:
        """Back to what was shown before."""
        if self.steps is not None and self.steps.undo():
            self._after_step(anchor=self.view.graph.selected)

    def redo(self) -> None:
        """Forward again."""
        if self.steps is not None and self.steps.redo():
            self._after_step(anchor=self.view.graph.selected)

    def _show_steps(self) -> None:
        steps = self.steps
        self.bar.show_steps(self.state_now, steps is not None and steps.can_undo, steps is not None and steps.can_redo)  # fmt: skip

    async def _keep(self) -> None:
        """What was made of this canvas, for the next time it is opened."""
        record, cases = self._record(), self._context.use_cases
        if record is None:
            return
        name = " ".join(self._identity)
        kept = await cases.setting(KEPT, {})
        kept = {key: value for key, value in kept.items() if key != name} if isinstance(kept, dict) else {}
        await cases.set_setting(KEPT, dict([*list(kept.items())[-MOST_KEPT + 1 :], (name, record)]))

    # reading
    def _refresh(self) -> None:
        self._columns.clear()
        self._load()

    def _load(self, fit: bool = False, anchor: int = 0) -> None:
        self._turn += 1
        self._context.run(self._read(self._turn, fit, anchor))

    async def _first(self) -> Exploration:
        cases = self._context.use_cases
        lineage = cases.lineage
        record = self._given
        if record is None:
            kept = await cases.setting(KEPT, {})
            record = kept.get(" ".join(self._identity)) if isinstance(kept, dict) else None
        if isinstance(record, dict):
            names = record.get("shown")
            known = await lineage.keys_of(names if isinstance(names, list) else [], self._identity[1])
            state = from_record(record, known)
            if state is not None and self._root in state.shown:
                return state
        around = [await lineage.reached([self._root], direction) for direction in ("upstream", "downstream")]
        return Exploration(frozenset({self._root, *around[0], *around[1]}))

    async def _read(self, turn: int, fit: bool, anchor: int) -> None:
        """Everything of the present step: read, filtered and folded, laid out beside the window's thread, shown."""
        lineage = self._context.use_cases.lineage
        if self.steps is None:
            first = await self._first()
            if self.steps is None:
                self.steps = Steps(first)
                self._show_steps()
        state = self.steps.now
        self.graph = await lineage.graph(self._root, state.shown)
        self._ids |= {node.key: node.id for node in self.graph.nodes}
        self._names |= {node.key: node.name for node in self.graph.nodes}
        opened = [node.key for node in self.graph.nodes if node.key in state.open]
        for key in opened:
            if key not in self._columns:
                self._columns[key] = await lineage.columns_of(key)
        self._flows = await lineage.column_flows(opened, state.shown) if opened else []
        if turn != self._turn:
            return
        await self._show(turn, state, fit, anchor)

    async def _show(self, turn: int, state: Exploration, fit: bool, anchor: int) -> None:
        local, filters = self._context.use_cases.context.local, self.filter_menu.filters
        self.filter_menu.set_graph(self.graph)

        def laid_out() -> Places:
            made = picture(self.graph, state, filters, self._columns, self._flows, self._rows)
            heights = {box.key: box_height(box) for box in made.boxes}
            places = layered_positions(list(heights), [(line.start, line.end) for line in made.lines], heights)  # fmt: skip
            return places_of(made, places | {key: (x, y) for key, x, y in state.moved if key in places})

        places = await local(laid_out)
        if turn != self._turn:
            return
        self.picture = places.picture
        self.view.show_places(places, anchor)
        self._say(state)
        self._light()
        self._find(0, scroll=False)
        if fit:
            self.view.graph.selected = self.view.graph.selected or self._root
            self.view.fit()

    def _say(self, state: Exploration) -> None:
        made, hidden = self.picture, sum(box.hidden_upstream + box.hidden_downstream for box in self.picture.boxes)  # fmt: skip
        left = len(self.graph.nodes) - sum(len(box.members) for box in made.boxes)
        if not self.graph.edges and len(self.graph.nodes) <= 1:
            text = tr("Nothing is known to flow in or out yet. Run a query or a sync, and edges appear here.")
        else:
            text = f"{formatting.count(len(made.boxes), 'node', 'nodes')} · {formatting.count(len(made.lines), 'edge', 'edges')}"
            text += tr(" · {count} links of columns", count=f"{len(made.column_lines):,}") if state.open else ""  # fmt: skip
            text += tr(" · {hidden} more behind +", hidden=f"{hidden:,}") if hidden else ""
            text += tr(" · {count} filtered out", count=f"{left:,}") if left else ""
        self.view.note.setText(text)
        self.bar.show_filtered(self.filter_menu.filters.any)

    # growing
    def grow(self, direction: str, start: frozenset[int] | None = None, anchor: int = 0) -> None:
        """One hop from some nodes, or from all."""
        self._context.run(self._grow(direction, start, anchor))

    async def _grow(self, direction: str, start: frozenset[int] | None, anchor: int, hops: int = 1) -> None:
        state, most = self.state_now, GROWS_BY if hops == 1 else MOST_NODES
        around = await self._context.use_cases.lineage.reached(start or state.shown, direction, hops, most + len(state.shown))  # fmt: skip
        new = [key for key in sorted(around) if key not in state.shown]
        if len(state.shown) + len(new) > MOST_NODES:
            self._context.status_requested.emit(tr("A canvas shows up to {most} nodes.", most=f"{MOST_NODES:,}"))  # fmt: skip
            new = new[: MOST_NODES - len(state.shown)]
        elif hops == 1 and len(new) > GROWS_BY:
            self._context.status_requested.emit(tr("The first {most} are shown; the rest stays behind +.", most=f"{GROWS_BY:,}"))  # fmt: skip
            new = new[:GROWS_BY]
        self._go(replace(state, shown=state.shown | set(new)), fit=start is None, anchor=anchor)

    def hide_box(self, key: int) -> None:
        """Take a box away; the root stays."""
        box = self.view.graph.boxes.get(key)
        if box is not None and key != self._root:
            self._go(replace(self.state_now, shown=self.state_now.shown - set(box.members)))

    def keep_only(self, keys: set[int]) -> None:
        """Take all other boxes away."""
        members = {key for box in self.picture.boxes if box.key in keys for key in box.members}
        self._go(replace(self.state_now, shown=frozenset(members | {self._root})), fit=True)

    def _part(self, key: int, part: str) -> None:
        box = self.view.graph.boxes.get(key)
        if box is None:
            return
        if part == "columns":
            if box.can_open:
                self._go(replace(self.state_now, open=self.state_now.open ^ {key}), anchor=key)
        else:
            self.grow(part, frozenset(box.members), key)

    def all_columns(self) -> None:
        """Columns of every box, or of none."""
        state = self.state_now
        if state.open:
            self._go(replace(state, open=frozenset()))
            return
        can = [box.key for box in self.picture.boxes if box.can_open]
        if len(can) > OPENED_AT_ONCE:
            near = {self._root, self.view.graph.selected, *self.view.graph.neighbours(self.view.graph.selected or self._root)}  # fmt: skip
            can = sorted(can, key=lambda key: key not in near)[:OPENED_AT_ONCE]
            self._context.status_requested.emit(tr("Columns of {count} boxes are listed; the arrow of a box lists its own.", count=OPENED_AT_ONCE))  # fmt: skip
        self._go(replace(state, open=frozenset(can)))

    def _more_columns(self, key: int) -> None:
        self._rows[key] = self._rows.get(key, LISTED) + MORE_COLUMNS
        self._load(anchor=key)

    # choosing
    def _clicked(self, key: int, way: bool) -> None:
        box = self.view.graph.boxes.get(key)
        if way and key and self._selected_before and self._selected_before != key:
            self._context.run(self._show_way(self._selected_before, key))
            return
        self._selected_before = key
        if box is not None and not box.folded:
            self._context.node_selected.emit(key)
        if not way:
            self._way = ()
        self._light()

    _selected_before = 0

    async def _show_way(self, start: int, end: int) -> None:
        """Mark the shortest way between two boxes, with what is missing of it added."""
        members = [self.view.graph.boxes[key].members[0] for key in (start, end)]
        way = await self._context.use_cases.lineage.way(*members)
        if way is None:
            self._context.status_requested.emit(
                tr("Nothing that is known flows between {first} and {second}.", first=self._names[members[0]], second=self._names[members[1]])
            )  # fmt: skip
            return
        self._way = way.nodes
        self._go(replace(self.state_now, shown=self.state_now.shown | set(way.nodes)), anchor=start)
        self._light()
        self._context.status_requested.emit(tr("{steps} from one to the other.", steps=formatting.count(len(way.nodes) - 1, "step", "steps")))  # fmt: skip

    def toggle_focus(self) -> None:
        """Everything that does not lead to the selected box or from it fades."""
        selected = self.view.graph.selected
        self._focus = 0 if self._focus else selected or self._root
        self._light()

    def _light(self) -> None:
        """What stands out: a column's way, the way between two boxes, or what is in focus."""
        graph, box_of = self.view.graph, self.picture.box_of
        if self._focus:
            self._focus = graph.selected or self._focus
        graph.lit = graph.lit_lines = None
        graph.lit_columns = frozenset()
        if graph.column is not None:
            graph.lit_columns = frozenset(column_way(graph.column_lines, graph.column[0], graph.column[1].lower()))  # fmt: skip
        if self._way:
            boxes = [box_of[key] for key in self._way if key in box_of]
            graph.lit = frozenset(boxes)
            graph.lit_lines = frozenset(pairwise(boxes))
        elif self._focus in graph.boxes:
            graph.lit = frozenset(connected(graph.lines, self._focus))
        self.bar.focus.setChecked(bool(self._focus))
        graph.update()

    def _opened(self, key: int) -> None:
        box = self.view.graph.boxes[key]
        if box.folded:
            self._go(
                replace(self.state_now, unfolded=self.state_now.unfolded | {box.group}), anchor=self._root
            )
        else:
            self._context.node_requested.emit(key)

    def _column_clicked(self, column: tuple[int, str]) -> None:
        self._way = ()
        self._light()
        count = len(self.view.graph.lit_columns)
        self._context.status_requested.emit(
            tr(
                "{column}: {links} shown here.",
                column=column[1],
                links=formatting.count(count, "link", "links"),
            )
        )

    def _column_opened(self, column: tuple[int, str]) -> None:
        self._context.column_requested.emit(*column)

    def _line_clicked(self, line: Line | ColumnLine) -> None:
        if not self.card.isVisible():
            self.card.show()
            self.parts.setSizes([self.parts.height() - CARD_HEIGHT, CARD_HEIGHT])
        self.card.show_line(line)

    def _escape(self) -> None:
        if self.card.isVisible():
            self.card.hide()
            self.view.graph.chosen = None
        else:
            self._way, self._focus = (), 0
            self.view.graph.column = None
        self._light()
        self.view.setFocus()

    def trace(self, key: int, column: str) -> None:
        """All that a column is made from and all that is made from it, with the columns listed."""
        self._context.run(self._trace(key, column))

    async def _trace(self, key: int, column: str) -> None:
        keys = await self._context.use_cases.lineage.column_reach(key, column)
        state = self.state_now
        opened = frozenset(list(keys)[:OPENED_AT_ONCE]) | {key}
        self.view.graph.column = (key, column)
        self._go(replace(state, shown=state.shown | keys | {key}, open=state.open | opened), anchor=key)

    # finding
    def focus_first(self) -> None:
        """The keyboard walks the canvas."""
        self.view.setFocus()

    def find_in_page(self) -> None:
        """Ctrl+F."""
        self.find.setFocus()
        self.find.selectAll()

    def _find(self, step: int, scroll: bool = True) -> None:
        """Mark boxes whose name, or listed column, holds the text; each Enter goes to the next one."""
        graph, text = self.view.graph, self.find.text().strip().lower()
        found = [
            box.key for box in self.picture.boxes
            if text and (text in box.title.lower() or any(text in column.name.lower() for column in box.columns))
        ]  # fmt: skip
        graph.found = frozenset(found)
        graph.update()
        if text:
            self.find.setToolTip(formatting.count(len(found), "find", "finds"))
        if found and scroll:
            at = (found.index(graph.selected) + step) % len(found) if graph.selected in found else 0
            self.view.select(found[at])
            self.view.centerOn(graph.rect(found[at]).center())

    # menus
    def _menu(self, place: QPoint, by_key: bool) -> None:
        graph = self.view.graph
        key = graph.selected if by_key else graph.box_at(self.view.mapToScene(place))
        column = graph.column if by_key else graph.column_at(self.view.mapToScene(place))
        box = graph.boxes.get(key)
        if box is None:
            self._canvas_menu(place)
            return
        menu = QMenu(self)
        if column is not None and column[1]:
            menu.addAction(tr("Trace {column}", column=_menu_text(column[1])), lambda: self.trace(*column))
            menu.addAction(tr("Where it comes from and goes to"), lambda: self._column_opened(column))
            menu.addAction(tr("What a change would touch…"), lambda: self._touch(*column))
            menu.addSeparator()
        members, run = frozenset(box.members), self._context.run
        folds = bool(box.group and not box.folded and self.state_now.fold)
        single = not box.folded
        for title, handler, wanted in (
            (tr("Open"), lambda: self._opened(key), True),
            (tr("Columns"), lambda: self._part(key, "columns"), box.can_open),
            (tr("Show what it is made from"), lambda: self._part(key, "upstream"), box.hidden_upstream),
            (tr("Show what is made from it"), lambda: self._part(key, "downstream"), box.hidden_downstream),
            (tr("Show everything upstream"), lambda: run(self._grow("upstream", members, key, 100)), True),
            (
                tr("Show everything downstream"),
                lambda: run(self._grow("downstream", members, key, 100)),
                True,
            ),
            (
                tr("Only what leads here and from here"),
                lambda: self.keep_only(connected(graph.lines, key)),
                True,
            ),
            (tr("Fold into {group}", group=_menu_text(box.group)), lambda: self._fold(box.group), folds),
            (tr("Take away"), lambda: self.hide_box(key), key != self._root),
            (
                tr("What a change would touch…"),
                lambda: self._touch(key, ""),
                single and box.type.endswith("table"),
            ),
            (
                tr("Start here"),
                lambda: self._context.lineage_requested.emit(key),
                single and key != self._root,
            ),
        ):
            if wanted:
                menu.addAction(title, handler)
        if graph.selected and graph.selected != key:
            menu.addAction(tr("The way from the selected box"), lambda: self._context.run(self._show_way(graph.selected, key)))  # fmt: skip
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _canvas_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for title, handler, can in (
            (tr("Fit"), self.view.fit, True),
            (tr("One hop more upstream"), lambda: self.grow("upstream"), True),
            (tr("One hop more downstream"), lambda: self.grow("downstream"), True),
            (tr("Columns"), self.all_columns, True),
            (tr("Take back"), self.undo, self.bar.undo.isEnabled()),
            (tr("Once more"), self.redo, self.bar.redo.isEnabled()),
            (
                tr("Layout anew"),
                lambda: self._go(replace(self.state_now, moved=())),
                bool(self.state_now.moved),
            ),
        ):
            menu.addAction(title, handler).setEnabled(can)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _touch(self, key: int, column: str) -> None:
        self._context.impact_requested.emit(key, column)

    def _fold(self, group: str) -> None:
        self._go(replace(self.state_now, unfolded=self.state_now.unfolded - {group}))

    # out
    def _ask_export(self, suffix: str, kind: str) -> None:
        ask_save(
            self, tr("Save lineage"), f"lineage-{self._title}.{suffix}", kind, suffix, lambda path: self._context.run(self.save(path, suffix))
        )  # fmt: skip

    async def save(self, path: Path, suffix: str) -> None:
        """What the canvas shows: as a picture, or for other programs."""
        try:
            cases = self._context.use_cases
            if suffix == "png":
                data = png_of(self.view, self._context.theme.color("base"))
            elif suffix == "svg":
                data = svg_of(self.view, self.page_title())
            else:
                data = (await cases.lineage.text(self.graph, _FORMS[suffix])).encode("utf-8", "replace")
            await cases.context.local(path.write_bytes, data)
        except OSError as error:
            self._context.report(not_written(path, error, tr("Lineage")))
        else:
            self._context.status_requested.emit(tr("Saved as {path}.", path=path))


def _menu_text(name: str) -> str:
    """A name of whatever length and signs in a menu: `&` would underline the letter behind it."""
    return (name if len(name) <= 40 else f"{name[:39]}…").replace("&", "&&")
