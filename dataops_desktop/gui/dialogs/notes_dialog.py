"""What a person says about a table or one of its columns: description, owner, tags, classification."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.ontology.classification import KINDS


class NotesDialog(QDialog):
    """After `accepted`: `description`, `owner` (tables), `tags` and `kind` (columns; None where it was left as it is)."""

    def __init__(
        self, title: str, said: str, source: str, tags: Sequence[str], known_tags: Sequence[str], parent: QWidget, *, owner: str | None = None,
        kind: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(tr("Describe"))
        self.setMinimumWidth(460)
        self._kind_before = kind
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        form.addRow(styled(PlainLabel(title, elide=True), bold=True))
        self._description = QPlainTextEdit(said)
        self._description.setTabChangesFocus(True)
        self._description.setPlaceholderText(source or tr("What it holds, for whom, where it comes from"))
        self._description.setFixedHeight(110)
        form.addRow(tr("&Description"), self._description)
        if source and said:
            form.addRow(tr("In Glue"), styled(PlainLabel(source, wrap=True), role="muted"))
        self._owner = QLineEdit(owner or "")
        if owner is not None:
            self._owner.setPlaceholderText(tr("A team or a person"))
            form.addRow(tr("&Owner"), self._owner)
        self._tags = QLineEdit(", ".join(tags))
        self._tags.setPlaceholderText(tr("Separated by commas"))
        completer = QCompleter(list(known_tags), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._tags.setCompleter(completer)
        form.addRow(tr("&Tags"), self._tags)
        self._kind = QComboBox()
        if kind is not None:
            self._kind.addItem(tr("Nothing of these"), "")
            for key, text in KINDS.items():
                self._kind.addItem(text, key)
            self._kind.setCurrentIndex(max(0, self._kind.findData(kind)))
            form.addRow(tr("&Classification"), self._kind)
        note = tr(
            "Kept in this workspace. “Write back to Glue” on the table's page puts descriptions into the catalog."
        )
        form.addRow(styled(PlainLabel(note, wrap=True), role="muted"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self._description.setFocus()

    @property
    def description(self) -> str:
        """As typed."""
        return self._description.toPlainText().strip()

    @property
    def owner(self) -> str:
        """As typed."""
        return self._owner.text().strip()

    @property
    def tags(self) -> list[str]:
        """Without blanks."""
        return [tag.strip() for tag in self._tags.text().split(",") if tag.strip()]

    @property
    def kind(self) -> str | None:
        """A key of KINDS or empty for none; None where it was left as it is."""
        chosen = str(self._kind.currentData() or "")
        return None if self._kind_before is None or chosen == self._kind_before else chosen
