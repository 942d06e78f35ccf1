"""The SQL editor: Scintilla and Lexilla behind one widget of ours. Positions outside are characters, inside UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lexilla import Language, create_lexer
from lexilla.pyside6_scintilla import set_lexer
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pyside6_scintilla import ScintillaEdit

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme, monospace_family
from dataops_desktop.gui.widgets.statement_index import LARGE, StatementIndex
from dataops_desktop.sql.completion import Completion
from dataops_desktop.sql.snippets import expanded
from dataops_desktop.sql.split import Statement, split_statements
from dataops_desktop.sql.vocabulary import FUNCTIONS, KEYWORDS, TYPES

# Lexilla's SQL styles (SciLexer.h: SCE_SQL_*) → colour of the theme.
_STYLES = {
    1: "comment",
    2: "comment",
    3: "comment",
    15: "comment",
    4: "number",
    5: "keyword",
    6: "text",
    7: "string",
    16: "function",
    19: "function",
}
_DEFAULT, _LINE_NUMBER, _BRACE_OK, _BRACE_BAD = 32, 33, 34, 35
_MARK_STATEMENT, _ERROR_INDICATOR, _PROBLEM_INDICATOR, _MATCH_INDICATOR = 1, 8, 9, 10
_HOVER_MS = 500
# What a command of the Edit menu does to the text: Scintilla's own.
LINE_ACTIONS = {
    "duplicate": "selectionDuplicate",
    "move_up": "moveSelectedLinesUp",
    "move_down": "moveSelectedLinesDown",
    "delete_line": "lineDelete",
    "select_next": "multipleSelectAddNext",
}
_MARGIN_NUMBERS, _MARGIN_STATEMENT, _MARGIN_FOLD = 0, 1, 2
_POPUP_DELAY_MS = (
    0  # the next turn of the event loop: keys that wait are read first, one list for all of them
)

AROUND = 50_000  # bytes of a large statement that completion looks at, before and after the caret

Completer = Callable[[str, int], Sequence[Completion]]


def _color(name: str) -> int:
    """`#rrggbb` as Scintilla's 0xBBGGRR."""
    return int(name[5:7] + name[3:5] + name[1:3], 16)


def _shown(item: Completion) -> str:
    """What stands in the list: the text that comes, a snippet's name."""
    return item.text if item.kind == "snippet" else item.insert


def _note(item: Completion) -> str:
    """What the list says behind a name: a column's type, a function's result."""
    if item.kind == "function":
        return "→ " + item.detail.partition(" → ")[2]
    if item.kind == "expansion":
        return item.text
    return "" if item.kind in {"keyword", "type", "literal"} else item.detail or item.kind


