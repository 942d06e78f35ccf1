"""The queue of uploads and downloads: how far, how fast, and what can be done with each."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.transfer_store import Transfer

NOTHING = tr("Nothing is being transferred. Drop files on a folder of S3, or download from its menu.")
TICK_MS = 250
SHOWN = 60
SPEEDS = (
    (0, tr("No limit")),
    (256_000, "256 KB/s"),
    (1_000_000, "1 MB/s"),
    (5_000_000, "5 MB/s"),
    (20_000_000, "20 MB/s"),
    (100_000_000, "100 MB/s"),
)
_ICONS = {
    "queued": ("off", "muted"), "running": ("sync", "accent"), "paused": ("pause", "warning"), "done": ("ok", "ok"), "failed": ("error", "error"), "cancelled": ("stop", "muted"),
}  # fmt: skip


class TransferRow(QWidget):
    """One transfer."""

    def __init__(self, context: WindowContext, transfer: Transfer) -> None:
        super().__init__()
        self._context, self.transfer = context, transfer
        self._icon = QLabel()
        self._direction = QLabel()
        self.title = PlainLabel(elide=True)
        self.title.setMinimumWidth(100)
        self.told = styled(PlainLabel(elide=True), role="muted")
        self.told.setMinimumWidth(100)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.bar.setAccessibleName(tr("Progress of {title}", title=transfer.title))
        self.go, self.stop, self.files = QPushButton(), QPushButton(), QPushButton(tr("Files…"))
        transfers = context.of_source(transfer.source).transfers
        number = transfer.transfer_id
        self.go.clicked.connect(
            lambda: context.run(
                transfers.pause(number)
                if self.transfer.state in {"running", "queued"}
                else transfers.resume(number)
            )
        )
        self.stop.clicked.connect(
            lambda: context.run(
                transfers.remove(number)
                if self.transfer.state in {"done", "failed", "cancelled"}
                else transfers.cancel(number)
            )
        )
        self.files.clicked.connect(lambda: context.run(self._show_files()))
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.title)
        texts.addWidget(self.told)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 12, 4)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(self._direction)
        layout.addLayout(texts, 1)
        for widget in (self.bar, self.files, self.go, self.stop):
            layout.addWidget(widget)
        self.show_transfer(transfer)

    def show_transfer(self, transfer: Transfer) -> None:
        """A new state."""
        self.transfer = transfer
        name, color = _ICONS[transfer.state]
        theme = self._context.theme
        self._icon.setPixmap(icon(name, theme.color(color)).pixmap(16, 16))
        self._icon.setAccessibleName(transfer.state)
        self._icon.setToolTip(formatting.state(transfer.state))
        self._direction.setPixmap(icon(transfer.kind, theme.color("muted")).pixmap(16, 16))
        self._direction.setToolTip(tr("Upload") if transfer.kind == "upload" else tr("Download"))
        self.title.setText(transfer.title)
        working = transfer.state in {"running", "queued"}
        ended = transfer.state in {"done", "cancelled"}
        self.go.setText(
            tr("Pause") if working else tr("Try again") if transfer.state == "failed" else tr("Resume")
        )
        self.go.setVisible(not ended)
        self.stop.setText(tr("Remove") if ended or transfer.state == "failed" else tr("Cancel"))
        self.files.setVisible(transfer.listed)
        self.bar.setVisible(working or transfer.state == "paused")
        self.tick()

    def tick(self) -> None:
        """Where it is now."""
        transfer = self.transfer
        transfers = self._context.of_source(transfer.source).transfers
        progress = transfers.progress(transfer.transfer_id)
        if progress is not None:
            self._fill(progress.bytes_done, progress.bytes_total)
            parts = [
                f"{formatting.whole(progress.items_done)} of {formatting.count(progress.items, 'file', 'files')}",
                f"{formatting.size(progress.bytes_done)} of {formatting.size(progress.bytes_total)}",
                f"{formatting.size(int(progress.rate))}/s" if progress.rate else "",
                tr("{left_s} left", left_s=formatting.duration(progress.left_s * 1000))
                if progress.left_s is not None and progress.left_s < 86_400
                else "",
                tr("{items_failed} failed", items_failed=formatting.whole(progress.items_failed))
                if progress.items_failed
                else "",
                progress.under_way[0].rpartition("/")[2] if progress.under_way else "",
            ]
            self.told.setText(" · ".join(part for part in parts if part))
            return
        seen = transfers.listing(transfer.transfer_id)
        if seen is not None:
            self.bar.setRange(0, 0)
            self.told.setText(tr("Listing · {seen} so far", seen=formatting.count(seen, "file", "files")))
            return
        self._fill(transfer.bytes_done, transfer.bytes_total)
        parts = [
            formatting.state(transfer.state),
            f"{formatting.whole(transfer.items_done)} of {formatting.count(transfer.items, 'file', 'files')}"
            if transfer.items
            else "",
            formatting.size(transfer.bytes_done) if transfer.bytes_done else "",
            tr("{items_skipped} left alone", items_skipped=formatting.whole(transfer.items_skipped))
            if transfer.items_skipped
            else "",
            tr("{items_failed} failed", items_failed=formatting.whole(transfer.items_failed))
            if transfer.items_failed
            else "",
            formatting.ago(transfer.finished_at) if transfer.finished_at else "",
            transfer.error if transfer.state in {"paused", "failed"} else "",
        ]
        self.told.setText(" · ".join(part for part in parts if part))

    def _fill(self, done: int, total: int) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(done * 1000 // total if total else 0)

    async def _show_files(self) -> None:
        from dataops_desktop.gui.dialogs.transfer_files import TransferFilesDialog

        TransferFilesDialog(self._context, self.transfer, self.window()).open()


class TransfersPanel(QWidget):
    """Newest first; the one that runs is asked four times a second, while it is in sight."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.rows: dict[int, TransferRow] = {}
        self.speed = QComboBox()
        self.speed.setAccessibleName(tr("Speed limit"))
        for value, text in SPEEDS:
            self.speed.addItem(text, value)
        self.speed.activated.connect(
            lambda _: context.run(context.use_cases.transfers.set_speed(int(self.speed.currentData())))
        )
        self.clear = QPushButton(tr("Remove ended"))
        self.clear.clicked.connect(lambda: context.run(self._clear()))
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 2)
        head.setSpacing(8)
        self.empty = styled(
            PlainLabel(NOTHING),
            role="muted",
        )
        head.addWidget(self.empty, 1)
        head.addWidget(styled(PlainLabel(tr("Speed")), role="muted"))
        head.addWidget(self.speed)
        head.addWidget(self.clear)
        body = QWidget()
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 0, 4)
        self._list.setSpacing(0)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(area, 1)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        context.transfer_changed.connect(lambda _: context.run(self._load()))
        context.theme.changed.connect(lambda: [row.show_transfer(row.transfer) for row in self.rows.values()])
        context.run(self._begin())

    async def _begin(self) -> None:
        limit = await self._context.use_cases.transfers.load_speed()
        self.speed.setCurrentIndex(max(0, self.speed.findData(limit)))
        await self._load()

    async def _load(self) -> None:
        found = (await self._context.use_cases.transfers.all())[:SHOWN]
        known = {transfer.transfer_id for transfer in found}
        for number in [number for number in self.rows if number not in known]:
            self.rows.pop(number).deleteLater()
        for place, transfer in enumerate(found):
            row = self.rows.get(transfer.transfer_id)
            if row is None:
                row = self.rows[transfer.transfer_id] = TransferRow(self._context, transfer)
                self._list.insertWidget(place, row)
            else:
                row.show_transfer(transfer)
        self.empty.setText("" if found else NOTHING)
        self.clear.setVisible(any(t.state in {"done", "cancelled"} for t in found))
        if any(t.state == "running" for t in found):
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        if self.isVisible():
            for row in self.rows.values():
                if row.transfer.state == "running":
                    row.tick()

    async def _clear(self) -> None:
        for number, row in list(self.rows.items()):
            if row.transfer.state in {"done", "cancelled"}:
                await self._context.use_cases.transfers.remove(number)
