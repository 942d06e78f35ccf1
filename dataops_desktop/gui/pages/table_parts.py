"""Tabs of a table's page that are built when they are first looked at: partitions, sample rows, versions, queries, quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.text_diff_dialog import TextDiffDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.heat_strip import Cell, HeatStrip
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Partition
from dataops_desktop.ontology.differences import differences
from dataops_desktop.ontology.rhythm import partition_moment, rhythm
from dataops_desktop.ontology.snapshots import TableState
from dataops_desktop.ontology.warnings import cause
from dataops_desktop.sql.ddl import create_statement

MOST_GAPS = 400


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 8, 0, 0)
    layout.setSpacing(8)
    return layout


def _muted(text: str) -> PlainLabel:
    label = PlainLabel(text, wrap=True, selectable=True)
    styled(label, role="muted")
    return label


def strip_cells(keys: Sequence[str], partitions: Sequence[Partition]) -> list[Cell]:
    """A cell a partition, oldest first, with open places where the rhythm says that one is missing."""
    _, step = rhythm(keys, [p.values for p in partitions], [])
    cells: list[tuple[datetime | None, Cell]] = []
    for row, partition in enumerate(partitions):
        name = ", ".join(f"{key}={value}" for key, value in zip(keys, partition.values, strict=False))
        known = [formatting.size(partition.size_bytes)] if partition.size_bytes is not None else []
        known += [f"{formatting.whole(partition.row_count)} rows"] if partition.row_count is not None else []
        text = f"{name}: {' · '.join(known) or 'size not known'}"
        weight = partition.size_bytes if partition.size_bytes is not None else partition.row_count
        cells.append((partition_moment(keys, partition.values), Cell(text, weight, row)))
    if step is None or any(moment is None for moment, _ in cells):
        return [cell for _, cell in cells]
    ordered = sorted(((m, c) for m, c in cells if m is not None), key=lambda pair: pair[0])
    shown: list[Cell] = []
    for place, (moment, cell) in enumerate(ordered):
        if place:
            missing = round((moment - ordered[place - 1][0]).total_seconds() / step) - 1
            if 0 < missing <= MOST_GAPS:
                first = ordered[place - 1][0] + timedelta(seconds=step)
                shown += [Cell(f"Nothing from {first:%Y-%m-%d %H:%M} on", None)] * missing
        shown.append(cell)
    return shown


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
        layout = _column(self)
        complete = bool(details.stored.node.properties.get("partitionsComplete", True))
        sizes = [p.size_bytes for p in partitions if p.size_bytes is not None]
        text = formatting.count(len(partitions), "partition", "partitions")
        if sizes:
            text += f" · {formatting.size(sum(sizes))} in {formatting.whole(len(sizes))} of them"
        row = QHBoxLayout()
        row.addWidget(_muted(text if complete else f"The first {text}; there are more"), 1)
        self.all = QPushButton("Read all from Glue" if not complete else "Read again from Glue")
        self.all.clicked.connect(self._read_all)
        row.addWidget(self.all)
        layout.addLayout(row)
        if partitions:
            strip = HeatStrip(context.theme, strip_cells(keys, partitions), "Sizes of the partitions")
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
        self.table = plain_table(RowsModel((*keys, "Rows", "Size", "Location"), rows, right, self), len(keys) + 2)  # fmt: skip
        self.table.setAccessibleName("Partitions")
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
        self._layout = _column(self)
        row = QHBoxLayout()
        self.read = QPushButton("Read from S3")
        self.read.setProperty("primary", True)
        self.read.setToolTip("The first bytes of one file, free of Athena's price")
        self.read.clicked.connect(self.start)
        through = QPushButton("Query through Athena")
        through.setToolTip("A worksheet with LIMIT 100; its price is shown before it runs")
        through.clicked.connect(athena)
        self._note = _muted(
            "The first 100 rows of one file, by ranged reads: a request or two, free of Athena's price."
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
        self.read.setText("Stop")
        self._note.setText("Reading…")
        self._context.run(self._read(self._cancel), self._failed)

    def _failed(self, error: Exception) -> None:
        self._note.setText(str(error) if isinstance(error, DataOpsError) else f"Reading failed: {error}")
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _read(self, cancel: CancelToken) -> None:
        try:
            sample = await self._context.use_cases.catalog.sample(self._key, cancel)
        finally:
            self._cancel = None
            self.read.setText("Read from S3")
        share = f"{formatting.size(sample.bytes_read)} of {formatting.size(sample.size)}"
        parts = [
            formatting.count(len(sample.rows), "row", "rows"), f"{share} read in {formatting.count(sample.requests, 'request', 'requests')}",
            sample.key.rpartition("/")[2], sample.note,
        ]  # fmt: skip
        self._note.setText(" · ".join(part for part in parts if part))
        rows = [
            tuple("NULL" if value is None else " ".join(value.split()) for value in row)
            for row in sample.rows
        ]
        table = plain_table(RowsModel(sample.columns, rows, parent=self), max(0, len(sample.columns) - 1))
        table.setAccessibleName("Sample rows")
        self._layout.replaceWidget(self._holder, table)
        self._holder.deleteLater()
        self._holder = table
        self.sampled.emit()


def _statement(state: TableState) -> str:
    database, _, table = state.name.partition(".")
    properties = state.properties
    return create_statement(
        str(properties.get("database") or database), str(properties.get("tableName") or table), properties,
        [tuple(c) for c in state.columns], [tuple(c) for c in state.partition_keys],
    )  # fmt: skip


class VersionsTab(QWidget):
    """What syncs saw, each with what changed; two selected ones side by side. Glue's own versions on request."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context, self._view = context, view
        self._states: list[tuple[str, TableState]] = []
        layout = _column(self)
        row = QHBoxLayout()
        row.addWidget(_muted("Every state that a sync saw. Select two to compare them."), 1)
        self.ask_glue = QPushButton("Add Glue's own versions")
        self.ask_glue.clicked.connect(lambda: context.run(self._from_glue()))
        self.compare = QPushButton("Compare")
        self.compare.setEnabled(False)
        self.compare.clicked.connect(self._compare)
        row.addWidget(self.ask_glue)
        row.addWidget(self.compare)
        layout.addLayout(row)
        split = QSplitter()
        self.list = QListWidget()
        self.list.setAccessibleName("Versions")
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._selected)
        self.text = PlainLabel("", wrap=True, selectable=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setContentsMargins(12, 4, 4, 4)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([360, 500])
        layout.addWidget(split, 1)
        context.run(self._load())

    async def _load(self) -> None:
        found = await self._context.use_cases.catalog.versions(self._view.details.stored.key)
        for start, end, state in found:
            until = f"until {formatting.local_time(end)}" if end else "now"
            self._add(f"{formatting.local_time(start)} – {until}", state)
        self.list.setCurrentRow(0)

    def _add(self, title: str, state: TableState) -> None:
        self._states.append((title, state))
        self.list.addItem(QListWidgetItem(title))

    async def _from_glue(self) -> None:
        from dataops_desktop.actions.glue_import import import_table, table_state
        from dataops_desktop.interfaces.catalog import PartitionPage

        properties = self._view.details.stored.node.properties
        self.ask_glue.setEnabled(False)
        try:
            found = await self._context.use_cases.catalog.source_versions(
                str(properties["database"]), str(properties["tableName"])
            )
        except DataOpsError:
            self.ask_glue.setEnabled(True)
            raise
        for version in found:
            written = import_table(self._view.details.stored.node.source, version.table, PartitionPage((), True))  # fmt: skip
            self._add(f"Glue version {version.version_id} · {formatting.local_time(version.updated_at)}", table_state(written))  # fmt: skip

    def _selected(self) -> None:
        rows = sorted(self.list.row(item) for item in self.list.selectedItems())
        self.compare.setEnabled(len(rows) == 2)
        if not rows:
            self.text.setText("")
            return
        first = rows[0]
        other = rows[1] if len(rows) == 2 else first + 1
        if other >= len(self._states):
            self.text.setText("The first state that is known.")
            return
        changed = differences(self._states[other][1], self._states[first][1])
        head = "Compared with the one before:" if len(rows) < 2 else "From the older to the newer:"
        lines = [f"• {item.text}{'  (may break queries)' if item.breaks else ''}" for item in changed]
        self.text.setText("\n".join([head, *lines]) if lines else "No difference a query could see.")

    def _compare(self) -> None:
        newer, older = (self._states[row] for row in sorted(self.list.row(item) for item in self.list.selectedItems()))  # fmt: skip
        dialog = TextDiffDialog(
            self._context.theme,
            (older[0], _statement(older[1])),
            (newer[0], _statement(newer[1])),
            self.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class QueriesTab(QWidget):
    """Queries of the history that read the table; Enter opens one."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context = context
        layout = _column(self)
        text = f"{formatting.count(view.uses, 'query', 'queries')} over this table"
        layout.addWidget(_muted(f"{text} · {formatting.money(view.cost_usd)} in all, shared equally among the tables of a query"))  # fmt: skip
        self._layout = layout
        context.run(self._load(view.details.stored.node.name))

    async def _load(self, name: str) -> None:
        records = await self._context.use_cases.catalog.queries_over(name)
        rows = [
            (
                formatting.local_time(r.submitted_at), r.state.capitalize(), " ".join(r.sql.split()), r.who.rpartition("/")[2],
                formatting.size(r.bytes_scanned), formatting.money(r.cost_usd),
            )
            for r in records
        ]  # fmt: skip
        table = plain_table(
            RowsModel(("Started", "State", "Query", "Who", "Scanned", "Cost"), rows, frozenset({4, 5}), self), 2,
            {0: 150, 1: 90, 3: 120, 4: 90, 5: 80},
        )  # fmt: skip
        table.setAccessibleName("Queries over this table")

        def open_query(index: QModelIndex) -> None:
            record = records[index.row()]
            self._context.query_requested.emit(record.sql, record.database)

        table.activated.connect(open_query)
        self._layout.addWidget(table, 1)


class QualityTab(QWidget):
    """The score's parts as bars with their weights, and what stands against the table."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        layout = _column(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        parts = view.details.stored.quality_parts
        total = sum(view.weights.get(part, 0) for part in parts) or 1
        row = QHBoxLayout()
        row.addWidget(styled(PlainLabel(f"{view.details.stored.quality}/100"), bold=True, size=6))
        row.addWidget(
            _muted("The weighted mean of the parts below; parts that do not apply are left out."), 1
        )
        weights = QPushButton("Weights…")
        weights.clicked.connect(lambda: context.commands.run("catalog.weights"))
        row.addWidget(weights)
        layout.addLayout(row)
        for part, share in sorted(parts.items(), key=lambda pair: -view.weights.get(pair[0], 0)):
            line = QHBoxLayout()
            name = PlainLabel(part.replace("_", " ").capitalize())
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
                _short(f"{share} % · {points:.0f} of {view.weights.get(part, 0) / total * 100:.0f} points")
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
        texts.addWidget(_muted(remedy))
        line.addLayout(texts, 1)
        return row


Tab = Callable[[], Any]
