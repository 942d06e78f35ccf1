"""The entries of a folder for a table view; a page of a thousand more is asked for where the view ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, Qt, QUrl, Signal

from dataops_desktop.actions.object_listing import Arrangement, ObjectListing
from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme
from dataops_desktop.interfaces.object_store import ObjectEntry
from dataops_desktop.objects.addresses import ObjectAddress

TITLES = (tr("Name"), tr("Size"), tr("Modified"), tr("Class"))
# Plain numbers: a view asks for seven roles a cell, and comparing PySide's enums costs more than the answers.
_DISPLAY, _DECORATION = int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.DecorationRole)
_ALIGNMENT, _TOOL_TIP = int(Qt.ItemDataRole.TextAlignmentRole), int(Qt.ItemDataRole.ToolTipRole)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
OBJECTS_MIME = "application/x-dataops-objects"
CLASS_NAMES = {
    "STANDARD": tr("Standard"), "STANDARD_IA": tr("Standard-IA"), "ONEZONE_IA": tr("One Zone-IA"), "INTELLIGENT_TIERING": tr("Intelligent-Tiering"),
    "GLACIER_IR": tr("Glacier Instant"), "GLACIER": tr("Glacier Flexible"), "DEEP_ARCHIVE": tr("Deep Archive"), "EXPRESS_ONEZONE": tr("Express One Zone"),
}  # fmt: skip


class ObjectTableModel(QAbstractTableModel):
    """`more_wanted` when the view nears the end of what arrived; `dropped` for what lands on a folder."""

    more_wanted = Signal()
    dropped = Signal(object, str, bool)  # QMimeData, key of the folder, whether it is to be moved

    def __init__(self, theme: Theme, parent: Any = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.bucket = ""
        self.listing = ObjectListing("")
        self.has_more = False

    def start(self, bucket: str, prefix: str) -> None:
        """Another folder."""
        self.beginResetModel()
        self.bucket, self.listing, self.has_more = bucket, ObjectListing(prefix), False
        self.endResetModel()

    def show(self, arrangement: Arrangement) -> None:
        """Other entries, or another order; rows that are only more leave selection and place alone."""
        before, now = len(self.listing), len(arrangement.rows)
        old = self.listing.shown
        if now >= before and before and (old == arrangement.rows[:before]).all():
            if now > before:
                self.beginInsertRows(QModelIndex(), before, now - 1)
                self.listing.show(arrangement)
                self.endInsertRows()
            return
        self.beginResetModel()
        self.listing.show(arrangement)
        self.endResetModel()

    def entry(self, row: int) -> ObjectEntry:
        """Of a row."""
        return self.listing.entry(row)

    def row_of(self, key: str) -> int:
        """Where a key is shown, -1 where it is not."""
        return next((row for row in range(len(self.listing)) if self.listing.entry(row).key == key), -1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Shown entries."""
        return 0 if parent.isValid() else len(self.listing)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Name, size, time, class."""
        return 0 if parent.isValid() else len(TITLES)

    def canFetchMore(self, parent: QModelIndex) -> bool:
        """Whether the service has more."""
        return not parent.isValid() and self.has_more

    def fetchMore(self, parent: QModelIndex) -> None:
        """Ask for the next page, once."""
        del parent
        if self.has_more:
            self.has_more = False
            self.more_wanted.emit()

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, icon, plain tooltip."""
        column = index.column()
        if role == _ALIGNMENT:
            return _RIGHT if column == 1 else _LEFT
        if (
            role not in (_DISPLAY, _DECORATION, _TOOL_TIP)
            or (role == _DECORATION and column)
            or not index.isValid()
        ):
            return None
        entry = self.listing.entry(index.row())
        if role == _DECORATION:
            name, color = ("folder", "accent") if entry.is_folder else ("file", "muted")
            return icon(name, self._theme.color(color))
        if role == _TOOL_TIP:
            size = "" if entry.is_folder else tr("\n{size} bytes", size=formatting.whole(entry.size))
            return plain_tooltip(f"s3://{self.bucket}/{entry.key}{size}")
        if column == 0:
            return shown_name(entry.key[len(self.listing.prefix) :])
        if entry.is_folder:
            return ""
        if column == 1:
            return formatting.size(entry.size)
        if column == 2:
            return formatting.local_time(entry.last_modified)
        return CLASS_NAMES.get(entry.storage_class, entry.storage_class)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(TITLES):
            return None
        if role == _DISPLAY:
            return TITLES[section]
        if role == _ALIGNMENT and section == 1:
            return _RIGHT
        return None

    # drag and drop
    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Rows can be dragged; folders and the empty space take drops."""
        base = super().flags(index)
        if not index.isValid():
            return base | Qt.ItemFlag.ItemIsDropEnabled
        base |= Qt.ItemFlag.ItemIsDragEnabled
        return base | Qt.ItemFlag.ItemIsDropEnabled if self.listing.entry(index.row()).is_folder else base

    def mimeTypes(self) -> list[str]:
        """Ours, and files of the desktop."""
        return [OBJECTS_MIME, "text/uri-list"]

    def supportedDropActions(self) -> Qt.DropAction:
        """Copy, and move within S3."""
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Addresses, also as text."""
        rows = sorted({index.row() for index in indexes})
        return mime_of([f"s3://{self.bucket}/{self.listing.entry(row).key}" for row in rows])

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: QModelIndex
    ) -> bool:
        """Onto a folder, or into this one."""
        del row, column
        key = self.listing.prefix
        if parent.isValid() and self.listing.entry(parent.row()).is_folder:
            key = self.listing.entry(parent.row()).key
        self.dropped.emit(data, key, action == Qt.DropAction.MoveAction)
        return False  # the listing shows the change when it was made


def shown_name(name: str) -> str:
    """A key's part as one line that shows what it is: no line ends, no marks that turn the direction of text."""
    name = name.removesuffix("/") if len(name) > 1 else name
    if name.isprintable():
        return name
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in name)


def named(targets: Sequence[ObjectAddress]) -> str:
    """One by its name, more by their number."""
    return (
        shown_name(targets[0].name) if len(targets) == 1 else formatting.count(len(targets), "item", "items")
    )


def mime_of(addresses: Sequence[str]) -> QMimeData:
    """Objects on the clipboard or under the pointer."""
    data = QMimeData()
    data.setData(OBJECTS_MIME, json.dumps(list(addresses)).encode())
    data.setText("\n".join(addresses))
    return data


def addresses_of(data: QMimeData | None) -> list[str]:
    """The other way; empty for what is not ours, and where there is no clipboard."""
    if data is None or not data.hasFormat(OBJECTS_MIME):
        return []
    found = json.loads(bytes(data.data(OBJECTS_MIME).data()))
    return [str(item) for item in found]


def files_of(data: QMimeData) -> list[str]:
    """Paths of files and folders of this computer."""
    return [QUrl(url).toLocalFile() for url in data.urls() if QUrl(url).isLocalFile()]
