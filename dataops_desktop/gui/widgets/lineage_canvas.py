"""The lineage canvas: a view that zooms, pans, selects, walks by keyboard and lets boxes be moved; with a map of the whole in its corner."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPointF, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QToolTip, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import Box, ColumnLine, Line, Picture
from dataops_desktop.gui.lineage_words import EDGES, HOW, ORIGINS, sure
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.lineage_item import TEXTS, WIDTH, GraphItem, Places, places_of
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled

MOVING_MS, MOST_MOVING = 180, 400  # boxes glide to new places where there are few enough to follow
LEAST, MOST = 0.02, 4.0  # scales
MAP = QSize(180, 120)
_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}


class LineageView(QGraphicsView):
    """Wheel zooms, drag pans, a dragged box moves, arrow keys walk along lines."""

    box_clicked = Signal(int, object)  # box (0: none), whether with the key that asks for a way
    box_opened = Signal(int)
    box_moved = Signal(int, float, float)
    column_clicked = Signal(object)  # (box, column), or None
    column_opened = Signal(object)
    line_clicked = Signal(object)  # Line or ColumnLine
    part_clicked = Signal(int, str)
    more_columns = Signal(int)
    escaped = Signal()
    menu_requested = Signal(QPoint, bool)  # where, in the viewport; whether by a key

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Lineage canvas"))
        self._theme = theme
        self.setScene(QGraphicsScene(self))
        self.graph = GraphItem(theme)
        self.scene().addItem(self.graph)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setMouseTracking(True)
        self._pressed: QPoint | None = None
        self._grip: tuple[int, QPointF] | None = None  # the box under the mouse and where it was taken
        self._dragged = False
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(MOVING_MS)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._glided)
        self._from: dict[int, tuple[float, float]] = {}
        self._ends: dict[int, tuple[float, float]] = {}
        self._to = places_of(Picture(), {})
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setMinimumHeight(160)
        self.note = _Note(self)
        self.map = _Map(self, theme)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def _apply_theme(self) -> None:
        self.setBackgroundBrush(self._theme.color("base"))
        self.graph.update()
        self.map.redraw()

    # showing
    def show_places(self, places: Places, anchor: int = 0) -> None:
        """A new picture; the box `anchor` stays where it is on the screen, the others glide to their places."""
        self._glide.stop()
        moving = len(self.graph.boxes) > 0 and len(places.keys) <= MOST_MOVING and self.isVisible()
        before = self.graph.positions() if moving else {}
        anchored = anchor in self.graph.boxes and anchor in places.rects
        at = self.mapFromScene(self.graph.rect(anchor).center()) if anchored else None
        self._to = places
        self.graph.show(places)
        self._extend()
        if at is not None:
            self._keep(anchor, at)
        if moving:
            to = self.graph.positions()
            near = before.get(anchor) or next(iter(before.values()))
            self._from = {key: before.get(key, near) for key in to}
            if at is not None:  # the old picture slides under the anchor, so that nothing jumps
                dx, dy = (to[anchor][i] - before[anchor][i] for i in (0, 1))
                self._from = {key: (x + dx, y + dy) for key, (x, y) in self._from.items()}
            self._ends = to
            if self._from != to:
                self._glided(0.0)
                self._glide.start()
        self.map.redraw()

    def _extend(self) -> None:
        # Room on every side: a canvas can be pushed anywhere.
        bounds = self.graph.boundingRect()
        self.setSceneRect(bounds.adjusted(-bounds.width() - 2000, -bounds.height() - 2000, bounds.width() + 2000, bounds.height() + 2000))  # fmt: skip

    def _keep(self, key: int, at: QPoint) -> None:
        now = self.mapFromScene(self.graph.rect(key).center())
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + now.x() - at.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + now.y() - at.y())

    def _glided(self, part: float) -> None:
        if part >= 1:
            self.graph.place(self._to)
            self.map.redraw()
            return
        here = self._from
        between = {
            key: (here[key][0] + (x - here[key][0]) * part, here[key][1] + (y - here[key][1]) * part)
            for key, (x, y) in self._ends.items()
        }
        self.graph.place(places_of(self.graph.picture, between))

    def fit(self) -> None:
        """Everything, never larger than life."""
        self.show_rect(self.graph.boundingRect())

    def show_rect(self, rect: QRectF) -> None:
        """A part, never larger than life."""
        self.fitInView(rect, Qt.AspectRatioMode.KeepAspectRatio)
        if self.transform().m11() > 1:
            self.resetTransform()
            self.centerOn(rect.center())
        self.map.refresh()

    def zoom(self, factor: float) -> None:
        """Closer or farther, within reason."""
        wanted = self.transform().m11() * factor
        if LEAST <= wanted <= MOST:
            self.scale(factor, factor)
            self.map.refresh()

    def select(self, key: int, way: bool = False) -> None:
        """Mark a box and bring it into view."""
        self.graph.selected, self.graph.column, self.graph.lit_columns = key, None, frozenset()
        self.graph.update()
        box = self.graph.boxes.get(key)
        self.setAccessibleDescription(f"{box.title}, {box.subtitle}" if box else "")
        if key:
            self.ensureVisible(self.graph.rect(key), 40, 40)
        self.box_clicked.emit(key, way)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Names, where boxes are too small for theirs."""
        scale = self.transform().m11()
        if scale < TEXTS and not self._dragged:
            self.graph.labels(painter, rect, scale)

    # the mouse
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom under the mouse; with Shift, or sideways on a touchpad, it pans."""
        sideways = event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(sideways) > abs(event.angleDelta().y()):  # fmt: skip
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - (sideways or event.angleDelta().y()))
        else:
            self.zoom(1.0015 ** event.angleDelta().y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag began, and over what."""
        if event.button() not in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = event.position().toPoint()
        point = self.mapToScene(self._pressed)
        key = self.graph.box_at(point) if event.button() == Qt.MouseButton.LeftButton else 0
        self._grip = (key, point - self.graph.rect(key).topLeft()) if key else None
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, move a box, or tell what is under the mouse."""
        at = event.position().toPoint()
        if self._pressed is None or not event.buttons():
            self._tell(event)
            return
        if not self._dragged and (at - self._pressed).manhattanLength() < 4:
            return
        self._dragged = True
        if self._grip is not None:
            corner = self.mapToScene(at) - self._grip[1]
            self.graph.move(self._grip[0], corner.x(), corner.y())
        else:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            step = at - self._pressed
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - step.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - step.y())
            self._pressed = at
            self.map.refresh()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click."""
        if self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        grip, dragged = self._grip, self._dragged
        self._pressed, self._grip, self._dragged = None, None, False
        self.viewport().unsetCursor()
        if dragged:
            self.viewport().update()
            if grip is not None:
                corner = self.graph.rect(grip[0]).topLeft()
                self.map.redraw()
                self.box_moved.emit(grip[0], corner.x(), corner.y())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._click(event)

    def _click(self, event: QMouseEvent) -> None:
        point, graph = self.mapToScene(event.position().toPoint()), self.graph
        key, column = graph.box_at(point), graph.column_at(point)
        if column is not None:
            if column[1]:
                self.select_column(column)
            else:
                self.more_columns.emit(column[0])
        elif (part := graph.part_at(point))[0]:
            self.part_clicked.emit(*part)
        elif key or (line := graph.line_at(point, 5 / self.transform().m11())) is None:
            self.select(key, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            self.choose_line(line)

    def choose_line(self, line: Line | ColumnLine) -> None:
        """Mark a line."""
        self.graph.chosen = line
        self.graph.update()
        self.line_clicked.emit(line)

    def select_column(self, column: tuple[int, str]) -> None:
        """Mark a column."""
        self.graph.selected, self.graph.column = column[0], column
        self.graph.update()
        self.setAccessibleDescription(f"{self.graph.boxes[column[0]].title}.{column[1]}")
        self.column_clicked.emit(column)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens what is under it."""
        point = self.mapToScene(event.position().toPoint())
        column, key = self.graph.column_at(point), self.graph.box_at(point)
        if column is not None and column[1]:
            self.column_opened.emit(column)
        elif key and not self.graph.part_at(point)[0]:
            self.box_opened.emit(key)

    def _tell(self, event: QMouseEvent) -> None:
        point = self.mapToScene(event.position().toPoint())
        text, part = "", self.graph.part_at(point)[1]
        if part:
            text = {
                "upstream": tr("Show what it is made from"), "downstream": tr("Show what is made from it"), "columns": tr("Its columns"),
            }[part]  # fmt: skip
        elif (column := self.graph.column_at(point)) is not None and column[1]:
            text = column[1]
        elif key := self.graph.box_at(point):
            text = _box_text(self.graph.boxes[key])
        elif (line := self.graph.line_at(point, 5 / self.transform().m11())) is not None:
            text = line_text(line, self.graph.boxes)
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tooltip(text).replace("\n", "<br>"), self)  # fmt: skip
        else:
            QToolTip.hideText()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The page knows what can be done here; by a key it is about the selected box."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        at = self.mapFromScene(self.graph.rect(self.graph.selected).center()) if by_key and self.graph.selected else event.pos()  # fmt: skip
        self.menu_requested.emit(at, by_key)

    # the keyboard
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter opens, Space lists columns, plus, minus and 0 zoom."""
        key, graph = event.key(), self.graph
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key in _ARROWS:
            self._walk(Qt.Key(key))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and graph.selected:
            if graph.column is not None:
                self.column_opened.emit(graph.column)
            else:
                self.box_opened.emit(graph.selected)
        elif key == Qt.Key.Key_Space and graph.selected:
            self.part_clicked.emit(graph.selected, "columns")
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key) -> None:
        graph = self.graph
        start = graph.selected or graph.picture.root
        box = graph.boxes.get(start)
        if box is not None and box.columns and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            names = [column.name for column in box.columns]
            at = names.index(graph.column[1]) if graph.column and graph.column[1] in names else -1
            at += 1 if key == Qt.Key.Key_Down else -1
            if 0 <= at < len(names):
                self.select_column((start, names[at]))
                return
            if at == -1 and graph.column:
                self.select(start)
                return
        here = graph.rect(start).center()
        sideways = key in {Qt.Key.Key_Left, Qt.Key.Key_Right}
        candidates = graph.neighbours(start) if sideways else set(graph.boxes) - {start}
        sign = 1 if key in {Qt.Key.Key_Right, Qt.Key.Key_Down} else -1

        def offset(other: int) -> QPointF:
            return graph.rect(other).center() - here

        ahead = [
            other
            for other in candidates
            if (offset(other).x() if sideways else offset(other).y()) * sign > 1
            and (sideways or abs(offset(other).x()) < WIDTH)
        ]
        if ahead:
            self.select(min(ahead, key=lambda other: offset(other).manhattanLength()))

    # the map
    def resizeEvent(self, event: QResizeEvent) -> None:
        """The map keeps its corner."""
        super().resizeEvent(event)
        self.map.settle()
        self.note.settle()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The map follows."""
        super().scrollContentsBy(dx, dy)
        self.map.refresh()


class _Note(PlainLabel):
    """What the canvas shows, in words, in its lower left corner."""

    def __init__(self, view: QWidget) -> None:
        super().__init__("", view)
        self.setObjectName("canvasNote")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        styled(self, role="muted")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def setText(self, text: str) -> None:
        """As wide as it needs to be."""
        super().setText(text)
        self.settle()

    def settle(self) -> None:
        """Into its corner, on as many lines as it takes."""
        area = self.parentWidget().rect() if self.parentWidget() is not None else self.rect()
        room = area.width() - MAP.width() - 40
        self.setWordWrap(self.fontMetrics().horizontalAdvance(self.full_text()) + 12 > room)
        self.resize(room if self.wordWrap() else self.sizeHint().width(), self.heightForWidth(room) if self.wordWrap() else self.sizeHint().height())  # fmt: skip
        self.move(area.left() + 10, area.bottom() - self.height() - 8)


class _Map(QWidget):
    """The whole graph, small, with what is in sight; a press or a drag on it goes there. Hidden while everything is in sight."""

    def __init__(self, view: LineageView, theme: Theme) -> None:
        super().__init__(view)
        self._view, self._theme = view, theme
        self._picture = QPixmap()
        self.resize(MAP)
        self.setAccessibleName(tr("Map of the canvas"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def settle(self) -> None:
        """Into the lower right corner."""
        area = self._view.viewport().geometry()
        self.move(area.right() - self.width() - 10, area.bottom() - self.height() - 10)

    def _frame(self) -> tuple[QRectF, float]:
        """The graph's bounds, and pixels a scene unit."""
        bounds = self._view.graph.boundingRect()
        return bounds, min(self.width() / max(bounds.width(), 1), self.height() / max(bounds.height(), 1))

    def redraw(self) -> None:
        """The graph has changed."""
        graph = self._view.graph
        bounds, scale = self._frame()
        self._picture = QPixmap(self.size() * self.devicePixelRatioF())
        self._picture.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.fill(self._theme.color("window"))
        painter = QPainter(self._picture)
        painter.translate((self.width() - bounds.width() * scale) / 2, (self.height() - bounds.height() * scale) / 2)  # fmt: skip
        painter.scale(scale, scale)
        painter.translate(-bounds.topLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("muted"))
        painter.drawRects(graph.rects())
        painter.setBrush(self._theme.color("ok"))
        painter.drawRect(graph.rect(graph.picture.root))
        painter.end()
        self.settle()
        self.refresh()

    def refresh(self) -> None:
        """What is in sight has changed."""
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        boxes = self._view.graph.boundingRect().adjusted(60, 40, -60, -40)
        self.setVisible(not seen.contains(boxes))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The picture with a frame around what is in sight."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        bounds, scale = self._frame()
        seen = self._view.mapToScene(self._view.viewport().rect()).boundingRect()
        left, top = (self.width() - bounds.width() * scale) / 2, (self.height() - bounds.height() * scale) / 2
        frame = QRectF(left + (seen.x() - bounds.x()) * scale, top + (seen.y() - bounds.y()) * scale, seen.width() * scale, seen.height() * scale)  # fmt: skip
        painter.setPen(QPen(self._theme.color("accent"), 1.5))
        painter.drawRect(frame.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)))
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _go(self, event: QMouseEvent) -> None:
        bounds, scale = self._frame()
        left, top = (self.width() - bounds.width() * scale) / 2, (self.height() - bounds.height() * scale) / 2
        at = event.position()
        self._view.centerOn(bounds.x() + (at.x() - left) / scale, bounds.y() + (at.y() - top) / scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow."""
        if event.buttons():
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """There already."""
        event.accept()

    def event(self, event: QEvent) -> bool:
        """A wheel over the map zooms the canvas."""
        if isinstance(event, QWheelEvent):
            self._view.zoom(1.0015 ** event.angleDelta().y())
            return True
        return super().event(event)


def _box_text(box: Box) -> str:
    if box.folded:
        return tr("{group}: {count} nodes", group=box.title, count=f"{len(box.members):,}")
    return f"{box.title}\n{box.subtitle}"


def line_text(line: Line | ColumnLine, boxes: Mapping[int, Box]) -> str:
    """What flows along a line, and who says so."""
    near, far = boxes[line.start].title, boxes[line.end].title
    if isinstance(line, ColumnLine):
        link = line.link
        return tr(
            "{near}.{column} → {far}.{to_column}\n{how}, {sure} sure, seen by {origin} {observed_at}",
            near=near, column=link.from_column, far=far, to_column=link.to_column or "*", how=HOW.get(link.how, link.how),
            sure=sure(link.confidence), origin=ORIGINS.get(link.origin, link.origin), observed_at=formatting.ago(link.observed_at),
        )  # fmt: skip
    edge = line.edges[0]
    text = tr(
        "{near} → {far}\n{relation}, seen by {origin} {observed_at}",
        near=near,
        far=far,
        relation=EDGES.get(edge.type, edge.type),
        origin=ORIGINS.get(edge.origin, edge.origin),
        observed_at=formatting.ago(edge.observed_at),
    )
    if len(line.edges) > 1:
        text += "\n" + tr("and {count} more", count=f"{len(line.edges) - 1:,}")
    return text
