"""A window seen from one of its connections: what pages and panels of it get."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QStackedWidget, QWidget

from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.window_context import WindowContext

if TYPE_CHECKING:
    from dataops_desktop.actions.use_cases import UseCases


class ConnectionContext:
    """A window's context as pages and panels of one connection see it: the same signals, the connection's own use cases."""

    def __init__(self, window: WindowContext, live: LiveConnection) -> None:
        self._window, self.live = window, live

    def __getattr__(self, name: str) -> Any:
        return getattr(self._window, name)

    @property
    def use_cases(self) -> UseCases:
        """The connection's."""
        return self.live.use_cases

    @property
    def s3(self) -> Any:
        """What is done to its objects."""
        return self.live.s3

    @property
    def connection_title(self) -> str:
        """Its name."""
        return self.live.title


class ConnectionStack(QStackedWidget):
    """A panel of which every connection has its own, made when it is first in front."""

    def __init__(self, window: WindowContext, factory: Callable[[Any], QWidget]) -> None:
        super().__init__()
        self._window, self._factory = window, factory
        self._made: dict[LiveConnection, QWidget] = {}
        window.connection_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        live = self._window.current
        if live not in self._made:
            self._made[live] = self._factory(ConnectionContext(self._window, live))
            self.addWidget(self._made[live])
        self.setCurrentWidget(self._made[live])
