"""How long work tells where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """`done` of `total` (None while unknown) things called `unit`; `text` says what is happening now."""

    text: str
    done: int = 0
    total: int | None = None
    unit: str = ""


ProgressSink = Callable[[Progress], None]


def no_progress(_: Progress) -> None:
    """For callers that do not look."""
