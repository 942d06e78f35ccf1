"""A result as a dataset: by which way, under which name, where; with a preview of what will be made and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.create_dataset import (
    NewDataset,
    checked_location,
    checked_name,
    ctas,
    dataset_columns,
)
from dataops_desktop.errors import InputError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.workspace import ResultRows

TYPING_MS = 200


class DatasetDialog(QDialog):
    """After `accepted`, `dataset` holds the choice and `by_query` whether Athena writes it. `location_wanted` asks for a proposal."""

    location_wanted = Signal(str, str)  # database, name

    def __init__(
        self,
        rows: ResultRows,
        sql: str,
        sql_database: str,
        engine: str,
        databases: Sequence[str],
        why_not_query: str,
        place_is_fixed: bool,
        error_color: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Create dataset"))
        self.resize(640, 560)
        self._rows, self._sql, self._sql_database, self._engine = rows, sql, sql_database, engine
        self._place_is_fixed, self._proposed = place_is_fixed, ""
        self._query_cost = tr("Looking up what the query will cost…")
        self.name, self.place, self.database = QLineEdit("new_dataset"), QLineEdit(), QComboBox()
        self.database.addItems(list(databases))
        self.database.setCurrentIndex(max(0, self.database.findText(sql_database)))
        self.place.setPlaceholderText("s3://bucket/folder/")
        self.upload = QRadioButton(
            tr(
                "Upload the {row_count} shown, as Parquet",
                row_count=formatting.count(rows.row_count, "row", "rows"),
            )
        )
        self.query = QRadioButton(tr("Let Athena run the query again and store its result (CTAS)"))
        self.query.setEnabled(not why_not_query)
        ways = QButtonGroup(self)
        ways.addButton(self.upload)
        ways.addButton(self.query)
        self.upload.setChecked(True)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(tr("&Name"), self.name)
        form.addRow(tr("&Database"), self.database)
        form.addRow(tr("How"), self.upload)
        form.addRow("", self.query)
        if why_not_query:
            form.addRow("", styled(PlainLabel(why_not_query, wrap=True), role="muted"))
        form.addRow(tr("&Folder"), self.place)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setAccessibleName(tr("What will be made"))
        self.preview.setFont(monospace(self.preview.font()))
        self.cost = PlainLabel(wrap=True)
        self.problem = PlainLabel(wrap=True)
        self.problem.setStyleSheet(f"color: {error_color}")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.create = buttons.addButton(tr("Create dataset"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.create.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(form)
        layout.addWidget(PlainLabel(tr("What will be made")))
        layout.addWidget(self.preview, 1)
        for widget in (self.cost, self.problem, buttons):
            layout.addWidget(widget)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._ask_location)
        self.name.textChanged.connect(self._changed)
        self.database.currentTextChanged.connect(self._changed)
        self.place.textChanged.connect(lambda _: self._show())
        self.query.toggled.connect(lambda _: self._show())
        self.name.selectAll()
        self._changed()

    @property
    def dataset(self) -> NewDataset:
        """As typed."""
        return NewDataset(
            self.database.currentText(), self.name.text().strip(), self.place.text().strip(), self._sql, self._sql_database, self._engine
        )  # fmt: skip

    @property
    def by_query(self) -> bool:
        """Whether Athena writes it."""
        return self.query.isChecked()

    @property
    def statement(self) -> str:
        """The CTAS."""
        return ctas(self.dataset, not self._place_is_fixed)

    def _changed(self) -> None:
        self._show()
        self._typing.start()

    def _ask_location(self) -> None:
        if self.place.text().strip() in {"", self._proposed}:
            self.location_wanted.emit(self.database.currentText(), self.name.text().strip())

    def propose(self, location: str) -> None:
        """A folder, unless the person wrote one."""
        if self.place.text().strip() in {"", self._proposed}:
            self._proposed = location
            self.place.setText(location)

    def show_query_cost(self, text: str) -> None:
        """What the CTAS will scan."""
        self._query_cost = text
        self._show()

    def _show(self) -> None:
        self.place.setEnabled(not (self.by_query and self._place_is_fixed))
        try:
            checked_name(self.dataset.name)
            if self.place.isEnabled():
                checked_location(self.dataset.location)
            text = self.statement if self.by_query else self._upload_text()
        except InputError as error:
            self.preview.setPlainText("")
            self.problem.setText(str(error))
            self.create.setEnabled(False)
            return
        self.preview.setPlainText(text)
        self.problem.setText("")
        self.create.setEnabled(bool(self.database.currentText()))
        if self.by_query:
            place = tr(" The workgroup chooses the folder.") if self._place_is_fixed else ""
            self.cost.setText(
                tr(
                    "Paid: Athena scans the sources again, {query_cost}.{place} S3 storage is extra.",
                    query_cost=self._query_cost,
                    place=place,
                )
            )
        else:
            self.cost.setText(
                tr("Athena charges nothing for it. S3 charges the upload's requests and the storage.")
            )

    def _upload_text(self) -> str:
        columns = dataset_columns(self._rows)
        width = max((len(column.name) for column in columns), default=0)
        lines = [
            tr(
                "Glue table {database}.{name}, Parquet",
                database=self.dataset.database,
                name=self.dataset.name,
            ),
            f"{formatting.count(self._rows.row_count, 'row', 'rows')} in {self.dataset.location}",
            "",
            *(
                f"{column.name:<{width}}  {column.type}" + (f"   ({column.note})" if column.note else "")
                for column in columns
            ),
        ]
        return "\n".join(lines)
