"""Every connection of the workspace: a list, and what the chosen one is made of; tested before it is kept, exported without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.errors import CredentialsError, DataOpsError
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.dialogs.connection_form import ConnectionForm
from dataops_desktop.gui.dialogs.sign_in_dialog import SignInDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.identity import SSO, DeviceCode, SignInWay

REMOVE, KEEP = tr("Remove"), tr("Keep it")


class ConnectionsDialog(QDialog):
    """`open_requested` with the options of a connection that is to be brought forward."""

    open_requested = Signal(object)

    def __init__(self, context: WindowContext, parent: QWidget, new: bool = False) -> None:
        super().__init__(parent)
        self._context, self._book = context, context.book
        self._local = context.use_cases.context.local
        self._before = ""  # the kept name of what the form shows
        self.setWindowTitle(tr("Connections"))
        self.resize(860, 600)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Connections"))
        self.list.setMinimumWidth(200)
        self.list.setMaximumWidth(260)
        self.form = ConnectionForm()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.form)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.add, self.remove, self.more = (
            QPushButton(tr("New")),
            QPushButton(tr("Remove")),
            QPushButton(tr("More")),
        )
        menu = QMenu(self.more)
        menu.addAction(tr("Duplicate"), self._duplicate)
        menu.addAction(tr("Export…"), self._ask_export)
        menu.addAction(tr("Import…"), self._ask_import)
        self.more.setMenu(menu)
        left_buttons = QHBoxLayout()
        for button in (self.add, self.remove, self.more):
            left_buttons.addWidget(button)
        left = QVBoxLayout()
        left.addWidget(self.list)
        left.addLayout(left_buttons)
        self.told = PlainLabel(wrap=True)
        self.test, self.save, self.open_it, self.shut = (
            QPushButton(tr("Test")),
            QPushButton(tr("Save")),
            QPushButton(tr("Save and open")),
            QPushButton(tr("Close")),
        )
        self.open_it.setProperty("primary", True)
        self.test.setToolTip(tr("Ask the service who this connection is; nothing is kept"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.test)
        buttons.addStretch()
        for button in (self.shut, self.save, self.open_it):
            buttons.addWidget(button)
        right = QVBoxLayout()
        right.addWidget(area, 1)
        right.addWidget(self.told)
        right.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(left)
        layout.addLayout(right, 1)
        self.list.currentItemChanged.connect(self._chosen)
        self.add.clicked.connect(self._new)
        self.remove.clicked.connect(lambda: context.run(self._remove()))
        self.test.clicked.connect(lambda: context.run(self._test()))
        self.save.clicked.connect(lambda: context.run(self._save(False)))
        self.open_it.clicked.connect(lambda: context.run(self._save(True)))
        self.shut.clicked.connect(self.reject)
        self.shut.setAutoDefault(False)
        self.form.roles_wanted.connect(lambda: context.run(self._choose_role()))
        context.run(self._begin(new))

    async def _begin(self, new: bool) -> None:
        self.form.offer(await self._local(self._book.found))
        await self._fill(self._context.current.title)
        if new or not self.list.count():
            self._new()

    async def _fill(self, chosen: str) -> None:
        kept = {options.name for options in await self._local(self._book.kept)}
        self.list.blockSignals(True)
        self.list.clear()
        for options in await self._local(self._book.all):
            item = QListWidgetItem(options.name)
            color = QColor(options.colour) if options.colour else self._context.theme.color("muted")
            item.setIcon(icon("services", color))
            item.setData(Qt.ItemDataRole.UserRole, (options, options.name in kept))
            if options.name not in kept:
                item.setToolTip(tr("Found in the AWS configuration; kept once it is opened or saved"))
            self.list.addItem(item)
            if options.name == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)
        self._chosen(self.list.currentItem())

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        options, kept = item.data(Qt.ItemDataRole.UserRole)
        self._before = options.name if kept else ""
        self.form.show_options(options)
        self.remove.setEnabled(kept)
        self._say("")

    def _new(self) -> None:
        self.list.setCurrentItem(None)
        self._before = ""
        names = {self.list.item(i).text() for i in range(self.list.count())}
        name, number = tr("New connection"), 2
        while name in names:
            name, number = tr("New connection {number}", number=number), number + 1
        self.form.show_options(ConnectionOptions(name=name))
        self.form.name.setFocus()
        self.form.name.selectAll()
        self.remove.setEnabled(False)
        self._say("")

    def _duplicate(self) -> None:
        options = self.form.options()
        self._new()
        self.form.show_options(replace(options, name=tr("{name} copy", name=options.name)))

    def _say(self, text: str, tone: str = "text") -> None:
        self.told.setText(text)
        self.told.setVisible(bool(text))
        self.told.setStyleSheet(f"color: {self._context.theme.color(tone).name()}")

    # what the buttons do
    async def _test(self) -> None:
        self.test.setEnabled(False)
        self._say(tr("Asking the service…"), "muted")
        try:
            identity = await self._context.use_cases.context.run(
                "identity", self._book.check, self.form.options(), self.form.keys()
            )
        except DataOpsError as error:
            self._say(str(error), "error")
        else:
            self._say(
                tr(
                    "It works: {arn}, account {account}.",
                    arn=identity.arn or identity.account,
                    account=identity.account,
                ),
                "ok",
            )
            self.form.offer_account(identity.account)
        finally:
            self.test.setEnabled(True)

    async def _choose_role(self) -> None:
        """Sign in where that is needed, then a menu of accounts and roles."""
        options = self.form.options()
        asked = self._context.use_cases.context.run
        try:
            try:
                roles = await asked("identity", self._book.roles, options)
            except CredentialsError:
                if not await self._signed_in(options):
                    return
                roles = await asked("identity", self._book.roles, options)
        except DataOpsError as error:
            self._say(str(error), "error")
            return
        if not roles:
            self._say(tr("Nobody has given you a role in any account yet."), "warning")
            return
        menu = QMenu(self)
        for role in roles:
            text = f"{role.account_name or role.account} ({role.account}) · {role.role}"
            menu.addAction(text.replace("&", "&&")).triggered.connect(
                lambda _=False, r=role: self.form.take_role(r)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.form.choose.mapToGlobal(self.form.choose.rect().bottomLeft()))

    async def _signed_in(self, options: ConnectionOptions) -> bool:
        loop = asyncio.get_running_loop()

        async def browser(show: Callable[[DeviceCode], None], cancel: CancelToken) -> None:
            await self._context.use_cases.context.run(
                "identity", self._book.sign_in, options, partial(loop.call_soon_threadsafe, show), cancel
            )

        way = SignInWay(SSO, options.sso_session)
        live = LiveConnection(options, self)
        dialog = SignInDialog(self._context, live, way, None, self, browser)
        done = bool(await finished(dialog))
        dialog.deleteLater()
        return done

    async def _save(self, open_it: bool) -> None:
        try:
            saved = await self._local(self._book.save, self.form.options(), self.form.keys(), self._before)
        except DataOpsError as error:
            self._say(str(error), "error")
            return
        self._context.connection_saved(saved, self._before)
        if open_it:
            self.open_requested.emit(saved)
            self.accept()
            return
        await self._fill(saved.name)
        self._say(tr("Saved."), "ok")

    async def _remove(self) -> None:
        name = self._before
        answer = await ask(
            self,
            tr("Remove a connection"),
            tr("Remove “{name}”?", name=name),
            tr(
                "Its settings and keys are forgotten. What was synced with it stays in the workspace; AWS profiles are not touched."
            ),
            (REMOVE, KEEP),
        )
        if answer == REMOVE:
            try:
                await self._local(self._book.remove, name)
            except DataOpsError as error:
                self._say(str(error), "error")
                return
            self._context.connections_changed.emit()
            await self._fill("")

    def _ask_export(self) -> None:
        dialog = QFileDialog(
            self, tr("Export connections (without secrets)"), "connections.json", "JSON (*.json)"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda path: self._context.run(self._export(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _export(self, path: Path) -> None:
        text = await self._local(self._book.exported)
        try:
            await self._local(path.write_text, text, "utf-8")
        except OSError as error:
            self._say(
                tr("{path} cannot be written ({strerror}).", path=path, strerror=error.strerror), "error"
            )
        else:
            self._say(tr("Exported to {path}. Secrets are not in it.", path=path), "ok")

    def _ask_import(self) -> None:
        dialog = QFileDialog(self, tr("Import connections"), "", tr("JSON (*.json);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._context.run(self._import(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _import(self, path: Path) -> None:
        try:
            text = await self._local(path.read_text, "utf-8")
            added = await self._local(self._book.imported, text)
        except (OSError, UnicodeDecodeError) as error:
            self._say(
                tr(
                    "{path} cannot be read ({reason}).",
                    path=path,
                    reason=getattr(error, "strerror", None) or tr("it is no text"),
                ),
                "error",
            )
            return
        except DataOpsError as error:
            self._say(str(error), "error")
            return
        await self._fill(added[0] if added else "")
        self._context.connections_changed.emit()
        self._say(tr("Added {added}.", added=", ".join(added) or tr("nothing")), "ok")
