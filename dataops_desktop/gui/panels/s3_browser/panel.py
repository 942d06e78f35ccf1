"""The S3 tree."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QMenu, QToolButton, QTreeView, QVBoxLayout, QWidget

from dataops_desktop.actions.browse_s3_bucket import BrowseS3BucketOptions
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.models.lazy_tree import MORE, NOTE, LazyTreeModel, TreeItem
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import Activity, WindowContext
from dataops_desktop.interfaces.progress import Progress

PAGE_SIZE = 200
PROGRESS_MS = 200


class S3BrowserPanel(QWidget):
    """Buckets at the top; a branch loads when it opens."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.model = LazyTreeModel(self._load, context.run, self._icon, ("Name", "Size"), self)
        self.tree = QTreeView()
        self.tree.setAccessibleName("Buckets, folders and objects")
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        refresh = QToolButton()
        refresh.setIcon(icon("sync", context.theme.color("muted")))
        refresh.setToolTip("Refresh")
        refresh.setAccessibleName("Refresh buckets")
        refresh.clicked.connect(self.model.reload)
        self.place = styled(PlainLabel(elide=True, selectable=True), role="muted")
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 4, 4)
        row.addWidget(self.place, 1)
        row.addWidget(refresh)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.tree)
        self.tree.activated.connect(self._activated)
        self.tree.clicked.connect(self._clicked)
        self.tree.selectionModel().currentChanged.connect(
            lambda now, _: self.place.setText(self._location(self.model.item(now)))
        )
        self.model.loading_failed.connect(context.report)
        self.model.reload()

    def _icon(self, item: TreeItem) -> Any:
        name = {"bucket": "bucket", "folder": "folder", "object": "file", MORE: "plus", NOTE: "warning"}.get(
            item.kind, "file"
        )
        color = "warning" if item.kind == NOTE else "accent" if item.kind in {"bucket", "folder"} else "muted"
        return icon(name, self._context.theme.color(color))

    async def _load(self, item: TreeItem, token: Any) -> tuple[list[TreeItem], Any]:
        if item.kind == "root":
            buckets = await self._context.use_cases.buckets()
            rows = [
                TreeItem(b.name, "bucket", True, tooltip=f"s3://{b.name}", payload=(b.name, ""))
                for b in buckets
            ]
            return rows or [TreeItem("No buckets are visible to these credentials", NOTE)], None
        bucket, prefix = item.payload
        page = await self._context.use_cases.browse(BrowseS3BucketOptions(bucket, prefix, PAGE_SIZE, token))
        rows = []
        for entry in page.objects:
            name = entry.key[len(prefix) :]
            if entry.is_folder:
                rows.append(
                    TreeItem(
                        name.rstrip("/") or "/",
                        "folder",
                        True,
                        tooltip=f"s3://{bucket}/{entry.key}",
                        payload=(bucket, entry.key),
                    )
                )
            else:
                tip = f"s3://{bucket}/{entry.key}\n{formatting.whole(entry.size)} bytes · {entry.storage_class}\n{formatting.local_time(entry.last_modified)}"
                rows.append(
                    TreeItem(name, "object", False, formatting.size(entry.size), tip, (bucket, entry.key))
                )
        return rows or [TreeItem("Empty", NOTE)], page.continuation_token

    def _location(self, item: TreeItem) -> str:
        return f"s3://{item.payload[0]}/{item.payload[1]}" if item.payload else ""

    def _clicked(self, index: QModelIndex) -> None:
        if self.model.item(index).kind == MORE:
            self.model.load_more(self.model.item(index))

    def _activated(self, index: QModelIndex) -> None:
        item = self.model.item(index)
        if item.kind == MORE:
            self.model.load_more(item)
        elif item.expandable:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _menu(self, place: QPoint) -> None:
        item = self.model.item(self.tree.indexAt(place))
        location = self._location(item)
        if not location:
            return
        menu = QMenu(self)
        copy = QAction("Copy S3 location", menu)
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(location))
        menu.addAction(copy)
        if item.payload[1] == "":
            lineage = QAction("Show lineage", menu)
            lineage.triggered.connect(
                lambda: self._context.node_id_requested.emit(f"s3-bucket-{item.payload[0]}")
            )
            menu.addAction(lineage)
        if item.kind == "object":
            menu.addAction(
                "Query with the local engine", lambda: self._context.run(self.query_locally(*item.payload))
            )
        menu.popup(self.tree.viewport().mapToGlobal(place))

    async def query_locally(self, bucket: str, key: str) -> None:
        """Copy an object here, text up to its first 64 MB, and open a worksheet over it."""
        with self._context.working(f"Read s3://{bucket}/{key}") as activity:
            await self._read_shown(bucket, key, activity)

    async def _read_shown(self, bucket: str, key: str, activity: Activity) -> None:
        seen = (0, 0)

        def received(done: int, whole: int) -> None:
            nonlocal seen
            seen = (done, whole)

        timer = QTimer(self, interval=PROGRESS_MS)
        timer.timeout.connect(lambda: self._context.update_activity(activity, Progress("Reading", *seen)))
        timer.start()
        try:
            tables = await self._context.use_cases.local_data.add_object(
                bucket, key, activity.cancel, received
            )
        finally:
            timer.stop()
            timer.deleteLater()
        activity.outcome = tables[0].note
        self._context.local_query_requested.emit(tables[0].select)
