"""Where one is, as steps to click on; a click beside them, or Ctrl+L, makes it a field that takes any way of writing an address."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import shown_name
from dataops_desktop.objects.addresses import ObjectAddress

LONGEST_STEP = 28


class AddressBar(QFrame):
    """`chosen` with what was typed, or the address of the step."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("S3 address"))
        self.field.setPlaceholderText(tr("s3://bucket/folder/, an ARN, or a link of the S3 console"))
        self.field.returnPressed.connect(lambda: self.chosen.emit(self.field.text()))
        self.field.installEventFilter(self)
        self._steps = QWidget()
        self._steps.setProperty("addressSteps", True)
        self._row = QHBoxLayout(self._steps)
        self._row.setContentsMargins(4, 0, 4, 0)
        self._row.setSpacing(0)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._steps)
        self._stack.addWidget(self.field)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.field.sizeHint().height())
        self.setProperty("addressBar", True)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self._address: ObjectAddress | None = None
        self._buttons: list[QToolButton] = []

    def show_address(self, address: ObjectAddress | None) -> None:
        """Where one is now; None for the list of buckets."""
        self._address = address
        self.field.setText(address.uri if address else "s3://")
        self._stack.setCurrentIndex(0)
        while self._row.count():
            item = self._row.takeAt(0)
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = []
        self._add_step(tr("Buckets"), "")
        if address is not None:
            self._add_step(address.bucket, ObjectAddress(address.bucket).uri)
            at = 0
            while (end := address.key.find("/", at)) >= 0:
                self._add_step(
                    address.key[at:end] or "/", ObjectAddress(address.bucket, address.key[: end + 1]).uri
                )
                at = end + 1
        self._row.addStretch()
        self._fit()

    def _add_step(self, text: str, target: str) -> None:
        if self._buttons:
            arrow = QToolButton()
            arrow.setText("›")
            arrow.setEnabled(False)
            arrow.setProperty("step", True)
            self._row.addWidget(arrow)
        button = QToolButton()
        name = shown_name(text)
        button.setText(
            (name if len(name) <= LONGEST_STEP else name[: LONGEST_STEP - 1] + "…").replace("&", "&&")
        )
        button.setToolTip(plain_tooltip(target or tr("All buckets")))
        button.setProperty("step", True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.chosen.emit(target))
        self._row.addWidget(button)
        self._buttons.append(button)

    def _fit(self) -> None:
        """The first steps give way, never the last."""
        room = self.width() - 16
        widgets = [
            self._row.itemAt(i).widget() for i in range(self._row.count()) if self._row.itemAt(i).widget()
        ]
        used = 0
        for place, widget in enumerate(reversed(widgets)):
            used += widget.sizeHint().width()
            widget.setVisible(used <= room or place == 0)

    def edit(self) -> None:
        """Type an address."""
        self._stack.setCurrentIndex(1)
        self.field.setFocus()
        self.field.selectAll()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Beside the steps."""
        super().mousePressEvent(event)
        self.edit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other steps may fit."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape and a look elsewhere bring the steps back."""
        if watched is self.field:
            escape = (
                isinstance(event, QKeyEvent)
                and event.type() == QEvent.Type.KeyPress
                and event.key() == Qt.Key.Key_Escape
            )
            if escape or event.type() == QEvent.Type.FocusOut:
                self.show_address(self._address)
                return bool(escape)
        return super().eventFilter(watched, event)
