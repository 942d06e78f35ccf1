"""What a worksheet's statements run with: database, workgroup, and the settings behind the gear."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.query_engine import QuerySettings, Workgroup

DEFAULTS = "query.settings"


def settings_of(record: Any) -> QuerySettings | None:
    """Stored settings; what an older or foreign record holds besides is left out."""
    if not isinstance(record, Mapping):
        return None
    known = asdict(QuerySettings())
    return QuerySettings(**{name: record[name] for name in known if name in record})


class QueryChoices(QObject):
    """The boxes of a worksheet's bar. `changed` fires when something was chosen that a restart should keep."""

    changed = Signal()

    def __init__(self, context: WindowContext, form: Any, page: QWidget, state: Mapping[str, Any]) -> None:
        super().__init__(page)
        self._context, self._form, self._page = context, form, page
        self._wanted_database = str(state.get("database") or "")
        self._wanted_workgroup = str(state.get("workgroup") or "")
        self._groups: dict[str, Workgroup] = {}
        stored = settings_of(state.get("settings"))
        self.settings = stored or QuerySettings()
        form.database.currentTextChanged.connect(lambda _: self.changed.emit())
        form.workgroup.currentTextChanged.connect(lambda _: self._show())
        form.workgroup.activated.connect(lambda _: self.changed.emit())
        context.catalog_changed.connect(self._fill_databases)
        self._fill_databases()
        context.run(self._fill_workgroups(), lambda _: form.workgroup.setEnabled(False))
        if stored is None:
            context.run(self._take_defaults())

    @property
    def database(self) -> str:
        """Of names without one."""
        return self._form.database.currentText() or self._wanted_database

    @property
    def workgroup(self) -> str:
        """Its name, or nothing before they are known."""
        return self._form.workgroup.currentText() or self._wanted_workgroup

    @property
    def provisioned(self) -> bool:
        """Whether the workgroup runs on reserved capacity."""
        group = self._groups.get(self.workgroup)
        return group is not None and group.provisioned

    @property
    def place_is_fixed(self) -> bool:
        """Whether the workgroup decides where things are written."""
        group = self._groups.get(self.workgroup)
        return group is not None and (group.enforced or group.managed_results)

    def state(self) -> dict[str, Any]:
        """For a restart."""
        return {"database": self.database, "workgroup": self.workgroup, "settings": asdict(self.settings)}

    async def known(self) -> None:
        """When databases and workgroups have been read; whatever could not be stays as it was asked for."""
        await self._load_databases()
        with suppress(DataOpsError):
            await self._fill_workgroups()

    async def _take_defaults(self) -> None:
        stored = settings_of(await self._context.use_cases.setting(DEFAULTS))
        if stored is not None:
            self.settings = stored
            self._show()

    def _fill_databases(self) -> None:
        self._context.run(self._load_databases())

    async def _load_databases(self) -> None:
        nodes = await self._context.use_cases.children(None, "glue-database")
        names = [stored.node.name for stored in nodes]
        combo, wanted = self._form.database, self.database
        combo.blockSignals(True)
        combo.clear()
        combo.addItems(names)
        combo.setCurrentIndex(max(0, combo.findText(wanted)))
        combo.blockSignals(False)
        combo.setEnabled(bool(names))
        combo.setToolTip(
            tr("Database of names without one") if names else tr("Sync AWS Glue to choose a database")
        )

    async def _fill_workgroups(self) -> None:
        groups = await self._context.use_cases.workgroups()
        self._groups = {group.name: group for group in groups}
        combo = self._form.workgroup
        combo.blockSignals(True)
        combo.clear()
        for group in groups:
            combo.addItem(group.name)
            combo.setItemData(combo.count() - 1, workgroup_text(group), Qt.ItemDataRole.ToolTipRole)
        combo.setCurrentIndex(max(0, combo.findText(self._wanted_workgroup or "primary")))
        combo.setEnabled(bool(groups))
        combo.blockSignals(False)
        self._show()

    def _show(self) -> None:
        group = self._groups.get(self.workgroup)
        if group is not None:
            self._form.workgroup.setToolTip(
                formatting.plain_tooltip(
                    tr(
                        "Workgroup {name}\n{workgroup_text}",
                        name=group.name,
                        workgroup_text=workgroup_text(group),
                    )
                )
            )

    @property
    def summary(self) -> str:
        """What differs from the plain way, for the line beside Run."""
        minutes, catalog = self.settings.reuse_minutes, self.settings.catalog
        parts = [
            tr("reads {catalog}", catalog=catalog) if catalog and catalog != "AwsDataCatalog" else "",
            tr("may reuse a result up to {age_text} old", age_text=age_text(minutes))
            if minutes is not None
            else "",
        ]
        return ", ".join(part for part in parts if part)

    def ask(self) -> None:
        """The dialog for catalog, reuse and the result's place."""
        self._context.run(self._ask())

    async def _ask(self) -> None:
        from dataops_desktop.gui.dialogs.query_settings_dialog import QuerySettingsDialog

        catalogs = await self._context.use_cases.catalogs()
        dialog = QuerySettingsDialog(
            self.settings,
            self._groups.get(self.workgroup),
            catalogs,
            self._context.theme.colors.error,
            self._page,
        )
        if await finished(dialog):
            self.settings = dialog.settings
            if dialog.as_default:
                await self._context.use_cases.set_setting(DEFAULTS, asdict(self.settings))
            self.changed.emit()
        dialog.deleteLater()


def age_text(minutes: int) -> str:
    """`60 minutes`, `2 days`."""
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            return formatting.count(minutes // size, name, f"{name}s")
    return formatting.count(minutes, "minute", "minutes")


def workgroup_text(group: Workgroup) -> str:
    """Engine version, limits and what it enforces, a line each."""
    lines = [
        group.description,
        group.engine_version,
        tr("Runs on reserved capacity: no price per TB") if group.provisioned else "",
        tr("Stops a query at {bytes_cutoff} scanned", bytes_cutoff=formatting.size(group.bytes_cutoff)) if group.bytes_cutoff else tr("No limit per query"),
        tr("Enforces its own settings") if group.enforced else "",
        tr("Keeps results itself") if group.managed_results else tr("Results in {output_location}", output_location=group.output_location) if group.output_location else tr("No output location"),
    ]  # fmt: skip
    return "\n".join(line for line in lines if line)
