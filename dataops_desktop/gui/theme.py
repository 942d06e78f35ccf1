"""Light and dark: one table of colours, a palette for Qt and a style sheet filled from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFile, QIODevice, QObject, QResource, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True)
class Colors:
    """Names say what a colour is for."""

    window: str
    base: str
    raised: str
    text: str
    muted: str
    disabled: str
    border: str
    grid: str
    hover: str
    selection: str
    accent: str
    accenthover: str
    onaccent: str
    scroll: str
    ok: str
    warning: str
    error: str
    keyword: str
    string: str
    number: str
    comment: str
    function: str
    stripe: str


LIGHT = Colors(
    window="#f4f5f7", base="#ffffff", raised="#ffffff", text="#1d2129", muted="#5c6570", disabled="#a3aab3", border="#d9dde3",
    grid="#eceef1", hover="#e9ecf1", selection="#d5e2fb", accent="#2456d6", accenthover="#1c47b8", onaccent="#ffffff", scroll="#c3c9d2",
    ok="#1a7f37", warning="#8a5c00", error="#c62828", keyword="#2456d6", string="#1a7f37", number="#9a5b00", comment="#626b77",
    function="#8a3ab9", stripe="#f8f9fb",
)  # fmt: skip
DARK = Colors(
    window="#1b1e24", base="#14161b", raised="#23272f", text="#e3e6eb", muted="#9aa3af", disabled="#606873", border="#323843",
    grid="#22262e", hover="#272c35", selection="#25375f", accent="#6b9bff", accenthover="#86adff", onaccent="#0e1524", scroll="#454c58",
    ok="#4cc26c", warning="#e0b13c", error="#ff7b72", keyword="#82aaff", string="#8fce8a", number="#e6b673", comment="#828c99",
    function="#c99cf2", stripe="#181b20",
)  # fmt: skip

RESOURCES = Path(__file__).with_name("dataops.rcc")


class Theme(QObject):
    """The current colours. `mode` is system, light or dark."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self.mode = "system"
        self.colors = LIGHT
        QResource.registerResource(str(RESOURCES))
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        return self.colors is DARK

    def apply(self, mode: str) -> None:
        """Switch; every widget repaints, the editor and the canvas listen to `changed`."""
        self.mode = mode
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.colors = DARK if mode == "dark" or (mode == "system" and system_dark) else LIGHT
        self._app.setPalette(_palette(self.colors))
        self._app.setStyleSheet(_style_sheet(self.colors))
        self.changed.emit()

    def _system_changed(self) -> None:
        if self.mode == "system":
            self.apply("system")

    def color(self, name: str) -> QColor:
        """One colour by its purpose."""
        return QColor(getattr(self.colors, name))


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, colors.window), (role.Base, colors.base), (role.AlternateBase, colors.stripe), (role.Button, colors.raised),
        (role.WindowText, colors.text), (role.Text, colors.text), (role.ButtonText, colors.text), (role.PlaceholderText, colors.muted),
        (role.Highlight, colors.selection), (role.HighlightedText, colors.text), (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text), (role.Link, colors.accent), (role.Mid, colors.border), (role.Accent, colors.accent),
    ):  # fmt: skip
        palette.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colors.disabled))
    return palette


def _style_sheet(colors: Colors) -> str:
    file = QFile(":/themes/app.qss")
    file.open(QIODevice.OpenModeFlag.ReadOnly)
    text = bytes(file.readAll().data()).decode()
    for name, value in vars(colors).items():
        text = text.replace(f"@{name}@", value)
    return text


def monospace_family() -> str:
    """The system's fixed font: figures of one width, for the editor and the grid."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()


def monospace(like: QFont) -> QFont:
    """The fixed font in the size of another."""
    font = QFont(like)
    font.setFamily(monospace_family())
    return font
