"""The connections of a window: several at once, each with use cases of its own, over one workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from dataops_desktop.gui.language import tr
from dataops_desktop.interfaces.connector import ConnectionOptions

if TYPE_CHECKING:
    from dataops_desktop.actions.permissions import FeatureAccess
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.connector import ConnectionCheck
    from dataops_desktop.interfaces.identity import Identity

# Told apart also by their names, which stand beside them; readable on both backgrounds.
COLOURS = {
    "Red": "#d64545", "Orange": "#c8721f", "Yellow": "#a3800a", "Green": "#3a9a5b", "Teal": "#1f9aa8", "Blue": "#3d7de0", "Purple": "#8a63d2", "Pink": "#c9548f",
}  # fmt: skip


class LiveConnection(QObject):
    """`checked` with a connector's id and check; `identified` when who it calls as, or for how long, changed; `changed` when its name or colour did."""

    checked = Signal(str, object)
    identified = Signal()
    allowed = Signal()  # what may be done became known
    changed = Signal()

    def __init__(self, options: ConnectionOptions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.options = options
        self.identity: Identity | None = None
        self.checks: dict[str, ConnectionCheck] = {}
        self.access: dict[str, FeatureAccess] = {}  # feature → what is known of it
        self.custom_endpoints: list[tuple[str, str, str]] = []  # service, address, who says so
        self.trouble = ""  # why the identity is not known
        self.waiting = 0  # calls that wait for a sign-in
        self.make_s3: Callable[[LiveConnection], Any] = lambda _: None  # the window's
        self._s3: Any = None
        self.attend: Callable[[LiveConnection], None] = lambda _: None  # what the window does once it is open
        self._make: Callable[[LiveConnection], UseCases] | None = None
        self._use_cases: UseCases | None = None

    @property
    def title(self) -> str:
        """As tabs and menus name it."""
        return self.options.name

    @property
    def s3(self) -> Any:
        """S3Control: what is done to objects. Made on first use, which is after the first paint: it needs half of the actions."""
        if self._s3 is None:
            self._s3 = self.make_s3(self)
        return self._s3

    @property
    def opened(self) -> bool:
        """Whether anything was asked of it."""
        return self._use_cases is not None

    @property
    def use_cases(self) -> UseCases:
        """Made on first use; may only be asked after the first paint."""
        if self._use_cases is None:
            assert self._make is not None
            self._use_cases = self._make(self)
            self.attend(self)
        return self._use_cases

    def denial(self, feature: str) -> str:
        """Why a feature is not allowed here, in a few words; nothing where it is, or where that is not known."""
        found = self.access.get(feature)
        if found is None or found.state != "denied":
            return ""
        return tr("Not allowed: {missing}", missing=", ".join(found.missing))

    def provide(self, make: Callable[[LiveConnection], UseCases]) -> None:
        """How its use cases are made."""
        self._make = make

    def take_check(self, connector_id: str, check: ConnectionCheck) -> None:
        """A service's answer."""
        self.checks[connector_id] = check
        self.checked.emit(connector_id, check)

    def take_identity(self, identity: Identity | None, trouble: str = "") -> None:
        """Who it is, or why that is not known."""
        self.identity, self.trouble = identity, trouble
        self.identified.emit()
