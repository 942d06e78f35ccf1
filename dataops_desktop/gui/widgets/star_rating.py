"""One to five stars: click, or arrow keys; the same star again takes it back."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme

STAR = 18
# A five-pointed star in a unit square, from its top.
_POINTS = ((0.5, 0.04), (0.62, 0.37), (0.97, 0.38), (0.69, 0.6), (0.79, 0.94), (0.5, 0.74), (0.21, 0.94), (0.31, 0.6), (0.03, 0.38), (0.38, 0.37))  # fmt: skip


class StarRating(QWidget):
    """`rated` carries 0–5."""

    rated = Signal(int)

    def __init__(self, theme: Theme, stars: int = 0) -> None:
        super().__init__()
        self._theme, self._stars, self._hover = theme, stars, 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)
        self._tell()

    def stars(self) -> int:
        """As rated."""
        return self._stars

    def _tell(self) -> None:
        self.setAccessibleName(
            tr("Rating: {stars} of 5 stars", stars=self._stars) if self._stars else tr("Not rated")
        )
        self.setToolTip(self.accessibleName() + tr("\nClick a star; the same one again takes it back"))
        self.update()

    def sizeHint(self) -> QSize:
        """Five stars."""
        return QSize(5 * STAR + 4, STAR + 4)

    def _at(self, x: float) -> int:
        return max(1, min(5, int((x - 2) // STAR) + 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would give."""
        self._hover = self._at(event.position().x())
        self.update()

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002 - Qt's signature
        """Back to what is."""
        self._hover = 0
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Rate."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            chosen = self._at(event.position().x())
            self._rate(0 if chosen == self._stars else chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and digits."""
        key = event.key()
        if key in {Qt.Key.Key_Right, Qt.Key.Key_Up}:
            self._rate(min(5, self._stars + 1))
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Down}:
            self._rate(max(0, self._stars - 1))
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_5:
            self._rate(key - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def _rate(self, stars: int) -> None:
        if stars != self._stars:
            self._stars, self._hover = stars, 0
            self._tell()
            self.rated.emit(stars)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Filled up to the rating."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._hover or self._stars
        for number in range(5):
            star = QPolygonF(
                [QPointF(2 + number * STAR + x * (STAR - 2), 2 + y * (STAR - 2)) for x, y in _POINTS]
            )
            filled = number < shown
            painter.setPen(QPen(self._theme.color("warning" if filled else "muted"), 1))
            painter.setBrush(self._theme.color("warning") if filled else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(star)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 3, 3)
