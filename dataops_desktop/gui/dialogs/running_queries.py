"""What to do with queries that run while the program ends, or ran when it ended."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dataops_desktop.gui.dialogs.ask import ask
from dataops_desktop.gui.language import tr

STOP, LEAVE, STAY = tr("Stop and quit"), tr("Let run and quit"), tr("Stay")
WATCH, STOP_THEM, LATER = tr("Watch"), tr("Stop"), tr("Later")


async def ask_before_quit(parent: QWidget, count: int) -> str:
    """Queries run at the service: STOP, LEAVE or STAY."""
    return await ask(
        parent,
        tr("Queries are running"),
        tr("One query is still running.")
        if count == 1
        else tr("{count} queries are still running.", count=count),
        tr(
            "What a stopped query has scanned is charged. One that is left running goes on at the service; its result can be opened from here at the next start."
        ),
        (STOP, LEAVE, STAY),
    )


async def ask_after_start(parent: QWidget, count: int) -> str:
    """Queries were running when the program ended: WATCH, STOP_THEM or LATER."""
    return await ask(
        parent,
        tr("Queries from before"),
        tr("One query was still running when the program ended.")
        if count == 1
        else tr("{count} queries were still running when the program ended.", count=count),
        tr("Watching opens their results without running them again: nothing is paid twice."),
        (WATCH, STOP_THEM, LATER),
    )
