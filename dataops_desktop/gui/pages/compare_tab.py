"""Two results compared: counts, a choice of what to see, and the rows that differ."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.compare_results import ADDED, CHANGED, REMOVED, Comparison
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.comparison_table import ComparisonModel
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.result_grid import ROW_HEIGHT
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import ResultRows


class CompareTab(QWidget):
    """Holds its own view of both results: their tabs may close."""

    rows = None

    def __init__(
        self, context: WindowContext, found: Comparison, sides: tuple[ResultRows, ResultRows], names: tuple[str, str]
    ) -> None:  # fmt: skip
        super().__init__()
        self.kept = True
        self.model = ComparisonModel(found, *sides, context.theme, self)
        self.grid = QTableView()
        self.grid.setAccessibleName(tr("Rows that differ"))
        self.grid.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.grid.setWordWrap(False)
        self.grid.setFont(monospace(self.font()))
        self.grid.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.grid.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.grid.horizontalHeader().setSectionsMovable(True)
        self.grid.setModel(self.model)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self.grid)
        copy.activated.connect(self._copy)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 8, 6)
        bar.setSpacing(4)
        group = QButtonGroup(self)
        total = len(found.state)
        for title, count, state in ((tr("All"), total, None), (tr("Changed"), found.count(CHANGED), CHANGED), (tr("Added"), found.count(ADDED), ADDED), (tr("Removed"), found.count(REMOVED), REMOVED)):  # fmt: skip
            button = QToolButton()
            button.setText(f"{title} {formatting.whole(count)}")
            button.setProperty("segment", True)
            button.setCheckable(True)
            button.setChecked(state is None)
            button.setEnabled(bool(count))
            button.setIconSize(QSize(16, 16))
            button.clicked.connect(lambda _=False, s=state: self.model.show_state(s))
            group.addButton(button)
            bar.addWidget(button)
        self.only_changed = QCheckBox(tr("Only columns that changed"))
        self.only_changed.setEnabled(found.changed_cells > 0)
        self.only_changed.toggled.connect(self._hide_columns)
        bar.addSpacing(8)
        bar.addWidget(self.only_changed)
        bar.addStretch()
        self.summary = styled(PlainLabel(elide=True, selectable=True), role="muted")
        self.summary.setContentsMargins(12, 5, 8, 5)
        self.summary.setText(
            tr(
                "{before} → {after} by {key} · {changed_cells} changed · {same} the same",
                before=names[0],
                after=names[1],
                key=", ".join(found.key),
                changed_cells=formatting.count(found.changed_cells, "cell", "cells"),
                same=formatting.count(found.same, "row", "rows"),
            )
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        if total:
            layout.addWidget(self.grid, 1)
        else:
            same = PlainLabel(tr("No row differs."))
            same.setContentsMargins(16, 16, 16, 16)
            layout.addWidget(same)
            layout.addStretch()
        layout.addWidget(self.summary)
        self._fit()

    def _fit(self) -> None:
        metrics = self.grid.fontMetrics()
        for column in range(self.model.columnCount()):
            texts = [self.model.headerData(column, self.grid.horizontalHeader().orientation())]
            texts += [
                str(self.model.index(row, column).data()) for row in range(min(60, self.model.rowCount()))
            ]
            longest = max(metrics.horizontalAdvance(text[:60]) for text in texts)
            self.grid.setColumnWidth(column, min(max(longest + 32, 72), 420))

    def _hide_columns(self, only: bool) -> None:
        found = self.model.found
        for place, name in enumerate(found.columns):
            mask = found.changed.get(place)
            plain = name not in found.key and not (mask is not None and mask.any())
            self.grid.setColumnHidden(place + 1, only and plain)

    def _copy(self) -> None:
        cells = sorted(self.grid.selectedIndexes(), key=lambda index: (index.row(), index.column()))
        lines: dict[int, list[str]] = {}
        for index in cells[:100_000]:
            if not self.grid.isColumnHidden(index.column()):
                lines.setdefault(index.row(), []).append(str(index.data()))
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))

    def release(self) -> None:
        """The tab closes."""
        self.grid.setModel(None)
