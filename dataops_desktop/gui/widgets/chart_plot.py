"""Draws a ChartData with pyqtgraph. Importing this takes half a second: whoever needs it does so off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication

from dataops_desktop.actions.chart_data import ChartData
from dataops_desktop.gui import formatting
from dataops_desktop.gui.theme import Theme

# Told apart by most people with a colour deficiency, on light and dark (Okabe and Ito 2008, darker or lighter as needed).
LIGHT_COLORS = (
    "#2456d6",
    "#d55e00",
    "#1a8a6a",
    "#b0508f",
    "#9a7b00",
    "#3a9bd6",
    "#7a4fbf",
    "#5c6570",
    "#a3aab3",
)
DARK_COLORS = (
    "#6b9bff",
    "#ff9d4d",
    "#4cd0a5",
    "#e08cc4",
    "#e6cc4d",
    "#7cc7f2",
    "#b99cf2",
    "#9aa3af",
    "#606873",
)
LONGEST_LABEL = 24
EXPORT_WIDTH = 1600


class _NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """Figures with separators, millions as M."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Short, and told apart at this spacing."""
        return [_short(value * scale, spacing * scale) for value in values]


def _short(value: float, spacing: float) -> str:
    for size, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(spacing) >= size / 10 and abs(value) >= size:
            return formatting.figure(round(value / size, 3)) + name
    return formatting.figure(round(value, 6))


