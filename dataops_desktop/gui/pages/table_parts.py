"""Tabs of a table's page that are built when they are first looked at: partitions, sample rows, versions, queries, quality."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.weights_dialog import PARTS
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.heat_strip import HeatStrip
from dataops_desktop.gui.widgets.partition_cells import strip_cells
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.ontology.warnings import cause


def column_of(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 8, 0, 0)
    layout.setSpacing(8)
    return layout


def muted(text: str) -> PlainLabel:
    label = PlainLabel(text, wrap=True, selectable=True)
    styled(label, role="muted")
    return label


def _short(text: str) -> PlainLabel:
    label = PlainLabel(text)
    styled(label, role="muted")
    return label


class PartitionsTab(QWidget):
    """`listed` after every partition was read from Glue."""

    listed = Signal()

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context, self._key = context, view.details.stored.key
        details = view.details
        keys = [c.name for c in details.partition_keys]
        partitions = details.partitions
        layout = column_of(self)
        complete = bool(details.stored.node.properties.get("partitionsComplete", True))
        sizes = [p.size_bytes for p in partitions if p.size_bytes is not None]
        text = formatting.count(len(partitions), "partition", "partitions")
        if sizes:
            text += tr(
                " · {size} in {count} of them",
                size=formatting.size(sum(sizes)),
                count=formatting.whole(len(sizes)),
            )
        row = QHBoxLayout()
        row.addWidget(muted(text if complete else tr("The first {words}; there are more", words=text)), 1)
        self.all = QPushButton(tr("Read all from Glue") if not complete else tr("Read again from Glue"))
        self.all.clicked.connect(self._read_all)
        row.addWidget(self.all)
        layout.addLayout(row)
        if partitions:
            strip = HeatStrip(context.theme, strip_cells(keys, partitions), tr("Sizes of the partitions"))
            layout.addWidget(strip)
        rows = [
            (
                *(p.values[i] if i < len(p.values) else "" for i in range(len(keys))),
                formatting.whole(p.row_count) if p.row_count is not None else "",
                formatting.size(p.size_bytes),
                p.location,
            )
            for p in partitions
        ]
        right = frozenset({len(keys), len(keys) + 1})
        self.table = plain_table(RowsModel((*keys, tr("Rows"), tr("Size"), tr("Location")), rows, right, self), len(keys) + 2)  # fmt: skip
        self.table.setAccessibleName(tr("Partitions"))
        if partitions:
            strip.chosen.connect(self.table.selectRow)
        layout.addWidget(self.table, 1)

    def _read_all(self) -> None:
        self.all.setEnabled(False)

        async def work() -> None:
            try:
                await self._context.use_cases.catalog.list_partitions(self._key)
                self.listed.emit()
            finally:
                self.all.setEnabled(True)

        self._context.run(work())


class SampleTab(QWidget):
    """First rows: by range from S3, free, or through Athena, at its price. `sampled` after the columns were profiled."""

    sampled = Signal()

    def __init__(self, context: WindowContext, view: TableView, athena: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._key = context, view.details.stored.key
        self._cancel: CancelToken | None = None
        self._layout = column_of(self)
        row = QHBoxLayout()
        self.read = QPushButton(tr("Read from S3"))
        self.read.setProperty("primary", True)
        self.read.setToolTip(tr("The first bytes of one file, free of Athena's price"))
        self.read.clicked.connect(self.start)
        through = QPushButton(tr("Query through Athena"))
        through.setToolTip(tr("A worksheet with LIMIT 100; its price is shown before it runs"))
        through.clicked.connect(athena)
        self._note = muted(
            tr("The first 100 rows of one file, by ranged reads: a request or two, free of Athena's price.")
        )
        row.addWidget(self.read)
        row.addWidget(through)
        row.addWidget(self._note, 1)
        self._layout.addLayout(row)
        self._holder = QWidget()
        self._layout.addWidget(self._holder, 1)

    def start(self) -> None:
        """Read; pressed again while it reads, stop."""
        if self._cancel is not None:
            self._cancel.cancel()
            return
        self._cancel = CancelToken()
        self.read.setText(tr("Stop"))
        self._note.setText(tr("Reading…"))
        self._context.run(self._read(self._cancel), self._failed)

    def _failed(self, error: Exception) -> None:
        self._note.setText(
            str(error) if isinstance(error, DataOpsError) else tr("Reading failed: {error}", error=error)
        )
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _read(self, cancel: CancelToken) -> None:
        try:
            sample = await self._context.use_cases.catalog.sample(self._key, cancel)
        finally:
            self._cancel = None
            self.read.setText(tr("Read from S3"))
        share = f"{formatting.size(sample.bytes_read)} of {formatting.size(sample.size)}"
        parts = [
            formatting.count(len(sample.rows), "row", "rows"), tr("{share} read in {requests}", share=share, requests=formatting.count(sample.requests, 'request', 'requests')),
            sample.key.rpartition("/")[2], sample.note,
        ]  # fmt: skip
        self._note.setText(" · ".join(part for part in parts if part))
        rows = [
            tuple("NULL" if value is None else " ".join(value.split()) for value in row)
            for row in sample.rows
        ]
        table = plain_table(RowsModel(sample.columns, rows, parent=self), max(0, len(sample.columns) - 1))
        table.setAccessibleName(tr("Sample rows"))
        self._layout.replaceWidget(self._holder, table)
        self._holder.deleteLater()
        self._holder = table
        self.sampled.emit()


class QualityTab(QWidget):
    """The score's parts as bars with their weights, and what stands against the table."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        layout = column_of(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        parts = view.details.stored.quality_parts
        total = sum(view.weights.get(part, 0) for part in parts) or 1
        row = QHBoxLayout()
        row.addWidget(styled(PlainLabel(f"{view.details.stored.quality}/100"), bold=True, size=6))
        row.addWidget(
            muted(tr("The weighted mean of the parts below; parts that do not apply are left out.")), 1
        )
        weights = QPushButton(tr("Weights…"))
        weights.clicked.connect(lambda: context.commands.run("catalog.weights"))
        row.addWidget(weights)
        layout.addLayout(row)
        for part, share in sorted(parts.items(), key=lambda pair: -view.weights.get(pair[0], 0)):
            line = QHBoxLayout()
            name = PlainLabel(PARTS.get(part, part))
            name.setFixedWidth(150)
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setValue(share)
            bar.setTextVisible(False)
            bar.setFixedWidth(240)
            bar.setAccessibleName(f"{name.full_text()}: {share} of 100")
            points = view.weights.get(part, 0) / total * share
            line.addWidget(name)
            line.addWidget(bar)
            line.addWidget(
                _short(
                    tr(
                        "{share} % · {points:.0f} of {most:.0f} points",
                        share=share,
                        points=points,
                        most=view.weights.get(part, 0) / total * 100,
                    )
                )
            )
            line.addStretch()
            layout.addLayout(line)
        for warning in view.warnings:
            layout.addWidget(self._warning(context, warning.message, cause(warning.cause).remedy))

    @staticmethod
    def _warning(context: WindowContext, message: str, remedy: str) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 4, 0, 0)
        line.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(icon("warning", context.theme.color("warning")).pixmap(16, 16))
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(PlainLabel(message, selectable=True, wrap=True))
        texts.addWidget(muted(remedy))
        line.addLayout(texts, 1)
        return row
