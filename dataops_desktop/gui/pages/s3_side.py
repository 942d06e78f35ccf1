"""Beside the list: a preview of the chosen object, its details, its versions; of a folder or bucket what is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QFormLayout, QMenu, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import CLASS_NAMES, shown_name
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.s3_preview import PreviewView
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.object_store import BucketFacts, ObjectVersion
from dataops_desktop.objects.addresses import ObjectAddress

WAIT_MS = 150  # while a person steps through rows nothing is asked
PREVIEW, DETAILS, VERSIONS = range(3)


class ObjectSide(QTabWidget):
    """Only the tab in front asks the service for anything."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._at: ObjectAddress | None = None
        self._size = 0
        self._shown: dict[int, ObjectAddress | None] = {}
        self.setDocumentMode(True)
        self.setMinimumWidth(240)
        self.preview = PreviewView(context)
        self.details = Facts()
        self.versions = VersionsTab(context)
        self.addTab(self.preview, tr("Preview"))
        self.addTab(self.details, tr("Details"))
        self.addTab(self.versions, tr("Versions"))
        self._timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._timer.timeout.connect(self._show)
        self.currentChanged.connect(lambda _: self._show())
        context.s3.changed.connect(
            lambda bucket: self._shown.clear() if self._at and self._at.bucket == bucket else None
        )

    def show_object(self, at: ObjectAddress, size: int) -> None:
        """An object, soon."""
        self._at, self._size = at, size
        self._timer.start()

    def show_folder(self, at: ObjectAddress | None) -> None:
        """A folder, a bucket, or nothing."""
        self._at, self._size = at, 0
        self._timer.start()

    def look(self) -> None:
        """The preview, now."""
        self.setCurrentIndex(PREVIEW)
        self._timer.stop()
        self._show()

    def release(self) -> None:
        """The page closes."""
        self._timer.stop()
        self._at = None
        self.preview.release()

    def _show(self) -> None:
        tab, at = self.currentIndex(), self._at
        if tab in self._shown and self._shown[tab] == at:
            return
        self._shown[tab] = at
        is_object = at is not None and not at.is_folder
        if tab == PREVIEW:
            if at is not None and is_object:
                self.preview.show_object(at, self._size)
            else:
                self.preview.show_nothing(tr("Choose an object to see what is in it."))
        elif tab == VERSIONS:
            self.versions.show_object(at if is_object else None)
        elif at is None:
            self.details.show_rows([], tr("Choose a bucket, a folder or an object."))
        elif is_object:
            self._context.run(self._details(at), self._failed)
        elif not at.key:
            self._context.run(self._bucket(at), self._failed)
        else:
            self.details.show_rows([(tr("Folder"), at.uri)], tr("What a folder holds is counted on request: its context menu, “Count what is in it”."))  # fmt: skip

    def _failed(self, error: Exception) -> None:
        self.details.show_rows([], str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _details(self, at: ObjectAddress) -> None:
        self.details.show_rows([], tr("Reading…"))
        found = await self._context.use_cases.s3.details(at.bucket, at.key)
        if at != self._at:
            return
        head = found.head
        rows = [
            (tr("Key"), shown_name(at.key)),
            (
                tr("Size"),
                tr(
                    "{size} ({count} bytes)",
                    size=formatting.size(head.size),
                    count=formatting.whole(head.size),
                ),
            ),
            (tr("Modified"), formatting.local_time(head.last_modified)),
            (tr("Class"), CLASS_NAMES.get(head.storage_class, head.storage_class)),
            (tr("Restored"), _restore_text(head.restore, head.storage_class)),
            (tr("Type"), " · ".join(part for part in (head.content_type, head.content_encoding) if part)),
            (tr("Cache"), head.cache_control),
            (tr("Encryption"), " · ".join(part for part in (head.encryption, head.kms_key) if part)),
            (tr("ETag"), head.etag.strip('"')),
            *((tr("Checksum {name}", name=name), value) for name, value in head.checksums.items()),
            (tr("Version"), head.version_id),
            (tr("Tags"), "\n".join(f"{k} = {v}" for k, v in (found.tags or {}).items())),
            (tr("Metadata"), "\n".join(f"{k} = {v}" for k, v in head.metadata.items())),
            (tr("Retention"), head.retention),
            (tr("Legal hold"), tr("On") if head.legal_hold else ""),
            (tr("Expires"), head.expiration),
            (tr("Replication"), head.replication),
            (tr("Location"), at.uri),
        ]
        self.details.show_rows(rows, "\n".join(found.problems))

    async def _bucket(self, at: ObjectAddress) -> None:
        self.details.show_rows([(tr("Bucket"), at.bucket)], tr("Reading…"))
        facts = await self._context.use_cases.s3.facts(at.bucket)
        if at == self._at:
            self.details.show_rows(_bucket_rows(facts), "\n".join(facts.problems))


def _bucket_rows(facts: BucketFacts) -> list[tuple[str, str]]:
    def yes(value: bool | None, on: str, off: str) -> str:
        return "" if value is None else on if value else off

    when = f" on {formatting.local_time(facts.counted_at)[:10]}" if facts.counted_at else ""
    return [
        (tr("Bucket"), facts.name),
        (tr("Region"), facts.region),
        (tr("Size"), f"{formatting.size(facts.size_bytes)}{when}" if facts.size_bytes is not None else tr("Not reported; count it on request")),
        (tr("Objects"), f"{formatting.whole(facts.object_count)}{when}" if facts.object_count is not None else ""),
        *((f"  {name}", formatting.size(size)) for name, size in facts.size_by_class.items() if len(facts.size_by_class) > 1),
        (tr("Encryption"), " · ".join(part for part in (facts.encryption, facts.kms_key) if part)),
        (tr("Versions"), facts.versioning),
        (tr("Public"), yes(facts.public, tr("Yes: its policy lets everybody in"), tr("No"))),
        (tr("Blocks public access"), yes(facts.blocks_public, tr("Yes"), tr("No"))),
        (tr("Requester pays"), yes(facts.requester_pays, tr("Yes"), tr("No"))),
        (tr("Object lock"), yes(facts.object_lock, tr("Yes"), tr("No"))),
    ]  # fmt: skip


def _restore_text(header: str, storage_class: str) -> str:
    """docs.aws.amazon.com/AmazonS3, HeadObject: `ongoing-request="true"`, or false with an expiry-date."""
    if 'ongoing-request="true"' in header:
        return tr("Being restored")
    if "expiry-date=" in header:
        return tr("Readable until ") + header.partition("expiry-date=")[2].strip('"')
    return tr("In the archive: restore it to read it") if storage_class in {"GLACIER", "DEEP_ARCHIVE"} else ""


class Facts(QScrollArea):
    """Names and values, empty ones left out."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.show_rows([], "")

    def show_rows(self, rows: Sequence[tuple[str, str]], note: str) -> None:
        """Instead of what was shown."""
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, value in rows:
            if value:
                label = styled(PlainLabel(name), role="muted")
                label.setAlignment(Qt.AlignmentFlag.AlignTop)
                form.addRow(label, PlainLabel(value, selectable=True, wrap=True))
        layout.addLayout(form)
        if note:
            layout.addWidget(styled(PlainLabel(note, wrap=True, selectable=True), role="muted"))
        layout.addStretch()
        self.setWidget(body)


class VersionsTab(QWidget):
    """Every version and delete marker of an object, and what can be done with them."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._at: ObjectAddress | None = None
        self._versions: list[ObjectVersion] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        self.note.setContentsMargins(12, 4, 12, 0)
        layout.addWidget(self.note)
        self.table = plain_table(
            RowsModel((tr("Modified"), tr("Size"), tr("Version")), []), 2, {0: 150, 1: 80}
        )
        self.table.setAccessibleName(tr("Versions"))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        layout.addWidget(self.table, 1)

    def show_object(self, at: ObjectAddress | None) -> None:
        """Its versions, or nothing."""
        self._at, self._versions = at, []
        self._fill()
        self.note.setText(tr("Choose an object.") if at is None else tr("Reading…"))
        if at is not None:
            self._context.run(self._read(at), lambda error: self.note.setText(str(error)))

    async def _read(self, at: ObjectAddress) -> None:
        found = await self._context.use_cases.s3.versions(at.bucket, at.key)
        if at != self._at:
            return
        self._versions = found
        self._fill()
        only = len(found) == 1 and found[0].version_id == "null"
        self.note.setText(
            tr("The bucket keeps no versions.")
            if only
            else formatting.count(len(found), "version", "versions")
        )

    def _fill(self) -> None:
        rows = [
            (
                formatting.local_time(v.last_modified) + ("  (now)" if v.is_latest else ""),
                "deleted" if v.is_marker else formatting.size(v.size),
                v.version_id,
            )
            for v in self._versions
        ]
        self.table.setModel(
            RowsModel((tr("Modified"), tr("Size"), tr("Version")), rows, frozenset({1}), self)
        )

    def _menu(self, place: QPoint) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        at = self._at
        if not rows or at is None:
            return
        names = [(at.key, self._versions[row].version_id) for row in rows]
        menu = QMenu(self)
        if len(rows) == 1:
            chosen = self._versions[rows[0]]
            title = (
                tr("Take the delete marker away") if chosen.is_marker else tr("Make this the newest again")
            )
            again = menu.addAction(
                title,
                lambda: self._context.run(
                    self._context.s3.bring_back(at, chosen.version_id, chosen.is_marker)
                ),
            )
            again.setEnabled(chosen.is_marker or not chosen.is_latest)
        menu.addAction(
            tr("Delete for good…"),
            lambda: self._context.run(self._context.s3.delete_versions(at.bucket, names)),
        )
        menu.popup(self.table.viewport().mapToGlobal(place))
