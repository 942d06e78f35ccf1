"""Small questions about objects: where to, what name, which class, which tags, a link for how long, restored for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.object_edits import STORAGE_CLASSES
from dataops_desktop.errors import InputError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import CLASS_NAMES
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.objects.addresses import ObjectAddress, parse_address

# docs.aws.amazon.com/AmazonS3, "Understanding archive retrieval options", and "Amazon S3 pricing" for the shortest stays.
TIERS = (
    (tr("Standard"), tr("Standard: 3 to 5 hours (Deep Archive 12 hours)")),
    (tr("Bulk"), tr("Bulk: 5 to 12 hours (Deep Archive 48 hours), the cheapest")),
    (tr("Expedited"), tr("Expedited: 1 to 5 minutes, the dearest; not for Deep Archive")),
)
CLASS_NOTES = {
    "STANDARD": tr("No minimum stay."),
    "INTELLIGENT_TIERING": tr("Moves by itself; a fee an object watched."),
    "STANDARD_IA": tr("Cheaper to keep, paid to read. 30 days and 128 KB at least are paid."),
    "ONEZONE_IA": tr("As Standard-IA in one zone: lost with it. 30 days and 128 KB at least are paid."),
    "GLACIER_IR": tr("Read at once, at a price. 90 days and 128 KB at least are paid."),
    "GLACIER": tr("Must be restored before it can be read, minutes to hours. 90 days at least are paid."),
    "DEEP_ARCHIVE": tr("Must be restored before it can be read, 12 to 48 hours. 180 days at least are paid."),
}
LIFETIMES = (
    (900, "15 minutes"),
    (3600, "1 hour"),
    (43_200, "12 hours"),
    (86_400, "1 day"),
    (604_800, "7 days"),
)


class _Form(QDialog):
    """A form with a note and two buttons."""

    def __init__(self, title: str, button: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self.form = QFormLayout(self)
        self.form.setVerticalSpacing(8)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        self.note.setMinimumHeight(34)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.addButton(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("primary", True)
        self.ok.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def finish(self) -> None:
        """The note and the buttons come last."""
        self.form.addRow(self.note)
        self.form.addRow(self.buttons)


class NameDialog(_Form):
    """After `accepted`: `name.text()`."""

    def __init__(self, title: str, label: str, text: str, note: str, button: str, parent: QWidget) -> None:
        super().__init__(title, button, parent)
        self.name = QLineEdit(text)
        stem = text.rpartition(".")[0]
        self.name.setSelection(0, len(stem or text))
        self.form.addRow(label, self.name)
        self.note.setText(note)
        self.finish()
        self.name.textChanged.connect(lambda now: self.ok.setEnabled(bool(now.strip())))
        self.ok.setEnabled(bool(text))


class DestinationDialog(_Form):
    """After `accepted`: `folder` and `replace.isChecked()`."""

    def __init__(self, title: str, verb: str, at: ObjectAddress, note: str, parent: QWidget) -> None:
        super().__init__(title, verb, parent)
        self.place = QLineEdit(at.uri)
        self.replace = QCheckBox(tr("Replace objects of the same name"))
        self.form.addRow(tr("To &folder"), self.place)
        self.form.addRow("", self.replace)
        self._say = note
        self.finish()
        self.place.textChanged.connect(lambda _: self._check())
        self._check()

    @property
    def folder(self) -> ObjectAddress:
        """As typed; a folder's slash is added."""
        at = parse_address(self.place.text())
        return at.as_folder

    def _check(self) -> None:
        try:
            _ = self.folder
        except InputError as error:
            self.note.setText(str(error))
            self.ok.setEnabled(False)
        else:
            self.note.setText(self._say)
            self.ok.setEnabled(True)


class ClassDialog(_Form):
    """After `accepted`: `chosen`."""

    def __init__(self, what: str, parent: QWidget) -> None:
        super().__init__(tr("Storage class"), tr("Change"), parent)
        self.kind = QComboBox()
        for name in STORAGE_CLASSES:
            self.kind.addItem(CLASS_NAMES[name], name)
        self.form.addRow(PlainLabel(what, wrap=True))
        self.form.addRow(tr("&Class"), self.kind)
        self.kind.currentIndexChanged.connect(lambda _: self._say())
        self._say()
        self.finish()

    @property
    def chosen(self) -> str:
        """Its name in the service."""
        return str(self.kind.currentData())

    def _say(self) -> None:
        self.note.setText(
            tr(
                "{class_notes} Each object is copied onto itself: one request each, and a new version where versions are kept.",
                class_notes=CLASS_NOTES[self.chosen],
            )
        )


