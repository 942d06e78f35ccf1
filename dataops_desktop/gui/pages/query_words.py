"""What a worksheet's completion proposes: names of its engine's catalog, and snippets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.sql.completion import Completion, CompletionCatalog, complete
from dataops_desktop.sql.snippets import BUILT_IN, Snippet, proposals

FOLDER = "Snippets"  # what a person saves there completes by its name
_NAMES = {"table", "view", "column", "function"}


class QueryWords(QObject):
    """`database` and `local` tell what the worksheet is set to now."""

    def __init__(
        self, context: WindowContext, database: Callable[[], str], local: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._database, self._local = context, database, local
        self._snippets: list[Snippet] = list(BUILT_IN)
        context.statements_changed.connect(self._reload)
        self._reload()

    def _reload(self) -> None:
        self._context.run(self._load())

    async def _load(self) -> None:
        saved = await self._context.use_cases.saved_statements()
        own = [
            Snippet(s.name, s.sql, "yours") for s in saved if s.folder.split("/")[0].lower() == FOLDER.lower()
        ]
        taken = {snippet.name.lower() for snippet in own}
        self._snippets = [*own, *(s for s in BUILT_IN if s.name not in taken)]

    def catalog(self) -> tuple[CompletionCatalog, str]:
        """(names, dialect)."""
        if self._local():
            return self._context.use_cases.local_data, "duckdb"
        return self._context.use_cases.schema.scoped(self._database()), "athena"

    def complete(self, sql: str, offset: int) -> list[Completion]:
        """The editor's completer. Snippets stand after the best name: who types `sel` may want SELECT."""
        found = complete(sql, offset, *self.catalog())
        snippets = proposals(self._snippets, sql, offset)
        if not found and snippets and sql[: snippets[0].replace_from].rstrip()[-1:] not in {"", ";"}:
            return []  # in the middle of a statement, where nothing fits, no snippet does
        return [*found[:1], *snippets, *found[1:]]

    def remember(self, item: Completion) -> None:
        """A name that was chosen comes first the next time."""
        if item.kind in _NAMES:
            self._context.run(self._context.use_cases.remember_name(item.text))
