"""The whole value of one cell; JSON is indented."""

from __future__ import annotations

import json

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui._forms.cell_dialog import Ui_CellDialog


class CellDialog(QDialog):
    """Open with `open()`."""

    def __init__(self, column: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        form = Ui_CellDialog()
        form.setupUi(self)
        self.setWindowTitle(column)
        shown = text
        if text[:1] in "{[":
            try:
                shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
            except (ValueError, RecursionError):
                shown = text
        form.text.setPlainText(shown)
        form.note.setText(formatting.count(len(text), "character", "characters"))
        form.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        form.close.clicked.connect(self.accept)
