"""What lineage is asked: impact of a change, what nobody uses, where sensitive columns travel, circles, what changed, what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.lineage_questions import CHANGE, DROP, Impact
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_words import EDGES, EFFECTS, HOW, KINDS, sure
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.clock import iso, iso_now, utc_now
from dataops_desktop.ontology.classification import KINDS as KINDS_OF

_GRAVE = {"breaks": "error", "may break": "warning", "stale": "warning", "changes": "accent", "rows": "muted"}
_SPANS = ((tr("a day"), 1), (tr("a week"), 7), (tr("a month"), 30), (tr("a year"), 365))
Opener = Callable[[], None]


class _List(QWidget):
    """A question: a line above, rows that open what they name."""

    def __init__(self, titles: Sequence[str], stretch: int, widths: dict[int, int], empty: str) -> None:
        super().__init__()
        self._titles, self._empty = titles, empty
        self._openers: Sequence[Opener | None] = ()
        self.note = styled(PlainLabel(wrap=True), role="muted")
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Filter"))
        self.field.setAccessibleName(tr("Filter"))
        self.field.setClearButtonEnabled(True)
        self.field.setMaximumWidth(260)
        self.rows = QSortFilterProxyModel(self)
        self.rows.setFilterKeyColumn(-1)
        self.rows.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.textChanged.connect(self.rows.setFilterFixedString)
        self.rows.setSourceModel(RowsModel(titles, [], parent=self))
        self.table = plain_table(self.rows, stretch, widths)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.activated.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.line = QHBoxLayout()
        self.line.setSpacing(8)
        self.line.addWidget(self.note, 1)
        self.line.addWidget(self.field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addLayout(self.line)
        layout.addWidget(self.table, 1)

    def fill(self, rows: Sequence[Sequence[str]], openers: Sequence[Opener | None], note: str, right: frozenset[int] = frozenset(), decorate: Any = None) -> None:  # fmt: skip
        """What was found."""
        self._openers = openers
        before = self.rows.sourceModel()
        self.rows.setSourceModel(RowsModel(self._titles, rows, right, self, decorate))
        before.deleteLater()
        self.note.setText(note if rows else self._empty)

    def _open(self, index: QModelIndex) -> None:
        opener = self._openers[self.rows.mapToSource(index).row()]
        if opener is not None:
            opener()

    def _menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        menu = QMenu(self)
        if self._openers[self.rows.mapToSource(index).row()] is not None:
            menu.addAction(tr("Open"), lambda: self._open(index))
        menu.addAction(tr("Copy the rows"), lambda: QGuiApplication.clipboard().setText(self.table.selected_text()))  # fmt: skip
        menu.popup(self.table.viewport().mapToGlobal(place))


class LineageQuestionsPage(QWidget):
    """A tab a question; each is asked when its tab is first shown, and again when the catalog changes."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._about = (0, "")
        self.impact = _List((tr("Effect"), tr("What"), tr("Name"), tr("Steps"), ""), 2, {0: 150, 1: 110, 3: 60, 4: 200}, tr("Choose a table or a column: “What a change would touch” in its menu, on the canvas or on its page."))  # fmt: skip
        self.change, self.subject = QComboBox(), styled(PlainLabel(elide=True), bold=True)
        self.change.setAccessibleName(tr("Which change"))
        self.change.addItem(tr("If it were dropped"), DROP)
        self.change.addItem(tr("If its values or type changed"), CHANGE)
        self.change.activated.connect(lambda _: self._ask(self.impact))
        self.impact.line.insertWidget(0, self.change)
        self.impact.layout().insertWidget(0, self.subject)  # type: ignore[union-attr]
        self.unused = _List((tr("What"), tr("Name"), tr("Size")), 1, {0: 100, 2: 120}, tr("Everything that is known is read by something."))  # fmt: skip
        self.sensitive = _List(
            (tr("Kind"), tr("From"), tr("To"), tr("How"), tr("Classified as")), 2, {0: 90, 1: 190, 3: 150, 4: 100},
            tr("No sensitive column is known to flow anywhere."),
        )  # fmt: skip
        self.circles = _List((tr("Steps"), tr("Circle")), 1, {0: 60}, tr("Nothing runs in circles."))
        self.changes = _List((tr("Change"), tr("From"), tr("Relation"), tr("To")), 3, {0: 100, 1: 300, 2: 110}, tr("Nothing began or stopped to flow."))  # fmt: skip
        self.span = QComboBox()
        self.span.setAccessibleName(tr("Since when"))
        for title, days in _SPANS:
            self.span.addItem(tr("In the last: {span}", span=title), days)
        self.span.setCurrentIndex(1)
        self.span.activated.connect(lambda _: self._ask(self.changes))
        self.changes.line.insertWidget(0, self.span)
        self.problems = _List((tr("Statement"), tr("What was not understood")), 1, {0: 330}, tr("Every statement was understood."))  # fmt: skip
        self.again = QPushButton(tr("Follow what is new"))
        self.again.clicked.connect(lambda: context.follow_requested.emit())
        self.problems.line.addWidget(self.again)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for title, tab in (
            (tr("Impact"), self.impact), (tr("Unused"), self.unused), (tr("Sensitive"), self.sensitive), (tr("Circles"), self.circles),
            (tr("Changes"), self.changes), (tr("Not understood"), self.problems),
        ):  # fmt: skip
            self.tabs.addTab(tab, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addWidget(styled(PlainLabel(tr("Lineage questions")), bold=True, size=4))
        layout.addWidget(self.tabs, 1)
        self._questions: dict[QWidget, Callable[[], Any]] = {
            self.impact: self._ask_impact, self.unused: self._ask_unused, self.sensitive: self._ask_sensitive, self.circles: self._ask_circles,
            self.changes: self._ask_changes, self.problems: self._ask_problems,
        }  # fmt: skip
        self.tabs.currentChanged.connect(lambda _: self._ask(self.tabs.currentWidget()))
        context.catalog_changed.connect(lambda: self._ask(self.tabs.currentWidget()))
        self.impact.fill([], [], "")
        self.tabs.setCurrentIndex(int((state or {}).get("tab") or 0))

    def page_title(self) -> str:
        """Tab text."""
        return tr("Lineage questions")

    def page_icon(self) -> str:
        """Tab icon."""
        return "lineage"

    def page_key(self) -> str:
        """There is one."""
        return "lineage-questions"

    def state(self) -> dict[str, Any]:
        """The tab in front."""
        return {"kind": "lineage_questions", "tab": self.tabs.currentIndex()}

    def ask_impact(self, key: int, column: str) -> None:
        """Of a table, or of a column of it."""
        self._about = (key, column)
        self.tabs.setCurrentWidget(self.impact)
        self._ask(self.impact)

    def _ask(self, tab: QWidget) -> None:
        self._context.run(self._questions[tab]())

    def _opener(self, key: int, column: str = "") -> Opener:
        if column:
            return lambda: self._context.column_requested.emit(key, column)
        return lambda: self._context.node_requested.emit(key)

    async def _ask_impact(self) -> None:
        key, column = about = self._about
        if not key:
            return
        cases = self._context.use_cases
        details = await cases.node(key)
        name = details.stored.node.name + (f".{column}" if column else "")
        found: Impact = await cases.lineage.impact(key, column or None, self.change.currentData())
        if about != self._about:
            return
        self.subject.setText(name)
        rows, openers = [], list[Opener | None]()
        for item in found.items:
            person = item.kind == "person"
            rows.append(
                (
                    "" if person else EFFECTS.get(item.effect, item.effect), KINDS.get(item.kind, item.kind), f"{item.name}.{item.column}" if item.column else item.name,
                    "" if person else str(item.steps), item.note,
                )
            )  # fmt: skip
            openers.append(None if person else self._opener(item.key, item.column))
        colors = [_GRAVE[item.effect] if item.kind != "person" else "" for item in found.items]

        def decorate(row: int, shown: int) -> Any:
            return icon("warning", self._context.theme.color(colors[row])) if not shown and colors[row] else None  # fmt: skip

        broken = sum(item.effect == "breaks" for item in found.items if item.kind != "person")
        people = len(found.of("person"))
        note = tr("{touched}, {broken}, {people}", touched=formatting.count(len(found.items) - people, "thing is touched", "things are touched"), broken=formatting.count(broken, "breaks", "break"), people=formatting.count(people, "person to tell", "people to tell"))  # fmt: skip
        if found.cut_off:
            note += " · " + tr("there is more than is followed")
        self.impact.fill(rows, openers, note, frozenset({3}), decorate)
        if not rows:
            self.impact.note.setText(tr("Nothing that is known depends on it."))

    async def _ask_unused(self) -> None:
        tables, columns = await self._context.use_cases.lineage.unused()
        rows = [(KINDS["table"], name, formatting.size(size) if size else "") for _, name, size in tables]
        rows += [(KINDS["column"], f"{table}.{column}", "") for _, table, column in columns]
        openers: list[Opener | None] = [self._opener(key) for key, *_ in tables]
        openers += [self._opener(key, column) for key, _, column in columns]
        total = sum(size or 0 for _, _, size in tables)
        note = tr("{tables} and {columns} that no known query, job or view reads · {size}", tables=formatting.count(len(tables), "table", "tables"), columns=formatting.count(len(columns), "column", "columns"), size=formatting.size(total))  # fmt: skip
        self.unused.fill(rows, openers, note, frozenset({2}))

    async def _ask_sensitive(self) -> None:
        found = await self._context.use_cases.lineage.travels()
        rows = [
            (
                KINDS_OF.get(t.start.kind, t.start.kind), f"{t.start.table}.{t.start.column}", f"{t.name}.{t.column}",
                f"{tr('carried') if t.carried else tr('only counted')} · {sure(t.confidence)} · {formatting.count(t.steps, 'step', 'steps')}",
                KINDS_OF.get(t.known, t.known),
            )
            for t in found
        ]  # fmt: skip
        open_ones = sum(t.carried and not t.known for t in found)
        note = formatting.count(len(found), "column is reached", "columns are reached")
        note += " · " + formatting.count(open_ones, "is not classified", "are not classified") if open_ones else ""  # fmt: skip
        self.sensitive.fill(rows, [self._opener(t.key, t.column) for t in found], note)

    async def _ask_circles(self) -> None:
        found = await self._context.use_cases.lineage.circles()
        rows = [(str(len(circle) - 1), " → ".join(" ".join(stored.node.name.split()) for stored in circle)) for circle in found]  # fmt: skip
        openers: list[Opener | None] = [lambda key=circle[0].key: self._context.lineage_requested.emit(key) for circle in found]  # fmt: skip
        self.circles.fill(rows, openers, formatting.count(len(found), "circle", "circles"), frozenset({0}))

    async def _ask_changes(self) -> None:
        since = iso(utc_now() - timedelta(days=int(self.span.currentData())))
        found = await self._context.use_cases.lineage.changes(since, iso_now())
        rows = [
            (
                tr("Began") if c.appeared else tr("Stopped"), ".".join(filter(None, (c.from_name, c.from_column))),
                EDGES.get(c.what) or HOW.get(c.what, c.what), ".".join(filter(None, (c.to_name, c.to_column))),
            )
            for c in found
        ]  # fmt: skip
        began = sum(c.appeared for c in found)
        note = tr("{began} began to flow, {stopped} stopped", began=f"{began:,}", stopped=f"{len(found) - began:,}")  # fmt: skip
        marks = [("plus", "ok") if c.appeared else ("minus", "error") for c in found]
        self.changes.fill(
            rows, [self._opener(c.to_key) for c in found], note,
            decorate=lambda row, shown: icon(marks[row][0], self._context.theme.color(marks[row][1])) if not shown else None,
        )  # fmt: skip

    async def _ask_problems(self) -> None:
        found = await self._context.use_cases.lineage.problems()
        rows = [(" ".join(p.name.split()), p.problem.message) for p in found]
        openers: list[Opener | None] = [
            (lambda p=p: self._context.query_requested.emit(p.sql, p.database)) if p.sql else self._opener(p.key) for p in found
        ]  # fmt: skip
        statements = len({p.key for p in found})
        note = tr("{parts} of {statements} that lineage leaves out", parts=formatting.count(len(found), "part", "parts"), statements=formatting.count(statements, "statement", "statements"))  # fmt: skip
        self.problems.fill(rows, openers, note)
