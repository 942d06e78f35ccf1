"""A worksheet's settings for Athena: data catalog, result reuse, and where and how results are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.query_engine import QuerySettings, Workgroup

# StartQueryExecution: MaxAgeInMinutes 0 to 10080, default 60; EncryptionOption (botocore's service model for athena).
MOST_MINUTES, DEFAULT_MINUTES = 10_080, 60
_UNITS = ((tr("minutes"), 1), (tr("hours"), 60), (tr("days"), 1440))
_ENCRYPTIONS = (
    ("", tr("As the bucket says")), ("SSE_S3", "SSE-S3"), ("SSE_KMS", tr("SSE-KMS, with a key")), ("CSE_KMS", tr("CSE-KMS, with a key")),
)  # fmt: skip


class QuerySettingsDialog(QDialog):
    """After `accepted`, `settings` holds the choice and `as_default` whether new worksheets take it too."""

    def __init__(
        self,
        settings: QuerySettings,
        group: Workgroup | None,
        catalogs: Sequence[str],
        error_color: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Query settings"))
        self.setMinimumWidth(520)
        self.settings, self.as_default = settings, False
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        enforced = group is not None and (group.enforced or group.managed_results)
        if group is not None and enforced:
            note = (
                tr("The workgroup {name} keeps results itself", name=group.name)
                if group.managed_results
                else tr("The workgroup {name} enforces its own result settings", name=group.name)
            )
            layout.addWidget(
                styled(
                    PlainLabel(tr("{note}: place, encryption and owner are its.", note=note), wrap=True),
                    role="muted",
                )
            )
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        self.catalog = QComboBox()
        self.catalog.addItems(list(catalogs))
        self.catalog.setCurrentIndex(max(0, self.catalog.findText(settings.catalog)))
        form.addRow(tr("Data &catalog"), self.catalog)
        self.reuse = QCheckBox(tr("Take an equal query's result, at most"))
        self.reuse.setToolTip(tr("A reused result scans nothing and costs nothing"))
        self.age, self.unit = QSpinBox(), QComboBox()
        self.age.setRange(0, MOST_MINUTES)
        self.age.setAccessibleName(tr("Age of a reused result"))
        self.unit.addItems([name for name, _ in _UNITS])
        self.unit.setAccessibleName(tr("Unit of the age"))
        minutes = DEFAULT_MINUTES if settings.reuse_minutes is None else settings.reuse_minutes
        unit = next(i for i in (2, 1, 0) if minutes % _UNITS[i][1] == 0 and (minutes or i == 0))
        self.unit.setCurrentIndex(unit)
        self.age.setValue(minutes // _UNITS[unit][1])
        self.reuse.setChecked(settings.reuse_minutes is not None)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.reuse, self.age, self.unit):
            row.addWidget(widget)
        row.addWidget(PlainLabel(tr("old")))
        row.addStretch()
        form.addRow(tr("Result &reuse"), row)
        self.place = QLineEdit(settings.output_location)
        self.place.setPlaceholderText(
            group.output_location if group and group.output_location else "s3://bucket/folder/"
        )
        form.addRow(tr("Results &in"), self.place)
        self.encryption = QComboBox()
        for value, title in _ENCRYPTIONS:
            self.encryption.addItem(title, value)
        self.encryption.setCurrentIndex(max(0, self.encryption.findData(settings.encryption)))
        form.addRow(tr("&Encryption"), self.encryption)
        self.key = QLineEdit(settings.kms_key)
        self.key.setPlaceholderText(tr("ARN or id of a KMS key"))
        form.addRow(tr("&KMS key"), self.key)
        self.owner = QLineEdit(settings.expected_owner)
        self.owner.setPlaceholderText(
            tr("12-digit account; the query fails if the bucket belongs to another")
        )
        form.addRow(tr("Expected bucket &owner"), self.owner)
        for field in (self.place, self.encryption, self.key, self.owner):
            field.setEnabled(not enforced)
        layout.addLayout(form)
        self.default = QCheckBox(tr("Also for new &worksheets"))
        layout.addWidget(self.default)
        self._problem = PlainLabel(wrap=True)
        self._problem.setStyleSheet(f"color: {error_color}")
        self._problem.hide()
        layout.addWidget(self._problem)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Ok
        )
        buttons.accepted.connect(self.take)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        for box in (self.encryption.currentIndexChanged, self.reuse.toggled):
            box.connect(lambda *_: self._depend(enforced))
        self._depend(enforced)

    def _depend(self, enforced: bool) -> None:
        self.key.setEnabled(not enforced and str(self.encryption.currentData()).endswith("KMS"))
        self.age.setEnabled(self.reuse.isChecked())
        self.unit.setEnabled(self.reuse.isChecked())

    def take(self) -> None:
        """Check and accept, or say what is wrong."""
        place, owner, key = self.place.text().strip(), self.owner.text().strip(), self.key.text().strip()
        encryption = str(self.encryption.currentData())
        minutes = self.age.value() * _UNITS[self.unit.currentIndex()][1]
        if place and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9](/.*)?", place):
            self._refuse(
                self.place,
                tr("“{place}” is not a place in S3. Write it as s3://bucket/folder/.", place=place),
            )
        elif owner and not re.fullmatch(r"\d{12}", owner):
            self._refuse(self.owner, tr("An account has 12 digits."))
        elif encryption.endswith("KMS") and not key:
            self._refuse(self.key, tr("This encryption needs the ARN or the id of a KMS key."))
        elif self.reuse.isChecked() and minutes > MOST_MINUTES:
            self._refuse(self.age, tr("Athena reuses results of at most 7 days."))
        else:
            catalog = self.catalog.currentText()
            self.settings = QuerySettings(
                "" if self.catalog.currentIndex() <= 0 else catalog,
                minutes if self.reuse.isChecked() else None,
                place,
                encryption,
                key if encryption.endswith("KMS") else "",
                owner,
            )
            self.as_default = self.default.isChecked()
            self.accept()

    def _refuse(self, field: QWidget, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()
        field.setFocus()
