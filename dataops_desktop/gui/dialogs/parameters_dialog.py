"""Asks for a statement's parameters, each with the input its type wants; values are remembered by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.errors import InputError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from dataops_desktop.sql.parameters import KINDS, Parameter, literal

_EXAMPLES = {
    "number": "12.5",
    "date": "2024-12-31",
    "timestamp": "2024-12-31 23:59:00",
    "boolean": tr("true or false"),
}


class ParametersDialog(QDialog):
    """After `accepted`, `literals` holds one SQL literal a parameter and `values` what to remember: label → (value, kind)."""

    def __init__(
        self,
        asked: Sequence[Parameter],
        remembered: Mapping[str, Sequence[str]],
        error_color: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Values of the parameters"))
        self.setMinimumWidth(440)
        self._asked = asked
        self.literals: list[str] = []
        self.values: dict[str, tuple[str, str]] = {}
        self.rows: list[tuple[QLineEdit, QComboBox]] = []
        layout = QVBoxLayout(self)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for number, parameter in enumerate(asked, 1):
            field, kinds = QLineEdit(), QComboBox()
            kinds.addItems(list(KINDS))
            label = parameter.label if parameter.name else f"? {number}"
            field.setAccessibleName(tr("Value of {label}", label=label))
            kinds.setAccessibleName(tr("Type of {label}", label=label))
            kinds.currentTextChanged.connect(lambda kind, f=field: self._kind_changed(f, kind))
            value, kind = [*remembered.get(label, ()), "", ""][:2]
            kinds.setCurrentText(parameter.kind if parameter.kind != "text" else kind or "text")
            self._kind_changed(field, kinds.currentText())
            field.setText(value)
            row = QHBoxLayout()
            row.addWidget(field, 1)
            row.addWidget(kinds)
            form.addRow(label, row)
            self.rows.append((field, kinds))
        layout.addLayout(form)
        self._problem = PlainLabel(wrap=True)
        self._problem.setStyleSheet(f"color: {error_color}")
        self._problem.hide()
        layout.addWidget(self._problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(tr("Run"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.rows[0][0].setFocus()

    def _kind_changed(self, field: QLineEdit, kind: str) -> None:
        field.setEnabled(kind != "null")
        field.setPlaceholderText(_EXAMPLES.get(kind, ""))

    def _take(self) -> None:
        literals = []
        for number, (parameter, (field, kinds)) in enumerate(zip(self._asked, self.rows, strict=True), 1):
            label = parameter.label if parameter.name else f"? {number}"
            try:
                literals.append(literal(field.text(), kinds.currentText(), label))
            except InputError as error:
                self._problem.setText(str(error))
                self._problem.show()
                field.setFocus()
                return
            self.values[label] = (field.text(), kinds.currentText())
        self.literals = literals
        self.accept()
