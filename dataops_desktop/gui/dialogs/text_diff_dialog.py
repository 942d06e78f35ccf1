"""Two texts side by side, line against line, what differs marked."""

from __future__ import annotations

from difflib import SequenceMatcher

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme, monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled

LONGEST_LINE_DIFF = 2000  # characters; beyond it a line is marked whole


def aligned(old: str, new: str) -> list[tuple[str | None, str | None]]:
    """Lines side by side; None where the other text has a line more."""
    left, right = old.splitlines(), new.splitlines()
    pairs: list[tuple[str | None, str | None]] = []
    for _, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        pairs += [
            (left[a + offset] if a + offset < b else None, right[c + offset] if c + offset < d else None)
            for offset in range(max(b - a, d - c))
        ]
    return pairs


class TextDiffDialog(QDialog):
    """Open with `open()`; each side is (title, text)."""

    def __init__(self, theme: Theme, old: tuple[str, str], new: tuple[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare two texts"))
        self.resize(900, 520)
        self._theme = theme
        pairs = aligned(old[1], new[1])
        row = QHBoxLayout()
        self.sides: list[QPlainTextEdit] = []
        for place, (title, _) in enumerate((old, new)):
            column = QVBoxLayout()
            column.addWidget(styled(PlainLabel(title), bold=True))
            side = QPlainTextEdit("\n".join(pair[place] or "" for pair in pairs))
            side.setReadOnly(True)
            side.setAccessibleName(title)
            side.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            side.setFont(monospace(side.font()))
            column.addWidget(side)
            row.addLayout(column)
            self.sides.append(side)
        left, right = self.sides
        for one, other in ((left, right), (right, left)):
            one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
            one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
        differ = [number for number, (a, b) in enumerate(pairs) if a != b]
        self._mark(pairs, differ)
        layout = QVBoxLayout(self)
        layout.addLayout(row, 1)
        self.note = styled(PlainLabel(), role="muted")
        self.note.setText(
            f"{formatting.count(len(differ), 'line differs', 'lines differ')}"
            if differ
            else tr("The texts are equal.")
        )
        layout.addWidget(self.note)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _mark(self, pairs: list[tuple[str | None, str | None]], differ: list[int]) -> None:
        colors = [self._theme.color("error"), self._theme.color("ok")]
        for place, (side, color) in enumerate(zip(self.sides, colors, strict=True)):
            selections = []
            for number in differ:
                mine, other = pairs[number][place], pairs[number][1 - place]
                block = side.document().findBlockByNumber(number)
                selections.append(
                    self._selection(QTextCursor(block), color, 30 if mine is not None else 12, whole=True)
                )
                if mine is None or other is None or len(mine) + len(other) > LONGEST_LINE_DIFF:
                    continue
                for _, a, b, _, _ in (
                    code for code in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes() if code[0] != "equal"
                ):  # fmt: skip
                    cursor = QTextCursor(block)
                    cursor.setPosition(block.position() + formatting.utf16_units(mine[:a]))
                    cursor.setPosition(
                        block.position() + formatting.utf16_units(mine[:b]), QTextCursor.MoveMode.KeepAnchor
                    )
                    selections.append(self._selection(cursor, color, 90, whole=False))
            side.setExtraSelections(selections)

    @staticmethod
    def _selection(cursor: QTextCursor, color: QColor, alpha: int, whole: bool) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        shade = QColor(color)
        shade.setAlpha(alpha)
        style = QTextCharFormat()
        style.setBackground(shade)
        if whole:
            style.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.format, selection.cursor = style, cursor  # type: ignore[attr-defined]
        return selection
