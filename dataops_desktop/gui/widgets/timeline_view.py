"""Where a query's time went: one bar of its phases, and its stages below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.query_engine import RuntimeStage, RuntimeStatistics

_COLORS = ("muted", "function", "number", "accent", "ok")
_BAR, _ROW = 22, 22


class PhaseBar(QWidget):
    """The phases side by side, each as wide as it took, with a legend that needs no colours to be read."""

    def __init__(self, phases: tuple[tuple[str, int], ...], theme: Theme) -> None:
        super().__init__()
        self._phases, self._theme = phases, theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(
            tr("Phases: ") + ", ".join(f"{name} {formatting.duration(took)}" for name, took in phases)
        )
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Bar and legend."""
        return QSize(400, _BAR + 12 + _ROW * len(self._phases))

    def paintEvent(self, _: QPaintEvent) -> None:
        """Bar above, legend below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        total = max(1, sum(took for _, took in self._phases))
        left, room = 0.0, float(self.width())
        for number, (name, took) in enumerate(self._phases):
            color = QColor(self._theme.color(_COLORS[number % len(_COLORS)]))
            width = room * took / total
            painter.fillRect(QRectF(left, 0, max(0.0, width - 1), _BAR), color)
            text = f"{name} {formatting.duration(took)}"
            if painter.fontMetrics().horizontalAdvance(text) < width - 12:
                painter.setPen(self._theme.color("onaccent"))
                painter.drawText(QRectF(left, 0, width, _BAR), int(Qt.AlignmentFlag.AlignCenter), text)
            left += width
            top = _BAR + 12 + number * _ROW
            painter.fillRect(QRectF(0, top + 5, 12, 12), color)
            painter.setPen(self._theme.color("text"))
            painter.drawText(QRectF(20, top, 120, _ROW), int(Qt.AlignmentFlag.AlignVCenter), name)
            painter.drawText(
                QRectF(140, top, 80, _ROW),
                int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
                formatting.duration(took),
            )
            painter.setPen(self._theme.color("muted"))
            painter.drawText(
                QRectF(232, top, 60, _ROW), int(Qt.AlignmentFlag.AlignVCenter), f"{took / total:.0%}"
            )
        painter.end()


class TimelineView(QWidget):
    """Phases, figures and stages of one finished query."""

    def __init__(self, found: RuntimeStatistics, theme: Theme) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(PhaseBar(found.timeline, theme))
        parts = [
            tr("Read {input_rows}", input_rows=formatting.count(found.input_rows, "row", "rows"))
            if found.input_rows
            else "",
            tr("{input_bytes} scanned", input_bytes=formatting.size(found.input_bytes))
            if found.input_bytes
            else "",
            tr("{output_rows} in the result", output_rows=formatting.count(found.output_rows, "row", "rows"))
            if found.output_rows
            else "",
        ]
        text = " · ".join(part for part in parts if part)
        if text:
            layout.addWidget(PlainLabel(text))
        if not found.stages:
            layout.addWidget(
                styled(
                    PlainLabel(
                        tr("The service has no stages of this query (it may have them a little later)."),
                        wrap=True,
                    ),
                    role="muted",
                )
            )
            layout.addStretch()
            return
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Stages"))
        tree.setHeaderLabels(
            [
                tr("Stage"),
                tr("State"),
                tr("Time"),
                tr("Rows in"),
                tr("Bytes in"),
                tr("Rows out"),
                tr("Bytes out"),
            ]
        )
        for stage in found.stages:
            tree.addTopLevelItem(_item(stage))
        tree.expandAll()
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        layout.addWidget(tree, 1)


def _item(stage: RuntimeStage) -> QTreeWidgetItem:
    item = QTreeWidgetItem(
        [
            tr("Stage {stage_id}", stage_id=stage.stage_id),
            formatting.state(stage.state),
            formatting.duration(stage.execution_ms),
            formatting.whole(stage.input_rows),
            formatting.size(stage.input_bytes),
            formatting.whole(stage.output_rows),
            formatting.size(stage.output_bytes),
        ]
    )
    for column in range(2, 7):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for child in stage.children:
        item.addChild(_item(child))
    return item
