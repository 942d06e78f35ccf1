"""Buckets, folders and objects, a page at a time."""

from dataops_desktop.gui.panel_record import Panel
from dataops_desktop.gui.window_context import WindowContext


def _make(context: WindowContext):  # imported on first show
    from dataops_desktop.gui.panels.s3_browser.panel import S3BrowserPanel

    return S3BrowserPanel(context)


PANEL = Panel("s3_browser", "S3", "left", "bucket", _make, per_connection=True)
