"""The S3 tree: favourites, then buckets; opening a row shows it in the S3 page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.lazy_tree import MORE, NOTE, LazyTreeModel, TreeItem
from dataops_desktop.gui.models.object_table import shown_name
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.objects.addresses import ObjectAddress

PAGE_SIZE = 200


class S3BrowserPanel(QWidget):
    """A branch loads when it opens, a page at a time."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.model = LazyTreeModel(self._load, context.run, self._icon, (tr("Name"), tr("Size")), self)
        self.tree = QTreeView()
        self.tree.setAccessibleName(tr("Buckets, folders and objects"))
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Go to s3://…"))
        self.field.setAccessibleName(tr("S3 address"))
        self.field.setClearButtonEnabled(True)
        self.field.returnPressed.connect(self._go)
        self._refresh = QToolButton()
        self._refresh.setToolTip(tr("Refresh"))
        self._refresh.setAccessibleName(tr("Refresh buckets"))
        self._refresh.clicked.connect(self.model.reload)
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self._refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.tree)
        self.tree.activated.connect(self._activated)
        self.tree.clicked.connect(self._clicked)
        # What was open stays open through a reload.
        self._open_rows: set[str] = set()
        self.tree.expanded.connect(lambda index: self._open_rows.add(self._location(index)))
        self.tree.collapsed.connect(lambda index: self._open_rows.discard(self._location(index)))
        self.model.rowsInserted.connect(self._open_again)
        self.model.loading_failed.connect(context.report)
        context.s3.places_changed.connect(self.model.reload)
        context.s3.changed.connect(self._changed)
        context.theme.changed.connect(self._paint)
        self._paint()
        self.model.reload()

    def _paint(self) -> None:
        self._refresh.setIcon(icon("sync", self._context.theme.color("muted")))

    def _icon(self, item: TreeItem) -> Any:
        name = {
            "bucket": "bucket",
            "folder": "folder",
            "object": "file",
            "favourite": "pin",
            MORE: "plus",
            NOTE: "inspect",
        }.get(item.kind, "file")
        color = "accent" if item.kind in {"bucket", "folder", "favourite"} else "muted"
        return icon(name, self._context.theme.color(color))

    def _location(self, index: QModelIndex) -> str:
        payload = self.model.item(index).payload
        return payload.uri if isinstance(payload, ObjectAddress) else ""

    def _open_again(self, parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            index = self.model.index(row, 0, parent)
            if self._location(index) in self._open_rows:
                self.tree.setExpanded(index, True)

    def _changed(self, bucket: str) -> None:
        """Something in it changed: what is open of it is read again."""
        if any(place.startswith(f"s3://{bucket}/") for place in self._open_rows):
            self.model.reload()

    async def _load(self, item: TreeItem, token: Any) -> tuple[list[TreeItem], Any]:
        cases = self._context.use_cases.s3
        if item.kind == "root":
            buckets = await cases.buckets()
            rows = [
                TreeItem(
                    shown_name(place.at.name), "favourite", True, tooltip=place.address, payload=place.at
                )
                for place in await cases.places()
                if place.favourite
            ]
            rows += [
                TreeItem(b.name, "bucket", True, tooltip=f"s3://{b.name}", payload=ObjectAddress(b.name))
                for b in buckets
            ]
            return rows or [TreeItem(tr("No buckets are visible to these credentials"), NOTE)], None
        at: ObjectAddress = item.payload
        page = await cases.page(at.bucket, at.key, token, PAGE_SIZE)
        rows = []
        for entry in page.entries:
            inner = ObjectAddress(at.bucket, entry.key)
            name = shown_name(entry.key[len(at.key) :])
            if entry.is_folder:
                rows.append(TreeItem(name, "folder", True, tooltip=inner.uri, payload=inner))
            else:
                tip = tr(
                    "{uri}\n{size} bytes · {storage_class}\n{local_time}",
                    uri=inner.uri,
                    size=formatting.whole(entry.size),
                    storage_class=entry.storage_class,
                    local_time=formatting.local_time(entry.last_modified),
                )
                rows.append(TreeItem(name, "object", False, formatting.size(entry.size), tip, inner))
        return rows or [TreeItem(tr("Empty"), NOTE)], page.continuation_token

    def _go(self) -> None:
        if text := self.field.text().strip():
            self._context.s3.open(text)

    def _clicked(self, index: QModelIndex) -> None:
        if self.model.item(index).kind == MORE:
            self.model.load_more(self.model.item(index))

    def _activated(self, index: QModelIndex) -> None:
        item = self.model.item(index)
        if item.kind == MORE:
            self.model.load_more(item)
        elif location := self._location(index):
            self._context.s3.open(location)

    def _menu(self, place: QPoint) -> None:
        at = self.model.item(self.tree.indexAt(place)).payload
        if isinstance(at, ObjectAddress):
            folder = at if at.is_folder else None
            self._context.s3.menu(self, [at], folder).popup(self.tree.viewport().mapToGlobal(place))
