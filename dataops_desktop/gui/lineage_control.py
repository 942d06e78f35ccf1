"""Lineage behind the window: statements are followed when something is new, and events of other programs come in and go out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

SOON_MS = 1_000  # several facts in a row are one pass


class LineageControl(QObject):
    """One pass at a time, shown as an activity; what comes meanwhile is the next one's."""

    def __init__(self, context: WindowContext, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._running = self._again = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.follow)
        context.follow_requested.connect(self.follow)
        context.history_imported.connect(self._soon.start)
        context.statements_changed.connect(self._soon.start)
        context.synced.connect(self._soon.start)

    def follow(self) -> None:
        """Now, or after the pass that runs."""
        if self._running:
            self._again = True
            return
        self._running = True
        self._context.run(self._follow())

    async def _follow(self) -> None:
        context = self._context
        try:
            lineage = context.use_cases.lineage
            if not await lineage.is_waiting():
                return
            with context.working(tr("Follow statements for lineage"), tr("Cancelled; what was followed stays")) as activity:  # fmt: skip
                report = await lineage.follow(
                    lambda state: context.update_activity(activity, state),
                    activity.cancel.raise_if_cancelled,
                )
                activity.outcome = formatting.count(report.statements, "statement", "statements")
                if report.problems:
                    activity.outcome += tr("; {count} not wholly understood", count=f"{report.problems:,}")
                    activity.open_report = self._window.opener.open_not_understood
        except DataOpsError:
            return  # shown as an activity
        finally:
            self._running = False
            if self._again:
                self._again = False
                self._soon.start()
        if report.statements:
            context.catalog_changed.emit()

    def ask_import(self) -> None:
        """Events of a file."""
        dialog = QFileDialog(self._window, tr("Take over OpenLineage events"), "", tr("Events (*.ndjson *.jsonl *.json);;All files (*)"))  # fmt: skip
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._context.run(self.take(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def take(self, path: Path) -> None:
        """Events of a file into the ontology."""
        context = self._context
        with context.working(tr("Take over {name}", name=path.name)) as activity:
            report = await context.use_cases.lineage.import_file(path, activity.cancel.raise_if_cancelled)
            activity.outcome = tr(
                "{events}: {jobs}, {datasets}", events=formatting.count(report.events, "event", "events"),
                jobs=formatting.count(report.jobs, "job", "jobs"), datasets=formatting.count(report.datasets, "dataset", "datasets"),
            )  # fmt: skip
            count = len(report.problems) + report.more
            if count:
                activity.outcome += tr("; {count} not understood", count=f"{count:,}")
        if count:
            where, what = report.problems[0]
            context.report(
                DataOpsError(
                    tr("{name}: {count} not understood; the first: {where}: {what}", name=path.name, count=f"{count:,}", where=where, what=what),
                    tr("The others were taken over."), details={f"{w}": t for w, t in report.problems[:50]}, title=tr("OpenLineage"),
                )
            )  # fmt: skip
        context.status_requested.emit(activity.outcome)
        context.catalog_changed.emit()

    def ask_export(self) -> None:
        """Everything, as events, to a file."""
        ask_save(self._window, tr("Save all lineage"), "lineage.ndjson", "OpenLineage", "ndjson", lambda path: self._context.run(self._export(path)))  # fmt: skip

    async def _export(self, path: Path) -> None:
        with self._context.working(tr("Save all lineage")) as activity:
            count = await self._context.use_cases.lineage.export(path)
            activity.outcome = formatting.count(count, "event", "events")
        self._context.status_requested.emit(tr("{events} in {name}", events=activity.outcome, name=path.name))

    def ask_send(self) -> None:
        """Everything, to a collector."""
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(tr("Send lineage"))
        dialog.setLabelText(tr("Address of an OpenLineage collector, such as Marquez:"))
        dialog.setTextValue("http://localhost:5000/api/v1/lineage")
        dialog.resize(520, dialog.sizeHint().height())
        dialog.textValueSelected.connect(lambda url: self._context.run(self.send(url.strip())))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def send(self, url: str) -> None:
        """As events, one after the other."""
        with self._context.working(tr("Send lineage to {url}", url=url)) as activity:
            count = await self._context.use_cases.lineage.send(url, "", activity.cancel.raise_if_cancelled)
            activity.outcome = formatting.count(count, "event sent", "events sent")
        self._context.status_requested.emit(activity.outcome)
