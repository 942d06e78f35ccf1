"""Uploads and downloads."""

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.transfers.panel import TransfersPanel

    return TransfersPanel(context)


PANEL = Panel("transfers", tr("Transfers"), "bottom", "upload", _make)
