"""Columns that stay in place: a second view over the same model and selection, laid over the left edge of the first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView


class FrozenColumns(QObject):
    """Lives from `freeze` to `remove`; the grid stays the one that has the focus and the menus."""

    def __init__(self, grid: QTableView, columns: Sequence[int]) -> None:
        super().__init__(grid)
        self._grid, self._columns = grid, list(columns)
        view = self._view = QTableView(grid)
        view.setModel(grid.model())
        view.setSelectionModel(grid.selectionModel())
        view.setItemDelegate(grid.itemDelegate())
        view.setFont(grid.font())
        view.setFocusProxy(grid)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setObjectName("frozenColumns")
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.verticalHeader().setDefaultSectionSize(grid.verticalHeader().defaultSectionSize())
        view.verticalHeader().setMinimumSectionSize(grid.verticalHeader().minimumSectionSize())
        view.horizontalHeader().setFixedHeight(grid.horizontalHeader().height())
        view.horizontalHeader().setHighlightSections(False)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(grid.verticalScrollMode())
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(
            lambda place: grid.customContextMenuRequested.emit(
                grid.viewport().mapFromGlobal(view.viewport().mapToGlobal(place))
            )
        )
        view.doubleClicked.connect(grid.doubleClicked)
        view.horizontalHeader().setSectionsClickable(True)
        view.horizontalHeader().sectionClicked.connect(grid.horizontalHeader().sectionClicked)
        header = view.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda place: grid.horizontalHeader().customContextMenuRequested.emit(
                grid.horizontalHeader().mapFromGlobal(header.mapToGlobal(place))
            )
        )
        for column in range(grid.model().columnCount()):
            view.setColumnHidden(column, column not in self._columns)
        grid.verticalScrollBar().valueChanged.connect(view.verticalScrollBar().setValue)
        view.verticalScrollBar().valueChanged.connect(grid.verticalScrollBar().setValue)
        grid.horizontalHeader().sectionResized.connect(self.place)
        self.place()
        view.show()

    def place(self, *_: object) -> None:
        """Widths and place as the grid has them now."""
        grid, view = self._grid, self._view
        shown = [column for column in self._columns if not grid.isColumnHidden(column)]
        for column in self._columns:
            view.setColumnHidden(column, column not in shown)
            view.setColumnWidth(column, grid.columnWidth(column))
        width = sum(grid.columnWidth(column) for column in shown)
        frame = grid.frameWidth()
        left = grid.verticalHeader().width() + frame
        height = grid.viewport().height() + grid.horizontalHeader().height()
        view.setGeometry(left, frame, min(width, grid.viewport().width()), height)
        view.verticalScrollBar().setValue(grid.verticalScrollBar().value())

    def remove(self) -> None:
        """Back to one view."""
        self._grid.horizontalHeader().sectionResized.disconnect(self.place)
        self._view.hide()
        self._view.deleteLater()
        self.deleteLater()
