"""Partitions as a strip of cells: the darker, the larger; hollow where nothing is known, gaps between dates left open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme

HEIGHT, NARROWEST = 28, 5


@dataclass(frozen=True)
class Cell:
    """One partition; `weight` None where its size is unknown; `row` -1 for a gap."""

    text: str
    weight: float | None
    row: int = -1


class HeatStrip(QWidget):
    """`chosen` carries the row of the partition that was clicked. More cells than fit are drawn several to one, the largest shown."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, cells: Sequence[Cell], title: str) -> None:
        super().__init__()
        self._theme, self._cells = theme, cells
        self._most = max((cell.weight for cell in cells if cell.weight), default=0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line of cells."""
        return QSize(200, HEIGHT)

    def _groups(self) -> int:
        return max(1, math.ceil(len(self._cells) * NARROWEST / max(1, self.width())))

    def _width(self) -> float:
        count = math.ceil(len(self._cells) / self._groups())
        return min(28.0, self.width() / max(1, count))

    def _cell_at(self, x: float) -> list[Cell]:
        place = int(x / max(1e-6, self._width())) * self._groups()
        return list(self._cells[place : place + self._groups()]) if 0 <= place < len(self._cells) else []

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Every group of cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groups, width = self._groups(), self._width()
        accent, border = self._theme.color("accent"), self._theme.color("border")
        for number, start in enumerate(range(0, len(self._cells), groups)):
            here = self._cells[start : start + groups]
            box = QRectF(number * width + 0.5, 2, max(2.0, width - 1.5), HEIGHT - 4)
            known = [cell.weight for cell in here if cell.weight is not None]
            if all(cell.row < 0 for cell in here):
                painter.setPen(QPen(self._theme.color("warning"), 1, Qt.PenStyle.DotLine))
                painter.drawLine(box.bottomLeft(), box.bottomRight())
                continue
            painter.setPen(QPen(border, 1))
            if known:
                share = math.sqrt(max(known) / self._most) if self._most else 0.0
                shade = QColor(accent)
                shade.setAlpha(40 + round(200 * share))
                painter.setBrush(shade)
            else:
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a partition."""
        row = next((cell.row for cell in self._cell_at(event.position().x()) if cell.row >= 0), -1)
        if row >= 0:
            self.chosen.emit(row)

    def event(self, event: QEvent) -> bool:
        """Tooltips of the cell below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            here = self._cell_at(event.pos().x())
            more = tr("\n… and {here} more", here=len(here) - 5) if len(here) > 5 else ""
            text = "\n".join(cell.text for cell in here[:5]) + more
            QToolTip.showText(
                event.globalPos() + QPoint(0, 8), plain_tooltip(text).replace("\n", "<br>"), self
            )
            return True
        return super().event(event)
