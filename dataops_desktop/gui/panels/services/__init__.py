"""Connected services: one card a system, its state from truth, its counters, its buttons as commands."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.services.panel import ServicesPanel

    return ServicesPanel(context)


PANEL = Panel("services", tr("Services"), "left", "services", _make, per_connection=True)
