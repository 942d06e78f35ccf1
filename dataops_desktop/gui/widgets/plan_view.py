"""A query plan as a tree: operations, expected rows, what each does."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.sql.plans import PlanNode

_COLUMNS = (tr("Operation"), tr("Rows"), tr("Size"), tr("Details"))


class PlanView(QTreeWidget):
    """Everything is open at first; a detail too long for its line shows whole in its tooltip."""

    def __init__(self, roots: Sequence[PlanNode]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Query plan"))
        self.setColumnCount(len(_COLUMNS))
        self.setHeaderLabels(list(_COLUMNS))
        self.setUniformRowHeights(True)
        for root in roots:
            self.addTopLevelItem(self._item(root))
        self.expandAll()
        header = self.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.setColumnWidth(1, 90)
        self.setColumnWidth(2, 90)

    def _item(self, node: PlanNode) -> QTreeWidgetItem:
        rows = node.actual_rows if node.actual_rows is not None else node.rows
        about = "" if node.actual_rows is not None else "≈ "
        item = QTreeWidgetItem(
            [
                node.name,
                "" if rows is None else f"{about}{formatting.whole(int(rows))}",
                "" if node.bytes is None else f"≈ {formatting.size(int(node.bytes))}",
                " · ".join(" ".join(line.split()) for line in node.details),
            ]
        )
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(3, formatting.plain_tooltip("\n".join(node.details)))
        for child in node.children:
            item.addChild(self._item(child))
        return item
