"""A table's columns: type, description, classification with its confidence, share of NULLs, samples; and what a person says of each."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.gui.dialogs.ask import finished
from dataops_desktop.gui.dialogs.notes_dialog import NotesDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.ontology.classification import KINDS
from dataops_desktop.sql.quoting import quoted

_TITLES = (tr("Column"), tr("Type"), tr("Description"), tr("Classification"), tr("Nulls"), tr("Sample"))


def class_text(view: TableView, column: str) -> str:
    """`E-mail address ✓` once a person agreed, `E-mail address, 95 % sure` before."""
    found = view.class_of.get(column)
    if found is None or not found.kind:
        return ""
    name = KINDS.get(found.kind, found.kind)
    return (
        f"{name} ✓"
        if found.state == "accepted"
        else tr("{name}, {confidence:.0%} sure", name=name, confidence=found.confidence).replace("%", " %")
    )


class ColumnsTab(QWidget):
    """A person's word is stored at once, and the window's `notes_changed` tells of it."""

    lineage_wanted = Signal(str)  # a column's name

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context, self._view = context, view
        details = view.details
        self._columns: list[Column] = [*details.columns, *details.partition_keys]
        first_key = len(details.columns)
        said = view.annotations
        rows = []
        for place, column in enumerate(self._columns):
            profile = view.profiles.get(column.name)
            tags = said.column_tags.get(column.name, ())
            text = said.column_descriptions.get(column.name) or column.comment
            marks = "".join(f"  #{tag}" for tag in tags)
            rows.append(
                (
                    column.name, column.type, (tr("Partition key. ") if place >= first_key else "") + text + marks, class_text(view, column.name),
                    f"{profile.null_share:.0%}".replace("%", " %") if profile else "",
                    ", ".join(profile.samples) if profile and profile.samples else "hidden" if profile and class_text(view, column.name) else "",
                )
            )  # fmt: skip

        def decorate(row: int, column: int) -> object:
            if column == 0:
                return icon("key" if row >= first_key else "column", context.theme.color("muted"))
            return None

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Filter columns"))
        self.field.setAccessibleName(tr("Filter columns"))
        self.field.setClearButtonEnabled(True)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(RowsModel(_TITLES, rows, frozenset({4}), self, decorate))
        self._proxy.setFilterKeyColumn(-1)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.textChanged.connect(self._proxy.setFilterFixedString)
        layout.addWidget(self.field)
        if not rows:
            note = tr("This table has no columns. A crawler leaves such tables over files it could not read.")
            layout.addWidget(styled(PlainLabel(note, wrap=True), role="muted"))
        self.table = plain_table(self._proxy, 2, {0: 170, 1: 130, 3: 170, 4: 60, 5: 150})
        for number in (4, 5):  # nobody has looked at the rows yet
            self.table.setColumnHidden(number, not view.profiles)
        self.table.setAccessibleName(tr("Columns"))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.activated.connect(self._describe_at)
        layout.addWidget(self.table, 1)

    def _column(self, index: QModelIndex) -> Column | None:
        row = self._proxy.mapToSource(index).row()
        return self._columns[row] if 0 <= row < len(self._columns) else None

    def select(self, name: str) -> None:
        """Show one column."""
        row = next((i for i, column in enumerate(self._columns) if column.name == name), -1)
        if row >= 0:
            index = self._proxy.mapFromSource(self._proxy.sourceModel().index(row, 0))
            self.table.scrollTo(index)
            self.table.selectionModel().setCurrentIndex(
                index,
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )

    def _menu(self, place: QPoint) -> None:
        column = self._column(self.table.indexAt(place))
        if column is None:
            return
        menu = QMenu(self)

        def add(target: QMenu, title: str, handler: object) -> QAction:
            action = QAction(title, target)
            action.triggered.connect(handler)
            target.addAction(action)
            return action

        add(menu, tr("Describe…"), lambda: self._describe(column))
        found = self._view.class_of.get(column.name)
        if found is not None and found.kind and found.state != "accepted":
            add(menu, tr("Yes, this is {kind}", kind=KINDS.get(found.kind, found.kind)), lambda: self._decide(column, found.kind))  # fmt: skip
            add(
                menu,
                tr("No, this is not {kind}", kind=KINDS.get(found.kind, found.kind)),
                lambda: self._decide(column, ""),
            )
        kinds = menu.addMenu(tr("Classify as"))
        for key, text in KINDS.items():
            add(kinds, text, lambda _=False, k=key: self._decide(column, k))
        kinds.addSeparator()
        add(kinds, tr("Nothing of these"), lambda: self._decide(column, ""))
        menu.addSeparator()
        add(menu, tr("Where it comes from and goes to"), lambda: self.lineage_wanted.emit(column.name))
        add(menu, tr("What a change would touch…"), lambda: self._context.impact_requested.emit(self._view.details.stored.key, column.name))  # fmt: skip
        add(menu, tr("Insert name into the editor"), lambda: self._context.insert_requested.emit(quoted(column.name)))  # fmt: skip
        add(menu, tr("Copy name"), lambda: QGuiApplication.clipboard().setText(column.name))
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _decide(self, column: Column, kind: str) -> None:
        async def work() -> None:
            await self._context.use_cases.catalog.decide_class(
                self._view.details.stored.key, column.name, kind
            )
            self._context.notes_changed.emit()  # of the window: the page may have been filled anew meanwhile

        self._context.run(work())

    def _describe_at(self, index: QModelIndex) -> None:
        column = self._column(index)
        if column is not None:
            self._describe(column)

    def _describe(self, column: Column) -> None:
        self._context.run(self._describe_later(column))

    async def _describe_later(self, column: Column) -> None:
        cases, key = self._context.use_cases.catalog, self._view.details.stored.key
        said = self._view.annotations
        found = self._view.class_of.get(column.name)
        dialog = NotesDialog(
            f"{self._view.details.stored.node.name} · {column.name}",
            said.column_descriptions.get(column.name, ""),
            column.comment,
            said.column_tags.get(column.name, ()),
            [tag for tag, _ in await cases.tags()],
            self,
            kind=found.kind if found else "",
        )
        if await finished(dialog):
            await cases.set_text(key, "description", dialog.description, column.name)
            await cases.set_tags(key, dialog.tags, column.name)
            if dialog.kind is not None:
                await cases.decide_class(key, column.name, dialog.kind)
            self._context.notes_changed.emit()  # of the window: the page may have been filled anew meanwhile
        dialog.deleteLater()
