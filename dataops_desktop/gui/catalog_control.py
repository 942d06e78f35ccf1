"""Commands over the whole catalog: search page, time machine, quality weights, data dictionary."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_control import LineageControl
from dataops_desktop.gui.window_context import WindowContext


class CatalogControl(QObject):
    """What the commands of the Catalog menu do."""

    def __init__(self, context: WindowContext, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self.lineage = LineageControl(context, window)

    def weights(self) -> None:
        """Ask for weights and score every table again."""
        self._context.run(self._weights())

    async def _weights(self) -> None:
        from dataops_desktop.gui.dialogs.weights_dialog import WeightsDialog

        cases = self._context.use_cases.catalog
        dialog = WeightsDialog(await cases.weights(), self._window)
        if await finished(dialog):
            changed = await cases.set_weights(dialog.weights)
            self._context.status_requested.emit(
                tr("{changed} changed.", changed=formatting.count(changed, "score", "scores"))
            )
            self._context.catalog_changed.emit()
        dialog.deleteLater()

    def places(self) -> None:
        """Other accounts and regions to sync."""
        self._context.run(self._places())

    async def _places(self) -> None:
        from dataops_desktop.gui.dialogs.places_dialog import PlacesDialog

        cases = self._context.use_cases
        places = await cases.sync_places()
        found = await cases.context.local(self._context.book.found)
        profiles = [profile.name for profile in found.profiles]
        dialog = PlacesDialog(places, profiles, self._context.connection_title, self._window)
        if await finished(dialog):
            await cases.set_sync_places(dialog.places)
            self._context.status_requested.emit(
                tr(
                    "Every sync reads {catalogs} now.",
                    catalogs=formatting.count(1 + len(dialog.places), "catalog", "catalogs"),
                )
            )
        dialog.deleteLater()

    def dictionary(self) -> None:
        """Ask for a format and a file."""
        self._context.run(self._ask_dictionary())

    async def _ask_dictionary(self) -> None:
        from dataops_desktop.actions.data_dictionary import DICTIONARIES

        answers = [*DICTIONARIES.values(), tr("Cancel")]
        text = tr("Every table with its columns, descriptions, owners, tags, classifications and quality.")
        chosen = await ask(
            self._window, tr("Data dictionary"), tr("Export the data dictionary as"), text, answers
        )
        suffix = next((key for key, name in DICTIONARIES.items() if name == chosen), "")
        if suffix:
            name = f"data-dictionary.{suffix}"
            ask_save(self._window, tr("Export the data dictionary"), name, chosen, suffix, lambda path: self._context.run(self._export(path, suffix)))  # fmt: skip

    async def _export(self, path: Path, suffix: str) -> None:
        context = self._context
        try:
            with context.working(tr("Export data dictionary"), tr("Cancelled; no file was left")) as activity:
                count = await context.use_cases.catalog.export_dictionary(
                    path, suffix, (), activity.cancel.raise_if_cancelled
                )
                activity.outcome = tr(
                    "{count} written to {name}",
                    count=formatting.count(count, "table", "tables"),
                    name=path.name,
                )
        except OSError as error:
            context.report(not_written(path, error, tr("Data dictionary")))
        else:
            context.status_requested.emit(activity.outcome)
