"""The lineage canvas: one item that paints the whole graph, and the view that zooms, pans, selects and walks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMarginsF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from dataops_desktop.actions.explore_catalog import LineageEdge, LineageGraph, LineageNode
from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import NODE_ICONS, icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme

WIDTH, HEIGHT, CELL = 220.0, 44.0, 600.0
TEXT_FROM_SCALE, CURVES_FROM_SCALE, BOXES_FROM_SCALE = 0.35, 0.5, 0.15
_EDGE_WORDS = {
    "located_in": tr("stored in"),
    "reads": tr("read by"),
    "writes": tr("written to"),
    "derives": tr("source of"),
    "published_as": tr("published as"),
}


class GraphItem(QGraphicsItem):
    """All nodes and edges in one item, culled by a grid and simpler from afar: an item a node is ten times slower zoomed out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self._theme = theme
        self.nodes: dict[int, LineageNode] = {}
        self.edges: list[LineageEdge] = []
        self.root = 0
        self.selected = 0
        self._rects: dict[int, QRectF] = {}
        self._paths: list[QPainterPath] = []
        self._node_cells: dict[tuple[int, int], list[int]] = {}
        self._edge_cells: dict[tuple[int, int], list[int]] = {}
        self._bounds = QRectF()

    def show_graph(self, graph: LineageGraph, positions: dict[int, tuple[float, float]]) -> None:
        """Replace everything."""
        self.prepareGeometryChange()
        self.nodes = {node.key: node for node in graph.nodes}
        self.edges = [
            edge for edge in graph.edges if edge.from_key in self.nodes and edge.to_key in self.nodes
        ]
        self.root = graph.root
        self._rects = {key: QRectF(x, y, WIDTH, HEIGHT) for key, (x, y) in positions.items()}
        self._paths = [self._curve(self._rects[e.from_key], self._rects[e.to_key]) for e in self.edges]
        self._node_cells.clear()
        self._edge_cells.clear()
        for key, rect in self._rects.items():
            for cell in _cells(rect):
                self._node_cells.setdefault(cell, []).append(key)
        for index, path in enumerate(self._paths):
            for cell in _cells(path.boundingRect()):
                self._edge_cells.setdefault(cell, []).append(index)
        bounds = QRectF()
        for rect in self._rects.values():
            bounds = bounds.united(rect)
        self._bounds = bounds.marginsAdded(QMarginsF(60, 40, 60, 40))
        self.update()

    @staticmethod
    def _curve(start: QRectF, end: QRectF) -> QPainterPath:
        a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
        bend = max(40.0, abs(b.x() - a.x()) / 2)
        path = QPainterPath(a)
        path.cubicTo(a + QPointF(bend, 0), b - QPointF(bend, 0), b)
        return path

    def boundingRect(self) -> QRectF:
        """The whole graph."""
        return self._bounds

    def node_rect(self, key: int) -> QRectF:
        """A node's place."""
        return self._rects.get(key, QRectF())

    def node_at(self, point: QPointF) -> int:
        """Key of the node under a point, 0 for none."""
        cell = (int(point.x() // CELL), int(point.y() // CELL))
        return next((key for key in self._node_cells.get(cell, ()) if self._rects[key].contains(point)), 0)

    def edge_at(self, point: QPointF) -> LineageEdge | None:
        """The edge near a point."""
        near = QRectF(point.x() - 5, point.y() - 5, 10, 10)
        cell = (int(point.x() // CELL), int(point.y() // CELL))
        return next(
            (self.edges[i] for i in self._edge_cells.get(cell, ()) if self._paths[i].intersects(near)), None
        )

    def neighbours(self, key: int) -> set[int]:
        """Nodes one edge away."""
        return {
            e.to_key if e.from_key == key else e.from_key for e in self.edges if key in {e.from_key, e.to_key}
        }

    def paint(self, painter: QPainter, option: Any, _widget: QWidget | None = None) -> None:
        """What the exposed rectangle shows, as detailed as the scale allows."""
        scale = option.levelOfDetailFromTransform(painter.worldTransform())
        theme, exposed = self._theme, option.exposedRect
        cells = _cells(exposed)
        few = len(cells) * 4 < len(self._node_cells) + 8
        keys = {k for c in cells for k in self._node_cells.get(c, ())} if few else self._rects.keys()
        indices = {i for c in cells for i in self._edge_cells.get(c, ())} if few else range(len(self._paths))
        plain, strong = QPen(theme.color("scroll"), 1.2), QPen(theme.color("accent"), 2)
        plain.setCosmetic(scale < CURVES_FROM_SCALE)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(plain)
        touched = []
        if scale < CURVES_FROM_SCALE:
            for i in indices:
                start, end = self._rects[self.edges[i].from_key], self._rects[self.edges[i].to_key]
                painter.drawLine(
                    QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
                )
        else:
            for i in indices:
                edge = self.edges[i]
                if self.selected in {edge.from_key, edge.to_key} and self.selected:
                    touched.append(i)
                else:
                    painter.drawPath(self._paths[i])
                    self._arrow(painter, edge, theme.color("scroll"))
            for i in touched:
                painter.setPen(strong)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(self._paths[i])
                self._arrow(painter, self.edges[i], theme.color("accent"))
        if scale < BOXES_FROM_SCALE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawRects([self._rects[k] for k in keys])
            return
        for key in keys:
            self._paint_node(painter, key, scale)

    def _arrow(self, painter: QPainter, edge: LineageEdge, color: QColor) -> None:
        end = self._rects[edge.to_key]
        tip = QPointF(end.left(), end.center().y())
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-8, -4), tip + QPointF(-8, 4)]))
        painter.restore()

    def _paint_node(self, painter: QPainter, key: int, scale: float) -> None:
        theme, rect, node = self._theme, self._rects[key], self.nodes[key]
        chosen = key == self.selected
        painter.setPen(
            QPen(
                theme.color("accent" if chosen or key == self.root else "border"),
                2 if chosen else 1.4 if key == self.root else 1,
            )
        )
        painter.setBrush(theme.color("selection" if chosen else "raised"))
        painter.drawRoundedRect(rect, 7, 7)
        if scale < TEXT_FROM_SCALE:
            return
        icon(NODE_ICONS.get(node.type, "table"), theme.color("accent")).paint(
            painter, int(rect.x() + 10), int(rect.y() + 14), 16, 16
        )
        metrics = painter.fontMetrics()
        room = rect.width() - 44 - (18 if node.hidden_downstream or node.hidden_upstream else 0)
        painter.setPen(theme.color("text"))
        painter.drawText(
            QPointF(rect.x() + 34, rect.y() + 19),
            metrics.elidedText(node.name, Qt.TextElideMode.ElideMiddle, int(room)),
        )
        painter.setPen(theme.color("muted"))
        font = painter.font()
        small = QFont(font)
        small.setPointSizeF(max(6.0, font.pointSizeF() - 1.5))
        painter.setFont(small)
        painter.drawText(
            QPointF(rect.x() + 34, rect.y() + 35), f"{node.domain} · {node.type.partition('-')[2]}"
        )
        painter.setPen(theme.color("accent"))
        if node.hidden_downstream:
            painter.drawText(
                QRectF(rect.right() - 30, rect.y(), 26, HEIGHT),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"+{node.hidden_downstream}",
            )
        if node.hidden_upstream:
            painter.drawText(
                QRectF(rect.x() - 32, rect.y(), 28, HEIGHT),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"+{node.hidden_upstream}",
            )
        painter.setFont(font)


