"""A statement's parameters, asked for before it runs."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.dialogs.parameters_dialog import ParametersDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.sql.completion import CompletionCatalog
from dataops_desktop.sql.parameters import bind, parameters

_SETTING = "query.parameters"
KEPT = 200


async def bound(
    context: WindowContext, sql: str, words: tuple[CompletionCatalog, str], inline: bool, parent: QWidget
) -> tuple[str, tuple[str, ...]]:
    """(statement, its execution parameters), as they are where there is nothing to ask; CancelledByUserError for a No."""
    asked = parameters(sql, *words)
    if not asked or sql.lstrip()[:7].upper() in {"PREPARE", "EXECUTE"}:
        return sql, ()
    remembered = dict(await context.use_cases.setting(_SETTING) or {})
    dialog = ParametersDialog(asked, remembered, context.theme.colors.error, parent)
    try:
        if not await finished(dialog):
            raise CancelledByUserError(tr("Not started: no values were given."))
        values = {**remembered, **dialog.values}
        await context.use_cases.set_setting(_SETTING, dict(list(values.items())[-KEPT:]))
        return bind(sql, asked, dialog.literals, inline)
    finally:
        dialog.deleteLater()
