"""A result as a chart: what is drawn can be chosen, and saved as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from dataops_desktop.actions.chart_data import AGGREGATES, KINDS, ChartSpec, chart_data, guess, kind_of
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.plots import plot_module
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import ResultRows

NOTHING = tr("Rows")


class ChartView(QWidget):
    """`show_rows` draws; the choices stay as long as the tab lives."""

    def __init__(self, context: WindowContext, title: str = "chart") -> None:
        super().__init__()
        self._context, self._title = context, title
        self._rows: ResultRows | None = None
        self._turn = 0
        self._guessed = False
        self.plot: Any = None
        self.kind, self.x, self.y, self.aggregate, self.split = (QComboBox() for _ in range(5))
        for key, name in KINDS.items():
            self.kind.addItem(name, key)
        for key, name in AGGREGATES.items():
            self.aggregate.addItem(name, key)
        line = QHBoxLayout()
        line.setContentsMargins(12, 8, 8, 4)
        line.setSpacing(6)
        self._labels = {}
        for box, name in ((self.kind, ""), (self.x, tr("Across")), (self.aggregate, tr("Show")), (self.y, tr("of")), (self.split, tr("Split by"))):  # fmt: skip
            box.setAccessibleName({"": tr("Kind of chart"), tr("of"): tr("Figures")}.get(name, name))
            box.setMaximumWidth(180)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(3)
            box.activated.connect(lambda _: self._draw())
            if name:
                label = self._labels[name] = styled(PlainLabel(name), role="muted")
                line.addWidget(label)
            line.addWidget(box, 3)
        line.addStretch(1)
        self._save = QToolButton()
        self._save.setText(tr("Save"))
        self._save.setIcon(icon("save", context.theme.color("muted")))
        self._save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._save)
        menu.addAction(tr("PNG picture…"), lambda: self._ask_file("png"))
        menu.addAction(tr("SVG drawing…"), lambda: self._ask_file("svg"))
        menu.addSeparator()
        menu.addAction(tr("Copy the picture"), lambda: self.plot.copy() if self.plot is not None else None)
        self._save.setMenu(menu)
        self._save.setEnabled(False)
        line.addWidget(self._save)
        self.note = styled(PlainLabel(elide=True), role="muted")
        self.note.setContentsMargins(12, 2, 8, 4)
        self._message = styled(PlainLabel(wrap=True), role="muted")
        self._message.setContentsMargins(16, 16, 16, 16)
        self._message.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addLayout(line)
        self._layout.addWidget(self._message, 1)
        self._layout.addWidget(self.note)
        self._left_out = ""

    @property
    def spec(self) -> ChartSpec:
        """What is chosen."""
        kind = self.kind.currentData()
        histogram = kind == "histogram"
        return ChartSpec(
            kind,
            None if histogram else self.x.currentData(),
            self.y.currentData(),
            "none" if kind in {"scatter", "box"} else self.aggregate.currentData(),
            None if kind in {"histogram", "box"} else self.split.currentData(),
        )

    def show_rows(self, rows: ResultRows) -> None:
        """Draw these; the axes are guessed for the first ones."""
        self._rows = rows
        self._context.run(self._start(rows))

    async def _start(self, rows: ResultRows) -> None:
        local = self._context.use_cases.context.local
        if not self._guessed:
            self._guessed = True
            self._fill(rows)
            self._choose(await local(guess, rows))
        if self.plot is None:
            self._message.setText(tr("Drawing…"))
            module = await plot_module(self._context)
            self.plot = module.ChartPlot(self._context.theme)
            self.plot.setAccessibleName(tr("Chart"))
            self.plot.pointed.connect(lambda text: self.note.setText(text or self._left_out))
            self._layout.insertWidget(1, self.plot, 1)
            self.plot.hide()
        self._draw()

    def _fill(self, rows: ResultRows) -> None:
        self.y.addItem(NOTHING, None)
        self.split.addItem(tr("nothing"), None)
        for index, field in enumerate(rows.arrow_schema):
            kind, name = (
                kind_of(field.type),
                rows.columns[index].name or tr("column {index}", index=index + 1),
            )
            self.x.addItem(name, index)
            if kind in {"number", "time"}:
                self.y.addItem(name, index)
            if kind in {"category", "number"}:
                self.split.addItem(name, index)

    def _choose(self, spec: ChartSpec | None) -> None:
        if spec is None:
            return
        for box, value in ((self.kind, spec.kind), (self.x, spec.x), (self.y, spec.y), (self.aggregate, spec.aggregate), (self.split, spec.split)):  # fmt: skip
            box.setCurrentIndex(max(0, box.findData(value)))

    def _draw(self) -> None:
        spec = self.spec
        shown = {tr("Across"): spec.kind != "histogram", tr("Show"): spec.kind in {"bar", "line"}, tr("of"): True, tr("Split by"): spec.kind not in {"histogram", "box"}}  # fmt: skip
        for name, box in (
            (tr("Across"), self.x),
            (tr("Show"), self.aggregate),
            (tr("of"), self.y),
            (tr("Split by"), self.split),
        ):
            self._labels[name].setVisible(shown[name])
            box.setVisible(shown[name])
        if self._rows is not None and self.plot is not None:
            self._context.run(self._drawn(self._rows, spec))

    async def _drawn(self, rows: ResultRows, spec: ChartSpec) -> None:
        self._turn += 1
        turn = self._turn
        try:
            data = await self._context.use_cases.context.local(chart_data, rows, spec)
        except DataOpsError as error:
            if turn == self._turn:
                self._say(str(error))
            return
        if turn != self._turn:
            return
        if not data.series and not data.boxes:
            self._say(tr("There are no values to draw."))
            return
        self.plot.show_data(data)
        self.plot.show()
        self._message.hide()
        self._save.setEnabled(True)
        self._left_out = data.note
        self.note.setText(data.note)

    def _say(self, text: str) -> None:
        self.plot.hide()
        self._message.setText(text)
        self._message.show()
        self._save.setEnabled(False)
        self.note.setText("")

    def _ask_file(self, suffix: str) -> None:
        ask_save(self, tr("Save the chart"), f"{self._title}.{suffix}", suffix.upper(), suffix, self.save)

    def save(self, path: Path) -> None:
        """The picture to a file."""
        try:
            self.plot.save(path)
        except OSError as error:
            self._context.report(not_written(path, error, tr("Not saved")))
        else:
            self._context.status_requested.emit(tr("Saved {name}", name=path.name))
