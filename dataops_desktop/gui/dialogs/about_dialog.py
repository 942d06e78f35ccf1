"""Version and licence."""

from __future__ import annotations

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QWidget

from dataops_desktop import __version__
from dataops_desktop.gui._forms.about_dialog import Ui_AboutDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import styled


class AboutDialog(QDialog):
    """Open with `open()`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        form = Ui_AboutDialog()
        form.setupUi(self)
        styled(form.title, bold=True, size=4)
        form.title.setText(f"DataOps Desktop {__version__}")
        form.text.setText(
            tr(
                "MIT licence. Built on Qt {qversion} (LGPL), Scintilla and Lexilla, SQLite, Apache Arrow, boto3 and sqlglot.\nPrices shown are estimates.",
                qversion=qVersion(),
            )
        )
        form.close.clicked.connect(self.accept)
