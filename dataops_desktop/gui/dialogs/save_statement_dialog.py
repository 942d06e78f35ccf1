"""Name and folder of a query that is kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from dataops_desktop.gui.language import tr


class SaveStatementDialog(QDialog):
    """After `accepted`: `name` and `folder`."""

    def __init__(self, name: str, folder: str, folders: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keep the query"))
        self.setMinimumWidth(380)
        self._name, self._folder = QLineEdit(name), QComboBox()
        self._folder.setEditable(True)
        self._folder.addItems(["", *folders])
        self._folder.setCurrentText(folder)
        self._folder.lineEdit().setPlaceholderText(tr("No folder; parts separated by /"))
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        form.addRow(tr("&Name"), self._name)
        form.addRow(tr("&Folder"), self._folder)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        save = buttons.button(QDialogButtonBox.StandardButton.Save)
        self._name.textChanged.connect(lambda text: save.setEnabled(bool(text.strip())))
        save.setEnabled(bool(name.strip()))
        form.addRow(buttons)
        self._name.selectAll()

    @property
    def name(self) -> str:
        """As typed."""
        return self._name.text().strip()

    @property
    def folder(self) -> str:
        """As typed or chosen."""
        return self._folder.currentText().strip()