class RestoreDialog(_Form):
    """After `accepted`: `days.value()` and `tier`."""

    def __init__(self, what: str, parent: QWidget) -> None:
        super().__init__(tr("Restore from archive"), tr("Restore"), parent)
        self.days = QSpinBox()
        self.days.setRange(1, 365)
        self.days.setValue(7)
        self.days.setSuffix(tr(" days"))
        self.speed = QComboBox()
        for key, text in TIERS:
            self.speed.addItem(text, key)
        self.form.addRow(PlainLabel(what, wrap=True))
        self.form.addRow(tr("&Readable for"), self.days)
        self.form.addRow(tr("&How fast"), self.speed)
        self.note.setText(
            tr(
                "Retrieval is paid by the gigabyte and request; while the copy is there it is paid for as Standard too."
            )
        )
        self.finish()

    @property
    def tier(self) -> str:
        """Its name in the service."""
        return str(self.speed.currentData())


class TagsDialog(_Form):
    """After `accepted`: `tags`."""

    def __init__(self, name: str, tags: Mapping[str, str], parent: QWidget) -> None:
        super().__init__(tr("Tags of {name}", name=name), tr("Save"), parent)
        self.table = QTableWidget(0, 2)
        self.table.setHorizontalHeaderLabels([tr("Key"), tr("Value")])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 180)
        self.table.setAccessibleName(tr("Tags"))
        for key, value in tags.items():
            self._add(key, value)
        row = QHBoxLayout()
        more, less = QPushButton(tr("Add")), QPushButton(tr("Remove"))
        more.clicked.connect(lambda: self._add("", ""))
        less.clicked.connect(lambda: self.table.removeRow(self.table.currentRow()))
        row.addWidget(more)
        row.addWidget(less)
        row.addStretch()
        self.form.addRow(self.table)
        self.form.addRow(row)
        self.note.setText(
            tr("At most ten. Keys and values are seen by everybody who may read tags: no secrets.")
        )
        self.finish()

    def _add(self, key: str, value: str) -> None:
        at = self.table.rowCount()
        self.table.insertRow(at)
        for column, text in enumerate((key, value)):
            self.table.setItem(at, column, QTableWidgetItem(text))
        if not key:
            self.table.setCurrentCell(at, 0)
            self.table.editItem(self.table.item(at, 0))

    @property
    def tags(self) -> dict[str, str]:
        """Rows with a key."""
        found = {}
        for row in range(self.table.rowCount()):
            key, value = (
                self.table.item(row, c).text().strip() if self.table.item(row, c) else "" for c in (0, 1)
            )
            if key:
                found[key] = value
        return found


class LinkDialog(QDialog):
    """A link that works without credentials. `make(method, seconds, show)` is asked for each; nothing is kept."""

    def __init__(
        self, name: str, make: Callable[[str, int, Callable[[str], None]], Any], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Link to {name}", name=name))
        self.setMinimumWidth(560)
        self._make = make
        self.method, self.lifetime, self.link = QComboBox(), QComboBox(), QLineEdit()
        self.method.addItem(tr("Download (GET)"), "GET")
        self.method.addItem(tr("Upload to this key (PUT)"), "PUT")
        for seconds, text in LIFETIMES:
            self.lifetime.addItem(text, seconds)
        self.lifetime.setCurrentIndex(1)
        self.link.setReadOnly(True)
        self.link.setAccessibleName(tr("Link"))
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.addRow(tr("&For"), self.method)
        form.addRow(tr("&Works for"), self.lifetime)
        form.addRow(tr("&Link"), self.link)
        note = tr(
            "Whoever has the link may do this until it ends, without signing in. It ends earlier with the session it was made in, "
            "and works only where you may do the same yourself."
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton(tr("Copy link"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setProperty("primary", True)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(styled(PlainLabel(note, wrap=True), role="muted"))
        layout.addWidget(buttons)
        self.method.currentIndexChanged.connect(lambda _: self._renew())
        self.lifetime.currentIndexChanged.connect(lambda _: self._renew())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._renew()

    def _renew(self) -> None:
        self.copy.setEnabled(False)
        self._make(str(self.method.currentData()), int(self.lifetime.currentData()), self._show)

    def _show(self, link: str) -> None:
        self.link.setText(link)
        self.link.setCursorPosition(0)
        self.copy.setEnabled(True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.setText(tr("Copied"))