def _cells(rect: QRectF) -> list[tuple[int, int]]:
    columns = range(int(rect.left() // CELL), int(rect.right() // CELL) + 1)
    rows = range(int(rect.top() // CELL), int(rect.bottom() // CELL) + 1)
    if len(columns) * len(rows) > 100_000:
        return []
    return [(x, y) for x in columns for y in rows]


class LineageView(QGraphicsView):
    """Wheel zooms, drag pans, arrow keys walk along edges."""

    node_clicked = Signal(int)
    node_opened = Signal(int)
    expand_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Lineage canvas"))
        self._theme = theme
        self.setScene(QGraphicsScene(self))
        self.graph = GraphItem(theme)
        self.scene().addItem(self.graph)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setMouseTracking(True)
        self._pressed = QPointF()
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def _apply_theme(self) -> None:
        self.setBackgroundBrush(self._theme.color("base"))
        self.graph.update()

    def show_graph(self, graph: LineageGraph, positions: dict[int, tuple[float, float]]) -> None:
        """New graph."""
        self.graph.show_graph(graph, positions)
        self.setSceneRect(self.graph.boundingRect())

    def fit(self) -> None:
        """Everything, never larger than life."""
        self.fitInView(self.graph.boundingRect(), Qt.AspectRatioMode.KeepAspectRatio)
        if self.transform().m11() > 1:
            self.resetTransform()
            self.centerOn(self.graph.boundingRect().center())

    def zoom(self, factor: float) -> None:
        """Closer or farther, within reason."""
        wanted = self.transform().m11() * factor
        if 0.02 <= wanted <= 4:
            self.scale(factor, factor)

    def select(self, key: int) -> None:
        """Mark a node and bring it into view."""
        self.graph.selected = key
        self.graph.update()
        if key:
            self.ensureVisible(self.graph.node_rect(key), 40, 40)
            self.node_clicked.emit(key)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom under the mouse."""
        self.zoom(1.0015 ** event.angleDelta().y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag began."""
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click selects."""
        super().mouseReleaseEvent(event)
        if (
            event.position() - self._pressed
        ).manhattanLength() < 4 and event.button() == Qt.MouseButton.LeftButton:
            self.select(self.graph.node_at(self.mapToScene(event.position().toPoint())))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click opens up what is hidden, or the node's page."""
        key = self.graph.node_at(self.mapToScene(event.position().toPoint()))
        node = self.graph.nodes.get(key)
        if node is not None:
            hidden = node.hidden_downstream or node.hidden_upstream
            (self.expand_requested if hidden else self.node_opened).emit(key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tooltips for nodes and edges."""
        super().mouseMoveEvent(event)
        if event.buttons():
            return
        point = self.mapToScene(event.position().toPoint())
        text = ""
        if key := self.graph.node_at(point):
            node = self.graph.nodes[key]
            text = f"{node.name}\n{node.id}"
        elif (edge := self.graph.edge_at(point)) is not None:
            near, far = self.graph.nodes[edge.from_key].name, self.graph.nodes[edge.to_key].name
            text = tr(
                "{near} → {far}\n{relation}, seen by {origin} {observed_at}",
                near=near,
                far=far,
                relation=_EDGE_WORDS.get(edge.type, edge.type),
                origin=edge.origin,
                observed_at=formatting.ago(edge.observed_at),
            )
        if text:
            QToolTip.showText(
                event.globalPosition().toPoint(), plain_tooltip(text).replace("\n", "<br>"), self
            )
        else:
            QToolTip.hideText()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter opens, plus and minus zoom."""
        key, graph = event.key(), self.graph
        if key in {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down}:
            start = graph.selected or graph.root
            here = graph.node_rect(start).center()
            sideways = key in {Qt.Key.Key_Left, Qt.Key.Key_Right}
            candidates = graph.neighbours(start) if sideways else set(graph.nodes) - {start}
            sign = 1 if key in {Qt.Key.Key_Right, Qt.Key.Key_Down} else -1

            def offset(k: int) -> QPointF:
                return graph.node_rect(k).center() - here

            ahead = [
                k
                for k in candidates
                if (offset(k).x() if sideways else offset(k).y()) * sign > 1
                and (sideways or abs(offset(k).x()) < WIDTH)
            ]
            if ahead:
                self.select(min(ahead, key=lambda k: offset(k).manhattanLength()))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and graph.selected:
            self.node_opened.emit(graph.selected)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)
