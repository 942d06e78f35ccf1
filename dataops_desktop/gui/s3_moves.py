"""Uploads, downloads and tables of files: the questions before, and what is said when a transfer ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from dataops_desktop.actions.file_dataset import FileProposal
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import named
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.objects.addresses import ObjectAddress
from dataops_desktop.sql.quoting import quoted


class S3Moves(QObject):
    """`changed` is told the bucket an upload ended in."""

    def __init__(self, context: WindowContext, window: QWidget, changed: Callable[[str], None]) -> None:
        super().__init__(window)
        self._context, self._window, self._changed = context, window, changed

    async def begin(self) -> None:
        """At the start: transfers that a program which is gone left running wait to be resumed."""
        transfers = self._context.use_cases.transfers
        if left := await transfers.recover():
            text = formatting.count(left, "transfer was interrupted", "transfers were interrupted")
            self._context.status_requested.emit(tr("{done}. Transfers shows how to go on.", done=text))
            self._context.panel_requested.emit("transfers")
        elif waiting := [t for t in await transfers.all() if t.state == "paused"]:
            text = formatting.count(len(waiting), "transfer is paused", "transfers are paused")
            self._context.status_requested.emit(tr("{done}. Transfers goes on with them.", done=text))

    def listen(self) -> None:
        """Hear of this connection's transfers."""
        self._context.use_cases.transfers.on_change = lambda number: self._context.run(
            self._transfer_changed(number)
        )

    async def _transfer_changed(self, number: int) -> None:
        self._context.transfer_changed.emit(number)
        found = await self._context.use_cases.transfers.one(number)
        if found is None or found.state not in {"done", "failed", "paused", "cancelled"}:
            return
        if found.kind == "upload":
            self._changed(found.bucket)
        verb = tr("Upload") if found.kind == "upload" else tr("Download")
        if found.state == "done":
            self._context.status_requested.emit(tr("{verb} done: {title}", verb=verb, title=found.title))
        elif found.state == "failed" or (found.state == "paused" and found.error):
            remedy = tr("Transfers shows which files, and tries them again.")
            self._context.add_problem(
                Problem(
                    tr("{verb} failed", verb=verb)
                    if found.state == "failed"
                    else tr("{verb} paused", verb=verb),
                    f"{found.title}: {found.error}",
                    remedy,
                    "",
                    "warning",
                )
            )

    def upload(self, files: Sequence[str], to: ObjectAddress) -> None:
        """Dropped files: the dialog with them."""
        self._context.run(self._ask_upload(files, to))

    def ask_upload(self, to: ObjectAddress | None) -> None:
        """The dialog, still empty."""
        self._context.run(self._ask_upload([], to))

    async def _ask_upload(self, files: Sequence[str], to: ObjectAddress | None) -> None:
        from dataops_desktop.gui.dialogs.upload_dialog import UploadDialog

        dialog = UploadDialog(files, to, self._window)
        if await finished(dialog):
            if dialog.as_table:
                await self._ask_table(dialog.paths, dialog.folder, dialog.options)
            else:
                await self._context.use_cases.transfers.upload(
                    dialog.paths, dialog.folder, dialog.chosen_conflict, dialog.options
                )
                self._context.panel_requested.emit("transfers")
        dialog.deleteLater()

    async def _ask_table(self, paths: Sequence[Path], folder: ObjectAddress, options: WriteOptions) -> None:
        """What the table of these files will be."""
        context = self._context
        with context.working(tr("Look into {name}", name=paths[0].name)) as activity:
            proposal = await context.use_cases.file_datasets.propose(paths, activity.cancel)
        stem = paths[0].name.partition(".")[0]
        await self._open_dataset(proposal, f"{folder.uri}{stem}/", options, True)

    async def make_table(self, at: ObjectAddress) -> None:
        """A table over what lies in a folder."""
        context = self._context
        with context.working(tr("Look into {uri}", uri=at.uri)) as activity:
            proposal = await context.use_cases.file_datasets.propose_folder(at, activity.cancel)
        await self._open_dataset(proposal, at.uri, WriteOptions(), False)

    async def _open_dataset(
        self, proposal: FileProposal, location: str, options: WriteOptions, upload: bool
    ) -> None:
        from dataops_desktop.gui.dialogs.file_dataset_dialog import FileDatasetDialog

        stored = await self._context.use_cases.children(None, "glue-database")
        databases = [item.node.name for item in stored]
        dialog = FileDatasetDialog(
            self._context, proposal, databases, location, options, upload, self._window
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.made.connect(self._table_made)
        dialog.open()

    def _table_made(self, database: str, table: str) -> None:
        self._context.catalog_changed.emit()
        self._context.query_requested.emit(f"SELECT *\nFROM {quoted(table)}\nLIMIT 100", database)

    def ask_download(self, targets: Sequence[ObjectAddress]) -> None:
        """Into which folder."""
        dialog = QFileDialog(self._window, tr("Download {named} to", named=named(targets)))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._context.run(self.download(targets, Path(folder))))
        dialog.open()

    async def download(self, targets: Sequence[ObjectAddress], folder: Path) -> None:
        """In parts, verified; files of the same name stay, the new ones get another."""
        await self._context.use_cases.transfers.download(targets, folder)
        self._context.panel_requested.emit("transfers")
