"""The buckets of an account, with what is known of each: region, size, objects, encryption, versions, public or not."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPushButton, QVBoxLayout, QWidget

from dataops_desktop.actions.s3_cases import Place
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.object_store import Bucket
from dataops_desktop.objects.addresses import ObjectAddress, parse_address

TITLES = (
    tr("Bucket"),
    tr("Region"),
    tr("Size"),
    tr("Objects"),
    tr("Encryption"),
    tr("Versions"),
    tr("Public"),
    tr("Created"),
)
READ_BY_ITSELF = 40  # buckets whose facts are read unasked: nine calls each


class BucketsView(QWidget):
    """`opened` with an address, `chosen` with the bucket in hand."""

    opened = Signal(str)
    chosen = Signal(object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._buckets: list[Bucket] = []
        self._turn = 0
        self._points = ""  # why access points are not among them
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        row = QHBoxLayout()
        self.note = styled(PlainLabel(tr("Reading…"), wrap=True), role="muted")
        row.addWidget(self.note, 1)
        add = QPushButton(tr("Add by name…"))
        add.setToolTip(tr("A bucket or an access point that you may read but not list"))
        add.clicked.connect(self._ask_name)
        row.addWidget(add)
        layout.addLayout(row)
        self.table = plain_table(RowsModel(TITLES, []), len(TITLES) - 1)
        self.table.setAccessibleName(tr("Buckets"))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.activated.connect(lambda index: self._open(index.row()))
        layout.addWidget(self.table, 1)
        context.s3.places_changed.connect(lambda: self.reload() if self.isVisible() else None)

    def reload(self) -> None:
        """Ask for the buckets, then for their facts one after another."""
        self._turn += 1
        self._context.run(self._load(self._turn), self._failed)

    def _failed(self, error: Exception) -> None:
        self.note.setText(str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _load(self, turn: int) -> None:
        cases = self._context.use_cases.s3
        self._buckets = await cases.buckets()
        try:
            self._buckets += await cases.access_points()
            self._points = ""
        except DataOpsError as error:  # the buckets are there all the same
            self._points = tr(" · access points: {problem}", problem=error.title.lower())
        await self._show(turn)
        for bucket in self._buckets[:READ_BY_ITSELF]:
            if turn != self._turn or not self.isVisible():
                return
            try:
                await cases.facts(bucket.name)
            except DataOpsError:
                continue  # its row stays empty; opening it says why
            await self._show(turn)

    async def _show(self, turn: int) -> None:
        stored = await self._context.use_cases.children(None, "s3-bucket")
        known = {item.node.name: item.node.properties for item in stored}
        if turn != self._turn:
            return
        rows = [self._row(bucket, known.get(bucket.name, {})) for bucket in self._buckets]
        current = self.table.currentIndex().row()
        accent = self._context.theme.color("accent")
        model = RowsModel(
            TITLES,
            rows,
            frozenset({2, 3}),
            self,
            lambda _, column: icon("bucket", accent) if column == 0 else None,
        )
        if self.table.model().rowCount() == len(rows) and self.table.model().same(rows):
            return
        self.table.setModel(model)
        for column, width in ((0, 210), (1, 100), (2, 90), (3, 80), (4, 90), (5, 80), (6, 70), (7, 150)):
            self.table.setColumnWidth(column, width)
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        if 0 <= current < len(rows):
            self.table.selectRow(current)
        self.note.setText(
            formatting.count(len(rows), "bucket", "buckets") + self._points
            if rows
            else tr("No buckets may be listed with these credentials. Add one by name.")
        )

    @staticmethod
    def _row(bucket: Bucket, known: Any) -> tuple[str, ...]:
        def yes(value: Any, on: str, off: str) -> str:
            return "" if value is None else on if value else off

        name = (
            bucket.name
            if not bucket.access_point_of
            else tr(
                "{name} (access point of {access_point_of})",
                name=bucket.name,
                access_point_of=bucket.access_point_of,
            )
        )
        count = known.get("objectCount")
        return (
            name,
            str(bucket.region or known.get("region") or ""),
            formatting.size(known.get("sizeBytes")),
            formatting.whole(count) if count is not None else "",
            str(known.get("encryptionType") or ""),
            yes(known.get("versioning"), tr("Kept"), tr("Off")),
            yes(known.get("publicAccess"), tr("Public"), tr("No")),
            formatting.local_time(bucket.created_at)[:10],
        )

    def _at(self, row: int) -> ObjectAddress | None:
        return ObjectAddress(self._buckets[row].name) if 0 <= row < len(self._buckets) else None

    def _choose(self, row: int) -> None:
        if (at := self._at(row)) is not None:
            self.chosen.emit(at)

    def _open(self, row: int) -> None:
        if (at := self._at(row)) is not None:
            self.opened.emit(at.uri)

    def _menu(self, place: QPoint) -> None:
        if (at := self._at(self.table.indexAt(place).row())) is not None:
            self._context.s3.menu(self, [at], None).popup(self.table.viewport().mapToGlobal(place))

    def _ask_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Add a bucket by name"))
        dialog.setLabelText(tr("Bucket, access point (ARN or alias), or a folder of one:"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda text: self._context.run(self._add(text)))
        dialog.open()

    async def _add(self, text: str) -> None:
        at = parse_address(text)
        cases = self._context.use_cases.s3
        await cases.page(at.bucket, at.key, None, 1)  # it says why where it cannot be read
        await cases.set_place(Place(at.folder.uri, bool(at.key)))
        self._context.s3.places_changed.emit()
