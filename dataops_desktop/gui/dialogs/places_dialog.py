"""Other accounts and regions whose catalogs are synced into this workspace, side by side with the connection's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.connector import Place

REGIONS = (
    "us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-central-2 eu-north-1 eu-south-1 "
    "ap-south-1 ap-southeast-1 ap-southeast-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-east-1 me-south-1 me-central-1 af-south-1"
).split()


def place_text(place: Place) -> str:
    """`production · eu-west-1`."""
    return f"{place.profile or tr('this connection')} · {place.region or tr('its own region')}"


class PlacesDialog(QDialog):
    """After `accepted`: `places`."""

    def __init__(self, places: Sequence[Place], profiles: Sequence[str], here: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Accounts and regions"))
        self.setMinimumWidth(460)
        self._places = list(places)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        text = tr(
            "Every sync reads {here}, and then the catalogs below, each with a report of its own. Tables of two accounts or regions never mix.",
            here=here,
        )
        layout.addWidget(styled(PlainLabel(text, wrap=True), role="muted"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Accounts and regions"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        layout.addWidget(self.list)
        row = QHBoxLayout()
        self.profile = QComboBox()
        self.profile.setAccessibleName(tr("AWS profile"))
        self.profile.addItem(tr("This connection"), "")
        for name in profiles:
            self.profile.addItem(name, name)
        self.region = QComboBox()
        self.region.setAccessibleName(tr("Region"))
        self.region.setEditable(True)
        self.region.addItems(REGIONS)
        self.region.setCurrentText("")
        line = self.region.lineEdit()
        assert isinstance(line, QLineEdit)
        line.setPlaceholderText(tr("Region"))
        add = QPushButton(tr("Add"))
        add.clicked.connect(self._add)
        remove = QPushButton(tr("Remove"))
        remove.clicked.connect(self._remove)
        row.addWidget(self.profile, 1)
        row.addWidget(self.region, 1)
        row.addWidget(add)
        row.addWidget(remove)
        layout.addLayout(row)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self._show()

    @property
    def places(self) -> list[Place]:
        """In order."""
        return list(self._places)

    def _show(self) -> None:
        self.list.clear()
        self.list.addItems([place_text(place) for place in self._places])

    def _add(self) -> None:
        place = Place(str(self.profile.currentData() or ""), self.region.currentText().strip())
        if (place.profile or place.region) and place not in self._places:
            self._places.append(place)
            self._show()

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            del self._places[row]
            self._show()
