"""The whole value of one cell: as text, and as a tree where it has parts."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QTreeWidget, QTreeWidgetItem, QWidget

from dataops_desktop.actions.nested_text import structure_of
from dataops_desktop.gui import formatting
from dataops_desktop.gui._forms.cell_dialog import Ui_CellDialog
from dataops_desktop.gui.language import tr

MOST_CHILDREN = 5000
_PARTS = int(Qt.ItemDataRole.UserRole)


class CellDialog(QDialog):
    """Open with `open()`."""

    def __init__(self, column: str, value: Any, text: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form = self._form = Ui_CellDialog()
        form.setupUi(self)
        self.setWindowTitle(column)
        found = structure_of(value)
        whole = text or ""
        shown = whole
        if found is not None:
            shown = json.dumps(found, indent=2, ensure_ascii=False, default=str)
            self._fill(form.tree, found)
        else:
            form.views.setTabVisible(form.views.indexOf(form.tree), False)
            form.views.tabBar().hide()
        form.views.setCurrentWidget(form.tree if found is not None else form.text)
        form.text.setPlainText(shown)
        form.note.setText("NULL" if text is None else formatting.count(len(whole), "character", "characters"))
        form.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(whole))
        form.close.clicked.connect(self.accept)

    def _fill(self, tree: QTreeWidget, found: Any) -> None:
        tree.setHeaderLabels([tr("Name"), tr("Value")])
        tree.setColumnWidth(0, 220)
        tree.setUniformRowHeights(True)
        tree.itemExpanded.connect(_grow)
        for item in _children(found):
            tree.addTopLevelItem(item)
            if tree.topLevelItemCount() <= 20:
                tree.expandItem(item)


def _grow(item: QTreeWidgetItem) -> None:
    """Children are made when their parent opens: a cell may hold a hundred thousand."""
    parts = item.data(0, _PARTS)
    if parts is not None and not item.childCount():
        item.addChildren(_children(parts))


def _children(parts: Any) -> list[QTreeWidgetItem]:
    pairs = list(parts.items()) if isinstance(parts, dict) else list(enumerate(parts))
    made = []
    for name, value in pairs[:MOST_CHILDREN]:
        nested = structure_of(value) if isinstance(value, dict | list) else None
        if nested is not None:
            many = formatting.count(len(nested), "part", "parts")
            item = QTreeWidgetItem(
                [str(name), f"{{…}} {many}" if isinstance(nested, dict) else f"[…] {many}"]
            )
            item.setData(0, _PARTS, nested)
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        else:
            item = QTreeWidgetItem([str(name), _scalar(value)])
            item.setToolTip(1, formatting.plain_tooltip(str(value)))
        made.append(item)
    if len(pairs) > MOST_CHILDREN:
        made.append(QTreeWidgetItem(["…", formatting.count(len(pairs) - MOST_CHILDREN, "more", "more")]))
    return made


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
