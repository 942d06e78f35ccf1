"""Long work with progress and cancel."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.activity.panel import ActivityPanel

    return ActivityPanel(context)


PANEL = Panel("activity", tr("Activity"), "bottom", "activity", _make)
