"""Starting the window: paint first, import the rest afterwards."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QLockFile, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from dataops_desktop import __version__
from dataops_desktop.app.hooks import catch_all
from dataops_desktop.app.policy import applied, load_policy
from dataops_desktop.app.workspaces import recent_workspaces, remember_workspace
from dataops_desktop.errors import CredentialsError, DataOpsError, WorkspaceError
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.garbage import WindowThreadGarbage
from dataops_desktop.gui.language import translate_qt
from dataops_desktop.gui.main_window import MainWindow
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.connector import CURRENT, KEPT, ConnectionOptions
from dataops_desktop.redaction import redacted
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.encryption import decrypt, encrypt, is_encrypted, key_of
from dataops_desktop.storage.fixed_settings import FixedSettings
from dataops_desktop.storage.private_files import private_folder
from dataops_desktop.storage.settings import SqliteSettings

if TYPE_CHECKING:
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.app.sandbox_process import SandboxProcess
    from dataops_desktop.interfaces.identity import IdentitySource

ALREADY_OPEN, NO_SCREEN = 8, 9
PLAIN = ConnectionOptions(name="AWS default")  # what the AWS SDK finds by itself


class _WindowProgram:
    """Owns everything a window stands on. The frame comes first; `connect` brings the rest after it was painted."""

    def __init__(self, app: QApplication, database: Database, first: ConnectionOptions) -> None:
        self.database, self._first = database, first
        self.bridge = AsyncBridge(app)
        self.policy = load_policy()
        settings = FixedSettings(SqliteSettings(database), self.policy)
        self.theme = Theme(app)
        self.theme.apply(settings.setting("theme", "system"))
        kept = [ConnectionOptions.load(record) for record in settings.setting(KEPT) or []]
        chosen = settings.setting(CURRENT, "") if first == PLAIN else ""
        named = {options.name: options for options in kept}
        current = named.get(chosen) or (first if first != PLAIN or not kept else kept[0])
        self.context = WindowContext(settings, self.bridge, self.theme, named.get(current.name, current))
        for options in kept:
            self.context.connection(options)
        self.context.encrypted = bool(database.key)
        path = Path(database.path)
        self.context.recent_workspaces = lambda: recent_workspaces(path)
        self.restart: list[str] | None = None
        self.rekey = ""
        self._owned: list[Callable[[], None]] = []
        self._sandbox: SandboxProcess | None = None
        self.window = MainWindow(self.context, self._switch, self.close)

    def connect(self) -> None:
        """Import and make the actions, the connectors and the stores."""
        import threading

        from dataops_desktop.actions.connections import ConnectionBook
        from dataops_desktop.actions.local_schema import LocalSchema
        from dataops_desktop.app.child import module_command
        from dataops_desktop.app.connection_keys import ConnectionKeys
        from dataops_desktop.app.paths import results_folder
        from dataops_desktop.app.sandbox_process import SandboxProcess
        from dataops_desktop.aws.profiles import found_profiles
        from dataops_desktop.storage.results import ResultFolder
        from dataops_desktop.storage.workspace import SqliteWorkspace

        if self._first.sandbox:
            self._sandbox = SandboxProcess()
        self._store = SqliteWorkspace(self.database, self.policy)
        self._results = ResultFolder(results_folder())
        self._keys = ConnectionKeys()
        self._schema = LocalSchema(self._store.catalog)
        threading.Thread(target=self._results.clean, daemon=True).start()
        where = ["--workspace", self._store.path, *(["--sandbox"] if self._first.sandbox else [])]
        options = self.context.current.options
        for name, value in (
            ("--profile", options.profile),
            ("--region", options.region),
            ("--endpoint-url", options.endpoint_url),
        ):
            where += [name, value] if value else []
        self.context.sync_command = module_command("dataops_desktop", "sync", "glue", *where)
        book = ConnectionBook(
            self._store.settings, self._keys.keyring, self._keys.session, found_profiles, self._identity
        )
        self.context.attach(self._use_cases, book)

    def _identity(self, options: ConnectionOptions, keys: Mapping[str, str]) -> IdentitySource:
        """For trying a connection that is not kept yet."""
        asked = (
            self._sandbox.options() if options.sandbox and self._sandbox else applied(options, self.policy)
        )
        return self._keys.identity(asked, keys)

    def _use_cases(self, live: LiveConnection) -> UseCases:
        """A connection's, made when it is first in front."""
        from dataops_desktop.actions.context import ActionContext
        from dataops_desktop.actions.use_cases import UseCases
        from dataops_desktop.app.child import module_command
        from dataops_desktop.app.registry import EntryPointRegistry

        def options() -> ConnectionOptions:
            if live.options.sandbox and self._sandbox is not None:
                return replace(self._sandbox.options(), name=live.options.name)
            return applied(live.options, self.policy)

        registry = EntryPointRegistry(options, self._keys.read, self._keys.forget, lambda: live.options)
        actions = ActionContext(self._store, registry, self._results, module_command)

        def sync(wanted: Any, progress: Any, cancel: Any, place: Any) -> Any:
            from dataops_desktop.app.sync_worker import run_sync_process

            found = place.of(options())
            if (
                not place.profile
            ):  # the child is given this session: it could ask nobody for a code or a sign-in
                key, secret, token = registry.identity().keys()
                found = replace(
                    found, profile=None, keys="", role_arn="", sso_session="", access_key_id=key, secret_access_key=secret, session_token=token
                )  # fmt: skip
            return run_sync_process(self._store.path, found, wanted, progress, cancel, self.database.key)

        self._owned += [actions.close, registry.close]
        return UseCases(actions, sync, self._schema)

    def _switch(self, kind: str, path: str | None) -> None:
        """Another workspace: the window closes and opens again over it."""
        from dataops_desktop.app.child import module_command

        here = ["--workspace", str(self.database.path)]
        if kind in {"encrypt", "decrypt"}:  # done once everything is closed
            self.rekey = kind
            arguments = [*here, *(["--sandbox"] if self._first.sandbox else [])]
        else:
            arguments = ["--sandbox"] if kind == "sandbox" else ["--workspace", path] if path else []
        self.restart = module_command("dataops_desktop", *arguments)
        self.window.quit()

    def close(self) -> None:
        """Take everything down, outside in."""
        if not self._first.sandbox:
            self.context.settings.set_setting(CURRENT, self.context.current.title)
        for close in self._owned:
            close()
        if self._sandbox is not None:
            self._sandbox.stop()
        self.database.close()


