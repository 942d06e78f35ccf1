"""Conditions on a result's columns: a line to add one, a chip for each that holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.result_view import OPERATORS, WITHOUT_VALUE, RowFilter
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled

LONGEST_CHIP = 40
# Those that are words; signs are the same everywhere.
_OPERATORS = {
    "contains": tr("contains"),
    "does not contain": tr("does not contain"),
    "starts with": tr("starts with"),
    "matches": tr("matches"),
    "is NULL": tr("is NULL"),
    "is not NULL": tr("is not NULL"),
}


class FilterBar(QWidget):
    """`changed` fires with every other list of conditions. All of them must hold for a row to be shown."""

    changed = Signal()

    def __init__(self, columns: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self._columns, self._theme = list(columns), theme
        self.filters: list[RowFilter] = []
        self.column, self.operator, self.value = QComboBox(), QComboBox(), QLineEdit()
        self.column.addItems(self._columns)
        self.column.setMaximumWidth(220)
        self.column.setAccessibleName(tr("Column of the condition"))
        for operator in OPERATORS:
            self.operator.addItem(_OPERATORS.get(operator, operator), operator)
        self.operator.setCurrentIndex(OPERATORS.index("contains"))
        self.operator.setAccessibleName(tr("How the column is compared"))
        self.value.setPlaceholderText(tr("Value"))
        self.value.setAccessibleName(tr("Value of the condition"))
        self.value.setMaximumWidth(220)
        self.operator.currentIndexChanged.connect(
            lambda _: self.value.setEnabled(self.operator.currentData() not in WITHOUT_VALUE)
        )
        self.value.returnPressed.connect(self._add_typed)
        add = QPushButton(tr("Add"))
        add.clicked.connect(self._add_typed)
        close = QToolButton()
        close.setIcon(icon("close", theme.color("muted")))
        close.setIconSize(QSize(14, 14))
        close.setAccessibleName(tr("Close the filter"))
        close.setToolTip(tr("Close; no condition holds any more"))
        close.clicked.connect(self.dismiss)
        line = QHBoxLayout()
        line.setSpacing(6)
        for widget in (
            styled(PlainLabel(tr("Filter")), role="muted"),
            self.column,
            self.operator,
            self.value,
            add,
        ):
            line.addWidget(widget)
        line.addStretch()
        line.addWidget(close)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self.count = styled(PlainLabel(), role="muted")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 6, 8, 6)
        outer.setSpacing(6)
        outer.addLayout(line)
        outer.addLayout(self._chips)
        self.hide()

    def ask(self, column: int | None = None) -> None:
        """Open the line, ready to type a value."""
        self.show()
        if column is not None:
            self.column.setCurrentIndex(column)
        self.value.setFocus()

    def add(self, wanted: RowFilter) -> None:
        """One more condition."""
        if wanted not in self.filters:
            self.set_filters([*self.filters, wanted])
        self.show()

    def set_filters(self, filters: Sequence[RowFilter]) -> None:
        """These conditions."""
        self.filters = list(filters)
        self._show_chips()
        self.changed.emit()

    def dismiss(self) -> None:
        """No condition, no bar."""
        self.hide()
        if self.filters:
            self.set_filters([])

    def _add_typed(self) -> None:
        operator = self.operator.currentData()
        value = "" if operator in WITHOUT_VALUE else self.value.text()
        if value or operator in WITHOUT_VALUE or operator in {"=", "≠"}:
            self.value.clear()
            self.add(RowFilter(self.column.currentIndex(), operator, value))

    def _show_chips(self) -> None:
        while (item := self._chips.takeAt(0)) is not None:
            if item.widget() is not None and item.widget() is not self.count:
                item.widget().deleteLater()
        for wanted in self.filters:
            text = f"{self._columns[wanted.column]} {_OPERATORS.get(wanted.operator, wanted.operator)} {wanted.value}".strip()
            chip = QToolButton()
            chip.setText(
                (text if len(text) <= LONGEST_CHIP else text[:LONGEST_CHIP] + "…").replace("&", "&&")
            )
            chip.setIcon(icon("close", self._theme.color("muted")))
            chip.setIconSize(QSize(12, 12))
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            chip.setProperty("chip", True)
            chip.setToolTip(plain_tooltip(tr("{words}\nClick to remove", words=text)))
            chip.clicked.connect(
                lambda _=False, w=wanted: self.set_filters([f for f in self.filters if f != w])
            )
            self._chips.addWidget(chip)
        self._chips.addWidget(self.count)
        self._chips.addStretch()
        self.count.setVisible(bool(self.filters))
        if not self.filters:
            self.count.setText("")
