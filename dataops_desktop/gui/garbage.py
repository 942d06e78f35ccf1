"""Garbage collection on the window's thread only.

Python collects on whichever thread happens to allocate. When that is a worker, it destroys Qt objects there ("Timers cannot
be stopped from another thread"), which Qt does not survive reliably. So automatic collection is off and a timer of the
window's thread does it, by the same thresholds.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
THRESHOLDS = (2000, 20, 10)


class WindowThreadGarbage(QObject):
    """Keep it for as long as the window lives."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what start-up made stays: it need not be looked at again
        gc.disable()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.check)
        self._timer.start()

    def check(self) -> None:
        """Collect the oldest generation that is due."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > THRESHOLDS[generation]:
                gc.collect(generation)
                return