def _log_qt(kind: Any, context: Any, message: str) -> None:
    """Qt's warnings in the log, and on standard error, where a developer sees them."""
    del kind, context
    if "propagateSizeHints" not in message:
        import logging

        logging.getLogger("qt").warning(message)
        sys.stderr.write(f"Qt: {redacted(message)}\n")


def open_window(
    workspace: Path | None = None,
    *,
    sandbox: bool = False,
    connection: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> int:
    """Run the window until it closes; returns the exit code."""
    if not _has_screen():
        sys.stderr.write(
            "There is no screen to open a window on (DISPLAY and WAYLAND_DISPLAY are not set).\n"
            "Start it from a desktop, or with `xvfb-run`; the command line works without one: dataops-desktop --help\n"
        )
        return NO_SCREEN
    sys.setswitchinterval(0.001)
    qInstallMessageHandler(_log_qt)
    QApplication.setApplicationName("DataOps Desktop")
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    if sys.platform.startswith("linux") and app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    translate_qt(app)
    if workspace is None:
        from dataops_desktop.app.paths import default_workspace

        workspace = default_workspace(sandbox)
    path = workspace
    private_folder(path.parent)
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # a lock of a killed process is recognised by its pid
    if not lock.tryLock(0):
        from dataops_desktop.app.single_instance import raise_other

        if raise_other(path):
            sys.stderr.write(f"{path} is open already: its window was brought forward.\n")
            return 0
        sys.stderr.write(f"{path} is open in another window.\n")
        return ALREADY_OPEN
    try:
        database = Database(path, key=_key_of(path))
    except (WorkspaceError, CredentialsError) as error:
        return _refused(app, error)
    if sandbox:
        first = ConnectionOptions(name="Sandbox", sandbox=True)
    elif profile or region or endpoint_url:
        first = ConnectionOptions(
            name=profile or endpoint_url or f"AWS {region}",
            profile=profile,
            region=region,
            endpoint_url=endpoint_url,
        )
    else:
        first = PLAIN
    if connection is not None:
        SqliteSettings(database).set_setting(CURRENT, connection)
    program = _WindowProgram(app, database, first)
    app.setWindowIcon(QIcon(":/icons/app.svg"))
    catch_all(program.context.report)
    program.window.show()
    _paint(app, program.window)  # before qasync and everything behind it are imported
    if os.environ.get("DATAOPS_EXIT_AFTER_PAINT"):  # the start-up benchmark measures up to here
        sys.stdout.write("painted\n")
        sys.stdout.flush()
        program.window.hide()
        program.bridge.close(program.close)
        return 0
    # Ctrl+C and a polite kill close the window as a click would; Python sees them at the next timer, within a second. The handler runs
    # in the midst of whatever Python does, an import for instance: closing has to wait for its turn.
    window = program.window
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            number,
            lambda *_: QTimer.singleShot(0, window, lambda: window.quitting.quit(leave_running=False)),
        )
    import logging

    from dataops_desktop.app.logs import CrashWatch, diagnostics, start_logging
    from dataops_desktop.interfaces.settings import BY_NAME, value_of

    program.context.diagnostics = diagnostics
    level = getattr(logging, str(value_of(program.context.settings.setting, BY_NAME["log.level"])).upper())
    stop_logging, watch = start_logging(level), CrashWatch(path)
    crashed = watch.begin()
    remember_workspace(path)
    program.connect()
    _listen(path, program.window)
    for problem in (program.policy.broken, *program.policy.problems):
        if problem:
            program.context.add_problem(
                Problem("Administrator's policy", problem, "Ask your administrator to mend it.")
            )
    if crashed:
        logging.getLogger("dataops_desktop").warning("the last run crashed")
        program.window.offer_crash_report(crashed)
    WindowThreadGarbage(program.window)
    logging.getLogger("dataops_desktop").info(
        "started", extra={"facts": {"version": __version__, "workspace": path.name}}
    )
    program.bridge.run_forever()
    logging.getLogger("dataops_desktop").info("ended")
    watch.end()
    if program.rekey and (failed := _rekey(path, program.rekey)):
        sys.stderr.write(f"{failed}\n")
    stop_logging()
    lock.unlock()
    if program.restart:
        import subprocess

        subprocess.Popen(program.restart)
    return 0


