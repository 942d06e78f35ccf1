"""A new crawler: where it looks, where its tables go, when it runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.interfaces.etl import RECRAWL, Crawler


class CrawlerDialog(QDialog):
    """After `accepted`: `crawler`."""

    def __init__(
        self, databases: Sequence[str], roles: Sequence[str], buckets: Sequence[str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("New crawler"))
        self.setMinimumWidth(520)
        form = QFormLayout(self)
        form.setVerticalSpacing(8)
        self.name = QLineEdit()
        self.targets = QPlainTextEdit()
        self.targets.setTabChangesFocus(True)
        self.targets.setFixedHeight(80)
        example = buckets[0] if buckets else "bucket"
        self.targets.setPlaceholderText(tr("One a line: s3://{example}/folder/ · jdbc:connection/database/% · dynamodb:table · delta:s3://…", example=example))  # fmt: skip
        self.database = QComboBox()
        self.database.setEditable(True)
        self.database.addItems(list(databases))
        self.prefix = QLineEdit()
        self.prefix.setPlaceholderText(tr("Before each table's name; may be empty"))
        self.role = QComboBox()
        self.role.setEditable(True)
        self.role.addItems(list(roles))
        self.schedule = QLineEdit()
        self.schedule.setPlaceholderText(
            tr("Empty: on demand; cron(0 6 * * ? *) is six o'clock UTC every day")
        )
        self.recrawl = QComboBox()
        for key, text in RECRAWL.items():
            self.recrawl.addItem(text, key)
        self.description = QLineEdit()
        for title, widget in (
            (tr("&Name"), self.name), (tr("&Targets"), self.targets), (tr("&Database"), self.database), (tr("Table &prefix"), self.prefix),
            ("IAM &role", self.role), (tr("&Schedule"), self.schedule), (tr("&Look at"), self.recrawl), ("D&escription", self.description),
        ):  # fmt: skip
            form.addRow(title, widget)
        note = tr(
            "Creating it costs nothing. A run costs its DPU-hours, ten minutes at least (about $0.15 at the list price)."
        )
        form.addRow(styled(PlainLabel(note, wrap=True), role="muted"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._create = buttons.addButton(tr("Create"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.name.textChanged.connect(lambda _: self._check())
        self.targets.textChanged.connect(self._check)
        self.database.currentTextChanged.connect(lambda _: self._check())
        self.role.currentTextChanged.connect(lambda _: self._check())
        self._check()

    def _check(self) -> None:
        crawler = self.crawler
        self._create.setEnabled(bool(crawler.name and crawler.targets and crawler.database and crawler.role))

    @property
    def crawler(self) -> Crawler:
        """As filled in."""
        lines = (line.strip() for line in self.targets.toPlainText().splitlines())
        return Crawler(
            self.name.text().strip(),
            "",
            self.database.currentText().strip(),
            tuple(line for line in lines if line),
            self.role.currentText().strip(),
            self.schedule.text().strip(),
            self.prefix.text().strip(),
            self.description.text().strip(),
            str(self.recrawl.currentData()),
        )
