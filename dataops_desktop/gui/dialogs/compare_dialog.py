"""Which result to compare with, and by which key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.compare_results import names_of
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.workspace import ResultRows


class CompareDialog(QDialog):
    """Open with `open()`; `chosen_other` is a place in `others`, `key` the checked columns. `other_changed` asks for a key."""

    other_changed = Signal(int)

    def __init__(
        self, title: str, rows: ResultRows, others: Sequence[tuple[str, ResultRows]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare results"))
        self.resize(420, 420)
        self._rows, self._others = rows, others
        self.other = QComboBox()
        self.other.addItems([name for name, _ in others])
        self.other.currentIndexChanged.connect(self._fill)
        self.keys = QListWidget()
        self.keys.setAccessibleName(tr("Columns of the key"))
        self.keys.itemChanged.connect(lambda _: self._check())
        form = QFormLayout()
        form.addRow(tr("Before"), self.other)
        form.addRow(tr("After"), PlainLabel(title))
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(form)
        layout.addWidget(PlainLabel(tr("Rows belong together when these columns are equal:")))
        layout.addWidget(self.keys, 1)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        layout.addWidget(self.note)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = self._buttons.addButton(tr("Compare"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setProperty("primary", True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout.addWidget(self._buttons)
        self._fill()

    @property
    def chosen_other(self) -> int:
        """Place in `others`."""
        return self.other.currentIndex()

    @property
    def key(self) -> tuple[str, ...]:
        """Checked columns."""
        items = [self.keys.item(i) for i in range(self.keys.count())]
        return tuple(
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )

    def _fill(self) -> None:
        self.keys.blockSignals(True)
        self.keys.clear()
        theirs = names_of(self._others[self.chosen_other][1])
        common = [name for name in names_of(self._rows) if name in theirs]
        for name in common:
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            )
            item.setCheckState(Qt.CheckState.Unchecked)
            self.keys.addItem(item)
        self.keys.blockSignals(False)
        self.note.setText("" if common else tr("The two results have no column in common."))
        self._check()
        self.other_changed.emit(self.chosen_other)

    def propose(self, key: Sequence[str]) -> None:
        """Check these, unless the person has chosen already."""
        if self.key:
            return
        for i in range(self.keys.count()):
            item = self.keys.item(i)
            if item.data(Qt.ItemDataRole.UserRole) in key:
                item.setCheckState(Qt.CheckState.Checked)
        if not key and self.keys.count():
            self.note.setText(tr("No few columns tell all rows apart: choose the key yourself."))

    def _check(self) -> None:
        self._go.setEnabled(bool(self.key))
