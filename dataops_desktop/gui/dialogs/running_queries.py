"""What to do with queries that run while the program ends, or ran when it ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask(
    parent: QWidget, title: str, text: str, details: str, choices: dict[str, Callable[[], None]]
) -> QMessageBox:
    """A box with one button a choice, the last one for Escape; opened, not waited for."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(details)
    buttons = {box.addButton(name, QMessageBox.ButtonRole.ActionRole): act for name, act in choices.items()}
    last = list(buttons)[-1]
    box.setDefaultButton(last)
    box.setEscapeButton(last)
    box.buttonClicked.connect(lambda button: buttons[button]())  # type: ignore[index]
    box.finished.connect(box.deleteLater)
    box.open()
    return box


def ask_before_quit(
    parent: QWidget, count: int, stop: Callable[[], None], leave: Callable[[], None]
) -> QMessageBox:
    """Queries run at the service: stop them, let them run, or stay."""
    return ask(
        parent,
        "Queries are running",
        "One query is still running." if count == 1 else f"{count} queries are still running.",
        "What a stopped query has scanned is charged. One that is left running goes on at the service; its result can be opened from here at the next start.",
        {"Stop and quit": stop, "Let run and quit": leave, "Stay": lambda: None},
    )


def ask_after_start(
    parent: QWidget, count: int, watch: Callable[[], None], stop: Callable[[], None]
) -> QMessageBox:
    """Queries were running when the program ended."""
    return ask(
        parent,
        "Queries from before",
        "One query was still running when the program ended."
        if count == 1
        else f"{count} queries were still running when the program ended.",
        "Watching opens their results without running them again: nothing is paid twice.",
        {"Watch": watch, "Stop": stop, "Later": lambda: None},
    )
