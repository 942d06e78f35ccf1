"""A table's columns, up and down: where each comes from, where it goes, and the statement that moves it with the part marked."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.actions.column_lineage import NamedLink
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_words import HOW, sure
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.widgets.statement_view import StatementView
from dataops_desktop.gui.window_context import WindowContext

_TITLES = ("", tr("From"), tr("To"), tr("How"), tr("Sure"), tr("Steps"), tr("Statement"))
_DEPTHS = ((tr("One step"), 1), (tr("Three steps"), 3), (tr("All the way"), 50))


class ColumnLineageTab(QWidget):
    """Read when it is first shown, and again when another column or depth is chosen."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context, self._key = context, view.details.stored.key
        self._all: list[NamedLink] = []
        self.links: list[NamedLink] = []
        self.column, self.depth = QComboBox(), QComboBox()
        self.column.setAccessibleName(tr("Column"))
        self.column.addItem(tr("All columns"), None)
        for column in (*view.details.columns, *view.details.partition_keys):
            self.column.addItem(column.name, column.name)
        self.depth.setAccessibleName(tr("How far"))
        for title, steps in _DEPTHS:
            self.depth.addItem(title, steps)
        self.rows_too = QCheckBox(tr("Filters, joins and groups too"))
        self.note = styled(PlainLabel(elide=True), role="muted")
        line = QHBoxLayout()
        line.setContentsMargins(0, 8, 0, 0)
        for widget in (self.column, self.depth, self.rows_too):
            line.addWidget(widget)
        line.addWidget(self.note, 1)
        self.table = plain_table(RowsModel(_TITLES, [], parent=self), 6, {0: 90, 1: 250, 2: 230, 3: 95, 4: 64, 5: 68})  # fmt: skip
        self.table.setAccessibleName(tr("Links of columns"))
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # a column's name stands last
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.activated.connect(self._open_other)
        self.statement = StatementView()
        self.open_statement = QPushButton(tr("Open in a worksheet"))
        self.open_statement.setEnabled(False)
        self.open_statement.clicked.connect(self._open_statement)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 4, 0, 0)
        lower.addWidget(self.statement, 1)
        lower.addWidget(self.open_statement, 0, Qt.AlignmentFlag.AlignRight)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self.table)
        parts.addWidget(below)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line)
        layout.addWidget(parts, 1)
        self.column.activated.connect(lambda _: self.load())
        self.depth.activated.connect(lambda _: self.load())
        self.rows_too.toggled.connect(lambda _: self._show())
        context.catalog_changed.connect(self.load)
        self.load()

    def show_column(self, name: str) -> None:
        """Only this one."""
        self.column.setCurrentIndex(max(0, self.column.findData(name)))
        self.load()

    def load(self) -> None:
        """Ask the ontology."""
        self._context.run(self._read())

    async def _read(self) -> None:
        wanted = (self.column.currentData(), self.depth.currentData())
        found = await self._context.use_cases.lineage.columns(self._key, *wanted)
        if wanted == (self.column.currentData(), self.depth.currentData()) and found != self._all:
            self._all = found
            self._show()
        elif not found:
            self._show()

    def _show(self) -> None:
        shaping = self.rows_too.isChecked()
        self.links = [link for link in self._all if shaping or link.link.use == "output"]
        rows = [
            (
                tr("Comes from") if link.direction == "upstream" else tr("Goes to"), link.source, link.target,
                HOW.get(link.link.how if link.link.use == "output" else link.link.use, link.link.use),
                sure(link.link.confidence), str(link.link.depth), " ".join(link.statement.split()),
            )
            for link in self.links
        ]  # fmt: skip
        before = self.table.model()
        self.table.setModel(RowsModel(_TITLES, rows, frozenset({4, 5}), self))
        before.deleteLater()
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        hidden = len(self._all) - len(self.links)
        if rows:
            text = formatting.count(len(rows), "link", "links")
        elif hidden:
            text = tr("Only filters, joins and groups are known.")
        else:
            text = tr("Nothing is known to flow in or out yet: run a query over it, or sync views.")
        self.note.setText(text)
        self._chosen(QModelIndex(), QModelIndex())
        if rows:
            self.table.selectRow(0)

    def _chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        link = self.links[index.row()] if index.isValid() else None
        self.open_statement.setEnabled(bool(link and link.sql))
        if link is not None:
            self.statement.show_statement(link.sql, link.link.start, link.link.end)
        else:
            self.statement.show_statement("")

    def _open_statement(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.links):
            self._context.query_requested.emit(self.links[row].sql, self.links[row].database)

    def _other(self, link: NamedLink) -> int:
        return link.link.from_key if link.direction == "upstream" else link.link.to_key

    def _open_other(self, index: QModelIndex) -> None:
        self._context.node_requested.emit(self._other(self.links[index.row()]))

    def _menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        link, menu = self.links[index.row()], QMenu(self)
        menu.addAction(tr("Open the other end"), lambda: self._open_other(index))
        if link.sql:
            menu.addAction(tr("Open the statement in a worksheet"), self._open_statement)
        menu.addAction(
            tr("Show on the canvas"), lambda: self._context.lineage_requested.emit(self._other(link))
        )
        menu.addSeparator()
        menu.addAction(
            tr("Copy the rows"), lambda: QGuiApplication.clipboard().setText(self.table.selected_text())
        )
        menu.popup(self.table.viewport().mapToGlobal(place))
