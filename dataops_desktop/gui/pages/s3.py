"""A folder of S3: address, filter or search, the list, and beside it what the chosen object is and holds."""

from __future__ import annotations

import uuid
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import ObjectTableModel, addresses_of, files_of
from dataops_desktop.gui.pages.s3_buckets import BucketsView
from dataops_desktop.gui.pages.s3_reader import FolderReader
from dataops_desktop.gui.pages.s3_side import ObjectSide
from dataops_desktop.gui.widgets.address_bar import AddressBar
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import PlainTable
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.object_store import ObjectEntry
from dataops_desktop.objects.addresses import ObjectAddress, parse_address

TYPING_MS = 120
SIDE_BY_SIDE = 900  # pixels


class ObjectList(PlainTable):
    """The list; letters typed into it go to the filter."""

    def __init__(self, page: S3Page) -> None:
        super().__init__()
        self._page = page
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Objects"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.setSectionsClickable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, up, rename, delete, clipboard, filter."""
        page, key = self._page, event.key()
        targets = page.targets()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and targets:
            page.open_row(self.currentIndex())
        elif key == Qt.Key.Key_Backspace:
            page.up()
        elif key == Qt.Key.Key_F2 and len(targets) == 1:
            page.context.run(page.context.s3.ask_rename(targets[0]))
        elif key == Qt.Key.Key_Delete and targets:
            page.context.run(page.context.s3.delete(targets))
        elif event.matches(QKeySequence.StandardKey.Copy) and targets:
            page.context.s3.to_clipboard(targets, False)
        elif event.matches(QKeySequence.StandardKey.Cut) and targets:
            page.context.s3.to_clipboard(targets, True)
        elif event.matches(QKeySequence.StandardKey.Paste) and page.folder is not None:
            page.paste(QGuiApplication.clipboard().mimeData())
        elif event.matches(QKeySequence.StandardKey.Undo):
            page.context.s3.undo()
        elif (
            event.text().strip()
            and event.text().isprintable()
            and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        ):
            page.filter.setFocus()
            page.filter.setText(page.filter.text() + event.text())
        else:
            super().keyPressEvent(event)


