"""Where a worksheet's text lives: in a file, among the saved queries, or only in the worksheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import SavedStatement


class QueryHome(QObject):
    """`text`, `engine` and `database` tell what would be saved now; `changed` fires with another title."""

    changed = Signal()

    def __init__(
        self,
        context: WindowContext,
        page: QWidget,
        now: Callable[[], tuple[str, str, str]],
        state: Mapping[str, Any],
    ) -> None:
        super().__init__(page)
        self._context, self._page, self._now = context, page, now
        self._number = int(state.get("number") or 0)
        self._path = Path(state["path"]) if state.get("path") else None
        kept = state.get("statement")
        self.statement = SavedStatement(**kept) if isinstance(kept, Mapping) else None
        self.dirty = bool(state.get("dirty"))

    def title(self) -> str:
        """File name, name of the saved query, or Query n; a dot when there is unsaved text."""
        if self._path or self.statement:
            name = self._path.name if self._path else self.statement.name if self.statement else ""
            return f"{name} •" if self.dirty else name
        return tr("Query {number}", number=self._number) if self._number else tr("Query")

    def state(self) -> dict[str, Any]:
        """For a restart; the text itself is the page's."""
        return {
            "number": self._number,
            "path": str(self._path) if self._path else "",
            "statement": {**asdict(self.statement), "sql": ""} if self.statement else None,
            "dirty": self.dirty,
        }

    def text_changed(self) -> None:
        """What is here differs from what is there."""
        if not self.dirty:
            self.dirty = True
            self.changed.emit()

    def save(self) -> None:
        """To where it lives, or ask for a file."""
        if self._path is not None:
            self._write(self._path)
        elif self.statement is not None:
            self._context.run(self._keep(self.statement.name, self.statement.folder))
        else:
            self.save_as()

    def save_as(self) -> None:
        """To another file."""
        name = self.title().removesuffix(" •").removesuffix(".sql")
        ask_save(self._page, tr("Save SQL"), f"{name}.sql", "SQL", "sql", self._write)

    def keep(self) -> None:
        """Among the saved queries; asks for name and folder."""
        self._context.run(self._ask_and_keep())

    async def _ask_and_keep(self) -> None:
        from dataops_desktop.gui.dialogs.save_statement_dialog import SaveStatementDialog

        saved = await self._context.use_cases.saved_statements()
        folders = sorted({statement.folder for statement in saved if statement.folder} | {"Snippets"})
        known = self.statement
        name = known.name if known else self.title().removesuffix(" •").removesuffix(".sql")
        dialog = SaveStatementDialog(name, known.folder if known else "", folders, self._page)
        accepted, name, folder = await finished(dialog), dialog.name, dialog.folder
        dialog.deleteLater()
        if accepted:
            same = known is not None and (known.name, known.folder) == (name, folder)
            if not same:
                self.statement = None
            await self._keep(name, folder)

    async def _keep(self, name: str, folder: str) -> None:
        text, engine, database = self._now()
        known = self.statement.statement_id if self.statement else 0
        there = {statement.statement_id for statement in await self._context.use_cases.saved_statements()}
        wanted = SavedStatement(known if known in there else 0, folder, name, text, engine, database)
        self.statement = await self._context.use_cases.save_statement(wanted)
        self._path = None
        self._saved()
        self._context.statements_changed.emit()
        self._context.status_requested.emit(tr("Saved “{name}”", name=name))

    def _write(self, path: Path) -> None:
        try:
            # Written beside and renamed: a full disk never leaves half a file in place of the old one.
            partial = path.with_name(path.name + ".part")
            partial.write_text(self._now()[0], encoding="utf-8")
            partial.replace(path)
        except OSError as error:
            self._context.report(not_written(path, error, tr("Not saved"), "saved"))
            return
        self._path, self.statement = path, None
        self._saved()

    def _saved(self) -> None:
        self.dirty = False
        self.changed.emit()
