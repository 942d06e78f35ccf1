"""What the lists of crawlers and jobs share: a list on top, details below, a note that says what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext


def took(start: str, end: str) -> str:
    """Between two ISO times."""
    if not start or not end:
        return ""
    from datetime import datetime

    return formatting.duration(
        (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() * 1000
    )


class ListAndDetails(QWidget):
    """`load` reads everything, `chose` shows one; the chosen one stays chosen through a reload."""

    def __init__(
        self, context: WindowContext, titles: Sequence[str], widths: dict[int, int], name: str
    ) -> None:
        super().__init__()
        self._context, self._titles, self._widths = context, titles, widths
        self._names: list[str] = []
        self._wanted = ""
        self.chose: Callable[[str], None] = lambda _name: None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        self.buttons = QHBoxLayout()
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Filter"))
        self.field.setAccessibleName(tr("Filter {what}", what=name.lower()))
        self.field.setClearButtonEnabled(True)
        self.buttons.addWidget(self.field, 1)
        layout.addLayout(self.buttons)
        self.note = styled(PlainLabel(tr("Reading…"), wrap=True), role="muted")
        layout.addWidget(self.note)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setFilterKeyColumn(-1)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.textChanged.connect(self._proxy.setFilterFixedString)
        self._proxy.setSourceModel(RowsModel(titles, [], parent=self))
        self.table = plain_table(self._proxy, len(titles) - 1, widths)
        self.table.setAccessibleName(name)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._chosen(now))
        self.details = QWidget()
        self.body = QVBoxLayout(self.details)
        self.body.setContentsMargins(0, 8, 0, 0)
        self.body.setSpacing(8)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setStretchFactor(1, 1)
        split.setSizes([160, 480])
        layout.addWidget(split, 1)

    def add_button(self, title: str, handler: Callable[[], None], primary: bool = False) -> QPushButton:
        """Beside the filter."""
        button = QPushButton(title)
        button.setProperty("primary", primary)
        button.clicked.connect(handler)
        self.buttons.addWidget(button)
        return button

    def show_rows(self, names: list[str], rows: list[tuple[str, ...]], note: str) -> None:
        """New rows; the chosen one is chosen again."""
        self._names = names
        self.note.setText(note)
        self._proxy.setSourceModel(RowsModel(self._titles, rows, parent=self))
        for column, width in self._widths.items():
            self.table.setColumnWidth(column, width)
        row = names.index(self._wanted) if self._wanted in names else 0
        if names:
            self.table.setCurrentIndex(self._proxy.mapFromSource(self._proxy.sourceModel().index(row, 0)))

    def failed(self, error: Exception) -> None:
        """What stands in the way."""
        self.note.setText(str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    def _chosen(self, index: object) -> None:
        row = self._proxy.mapToSource(index).row()  # type: ignore[arg-type]
        if 0 <= row < len(self._names):
            self._wanted = self._names[row]
            self.chose(self._wanted)

    def choose(self, name: str) -> None:
        """By name, also before the list is read."""
        self._wanted = name
        if name in self._names:
            row = self._names.index(name)
            self.table.setCurrentIndex(self._proxy.mapFromSource(self._proxy.sourceModel().index(row, 0)))

    @property
    def chosen(self) -> str:
        """Its name, empty for none."""
        return self._wanted if self._wanted in self._names else ""

    def clear_details(self) -> None:
        """Nothing below."""
        while (item := self.body.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
