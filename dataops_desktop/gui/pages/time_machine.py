"""The time machine: two moments of the catalog, what differs, and which queries that may break."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.time_machine import Broken, Comparison
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.sync_store import SyncRun

_KINDS = {"added": tr("New"), "removed": tr("Gone"), "changed": tr("Changed")}
_ICONS = {"added": ("plus", "ok"), "removed": ("minus", "error"), "changed": ("sync", "accent")}


class TimeMachinePage(QWidget):
    """Opens on the last two syncs that differ in time."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._asked = {name: str((state or {}).get(name, "")) for name in ("before", "after")}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        layout.addWidget(styled(PlainLabel(tr("Time machine")), bold=True, size=4))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.before, self.after = QComboBox(), QComboBox()
        for title, box in ((tr("From"), self.before), (tr("To"), self.after)):
            box.setAccessibleName(title)
            box.setMinimumWidth(230)
            row.addWidget(PlainLabel(title))
            row.addWidget(box)
        self.go = QPushButton(tr("Compare"))
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.compare)
        row.addWidget(self.go)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Filter by name or change"))
        self.field.setAccessibleName(tr("Filter changes"))
        self.field.setClearButtonEnabled(True)
        row.addStretch()
        layout.addLayout(row)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        layout.addWidget(self.note)
        layout.addWidget(self.field)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        layout.addWidget(self.tabs, 1)
        self._changes = QSortFilterProxyModel(self)
        self._changes.setFilterKeyColumn(-1)
        self._changes.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.textChanged.connect(self._changes.setFilterFixedString)
        self._comparison: Comparison | None = None
        context.catalog_changed.connect(lambda: context.run(self._load(False)))
        context.run(self._load(True))

    def page_title(self) -> str:
        """Tab text."""
        return tr("Time machine")

    def page_icon(self) -> str:
        """Tab icon."""
        return "timeline"

    def page_key(self) -> str:
        """There is one."""
        return "time-machine"

    def state(self) -> dict[str, Any]:
        """The two moments."""
        return {
            "kind": "time_machine",
            "before": str(self.before.currentData() or ""),
            "after": str(self.after.currentData() or ""),
        }

    async def _load(self, first: bool) -> None:
        runs = await self._context.use_cases.catalog.runs()
        kept = (self.before.currentData(), self.after.currentData())
        for box in (self.before, self.after):
            box.clear()
            box.addItem(tr("Now"), "now")
            for run in runs:
                box.addItem(self._run_text(run), self._moment(run))
        wanted = (self._asked["before"], self._asked["after"]) if first else kept
        for box, value in zip((self.before, self.after), wanted, strict=True):
            place = box.findData(value) if value else -1
            box.setCurrentIndex(max(0, place))
        if first and not wanted[0]:
            self.before.setCurrentIndex(min(2, self.before.count() - 1))
        if not runs:
            self.note.setText(
                tr("There is no sync yet. Every sync is a moment that can be looked at and compared.")
            )
        elif first:
            self.compare()

    @staticmethod
    def _moment(run: SyncRun) -> str:
        return str(run.report.get("appliedAt") or run.finished_at)

    @staticmethod
    def _run_text(run: SyncRun) -> str:
        stats = run.report.get("stats", {})
        changed = sum(stats.get(name, 0) for name in ("tablesNew", "tablesUpdated", "tablesDeleted"))
        what = formatting.count(changed, "change", "changes") if changed else tr("no change")
        return f"{formatting.local_time(run.started_at)} · {what}"

    def compare(self) -> None:
        """Read what differs."""
        before, after = (
            iso_now() if box.currentData() == "now" else str(box.currentData() or "")
            for box in (self.before, self.after)
        )
        if not before or not after:
            return
        self.note.setText(tr("Comparing…"))
        self._context.run(self._compare(before, after))

    async def _compare(self, before: str, after: str) -> None:
        cases = self._context.use_cases.catalog
        found = self._comparison = await cases.compare(before, after)
        self._show(found)
        broken = await cases.broken_by(found)
        if found is self._comparison:
            self._show_broken(broken)

    def _show(self, found: Comparison) -> None:
        parts = [
            tr(
                "{tables_before} then, {tables_after} later",
                tables_before=formatting.count(found.tables_before, "table", "tables"),
                tables_after=formatting.whole(found.tables_after),
            )
        ]
        parts += [f"{formatting.whole(len(found.of(kind)))} {text.lower()}" for kind, text in _KINDS.items()]
        breaking = sum(1 for change in found.changes if change.breaks)
        if breaking:
            parts.append(tr("{breaking} may break queries", breaking=formatting.whole(breaking)))
        self.note.setText(
            " · ".join(parts) if found.changes else tr("{parts} · nothing differs", parts=parts[0])
        )
        rows = [
            (
                _KINDS[change.kind], change.name, "; ".join(item.text for item in change.differences), "yes" if change.breaks else "",
                change.source.removeprefix("aws:").replace(":", " · "),
            )
            for change in found.changes
        ]  # fmt: skip

        def decorate(row: int, column: int) -> object:
            if column:
                return None
            name, color = _ICONS[found.changes[row].kind]
            return icon(name, self._context.theme.color(color))

        model = RowsModel(("", tr("Table"), tr("What"), tr("May break"), tr("Account and region")), rows, parent=self, decorate=decorate)  # fmt: skip
        self._changes.setSourceModel(model)
        table = plain_table(self._changes, 2, {0: 90, 1: 230, 3: 80, 4: 170})
        table.setColumnHidden(4, len({change.source for change in found.changes}) < 2)
        table.setSortingEnabled(True)
        table.setAccessibleName(tr("Changes"))

        def open_table(index: QModelIndex) -> None:
            change = found.changes[self._changes.mapToSource(index).row()]
            self._context.node_requested.emit(change.key)

        table.activated.connect(open_table)
        while self.tabs.count():
            page = self.tabs.widget(0)
            self.tabs.removeTab(0)
            page.deleteLater()
        self.tabs.addTab(table, tr("Changes ({changes})", changes=formatting.whole(len(found.changes))))

    def _show_broken(self, broken: list[Broken]) -> None:
        rows = [
            (
                tr("Saved") if item.statement_id else tr("History"), item.where if item.statement_id else formatting.local_time(item.where),
                item.reason, " ".join(item.sql.split()), formatting.whole(item.runs) if item.query_id else "",
            )
            for item in broken
        ]  # fmt: skip
        table = plain_table(
            RowsModel(("", tr("Query"), tr("Why"), tr("Text"), tr("Runs")), rows, frozenset({4}), self), 3, {0: 80, 1: 180, 2: 300, 4: 60}
        )  # fmt: skip
        table.setAccessibleName(tr("Queries that may break"))

        def open_query(index: QModelIndex) -> None:
            item = broken[index.row()]
            self._context.query_requested.emit(item.sql, item.database)

        table.activated.connect(open_query)
        self.tabs.addTab(table, tr("Queries that may break ({broken})", broken=formatting.whole(len(broken))))
