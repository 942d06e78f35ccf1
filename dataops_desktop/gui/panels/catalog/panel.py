"""The catalog tree with its search field."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.icons import NODE_ICONS, icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.lazy_tree import MORE, NOTE, LazyTreeModel, TreeItem
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import NodeName
from dataops_desktop.sql.quoting import quoted

SEARCH_DELAY_MS = 60
FOUND = 100
PAGE = 500
_ICONS = {"column": "column", "key": "key", "view": "view", "source": "services", "bookmarks": "pin"}


class CatalogPanel(QWidget):
    """Databases, tables, columns; a search replaces the tree by its finds."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._text = ""
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find tables and columns"))
        self.field.setAccessibleName(tr("Find in the catalog"))
        self.field.setClearButtonEnabled(True)
        self.model = LazyTreeModel(self._load, context.run, self._icon, (tr("Name"), tr("Type")), self)
        self.tree = QTreeView()
        self.tree.setAccessibleName(tr("Catalog"))
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setHeaderHidden(True)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._empty = self._empty_page()
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.tree)
        self._stack.addWidget(self._empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(holder, 1)
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._timer.timeout.connect(self._search)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.field.returnPressed.connect(self._open_first)
        self.tree.activated.connect(self._open)
        self.tree.verticalScrollBar().valueChanged.connect(lambda _: self._more_in_sight())
        self.tree.selectionModel().currentChanged.connect(self._selected)
        # What was open stays open through a reload.
        self._open_rows: set[tuple[str, Any]] = set()
        self._marked = 0
        self.tree.expanded.connect(lambda index: self._open_rows.add(self._identity(index)))
        self.tree.collapsed.connect(lambda index: self._open_rows.discard(self._identity(index)))
        self.model.rowsInserted.connect(self._open_again)
        context.catalog_changed.connect(self.model.reload)
        context.notes_changed.connect(lambda: context.run(self._bookmarks_changed()))
        self.model.loading_failed.connect(context.report)
        self.model.reload()

    def _identity(self, index: QModelIndex) -> tuple[str, Any]:
        item = self.model.item(index)
        return item.kind, item.payload or item.text

    def _open_again(self, parent: QModelIndex, first: int, last: int) -> None:
        if not self._open_rows or self._text:
            return
        for row in range(first, last + 1):
            index = self.model.index(row, 0, parent)
            if self._identity(index) in self._open_rows:
                self.tree.setExpanded(index, True)

    async def _bookmarks_changed(self) -> None:
        marked = len(await self._context.use_cases.catalog.bookmarks())
        if marked != self._marked and not self._text:
            self.model.reload()

    def _empty_page(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch()
        layout.addWidget(
            styled(PlainLabel(tr("Nothing is synced yet")), bold=True),
            0,
            Qt.AlignmentFlag.AlignHCenter,
        )
        note = styled(
            PlainLabel(
                tr("A sync brings every database, table and column here, also for working offline."),
                wrap=True,
            ),
            role="muted",
        )
        note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(note)
        button = QPushButton(tr("Sync AWS Glue"))
        button.setProperty("primary", True)
        button.clicked.connect(lambda: self._context.commands.run("glue.sync"))
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return page

    def _icon(self, item: TreeItem) -> Any:
        color = "accent" if item.kind in {"glue-database", "s3-bucket"} else "muted"
        if item.kind == NOTE:
            return icon("inspect", self._context.theme.color("muted"))
        return icon(
            NODE_ICONS.get(item.kind) or _ICONS.get(item.kind, "table"),
            self._context.theme.color(color),
        )

    async def _load(self, item: TreeItem, token: Any) -> tuple[list[TreeItem], Any]:
        cases = self._context.use_cases.catalog
        if item.kind == "root":
            if self._text:
                hits = await cases.search(self._text, FOUND)
                rows = [
                    TreeItem(
                        f"{hit.name}.{hit.column}" if hit.column else hit.name, "column" if hit.column else hit.type,
                        hit.type in {"glue-table", "glue-database"} and not hit.column, tooltip=hit.description or hit.id, payload=hit.key,
                    )
                    for hit in hits
                ]  # fmt: skip
                return rows or [TreeItem(tr("Nothing matches “{words}”", words=self._text), NOTE)], None
            sources = await cases.sources()
            self._stack.setCurrentIndex(0 if sources else 1)
            marked = await cases.bookmarks()
            self._marked = len(marked)
            head = [TreeItem(tr("Bookmarks"), "bookmarks", True, str(len(marked)))] if marked else []
            if len(sources) > 1:  # two accounts or regions: each its own branch
                return head + [
                    TreeItem(source.removeprefix("aws:").replace(":", " · "), "source", True, token=source)
                    for source in sources
                ], None
            return head + [self._row(n) for n in await cases.page(None, "glue-database", "", PAGE)], None
        if item.kind == "bookmarks":
            return [self._row(node) for node in await cases.bookmarks()], None
        if item.kind == "source":
            return [self._row(n) for n in await cases.page(None, "glue-database", "", PAGE, item.token)], None
        if item.kind == "glue-database":
            page = await cases.page(item.payload, "glue-table", str(token or ""), PAGE)
            after = f"{item.text}.{page[-1].name}" if len(page) == PAGE else None
            return [self._row(node) for node in page], after
        details = await self._context.use_cases.node(item.payload)
        rows = [self._column(column, "column", item.payload) for column in details.columns]
        rows += [self._column(column, "key", item.payload) for column in details.partition_keys]
        return rows or [TreeItem(tr("No columns"), NOTE)], None

    def _row(self, node: NodeName) -> TreeItem:
        kind = node.kind if node.kind == "view" else node.type
        return TreeItem(node.name, kind, True, node.detail, node.description or node.name, node.key)

    @staticmethod
    def _column(column: Column, kind: str, key: int) -> TreeItem:
        shown = column.type if len(column.type) <= 24 else column.type[:23] + "…"
        return TreeItem(
            column.name, kind, False, shown, f"{column.name} {column.type}\n{column.comment}".strip(), key
        )

    def _more_in_sight(self) -> None:
        """The next page is read when its row comes into sight."""
        item = self.model.item(self.tree.indexAt(self.tree.viewport().rect().bottomLeft() - QPoint(-8, 4)))
        if item.kind == MORE:
            self.model.load_more(item)

    def _search(self) -> None:
        self._text = self.field.text().strip()
        self.model.reload()

    def _open_first(self) -> None:
        self._timer.stop()
        if self.field.text().strip() != self._text:
            self._search()
        elif self.model.root.children and self.model.root.children[0].payload:
            self._context.node_requested.emit(self.model.root.children[0].payload)

    def _open(self, index: QModelIndex) -> None:
        item = self.model.item(index)
        if item.kind == MORE:
            self.model.load_more(item)
        elif item.kind in {"glue-database", "source", "bookmarks"}:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        elif item.payload:
            self._context.node_requested.emit(item.payload)

    def _selected(self, now: QModelIndex, _before: QModelIndex) -> None:
        payload = self.model.item(now).payload
        if payload:
            self._context.node_selected.emit(payload)

    def _menu(self, place: QPoint) -> None:
        item = self.model.item(self.tree.indexAt(place))
        if not item.payload:
            return
        menu = QMenu(self)

        def add(title: str, handler: Any) -> None:
            action = QAction(title, menu)
            action.triggered.connect(handler)
            menu.addAction(action)

        if item.kind in {"glue-table", "view", "column", "key"}:
            add(tr("Open"), lambda: self._context.node_requested.emit(item.payload))
            add(tr("Query first 100 rows"), lambda: self._context.run(self._query(item.payload)))
            add(tr("Bookmark or not"), lambda: self._context.run(self._bookmark(item.payload)))
            add(tr("Show lineage"), lambda: self._context.lineage_requested.emit(item.payload))
            add(
                tr("What a change would touch…"),
                lambda: self._context.impact_requested.emit(item.payload, ""),
            )
            menu.addSeparator()
        name = item.text
        add(tr("Insert name into the editor"), lambda: self._context.insert_requested.emit(quoted(name)))
        add(tr("Copy name"), lambda: QGuiApplication.clipboard().setText(name))
        menu.popup(self.tree.viewport().mapToGlobal(place))

    async def _bookmark(self, key: int) -> None:
        cases = self._context.use_cases.catalog
        await cases.bookmark(key, not (await cases.table(key)).annotations.bookmarked)
        self._context.notes_changed.emit()

    async def _query(self, key: int) -> None:
        details = await self._context.use_cases.node(key)
        properties = details.stored.node.properties
        database, table = str(properties["database"]), str(properties["tableName"])
        self._context.query_requested.emit(f"SELECT *\nFROM {quoted(table)}\nLIMIT 100", database)
