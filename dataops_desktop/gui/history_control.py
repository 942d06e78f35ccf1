"""Takes over Athena's own history in the background, once a start and on demand."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

SETTING = "history.import"  # the History panel's menu sets it


class HistoryControl(QObject):
    """Waits for the first connection; a person can switch it off (the setting `history.import` is false)."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._running = self._done = False
        context.connection_checked.connect(self._checked)

    def _checked(self, connector_id: str, check: Any) -> None:
        if connector_id == "athena" and check.state == "connected" and not self._done:
            self._context.run(self._start_if_wanted())

    async def _start_if_wanted(self) -> None:
        if await self._context.use_cases.setting(SETTING, True):
            await self._import()

    def start(self) -> None:
        """Now."""
        self._context.run(self._import())

    async def _import(self) -> None:
        if self._running:
            self._context.status_requested.emit(tr("Athena's history is being taken over already."))
            return
        self._running = self._done = True
        try:
            with self._context.working(tr("Take over Athena's query history")) as activity:
                found = await self._context.use_cases.import_history(
                    lambda state: self._context.update_activity(activity, state), activity.cancel
                )
                activity.outcome = formatting.count(found.added, "new query", "new queries")
                self._context.history_imported.emit()
                if found.refused:
                    activity.outcome += tr("; not allowed in {refused}", refused=", ".join(found.refused[:3]))
        except DataOpsError:
            pass  # shown as an activity; not worth a problem of its own: the next start tries again
        finally:
            self._running = False
            self._context.queries_changed.emit()
