"""What is done to objects from the S3 dock and its pages alike: menus, questions before what cannot be undone, undo, reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from dataops_desktop.actions.object_edits import EditReport, Undo
from dataops_desktop.errors import InputError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import addresses_of, mime_of, named, shown_name
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.s3_moves import S3Moves
from dataops_desktop.gui.s3_places import S3Places
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.interfaces.progress import ProgressSink
from dataops_desktop.objects.addresses import ObjectAddress, parse_address

MOST_UNDO = 20
SHOWN_PROBLEMS = 5
Work = Callable[[ProgressSink, CancelToken], Awaitable[EditReport]]


class S3Control(QObject):
    """`changed` with the bucket after anything in it changed; `places_changed` after favourites did."""

    changed = Signal(str)
    places_changed = Signal()

    def __init__(self, context: WindowContext, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._undo: list[Undo] = []
        self._cut: list[str] = []  # what the clipboard holds is to be moved
        self.moves = S3Moves(context, window, self.changed.emit)
        self.places = S3Places(context, window, self.changed.emit, self.places_changed.emit)

    # menus
    def menu(self, parent: QWidget, targets: Sequence[ObjectAddress], folder: ObjectAddress | None) -> QMenu:
        """What can be done with these, and in the folder they are shown in."""
        menu = QMenu(parent)
        one = targets[0] if len(targets) == 1 else None
        is_object = one is not None and not one.is_folder
        if one is not None:
            menu.addAction(tr("Open"), lambda: self.open(one.uri))
            menu.addAction(tr("Open in new tab"), lambda: self._context.s3_requested.emit(one.uri, True))
        if is_object and one is not None:
            menu.addAction(
                tr("Query with the local engine"), lambda: self._context.run(self.places.query_locally(one))
            )
            menu.addAction(tr("Query with Athena"), lambda: self._context.run(self.places.query_athena(one)))
        keyed = [target for target in targets if target.key]
        if targets:
            menu.addSeparator()
            copies = menu.addMenu(tr("Copy as text"))
            for title, text in (
                ("S3 location", "\n".join(t.uri for t in targets)),
                ("ARN", "\n".join(t.arn for t in targets)),
                (tr("Key"), "\n".join(t.key or t.bucket for t in targets)),
                (tr("Console link"), "\n".join(t.console_url for t in targets if t.console_url)),
            ):
                copies.addAction(title, lambda text=text: QGuiApplication.clipboard().setText(text))
            if is_object and one is not None:
                copies.addAction(tr("SELECT statement"), lambda: self._context.run(self._copy_select(one)))
        if targets:
            menu.addAction(tr("Download…"), lambda: self.moves.ask_download(targets))
        if folder is not None:
            menu.addAction(tr("Upload…"), lambda: self.moves.ask_upload(folder))
        if keyed:
            menu.addSeparator()
            menu.addAction(tr("Copy"), lambda: self.to_clipboard(keyed, False))
            menu.addAction(tr("Cut"), lambda: self.to_clipboard(keyed, True))
        if folder is not None:
            paste = menu.addAction(tr("Paste"), lambda: self.paste(folder))
            paste.setEnabled(bool(addresses_of(QGuiApplication.clipboard().mimeData())))
        if keyed:
            menu.addAction(tr("Copy to…"), lambda: self._context.run(self.ask_copy(keyed, False)))
            menu.addAction(tr("Move to…"), lambda: self._context.run(self.ask_copy(keyed, True)))
            if one is not None:
                menu.addAction(tr("Rename…"), lambda: self._context.run(self.ask_rename(one)))
            menu.addAction(tr("Delete"), lambda: self._context.run(self.delete(keyed)))
            menu.addSeparator()
        if is_object and one is not None:
            menu.addAction(tr("Link…"), lambda: self.link(one))
            menu.addAction(tr("Tags…"), lambda: self._context.run(self.ask_tags(one)))
        if keyed:
            menu.addAction(tr("Storage class…"), lambda: self._context.run(self.ask_class(keyed)))
            menu.addAction(tr("Restore from archive…"), lambda: self._context.run(self.ask_restore(keyed)))
        if folder is not None:
            menu.addSeparator()
            menu.addAction(tr("New folder…"), lambda: self._context.run(self.ask_folder(folder)))
        if one is not None and not is_object:
            menu.addSeparator()
            menu.addAction(
                tr("Favourite or not"), lambda: self._context.run(self.places.toggle_favourite(one))
            )
            menu.addAction(tr("Count what is in it"), lambda: self._context.run(self.places.measure(one)))
            menu.addAction(tr("Partitions…"), lambda: self.places.partitions(one))
            menu.addAction(tr("Make a table of it…"), lambda: self._context.run(self.moves.make_table(one)))
        if one is not None and not one.key:
            menu.addAction(
                tr("Lifecycle rules…"), lambda: self._context.run(self.places.lifecycle(one.bucket))
            )
            menu.addAction(
                tr("Requester pays…"), lambda: self._context.run(self.places.ask_payer(one.bucket))
            )
            menu.addAction(
                tr("Unfinished uploads…"), lambda: self._context.run(self.places.unfinished(one.bucket))
            )
            menu.addAction(
                tr("Show lineage"), lambda: self._context.node_id_requested.emit(f"s3-bucket-{one.bucket}")
            )
        return menu

    def open(self, address: str) -> None:
        """In the S3 page."""
        self._context.s3_requested.emit(address, False)

    # running
    async def _report(self, title: str, work: Work, bucket: str, past: str) -> EditReport:
        """Run an operation with progress; what stayed becomes one problem; undo is offered."""
        context = self._context
        with context.working(title) as activity:
            report = await work(lambda progress: context.update_activity(activity, progress), activity.cancel)
            text = f"{formatting.count(report.done, 'object', 'objects')} {past}"
            if report.left:
                text += tr(", {left} left as they were", left=formatting.whole(len(report.left)))
            if report.cancelled:
                text += tr(" before it was cancelled")
            activity.outcome = text
            activity.state = (
                "cancelled"
                if report.cancelled
                else "failed"
                if report.left and not report.done
                else "running"
            )
        if report.left:
            named = "\n".join(f"{item.key}: {item.reason}" for item in report.left[:SHOWN_PROBLEMS])
            more = len(report.left) - SHOWN_PROBLEMS
            details = "\n".join(f"{item.key}: {item.reason}" for item in report.left)
            context.add_problem(
                Problem(title, named + (tr("\n… and {more:,} more", more=more) if more > 0 else ""), tr("The rest was done. Try again for these."), details, "warning")
            )  # fmt: skip
        if report.undo is not None:
            self._undo = [*self._undo[-MOST_UNDO + 1 :], report.undo]
            context.status_requested.emit(tr("{done}. Ctrl+Z takes it back.", done=text))
        else:
            context.status_requested.emit(text)
        self.changed.emit(bucket)
        return report

    def can_undo(self) -> bool:
        """Whether an operation can be taken back."""
        return bool(self._undo)

    def undo(self) -> None:
        """Take the last operation back."""
        if not self._undo:
            self._context.status_requested.emit(tr("There is nothing to take back."))
            return
        last = self._undo.pop()
        buckets = {bucket for bucket, _, _ in last.versions} | {
            at.bucket for pair in last.moves for at in pair
        }

        async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
            return await self._context.use_cases.object_edits.undo(last, progress, cancel)

        async def run() -> None:
            first, *others = sorted(buckets)
            await self._report(tr("Undo {what}", what=last.title.lower()), work, first, tr("put back"))
            for bucket in others:
                self.changed.emit(bucket)

        self._context.run(run())

    # clipboard
    def to_clipboard(self, targets: Sequence[ObjectAddress], cut: bool) -> None:
        """For pasting here, and as text elsewhere."""
        addresses = [target.uri for target in targets]
        self._cut = addresses if cut else []
        QGuiApplication.clipboard().setMimeData(mime_of(addresses))

    def paste(self, folder: ObjectAddress) -> None:
        """What was copied or cut, into a folder."""
        addresses = addresses_of(QGuiApplication.clipboard().mimeData())
        if not addresses:
            return
        move = addresses == self._cut
        if move:
            self._cut = []
            QGuiApplication.clipboard().clear()
        self._context.run(self.copy([parse_address(a) for a in addresses], folder, move))

    # operations
    async def copy(
        self, targets: Sequence[ObjectAddress], to: ObjectAddress, move: bool, replace: bool = False
    ) -> None:
        """Into a folder."""
        edits = self._context.use_cases.object_edits
        verb, past = (tr("Move"), tr("moved")) if move else (tr("Copy"), tr("copied"))

        async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
            return await edits.copy(targets, to, progress, cancel, move=move, replace=replace)

        await self._report(
            tr("{verb} {what} to {place}", verb=verb, what=named(targets), place=to.uri),
            work,
            to.bucket,
            past,
        )
        if move:
            for bucket in {target.bucket for target in targets} - {to.bucket}:
                self.changed.emit(bucket)

    async def ask_copy(self, targets: Sequence[ObjectAddress], move: bool) -> None:
        """Where to."""
        from dataops_desktop.gui.dialogs.object_dialogs import DestinationDialog

        verb = tr("Move") if move else tr("Copy")
        note = tr(
            "On the service: nothing passes through this computer. A request an object, and reading is paid where its class says so."
        )
        dialog = DestinationDialog(f"{verb} {named(targets)}", verb, targets[0].parent, note, self._window)
        if await finished(dialog):
            await self.copy(targets, dialog.folder, move, dialog.replace.isChecked())
        dialog.deleteLater()

    async def ask_rename(self, target: ObjectAddress) -> None:
        """A new name."""
        from dataops_desktop.gui.dialogs.object_dialogs import NameDialog

        note = (
            tr("Every object of the folder is copied and then deleted.")
            if target.key.endswith("/")
            else tr("It is copied and then deleted: S3 knows no renaming.")
        )
        dialog = NameDialog(
            tr("Rename {shown_name}", shown_name=shown_name(target.name)),
            tr("&Name"),
            target.name,
            note,
            tr("Rename"),
            self._window,
        )
        if await finished(dialog):
            name = dialog.name.text()

            async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
                return await self._context.use_cases.object_edits.rename(target, name, progress, cancel)

            await self._report(tr("Rename {uri}", uri=target.uri), work, target.bucket, tr("renamed"))
        dialog.deleteLater()

    async def ask_folder(self, folder: ObjectAddress) -> None:
        """A new folder's name."""
        from dataops_desktop.gui.dialogs.object_dialogs import NameDialog

        dialog = NameDialog(
            tr("New folder"),
            tr("&Name"),
            "",
            tr("An object of no bytes whose key ends in a slash: S3 itself knows no folders."),
            tr("Create"),
            self._window,
        )
        if await finished(dialog):
            await self._context.use_cases.object_edits.new_folder(folder, dialog.name.text())
            self.changed.emit(folder.bucket)
        dialog.deleteLater()

    async def delete(self, targets: Sequence[ObjectAddress]) -> None:
        """Asked first; what that means depends on whether the bucket keeps versions."""
        edits = self._context.use_cases.object_edits
        kept = [await edits.keeps_versions(bucket) for bucket in sorted({t.bucket for t in targets})]
        folders = any(target.is_folder for target in targets)
        what = named(targets) + (tr(" with everything in it") if folders else "")
        if all(kept):
            details = tr(
                "The bucket keeps versions: it can be brought back with Ctrl+Z. Deleting every version cannot be undone."
            )
            answers = [tr("Delete"), tr("Delete every version"), tr("Cancel")]
        else:
            details = tr("This cannot be undone: the bucket keeps no versions.")
            answers = [tr("Delete"), tr("Cancel")]
        answer = await ask(
            self._window, tr("Delete"), tr("Delete {what}?", what=what), details, answers, warning=True
        )
        if answer == tr("Cancel"):
            return

        async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
            return await edits.delete(targets, progress, cancel, answer == tr("Delete every version"))

        await self._report(tr("Delete {named}", named=named(targets)), work, targets[0].bucket, tr("deleted"))

    async def delete_versions(self, bucket: str, names: Sequence[tuple[str, str]]) -> None:
        """Asked first."""
        count = formatting.count(len(names), "version", "versions")
        if await ask(
            self._window,
            tr("Delete for good"),
            tr("Delete {count} for good?", count=count),
            tr("This cannot be undone."),
            [tr("Delete"), tr("Cancel")],
            warning=True,
        ) == tr("Cancel"):
            return

        async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
            return await self._context.use_cases.object_edits.delete_versions(bucket, names, progress, cancel)

        await self._report(tr("Delete {count}", count=count), work, bucket, tr("deleted"))

    async def bring_back(self, at: ObjectAddress, version_id: str, is_marker: bool) -> None:
        """An old version as the newest again."""

        async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
            del progress, cancel
            return await self._context.use_cases.object_edits.bring_back(at, version_id, is_marker)

        await self._report(
            tr("Bring back {shown_name}", shown_name=shown_name(at.name)), work, at.bucket, tr("brought back")
        )

    async def ask_class(self, targets: Sequence[ObjectAddress]) -> None:
        """Another storage class."""
        from dataops_desktop.gui.dialogs.object_dialogs import ClassDialog

        dialog = ClassDialog(named(targets), self._window)
        if await finished(dialog):
            options = WriteOptions(storage_class=dialog.chosen)

            async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
                return await self._context.use_cases.object_edits.change(targets, options, progress, cancel)

            await self._report(
                tr("Storage class of {named}", named=named(targets)), work, targets[0].bucket, tr("changed")
            )
        dialog.deleteLater()

    async def ask_restore(self, targets: Sequence[ObjectAddress]) -> None:
        """How fast and for how long."""
        from dataops_desktop.gui.dialogs.object_dialogs import RestoreDialog

        dialog = RestoreDialog(named(targets), self._window)
        if await finished(dialog):
            days, tier = dialog.days.value(), dialog.tier

            async def work(progress: ProgressSink, cancel: CancelToken) -> EditReport:
                return await self._context.use_cases.object_edits.restore(
                    targets, days, tier, progress, cancel
                )

            await self._report(
                tr("Restore {named}", named=named(targets)), work, targets[0].bucket, tr("asked for")
            )
        dialog.deleteLater()

    async def ask_tags(self, target: ObjectAddress) -> None:
        """All of its tags."""
        from dataops_desktop.gui.dialogs.object_dialogs import TagsDialog

        details = await self._context.use_cases.s3.details(target.bucket, target.key)
        if details.tags is None:
            raise InputError(
                tr("The tags of {uri} may not be read.", uri=target.uri), tr("Ask for s3:GetObjectTagging.")
            )
        dialog = TagsDialog(shown_name(target.name), details.tags, self._window)
        if await finished(dialog):
            await self._context.use_cases.object_edits.set_tags(target, dialog.tags)
            self.changed.emit(target.bucket)
        dialog.deleteLater()

    def link(self, target: ObjectAddress) -> None:
        """A presigned link."""
        from dataops_desktop.gui.dialogs.object_dialogs import LinkDialog

        def make(method: str, seconds: int, show: Callable[[str], None]) -> None:
            async def work() -> None:
                show(await self._context.use_cases.s3.presign(target.bucket, target.key, method, seconds))

            self._context.run(work())

        LinkDialog(shown_name(target.name), make, self._window).open()

    async def _copy_select(self, target: ObjectAddress) -> None:
        QGuiApplication.clipboard().setText((await self._context.use_cases.s3.select(target))[0])
