"""Arguments of a job's run, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled


class RunJobDialog(QDialog):
    """After `accepted`: `arguments`, those that differ from the job's own."""

    def __init__(self, job: str, defaults: Mapping[str, str], price: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Run job"))
        self.setMinimumSize(520, 360)
        self._defaults = dict(defaults)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(styled(PlainLabel(job, elide=True), bold=True))
        text = tr("Arguments of this run. Names start with --; those of the job stand already.")
        layout.addWidget(styled(PlainLabel(text, wrap=True), role="muted"))
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName(tr("Arguments"))
        self.table.setHorizontalHeaderLabels([tr("Name"), tr("Value")])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(0, 200)
        for name, value in sorted(defaults.items()):
            self._row(name, value)
        layout.addWidget(self.table, 1)
        row = QHBoxLayout()
        add = QPushButton(tr("Add argument"))
        add.clicked.connect(lambda: self._row("--", ""))
        row.addWidget(add)
        row.addStretch()
        layout.addLayout(row)
        layout.addWidget(styled(PlainLabel(price, wrap=True), role="muted"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        start = buttons.addButton(tr("Start once"), QDialogButtonBox.ButtonRole.AcceptRole)
        start.setToolTip(
            tr("Sent once: when the network breaks, the run is looked up instead of started again")
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _row(self, name: str, value: str) -> None:
        number = self.table.rowCount()
        self.table.insertRow(number)
        self.table.setItem(number, 0, QTableWidgetItem(name))
        self.table.setItem(number, 1, QTableWidgetItem(value))
        if value == "" and name == "--":
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.editItem(self.table.item(number, 0))

    @property
    def arguments(self) -> dict[str, str]:
        """By name."""
        found = {}
        for number in range(self.table.rowCount()):
            cells = [self.table.item(number, column) for column in (0, 1)]
            name, value = (cell.text().strip() if cell else "" for cell in cells)
            if name.strip("-") and self._defaults.get(name) != value:
                found[name if name.startswith("--") else f"--{name}"] = value
        return found
