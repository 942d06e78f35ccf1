"""One question with named answers, awaited: a nested event loop inside a coroutine would stop every other task for good."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget


async def ask(
    parent: QWidget, title: str, text: str, details: str, answers: Sequence[str], warning: bool = False
) -> str:
    """The chosen answer. The last one is the careful one: Enter, Escape and closing mean it."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning if warning else QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setText(text)
    box.setInformativeText(details)
    buttons = {box.addButton(name, QMessageBox.ButtonRole.ActionRole): name for name in answers}
    last = list(buttons)[-1]
    box.setDefaultButton(last)
    box.setEscapeButton(last)
    await finished(box)
    chosen = box.clickedButton()
    answer = next((name for button, name in buttons.items() if button is chosen), answers[-1])
    box.deleteLater()
    return answer


async def finished(dialog: QDialog) -> int:
    """Open a dialog and wait for its end; its result. The caller deletes it."""
    import asyncio  # not needed for the first paint

    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(result: int) -> None:
        if not done.done():
            done.set_result(result)

    dialog.finished.connect(end)
    dialog.open()
    return await done
