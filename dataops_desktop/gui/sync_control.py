"""Starting the Glue sync from the window: one at a time, shown as an activity, ending in its report."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from dataops_desktop.errors import CancelledByUserError, DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import Activity, WindowContext
from dataops_desktop.interfaces.connector import Place


class SyncControl(QObject):
    """`finished` carries the run to show."""

    started = Signal()
    finished = Signal(int)

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.running = False

    def start(self, full: bool) -> None:
        """Start, unless one runs."""
        if self.running:
            self._context.status_requested.emit(tr("A sync is running already."))
            return
        self.running = True
        self._context.run(self._sync_all(full))
        self.started.emit()

    async def _sync_all(self, full: bool) -> None:
        try:
            places = [Place(), *await self._context.use_cases.sync_places()]
            activities = [self._activity(place) for place in reversed(places)][::-1]
            for place, activity in zip(places, activities, strict=True):
                if activity.cancel.cancelled:
                    self._context.update_activity(activity, state="cancelled", outcome=tr("Cancelled"))
                else:
                    await self._sync(full, place, activity)
        finally:
            self.running = False
            self._context.catalog_changed.emit()
            self._context.synced.emit()

    def _activity(self, place: Place) -> Activity:
        where = " · ".join(part for part in (place.profile, place.region) if part)
        return self._context.start_activity(tr("Sync AWS Glue{where}", where=f" ({where})" if where else ""))

    async def _sync(self, full: bool, place: Place, activity: Activity) -> None:
        from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions

        context = self._context
        try:
            run = await context.use_cases.sync_glue(
                SyncGlueCatalogOptions(full_sync=full),
                lambda p: context.update_activity(activity, p),
                activity.cancel,
                place,
            )
        except CancelledByUserError:
            context.update_activity(
                activity, state="cancelled", outcome=tr("Cancelled; the catalog is as it was")
            )
        except DataOpsError as error:
            context.update_activity(activity, state="failed", outcome=error.message)
            context.report(error)
            context.panel_requested.emit("problems")
        else:
            stats = run.report["stats"]
            activity.open_report = lambda: self.finished.emit(run.run_id)
            outcome = tr(
                "{tables} imported", tables=formatting.count(stats["tablesImported"], "table", "tables")
            )
            for number, one, many in (
                (stats["warnings"], "warning", "warnings"),
                (stats["errors"], "error", "errors"),
            ):
                outcome += f", {formatting.count(number, one, many)}" if number else ""
            context.update_activity(activity, state="done", outcome=outcome)
            self.finished.emit(run.run_id)
        finally:
            context.catalog_changed.emit()

    async def last_report(self) -> None:
        """Show the newest report."""
        runs = await self._context.use_cases.sync_runs(1)
        if runs:
            self.finished.emit(runs[0].run_id)
        else:
            self._context.status_requested.emit(tr("There is no sync report yet."))
