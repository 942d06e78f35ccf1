"""Starting the window: paint first, import the rest afterwards."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QLockFile, Qt, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from dataops_desktop.errors import WorkspaceError
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.garbage import WindowThreadGarbage
from dataops_desktop.gui.main_window import MainWindow
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.settings import SqliteSettings

ALREADY_OPEN, NO_SCREEN = 8, 9


class _WindowProgram:
    """Owns everything a window stands on. The frame comes first; `connect` brings the rest after it was painted."""

    def __init__(
        self,
        app: QApplication,
        database: Database,
        *,
        sandbox: bool,
        profile: str | None,
        region: str | None,
        endpoint_url: str | None = None,
    ) -> None:
        self.database, self._sandboxed, self._profile, self._region = database, sandbox, profile, region
        self._endpoint_url = endpoint_url
        self.bridge = AsyncBridge(app)
        settings = SqliteSettings(database)
        self.theme = Theme(app)
        self.theme.apply(settings.setting("theme", "system"))
        title = "Sandbox" if sandbox else f"AWS {profile or 'default'}"
        self.context = WindowContext(settings, self.bridge, self.theme, title)
        self.restart: list[str] | None = None
        self._owned: list[Any] = []
        self.window = MainWindow(self.context, self._switch, self.close)

    def connect(self) -> None:
        """Import and make the actions, the connectors and the stores."""
        import threading

        from dataops_desktop.actions.context import ActionContext
        from dataops_desktop.actions.use_cases import UseCases
        from dataops_desktop.app.child import module_command
        from dataops_desktop.app.paths import results_folder
        from dataops_desktop.app.registry import EntryPointRegistry
        from dataops_desktop.app.sandbox_process import SandboxProcess
        from dataops_desktop.interfaces.connector import ConnectionOptions
        from dataops_desktop.storage.results import ResultFolder
        from dataops_desktop.storage.workspace import SqliteWorkspace

        sandbox = SandboxProcess() if self._sandboxed else None
        fixed = ConnectionOptions(profile=self._profile, region=self._region, endpoint_url=self._endpoint_url)
        options = sandbox.options if sandbox else lambda: fixed
        store = SqliteWorkspace(self.database)
        registry = EntryPointRegistry(options)
        results = ResultFolder(results_folder())
        threading.Thread(target=results.clean, daemon=True).start()
        actions = ActionContext(store, registry, results, module_command)

        def sync(wanted: Any, progress: Any, cancel: Any, place: Any) -> Any:
            from dataops_desktop.app.sync_worker import run_sync_process

            return run_sync_process(store.path, place.of(options()), wanted, progress, cancel)

        where = ["--workspace", store.path, *(["--sandbox"] if self._sandboxed else [])]
        for name, value in (
            ("--profile", self._profile),
            ("--region", self._region),
            ("--endpoint-url", self._endpoint_url),
        ):
            where += [name, value] if value else []
        self.context.sync_command = module_command("dataops_desktop", "sync", "glue", *where)

        self._owned = [actions.close, registry.close, *([sandbox.stop] if sandbox else [])]
        self.context.attach(UseCases(actions, sync))

    def _switch(self, kind: str, profile: str | None) -> None:
        """Another connection is another workspace: the window closes and opens again over it."""
        from dataops_desktop.app.child import module_command

        arguments = ["--sandbox"] if kind == "sandbox" else ["--profile", profile] if profile else []
        self.restart = module_command("dataops_desktop", *arguments)
        self.window.quit()

    def close(self) -> None:
        """Take everything down, outside in."""
        for close in self._owned:
            close()
        self.database.close()


def _log_qt(kind: Any, context: Any, message: str) -> None:
    """Qt's warnings on standard error, where a developer sees them."""
    del kind, context
    if "propagateSizeHints" not in message:
        sys.stderr.write(f"Qt: {message}\n")


def open_window(
    workspace: Path | None = None,
    *,
    sandbox: bool = False,
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
    if workspace is None:
        from dataops_desktop.app.paths import default_workspace

        workspace = default_workspace(sandbox)
    path = workspace
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # a lock of a killed process is recognised by its pid
    if not lock.tryLock(0):
        sys.stderr.write(f"{path} is open in another window.\n")
        return ALREADY_OPEN
    try:
        database = Database(path)
    except WorkspaceError as error:
        return _refused(app, error)
    program = _WindowProgram(
        app, database, sandbox=sandbox, profile=profile, region=region, endpoint_url=endpoint_url
    )
    app.setWindowIcon(QIcon(":/icons/app.svg"))
    _install_hooks(program.context)
    program.window.show()
    _paint(app, program.window)  # before qasync and everything behind it are imported
    if os.environ.get("DATAOPS_EXIT_AFTER_PAINT"):  # the start-up benchmark measures up to here
        sys.stdout.write("painted\n")
        sys.stdout.flush()
        program.window.hide()
        program.bridge.close(program.close)
        return 0
    program.connect()
    WindowThreadGarbage(program.window)
    # Ctrl+C and a polite kill close the window as a click would; Python sees them at the next timer, within a second.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: program.window.quitting.quit(leave_running=False))
    program.bridge.run_forever()
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


def _refused(app: QApplication, error: WorkspaceError) -> int:
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


def _install_hooks(context: WindowContext) -> None:
    """Exceptions of slots and threads become problems; PySide would only print them."""

    def hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        sys.__excepthook__(kind, error, trace)
        context.report(error)

    sys.excepthook = hook
