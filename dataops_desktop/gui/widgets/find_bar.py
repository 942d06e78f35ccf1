"""Find and replace in the editor: plain or regular expressions (PCRE, which gives up rather than hang)."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.widgets.step_buttons import add_step_buttons

MOST_MARKS = 10_000


class FindBar(QWidget):
    """Above the editor; Escape closes it. `closed` gives the focus back."""

    closed = Signal()

    def __init__(self, editor: SqlEditor) -> None:
        super().__init__()
        self._editor = editor
        self._places: list[tuple[int, int]] = []
        self.find, self.replace = QLineEdit(), QLineEdit()
        self.find.setPlaceholderText(tr("Find"))
        self.find.setAccessibleName(tr("Find"))
        self.replace.setPlaceholderText(tr("Replace with"))
        self.replace.setAccessibleName(tr("Replace with"))
        self.case, self.regex = QCheckBox(tr("Match &case")), QCheckBox(tr("Regular &expression"))
        self._count = styled(PlainLabel(), role="muted")
        self._count.setMinimumWidth(90)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.find, 1)
        add_step_buttons(first, "match", self.step)
        for widget in (self._count, self.case, self.regex):
            first.addWidget(widget)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.dismiss)
        first.addWidget(close)
        second.addWidget(self.replace, 1)
        for text, slot in ((tr("Replace"), self.replace_one), (tr("Replace all"), self.replace_all)):
            button = QPushButton(text)
            button.clicked.connect(slot)
            second.addWidget(button)
        self._second = QWidget()
        second.setContentsMargins(0, 0, 0, 0)
        self._second.setLayout(second)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 6)
        layout.setSpacing(6)
        layout.addLayout(first)
        layout.addWidget(self._second)
        self.find.textChanged.connect(self.search)
        self.case.toggled.connect(self.search)
        self.regex.toggled.connect(self.search)
        editor.text_changed.connect(self._text_changed)
        self.hide()

    def open(self, replacing: bool) -> None:
        """Show it, looking for what is selected."""
        start, end = self._editor.selection()
        selected = self._editor.text()[start:end]
        if selected and "\n" not in selected:
            self.find.setText(selected)
        self._second.setVisible(replacing)
        self.show()
        self.find.setFocus()
        self.find.selectAll()
        self.search()

    def dismiss(self) -> None:
        """Hide it and its marks."""
        self.hide()
        self._editor.mark_matches([])
        self.closed.emit()

    def _text_changed(self) -> None:
        if self.isVisible():
            self.search()

    def _expression(self) -> QRegularExpression:
        text = self.find.text()
        option = QRegularExpression.PatternOption
        options = option.MultilineOption | (
            option.NoPatternOption if self.case.isChecked() else option.CaseInsensitiveOption
        )
        return QRegularExpression(
            text if self.regex.isChecked() else QRegularExpression.escape(text), options
        )

    def search(self) -> None:
        """Mark every match."""
        self._places = []
        expression = self._expression()
        if not expression.isValid():
            self._count.setText(tr("Not a regular expression"))
            self._count.setToolTip(expression.errorString())
            self._editor.mark_matches([])
            return
        if self.find.text():
            found = expression.globalMatch(self._editor.text())
            while found.hasNext() and len(self._places) < MOST_MARKS:
                match = found.next()
                if match.capturedLength():
                    self._places.append((match.capturedStart(), match.capturedEnd()))
        text = self._editor.text()
        if not text.isascii():  # Qt counts UTF-16 units
            self._places = [(_characters(text, a), _characters(text, b)) for a, b in self._places]
        self._editor.mark_matches(self._places)
        many = len(self._places)
        self._count.setText(
            "" if not self.find.text() else tr("No match") if not many else tr("{many} found", many=many)
        )
        self._count.setToolTip("")

    def step(self, direction: int) -> None:
        """Select the next or the previous match, around the end."""
        if not self._places:
            return
        start, end = self._editor.selection()
        if direction > 0:
            chosen = next((p for p in self._places if p[0] >= end and p != (start, end)), self._places[0])
        else:
            chosen = next((p for p in reversed(self._places) if p[1] <= start), self._places[-1])
        self._editor.select(*chosen)

    def replace_one(self) -> None:
        """The selected match, then on to the next."""
        place = self._editor.selection()
        if place in self._places:
            self._editor.replace_range(*place, self._replacement(self._editor.text()[place[0] : place[1]]))
        self.step(1)

    def replace_all(self) -> None:
        """Every match, in one step of undo."""
        text = self._editor.text()
        changes = [(a, b, self._replacement(text[a:b])) for a, b in self._places]
        self._editor.replace_ranges(changes)
        self._count.setText(tr("{changes} replaced", changes=len(changes)))

    def _replacement(self, found: str) -> str:
        if not self.regex.isChecked():
            return self.replace.text()
        match = self._expression().match(found)
        text = self.replace.text().replace("\\n", "\n").replace("\\t", "\t")
        for number in range(9, -1, -1):
            text = text.replace(
                f"\\{number}", match.captured(number) if number <= match.lastCapturedIndex() else ""
            )
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Shift+Enter, Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.replace.hasFocus():
                self.replace_one()
            else:
                self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)


def _characters(text: str, units: int) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
