"""What is known about the selected thing."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.inspector.panel import InspectorPanel

    return InspectorPanel(context)


PANEL = Panel("inspector", tr("Inspector"), "right", "inspect", _make)
