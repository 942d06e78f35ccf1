"""One item that paints a whole lineage graph: boxes, their columns, lines. What is out of sight is left out, and it is simpler from afar: an item a node is ten times slower."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QWidget

from dataops_desktop.gui.icons import NODE_ICONS, icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import Box, ColumnLine, Line, Picture
from dataops_desktop.gui.theme import Theme

WIDTH, HEIGHT, ROW, BEFORE = 220.0, 44.0, 20.0, 44.0
# From which scale on: texts in boxes, rounded boxes, curves, boxes with a border.
TEXTS, ROUNDED, CURVES, BORDERS = 0.55, 0.35, 0.35, 0.15
LABEL = QSizeF(150, 20)  # of names in screen pixels, where boxes are too small for them
FADED, MOST_LABELS, MANY, CROWD = 0.22, 60, 350, 250
_NEAR = 5.0
# Of lines that lead back: how far aside and over, and how much more a unit of their length.
AROUND, OVER, LIFT = 110.0, 70.0, 0.2


def box_height(box: Box) -> float:
    """With its columns."""
    return HEIGHT + (ROW * (len(box.columns) + bool(box.more)) + 6 if box.columns or box.more else 0)


@dataclass(frozen=True, eq=False)
class Places:
    """Where everything of a picture is, ready to be drawn. Made by `places_of`, in any thread: for ten thousand boxes that takes a while."""

    picture: Picture
    rects: dict[int, QRectF]
    straight: list[QLineF]
    columns: list[QPainterPath]
    keys: list[int]
    box_bounds: Any  # numpy: left, top, right, bottom a row
    line_bounds: Any
    bounds: QRectF
    ordered: list[int]  # most lines first

    def moved(self, key: int, x: float, y: float) -> Places:
        """One box elsewhere: only it and its lines are computed anew, as while it is dragged."""
        picture = self.picture
        lines = [n for n, line in enumerate(picture.lines) if key in (line.start, line.end)]
        columns = [n for n, line in enumerate(picture.column_lines) if key in (line.start, line.end)]
        own_lines, own_columns = tuple(picture.lines[n] for n in lines), tuple(picture.column_lines[n] for n in columns)  # fmt: skip
        near = {key, *(end for line in (*own_lines, *own_columns) for end in (line.start, line.end))}
        part = places_of(
            replace(picture, boxes=tuple(b for b in picture.boxes if b.key in near), lines=own_lines, column_lines=own_columns),
            {other: (self.rects[other].x(), self.rects[other].y()) for other in near} | {key: (x, y)},
        )  # fmt: skip
        straight, curves = self.straight.copy(), self.columns.copy()
        for number, line in zip(lines, part.straight, strict=True):
            straight[number] = line
        for number, curve in zip(columns, part.columns, strict=True):
            curves[number] = curve
        box_bounds, line_bounds = self.box_bounds.copy(), self.line_bounds.copy()
        box_bounds[self.keys.index(key)] = part.box_bounds[part.keys.index(key)]
        line_bounds[lines] = part.line_bounds
        return replace(
            self, rects={**self.rects, key: part.rects[key]}, straight=straight, columns=curves, box_bounds=box_bounds, line_bounds=line_bounds,
            bounds=_around(box_bounds, line_bounds),
        )  # fmt: skip


def places_of(picture: Picture, positions: Mapping[int, tuple[float, float]]) -> Places:
    """From the upper left corners of all boxes."""
    boxes = {box.key: box for box in picture.boxes}
    rects = {key: QRectF(x, y, WIDTH, box_height(boxes[key])) for key, (x, y) in positions.items()}
    corners = [(x, y, x + WIDTH, y + box_height(boxes[key])) for key, (x, y) in positions.items()]
    ends = np.array(
        [
            (positions[x.start][0] + WIDTH, positions[x.start][1] + HEIGHT / 2, positions[x.end][0], positions[x.end][1] + HEIGHT / 2)
            for x in picture.lines
        ]
    ).reshape(-1, 4)  # fmt: skip
    # A line that leads back goes over what lies between, in an arc that reaches beyond its ends.
    back = ends[:, 2] <= ends[:, 0]
    aside, above = np.where(back, AROUND, 0.0), np.where(back, OVER + LIFT * (ends[:, 0] - ends[:, 2]), 0.0)
    line_bounds = np.stack(
        (
            np.minimum(ends[:, 0], ends[:, 2]) - aside, np.minimum(ends[:, 1], ends[:, 3]) - above, np.maximum(ends[:, 0], ends[:, 2]) + aside,
            np.maximum(ends[:, 1], ends[:, 3]),
        ), axis=1,
    )  # fmt: skip
    box_bounds = np.array(corners).reshape(-1, 4)
    degree: dict[int, int] = {}
    for line in picture.lines:
        for key in (line.start, line.end):
            degree[key] = degree.get(key, 0) + 1
    return Places(
        picture, rects, [QLineF(*line) for line in ends.tolist()],
        [_curve(*_column_ends(line, boxes, rects)) for line in picture.column_lines],
        list(rects), box_bounds, line_bounds, _around(box_bounds, line_bounds),
        sorted(rects, key=lambda key: (-degree.get(key, 0), key)),
    )  # fmt: skip


def _around(box_bounds: Any, line_bounds: Any) -> QRectF:
    bounds = QRectF()
    if len(box_bounds):
        low, high = box_bounds.min(axis=0), box_bounds.max(axis=0)
        if len(line_bounds):
            low, high = np.minimum(low, line_bounds.min(axis=0)), np.maximum(high, line_bounds.max(axis=0))
        bounds = QRectF(QPointF(low[0], low[1]), QPointF(high[2], high[3]))
    return bounds.marginsAdded(QMarginsF(60, 40, 60, 40))


def _column_ends(line: ColumnLine, boxes: Mapping[int, Box], rects: Mapping[int, QRectF]) -> tuple[QPointF, QPointF]:  # fmt: skip
    start = _row_rect(boxes[line.start], rects[line.start], line.link.from_column)
    end = _row_rect(boxes[line.end], rects[line.end], line.link.to_column)
    return QPointF(start.right(), start.y() + min(start.height(), HEIGHT) / 2), QPointF(end.left(), end.y() + min(end.height(), HEIGHT) / 2)  # fmt: skip


def _row_rect(box: Box, rect: QRectF, column: str) -> QRectF:
    """A listed column's row, else the box."""
    for number, known in enumerate(box.columns):
        if known.name.lower() == column:
            return QRectF(rect.x(), rect.y() + HEIGHT + number * ROW, WIDTH, ROW)
    return rect


