"""Saved queries in folders, with what Athena keeps beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.panels.saved_queries.tree import PAYLOAD, StatementTree
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.query_engine import StoredStatement
from dataops_desktop.interfaces.workspace import SavedStatement

TYPING_MS = 120


class SavedQueriesPanel(QWidget):
    """Double click opens; the menu renames, moves, deletes; a deleted query can be brought back."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._mine: list[SavedStatement] = []
        self._service: list[StoredStatement] = []
        self._note = tr("Reading…")
        self._deleted: list[SavedStatement] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find in saved queries"))
        self.field.setAccessibleName(tr("Find in saved queries"))
        self.field.setClearButtonEnabled(True)
        self.tree = StatementTree(context.theme)
        self.tree.itemActivated.connect(lambda item: self.open_payload(item.data(0, PAYLOAD)))
        self.tree.customContextMenuRequested.connect(self._show_menu)
        self.tree.moved.connect(lambda moving, folder: context.run(self._move(moving, folder)))
        self._undo = QPushButton()
        self._undo.setProperty("link", True)
        self._undo.clicked.connect(lambda: context.run(self._bring_back()))
        self._undo.hide()
        hint = styled(
            PlainLabel(
                tr("What is saved in “{folder}” completes by its name.", folder="Snippets"), wrap=True
            ),
            role="muted",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 6)
        layout.setSpacing(8)
        for widget in (self.field, self.tree, self._undo, hint):
            layout.addWidget(widget)
        layout.setStretch(1, 1)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._show)
        self.field.textChanged.connect(lambda _: self._typing.start())
        for keys, slot in (
            (QKeySequence.StandardKey.Delete, self._delete_current),
            ("F2", self._rename_current),
        ):
            QShortcut(QKeySequence(keys), self.tree).activated.connect(slot)
        context.statements_changed.connect(self.refresh)
        context.theme.changed.connect(self._show)
        self.refresh()
        context.run(self._load_service())

    def refresh(self) -> None:
        """Read again."""
        self._context.run(self._load())

    async def _load(self) -> None:
        self._mine = await self._context.use_cases.saved_statements()
        self._show()

    async def _load_service(self) -> None:
        """Of every workgroup; what cannot be read is said in its place."""
        self._note = tr("Reading…")
        try:
            groups = await self._context.use_cases.workgroups()
            found: list[StoredStatement] = []
            for group in groups:
                found += await self._context.use_cases.service_statements(group.name)
            self._service, self._note = found, ""
        except DataOpsError as error:
            self._note = error.message
        self._show()

    def _show(self) -> None:
        self.tree.show_statements(self._mine, self._service, self._note, self.field.text())

    def open_payload(self, payload: Any) -> None:
        """A worksheet over a query; folders open by themselves."""
        if isinstance(payload, SavedStatement):
            self._context.statement_requested.emit(payload)
        elif isinstance(payload, StoredStatement):
            self._context.query_requested.emit(payload.sql, payload.database)

    def _show_menu(self, place: QPoint) -> None:
        self.menu(self.tree.payload()).popup(self.tree.viewport().mapToGlobal(place))

    def menu(self, payload: Any) -> QMenu:
        """What can be done with an item."""
        menu = QMenu(self)
        copy: Any = QGuiApplication.clipboard().setText
        if isinstance(payload, SavedStatement | StoredStatement):
            menu.addAction(tr("Open"), lambda: self.open_payload(payload))
            menu.addAction(
                tr("Insert into the worksheet"), lambda: self._context.insert_requested.emit(payload.sql)
            )
            menu.addAction(tr("Copy the text"), lambda: copy(payload.sql))
            menu.addSeparator()
        if isinstance(payload, StoredStatement):
            menu.addAction(tr("Keep a copy in My queries"), lambda: self._context.run(self._keep(payload)))
        if isinstance(payload, SavedStatement):
            menu.addAction(tr("Rename…\tF2"), lambda: self._ask_name(payload))
            menu.addAction(tr("Move to folder…"), lambda: self._ask_folder(payload))
            menu.addAction(tr("Delete\tDel"), lambda: self._context.run(self._delete(payload)))
        if isinstance(payload, str) and payload:
            menu.addAction(tr("Rename or move the folder…\tF2"), lambda: self._ask_folder(payload))
        menu.addSeparator()
        menu.addAction(tr("Read Athena's again"), lambda: self._context.run(self._load_service()))
        return menu

    def _ask(self, title: str, label: str, value: str, then: Any) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(value)
        dialog.textValueSelected.connect(lambda text: self._context.run(then(text)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_name(self, statement: SavedStatement) -> None:
        self._ask(
            tr("Rename the query"),
            tr("Name"),
            statement.name,
            lambda name: self._store(replace(statement, name=name)),
        )

    def _ask_folder(self, moving: SavedStatement | str) -> None:
        now = moving if isinstance(moving, str) else moving.folder
        self._ask(
            tr("Move"),
            tr("Folder, its parts separated by /"),
            now,
            lambda folder: self._move_to(moving, folder),
        )

    def _rename_current(self) -> None:
        payload = self.tree.payload()
        if isinstance(payload, SavedStatement):
            self._ask_name(payload)
        elif isinstance(payload, str) and payload:
            self._ask_folder(payload)

    def _delete_current(self) -> None:
        payload = self.tree.payload()
        if isinstance(payload, SavedStatement):
            self._context.run(self._delete(payload))

    async def _store(self, statement: SavedStatement) -> None:
        await self._context.use_cases.save_statement(statement)
        self._context.statements_changed.emit()

    async def _move(self, moving: SavedStatement | str, folder: str) -> None:
        """Dropped on a folder: a folder keeps its own name there."""
        if isinstance(moving, str):
            folder = f"{folder}/{moving.rpartition('/')[2]}"
        await self._move_to(moving, folder)

    async def _move_to(self, moving: SavedStatement | str, folder: str) -> None:
        if isinstance(moving, str):
            await self._context.use_cases.rename_folder(moving, folder)
            self._context.statements_changed.emit()
        else:
            await self._store(replace(moving, folder=folder))

    async def _keep(self, stored: StoredStatement) -> None:
        await self._store(
            SavedStatement(0, tr("From Athena"), stored.name, stored.sql, "athena", stored.database)
        )

    async def _delete(self, statement: SavedStatement) -> None:
        await self._context.use_cases.remove_statement(statement.statement_id)
        self._deleted.append(statement)
        self._undo.setText(tr("Deleted “{name}”. Bring it back", name=statement.name).replace("&", "&&"))
        self._undo.show()
        self._context.statements_changed.emit()

    async def _bring_back(self) -> None:
        await self._store(replace(self._deleted.pop(), statement_id=0))
        self._undo.setVisible(bool(self._deleted))
        if self._deleted:
            self._undo.setText(
                tr("Deleted “{name}”. Bring it back", name=self._deleted[-1].name).replace("&", "&&")
            )
