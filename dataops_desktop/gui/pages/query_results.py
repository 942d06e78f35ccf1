"""A worksheet's result tabs: one a statement; renamed, kept, closed."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QInputDialog, QMenu, QTabWidget, QToolButton, QWidget

from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.result_compare import compare_result
from dataops_desktop.gui.pages.result_tab import ResultTab
from dataops_desktop.gui.window_context import WindowContext

KEPT_RESULTS = 10


class ResultTabs(QTabWidget):
    """`first_shown` fires when there is something to see after there was nothing."""

    first_shown = Signal()
    room_wanted = Signal()
    dataset_requested = Signal(object)  # a ResultTab
    height_requested = Signal()  # the whole height, and back

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.setTabsClosable(True)
        self.setMovable(True)
        self.setDocumentMode(True)
        self.tabCloseRequested.connect(self.close_result)
        self.tabBarDoubleClicked.connect(self.rename)
        bar = self.tabBar()
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self._menu)
        context.open_results.append(self)
        grow = QToolButton()
        grow.setIcon(icon("expand", context.theme.color("muted")))
        grow.setToolTip(tr("Results over the whole height, and back (Ctrl+Shift+E)"))
        grow.setAccessibleName(tr("Results over the whole height"))
        grow.clicked.connect(self.height_requested)
        self.setCornerWidget(grow)
        self.hide()

    def add(self, tab: Any, title: str = "") -> Any:
        """In front; the oldest that is not kept goes when there are too many."""
        loose = [i for i in range(self.count()) if not self.kept(i)]
        while len(loose) >= KEPT_RESULTS:
            self.close_result(loose.pop(0))
            loose = [i for i in range(self.count()) if not self.kept(i)]
        index = self.addTab(
            tab, (title or tr("Result {time}", time=time.strftime("%H:%M:%S"))).replace("&", "&&")
        )
        if isinstance(tab, ResultTab):
            tab.room_wanted.connect(self.room_wanted)
            tab.dataset_requested.connect(self.dataset_requested)
            tab.compare_requested.connect(lambda t: self._context.run(compare_result(self._context, self, t)))
        self.setCurrentIndex(index)
        if not self.isVisibleTo(self.parentWidget()):
            self.show()
            self.first_shown.emit()
        return tab

    def kept(self, index: int) -> bool:
        """Whether later results leave the tab alone."""
        return bool(getattr(self.widget(index), "kept", False))

    def keep(self, index: int, kept: bool) -> None:
        """Keep a tab open although more results come."""
        tab: Any = self.widget(index)
        tab.kept = kept
        self.setTabIcon(index, icon("pin", self._context.theme.color("accent")) if kept else QIcon())  # fmt: skip

    def rename(self, index: int) -> None:
        """Ask for another title."""
        if index < 0:
            return
        tab = self.widget(index)
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Rename the result"))
        dialog.setLabelText(tr("Title of the tab"))
        dialog.setTextValue(self.tabText(index).replace("&&", "&"))
        dialog.textValueSelected.connect(lambda text: self._renamed(tab, text))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _renamed(self, tab: QWidget, text: str) -> None:
        if text.strip():
            self.setTabText(self.indexOf(tab), text.strip()[:60].replace("&", "&&"))

    def _menu(self, place: QPoint) -> None:
        index = self.tabBar().tabAt(place)
        if index < 0:
            return
        menu = QMenu(self)
        menu.addAction(tr("Rename…"), lambda: self.rename(index))
        kept = self.kept(index)
        menu.addAction(
            tr("Do not keep open") if kept else tr("Keep open"), lambda: self.keep(index, not kept)
        )
        menu.addSeparator()
        menu.addAction(tr("Close"), lambda: self.close_result(index))
        others = menu.addAction(tr("Close the others"), lambda: self._close_others(index))
        others.setEnabled(self.count() > 1)
        menu.popup(self.tabBar().mapToGlobal(place))

    def _close_others(self, index: int) -> None:
        chosen = self.widget(index)
        for other in [self.widget(i) for i in range(self.count())]:
            if other is not chosen and not self.kept(self.indexOf(other)):
                self.close_result(self.indexOf(other))

    def close_result(self, index: int) -> None:
        """Close a tab; its rows on disk go."""
        tab: Any = self.widget(index)
        self.removeTab(index)
        tab.release()
        tab.deleteLater()
        self.setVisible(self.count() > 0)

    def results(self) -> list[tuple[str, ResultTab]]:
        """(title, tab) of every tab with rows."""
        found = [(self.tabText(i).replace("&&", "&"), self.widget(i)) for i in range(self.count())]
        return [(title, tab) for title, tab in found if isinstance(tab, ResultTab) and tab.rows is not None]

    def release(self) -> None:
        """The worksheet closes."""
        if self in self._context.open_results:
            self._context.open_results.remove(self)
        while self.count():
            self.close_result(0)
