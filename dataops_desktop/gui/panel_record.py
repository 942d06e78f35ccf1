"""A panel is one record: the window makes its dock at once and its widget on first show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from dataops_desktop.gui.window_context import WindowContext


@dataclass(frozen=True)
class Panel:
    """`area` is left, right or bottom; `factory` is called once, when the dock is first seen; of a panel `per_connection` once for each of them."""

    id: str
    title: str
    area: str
    icon: str
    factory: Callable[[WindowContext], QWidget]
    per_connection: bool = False
