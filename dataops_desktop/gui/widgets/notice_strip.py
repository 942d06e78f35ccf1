"""A line below the toolbar for what a person should see while it is so."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel


class NoticeStrip(QFrame):
    """`hidden_by_person` with the text that is not to be shown again until it changes."""

    hidden_by_person = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("notice", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = PlainLabel(elide=True)
        self.hide_button = QPushButton(tr("Hide"))
        self.hide_button.setProperty("link", True)
        self.hide_button.clicked.connect(self._hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 3, 8, 3)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.hide_button)
        self.hide()

    def show_text(self, text: str, details: str = "") -> None:
        """Nothing where there is no text."""
        self.text.setText(text)
        self.setToolTip(plain_tooltip(details) if details else "")
        self.setVisible(bool(text))

    def _hide(self) -> None:
        self.hide()
        self.hidden_by_person.emit(self.text.full_text())
