"""What is asked of folders and buckets as a whole: favourites, who pays, partitions, lifecycle, sizes, unfinished uploads; and querying."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from dataops_desktop.actions.s3_cases import Place
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import shown_name
from dataops_desktop.gui.window_context import Activity, WindowContext
from dataops_desktop.interfaces.progress import Progress
from dataops_desktop.objects.addresses import ObjectAddress


class S3Places(QObject):
    """`changed` is told a bucket, `changed_places` that favourites changed."""

    def __init__(
        self, context: WindowContext, window: QWidget, changed: Callable[[str], None], changed_places: Callable[[], None]
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._context, self._window = context, window
        self._changed, self._changed_places = changed, changed_places

    async def toggle_favourite(self, at: ObjectAddress) -> None:
        """Add or take away."""
        cases = self._context.use_cases.s3
        known = next((p for p in await cases.places() if p.address == at.uri), None)
        if known is not None and known.favourite and not known.pays and at.key:
            await cases.remove_place(at.uri)
        else:
            await cases.set_place(Place(at.uri, not (known and known.favourite), bool(known and known.pays)))
        self._changed_places()

    async def ask_payer(self, bucket: str) -> None:
        """Whether the person pays for requests and transfer."""
        cases = self._context.use_cases.s3
        now = any(p.pays and p.at.bucket == bucket for p in await cases.places())
        text = tr("Requests and downloads from {bucket} are paid by your account.", bucket=bucket) if not now else tr("Your account pays for requests and downloads from {bucket} now.", bucket=bucket)  # fmt: skip
        answer = await ask(
            self._window, tr("Requester pays"), text, tr("For buckets whose owner lets the reader pay. Each request says that you agree."),
            [tr("I pay") if not now else tr("No longer pay"), tr("Cancel")],
        )  # fmt: skip
        if answer != tr("Cancel"):
            await cases.pays(bucket, not now)
            self._changed_places()
            self._changed(bucket)

    def partitions(self, at: ObjectAddress) -> None:
        """What a folder holds, and what its table knows of it."""
        from dataops_desktop.gui.dialogs.partitions_dialog import PartitionsDialog

        dialog = PartitionsDialog(self._context, at, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    async def lifecycle(self, bucket: str) -> None:
        """Its rules."""
        from dataops_desktop.gui.dialogs.lifecycle_dialog import LifecycleDialog

        before = await self._context.use_cases.lifecycles.read(bucket)
        dialog = LifecycleDialog(self._context, before, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    async def measure(self, at: ObjectAddress) -> None:
        """Count a folder; the outcome stays in the activity."""
        context = self._context
        with context.working(tr("Count {uri}", uri=at.uri)) as activity:
            found = await context.use_cases.s3.measure(
                at.bucket,
                at.key,
                lambda progress: context.update_activity(activity, progress),
                activity.cancel,
            )
            activity.outcome = (
                f"{formatting.count(found.objects, 'object', 'objects')}, {formatting.size(found.size_bytes)}"
            )
        context.status_requested.emit(f"{at.uri}: {activity.outcome}")

    async def unfinished(self, bucket: str) -> None:
        """Uploads nobody finished: named, with what removing them means."""
        uploads = await self._context.use_cases.s3.open_uploads(bucket)
        if not uploads:
            self._context.status_requested.emit(tr("{bucket} has no unfinished uploads.", bucket=bucket))
            return
        ours = await self._context.use_cases.transfers.own_uploads()
        foreign = [upload for upload in uploads if upload.upload_id not in ours]
        lines = [
            tr(
                "{shown_name} · begun {time}{ours}",
                shown_name=shown_name(u.key),
                time=formatting.local_time(u.started_at),
                ours=tr(" · ours, in the transfer queue") if u.upload_id in ours else "",
            )
            for u in uploads[:12]
        ]
        more = tr("\n… and {uploads:,} more", uploads=len(uploads) - 12) if len(uploads) > 12 else ""
        answers = (
            [tr("Remove {count}", count=formatting.whole(len(foreign))), tr("Close")]
            if foreign
            else [tr("Close")]
        )
        answer = await ask(
            self._window, tr("Unfinished uploads"), tr("{uploads} of {bucket} were never finished; their parts are paid for.", uploads=formatting.count(len(uploads), 'upload', 'uploads'), bucket=bucket),
            "\n".join(lines) + more + tr("\n\nOne that somebody is still sending fails when it is removed."), answers,
        )  # fmt: skip
        if answer != tr("Close"):
            count = await self._context.use_cases.object_edits.abort_uploads(
                (bucket, u.key, u.upload_id) for u in foreign
            )
            self._context.status_requested.emit(
                tr(
                    "{count} removed",
                    count=formatting.count(count, "unfinished upload", "unfinished uploads"),
                )
            )

    async def query_athena(self, target: ObjectAddress) -> None:
        """A worksheet over the table the object belongs to; its price is shown before it runs."""
        self._context.query_requested.emit(*await self._context.use_cases.s3.select(target))

    async def query_locally(self, target: ObjectAddress) -> None:
        """Copy an object here, text up to its first 64 MB, and open a worksheet over it."""
        with self._context.working(tr("Read {uri}", uri=target.uri)) as activity:
            await self._read_shown(target, activity)

    async def _read_shown(self, target: ObjectAddress, activity: Activity) -> None:
        seen = (0, 0)

        def received(done: int, whole: int) -> None:
            nonlocal seen
            seen = (done, whole)

        timer = QTimer(self, interval=200)
        timer.timeout.connect(lambda: self._context.update_activity(activity, Progress(tr("Reading"), *seen)))
        timer.start()
        try:
            tables = await self._context.use_cases.local_data.add_object(
                target.bucket, target.key, activity.cancel, received
            )
        finally:
            timer.stop()
            timer.deleteLater()
        activity.outcome = tables[0].note
        self._context.local_query_requested.emit(tables[0].select)