class GraphItem(QGraphicsItem):
    """`lit` boxes and lines stand out and everything else fades, where there are any."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._theme = theme
        self.picture = Picture()
        self.boxes: dict[int, Box] = {}
        self.lines: tuple[Line, ...] = ()
        self.column_lines: tuple[ColumnLine, ...] = ()
        self.selected = 0
        self.column: tuple[int, str] | None = None
        self.chosen: Line | ColumnLine | None = None
        self.lit: frozenset[int] | None = None
        # Of those between lit boxes; None: all of them.
        self.lit_lines: frozenset[tuple[int, int]] | None = None
        self.lit_columns: frozenset[int] = frozenset()
        self.found: frozenset[int] = frozenset()
        self._at = places_of(Picture(), {})
        self._paths: dict[int, QPainterPath] = {}  # by number, made when they are first seen
        self._marked: tuple[object, ...] = ()
        self._bright: set[int] = set()
        self._dim: set[int] = set()
        self._texts: dict[int, tuple[str, float]] = {}

    # places
    def show(self, places: Places) -> None:
        """Replace everything."""
        self.picture = places.picture
        self.boxes = {box.key: box for box in self.picture.boxes}
        self.lines, self.column_lines = self.picture.lines, self.picture.column_lines
        self.selected = self.selected if self.selected in self.boxes else 0
        self.chosen, self._marked, self._texts = None, (), {}
        self.place(places)

    def place(self, places: Places) -> None:
        """The same boxes elsewhere."""
        self.prepareGeometryChange()
        self._at, self._paths = places, {}
        self.update()

    def move(self, key: int, x: float, y: float) -> None:
        """One box elsewhere."""
        self.place(self._at.moved(key, x, y))

    def positions(self) -> dict[int, tuple[float, float]]:
        """Where boxes are."""
        return {key: (rect.x(), rect.y()) for key, rect in self._at.rects.items()}

    def boundingRect(self) -> QRectF:
        """The whole graph."""
        return self._at.bounds

    def rect(self, key: int) -> QRectF:
        """A box's place."""
        return self._at.rects.get(key, QRectF())

    def rects(self) -> list[QRectF]:
        """Of all boxes."""
        return list(self._at.rects.values())

    # what is under a point
    def box_at(self, point: QPointF) -> int:
        """Key of the box, 0 for none."""
        return next((key for key in self._boxes_in(QRectF(point, QSizeF(0.01, 0.01))) if self._at.rects[key].contains(point)), 0)  # fmt: skip

    def _boxes_in(self, area: QRectF) -> list[int]:
        numbers, keys = _meeting(self._at.box_bounds, area), self._at.keys
        return keys if len(numbers) == len(keys) else [keys[number] for number in numbers]

    def _path(self, number: int) -> QPainterPath:
        if number not in self._paths:
            self._paths[number] = _curve(self._at.straight[number].p1(), self._at.straight[number].p2())
        return self._paths[number]

    def column_at(self, point: QPointF) -> tuple[int, str] | None:
        """(box, column); an empty name is the row that says how many more there are."""
        key = self.box_at(point)
        if not key:
            return None
        number = int((point.y() - self._at.rects[key].y() - HEIGHT) // ROW)
        box = self.boxes[key]
        if 0 <= number < len(box.columns):
            return key, box.columns[number].name
        return (key, "") if number == len(box.columns) and box.more else None

    def part_at(self, point: QPointF) -> tuple[int, str]:
        """(box, `upstream` or `downstream`) on the numbers of what is hidden, (box, `columns`) on its arrow, else (0, empty)."""
        # Its number upstream stands before a box.
        for key in self._boxes_in(QRectF(point, QSizeF(BEFORE, 0.01))):
            box, rect = self.boxes[key], self._at.rects[key]
            x, y = point.x() - rect.x(), point.y() - rect.y()
            if not 0 <= y <= HEIGHT:
                continue
            if box.hidden_upstream and -BEFORE <= x < 8 and y < HEIGHT / 2 - 4:  # the line below it is a line
                return key, "upstream"
            if box.hidden_downstream and WIDTH - 34 < x <= WIDTH:
                return key, "downstream"
            if box.can_open and WIDTH - 56 < x < WIDTH - 32 and y > 22:
                return key, "columns"
        return 0, ""

    def line_at(self, point: QPointF, slack: float = _NEAR) -> Line | ColumnLine | None:
        """The line near a point, columns' first."""
        near = QRectF(point.x() - slack, point.y() - slack, 2 * slack, 2 * slack)
        for line, path in zip(self.column_lines, self._at.columns, strict=True):
            if path.boundingRect().adjusted(-1, -1, 1, 1).intersects(near) and _touches(path, near):
                return line
        return next((self.lines[i] for i in _meeting(self._at.line_bounds, near) if _touches(self._path(i), near)), None)  # fmt: skip

    def neighbours(self, key: int) -> set[int]:
        """Boxes one line away."""
        return {x.end if x.start == key else x.start for x in self.lines if key in {x.start, x.end}}

    # painting
    def paint(self, painter: QPainter, option: Any, _widget: QWidget | None = None) -> None:
        """What the exposed rectangle shows, as detailed as the scale allows."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        exposed: QRectF = option.exposedRect
        keys, numbers = self._boxes_in(exposed), _meeting(self._at.line_bounds, exposed)
        crowded = scale < TEXTS and (len(keys) > CROWD or len(numbers) > MANY)
        if crowded:  # simpler: a frame has to be drawn in time
            scale = min(scale, CURVES - 0.001, ROUNDED - 0.001)
        self._paint_lines(painter, numbers, scale, keys)
        for number, path in enumerate(self._at.columns):
            if path.boundingRect().intersects(exposed):
                self._paint_column_line(painter, number, path)
        self._paint_boxes(painter, keys, scale)

    def _shines(self, line: Line) -> bool:
        if self.lit is None:
            return True
        pair = (line.start, line.end)
        return line.start in self.lit and line.end in self.lit and (self.lit_lines is None or pair in self.lit_lines)  # fmt: skip

    def _mark(self) -> None:
        """Which lines stand out and which fade: told anew only when something was chosen."""
        now = (self.selected, self.chosen, self.lit, self.lit_lines)
        if now == self._marked:
            return
        self._marked, self._bright, self._dim = now, set(), set()
        if not self.selected and self.chosen is None and self.lit is None:
            return
        for number, line in enumerate(self.lines):
            touched = self.selected and self.selected in {line.start, line.end}
            shines = self._shines(line)
            if line is self.chosen or (shines and (touched or self.lit is not None)):
                self._bright.add(number)
            elif not shines:
                self._dim.add(number)

    def _paint_lines(self, painter: QPainter, numbers: Sequence[int], scale: float, keys: list[int]) -> None:  # fmt: skip
        theme = self._theme
        plain, strong = theme.color("scroll"), theme.color("accent")
        faded = QColor(plain)
        faded.setAlphaF(FADED)
        self._mark()
        dim = [number for number in numbers if number in self._dim] if self._dim else []
        bright = [number for number in numbers if number in self._bright] if self._bright else []
        # Bright ones are drawn over plain ones.
        rest = [n for n in numbers if n not in self._dim and n not in self._bright] if dim else numbers
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for group, color, width in ((dim, faded, 1.2), (rest, plain, 1.2), (bright, strong, 2.0)):
            if not group:
                continue
            pen = QPen(color, width)
            if scale < CURVES:
                pen.setCosmetic(True)
                pen.setWidthF(1.0 if len(group) > MANY else width)
                painter.setPen(pen)
                # thousands of smoothed lines are what a frame's time goes to, and from afar nobody sees the difference
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(group) <= MANY)
                painter.drawLines(self._at.straight if len(group) == len(self.lines) else [self._at.straight[n] for n in group])  # fmt: skip
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
                continue
            near = set(keys)
            ended = [n for n in group if self.lines[n].start in near or self.lines[n].end in near]
            # Those that only pass by, when there are many, are not smoothed.
            if len(group) - len(ended) > MANY // 10:
                passing = QPen(color, 1)
                passing.setCosmetic(True)
                painter.setPen(passing)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
                for n in set(group).difference(ended):
                    painter.drawPath(self._path(n))
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            else:
                ended = group
            for n in ended:
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(self._path(n))
                _arrow(painter, self._at.straight[n].p2(), color)

    def _paint_column_line(self, painter: QPainter, number: int, path: QPainterPath) -> None:
        line = self.column_lines[number]
        color = self._theme.color("function")
        shines = number in self.lit_columns or (self.column is None and (self.lit is None or {line.start, line.end} <= self.lit))  # fmt: skip
        if not shines:
            color.setAlphaF(FADED)
        strong = number in self.lit_columns or line is self.chosen
        painter.setPen(QPen(color, 2.2 if strong else 1.2, Qt.PenStyle.SolidLine if line.link.confidence >= 0.8 else Qt.PenStyle.DashLine))  # fmt: skip
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_boxes(self, painter: QPainter, keys: Collection[int], scale: float) -> None:
        theme = self._theme
        if scale >= ROUNDED:
            for key in keys:
                painter.setOpacity(1.0 if self.lit is None or key in self.lit else 0.35)
                self._paint_box(painter, key, scale >= TEXTS)
            painter.setOpacity(1.0)
            return
        special = {self.selected, self.picture.root, *self.found} & self._at.rects.keys()
        dim: list[QRectF] = []
        if self.lit is None and len(keys) == len(self._at.keys):
            plain = self.rects()
        else:
            plain = [self._at.rects[key] for key in keys if self.lit is None or key in self.lit]
            dim = [self._at.rects[key] for key in keys if self.lit is not None and key not in self.lit]
        bordered = scale >= BORDERS
        for group, alpha in ((dim, FADED), (plain, 1.0)):
            border, fill = theme.color("border"), theme.color("raised" if bordered else "accent")
            fill.setAlphaF(alpha)
            border.setAlphaF(alpha)
            pen = QPen(border, 1)
            pen.setCosmetic(True)
            painter.setPen(pen if bordered else Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRects(group)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for key in special:
            color, rect = theme.color("warning" if key in self.found else "ok" if key == self.picture.root else "accent"), self._at.rects[key]  # fmt: skip
            pen = QPen(color, 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(theme.color("raised") if bordered else color)
            painter.drawRect(rect if bordered else rect.adjusted(-30, -30, 30, 30))

    def _paint_box(self, painter: QPainter, key: int, texts: bool) -> None:
        theme, rect, box = self._theme, self._at.rects[key], self.boxes[key]
        chosen, root = key == self.selected, key == self.picture.root
        border = "warning" if key in self.found else "accent" if chosen or root or box.folded else "border"
        painter.setPen(QPen(theme.color(border), 2 if chosen or key in self.found else 1.4 if root else 1))
        painter.setBrush(theme.color("selection" if chosen else "raised"))
        if box.folded:  # a pile
            painter.drawRoundedRect(rect.translated(4, 4), 7, 7)
        painter.drawRoundedRect(rect, 7, 7)
        if not texts:  # too small to be read: names are drawn over the boxes then
            return
        icon(NODE_ICONS.get(box.type, "table"), theme.color("accent")).paint(painter, int(rect.x() + 14), int(rect.y() + 14), 16, 16)  # fmt: skip
        font = painter.font()
        small = QFont(font)
        small.setPointSizeF(max(6.0, font.pointSizeF() - 1.5))
        right = rect.right() - (34 if box.hidden_downstream else 10)
        painter.setPen(theme.color("text"))
        _text(painter, QRectF(rect.x() + 36, rect.y() + 4, right - rect.x() - 36, 20), box.title, Qt.TextElideMode.ElideMiddle)  # fmt: skip
        painter.setFont(small)
        painter.setPen(theme.color("muted"))
        below = tr("{count} nodes · double-click opens", count=f"{len(box.members):,}") if box.folded else box.subtitle  # fmt: skip
        _text(painter, QRectF(rect.x() + 36, rect.y() + 22, right - rect.x() - 36 - (22 if box.can_open else 0), 17), below)  # fmt: skip
        if box.can_open:
            icon("chevron-up" if box.open else "chevron", theme.color("muted")).paint(
                painter, int(rect.right() - 34 - 16), int(rect.y() + 23), 14, 14
            )
        painter.setPen(theme.color("accent"))
        middle = Qt.AlignmentFlag.AlignVCenter
        if box.hidden_downstream:
            painter.drawText(QRectF(rect.right() - 36, rect.y(), 30, HEIGHT), middle | Qt.AlignmentFlag.AlignRight, f"+{box.hidden_downstream}")  # fmt: skip
        if box.hidden_upstream:  # above the line that ends here
            painter.drawText(QRectF(rect.x() - 44, rect.y() - 4, 40, 22), middle | Qt.AlignmentFlag.AlignRight, f"+{box.hidden_upstream}")  # fmt: skip
        if box.columns or box.more:
            self._paint_columns(painter, box, rect)
        painter.setFont(font)

    def _paint_columns(self, painter: QPainter, box: Box, rect: QRectF) -> None:
        theme = self._theme
        painter.setPen(QPen(theme.color("grid"), 1))
        painter.drawLine(QPointF(rect.x() + 1, rect.y() + HEIGHT - 1), QPointF(rect.right() - 1, rect.y() + HEIGHT - 1))  # fmt: skip
        for number, column in enumerate(box.columns):
            row = QRectF(rect.x() + 1, rect.y() + HEIGHT + number * ROW, WIDTH - 2, ROW)
            if self.column == (box.key, column.name):
                painter.fillRect(row, theme.color("selection"))
            kind = painter.fontMetrics().elidedText(column.type, Qt.TextElideMode.ElideRight, 70)
            room = painter.fontMetrics().horizontalAdvance(kind)
            painter.setPen(theme.color("text"))
            _text(painter, row.adjusted(12, 0, -room - 18, 0), column.name, Qt.TextElideMode.ElideMiddle)
            painter.setPen(theme.color("muted"))
            painter.drawText(row.adjusted(0, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, kind)  # fmt: skip
        if box.more:
            row = QRectF(rect.x() + 1, rect.y() + HEIGHT + len(box.columns) * ROW, WIDTH - 2, ROW)
            painter.setPen(theme.color("accent"))
            _text(painter, row.adjusted(12, 0, -8, 0), tr("{count} more columns…", count=f"{box.more:,}"))

    def labels(self, painter: QPainter, visible: QRectF, scale: float) -> None:
        """Names in screen pixels for boxes that are too small for theirs: the most important first, none over another. The painter is the view's."""
        if scale >= TEXTS:
            return
        seen = self._boxes_in(visible)
        keys: Collection[int] = self._at.rects.keys() if len(seen) == len(self._at.keys) else set(seen)
        if self.lit is not None:
            keys = self.lit.intersection(keys)
        first = [key for key in (self.selected, self.picture.root, *sorted(self.found)) if key in keys]
        ordered = islice(chain(first, (key for key in self._at.ordered if key in keys)), 3 * MOST_LABELS)
        small = QFont(painter.font())
        small.setPointSizeF(max(7.0, small.pointSizeF() - 1))
        metrics, placed = QFontMetricsF(small), list[QRectF]()
        back = self._theme.color("base")
        back.setAlphaF(0.82)
        world = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        painter.setFont(small)
        for key in ordered:
            at = world.map(self._at.rects[key].center())
            if key not in self._texts:
                text = metrics.elidedText(self.boxes[key].title, Qt.TextElideMode.ElideMiddle, LABEL.width() - 10)  # fmt: skip
                self._texts[key] = text, metrics.horizontalAdvance(text) + 8
            text, wide = self._texts[key]
            place = QRectF(at.x() - wide / 2, at.y() - LABEL.height() / 2, wide, LABEL.height())
            if any(place.intersects(other) for other in placed):
                continue
            placed.append(place)
            painter.fillRect(place, back)
            painter.setPen(self._theme.color("accent" if key in first else "text"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
            if len(placed) >= MOST_LABELS:
                break
        painter.restore()


def _curve(start: QPointF, end: QPointF) -> QPainterPath:
    path = QPainterPath(start)
    if end.x() <= start.x():
        lift = QPointF(0, -OVER - LIFT * (start.x() - end.x()))
        path.cubicTo(start + QPointF(AROUND, 0) + lift, end - QPointF(AROUND, 0) + lift, end)
        return path
    bend = max(40.0, (end.x() - start.x()) / 2)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def _touches(path: QPainterPath, near: QRectF) -> bool:
    """Whether the curve itself, not the area between it and its chord, is near."""
    length = path.length()
    steps = max(8, int(length / 6))
    return any(near.contains(path.pointAtPercent(i / steps)) for i in range(steps + 1))


def _arrow(painter: QPainter, tip: QPointF, color: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([tip, tip + QPointF(-8, -4), tip + QPointF(-8, 4)]))


def _text(painter: QPainter, room: QRectF, text: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:  # fmt: skip
    shown = painter.fontMetrics().elidedText(text, mode, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _meeting(bounds: Any, area: QRectF) -> Sequence[int]:
    """Numbers of the rows that an area meets."""
    if not len(bounds):
        return ()
    meets = (bounds[:, 0] <= area.right()) & (bounds[:, 2] >= area.left()) & (bounds[:, 1] <= area.bottom()) & (bounds[:, 3] >= area.top())  # fmt: skip
    return range(len(bounds)) if meets.all() else np.flatnonzero(meets).tolist()  # type: ignore[no-any-return]
