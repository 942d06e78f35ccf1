"""‹ and ›: from one find to the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QToolButton

from dataops_desktop.gui.language import tr


def add_step_buttons(line: QHBoxLayout, what: str, step: Callable[[int], None]) -> None:
    """Add both to a line; `what` is what one steps through, `step` hears −1 or 1."""
    for text, tip, by in (
        ("‹", tr("Previous {what} (Shift+Enter)", what=what), -1),
        ("›", tr("Next {what} (Enter)", what=what), 1),
    ):
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _=False, by=by: step(by))
        line.addWidget(button)
