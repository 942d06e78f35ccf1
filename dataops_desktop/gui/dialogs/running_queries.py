"""What to do with queries that run while the program ends, or ran when it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dataops_desktop.gui.dialogs.ask import ask

STOP, LEAVE, STAY = "Stop and quit", "Let run and quit", "Stay"
WATCH, STOP_THEM, LATER = "Watch", "Stop", "Later"


async def ask_before_quit(parent: QWidget, count: int) -> str:
    """Queries run at the service: STOP, LEAVE or STAY."""
    return await ask(
        parent,
        "Queries are running",
        "One query is still running." if count == 1 else f"{count} queries are still running.",
        "What a stopped query has scanned is charged. One that is left running goes on at the service; its result can be opened from here at the next start.",
        (STOP, LEAVE, STAY),
    )


async def ask_after_start(parent: QWidget, count: int) -> str:
    """Queries were running when the program ended: WATCH, STOP_THEM or LATER."""
    return await ask(
        parent,
        "Queries from before",
        "One query was still running when the program ended."
        if count == 1
        else f"{count} queries were still running when the program ended.",
        "Watching opens their results without running them again: nothing is paid twice.",
        (WATCH, STOP_THEM, LATER),
    )
