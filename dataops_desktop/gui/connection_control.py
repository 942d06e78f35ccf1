"""The window's part of its connections: the menu in the toolbar, signing in, workspaces, and what each new connection is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QToolButton

from dataops_desktop.errors import AccountChangedError, CredentialsError, DataOpsError
from dataops_desktop.gui.connection_view import ConnectionContext
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.notice_strip import NoticeStrip
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.connector import ConnectionOptions

if TYPE_CHECKING:
    from dataops_desktop.actions.permissions import FeatureAccess


class ConnectionControl(QObject):
    """`show(live)` brings a page of a connection forward; `switch(kind, path)` opens another workspace: kind is sandbox or file."""

    def __init__(
        self,
        context: WindowContext,
        window: QMainWindow,
        strip: NoticeStrip,
        show: Callable[[LiveConnection], None],
        switch: Callable[[str, str | None], None],
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._show, self._switch = context, window, show, switch
        self._strip = strip
        strip.hidden_by_person.connect(lambda text: self._unwanted.add(text))
        self._unwanted: set[str] = set()
        self.button = QToolButton()
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIconSize(QSize(16, 16))
        self.button.setToolTip(tr("Connections and workspaces"))
        self.button.setMinimumWidth(80)
        self.button.setMaximumWidth(260)
        menu = QMenu(self.button)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.button.setMenu(menu)
        context.connection_changed.connect(self.paint)
        context.connections_changed.connect(self.paint)
        context.theme.changed.connect(self.paint)
        context.connection_changed.connect(self._show_endpoints)
        context.identity_changed.connect(self._show_endpoints)
        context.connection_changed.connect(self._share_tables)
        context.connection_requested.connect(self.open)
        context.workspace_requested.connect(lambda kind: switch(kind, None))
        context.prepare_connections(self._prepare)
        context.commands.denial = lambda feature: context.current.denial(feature)
        context.commands.warn = lambda text: context.status_requested.emit(text)
        self.paint()

    def _prepare(self, live: LiveConnection) -> None:
        """Everything the window adds to a connection."""
        live.make_s3 = self._make_s3
        live.attend = self.attend

    def _make_s3(self, live: LiveConnection) -> Any:
        from dataops_desktop.gui.s3_control import S3Control

        return S3Control(ConnectionContext(self._context, live), self._window)

    def attend(self, live: LiveConnection) -> None:
        """Once its use cases exist: hear of its transfers, sign in for it, learn who it is."""
        cases = live.use_cases
        cases.ask_to_sign_in(lambda error: self.sign_in(live, error))
        cases.context.on_waiting = lambda count: self._waits(live, count)
        live.s3.moves.listen()
        live.checked.connect(lambda *_: self._context.run(self._take_checked(live)))
        self._context.run(self.identify(live))

    async def identify(self, live: LiveConnection) -> None:
        """Who it calls as, and where calls go; a changed account is a problem that is told."""
        if not live.options.sandbox:
            try:
                live.custom_endpoints = await live.use_cases.session.custom_endpoints()
            except DataOpsError:
                live.custom_endpoints = []  # the identity below says what is wrong
        try:
            live.take_identity(await live.use_cases.session.identity())
            self._learn_permissions(live)
        except DataOpsError as error:
            live.take_identity(None, str(error))
            if isinstance(error, AccountChangedError):
                self._context.report(error)

    def _learn_permissions(self, live: LiveConnection) -> None:
        """Whenever somebody else may be calling: what may be done now."""

        async def learn() -> None:
            self._take_access(live, await live.use_cases.permissions(live.checks))

        self._context.run(learn(), lambda _: None)  # it is only a hint

    async def _take_checked(self, live: LiveConnection) -> None:
        self._take_access(live, await live.use_cases.permissions_by_calls(live.checks))

    def _take_access(self, live: LiveConnection, found: Iterable[FeatureAccess]) -> None:
        live.access |= {access.feature.id: access for access in found}
        live.allowed.emit()

    def _show_endpoints(self) -> None:
        """Calls that go elsewhere than to AWS are pointed out: somebody may have set that without the person knowing."""
        found = self._context.current.custom_endpoints
        hosts = list(dict.fromkeys(urlsplit(url).netloc for _, url, _ in found))
        where = list(dict.fromkeys(by for _, _, by in found))
        text = (
            tr(
                "Calls of this connection go to {hosts}, not to AWS's own addresses (set by {where}).",
                hosts=", ".join(hosts),
                where=", ".join(where),
            )
            if found
            else ""
        )
        details = "\n".join(f"{service}: {url} ({by})" for service, url, by in found)
        self._strip.show_text("" if text in self._unwanted else text, details)

    def _share_tables(self) -> None:
        """What the local engine can read is the workspace's, whichever connection it came from."""
        if self._context.current.opened:
            self._context.run(self._context.use_cases.local_data.load())

    def _waits(self, live: LiveConnection, count: int) -> None:
        live.waiting = count
        live.identified.emit()

    # the button
    def paint(self) -> None:
        """Name and colour of the connection in front."""
        live = self._context.current
        self.button.setText(live.title.replace("&", "&&"))
        self.button.setAccessibleName(tr("Connection {title}", title=live.title))
        color = QColor(live.options.colour) if live.options.colour else self._context.theme.color("muted")
        self.button.setIcon(icon("services", color))
        self._window.setWindowTitle(f"DataOps Desktop — {live.title}")

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        _heading(menu, tr("Connections"))
        known = {live.title: live.options for live in self._context.connections.values()}
        if self._context.book is not None and not self._context.current.options.sandbox:
            for options in self._context.book.all():
                known.setdefault(options.name, options)
        for name, options in known.items():
            action = menu.addAction(name.replace("&", "&&"))
            color = QColor(options.colour) if options.colour else self._context.theme.color("muted")
            action.setIcon(icon("services", color))
            if name == self._context.current.title:
                font = action.font()
                font.setBold(True)
                action.setFont(font)
                action.setToolTip(tr("In front"))
            action.triggered.connect(lambda _=False, o=options: self.open(o))
        menu.addSeparator()
        for command in ("connection.sign_in", "connection.diagnose", "connection.manage", "connection.new"):
            found = self._context.commands.get(command)
            if found is not None:
                menu.addAction(found.title).triggered.connect(
                    lambda _=False, c=command: self._context.commands.run(c)
                )
        menu.addSeparator()
        _heading(menu, tr("Workspaces"))
        if not self._context.current.options.sandbox:
            menu.addAction(tr("Sandbox")).triggered.connect(lambda: self._switch("sandbox", None))
        for path in self._context.recent_workspaces():
            action = menu.addAction(Path(path).stem.replace("&", "&&"))
            action.setToolTip(path)
            action.triggered.connect(lambda _=False, p=path: self._switch("file", p))
        if self._context.current.options.sandbox:
            menu.addAction(tr("My workspace")).triggered.connect(lambda: self._switch("file", None))
        command = self._context.commands.get("workspace.open")
        if command is not None:
            menu.addAction(command.title).triggered.connect(
                lambda: self._context.commands.run("workspace.open")
            )

    # opening
    def open(self, options: ConnectionOptions) -> None:
        """Bring it forward; one that was only found on this computer is kept from now on."""
        known = options.name in self._context.connections
        live = self._context.connection(options)
        if not known and self._context.book is not None:
            self._context.run(self._keep(options))
        self._show(live)

    async def _keep(self, options: ConnectionOptions) -> None:
        book, local = self._context.book, self._context.use_cases.context.local
        if options.name not in {kept.name for kept in await local(book.kept)}:
            await local(book.save, options)
            self._context.connections_changed.emit()

    # reports
    def copy_diagnostics(self) -> None:
        """Versions, connections and the end of the log, without secrets."""
        facts = {}
        for live in self._context.connections.values():
            states = ", ".join(f"{name} {check.state}" for name, check in sorted(live.checks.items()))
            region = live.identity.region if live.identity else live.options.region
            facts[f"Connection {live.title}"] = f"{region or tr('no region')}; {states or tr('not asked')}"
        facts["Problems"] = (
            "; ".join(f"{p.title}: {p.message}" for p in self._context.problems[:20]) or "none"
        )
        QGuiApplication.clipboard().setText(self._context.diagnostics(facts))
        self._context.status_requested.emit(tr("Diagnostics are on the clipboard. They hold no secret."))

    def copy_crash_report(self) -> None:
        """Of the last time."""
        QGuiApplication.clipboard().setText(self._context.crash_report)
        self._context.status_requested.emit(tr("The crash report is on the clipboard."))

    def has_crash_report(self) -> bool:
        """Whether there is one."""
        return bool(self._context.crash_report)

    # signing in
    async def sign_in(self, live: LiveConnection, error: CredentialsError | None = None) -> bool:
        """Whether the person signed in. `error` is what work under way met."""
        from dataops_desktop.gui.dialogs.sign_in_dialog import SignInDialog

        cases = live.use_cases.session
        dialog = SignInDialog(self._context, live, await cases.way(), error, self._window)
        done = bool(await finished(dialog))
        if done and dialog.identity is not None:
            live.take_identity(dialog.identity)
            self._learn_permissions(live)
        dialog.deleteLater()
        return done

    def sign_in_now(self) -> None:
        """Asked for by the person, for the connection in front."""
        self._context.run(self._sign_in_now())

    async def _sign_in_now(self) -> None:
        live = self._context.current
        if await self.sign_in(live):
            live.use_cases.context.session += 1
            self._context.panel_requested.emit("services")
            self._context.connection_changed.emit()

    # editing
    def manage(self) -> None:
        """All connections, to be edited."""
        self._open_manager("")

    def new(self) -> None:
        """Another one."""
        self._open_manager("new")

    def _open_manager(self, what: str) -> None:
        from dataops_desktop.gui.dialogs.connections_dialog import ConnectionsDialog

        dialog = ConnectionsDialog(self._context, self._window, new=what == "new")
        dialog.open_requested.connect(self.open)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_encryption(self) -> None:
        """Encrypt the workspace's file, or make it plain again."""
        self._context.run(self._ask_encryption())

    async def _ask_encryption(self) -> None:
        on = self._context.encrypted
        verb = tr("Decrypt") if on else tr("Encrypt")
        details = (
            tr("The file becomes plain SQLite again and its key is forgotten.")
            if on
            else tr(
                "Its key is put into the keyring of this system; without it nobody opens the file, you neither. Results that are open, pinned results "
                "and logs stay as they are. Backups made before stay plain: delete them yourself."
            )
        )
        answer = await ask(
            self._window, tr("{verb} the workspace", verb=verb), tr("{verb} the file of this workspace?", verb=verb), tr("{details}\n\nThe window closes and opens again.", details=details), (tr("{verb} and restart", verb=verb), tr("Leave it"))
        )  # fmt: skip
        if answer != tr("Leave it"):
            self._switch("decrypt" if on else "encrypt", None)

    def ask_workspace(self) -> None:
        """Another local store, by its file."""
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._window, tr("Open or create a workspace"), "", tr("Workspaces (*.dataops)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDefaultSuffix("dataops")
        dialog.fileSelected.connect(lambda path: self._switch("file", path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _heading(menu: QMenu, text: str) -> None:
    """A title within a menu; not every style shows those of sections."""
    menu.addAction(text).setEnabled(False)
