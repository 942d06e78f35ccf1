"""Signing in: with the browser, a code of an MFA device, or elsewhere; one dialog for all calls that wait."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dataops_desktop.errors import CancelledByUserError, CredentialsError, DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.identity import COMMAND, MFA, NOTHING, SSO, DeviceCode, Identity, SignInWay

Browser = Callable[[Callable[[DeviceCode], None], CancelToken], Awaitable[Identity | None]]
WAITS = tr(
    "Running queries go on at the service; once there is a session again their results are read, nothing is run twice."
)


class SignInDialog(QDialog):
    """Accepted once the service knows the person again; then `identity` says who it is."""

    def __init__(
        self,
        context: WindowContext,
        live: LiveConnection,
        way: SignInWay,
        error: CredentialsError | None,
        parent: QWidget,
        browser: Browser | None = None,
    ) -> None:
        super().__init__(parent)
        self._context, self._live, self._way = context, live, way
        self._browser = browser  # instead of the connection's own, for one that is not kept yet
        self.identity: Identity | None = None
        self._cancel: CancelToken | None = None
        self._shown: DeviceCode | None = None
        self.setWindowTitle(tr("Sign in to {title}", title=live.title))
        self.setMinimumWidth(480)
        self.text = PlainLabel(self._explanation(), wrap=True)
        self.more = styled(PlainLabel(wrap=True), role="muted")
        self.code = QLineEdit()
        self.code.setAccessibleName(tr("Code"))
        self.code.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = QFont(self.code.font())
        font.setPointSizeF(font.pointSizeF() * 1.8)
        self.code.setFont(font)
        self.problem = PlainLabel(wrap=True)
        self.problem.setStyleSheet(f"color: {context.theme.colors.error}")
        self.problem.hide()
        self.go = QPushButton()
        self.go.setProperty("primary", True)
        self.go.setDefault(True)
        self.copy = QPushButton(tr("Copy link"))
        self.copy.hide()
        self.stop = QPushButton(tr("Cancel"))
        self.other = QPushButton(tr("Another connection…"))
        self.other.setVisible(way.kind == NOTHING)
        self.other.clicked.connect(self._choose_another)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.other)
        buttons.addStretch()
        buttons.addWidget(self.stop)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        for widget in (self.text, self.code, self.problem, self.more):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.go.clicked.connect(self._go)
        self.stop.clicked.connect(self.reject)
        self.copy.clicked.connect(self._copy)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._count_down)
        live.identified.connect(self._show_waiting)
        self._prepare(error)

    def _explanation(self) -> str:
        way, title = self._way, self._live.title
        return {
            SSO: tr(
                "“{title}” signs in with the browser ({detail}). The page that opens asks whether the code below is yours.",
                title=title,
                detail=way.detail,
            ),
            MFA: tr("“{title}” asks for a code of the device {detail}.", title=title, detail=way.detail),
            COMMAND: tr(
                "“{title}” gets its credentials from a program. Run it, or sign in with it, then try again:",
                title=title,
            ),
        }.get(
            way.kind,
            tr(
                "The credentials of “{title}” are renewed where they come from: the AWS profile, the environment, or the connection's keys.",
                title=title,
            ),
        )

    def _prepare(self, error: CredentialsError | None) -> None:
        kind = self._way.kind
        self.code.setVisible(kind in {MFA, COMMAND})
        self.code.setReadOnly(kind != MFA)
        if kind == MFA:
            self.code.setPlaceholderText("123456")
            self.code.setMaxLength(7)
            self.code.setFocus()
        elif kind == COMMAND:
            self.code.setFont(monospace(self.font()))
            self.code.setText(self._way.detail)
            self.code.setAlignment(Qt.AlignmentFlag.AlignLeft)
            self.code.setCursorPosition(0)
        self.go.setText({SSO: tr("Open the browser"), MFA: tr("Sign in")}.get(kind, tr("Try again")))
        if kind != MFA:
            self.go.setFocus()  # Enter goes on; it must not mean Cancel
        if error is not None and kind != SSO:
            self._tell(error)
        self._show_waiting()

    def _show_waiting(self) -> None:
        count = self._live.waiting
        waiting = formatting.count(count, "call waits", "calls wait") + ". " if count else ""
        left = ""
        if self._shown is not None:
            left = tr(
                "The code is good for {minutes} min. ",
                minutes=max(0, int(self._shown.until - time.time()) // 60),
            )
        self.more.setText(f"{left}{waiting}{WAITS if count else ''}".strip())
        self.more.setVisible(bool(self.more.text()))
        QTimer.singleShot(0, self, self._grow)

    def _grow(self) -> None:
        """A dialog does not follow its texts by itself."""
        wanted = self.layout().totalHeightForWidth(self.width())
        if wanted > self.height():
            self.resize(self.width(), wanted)

    def _tell(self, error: Exception) -> None:
        self.problem.setText(str(error))
        self.problem.setVisible(True)
        QTimer.singleShot(0, self, self._grow)

    # doing it
    def _go(self) -> None:
        if self._shown is not None:
            QDesktopServices.openUrl(QUrl(self._shown.url))
            return
        self.problem.hide()
        self.go.setEnabled(False)
        self._context.run(self._work())

    async def _work(self) -> None:
        try:
            if self._way.kind == SSO:
                self._cancel = CancelToken()
                browser = self._browser or self._live.use_cases.session.browser
                self.identity = await browser(self._show_code, self._cancel)
            elif self._way.kind == MFA:
                self.identity = await self._live.use_cases.session.mfa(self.code.text())
            else:
                self.identity = await self._live.use_cases.session.again()
        except CancelledByUserError:
            return  # the dialog is closed
        except DataOpsError as error:
            self._tell(error)
            self._back()
        else:
            self.accept()

    def _back(self) -> None:
        self._cancel = self._shown = None
        self._timer.stop()
        self.copy.hide()
        self.go.setEnabled(True)
        self.go.setText({SSO: tr("Try again"), MFA: tr("Sign in")}.get(self._way.kind, tr("Try again")))
        if self._way.kind == SSO:
            self.code.hide()
        else:
            self.code.selectAll()
            self.code.setFocus()
        self._show_waiting()

    def _show_code(self, code: DeviceCode) -> None:
        self._shown = code
        self.code.setText(code.user_code)
        self.code.setReadOnly(True)
        self.code.show()
        self.copy.show()
        self.go.setText(tr("Open the page again"))
        self.go.setEnabled(True)
        self.go.setFocus()  # it was away while the code was asked for
        self._timer.start()
        self._show_waiting()
        QDesktopServices.openUrl(QUrl(code.url))

    def _count_down(self) -> None:
        self._show_waiting()

    def _choose_another(self) -> None:
        self.reject()
        self._context.commands.run("connection.manage")

    def _copy(self) -> None:
        if self._shown is not None:
            QGuiApplication.clipboard().setText(self._shown.url)

    def done(self, result: int) -> None:
        """Closing gives up what is under way."""
        self._timer.stop()
        if self._cancel is not None and result != QDialog.DialogCode.Accepted:
            self._cancel.cancel()
        super().done(result)
