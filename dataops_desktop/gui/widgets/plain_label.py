"""Labels for text from outside: Qt's own label would read HTML, and local images, in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dataops_desktop.gui.formatting import plain_tooltip


class PlainLabel(QLabel):
    """Plain text, selectable on request, optionally shortened with … to the room there is."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        elide: bool = False,
        selectable: bool = False,
        wrap: bool = False,
    ) -> None:
        if isinstance(text, QWidget):  # as generated forms call it
            text, parent = "", text
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._elide = elide
        self._full = self._tip = ""
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def set_elided(self) -> None:
        """Shorten to the room there is, for labels that a form makes."""
        self._elide = True
        self._fit()

    def setText(self, text: str) -> None:
        """Show a text; a shortened one keeps the whole in its tooltip."""
        self._full = text
        self._fit()

    def setToolTip(self, text: str) -> None:
        """A tooltip of its own, which stays when the text is shortened."""
        self._tip = text
        super().setToolTip(text)

    def full_text(self) -> str:
        """The text as it was set."""
        return self._full

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        if self._elide:
            self._fit()

    def _fit(self) -> None:
        text = self._full
        if self._elide:
            first = text.splitlines()[0] if text else ""
            text = QFontMetrics(self.font()).elidedText(
                first, Qt.TextElideMode.ElideRight, max(0, self.width())
            )
            if not self._tip:  # one that somebody set says more
                super().setToolTip(plain_tooltip(self._full) if text != self._full else "")
        super().setText(text)


def styled(label: QLabel, *, size: float = 0, bold: bool = False, role: str = "") -> QLabel:
    """Change point size by `size`, weight, or the colour role (`muted` uses the placeholder colour); returns the label."""
    from PySide6.QtGui import QPalette

    font = label.font()
    if size:
        font.setPointSizeF(font.pointSizeF() + size)
    font.setBold(bold or font.bold())
    label.setFont(font)
    if role == "muted":
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