def _has_screen() -> bool:
    """Whether Qt will find a display: without one it aborts the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _paint(app: QApplication, window: MainWindow) -> None:
    """Wait until the window is on the screen (at most a moment: a window manager may keep it hidden) and painted."""
    deadline = QDeadlineTimer(500)
    while not window.windowHandle().isExposed() and not deadline.hasExpired():
        app.processEvents()
    app.processEvents()


def _key_of(path: Path) -> str:
    """Empty for a plain workspace; else the keyring is asked, which may ask the person."""
    if not is_encrypted(path):
        return ""
    from dataops_desktop.storage.secrets import KeyringSecrets

    return key_of(path, KeyringSecrets())


def _rekey(path: Path, wanted: str) -> str:
    """Encrypt or decrypt a workspace that is closed; why it could not be, or nothing."""
    from dataops_desktop.storage.secrets import KeyringSecrets

    try:
        (encrypt if wanted == "encrypt" else decrypt)(path, KeyringSecrets())
    except (WorkspaceError, CredentialsError) as error:
        import logging

        logging.getLogger("dataops_desktop").warning("%s: %s", wanted, error)
        return str(error)
    return ""


def _refused(app: QApplication, error: DataOpsError) -> int:
    """The workspace cannot be used: say so in a window, touch nothing."""
    from PySide6.QtWidgets import QMessageBox

    sys.stderr.write(f"{error.title}: {error}\n")
    box = QMessageBox()
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle("DataOps Desktop")
    box.setText(f"{error.title}\n\n{error.message}")
    box.setInformativeText(error.remedy)
    box.finished.connect(app.quit)
    box.open()
    app.exec()
    return 1


def _listen(path: Path, window: MainWindow) -> None:
    """A second start over this workspace brings this window forward."""
    from dataops_desktop.app.single_instance import RaisedByOthers

    RaisedByOthers(path, window.come_forward, window)
