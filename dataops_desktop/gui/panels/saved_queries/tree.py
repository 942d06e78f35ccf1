"""The tree of saved queries: folders are made of the paths in them; a query is dragged to another folder or into a worksheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem

from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme
from dataops_desktop.interfaces.query_engine import StoredStatement
from dataops_desktop.interfaces.workspace import SavedStatement

PAYLOAD = int(Qt.ItemDataRole.UserRole)
MINE, NAMED, PREPARED = tr("My queries"), tr("Athena named queries"), tr("Athena prepared statements")


def _same(one: Any, other: Any) -> bool:
    """The same query, also after it was moved or renamed."""
    if isinstance(one, SavedStatement) and isinstance(other, SavedStatement):
        return one.statement_id == other.statement_id
    return bool(one == other)


class StatementTree(QTreeWidget):
    """`moved` fires with (SavedStatement or folder path, new folder). An item's payload is a statement, or a folder's path."""

    moved = Signal(object, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr("Saved queries"))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._open = {MINE}
        self.itemExpanded.connect(lambda item: self._open.add(self._path(item)))
        self.itemCollapsed.connect(lambda item: self._open.discard(self._path(item)))

    def show_statements(
        self, mine: Sequence[SavedStatement], service: Sequence[StoredStatement], note: str, text: str
    ) -> None:
        """Those whose name or SQL holds `text`; `note` stands where the service's could not be read."""
        chosen = self.payload()
        words = text.lower().split()

        def wanted(name: str, sql: str) -> bool:
            return all(word in f"{name}\n{sql}".lower() for word in words)

        self.blockSignals(True)
        self.clear()
        top = self._folder(None, MINE, "")
        folders = {"": top}
        for statement in mine:
            if wanted(f"{statement.folder}/{statement.name}", statement.sql):
                self._leaf(self._within(folders, statement.folder), statement.name, statement.sql, statement)
        if not top.childCount():
            self._note(top, tr("Nothing matches") if words else "Ctrl+Alt+S keeps one here")
        for title, kind in ((NAMED, "named"), (PREPARED, "prepared")):
            group = self._folder(None, title, None)
            for stored in service:
                if stored.kind == kind and wanted(stored.name, stored.sql):
                    self._leaf(group, stored.name, stored.description or stored.sql, stored)
            if not group.childCount():
                self._note(group, note or (tr("Nothing matches") if words else tr("None in this workgroup")))
        for item in self._items():
            item.setExpanded(bool(words) or self._path(item) in self._open)
            if chosen is not None and _same(item.data(0, PAYLOAD), chosen):
                self.setCurrentItem(item)
        self.blockSignals(False)

    def payload(self) -> Any:
        """Of the item in front: a statement, a folder's path, or None."""
        item = self.currentItem()
        return item.data(0, PAYLOAD) if item is not None else None

    def _items(self) -> list[QTreeWidgetItem]:
        found, waiting = [], [self.topLevelItem(i) for i in range(self.topLevelItemCount())]
        while waiting:
            item = waiting.pop()
            found.append(item)
            waiting += [item.child(i) for i in range(item.childCount())]
        return found

    def _path(self, item: QTreeWidgetItem) -> str:
        names: list[str] = []
        at: QTreeWidgetItem | None = item
        while at is not None:
            names.insert(0, at.text(0))
            at = at.parent()
        return "/".join(names)

    def _within(self, folders: dict[str, QTreeWidgetItem], path: str) -> QTreeWidgetItem:
        if path not in folders:
            above, _, name = path.rpartition("/")
            folders[path] = self._folder(self._within(folders, above), name, path)
        return folders[path]

    def _folder(self, parent: QTreeWidgetItem | None, name: str, path: str | None) -> QTreeWidgetItem:
        item = QTreeWidgetItem([name])
        item.setIcon(0, icon("folder", self._theme.color("muted")))
        item.setData(0, PAYLOAD, path)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if path is not None:
            flags |= Qt.ItemFlag.ItemIsDropEnabled | (
                Qt.ItemFlag.ItemIsDragEnabled if path else Qt.ItemFlag.NoItemFlags
            )
        item.setFlags(flags)
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _leaf(self, parent: QTreeWidgetItem, name: str, tip: str, payload: Any) -> None:
        item = QTreeWidgetItem([name])
        item.setIcon(0, icon("query", self._theme.color("muted")))
        item.setToolTip(0, plain_tooltip(tip))
        item.setData(0, PAYLOAD, payload)
        item.setFlags(
            Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        )
        parent.addChild(item)

    def _note(self, parent: QTreeWidgetItem, text: str) -> None:
        item = QTreeWidgetItem([text])
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        parent.addChild(item)

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        """Outside, a query is its text."""
        mime = super().mimeData(items)
        payload = items[0].data(0, PAYLOAD) if items else None
        if isinstance(payload, SavedStatement | StoredStatement):
            mime.setText(payload.sql)
        return mime

    def dropEvent(self, event: QDropEvent) -> None:
        """Onto a folder, or beside a query of it."""
        item = self.itemAt(event.position().toPoint())
        payload = item.data(0, PAYLOAD) if item is not None else None
        folder = payload.folder if isinstance(payload, SavedStatement) else payload
        moving = self.payload()
        if (
            event.source() is self
            and isinstance(folder, str)
            and isinstance(moving, SavedStatement | str)
            and moving
        ):
            event.setDropAction(Qt.DropAction.CopyAction)  # the tree is built anew, nothing is taken out here
            event.accept()
            self.moved.emit(moving, folder)
        else:
            event.ignore()
