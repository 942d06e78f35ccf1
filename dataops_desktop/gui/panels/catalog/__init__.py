"""The local catalog as a tree, and search while typing."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.catalog.panel import CatalogPanel

    return CatalogPanel(context)


PANEL = Panel("catalog", tr("Catalog"), "left", "database", _make)
