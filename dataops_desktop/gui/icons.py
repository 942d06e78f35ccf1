"""Our line icons in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_cache: dict[tuple[str, str], QIcon] = {}

# What stands for a node type wherever one is listed.
NODE_ICONS = {
    "glue-database": "database",
    "glue-table": "table",
    "athena-table": "table",
    "s3-bucket": "bucket",
    "athena-query": "query",
    "saved-query": "library",
    "openlineage-dataset": "table",
    "openlineage-job": "activity",
    "glue-job": "activity",
    "glue-crawler": "search",
    "local-file": "file",
}


def icon(name: str, color: QColor) -> QIcon:
    """An icon in one colour, sharp at 100 %, 150 % and 200 %."""
    key = (name, color.name())
    if key not in _cache:
        file = QFile(f":/icons/{name}.svg")
        file.open(QIODevice.OpenModeFlag.ReadOnly)
        renderer = QSvgRenderer(
            QByteArray(bytes(file.readAll().data()).replace(b"currentColor", color.name().encode()))
        )
        made = QIcon()
        for size in (16, 24, 32):
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            made.addPixmap(pixmap)
        _cache[key] = made
    return _cache[key]
