"""A statement to read, with the part that is meant marked in it."""

from __future__ import annotations

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from dataops_desktop.gui.formatting import utf16_units
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import monospace


class StatementView(QPlainTextEdit):
    """Read only; places are in characters of the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(monospace(self.font()))
        self.setAccessibleName(tr("Statement of the link"))

    def show_statement(self, sql: str, start: int = -1, end: int = -1) -> None:
        """Mark from `start` to before `end` and bring it into view; −1 marks nothing."""
        self.setPlainText(sql)
        marks = []
        if sql and start >= 0:
            last = self.document().characterCount() - 1
            cursor = QTextCursor(self.document())
            cursor.setPosition(min(utf16_units(sql[:start]), last))
            cursor.setPosition(min(utf16_units(sql[:end]), last), QTextCursor.MoveMode.KeepAnchor)
            mark, form = QTextEdit.ExtraSelection(), QTextCharFormat()
            form.setBackground(self.palette().highlight())
            form.setForeground(self.palette().highlightedText())
            mark.cursor, mark.format = cursor, form
            marks.append(mark)
            shown = QTextCursor(cursor)
            shown.clearSelection()
            self.setTextCursor(shown)
        self.setExtraSelections(marks)
