"""What went wrong, once each, with its remedy."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.problems.panel import ProblemsPanel

    return ProblemsPanel(context)


PANEL = Panel("problems", tr("Problems"), "bottom", "warning", _make)
