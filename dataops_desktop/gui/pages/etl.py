"""Crawlers and ETL jobs of Glue: two lists, each with what is known of the chosen one and its runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.etl_crawlers import CrawlersTab
from dataops_desktop.gui.pages.etl_jobs import JobsTab
from dataops_desktop.gui.window_context import WindowContext


class EtlPage(QWidget):
    """There is one; it remembers its tab."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.crawlers, self.jobs = CrawlersTab(context), JobsTab(context)
        self.tabs.addTab(self.crawlers, tr("Crawlers"))
        self.tabs.addTab(self.jobs, tr("Jobs"))
        self.tabs.setCurrentIndex(int((state or {}).get("tab", 0)))
        layout.addWidget(self.tabs)

    def choose(self, node_type: str, name: str) -> None:
        """Show one crawler or job."""
        tab = self.jobs if node_type == "glue-job" else self.crawlers
        self.tabs.setCurrentWidget(tab)
        tab.choose(name)

    def page_title(self) -> str:
        """Tab text."""
        return tr("Crawlers and jobs")

    def page_icon(self) -> str:
        """Tab icon."""
        return "activity"

    def page_key(self) -> str:
        """There is one."""
        return "etl"

    def state(self) -> dict[str, Any]:
        """Its tab."""
        return {"kind": "etl", "tab": self.tabs.currentIndex()}
