"""A tree whose branches load when they are opened, a page at a time: an adapter over plain Python items."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt, Signal

from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr

MORE, NOTE = "more", "note"


@dataclass(eq=False)
class TreeItem:
    """One row. `kind` chooses the icon; kinds `more` and `note` are the model's own rows."""

    text: str
    kind: str
    expandable: bool = False
    detail: str = ""
    tooltip: str = ""
    payload: Any = None
    parent: TreeItem | None = None
    children: list[TreeItem] = field(default_factory=list)
    state: str = "unloaded"  # unloaded, loading, loaded
    token: Any = None
    row: int = 0  # its place among its parent's children


Page = tuple[Sequence[TreeItem], Any]
Loader = Callable[
    [TreeItem, Any], Awaitable[Page]
]  # (item, token) → (children, token of the next page or None)


class LazyTreeModel(QAbstractItemModel):
    """Columns: name, detail. `load` is awaited through `run`; its error becomes a row that says so."""

    loading_failed = Signal(object)

    def __init__(
        self,
        load: Loader,
        run: Callable[..., None],
        icon_for: Callable[[TreeItem], Any],
        columns: Sequence[str] = (tr("Name"), tr("Detail")),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._run, self._icon_for, self._columns = load, run, icon_for, columns
        self.root = TreeItem("", "root", expandable=True)
        self._generation = 0

    def reload(self) -> None:
        """Forget everything and load the first level again."""
        self._generation += 1
        self.beginResetModel()
        self.root = TreeItem("", "root", expandable=True)
        self.endResetModel()
        self.fetchMore(QModelIndex())

    def item(self, index: QModelIndex) -> TreeItem:
        """The item of a row; the root for an invalid index."""
        pointer = index.internalPointer() if index.isValid() else None
        return pointer if isinstance(pointer, TreeItem) else self.root

    def index_of(self, item: TreeItem) -> QModelIndex:
        """The first cell of an item's row."""
        if item.parent is None:
            return QModelIndex()
        return self.createIndex(item.row, 0, item)

    def index(self, row: int, column: int, parent: QModelIndex = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's signature
        """Qt's."""
        children = self.item(parent).children
        if parent.isValid() and parent.column() != 0:
            return QModelIndex()
        if 0 <= row < len(children) and 0 <= column < len(self._columns):
            return self.createIndex(row, column, children[row])
        return QModelIndex()

    def parent(self, index: QModelIndex) -> QModelIndex:  # type: ignore[override]
        """Qt's."""
        if not index.isValid():
            return QModelIndex()
        above = self.item(index).parent
        return QModelIndex() if above is None or above is self.root else self.index_of(above)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Loaded children."""
        return 0 if parent.column() > 0 else len(self.item(parent).children)

    def columnCount(self, _parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Name and detail."""
        return len(self._columns)

    def hasChildren(self, parent: QModelIndex = QModelIndex()) -> bool:  # noqa: B008
        """Also before they are loaded."""
        item = self.item(parent)
        if parent.column() > 0:
            return False
        return bool(item.children) or (item.expandable and item.state != "loaded")

    def canFetchMore(self, parent: QModelIndex) -> bool:
        """Whether the first page is still to come."""
        item = self.item(parent)
        return item.expandable and item.state == "unloaded"

    def fetchMore(self, parent: QModelIndex) -> None:
        """Load the first page."""
        item = self.item(parent)
        if item.state == "unloaded" and item.expandable:
            self._start(item, None)

    def load_more(self, more: TreeItem) -> None:
        """Replace a `Load more` row by the next page."""
        owner = more.parent
        if owner is not None and owner.state != "loading":
            self._start(owner, more.token)

    def _start(self, item: TreeItem, token: Any) -> None:
        item.state = "loading"
        generation = self._generation

        async def work() -> None:
            try:
                children, following = await self._load(item, token)
            except BaseException as error:
                if generation == self._generation and isinstance(error, Exception):
                    self._arrived(item, [TreeItem(str(error), NOTE, tooltip=str(error))], None)
                    self.loading_failed.emit(error)
                    return
                raise
            if generation == self._generation:
                self._arrived(item, children, following)

        self._run(work())

    def _arrived(self, item: TreeItem, children: Sequence[TreeItem], following: Any) -> None:
        index = self.index_of(item) if item is not self.root else QModelIndex()
        if item.children and item.children[-1].kind == MORE:
            last = len(item.children) - 1
            self.beginRemoveRows(index, last, last)
            item.children.pop()
            self.endRemoveRows()
        new = list(children)
        if following is not None:
            new.append(TreeItem(tr("Load more…"), MORE, token=following))
        item.state = "loaded"
        if new:
            first = len(item.children)
            self.beginInsertRows(index, first, first + len(new) - 1)
            for row, child in enumerate(new, first):
                child.parent, child.row = item, row
            item.children.extend(new)
            self.endInsertRows()
        elif item is not self.root:
            self.dataChanged.emit(index, index)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, icon, plain tooltip."""
        if not index.isValid():
            return None
        item = self.item(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return item.text if index.column() == 0 else item.detail
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return self._icon_for(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(item.tooltip or item.text)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Column titles."""
        if (
            orientation == Qt.Orientation.Horizontal
            and role == Qt.ItemDataRole.DisplayRole
            and 0 <= section < len(self._columns)
        ):
            return self._columns[section]
        return None
