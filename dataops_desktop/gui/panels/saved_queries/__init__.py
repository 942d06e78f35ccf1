"""Queries a person keeps, and those kept at Athena."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.saved_queries.panel import SavedQueriesPanel

    return SavedQueriesPanel(context)


PANEL = Panel("saved_queries", tr("Queries"), "left", "library", _make)
