"""Help while writing: errors marked as one pauses, a card for the name under the mouse, formatting, going to a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.widgets.statement_index import split_large
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.sql.completion import Completion, CompletionCatalog, complete
from dataops_desktop.sql.lint import LONGEST, formatted, parse_errors

PAUSE_MS = 700
CARD_COLUMNS = 15


class QueryAssist(QObject):
    """`words` tells the catalog and the dialect of the worksheet now."""

    def __init__(
        self, context: WindowContext, editor: SqlEditor, words: Callable[[], tuple[CompletionCatalog, str]]
    ) -> None:
        super().__init__(editor)
        self._context, self._editor, self._words = context, editor, words
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: context.run(self._mark()))
        editor.text_changed.connect(self._changed)
        editor.hovered.connect(self._hover)
        editor.index.wanted.connect(lambda: context.run(self.split()))

    def _changed(self) -> None:
        self._editor.mark_problems([])
        self._pause.start()

    async def split(self) -> None:
        """Where the statements of a large text lie, found off the window's thread."""
        index = self._editor.index
        while not index.fresh:
            revision, raw = index.revision, self._editor.raw()
            index.take(await self._context.use_cases.context.local(split_large, raw), revision)

    async def _mark(self) -> None:
        if self._editor.edit.textLength() > LONGEST:
            return
        text = self._editor.text()
        marks = await self._context.use_cases.context.local(parse_errors, text, self._words()[1])
        if self._editor.text() == text:
            self._editor.mark_problems([(mark.start, mark.end, mark.message) for mark in marks])

    def _name_at(self, offset: int) -> Completion | None:
        """What the name at a place is, as completion understands it there."""
        text = self._editor.text()
        end = offset
        while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
            end += 1
        start = offset
        while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_$"):
            start -= 1
        name = text[start:end].lower()
        if not name:
            return None
        catalog, dialect = self._words()
        found = [item for item in complete(text, end, catalog, dialect) if item.text.lower() == name]
        return found[0] if found else None

    def _hover(self, offset: int) -> None:
        message = self._editor.problem_at(offset)
        if message:
            self._editor.show_card(offset, message)
            return
        item = self._name_at(offset)
        if item is None or item.kind in {"keyword", "type", "literal"}:
            return
        lines = [f"{item.text}  ·  {item.kind}", item.detail]
        if item.kind in {"table", "view"}:
            columns = list(self._words()[0].columns(item.detail, item.text))
            lines += [f"  {name}  {kind}" for name, kind in columns[:CARD_COLUMNS]]
            if len(columns) > CARD_COLUMNS:
                lines.append(tr("  … {columns} more", columns=len(columns) - CARD_COLUMNS))
        self._editor.show_card(offset, "\n".join(line for line in lines if line))

    def go_to_table(self) -> None:
        """Open the page of the table at the caret (an alias leads to its table)."""
        item = self._name_at(self._editor.caret())
        schema = self._context.use_cases.schema
        key = None
        if item is not None and item.kind in {"table", "view"}:
            key = schema.table_key(item.detail, item.text)
        elif item is not None and item.kind == "alias":
            default = self._words()[0].default_database
            key = schema.table_key(default, item.detail)
        if key is None:
            self._context.status_requested.emit(tr("There is no table of the catalog at the caret."))
        else:
            self._context.node_requested.emit(key)

    def format(self) -> None:
        """Lay out the selection, or the whole text."""
        start, end = self._editor.selection()
        text = self._editor.text()
        if start == end:
            start, end = 0, len(text)
        self._context.run(self._format(text, start, end))

    async def _format(self, text: str, start: int, end: int) -> None:
        made = await self._context.use_cases.context.local(
            partial(formatted, text[start:end], self._words()[1])
        )
        if self._editor.text() == text and made != text[start:end]:
            self._editor.replace_range(start, end, made)