class ChartPlot(pg.PlotWidget):  # type: ignore[misc]
    """`pointed` fires with what is under the mouse, as text."""

    pointed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._data: ChartData | None = None
        self.setAntialiasing(True)
        self.setMenuEnabled(False)
        self.getPlotItem().hideButtons()
        self.getPlotItem().setClipToView(True)
        self.scene().sigMouseMoved.connect(self._moved)
        theme.changed.connect(self._repaint)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self.pointed.emit("")

    def _repaint(self) -> None:
        if self._data is not None:
            self.show_data(self._data)

    @property
    def colors(self) -> tuple[str, ...]:
        """Of the series, in order."""
        return DARK_COLORS if self._theme.dark else LIGHT_COLORS

    def show_data(self, data: ChartData) -> None:
        """Draw it, in place of what was drawn."""
        self._data = data
        item = self.getPlotItem()
        item.clear()
        if item.legend is not None:
            item.legend.scene().removeItem(item.legend)
            item.legend = None
        self.setBackground(self._theme.color("base"))
        sideways = self._sideways(data)
        self._axes(data, sideways)
        item.getViewBox().invertY(sideways)
        item.getViewBox().setMouseEnabled(x=True, y=True)
        if len(data.series) > 1:
            item.addLegend(
                offset=(-8, 8), labelTextColor=self._theme.color("text"), brush=self._theme.color("raised"), pen=self._theme.color("border")
            )  # fmt: skip
        if data.spec.kind == "histogram":
            self._draw_histogram(data)
        elif data.spec.kind == "box":
            self._draw_boxes(data)
        elif data.spec.kind == "bar":
            self._draw_bars(data, sideways)
        else:
            self._draw_points(data)
        item.getViewBox().autoRange(padding=0.04)
        self._from_zero(data, sideways)

    @staticmethod
    def _sideways(data: ChartData) -> bool:
        """Bars and boxes over names lie on their side, where the names can be read."""
        return data.x_kind == "category" and data.spec.kind == "bar"

    def _axes(self, data: ChartData, sideways: bool) -> None:
        item = self.getPlotItem()
        bottom: Any = pg.DateAxisItem(utcOffset=0) if data.x_kind == "time" else _NumberAxis("bottom")
        item.setAxisItems({"bottom": bottom, "left": _NumberAxis("left")})
        muted, border = self._theme.color("muted"), self._theme.color("border")
        named = item.getAxis("left" if sideways else "bottom")
        if data.x_kind == "category":
            named.setTicks([[(place, _label(name)) for place, name in enumerate(data.categories)]])
        for side, title in (("left", data.x_title if sideways else data.y_title), ("bottom", data.y_title if sideways else data.x_title)):  # fmt: skip
            axis = item.getAxis(side)
            axis.setPen(border)
            axis.setTextPen(muted)
            axis.setLabel(_label(title, 60).replace("&", "&amp;").replace("<", "&lt;"), color=muted.name())
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, hideOverlappingLabels=True)
        item.showGrid(x=sideways or data.x_kind != "category", y=not sideways, alpha=0.12)

    def _brush(self, number: int, alpha: int = 255) -> QColor:
        color = QColor(self.colors[number % len(self.colors)])
        color.setAlpha(alpha)
        return color

    def _draw_bars(self, data: ChartData, sideways: bool) -> None:
        step = 1.0
        if not sideways and data.series:
            places = np.unique(np.concatenate([series.x for series in data.series]))
            step = float(np.min(np.diff(places))) if len(places) > 1 else 1.0
        width = 0.8 * step / max(1, len(data.series))
        for number, series in enumerate(data.series):
            middle = series.x - 0.4 * step + width * (number + 0.5)
            if sideways:
                bars = pg.BarGraphItem(x0=0, y=middle, width=series.y, height=width, brush=self._brush(number), pen=None)  # fmt: skip
            else:
                bars = pg.BarGraphItem(
                    x=middle, height=series.y, width=width, brush=self._brush(number), pen=None
                )
            self.addItem(bars)
            self._name(series.name, number)

    def _name(self, name: str, number: int) -> None:
        legend = self.getPlotItem().legend
        if legend is not None:
            sample = pg.PlotDataItem(pen=None, symbol="s", symbolBrush=self._brush(number), symbolPen=None)
            legend.addItem(sample, _label(name).replace("&", "&amp;").replace("<", "&lt;"))

    def _draw_points(self, data: ChartData) -> None:
        for number, series in enumerate(data.series):
            few = len(series.x) <= 60
            if data.spec.kind == "line":
                style = {
                    "pen": pg.mkPen(self._brush(number), width=2 if len(series.x) < 5000 else 1),
                    "symbol": "o" if few else None,
                    "symbolSize": 5,
                }
            else:
                style = {"pen": None, "symbol": "o", "symbolSize": 7 if few else 5}
            drawn = pg.PlotDataItem(
                series.x,
                series.y,
                symbolBrush=self._brush(number, 255 if data.spec.kind == "line" else 150),
                symbolPen=None,
                autoDownsample=data.spec.kind == "line",
                downsampleMethod="peak",
                **style,
            )
            self.addItem(drawn)
            self._name(series.name, number)

    def _draw_histogram(self, data: ChartData) -> None:
        edges, counts = data.edges, data.series[0].y
        border = pg.mkPen(self._theme.color("base"), width=1)
        self.addItem(
            pg.BarGraphItem(x0=edges[:-1], x1=edges[1:], height=counts, brush=self._brush(0), pen=border)
        )

    def _draw_boxes(self, data: ChartData) -> None:
        line = pg.mkPen(self._brush(0), width=1.5)
        for place, box in enumerate(data.boxes):
            self.addItem(
                pg.BarGraphItem(x=[place], y0=[box.first], y1=[box.third], width=0.5, brush=self._brush(0, 70), pen=line)
            )  # fmt: skip
            self.addItem(pg.PlotDataItem([place - 0.25, place + 0.25], [box.median] * 2, pen=pg.mkPen(self._brush(1), width=2.5)))  # fmt: skip
            for inner, outer in ((box.first, box.low), (box.third, box.high)):
                self.addItem(pg.PlotDataItem([place, place], [inner, outer], pen=line))
                self.addItem(pg.PlotDataItem([place - 0.12, place + 0.12], [outer, outer], pen=line))
            if len(box.outliers):
                self.addItem(
                    pg.ScatterPlotItem([place] * len(box.outliers), list(box.outliers), size=5, brush=self._brush(0, 110), pen=None)
                )  # fmt: skip

    def _from_zero(self, data: ChartData, sideways: bool) -> None:
        """Lengths are compared from zero; a line may start where it is."""
        if data.spec.kind in {"bar", "histogram"} and data.series:
            values = np.concatenate([series.y for series in data.series])
            low, high = min(0.0, float(values.min(initial=0))), max(0.0, float(values.max(initial=0)))
            room = (high - low) * 0.04 or 1
            bounds = (low - (room if low else 0), high + (room if high else 0))
            if sideways:
                self.setXRange(*bounds, padding=0)
            else:
                self.setYRange(*bounds, padding=0)
        if data.x_kind == "category":
            ends = (-0.6, len(data.categories) - 0.4)
            if sideways:
                self.setYRange(*ends, padding=0)
            else:
                self.setXRange(*ends, padding=0)

    # pointing
    def _moved(self, place: Any) -> None:
        data, box = self._data, self.getPlotItem().getViewBox()
        if data is None or not box.sceneBoundingRect().contains(place):
            self.pointed.emit("")
            return
        at = box.mapSceneToView(place)
        self.pointed.emit(self._text_at(data, at.x(), at.y()))

    def _text_at(self, data: ChartData, x: float, y: float) -> str:
        if self._sideways(data):
            x, y = y, x
        if data.spec.kind == "histogram":
            index = int(np.searchsorted(data.edges, x)) - 1
            if 0 <= index < len(data.series[0].y):
                ends = " to ".join(_place(data, edge) for edge in data.edges[index : index + 2])
                return f"{ends}: {formatting.count(int(data.series[0].y[index]), 'row', 'rows')}"
            return ""
        if data.spec.kind == "box":
            index = round(x)
            if not 0 <= index < len(data.boxes):
                return ""
            box = data.boxes[index]
            figures = (("low", box.low), ("first quartile", box.first), ("median", box.median), ("third quartile", box.third), ("high", box.high))  # fmt: skip
            return f"{data.categories[index]}: " + " · ".join(
                f"{n} {formatting.figure(v)}" for n, v in figures
            )
        found = [(abs(series.x - x).argmin(), series) for series in data.series if len(series.x)]
        if not found:
            return ""
        nearest = min((float(series.x[i]) for i, series in found), key=lambda value: abs(value - x))
        if data.x_kind == "category" and abs(nearest - x) > 0.5:
            return ""
        parts = [
            f"{series.name} {formatting.figure(float(series.y[i]))}".strip()
            for i, series in found
            if float(series.x[i]) == nearest
        ]
        return f"{_place(data, nearest)}: " + " · ".join(parts)

    # saving
    def save(self, path: Path) -> None:
        """PNG or SVG by the suffix; OSError where the file cannot be written."""
        from pyqtgraph import exporters

        partial = path.with_name(path.name + ".part")
        if path.suffix.lower() == ".svg":
            made: Any = exporters.SVGExporter(self.getPlotItem())
            partial.write_bytes(made.export(toBytes=True))
        else:
            image = self._image(EXPORT_WIDTH)
            if not image.save(str(partial), "PNG"):
                partial.unlink(missing_ok=True)
                raise PermissionError(13, "The image could not be written", str(path))
        partial.replace(path)

    def _image(self, width: int) -> Any:
        from pyqtgraph import exporters

        made: Any = exporters.ImageExporter(self.getPlotItem())
        made.parameters()["width"] = width
        made.parameters()["background"] = self._theme.color("base")
        return made.export(toBytes=True)

    def copy(self) -> None:
        """The picture to the clipboard."""
        QGuiApplication.clipboard().setImage(self._image(EXPORT_WIDTH))

    def sizeHint(self) -> Any:
        """As the layout gives."""
        return QRectF(0, 0, 400, 240).size().toSize()

    def keyPressEvent(self, event: Any) -> None:
        """Home shows everything again."""
        if event.key() == Qt.Key.Key_Home and self._data is not None:
            self.show_data(self._data)
        else:
            super().keyPressEvent(event)


def _place(data: ChartData, x: float) -> str:
    if data.x_kind == "category":
        index = round(x)
        return data.categories[index] if 0 <= index < len(data.categories) else ""
    if data.x_kind == "time":
        from datetime import UTC, datetime

        return datetime.fromtimestamp(x, UTC).isoformat(sep=" ", timespec="minutes")[:16]
    return formatting.figure(float(x))


def _label(text: str, longest: int = LONGEST_LABEL) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