class SqlEditor(QWidget):
    """One document. `completer` maps (text, caret) to proposals and must be fast: it runs on the event loop."""

    text_changed = Signal()
    run_requested = Signal()
    caret_moved = Signal()
    hovered = Signal(int)  # the mouse rests over a character
    completed = Signal(object)  # the Completion that was chosen

    def __init__(self, theme: Theme, completer: Completer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._completer = theme, completer
        self._proposals: dict[str, Completion] = {}
        self._problems: list[tuple[int, int, str]] = []
        self.edit = ScintillaEdit(self)
        self.edit.setAccessibleName(tr("SQL editor"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self.index = StatementIndex(self.raw, self.edit.textLength, self)
        self.index.changed.connect(self._mark_statement)
        self._marked: tuple[int, int] | None = None
        self._configure()
        self._popup = QTimer(self, singleShot=True, interval=_POPUP_DELAY_MS)
        self._popup.timeout.connect(self.show_completions)
        self.edit.installEventFilter(self)
        self.edit.charAdded.connect(self._char_added)
        self.edit.dwellStart.connect(self._dwelt)
        self.edit.dwellEnd.connect(lambda *_: self.edit.callTipCancel())
        self.edit.updateUi.connect(self._update_ui)
        self.edit.modified.connect(self._modified)
        self.edit.autoCompleteSelection.connect(self._completion_chosen)
        theme.changed.connect(self._apply_theme)
        self._apply_theme()

    def _configure(self) -> None:
        edit = self.edit
        edit.setCodePage(65001)
        edit.setModEventMask(0x3)  # text that comes and goes; not the fold level of each line
        lexer = create_lexer(Language.SQL)
        if lexer is not None:
            set_lexer(edit, lexer)
        edit.setIdleStyling(
            3
        )  # SC_IDLESTYLING_ALL: a jump to the end of a huge text does not wait for its colours
        edit.setProperty("fold", "1")
        edit.setProperty("fold.comment", "1")
        edit.setKeyWords(0, " ".join(word.lower() for word in (*KEYWORDS, *TYPES)))
        edit.setKeyWords(1, " ".join(FUNCTIONS))
        edit.setMarginTypeN(_MARGIN_NUMBERS, 1)
        edit.setMarginTypeN(_MARGIN_STATEMENT, 0)
        edit.setMarginMaskN(_MARGIN_STATEMENT, 1 << _MARK_STATEMENT)
        edit.setMarginWidthN(_MARGIN_STATEMENT, 4)
        edit.markerDefine(_MARK_STATEMENT, 26)  # SC_MARK_FULLRECT
        edit.setMarginTypeN(_MARGIN_FOLD, 0)
        edit.setMarginMaskN(_MARGIN_FOLD, 0xFE000000)
        edit.setMarginWidthN(_MARGIN_FOLD, 12)
        edit.setMarginSensitiveN(_MARGIN_FOLD, True)
        edit.setAutomaticFold(0x7)
        for number, shape in ((30, 33), (31, 34), (29, 32), (28, 32), (27, 32), (26, 33), (25, 34)):
            edit.markerDefine(number, {33: 2, 34: 6, 32: 5}.get(shape, 5))  # arrows; nothing in between
        edit.setTabWidth(4)
        edit.setUseTabs(False)
        edit.setIndentationGuides(0)
        edit.setMultipleSelection(True)
        edit.setAdditionalSelectionTyping(True)
        edit.setScrollWidthTracking(True)
        edit.setScrollWidth(1)
        edit.autoCSetSeparator(10)
        edit.autoCSetIgnoreCase(True)
        edit.autoCSetOrder(2)  # SC_ORDER_CUSTOM: ours is best first
        edit.autoCSetMaxHeight(12)
        edit.autoCSetMaxWidth(64)
        edit.autoCSetDropRestOfWord(True)
        edit.indicSetStyle(_ERROR_INDICATOR, 1)  # INDIC_SQUIGGLE
        edit.indicSetStyle(_PROBLEM_INDICATOR, 1)
        edit.indicSetStyle(_MATCH_INDICATOR, 7)  # INDIC_ROUNDBOX
        edit.setMouseDwellTime(_HOVER_MS)
        edit.setMultiPaste(1)
        edit.setCaretLineVisible(True)
        edit.setEndAtLastLine(True)
        # Scintilla's own bindings of keys that are commands of ours.
        for key, modifiers in ((0x2F, 2), (0x0D, 2), (0x4B, 2), (0x4C, 2), (0x54, 2)):
            edit.assignCmdKey(key + (modifiers << 16), 0)

    def _apply_theme(self) -> None:
        colors, edit = self._theme.colors, self.edit
        edit.styleSetFont(_DEFAULT, monospace_family())
        edit.styleSetSize(_DEFAULT, 11)
        edit.styleSetFore(_DEFAULT, _color(colors.text))
        edit.styleSetBack(_DEFAULT, _color(colors.base))
        edit.styleClearAll()
        for style, name in _STYLES.items():
            edit.styleSetFore(style, _color(getattr(colors, name)))
        edit.styleSetBold(5, True)
        edit.styleSetFore(_LINE_NUMBER, _color(colors.muted))
        edit.styleSetBack(_LINE_NUMBER, _color(colors.base))
        edit.styleSetFore(_BRACE_OK, _color(colors.accent))
        edit.styleSetBold(_BRACE_OK, True)
        edit.styleSetFore(_BRACE_BAD, _color(colors.error))
        edit.setCaretFore(_color(colors.text))
        edit.setCaretLineBack(_color(colors.stripe))
        edit.setSelBack(True, _color(colors.selection))
        edit.setFoldMarginColour(True, _color(colors.base))
        edit.setFoldMarginHiColour(True, _color(colors.base))
        for number in range(25, 32):
            edit.markerSetFore(number, _color(colors.base if number in {25, 26, 30, 31} else colors.muted))
            edit.markerSetBack(number, _color(colors.muted))
        edit.markerSetBack(_MARK_STATEMENT, _color(colors.accent))
        edit.indicSetFore(_ERROR_INDICATOR, _color(colors.error))
        edit.indicSetFore(_PROBLEM_INDICATOR, _color(colors.warning))
        edit.indicSetFore(_MATCH_INDICATOR, _color(colors.accent))
        edit.callTipSetBack(_color(colors.raised))
        edit.callTipSetFore(_color(colors.text))
        self._fit_margin()

    def _fit_margin(self) -> None:
        digits = max(2, len(str(self.edit.lineCount())))
        self.edit.setMarginWidthN(_MARGIN_NUMBERS, self.edit.textWidth(_LINE_NUMBER, "9" * digits) + 14)

    # text and positions
    def text(self) -> str:
        """The whole document."""
        return self.raw().decode("utf-8", "replace")

    def raw(self) -> bytes:
        """The whole document in UTF-8."""
        return bytes(self.edit.getText(self.edit.textLength()).data())

    def part(self, start: int, end: int) -> str:
        """The text between two places in bytes."""
        return bytes(self.edit.textRange(start, end).data()).decode("utf-8", "replace")

    def set_text(self, text: str) -> None:
        """Replace the document (undoable history starts anew); NUL characters are dropped: Scintilla would cut there."""
        self.edit.setText(text.replace("\0", ""))
        self.edit.emptyUndoBuffer()
        self._fit_margin()

    def _offset(self, position: int) -> int:
        return len(bytes(self.edit.textRange(0, position).data()).decode("utf-8", "replace"))

    def _position(self, offset: int) -> int:
        return len(self.text()[:offset].encode())

    def caret(self) -> int:
        """Caret as a character offset."""
        return self._offset(self.edit.currentPos())

    def set_caret(self, offset: int) -> None:
        """Move the caret and show it."""
        self.edit.gotoPos(self._position(offset))
        self.edit.scrollCaret()

    def selection(self) -> tuple[int, int]:
        """(start, end) in characters; equal when nothing is selected."""
        return self._offset(self.edit.selectionStart()), self._offset(self.edit.selectionEnd())

    def insert(self, text: str) -> None:
        """Replace the selection, or insert at the caret."""
        self.edit.replaceSel(text.replace("\0", ""))

    def statements_to_run(self) -> list[Statement]:
        """The selection's statements, else the one at the caret."""
        start, end = self.edit.selectionStart(), self.edit.selectionEnd()
        if start != end:
            first = self._offset(start)
            return [
                Statement(s.text, s.start + first, s.end + first)
                for s in split_statements(self.part(start, end))
            ]
        found = self.index.at(self.edit.currentPos())
        if found is None:
            return []
        text, first = self.part(*found), self._offset(found[0])
        return [Statement(text, first, first + len(text))]

    def statement_text(self) -> str:
        """What Run would take now; nothing for several statements and for one too long to be looked at while typing."""
        start, end = self.edit.selectionStart(), self.edit.selectionEnd()
        if start == end:
            start, end = self.index.at(end) or (end, end)
        if end - start > LARGE:
            return ""
        found = split_statements(self.part(start, end))
        return found[0].text if len(found) == 1 else ""

    def all_statements(self) -> list[Statement]:
        """Every statement. Their places are in characters."""
        raw, reached, offset, found = self.raw(), 0, 0, []
        for start, end in self.index.spans():
            offset += len(raw[reached:start].decode("utf-8", "replace"))
            text = raw[start:end].decode("utf-8", "replace")
            found.append(Statement(text, offset, offset + len(text)))
            reached, offset = end, offset + len(text)
        return found

    # errors
    def mark_error(self, statement: Statement, line: int, column: int) -> None:
        """Underline the word at a 1-based place within a statement and go there."""
        text = self.text()
        lines = text[statement.start : statement.end].split("\n")
        inside = (
            sum(len(part) + 1 for part in lines[: line - 1]) + column - 1 if 0 < line <= len(lines) else 0
        )
        position = self._position(min(statement.start + inside, statement.end))
        self.clear_error()
        end = max(self.edit.wordEndPosition(position, True), position + 1)
        self.edit.setIndicatorCurrent(_ERROR_INDICATOR)
        self.edit.indicatorFillRange(position, min(end, self.edit.textLength()) - position)
        self.edit.gotoPos(position)
        self.edit.scrollCaret()

    def clear_error(self) -> None:
        """Remove the underline."""
        self.edit.setIndicatorCurrent(_ERROR_INDICATOR)
        self.edit.indicatorClearRange(0, self.edit.textLength())

    # marks and cards
    def _fill(self, indicator: int, places: Sequence[tuple[int, int]]) -> None:
        self.edit.setIndicatorCurrent(indicator)
        self.edit.indicatorClearRange(0, self.edit.textLength())
        text = self.text()
        plain = text.isascii()  # then characters are bytes
        for start, end in places:
            first = start if plain else len(text[:start].encode())
            last = end if plain else len(text[:end].encode())
            self.edit.indicatorFillRange(first, last - first)

    def mark_problems(self, problems: list[tuple[int, int, str]]) -> None:
        """Underline (start, end, message) places; the message shows under the mouse."""
        if problems or self._problems:
            self._problems = problems
            QTimer.singleShot(0, self.edit, self._fill_problems)  # never inside Scintilla's own notification

    def _fill_problems(self) -> None:
        self._fill(_PROBLEM_INDICATOR, [(start, end) for start, end, _ in self._problems])

    def problem_at(self, offset: int) -> str:
        """The message of the marked place, or nothing."""
        return next((text for start, end, text in self._problems if start <= offset <= end), "")

    def mark_matches(self, places: Sequence[tuple[int, int]]) -> None:
        """Box what a search found."""
        QTimer.singleShot(0, self.edit, lambda: self._fill(_MATCH_INDICATOR, places))

    def _dwelt(self, x: int, y: int) -> None:
        position = self.edit.positionFromPointClose(x, y)
        if position >= 0 and not self.edit.autoCActive():
            self.hovered.emit(self._offset(position))

    def show_card(self, offset: int, text: str) -> None:
        """A small card at a place, until the mouse moves."""
        self.edit.callTipShow(self._position(offset), text.replace("\0", ""))

    # changing the text
    def select(self, start: int, end: int) -> None:
        """Select characters and show them."""
        self.edit.setSel(self._position(start), self._position(end))
        self.edit.scrollCaret()

    def replace_range(self, start: int, end: int, text: str) -> None:
        """Replace characters, in one step of undo."""
        self.replace_ranges([(start, end, text)])

    def replace_ranges(self, changes: Sequence[tuple[int, int, str]]) -> None:
        """Replace (start, end, text) places, in order and apart, in one step of undo."""
        old, parts, reached = self.text(), [], 0
        if not changes:
            return
        first, last = changes[0][0], changes[-1][1]
        reached = first
        for start, end, text in changes:
            parts += [old[reached:start], text]
            reached = end
        self.edit.beginUndoAction()
        self.edit.setTargetRange(self._position(first), self._position(last))
        new = "".join(parts).replace("\0", "")
        self.edit.replaceTarget(len(new.encode()), new)
        self.edit.endUndoAction()
        self.set_caret(first + len(new))

    def line_action(self, name: str) -> None:
        """One of LINE_ACTIONS."""
        getattr(self.edit, LINE_ACTIONS[name])()

    # completion
    @property
    def completing(self) -> bool:
        """Whether a list is about to open."""
        return self._popup.isActive()

    def show_completions(self) -> None:
        """Open the list for the word before the caret, if there is anything to propose."""
        text, caret = self._around_caret()
        proposals = self._completer(text, caret)
        start = proposals[0].replace_from if proposals else caret
        word = text[start:caret]
        if not proposals or (len(proposals) == 1 and proposals[0].insert == word):
            self.edit.autoCCancel()
            return
        # Columns of the list: what is inserted, then what it is; only the first part reaches the text.
        self._proposals = {f"{_shown(item)}   {_note(item)}".rstrip(): item for item in proposals}
        self.edit.autoCShow(len(word.encode()), "\n".join(self._proposals))

    def _around_caret(self) -> tuple[str, int]:
        """(text, caret within it): of a large document the statement at the caret, at most some pages of it."""
        position = self.edit.currentPos()
        if not self.index.large:
            return self.text(), self.caret()
        first, last = self.index.at(position) or (position, position)
        first, last = max(first, position - AROUND), min(max(last, position), position + AROUND)
        if position < first:  # before the first statement
            first = position
        return self.part(first, last), len(self.part(first, position))

    def _completion_chosen(self, position: int, chosen: str) -> None:
        item = self._proposals.get(chosen)
        if item is None:
            return
        end = self.edit.currentPos()
        self.edit.autoCCancel()
        self.edit.setSel(position, end)
        if item.kind == "snippet":
            self._insert_snippet(item.insert)
        else:
            self.edit.replaceSel(
                item.insert + ("(" if item.kind == "function" and "(" in item.detail else "")
            )
        self.completed.emit(item)

    def _insert_snippet(self, body: str) -> None:
        start = self.edit.selectionStart()
        line = self.edit.lineFromPosition(start)
        text, caret = expanded(body, " " * self.edit.lineIndentation(line))
        self.edit.replaceSel(text)
        self.edit.gotoPos(start + len(text[:caret].encode()))

    def _char_added(self, code: int) -> None:
        char = chr(code)
        if char.isalpha() or char in "_." or (char.isdigit() and self.edit.autoCActive()):
            self._popup.start()
        elif char == "\n":
            self._indent_new_line()
        else:
            self._popup.stop()

    def _indent_new_line(self) -> None:
        line = self.edit.lineFromPosition(self.edit.currentPos())
        if line > 0:
            indent = self.edit.lineIndentation(line - 1)
            if indent:
                self.edit.setLineIndentation(line, indent)
                self.edit.gotoPos(self.edit.lineIndentPosition(line))

    # following the caret
    def _update_ui(self, _: int) -> None:
        position = self.edit.currentPos()
        for place in (position - 1, position):
            if place >= 0 and chr(self.edit.charAt(place) & 0xFF) in "()[]{}":
                match = self.edit.braceMatch(place, 0)
                if match >= 0:
                    self.edit.braceHighlight(place, match)
                else:
                    self.edit.braceBadLight(place)
                break
        else:
            self.edit.braceHighlight(-1, -1)
        self._mark_statement()
        self.caret_moved.emit()

    def _mark_statement(self) -> None:
        """Only lines in and around the view: a statement may have a hundred thousand."""
        found = self.index.at(self.edit.currentPos())
        lines = None
        if found is not None:
            top = self.edit.docLineFromVisible(self.edit.firstVisibleLine())
            shown = self.edit.linesOnScreen()
            first = max(self.edit.lineFromPosition(found[0]), top - shown)
            last = min(self.edit.lineFromPosition(found[1]), top + 2 * shown)
            lines = (first, last) if first <= last else None
        if lines == self._marked:
            return
        self._marked = lines
        self.edit.markerDeleteAll(_MARK_STATEMENT)
        if lines is not None:
            for line in range(lines[0], lines[1] + 1):
                self.edit.markerAdd(line, _MARK_STATEMENT)

    def _modified(self, kind: int, position: int, length: int, *_: object) -> None:
        if kind & 0x3:  # SC_MOD_INSERTTEXT | SC_MOD_DELETETEXT
            self.index.edited(position, length if kind & 0x1 else -length)
            self._marked = (-1, -1)  # markers move with their lines: they are set anew
            self.clear_error_later()
            self._fit_margin()
            self.text_changed.emit()

    def clear_error_later(self) -> None:
        """An edit makes the mark old; indicators must not change inside the notification itself."""
        QTimer.singleShot(0, self.edit, self.clear_error)

    def toggle_comment(self) -> None:
        """`--` before each selected line, or away from all of them."""
        first = self.edit.lineFromPosition(self.edit.selectionStart())
        last = self.edit.lineFromPosition(self.edit.selectionEnd())
        lines = [
            bytes(
                self.edit.textRange(self.edit.positionFromLine(n), self.edit.lineEndPosition(n)).data()
            ).decode()
            for n in range(first, last + 1)
        ]
        remove = all(line.lstrip().startswith("--") for line in lines if line.strip())
        self.edit.beginUndoAction()
        for number, line in zip(range(first, last + 1), lines, strict=True):
            if not line.strip():
                continue
            start = self.edit.positionFromLine(number) + len(line) - len(line.lstrip())
            if remove:
                self.edit.deleteRange(start, 3 if line.lstrip().startswith("-- ") else 2)
            else:
                self.edit.insertText(start, "-- ")
        self.edit.endUndoAction()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that must not reach Scintilla."""
        if watched is self.edit and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if control and not shift and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self.run_requested.emit()
                return True
            if control and event.key() == Qt.Key.Key_Space:
                self.show_completions()
                return True
            if control and event.key() == Qt.Key.Key_Slash:
                self.toggle_comment()
                return True
        return super().eventFilter(watched, event)
