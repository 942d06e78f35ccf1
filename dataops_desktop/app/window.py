"""Starting the window: paint first, import the rest afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, Qt, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.use_cases import UseCases
from dataops_desktop.app.child import module_command
from dataops_desktop.app.paths import default_workspace, results_folder
from dataops_desktop.app.registry import EntryPointRegistry
from dataops_desktop.app.sandbox_process import SandboxProcess
from dataops_desktop.errors import WorkspaceError
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.main_window import MainWindow
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.storage.results import ResultFolder
from dataops_desktop.storage.workspace import SqliteWorkspace

ALREADY_OPEN = 8


class _WindowProgram:
    """Owns everything a window stands on, and takes it down in order."""

    def __init__(
        self, app: QApplication, store: SqliteWorkspace, sandbox: bool, options: ConnectionOptions
    ) -> None:
        self.app, self.store, self._options = app, store, options
        self.sandbox = SandboxProcess() if sandbox else None
        provider = self.sandbox.options if self.sandbox else lambda: options
        self.registry = EntryPointRegistry(provider)
        results = ResultFolder(results_folder())
        threading.Thread(target=results.clean, daemon=True).start()
        self.actions = ActionContext(store, self.registry, results)
        self.bridge = AsyncBridge(app)
        self.theme = Theme(app)
        self.theme.apply(store.settings.setting("theme", "system"))
        title = "Sandbox" if sandbox else f"AWS {options.profile or 'default'}"
        self.context = WindowContext(UseCases(self.actions, self._sync), self.bridge, self.theme, title)
        self.restart: list[str] | None = None
        self.window = MainWindow(self.context, self._switch, self._finish)

    def _sync(self, options: Any, progress: Any, cancel: Any) -> Any:
        from dataops_desktop.app.sync_worker import run_sync_process

        connection = self.sandbox.options() if self.sandbox else self._options
        return run_sync_process(self.store.path, connection, options, progress, cancel)

    def _switch(self, kind: str, profile: str | None) -> None:
        """Another connection is another workspace: the window closes and opens again over it."""
        arguments = ["--sandbox"] if kind == "sandbox" else ["--profile", profile] if profile else []
        self.restart = module_command("dataops_desktop", *arguments)
        self.window.close()

    def _finish(self) -> None:
        self.actions.close()
        self.registry.close()
        if self.sandbox is not None:
            self.sandbox.stop()
        self.store.close()


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
) -> int:
    """Run the window until it closes; returns the exit code."""
    sys.setswitchinterval(0.001)
    qInstallMessageHandler(_log_qt)
    QApplication.setApplicationName("DataOps Desktop")
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    if sys.platform.startswith("linux"):
        app.setStyle("Fusion")
    path = workspace or default_workspace(sandbox)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # a lock of a killed process is recognised by its pid
    if not lock.tryLock(0):
        sys.stderr.write(f"{path} is open in another window.\n")
        return ALREADY_OPEN
    try:
        store = SqliteWorkspace(path)
    except WorkspaceError as error:
        return _refused(app, error)
    program = _WindowProgram(app, store, sandbox, ConnectionOptions(profile=profile, region=region))
    app.setWindowIcon(QIcon(":/icons/app.svg"))
    _install_hooks(program.context)
    program.window.show()
    app.processEvents()  # the first paint, before qasync and everything behind it are imported
    if os.environ.get("DATAOPS_EXIT_AFTER_PAINT"):  # the start-up benchmark measures up to here
        program.window.hide()
        program._finish()
        return 0
    program.bridge.run_forever()
    lock.unlock()
    if program.restart:
        subprocess.Popen(program.restart)
    return 0


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
