"""A lifecycle rule over time: in which class an object is from which day on, and when it is deleted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import CLASS_NAMES
from dataops_desktop.gui.theme import Theme
from dataops_desktop.objects.lifecycle import ORDER, Rule, in_words

HEIGHT = 46
BEYOND = 1.25  # how much further than its last day a rule is drawn


class LifecycleTimeline(QWidget):
    """The colder the class, the paler its piece; words and days stand in it, so colour alone says nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rule = Rule()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line of pieces with days below."""
        return QSize(240, HEIGHT)

    def show_rule(self, rule: Rule) -> None:
        """Draw another."""
        self._rule = rule
        self.setAccessibleName(in_words(rule))
        self.update()

    def pieces(self) -> list[tuple[int, int, str]]:
        """(first day, last day, class) of each piece."""
        rule = self._rule
        moves = sorted(rule.transitions)
        last = max([days for days, _ in moves] + [rule.expire_days or 0, 30])
        end = rule.expire_days if rule.expire_days is not None else int(last * BEYOND) + 1
        marks = [(0, "STANDARD"), *moves]
        return [
            (day, marks[i + 1][0] if i + 1 < len(marks) else end, kind) for i, (day, kind) in enumerate(marks) if day < end
        ]  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pieces in proportion to the root of their days: the first month would else be a hair."""
        del event
        pieces = self.pieces()
        if not pieces:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        end = pieces[-1][1] ** 0.5
        width = (
            self.width()
            - 8
            - (metrics.horizontalAdvance("deleted") if self._rule.expire_days is not None else 0)
        )
        accent, text, muted = (self._theme.color(name) for name in ("accent", "text", "muted"))

        def across(day: int) -> float:
            return 2 + width * (day**0.5) / end

        for first, last, kind in pieces:
            cold = ORDER.index(kind) if kind in ORDER else 0
            color = QColor(accent)
            color.setAlphaF(0.42 - 0.055 * cold)
            box = QRectF(across(first), 3, max(2.0, across(last) - across(first) - 2), 22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(text)
            name = metrics.elidedText(
                CLASS_NAMES.get(kind, kind), Qt.TextElideMode.ElideRight, int(box.width()) - 8
            )
            painter.drawText(
                box.adjusted(5, 0, -3, 0),
                int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
                name,
            )
            said = tr("day {day}", day=first)
            if across(last) - across(first) > metrics.horizontalAdvance(said) + 6:
                painter.setPen(muted)
                painter.drawText(QRectF(across(first), 27, 80, 16), int(Qt.AlignmentFlag.AlignLeft), said)
        if self._rule.expire_days is not None:
            painter.setPen(QPen(self._theme.color("error")))
            place = QRectF(across(pieces[-1][1]) + 4, 3, 90, 22)
            painter.drawText(
                place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), "deleted"
            )
            painter.setPen(muted)
            painter.drawText(
                QRectF(place.x() - 4, 27, 90, 16),
                int(Qt.AlignmentFlag.AlignLeft),
                tr("day {day}", day=self._rule.expire_days),
            )
        painter.end()
