"""Find in a result: every cell that holds the text, one after the other."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from dataops_desktop.actions.result_view import MOST_FINDS
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.step_buttons import add_step_buttons

TYPING_MS = 150


class GridFind(QWidget):
    """`wanted` fires a moment after typing; `show_found` answers; `chosen` names the (row, column) to go to."""

    wanted = Signal(str)
    chosen = Signal(int, int)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._found: list[tuple[int, int]] = []
        self._at = 0
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Find in the result"))
        self.text.setAccessibleName(tr("Find in the result"))
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(lambda: self.wanted.emit(self.text.text()))
        self.text.textChanged.connect(self._typing.start)
        self.count = styled(PlainLabel(), role="muted")
        self.count.setMinimumWidth(110)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 8, 6)
        line.setSpacing(6)
        line.addWidget(self.text, 1)
        add_step_buttons(line, "cell", self.step)
        line.addWidget(self.count)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.dismiss)
        line.addWidget(close)
        self.hide()

    def open(self) -> None:
        """Ready to type; what was sought before is sought again."""
        self.show()
        self.text.setFocus()
        self.text.selectAll()
        if self.text.text():
            self._typing.start()

    def dismiss(self) -> None:
        """Close."""
        self.hide()
        self.closed.emit()

    def show_found(self, found: list[tuple[int, int]]) -> None:
        """The cells, in reading order; the first is gone to."""
        self._found, self._at = found, 0
        if not self.text.text():
            self.count.setText("")
        elif not found:
            self.count.setText(tr("Not found"))
        else:
            self._go()

    def step(self, step: int) -> None:
        """To the next or the previous cell, around the end."""
        if self._found:
            self._at = (self._at + step) % len(self._found)
            self._go()

    def _go(self) -> None:
        more = "+" if len(self._found) >= MOST_FINDS else ""
        self.count.setText(f"{formatting.whole(self._at + 1)} of {formatting.whole(len(self._found))}{more}")
        self.chosen.emit(*self._found[self._at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Shift+Enter, Escape."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
