"""The sync report of the specification's mock-up, kept for ever."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.sync_store import SyncRun

FIRST_SHOWN = 5
MOST_SHOWN = 500
_STATES = {
    "complete": ("ok", "ok", "Complete"),
    "partial": ("warning", "warning", "Complete, with errors"),
    "failed": ("error", "error", "Failed"),
    "cancelled": ("stop", "muted", "Cancelled; the catalog is as it was"),
    "interrupted": ("warning", "warning", "Interrupted; the catalog is as it was"),
    "running": ("sync", "accent", "Running"),
}


class SyncReportPage(QScrollArea):
    """One run."""

    def __init__(self, context: WindowContext, run: SyncRun) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidgetResizable(True)
        self._context, self._run = context, run
        body = QWidget()
        body.setProperty("page", True)
        self._layout = QVBoxLayout(body)
        self._layout.setContentsMargins(24, 16, 24, 24)
        self._layout.setSpacing(8)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._head()
        self._figures()
        report = run.report
        if report.get("error"):
            self._section(
                "Error", "error", "error", [(str(report["error"]), str(report.get("remedy") or ""))]
            )
        changes, reasons = report.get("changes") or {}, report.get("reasons") or {}
        self._section("New tables", "plus", "ok", [(name, "") for name in changes.get("newTables", ())])
        self._section(
            "Updated tables",
            "sync",
            "accent",
            [(name, reasons.get(name, "")) for name in changes.get("updatedTables", ())],
        )
        self._section(
            "Deleted tables", "minus", "error", [(name, "") for name in changes.get("deletedTables", ())]
        )
        self._section(
            "Warnings",
            "warning",
            "warning",
            [(item["table"], item["message"]) for item in report.get("warnings", ())],
        )
        remedies = report.get("remedies") or {}
        self._section(
            "Errors",
            "error",
            "error",
            [
                (item["table"], f"{item['error']}\n{remedies.get(item['table'], '')}".strip())
                for item in report.get("errors", ())
            ],
        )
        if run.state in {"complete", "partial"} and not any(changes.values()):
            self._layout.addWidget(
                styled(PlainLabel("Nothing has changed since the last sync."), role="muted")
            )
        self.setWidget(body)

    def page_title(self) -> str:
        """Tab text."""
        return "Sync report"

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
        row.addWidget(styled(PlainLabel("AWS Glue catalog sync"), bold=True, size=4), 1)
        again = QPushButton("Sync now")
        again.setProperty("primary", True)
        again.clicked.connect(lambda: self._context.commands.run("glue.sync"))
        row.addWidget(again)
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
        ]
        if took is not None:
            parts.append(f"took {formatting.duration(took)}")
        line.addWidget(PlainLabel(" · ".join(parts)))
        line.addStretch()
        self._layout.addLayout(line)

    def _figures(self) -> None:
        stats = self._run.report.get("stats")
        if not stats:
            return
        grid = QGridLayout()
        grid.setSpacing(8)
        shown = (
            ("Tables discovered", stats["tablesDiscovered"], "text"), ("Imported", stats["tablesImported"], "ok"),
            ("Updated", stats["tablesUpdated"], "text"), ("Deleted", stats["tablesDeleted"], "text"),
            ("Warnings", stats["warnings"], "warning"), ("Errors", stats["errors"], "error"),
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

    def _section(self, title: str, icon_name: str, color: str, items: list[tuple[str, str]]) -> None:
        if not items:
            return
        self._layout.addSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(icon(icon_name, self._context.theme.color(color)).pixmap(16, 16))
        head.addWidget(mark)
        head.addWidget(styled(PlainLabel(f"{title} ({formatting.whole(len(items))})"), bold=True))
        head.addStretch()
        self._layout.addLayout(head)
        holder = QVBoxLayout()
        holder.setContentsMargins(24, 0, 0, 0)
        holder.setSpacing(4)
        self._layout.addLayout(holder)
        for item in items[:FIRST_SHOWN]:
            holder.addWidget(self._line(*item))
        if len(items) > FIRST_SHOWN:
            more = QPushButton(f"… and {formatting.whole(len(items) - FIRST_SHOWN)} more")
            more.setProperty("link", True)

            def show_all() -> None:
                more.hide()
                for item in items[FIRST_SHOWN:MOST_SHOWN]:
                    holder.addWidget(self._line(*item))
                if len(items) > MOST_SHOWN:
                    holder.addWidget(
                        styled(
                            PlainLabel(
                                f"… and {formatting.whole(len(items) - MOST_SHOWN)} more, see `sync glue --json`"
                            ),
                            role="muted",
                        )
                    )

            more.clicked.connect(show_all)
            holder.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _line(self, name: str, note: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(name, selectable=True), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(styled(PlainLabel(note, wrap=True, selectable=True), role="muted"), 1)
        return row
