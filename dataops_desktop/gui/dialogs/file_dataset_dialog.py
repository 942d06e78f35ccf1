"""Files as a table: what a first look says of them, to be corrected; where they go; kept or written as partitioned Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.create_dataset import checked_location, checked_name
from dataops_desktop.actions.file_dataset import TYPES, FileColumn, FileDataset, FileProposal
from dataops_desktop.errors import CancelledByUserError, DataOpsError, InputError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.interfaces.progress import Progress

SHOWN_ROWS, LONGEST = 50, 200
MOST_TYPE_BOXES = 200  # a combo box a row; beyond it types are typed


class FileDatasetDialog(QDialog):
    """Makes the table while it is open, so that what is refused can be mended; `made` with (database, table) once it is there."""

    made = Signal(str, str)

    def __init__(
        self, context: WindowContext, proposal: FileProposal, databases: Sequence[str], location: str, options: WriteOptions, upload: bool, parent: QWidget
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._context, self._proposal, self._options, self._upload = context, proposal, options, upload
        self._cancel: CancelToken | None = None
        self.setWindowTitle(tr("Make a table of files"))
        self.resize(900, 720)
        self.database, self.name, self.place = QComboBox(), QLineEdit(), QLineEdit(location)
        self.database.setEditable(False)
        self.database.addItems(list(databases))
        self.name.setText(_table_name(location))
        self.keep = QRadioButton(tr("Keep the files as they are"))
        self.parquet = QRadioButton(tr("Write them as Parquet (smaller, faster, cheaper to query)"))
        ways = QButtonGroup(self)
        for way in (self.parquet, self.keep):
            ways.addButton(way)
        self.parquet.setEnabled(upload)
        self.keep.setEnabled(not proposal.why_convert and not proposal.why_not)
        self.parquet.setChecked(upload)
        self.keep.setChecked(not upload)
        self.by = QLineEdit()
        self.by.setPlaceholderText(tr("Column, column; empty: not partitioned"))
        self.null = QCheckBox(tr("Values that are not of their type become NULL"))
        files = formatting.count(len(proposal.files), "file", "files")
        about = styled(
            PlainLabel(f"{files} of {proposal.kind} · {formatting.size(proposal.size_bytes)}", wrap=True),
            role="muted",
        )
        form = QFormLayout()
        form.setVerticalSpacing(6)
        form.addRow(about)
        form.addRow(tr("&Database"), self.database)
        form.addRow(tr("&Table"), self.name)
        form.addRow(tr("&Folder"), self.place)
        form.addRow(tr("How"), self.parquet)
        form.addRow("", self.keep)
        if why := proposal.why_convert or proposal.why_not:
            form.addRow("", styled(PlainLabel(why, wrap=True), role="muted"))
        form.addRow(tr("&Partition by"), self.by)
        form.addRow("", self.null)
        self.place.setReadOnly(not upload)
        self.table = self._columns_table(proposal.columns)
        below = QSplitter(Qt.Orientation.Vertical)
        below.addWidget(self.table)
        if proposal.preview.rows is not None:
            first = proposal.preview.rows.slice(0, SHOWN_ROWS)
            values = [
                ["NULL" if v is None else str(v)[:LONGEST] for v in column.to_pylist()]
                for column in first.columns
            ]
            below.addWidget(_sample(first.column_names, list(zip(*values, strict=True)), self))
        below.setSizes([240, 180])
        below.setChildrenCollapsible(False)
        self.problem = PlainLabel(wrap=True, selectable=True)
        self.problem.setStyleSheet(f"color: {context.theme.colors.error}")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.told = styled(PlainLabel(elide=True), role="muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton(tr("Make table"), QDialogButtonBox.ButtonRole.ActionRole)
        self.ok.setProperty("primary", True)
        self.ok.clicked.connect(self._start)
        buttons.rejected.connect(self._rejected)
        line = QHBoxLayout()
        line.addWidget(self.told, 1)
        line.addWidget(self.bar)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(below, 1)
        layout.addWidget(self.problem)
        layout.addLayout(line)
        layout.addWidget(buttons)
        self.name.textChanged.connect(lambda _: self._check())
        self.place.textChanged.connect(lambda _: self._check())
        self.keep.toggled.connect(lambda _: self._check())
        self.finished.connect(lambda _: self._release())
        self._check()

    def _columns_table(self, columns: Sequence[FileColumn]) -> QTableWidget:
        table = QTableWidget(len(columns), 4)
        table.setAccessibleName(tr("Columns"))
        table.setHorizontalHeaderLabels(["", tr("In the file"), tr("Name"), tr("Type")])
        table.verticalHeader().hide()
        table.setColumnWidth(0, 30)
        table.setColumnWidth(1, 220)
        table.setColumnWidth(2, 220)
        table.horizontalHeader().setStretchLastSection(True)
        for row, column in enumerate(columns):
            kept = QTableWidgetItem()
            kept.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
            kept.setCheckState(Qt.CheckState.Checked)
            table.setItem(row, 0, kept)
            source = QTableWidgetItem(column.source)
            source.setFlags(Qt.ItemFlag.ItemIsEnabled)
            table.setItem(row, 1, source)
            table.setItem(row, 2, QTableWidgetItem(column.name))
            table.setItem(row, 3, QTableWidgetItem(column.type))
            if len(columns) <= MOST_TYPE_BOXES:
                box = QComboBox()
                box.setEditable(True)
                box.setAccessibleName(tr("Type of {name}", name=column.name))
                box.addItems([*dict.fromkeys((column.type, *TYPES))])
                table.setCellWidget(row, 3, box)
        return table

    # what was chosen
    @property
    def columns(self) -> tuple[FileColumn, ...]:
        """As corrected."""
        found = []
        for row, column in enumerate(self._proposal.columns):
            box = self.table.cellWidget(row, 3)
            kind = box.currentText() if isinstance(box, QComboBox) else self.table.item(row, 3).text()
            kept = self.table.item(row, 0).checkState() == Qt.CheckState.Checked
            found.append(
                replace(
                    column, name=self.table.item(row, 2).text().strip(), type=kind.strip().lower(), kept=kept
                )
            )
        return tuple(found)

    @property
    def dataset(self) -> FileDataset:
        """As filled in."""
        by = tuple(name.strip() for name in self.by.text().split(",") if name.strip())
        return FileDataset(
            self.database.currentText(), self.name.text().strip(), self.place.text().strip(), self.columns, self.parquet.isChecked(), by, self.null.isChecked(),
            "", self._options,
        )  # fmt: skip

    def _check(self) -> None:
        self.by.setEnabled(self.parquet.isChecked())
        self.null.setEnabled(self.parquet.isChecked())
        text = ""
        try:
            checked_name(self.name.text().strip())
            checked_location(self.place.text())
            if not self.database.currentText():
                raise InputError(tr("There is no database yet."), tr("Sync the catalog, or make one."))
        except InputError as error:
            text = str(error)
        self.problem.setText(text)
        self.ok.setEnabled(not text and self._cancel is None)

    # making
    def _start(self) -> None:
        self._cancel = CancelToken()
        self.ok.setEnabled(False)
        self.problem.setText("")
        self.bar.show()
        self._context.run(self._make(self._cancel), self._failed)

    def _failed(self, error: Exception) -> None:
        self._ended()
        self.problem.setText("" if isinstance(error, CancelledByUserError) else str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    def _ended(self) -> None:
        self._cancel = None
        self.bar.hide()
        self.told.setText("")
        self.ok.setEnabled(True)

    async def _make(self, cancel: CancelToken) -> None:
        dataset = self.dataset
        try:
            made = await self._context.use_cases.file_datasets.make(
                self._proposal, dataset, self._progress, cancel, self._upload
            )
        except CancelledByUserError:
            self._ended()
            return
        self._ended()
        rows = (
            tr(" with {rows}", rows=formatting.count(made.rows, "row", "rows"))
            if made.rows is not None
            else ""
        )
        self._context.status_requested.emit(
            tr("{database}.{name} is there{rows}.", database=dataset.database, name=dataset.name, rows=rows)
        )
        self.made.emit(dataset.database, dataset.name)
        self.accept()

    def _progress(self, progress: Progress) -> None:
        self.told.setText(progress.text)
        self.bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self.bar.setValue(progress.done * 1000 // progress.total)

    def _rejected(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()  # a second time closes
            return
        self.reject()

    def _release(self) -> None:
        if self._proposal.preview.rows is not None:
            self._proposal.preview.rows.close()


def _sample(names: Sequence[str], rows: Sequence[Sequence[str]], parent: QWidget) -> QWidget:
    view = plain_table(
        RowsModel(names, rows, parent=parent), max(0, len(names) - 1), dict.fromkeys(range(len(names)), 130)
    )
    view.setAccessibleName(tr("First rows"))
    return view


def _table_name(location: str) -> str:
    name = location.rstrip("/").rpartition("/")[2].lower()
    cleaned = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name).strip("_")
    return cleaned if cleaned[:1].isalpha() else f"t_{cleaned}".rstrip("_")
