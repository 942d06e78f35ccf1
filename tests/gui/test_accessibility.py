"""What a screen reader and a keyboard meet: names, focus, contrast."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from dataops_desktop.gui.connections import COLOURS
from dataops_desktop.gui.dialogs.connections_dialog import ConnectionsDialog
from dataops_desktop.gui.dialogs.sign_in_dialog import SignInDialog
from dataops_desktop.gui.theme import DARK, LIGHT, Colors
from dataops_desktop.interfaces.identity import COMMAND, MFA, SSO, SignInWay
from tests.gui.conftest import Harness

WAIT_MS = 20_000
FIELDS = (QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QAbstractItemView)


def luminance(color: QColor) -> float:
    """WCAG 2.2, relative luminance."""

    def part(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) + 0.0722 * part(color.blueF())


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(colors: Colors) -> None:
    """4.5 : 1 for text, 3 : 1 for marks (WCAG 2.2 AA, 1.4.3 and 1.4.11)."""
    low = {}
    for ground in ("window", "base", "raised", "stripe", "hover", "selection"):
        for text in ("text", "muted", "accent", "error", "warning", "ok"):
            if ground in {"hover", "selection"} and text in {"accent", "error", "warning", "ok"}:
                continue
            found = contrast(getattr(colors, text), getattr(colors, ground))
            if found < 4.5:
                low[text, ground] = round(found, 2)
    found = contrast(colors.onaccent, colors.accent)
    if found < 4.5:
        low["onaccent", "accent"] = round(found, 2)
    for name, value in COLOURS.items():
        if (found := contrast(value, colors.window)) < 3:
            low[name, "window"] = round(found, 2)
    assert not low


def nameless(root: QWidget) -> list[str]:
    """Widgets that take the focus and say nothing of themselves."""
    labelled: set[int] = set()
    for label in root.findChildren(QLabel):
        if label.buddy() is not None and label.text():
            labelled.add(id(label.buddy()))
    for form in root.findChildren(QFormLayout):
        for row in range(form.rowCount()):
            item, text = (
                form.itemAt(row, QFormLayout.ItemRole.FieldRole),
                form.itemAt(row, QFormLayout.ItemRole.LabelRole),
            )
            if item and item.widget() and text and text.widget() and text.widget().text():
                labelled.add(id(item.widget()))
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if (
            isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)
            or "Header" in type(widget).__name__
        ):
            continue
        if isinstance(widget, QAbstractButton):
            if not (widget.text() or widget.accessibleName() or widget.toolTip()):
                found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
        elif isinstance(widget, FIELDS) and not widget.accessibleName() and id(widget) not in labelled:
            placeholder = widget.placeholderText() if isinstance(widget, QLineEdit) else ""
            found.append(f"{type(widget).__name__} {placeholder!r} in {type(widget.parentWidget()).__name__}")
    return found


def test_every_field_of_the_window_and_its_pages_has_a_name(synced: Harness, qtbot: Any) -> None:
    for command in (
        "query.new",
        "s3.browse",
        "costs.show",
        "catalog.search",
        "glue.etl",
        "catalog.time_machine",
        "settings.show",
        "connection.diagnose",
    ):
        synced.context.commands.run(command)
    for panel_id in synced.window.docks:
        synced.window.show_panel(panel_id)
    bare: list[str] = []
    for index in range(synced.window.pages.count()):
        synced.window.pages.setCurrentIndex(index)
        qtbot.wait(10)
        bare += [
            f"{synced.window.pages.tabText(index)}: {text}"
            for text in nameless(synced.window.pages.widget(index))
        ]
    for name, dock in synced.window.docks.items():
        bare += [f"{name}: {text}" for text in nameless(dock.widget())]
    assert not bare


def test_the_dialogs_of_connections_are_named_and_walked_with_the_keyboard(
    synced: Harness, qtbot: Any
) -> None:
    synced.context.commands.run("connection.manage")
    qtbot.waitUntil(lambda: bool(synced.window.findChildren(ConnectionsDialog)), timeout=WAIT_MS)
    dialog = synced.window.findChildren(ConnectionsDialog)[0]
    qtbot.waitUntil(lambda: dialog.form.name.text() != "", timeout=WAIT_MS)
    for way in range(4):
        dialog.form.way.setCurrentIndex(way)
        assert not nameless(dialog)
    seen = []
    dialog.form.name.setFocus()
    for _ in range(80):
        focused = dialog.focusWidget()
        if focused in seen:
            break
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    for button in (dialog.test, dialog.save, dialog.open_it, dialog.shut, dialog.list, dialog.form.endpoints):
        assert button in seen, button
    assert seen.index(dialog.form.name) < seen.index(dialog.form.region) < seen.index(dialog.test)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not synced.window.findChildren(ConnectionsDialog), timeout=WAIT_MS)


@pytest.mark.parametrize("kind", [SSO, MFA, COMMAND, ""])
def test_signing_in_says_what_it_wants(synced: Harness, qtbot: Any, kind: str) -> None:
    dialog = SignInDialog(
        synced.context, synced.context.current, SignInWay(kind, "aws login"), None, synced.window
    )
    dialog.open()
    assert not nameless(dialog)
    assert dialog.windowTitle() == "Sign in to Sandbox"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected
    dialog.deleteLater()
