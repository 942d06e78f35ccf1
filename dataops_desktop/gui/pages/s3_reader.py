"""Reading a folder into its model: the first page at once, more as one scrolls, all or a search on request, each stopped when one goes elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import ObjectTableModel
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import ObjectEntry
from dataops_desktop.objects.addresses import ObjectAddress

ARRANGE_MS = 250  # while pages pour in


class FolderReader(QObject):
    """`shown` after other entries are shown; `began` after a folder's first page; `failed` with the error of reading."""

    shown = Signal()
    began = Signal()
    failed = Signal(object)

    def __init__(self, context: WindowContext, model: ObjectTableModel) -> None:
        super().__init__()
        self._context, self._model = context, model
        self._folder: ObjectAddress | None = None
        self._token: str | None = None
        self._cancel: CancelToken | None = None  # of reading all, or of a search
        self._reading = False
        self._turn = 0  # what belongs to an earlier one is dropped when it arrives
        self._text, self._order = "", (-1, False)
        self.found = ""  # what a search says of itself
        self._soon = QTimer(self, singleShot=True, interval=ARRANGE_MS)
        self._soon.timeout.connect(self._arrange_now)
        model.more_wanted.connect(lambda: self._run(self._next_page(self._turn)))

    @property
    def more(self) -> bool:
        """Whether the service has more of the folder."""
        return self._token is not None

    @property
    def busy(self) -> bool:
        """Whether all is being read, or a search runs."""
        return self._cancel is not None

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._context.run(work, self._failed)

    def _failed(self, error: Exception) -> None:
        self._reading = False
        if not isinstance(error, CancelledByUserError):
            self.stop()
            self.failed.emit(error)

    # going
    def leave(self) -> None:
        """Elsewhere: what is on its way is dropped."""
        self.stop()
        self._turn += 1
        self._folder = self._token = None
        self._reading = False
        self.found = ""

    def start(self, folder: ObjectAddress) -> None:
        """A folder, from its first page."""
        self.leave()
        self._folder = folder
        self._model.start(folder.bucket, folder.key)
        self._run(self._first_page(self._turn))

    def stop(self) -> None:
        """End reading all, or a search; what came stays."""
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None

    # reading
    async def _first_page(self, turn: int) -> None:
        await self._read(turn)
        if turn == self._turn:
            await self._arrange(turn)
            if turn == self._turn:
                self.began.emit()

    async def _next_page(self, turn: int) -> None:
        if self.more and not self.busy and not self._reading:
            await self._read(turn)
            await self._arrange(turn)

    async def _read(self, turn: int) -> None:
        """One page, unless one has gone elsewhere."""
        folder, listing = self._folder, self._model.listing
        if turn != self._turn or folder is None:
            return
        self._reading = True
        page = await self._context.use_cases.s3.page(folder.bucket, folder.key, self._token)
        if turn == self._turn:
            await self._context.use_cases.context.local(listing.add, page.entries)
        if turn == self._turn:
            self._token, self._reading = page.continuation_token, False

    def load_all(self) -> None:
        """Every page; what came is shown all the while."""
        self._run(self._load_all(self._turn))

    async def _load_all(self, turn: int) -> None:
        if turn != self._turn or self.busy or self._reading:
            return
        cancel = self._cancel = CancelToken()
        self.shown.emit()
        while self.more and not cancel.cancelled and turn == self._turn:
            await self._read(turn)
            self._arrange_soon()
        if turn == self._turn:
            self.stop()
            await self._arrange(turn)

    def search(self, text: str) -> None:
        """Every key below the folder that has all words of a text, instead of what is shown."""
        folder = self._folder
        if folder is None:
            return
        self.leave()
        self._folder = folder
        self._model.start(folder.bucket, folder.key)
        self._cancel = CancelToken()
        self._run(self._search(folder, text, self._turn, self._cancel))

    async def _search(self, folder: ObjectAddress, text: str, turn: int, cancel: CancelToken) -> None:
        listing = self._model.listing

        def heard(entries: list[ObjectEntry], looked: int) -> None:
            if turn != self._turn:
                cancel.cancel()
                return
            listing.add(entries)
            self.found = tr(
                "{total} found among {looked}",
                total=formatting.whole(listing.total),
                looked=formatting.count(looked, "key", "keys"),
            )
            self._arrange_soon()

        with contextlib.suppress(CancelledByUserError):
            await self._context.use_cases.s3.search(folder.bucket, folder.key, text, heard, cancel)
        if turn == self._turn:
            self.found += ", stopped" if cancel.cancelled else ""
            self.stop()
            await self._arrange(turn)

    # arranging
    def arrange(self, text: str, column: int, descending: bool) -> None:
        """Show what matches, in this order."""
        self._text, self._order = text, (column, descending)
        self._arrange_now()

    def _arrange_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _arrange_now(self) -> None:
        if self._folder is not None:
            self._run(self._arrange(self._turn))

    async def _arrange(self, turn: int) -> None:
        listing, text, order = self._model.listing, self._text, self._order
        arranged = await self._context.use_cases.context.local(listing.arrange, text, *order)
        if (
            turn != self._turn
            or listing is not self._model.listing
            or (text, order) != (self._text, self._order)
        ):
            return
        self._model.show(arranged)
        self._model.has_more = self.more and not self.busy and not self._reading
        self.shown.emit()
