"""Comparing a result with another one that is open."""

from __future__ import annotations

from typing import Any

from dataops_desktop.actions.compare_results import compare, guess_key
from dataops_desktop.actions.result_view import ViewedRows
from dataops_desktop.errors import InputError
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext


async def compare_result(context: WindowContext, tabs: Any, tab: Any) -> None:
    """For a ResultTab among its ResultTabs: ask with what and by which key, then open the comparison beside the results."""
    from dataops_desktop.gui.dialogs.compare_dialog import CompareDialog
    from dataops_desktop.gui.pages.compare_tab import CompareTab

    found = [(page, title, other) for page in context.open_results for title, other in page.results()]
    title = next((title for _, title, other in found if other is tab), tr("This result"))
    # The results beside this one come first, the newest before the others.
    found.sort(key=lambda entry: entry[0] is not tabs)
    others = [(title, other) for _, title, other in reversed(found) if other is not tab]
    others.sort(key=lambda entry: tabs.indexOf(entry[1]) < 0)
    if tab.rows is None or not others:
        raise InputError(tr("There is no other result to compare with."), tr("Run a second query first."))
    sides = [other.rows for _, other in others]
    if not tab.rows.complete or not all(rows.complete for rows in sides):
        raise InputError(tr("A result is still being read."), tr("Compare when all rows are there."))
    dialog = CompareDialog(title, tab.rows, [(name, other.rows) for name, other in others], tabs.window())
    local = context.use_cases.context.local

    async def propose(place: int) -> None:
        key = await local(guess_key, tab.rows, sides[place])
        if place == dialog.chosen_other:
            dialog.propose(key)

    dialog.other_changed.connect(lambda place: context.run(propose(place)))
    context.run(propose(0))
    accepted, place, key = await finished(dialog), dialog.chosen_other, dialog.key
    dialog.deleteLater()
    if not accepted:
        return
    before, after = ViewedRows(sides[place], None), ViewedRows(tab.rows, None)
    comparison = await local(compare, before, after, key)
    names = (others[place][0], title)
    tabs.add(CompareTab(context, comparison, (before, after), names), f"{names[0]} → {names[1]}")
