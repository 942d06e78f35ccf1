"""A lineage canvas as a picture: the whole graph, whatever part of it is in sight."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QPainter, QPixmap

from dataops_desktop.gui.widgets.lineage_canvas import LineageView
from dataops_desktop.gui.widgets.lineage_item import TEXTS

LARGEST = 16_000  # pixels


def png_of(view: LineageView, background: QColor) -> bytes:
    """Twice its size, smaller where it would pass LARGEST."""
    bounds = view.graph.boundingRect()
    scale = min(2.0, LARGEST / max(bounds.width(), bounds.height(), 1))
    pixmap = QPixmap(QSize(max(1, int(bounds.width() * scale)), max(1, int(bounds.height() * scale))))
    pixmap.fill(background)
    _render(view, pixmap, pixmap.size(), scale)
    data, buffer = _buffer()
    pixmap.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


def svg_of(view: LineageView, title: str) -> bytes:
    """As large as it is on the screen at 100 %."""
    from PySide6.QtSvg import QSvgGenerator

    size = view.graph.boundingRect().size().toSize()
    data, buffer = _buffer()
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(size)
    drawing.setViewBox(QRectF(0, 0, size.width(), size.height()))
    drawing.setTitle(title)
    _render(view, drawing, size, 1.0)
    return bytes(data.data())


def _buffer() -> tuple[QByteArray, QBuffer]:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return data, buffer


def _render(view: LineageView, device: Any, size: QSize, scale: float) -> None:
    bounds = view.graph.boundingRect()
    painter = QPainter(device)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.scene().render(painter, QRectF(0, 0, *QSizeF(size).toTuple()), bounds)
    if scale < TEXTS:  # names are the view's to draw where boxes are too small for theirs
        painter.scale(scale, scale)
        painter.translate(-bounds.topLeft())
        view.graph.labels(painter, bounds, scale)
    painter.end()
