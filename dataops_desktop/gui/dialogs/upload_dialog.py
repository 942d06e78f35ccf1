"""What is uploaded where, and how it is stored there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QWidget,
)

from dataops_desktop.actions.object_edits import STORAGE_CLASSES
from dataops_desktop.actions.transfers import CONFLICTS
from dataops_desktop.errors import InputError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import CLASS_NAMES
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.objects.addresses import ObjectAddress, parse_address

ENCRYPTIONS = (
    ("", tr("As the bucket does")),
    ("SSE-S3", tr("With S3's own key (SSE-S3)")),
    ("SSE-KMS", tr("With a key of KMS (SSE-KMS)")),
)


class UploadDialog(QDialog):
    """After `accepted`: `paths`, `folder`, `chosen_conflict`, `options`, and `as_table` where the files are to become a table."""

    def __init__(self, files: Sequence[str], to: ObjectAddress | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Upload"))
        self.setMinimumWidth(560)
        self.as_table = False
        self.files = QListWidget()
        self.files.setAccessibleName(tr("Files and folders"))
        self.files.setFixedHeight(110)
        self.files.addItems(list(files))
        more, folder, less = (
            QPushButton(tr("Add files…")),
            QPushButton(tr("Add folder…")),
            QPushButton(tr("Remove")),
        )
        more.clicked.connect(self._add_files)
        folder.clicked.connect(self._add_folder)
        less.clicked.connect(self._remove)
        row = QHBoxLayout()
        for button in (more, folder, less):
            row.addWidget(button)
        row.addStretch()
        self.place = QLineEdit(to.uri if to is not None else "s3://")
        self.conflict, self.kind, self.encryption = QComboBox(), QComboBox(), QComboBox()
        for key, text in CONFLICTS.items():
            self.conflict.addItem(text, key)
        for name in STORAGE_CLASSES:
            self.kind.addItem(CLASS_NAMES[name], name)
        for key, text in ENCRYPTIONS:
            self.encryption.addItem(text, key)
        self.key = QLineEdit()
        self.key.setPlaceholderText(tr("ARN or id of the key; empty: the account's own"))
        self.note = styled(PlainLabel(wrap=True), role="muted")
        self.note.setMinimumHeight(34)
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        form.addRow(self.files)
        form.addRow(row)
        form.addRow(tr("To &folder"), self.place)
        form.addRow(tr("Same &name"), self.conflict)
        form.addRow(tr("&Class"), self.kind)
        form.addRow(tr("&Encrypt"), self.encryption)
        form.addRow(tr("&Key"), self.key)
        form.addRow(self.note)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton(tr("Upload"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("primary", True)
        self.ok.setDefault(True)
        self.table = buttons.addButton(tr("Upload as table…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.table.clicked.connect(self._accept_as_table)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.place.textChanged.connect(lambda _: self._check())
        self.encryption.currentIndexChanged.connect(lambda _: self._check())
        self.files.model().rowsInserted.connect(lambda *_: self._check())
        self.files.model().rowsRemoved.connect(lambda *_: self._check())
        self._check()

    @property
    def paths(self) -> list[Path]:
        """What goes up."""
        return [Path(self.files.item(i).text()) for i in range(self.files.count())]

    @property
    def folder(self) -> ObjectAddress:
        """Where to."""
        at = parse_address(self.place.text())
        return at.as_folder

    @property
    def chosen_conflict(self) -> str:
        """What happens with objects of the same name."""
        return str(self.conflict.currentData())

    @property
    def options(self) -> WriteOptions:
        """How they are stored."""
        kind = str(self.kind.currentData())
        encryption = str(self.encryption.currentData())
        return WriteOptions(
            "" if kind == "STANDARD" else kind,
            encryption,
            self.key.text().strip() if encryption == "SSE-KMS" else "",
        )

    def _check(self) -> None:
        self.key.setEnabled(self.encryption.currentData() == "SSE-KMS")
        try:
            at = self.folder
        except InputError as error:
            self.note.setText(str(error))
            self.ok.setEnabled(False)
            self.table.setEnabled(False)
            return
        self.note.setText(
            tr(
                "Goes to {uri} in parts with checksums; it can be paused, and goes on after a restart.",
                uri=at.uri,
            )
        )
        self.ok.setEnabled(self.files.count() > 0)
        self.table.setEnabled(self.files.count() > 0)

    def _accept_as_table(self) -> None:
        self.as_table = True
        self.accept()

    def _add_files(self) -> None:
        dialog = QFileDialog(self, tr("Upload files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take)
        dialog.open()

    def _add_folder(self) -> None:
        dialog = QFileDialog(self, tr("Upload a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(self._take)
        dialog.open()

    def _take(self, chosen: Sequence[str]) -> None:
        known = {self.files.item(i).text() for i in range(self.files.count())}
        self.files.addItems([path for path in chosen if path not in known])

    def _remove(self) -> None:
        self.files.takeItem(self.files.currentRow())
