"""The sync report of the specification's mock-up, kept for ever; the full report is a table of every line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.catalog_cases import SyncReport
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.ontology.warnings import cause

_STATES = {
    "complete": ("ok", "ok", tr("Complete")),
    "partial": ("warning", "warning", tr("Complete, with errors")),
    "failed": ("error", "error", tr("Failed")),
    "cancelled": ("stop", "muted", tr("Cancelled; the catalog is as it was")),
    "interrupted": ("warning", "warning", tr("Interrupted; the next sync goes on where it stopped")),
    "applying": ("sync", "accent", tr("Saving")),
    "running": ("sync", "accent", tr("Running")),
}
_KINDS = {
    "new": tr("New"),
    "updated": tr("Updated"),
    "deleted": tr("Deleted"),
    "warning": tr("Warning"),
    "error": tr("Error"),
    "note": tr("Note"),
}


class SyncReportPage(QStackedWidget):
    """One run: the mock-up's summary, and all of its lines behind “View full report”."""

    def __init__(self, context: WindowContext, report: SyncReport) -> None:
        super().__init__()
        self.setProperty("page", True)
        self._context, self._report, self._run = context, report, report.run
        scroll = QScrollArea()
        scroll.setProperty("page", True)
        scroll.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        scroll.setWidgetResizable(True)
        body = QWidget()
        body.setProperty("page", True)
        self._layout = QVBoxLayout(body)
        self._layout.setContentsMargins(24, 16, 24, 24)
        self._layout.setSpacing(8)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._head()
        self._figures()
        self._sections()
        scroll.setWidget(body)
        self.addWidget(scroll)
        self._full: QWidget | None = None

    def page_title(self) -> str:
        """Tab text."""
        return tr("Sync report")

    def page_icon(self) -> str:
        """Tab icon."""
        return "report"

    def page_key(self) -> str:
        """One page a run."""
        return f"sync:{self._run.run_id}"

    def state(self) -> dict[str, Any]:
        """By number."""
        return {"kind": "sync_report", "run": self._run.run_id}

    def _head(self) -> None:
        run = self._run
        row = QHBoxLayout()
        row.addWidget(styled(PlainLabel(tr("AWS Glue catalog sync")), bold=True, size=4), 1)
        for title, command, primary in (
            (tr("View full report"), "", False),
            (tr("Sync now"), "glue.sync", True),
            (tr("Schedule sync…"), "glue.schedule", False),
        ):
            if command and self._context.commands.get(command) is None:
                continue
            button = QPushButton(title)
            button.setProperty("primary", primary)
            if command:
                button.clicked.connect(lambda _=False, c=command: self._context.commands.run(c))
            else:
                button.clicked.connect(self.show_full)
            row.addWidget(button)
        self._layout.addLayout(row)
        name, color, text = _STATES[run.state]
        line = QHBoxLayout()
        line.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(icon(name, self._context.theme.color(color)).pixmap(16, 16))
        mark.setAccessibleName(text)
        line.addWidget(mark)
        took = run.report.get("durationMs")
        parts = [
            text,
            f"{formatting.ago(run.finished_at or run.started_at)} ({formatting.local_time(run.started_at)})",
            run.source.removeprefix("aws:").replace(":", " · "),
        ]
        if took is not None:
            parts.append(tr("took {took}", took=formatting.duration(took)))
        if taken := run.report.get("takenUp"):
            parts.append(
                tr(
                    "{taken} taken over from an interrupted sync",
                    taken=formatting.count(taken, "database", "databases"),
                )
            )
        line.addWidget(PlainLabel(" · ".join(parts), wrap=True), 1)
        self._layout.addLayout(line)

    def _figures(self) -> None:
        stats = self._run.report.get("stats")
        if not stats:
            return
        grid = QGridLayout()
        grid.setSpacing(8)
        shown = (
            (tr("Tables discovered"), stats["tablesDiscovered"], "text"), (tr("Imported"), stats["tablesImported"], "ok"),
            (tr("New"), stats.get("tablesNew", 0), "text"), (tr("Updated"), stats["tablesUpdated"], "text"), (tr("Deleted"), stats["tablesDeleted"], "text"),
            (tr("Warnings"), stats["warnings"], "warning"), (tr("Errors"), stats["errors"], "error"),
        )  # fmt: skip
        for column, (title, number, color) in enumerate(shown):
            card = QFrame()
            card.setProperty("card", True)
            inner = QVBoxLayout(card)
            inner.setContentsMargins(12, 8, 12, 8)
            inner.setSpacing(0)
            value = styled(PlainLabel(formatting.whole(number)), bold=True, size=5)
            if number and color != "text":
                palette = value.palette()
                palette.setColor(value.foregroundRole(), self._context.theme.color(color))
                value.setPalette(palette)
            inner.addWidget(value)
            inner.addWidget(styled(PlainLabel(title), role="muted"))
            grid.addWidget(card, 0, column)
        self._layout.addLayout(grid)

    def _sections(self) -> None:
        report, run = self._report, self._run
        if run.report.get("error"):
            error = (str(run.report["error"]), str(run.report.get("remedy") or ""))
            self._section(tr("Error"), "error", "error", [error], 1)
        for kind, title, mark, color in (
            ("new", tr("New tables"), "plus", "ok"),
            ("updated", tr("Updated tables"), "sync", "accent"),
            ("deleted", tr("Deleted tables"), "minus", "error"),
        ):
            lines = [(line.name, line.note) for line in report.first.get(kind, ())]
            self._section(title, mark, color, lines, report.counts.get(kind, 0))
        for group in report.warnings:
            known = cause(group.cause)
            lines = [(name, text.removeprefix(f"{known.title}: ")) for name, text in group.first]
            plain = [(name, "" if text == known.title else text) for name, text in lines]
            self._section(known.title, "warning", "warning", plain, group.count, known.remedy)
        for kind, title, mark, color in (
            ("error", tr("Errors"), "error", "error"),
            ("note", tr("Notes"), "inspect", "muted"),
        ):
            lines = [
                (line.name, f"{line.note}\n{line.remedy}".strip()) for line in report.first.get(kind, ())
            ]
            self._section(title, mark, color, lines, report.counts.get(kind, 0))
        if run.state in {"complete", "partial"} and not any(
            report.counts.get(kind) for kind in ("new", "updated", "deleted")
        ):
            self._layout.addWidget(
                styled(PlainLabel(tr("Nothing has changed since the last sync.")), role="muted")
            )

    def _section(
        self,
        title: str,
        icon_name: str,
        color: str,
        items: list[tuple[str, str]],
        count: int,
        remedy: str = "",
    ) -> None:
        if not items:
            return
        self._layout.addSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(icon(icon_name, self._context.theme.color(color)).pixmap(16, 16))
        head.addWidget(mark)
        head.addWidget(styled(PlainLabel(f"{title} ({formatting.whole(count)})"), bold=True), 1)
        self._layout.addLayout(head)
        holder = QVBoxLayout()
        holder.setContentsMargins(24, 0, 0, 0)
        holder.setSpacing(4)
        if remedy:
            holder.addWidget(styled(PlainLabel(remedy, wrap=True, selectable=True), role="muted"))
        for item in items:
            holder.addWidget(self._line(*item))
        if count > len(items):
            more = QPushButton(tr("… and {count} more", count=formatting.whole(count - len(items))))
            more.setProperty("link", True)
            more.clicked.connect(lambda: self.show_full(title))
            holder.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addLayout(holder)

    def _line(self, name: str, note: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(name, selectable=True), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(styled(PlainLabel(note, wrap=True, selectable=True), role="muted"), 1)
        return row

    # the full report
    def show_full(self, title: object = "") -> None:
        """Every line, read when it is first asked for."""
        self._context.run(self._load_full(str(title or "")))

    async def _load_full(self, title: str) -> None:
        if self._full is None:
            lines = await self._context.use_cases.catalog.report_lines(self._run.run_id)
            self._full = self._full_page(lines)
            self.addWidget(self._full)
        kind = title.split()[0] if title else ""
        place = self._kinds.findText(kind)
        self._kinds.setCurrentIndex(place if place > 0 else 0)
        self._find.setText("" if place > 0 or not title else title)
        self.setCurrentWidget(self._full)
        self._find.setFocus()

    def _full_page(self, lines: list[tuple[str, str, str, str]]) -> QWidget:
        page = QWidget()
        page.setProperty("page", True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        row = QHBoxLayout()
        back = QPushButton(tr("← Summary"))
        back.clicked.connect(lambda: self.setCurrentIndex(0))
        self._kinds = QComboBox()
        self._kinds.setAccessibleName(tr("Kind of line"))
        self._kinds.addItem(tr("All {lines}", lines=formatting.count(len(lines), "line", "lines")), "")
        for kind, text in _KINDS.items():
            if any(line[0] == kind for line in lines):
                self._kinds.addItem(text, text)
        self._find = QLineEdit()
        self._find.setPlaceholderText(tr("Filter lines"))
        self._find.setAccessibleName(tr("Filter lines"))
        self._find.setClearButtonEnabled(True)
        row.addWidget(back)
        row.addWidget(self._kinds)
        row.addWidget(self._find, 1)
        layout.addLayout(row)
        rows = [(_KINDS[kind], name, note, remedy) for kind, name, note, remedy in lines]
        model = RowsModel((tr("Kind"), tr("Table"), tr("What"), tr("What to do")), rows, parent=self)
        proxy = _LineFilter(self)
        proxy.setSourceModel(model)
        self._kinds.currentIndexChanged.connect(lambda _: proxy.set_kind(str(self._kinds.currentData())))
        self._find.textChanged.connect(proxy.set_text)
        table = plain_table(proxy, 2, {0: 90, 1: 250, 3: 260})
        table.setSortingEnabled(True)
        table.setAccessibleName(tr("Lines of the report"))
        table.activated.connect(lambda index: self._open(str(index.siblingAtColumn(1).data())))
        layout.addWidget(table, 1)
        return page

    def _open(self, name: str) -> None:
        async def work() -> None:
            hits = await self._context.use_cases.catalog.search(name, 1)
            if hits and hits[0].name == name:
                self._context.node_requested.emit(hits[0].key)

        self._context.run(work())


class _LineFilter(QSortFilterProxyModel):
    """By kind, and by words in any column."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind = self._text = ""

    def set_kind(self, kind: str) -> None:
        """Empty for all."""
        self._kind = kind
        self.invalidate()

    def set_text(self, text: str) -> None:
        """A part of any cell."""
        self._text = text.lower().strip()
        self.invalidate()

    def filterAcceptsRow(self, row: int, _parent: Any) -> bool:
        """Qt's."""
        source: Any = self.sourceModel()
        cells = source.row(row)
        if self._kind and cells[0] != self._kind:
            return False
        return not self._text or any(self._text in cell.lower() for cell in cells)
