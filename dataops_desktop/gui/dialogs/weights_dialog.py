"""How much each part of the quality score counts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QSlider, QSpinBox, QWidget

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.ontology.quality import DEFAULT_WEIGHTS

PARTS = {
    "description": tr("Description"),
    "column_comments": tr("Column comments"),
    "owner": tr("Owner"),
    "freshness": tr("Freshness"),
    "stability": tr("Stability"),
    "partitions": tr("Partitions"),
    "statistics": tr("Statistics"),
    "storage": tr("Storage"),
    "schema": tr("Schema"),
    "profile": tr("Profile"),
}
_MEANING = {
    "description": tr("the table is described"),
    "column_comments": tr("share of columns that are described"),
    "owner": tr("somebody is named"),
    "freshness": tr("data arrives in its usual rhythm"),
    "stability": tr("few schema changes in 90 days"),
    "partitions": tr("registered, and of the table's types"),
    "statistics": tr("row count or size is known"),
    "storage": tr("columnar formats beat text"),
    "schema": tr("has columns, no two of one name"),
    "profile": tr("share of sampled values that are not NULL"),
}


class WeightsDialog(QDialog):
    """After `accepted`: `weights`."""

    def __init__(self, weights: Mapping[str, int], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Quality weights"))
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        note = tr(
            "The score is the weighted mean of the parts that apply to a table. 0 leaves a part out. Every table is scored again."
        )
        form.addRow(styled(PlainLabel(note, wrap=True), role="muted"))
        self._boxes: dict[str, QSpinBox] = {}
        for part in DEFAULT_WEIGHTS:
            box = self._boxes[part] = QSpinBox()
            box.setRange(0, 100)
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)  # the slider is for the mouse
            box.setFixedWidth(56)
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, 100)
            slider.setFixedWidth(180)
            slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            slider.valueChanged.connect(box.setValue)
            box.valueChanged.connect(slider.setValue)
            box.setValue(int(weights.get(part, 0)))
            box.setAccessibleName(PARTS[part])
            row = QHBoxLayout()
            row.addWidget(box)
            row.addWidget(slider)
            row.addWidget(styled(PlainLabel(_MEANING[part]), role="muted"), 1)
            form.addRow(PARTS[part], row)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.Save
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._defaults)
        self._save = buttons.button(QDialogButtonBox.StandardButton.Save)
        for box in self._boxes.values():
            box.valueChanged.connect(lambda _: self._save.setEnabled(any(self.weights.values())))
        form.addRow(buttons)

    @property
    def weights(self) -> dict[str, int]:
        """By part."""
        return {part: box.value() for part, box in self._boxes.items()}

    def _defaults(self) -> None:
        for part, box in self._boxes.items():
            box.setValue(DEFAULT_WEIGHTS[part])
