"""The files of one transfer with what became of each."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.transfer_store import Transfer

STATES = (
    ("", tr("All")),
    ("failed", tr("Failed")),
    ("skipped", tr("Left alone")),
    ("waiting", tr("Waiting")),
    ("running", tr("On their way")),
    ("done", tr("Done")),
)
TITLES = (tr("File"), tr("Size"), tr("State"), tr("Why"))
MOST = 1000


class TransferFilesDialog(QDialog):
    """The first thousand of a state."""

    def __init__(self, context: WindowContext, transfer: Transfer, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._transfer = context, transfer
        self.setWindowTitle(transfer.title)
        self.resize(820, 460)
        self.state = QComboBox()
        self.state.setAccessibleName(tr("State"))
        for value, text in STATES:
            self.state.addItem(text, value)
        self.state.setCurrentIndex(1 if transfer.items_failed else 2 if transfer.items_skipped else 0)
        self.note = styled(PlainLabel(), role="muted")
        self.table = plain_table(RowsModel(TITLES, []), 3, {0: 340, 1: 90, 2: 90})
        self.table.setAccessibleName(tr("Files"))
        row = QHBoxLayout()
        row.addWidget(self.state)
        row.addWidget(self.note, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        self.state.currentIndexChanged.connect(lambda _: context.run(self._load()))
        context.run(self._load())

    async def _load(self) -> None:
        state = str(self.state.currentData())
        items = await self._context.use_cases.transfers.items(self._transfer.transfer_id, state, -1, MOST)
        upload = self._transfer.kind == "upload"
        rows = [
            (item.path if upload else item.key, formatting.size(item.size), dict(STATES).get(item.state, item.state), item.error) for item in items
        ]  # fmt: skip
        self.table.setModel(RowsModel(TITLES, rows, frozenset({1}), self))
        self.note.setText(
            tr("The first {most:,}", most=MOST)
            if len(rows) == MOST
            else formatting.count(len(rows), "file", "files")
        )