class S3Page(QWidget):
    """One folder at a time, with a way back."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        state = state or {}
        self.context = context
        self.setProperty("page", True)
        self._id = str(state.get("id") or uuid.uuid4())
        self.folder: ObjectAddress | None = None
        self._back: list[str] = []
        self._forward: list[str] = []
        self._sorted = False
        self._wanted_key = ""
        self._make(state)
        context.theme.changed.connect(self._paint)
        context.s3.changed.connect(self._changed)
        self._paint()
        self.go(str(state.get("address") or ""), remember=False)

    # building
    def _make(self, state: dict[str, Any]) -> None:
        self.address = AddressBar()
        self.address.chosen.connect(self.go)
        self._buttons: list[tuple[QToolButton, str]] = []
        top = QHBoxLayout()
        top.setSpacing(4)
        for name, tip, work in (
            ("back", tr("Back (Alt+Left)"), self.back), ("forward", tr("Forward (Alt+Right)"), self.forward), ("up", tr("Folder above (Backspace)"), self.up),
        ):  # fmt: skip
            top.addWidget(self._button(name, tip, work))
        top.addWidget(self.address, 1)
        self.star = self._button("pin", tr("Favourite or not"), self._star)
        top.addWidget(self.star)
        top.addWidget(self._button("sync", tr("Refresh (Ctrl+R)"), self.refresh))
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Type to filter this folder"))
        self.filter.setAccessibleName(tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(320)
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self.filter.returnPressed.connect(self._filter_entered)
        self.below = QPushButton(tr("Search below"))
        self.below.setToolTip(
            tr("Look for these words in every key below this folder: a request for each thousand")
        )
        self.below.clicked.connect(self.search_below)
        self.count = styled(PlainLabel(elide=True), role="muted")
        self.more = QPushButton(tr("Load all"))
        self.more.clicked.connect(self._all_or_stop)
        self.upload = QPushButton(tr("Upload…"))
        self.upload.setProperty("primary", True)
        self.upload.clicked.connect(self._upload)
        second = QHBoxLayout()
        second.setSpacing(8)
        for widget in (self.filter, self.below):
            second.addWidget(widget)
        second.addWidget(self.count, 1)
        for widget in (self.more, self.upload):
            second.addWidget(widget)
        self.model = ObjectTableModel(self.context.theme, self)
        self.list = ObjectList(self)
        self.list.setModel(self.model)
        header = self.list.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 90), (2, 150), (3, 120)):
            self.list.setColumnWidth(column, width)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(lambda column, _: self._sort(column))
        self.buckets = BucketsView(self.context)
        self.buckets.opened.connect(self.go)
        self.buckets.chosen.connect(lambda at: self.side.show_folder(at))
        self.empty = styled(PlainLabel(wrap=True), role="muted")
        self.empty.setContentsMargins(12, 12, 12, 12)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.side = ObjectSide(self.context)
        left = QWidget()
        left_column = QVBoxLayout(left)
        left_column.setContentsMargins(0, 0, 0, 0)
        left_column.setSpacing(0)
        for shown in (self.list, self.empty, self.buckets):
            left_column.addWidget(shown, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(left)
        self.split.addWidget(self.side)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        sizes = state.get("split")
        self.split.setSizes([int(s) for s in sizes] if sizes else [560, 420])
        self.split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(second)
        layout.addWidget(self.split, 1)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._arrange)
        self.list.doubleClicked.connect(self.open_row)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.selectionModel().currentRowChanged.connect(lambda *_: self._selected())
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._count_selected())
        self.reader = FolderReader(self.context, self.model)
        self.reader.shown.connect(self._shown)
        self.reader.began.connect(self._began)
        self.reader.failed.connect(self._failed)
        self.model.dropped.connect(self._dropped)
        for keys, work in (
            ("Alt+Left", self.back),
            ("Alt+Right", self.forward),
            ("Ctrl+R", self.refresh),
            ("Ctrl+L", self.address.edit),
        ):
            QShortcut(QKeySequence(keys), self, work, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _button(self, name: str, tip: str, work: Any) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: work())
        self._buttons.append((button, name))
        return button

    def _paint(self) -> None:
        for button, name in self._buttons:
            button.setIcon(icon(name, self.context.theme.color("muted")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other where there is room, else the list above."""
        super().resizeEvent(event)
        wanted = Qt.Orientation.Horizontal if self.width() >= SIDE_BY_SIDE else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)
            self.split.setSizes([560, 420] if wanted == Qt.Orientation.Horizontal else [240, 260])

    # the tab
    def page_title(self) -> str:
        """The folder."""
        return self.folder.name if self.folder else "S3"

    def page_icon(self) -> str:
        """A bucket."""
        return "bucket"

    def page_key(self) -> str:
        """Each is its own."""
        return f"s3:{self._id}"

    def state(self) -> dict[str, Any]:
        """Where one is."""
        return {
            "kind": "s3",
            "id": self._id,
            "address": self.folder.uri if self.folder else "",
            "split": self.split.sizes(),
        }

    def focus_first(self) -> None:
        """The list."""
        (self.list if self.folder else self.buckets.table).setFocus()

    def release(self) -> None:
        """The tab closes."""
        self.reader.leave()
        self.side.release()

    # going places
    def go(self, address: str, remember: bool = True) -> None:
        """To a folder, or to an object in its folder; empty is the list of buckets."""
        wanted: ObjectAddress | None = None
        if address and address != "s3://":
            try:
                wanted = parse_address(address)
            except DataOpsError as error:
                self.context.status_requested.emit(str(error))
                self.address.edit()
                return
        if remember:
            self._back.append(self.folder.uri if self.folder else "")
            self._forward = []
        self._wanted_key = wanted.key if wanted and not wanted.is_folder else ""
        self._enter(wanted.folder if wanted else None)

    def back(self) -> None:
        """Where one was."""
        if self._back:
            self._forward.append(self.folder.uri if self.folder else "")
            self.go(self._back.pop(), remember=False)

    def forward(self) -> None:
        """And there again."""
        if self._forward:
            self._back.append(self.folder.uri if self.folder else "")
            self.go(self._forward.pop(), remember=False)

    def up(self) -> None:
        """The folder above."""
        if self.folder is not None:
            came_from = self.folder
            self.go(came_from.parent.uri if came_from.key else "")
            self._wanted_key = came_from.key

    def refresh(self) -> None:
        """Read again, and choose the same object."""
        if self.folder is None:
            self.buckets.reload()
            return
        entry = self._current()
        self._wanted_key = entry.key if entry else ""
        self._enter(self.folder)

    def _changed(self, bucket: str) -> None:
        if self.folder is not None and self.folder.bucket == bucket:
            self.refresh()

    def _enter(self, folder: ObjectAddress | None) -> None:
        self.reader.leave()
        moved = folder != self.folder
        self.folder = folder
        self.address.show_address(folder)
        self.context.s3_moved.emit(self)
        for widget in (self.filter, self.below, self.more, self.upload):
            widget.setEnabled(folder is not None)
        self.more.hide()
        self.buckets.setVisible(folder is None)
        self.list.setVisible(folder is not None)
        self.empty.hide()
        if moved:
            self.filter.blockSignals(True)
            self.filter.clear()
            self.filter.blockSignals(False)
        self.side.show_folder(folder)
        if folder is None:
            self.count.setText("")
            self.buckets.reload()
            return
        self.count.setText(tr("Reading…"))
        self.reader.arrange(self.filter.text().strip(), *self._column_order())
        self.reader.start(folder)

    def _failed(self, error: Exception) -> None:
        self.count.setText("")
        if len(self.model.listing):  # a later page: what is there stays
            self.context.report(error)
            self._shown()
            return
        self.list.hide()
        self.empty.setText(str(error))
        self.empty.show()
        if not isinstance(error, DataOpsError):
            self.context.report(error)

    # what is shown
    def _began(self) -> None:
        """The first page is there: the wanted object is chosen, and keys go to the list where they went nowhere."""
        focused = self.window().focusWidget()
        if self.isVisible() and (focused is None or not focused.isVisible() or focused is self.buckets.table):
            self.list.setFocus()
        if self._wanted_key:
            row = self.model.row_of(self._wanted_key)
            self._wanted_key = ""
            if row >= 0:
                self.list.selectRow(row)
                self.list.scrollTo(self.model.index(row, 0))

    def _shown(self) -> None:
        listing = self.model.listing
        empty = not len(listing) and not self.reader.busy
        self.empty.setVisible(empty)
        self.list.setVisible(not empty)
        if empty:
            nothing = tr("This folder is empty. Drop files here to upload them.")
            self.empty.setText(tr("Nothing here matches.") if listing.total or self.reader.found else nothing)
        self.more.setText(tr("Stop") if self.reader.busy else tr("Load all"))
        self.more.setVisible(self.reader.busy or self.reader.more)
        self._show_count()

    def _show_count(self) -> None:
        listing = self.model.listing
        if self.reader.found:
            self.count.setText(self.reader.found + ("…" if self.reader.busy else ""))
            return
        parts = [formatting.count(listing.total, "entry", "entries")]
        if len(listing) != listing.total and self.filter.text().strip():
            parts = [f"{formatting.whole(len(listing))} of {parts[0]}"]
        if self.reader.more:
            parts[0] += tr(" so far")
        if listing.total_bytes:
            parts.append(formatting.size(listing.total_bytes))
        self.count.setText(" · ".join(parts))

    def _all_or_stop(self) -> None:
        if self.reader.busy:
            self.reader.stop()
        else:
            self.reader.load_all()

    def search_below(self) -> None:
        """Every key below the folder that has the typed words."""
        if self.reader.busy:
            self.reader.stop()
        elif self.filter.text().strip():
            self.reader.search(self.filter.text().strip())
            self._shown()

    def _column_order(self) -> tuple[int, bool]:
        """(column, or -1 for the service's order; whether from the end)."""
        header = self.list.horizontalHeader()
        column = header.sortIndicatorSection() if self._sorted else -1
        return column, header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder

    def _arrange(self) -> None:
        self.reader.arrange(self.filter.text().strip(), *self._column_order())

    def _sort(self, column: int) -> None:
        self._sorted = column >= 0
        self._arrange()

    def _filter_entered(self) -> None:
        self._typing.stop()
        self._arrange()
        if len(self.model.listing) and not self.list.currentIndex().isValid():
            self.list.selectRow(0)
        self.list.setFocus()

    # the chosen
    def targets(self) -> list[ObjectAddress]:
        """The selected rows."""
        if self.folder is None:
            return []
        rows = sorted({index.row() for index in self.list.selectionModel().selectedRows()})
        return [ObjectAddress(self.folder.bucket, self.model.entry(row).key) for row in rows]

    def _current(self) -> ObjectEntry | None:
        index = self.list.currentIndex()
        return (
            self.model.entry(index.row()) if index.isValid() and index.row() < self.model.rowCount() else None
        )

    def _selected(self) -> None:
        entry = self._current()
        if entry is None or self.folder is None:
            return
        at = ObjectAddress(self.folder.bucket, entry.key)
        if entry.is_folder:
            self.side.show_folder(at)
        else:
            self.side.show_object(at, entry.size)

    def _count_selected(self) -> None:
        rows = self.list.selectionModel().selectedRows()
        if len(rows) > 1:
            total = sum(self.model.entry(index.row()).size for index in rows[:10_000])
            self.count.setText(
                tr(
                    "{rows} selected · {total}",
                    rows=formatting.whole(len(rows)),
                    total=formatting.size(total),
                )
            )
        elif self.folder is not None:
            self._show_count()

    def open_row(self, index: QModelIndex) -> None:
        """Into a folder; an object's preview."""
        if not index.isValid() or self.folder is None:
            return
        entry = self.model.entry(index.row())
        if entry.is_folder:
            self.go(ObjectAddress(self.folder.bucket, entry.key).uri)
        else:
            self.side.show_object(ObjectAddress(self.folder.bucket, entry.key), entry.size)
            self.side.look()

    def _menu(self, place: QPoint) -> None:
        menu = self.context.s3.menu(self, self.targets(), self.folder)
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _star(self) -> None:
        if self.folder is not None:
            self.context.run(self.context.s3.places.toggle_favourite(self.folder))

    # what comes in
    def paste(self, data: QMimeData) -> None:
        """Objects, or files of this computer."""
        if self.folder is None:
            return
        if addresses_of(data):
            self.context.s3.paste(self.folder)
        elif files := files_of(data):
            self.context.s3.moves.upload(files, self.folder)

    def _dropped(self, data: QMimeData, key: str, move: bool) -> None:
        assert self.folder is not None
        to = ObjectAddress(self.folder.bucket, key)
        if addresses := addresses_of(data):
            targets = [parse_address(address) for address in addresses]
            if all(target.parent == to for target in targets):
                return  # dropped where it was
            self.context.run(self.context.s3.copy(targets, to, move))
        elif files := files_of(data):
            self.context.s3.moves.upload(files, to)

    def _upload(self) -> None:
        if self.folder is not None:
            self.context.s3.moves.ask_upload(self.folder)
