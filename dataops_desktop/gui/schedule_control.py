"""Scheduled syncs while the program is open or in the tray. What was missed, asleep or closed, is caught up once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

if TYPE_CHECKING:
    from dataops_desktop.actions.sync_schedule import SyncSchedule

# Timers stand still while a computer sleeps: the clock itself is looked at this often.
LOOK_EVERY_MS = 30_000
JOB = "sync"


class ScheduleControl(QObject):
    """`start` is the sync; `show` brings the window back from the tray and `leave` ends the program."""

    def __init__(
        self, context: WindowContext, window: QWidget, start: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._start, self._leave = context, window, start, leave
        self.schedule: SyncSchedule | None = None
        self._scheduler: Any = None
        self._tray: QSystemTrayIcon | None = None
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self._wake)

    async def load(self) -> None:
        """After the start: read the schedule, catch up once, wait for the next moment."""
        from dataops_desktop.actions.sync_schedule import missed, stored_schedule

        cases = self._context.use_cases
        self.schedule = await cases.context.local(stored_schedule, cases.context.workspace.settings)
        if self.schedule is None or not self.schedule.enabled:
            return
        self._arm()
        runs = await cases.sync_runs(1)
        if runs and missed(self.schedule, runs[0].started_at):
            self._context.status_requested.emit(tr("Catching up on a scheduled sync."))
            self._start()

    def ask(self) -> None:
        """The dialog."""
        self._context.run(self._ask())

    async def _ask(self) -> None:
        from dataops_desktop.actions.sync_schedule import next_runs, store_schedule
        from dataops_desktop.gui.dialogs.schedule_dialog import ScheduleDialog

        context = self._context
        dialog = ScheduleDialog(self.schedule, self.command(), self._window)
        if await finished(dialog):
            chosen = dialog.schedule
            settings = context.use_cases.context.workspace.settings
            await context.use_cases.context.local(store_schedule, settings, chosen)
            self.schedule = chosen
            self.stop()
            if chosen.enabled:
                self._arm()
                first = next_runs(chosen, 1)[0].astimezone()
                context.status_requested.emit(
                    tr("The next sync is on {first:%a %Y-%m-%d at %H:%M}.", first=first)
                )
            else:
                context.status_requested.emit(tr("The catalog is synced only when asked for."))
            context.catalog_changed.emit()
        dialog.deleteLater()

    def command(self) -> Sequence[str]:
        """What the system's scheduler would run."""
        return self._context.sync_command

    def _arm(self) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        from dataops_desktop.actions.sync_schedule import trigger

        assert self.schedule is not None
        self._scheduler = AsyncIOScheduler(event_loop=self._context.bridge.loop)
        self._scheduler.start()
        # However late, and once for all that were missed.
        self._scheduler.add_job(
            self._due, trigger(self.schedule), id=JOB, coalesce=True, misfire_grace_time=None, max_instances=1
        )
        self._look.start()
        if self.schedule.tray:
            self._show_tray()

    async def _due(self) -> None:
        self._start()

    def _wake(self) -> None:
        if self._scheduler is not None:
            self._scheduler.wakeup()

    def stop(self) -> None:
        """Nothing is started any more."""
        self._look.stop()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._tray is not None:
            self._tray.hide()
            self._tray.deleteLater()
            self._tray = None

    def stays(self) -> bool:
        """Whether closing the window leaves the program in the tray."""
        return self._tray is not None and self._tray.isVisible() and self._window.isVisible()

    def to_tray(self) -> None:
        """Hide the window; the first time it is said where it went."""
        self._window.hide()
        if self._tray is not None and not self._context.settings.setting("tray.told", False):
            self._context.settings.set_setting("tray.told", True)
            self._tray.showMessage(
                "DataOps Desktop", tr("Scheduled syncs go on here. Quit from this icon's menu.")
            )

    def _show_tray(self) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        QApplication.setQuitOnLastWindowClosed(
            False
        )  # a dialog that closes while the window is hidden ends nothing
        self._tray = QSystemTrayIcon(QIcon(":/icons/app.svg"), self)
        menu = QMenu(self._window)
        for title, handler in (
            (tr("Open"), self._show_window),
            (tr("Sync now"), self._start),
            (tr("Quit"), self._leave),
        ):
            action = QAction(title, menu)
            action.triggered.connect(handler)
            menu.addAction(action)
        self._tray.setContextMenu(menu)
        self._tray.activated.connect(self._clicked)
        self._tray.show()
        self._tell()

    def _tell(self) -> None:
        from dataops_desktop.actions.sync_schedule import next_runs

        if self._tray is not None and self.schedule is not None:
            first = next_runs(self.schedule, 1)
            when = formatting.local_time(first[0].isoformat()) if first else ""
            self._tray.setToolTip(tr("DataOps Desktop\nNext sync {when}", when=when))

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self._show_window()

    def _show_window(self) -> None:
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
