"""One window for each workspace: a second start raises the first and ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from dataops_desktop.app.logs import mark_of

RAISE, RAISED = b"raise\n", b"raised\n"
PATIENCE_MS = 2000


def _name(workspace: Path) -> str:
    return f"dataops-desktop-{mark_of(workspace.resolve())}"


class RaisedByOthers(QObject):
    """Listens while the window is open; only the same user can reach it."""

    def __init__(self, workspace: Path, raise_window: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._raise = raise_window
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._heard)
        QLocalServer.removeServer(_name(workspace))  # one that was killed leaves its socket; we hold the lock
        self._server.listen(_name(workspace))

    def _heard(self) -> None:
        while (peer := self._server.nextPendingConnection()) is not None:
            peer.readyRead.connect(lambda peer=peer: self._answer(peer))
            peer.disconnected.connect(peer.deleteLater)
            self._answer(peer)

    def _answer(self, peer: QLocalSocket) -> None:
        if peer.bytesAvailable() and bytes(peer.readLine(64).data()) == RAISE:
            self._raise()
            peer.write(RAISED)
            peer.flush()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


def raise_other(workspace: Path) -> bool:
    """Ask the window that has the workspace to come forward; whether it did."""
    socket = QLocalSocket()
    socket.connectToServer(_name(workspace))
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    socket.write(RAISE)
    socket.waitForBytesWritten(PATIENCE_MS)
    return socket.waitForReadyRead(PATIENCE_MS) and bytes(socket.readAll().data()) == RAISED
