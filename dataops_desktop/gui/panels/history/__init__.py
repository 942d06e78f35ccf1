"""Every query that was run, with its price."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.history.panel import HistoryPanel

    return HistoryPanel(context)


PANEL = Panel("history", tr("History"), "bottom", "history", _make)
