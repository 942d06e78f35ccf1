"""Long work: what runs, how far it is, and its end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import Activity, WindowContext

KEPT = 50
_ICONS = {
    "running": ("sync", "accent"),
    "done": ("ok", "ok"),
    "failed": ("error", "error"),
    "cancelled": ("stop", "muted"),
}


class ActivityRow(QWidget):
    """One piece of work."""

    def __init__(self, context: WindowContext, activity: Activity) -> None:
        super().__init__()
        self._context, self._activity = context, activity
        self._icon = QLabel()
        self._text = PlainLabel(elide=True)
        self._text.setMinimumWidth(120)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumWidth(220)
        self.bar.setAccessibleName(tr("Progress of {title}", title=activity.title))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self.report = QPushButton(tr("Open report"))
        self.report.clicked.connect(lambda: activity.open_report() if activity.open_report else None)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.cancel)
        layout.addWidget(self.report)
        self.refresh()

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel.setText(tr("Cancelling…"))
        self._activity.cancel.cancel()

    def refresh(self) -> None:
        """Show the work's present state."""
        activity = self._activity
        name, color = _ICONS[activity.state]
        self._icon.setPixmap(icon(name, self._context.theme.color(color)).pixmap(16, 16))
        self._icon.setAccessibleName(formatting.state(activity.state))
        running = activity.state == "running"
        progress = activity.progress
        text = activity.title
        if running:
            text += f" · {progress.text}"
            if progress.total is not None:
                text += f" · {progress.done:,} / {progress.total:,} {progress.unit}"
            self.bar.setRange(0, progress.total or 0)
            self.bar.setValue(progress.done)
        elif activity.outcome:
            text += f" · {activity.outcome}"
        self._text.setText(text)
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.report.setVisible(not running and activity.open_report is not None)


class ActivityPanel(QScrollArea):
    """Newest first."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.setWidgetResizable(True)
        body = QWidget()
        self.setWidget(body)
        self._layout = QVBoxLayout(body)
        self._layout.setContentsMargins(0, 8, 0, 8)
        self._layout.setSpacing(0)
        self._layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty = styled(
            PlainLabel(
                tr("Nothing is running. Syncs, transfers and long queries show here with their progress.")
            ),
            role="muted",
        )
        self._empty.setContentsMargins(12, 4, 12, 4)
        self._layout.addWidget(self._empty)
        self.rows: dict[int, ActivityRow] = {}
        context.activity_changed.connect(self._changed)
        context.theme.changed.connect(lambda: [row.refresh() for row in self.rows.values()])
        for activity in reversed(context.activities):
            self._changed(activity)

    def _changed(self, activity: Activity) -> None:
        row = self.rows.get(id(activity))
        if row is None:
            row = self.rows[id(activity)] = ActivityRow(self._context, activity)
            self._layout.insertWidget(0, row)
            for old in self._context.activities[KEPT:]:
                if (stale := self.rows.pop(id(old), None)) is not None:
                    stale.deleteLater()
            del self._context.activities[KEPT:]
        row.refresh()
        self._empty.setVisible(not self.rows)
