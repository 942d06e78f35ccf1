"""Draws a ChartData with pyqtgraph. Importing this takes half a second: whoever needs it does so off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QBuffer, QEvent, QIODevice, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from dataops_desktop.actions.chart_data import ChartData
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
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
EXPORT_SIZE = QSize(1280, 720)
EXPORT_SCALE = 2
TITLES_FROM = 200  # pixels


class _NumberAxis(pg.AxisItem):  # type: ignore[misc]
    """Figures with separators, millions as M."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Short, and told apart at this spacing."""
        if self.logMode:
            return [_short(10.0**value, 10.0**value) for value in values]
        return [_short(value * scale, spacing * scale) for value in values]


def _short(value: float, spacing: float) -> str:
    for size, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(spacing) >= size / 10 and abs(value) >= size:
            return formatting.figure(round(value / size, 3)) + name
    return formatting.figure(round(value, 6))


class ChartPlot(pg.PlotWidget):  # type: ignore[misc]
    """`pointed` fires with what is under the mouse, as text."""

    pointed = Signal(str)
    # Here, because the base class resizes itself while it is made.
    _data: ChartData | None = None
    _named: Any = None  # the axis that carries names
    _legend: Any = None

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAntialiasing(True)
        self.setMinimumHeight(80)
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
        if self._legend is not None:
            item.layout.removeItem(self._legend)
            self.scene().removeItem(self._legend)
            self._legend = None
        self.setBackground(self._theme.color("base"))
        sideways = self._sideways(data)
        item.setLogMode(x=data.logarithmic, y=data.logarithmic)
        self._axes(data, sideways)
        item.getViewBox().invertY(sideways)
        item.getViewBox().setMouseEnabled(x=True, y=True)
        if len(data.series) > 1:
            self._add_legend(data)
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
        self._name_places(data)
        self._show_titles()

    @staticmethod
    def _sideways(data: ChartData) -> bool:
        """Bars and boxes over names lie on their side, where the names can be read."""
        return data.x_kind == "category" and data.spec.kind == "bar"

    def _axes(self, data: ChartData, sideways: bool) -> None:
        item = self.getPlotItem()
        bottom: Any = pg.DateAxisItem(utcOffset=0) if data.x_kind == "time" else _NumberAxis("bottom")
        item.setAxisItems({"bottom": bottom, "left": _NumberAxis("left")})
        if data.logarithmic:
            for side in ("bottom", "left"):
                item.getAxis(side).setLogMode(x=True, y=True)
        muted, border = self._theme.color("muted"), self._theme.color("border")
        named = item.getAxis("left" if sideways else "bottom")
        self._named = named if data.x_kind == "category" else None
        for side, title in (("left", data.x_title if sideways else data.y_title), ("bottom", data.y_title if sideways else data.x_title)):  # fmt: skip
            axis = item.getAxis(side)
            axis.setZValue(-1)  # the grid belongs behind the marks
            axis.setPen(border)
            axis.setTextPen(muted)
            axis.setLabel(_label(title, 60).replace("&", "&amp;").replace("<", "&lt;"), color=muted.name())
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, hideOverlappingLabels=True)
        item.showGrid(x=sideways or data.x_kind != "category", y=not sideways, alpha=0.12)

    def resizeEvent(self, event: Any) -> None:
        """As many names as there is room for."""
        super().resizeEvent(event)
        if self._data is not None:
            self._place_legend()
            self._name_places(self._data)
            self._show_titles()

    def _show_titles(self) -> None:
        """Where there is little height the marks get it; the boxes above name the axes too."""
        for side in ("left", "bottom"):
            self.getPlotItem().getAxis(side).showLabel(self.height() >= TITLES_FROM)

    def _name_places(self, data: ChartData) -> None:
        """Every name where they fit; else every second, third …"""
        if self._named is None or not data.categories:
            return
        metrics, box = self.fontMetrics(), self.getPlotItem().getViewBox()
        sideways = self._sideways(data)
        longest = max(LONGEST_LABEL, self.width() // 24) if sideways else LONGEST_LABEL
        labels = [_label(name, longest) for name in data.categories]
        room = (box.height() if sideways else box.width()) / len(labels)
        need = metrics.height() if sideways else max(metrics.horizontalAdvance(text) for text in labels) + 12
        step = max(1, -(-int(need) // max(1, int(room))))
        self._named.setTicks([[(place, labels[place]) for place in range(0, len(labels), step)]])

    def _brush(self, number: int, alpha: int = 255) -> QColor:
        color = QColor(self.colors[number % len(self.colors)])
        color.setAlpha(alpha)
        return color

    def _draw_bars(self, data: ChartData, sideways: bool) -> None:
        step = 1.0
        places = np.unique(np.concatenate([series.x for series in data.series]))
        if not sideways and len(places) > 1:
            step = float(np.min(np.diff(places)))
        stacked = self._stacked(data)
        width = 0.8 * step / (1 if stacked else len(data.series))
        base = np.zeros(len(places))
        for number, series in enumerate(data.series):
            at = np.searchsorted(places, series.x)
            start = base[at].copy()
            middle = series.x if stacked else series.x - 0.4 * step + width * (number + 0.5)
            style = {"brush": self._brush(number), "pen": None}
            if sideways:
                bars = pg.BarGraphItem(x0=start, y=middle, width=series.y, height=width, **style)
            else:
                bars = pg.BarGraphItem(x=middle, y0=start, height=series.y, width=width, **style)
            self.addItem(bars)
            if stacked:
                base[at] += series.y

    @staticmethod
    def _stacked(data: ChartData) -> bool:
        """Parts of a whole lie on each other; averages and the like stand beside each other."""
        return (
            data.spec.kind == "bar"
            and len(data.series) > 1
            and (data.spec.aggregate in {"sum", "count"})
            and all(float(series.y.min(initial=0)) >= 0 for series in data.series)
        )

    def _add_legend(self, data: ChartData) -> None:
        """Below the plot: over it, it would hide marks."""
        legend = self._legend = pg.LegendItem(
            labelTextColor=self._theme.color("text"), verSpacing=-8, horSpacing=8
        )
        self.getPlotItem().layout.addItem(legend, 4, 1)
        self.getPlotItem().layout.setAlignment(legend, Qt.AlignmentFlag.AlignHCenter)
        for number, series in enumerate(data.series):
            sample = pg.BarGraphItem(x=[0], height=[0], width=1, brush=self._brush(number), pen=None)
            legend.addItem(sample, _label(series.name, 14).replace("&", "&amp;").replace("<", "&lt;"))
        self._place_legend()

    def _place_legend(self) -> None:
        """As many entries in a line as there is room for."""
        if self._legend is not None:
            widest = max(label.width() for _, label in self._legend.items) + 44
            self._legend.setColumnCount(max(1, int((self.width() - 60) // widest)))
            self._legend.updateSize()

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
            if self._stacked(data):
                places, where = np.unique(
                    np.concatenate([series.x for series in data.series]), return_inverse=True
                )
                values = np.bincount(where, weights=values, minlength=len(places))
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
            figures = (("low", box.low), (tr("first quartile"), box.first), ("median", box.median), (tr("third quartile"), box.third), ("high", box.high))  # fmt: skip
            return f"{data.categories[index]}: " + " · ".join(
                f"{n} {formatting.figure(v)}" for n, v in figures
            )
        if data.logarithmic:
            x = 10**x
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
        partial = path.with_name(path.name + ".part")
        partial.write_bytes(self._drawing() if path.suffix.lower() == ".svg" else self._png())
        partial.replace(path)

    def _drawing(self) -> bytes:
        """As SVG. Qt draws it: pyqtgraph's own exporter trips over the paths of its axes."""
        from PySide6.QtSvg import QSvgGenerator

        buffer, plot = QBuffer(), self._for_export()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QSvgGenerator()
        made.setOutputDevice(buffer)
        made.setSize(plot.size())
        made.setViewBox(plot.rect())
        made.setResolution(plot.logicalDpiX())
        painter = QPainter(made)
        plot.render(painter)
        painter.end()
        plot.deleteLater()
        return bytes(buffer.data().data())

    def _picture(self) -> QImage:
        plot = self._for_export()
        image = QImage(plot.size() * EXPORT_SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(EXPORT_SCALE)
        image.fill(self._theme.color("base"))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot.render(painter, QRectF(plot.rect()), plot.rect())
        painter.end()
        plot.deleteLater()
        return image

    def _for_export(self) -> ChartPlot:
        """The same chart in a size for a page, whatever room the window gives it; zoomed as here."""
        plot = ChartPlot(self._theme)
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.resize(EXPORT_SIZE)
        plot.show()
        if self._data is not None:
            plot.show_data(self._data)
            plot.getPlotItem().getViewBox().setRange(self.getPlotItem().getViewBox().viewRect(), padding=0)
            for _ in range(
                2
            ):  # axes learn the width of their labels while they are drawn, then the layout follows
                plot.grab()
                plot.getPlotItem().layout.activate()
        return plot

    def _png(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._picture().save(buffer, "PNG")
        return bytes(buffer.data().data())

    def copy(self) -> None:
        """The picture to the clipboard."""
        QGuiApplication.clipboard().setImage(self._picture())

    def sizeHint(self) -> Any:
        """As the layout gives."""
        return QSize(400, 240)

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
