"""Where the statements of an editor's document lie, in bytes, kept right while one types.

A small document is split when somebody asks. A large one is split in the background once typing pauses; until then its
places are moved along with each change, so that the mark beside the statement and what Run takes stay close to the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from dataops_desktop.sql.split import span_at, statement_spans

LARGE = 200_000  # bytes; below it splitting takes less than a frame
PAUSE_MS = 250


def split_large(raw: bytes) -> Any:
    """Places of the statements of a UTF-8 text as a numpy array of (start, end) rows; for a thread of its own."""
    import numpy as np

    spans = statement_spans(raw.decode("latin-1"))
    # One by one: numpy's own reading of a list of pairs keeps Python's lock for as long as it takes.
    return np.fromiter((edge for span in spans for edge in span), np.int64, 2 * len(spans)).reshape(-1, 2)


class StatementIndex(QObject):
    """`raw` gives the document's bytes. `wanted` asks for a `split_large` of them, `take` brings it; `changed` fires with new places."""

    wanted = Signal()
    changed = Signal()

    def __init__(self, raw: Callable[[], bytes], length: Callable[[], int], parent: QObject) -> None:
        super().__init__(parent)
        self._raw, self._length = raw, length
        self._small: list[tuple[int, int]] | None = None  # of a small document, once somebody asked
        self._places: Any = (
            None  # of a large one: numpy, so that a key in front of 150,000 of them moves them in no time
        )
        self._fresh = False
        self.revision = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.wanted)

    @property
    def large(self) -> bool:
        """Whether the document is split in the background."""
        return self._length() > LARGE

    @property
    def fresh(self) -> bool:
        """Whether the places are those of the document as it is."""
        return self._fresh or not self.large

    def spans(self) -> list[tuple[int, int]]:
        """(start, end) of each statement."""
        if self.large:
            return [] if self._places is None else [(int(a), int(b)) for a, b in self._places]
        if self._small is None:
            self._small = statement_spans(self._raw().decode("latin-1"))
        return self._small

    def at(self, position: int) -> tuple[int, int] | None:
        """The statement of a caret there."""
        if not self.large:
            return span_at(self.spans(), position)
        if self._places is None or not len(self._places):
            return None
        index = max(0, int(self._places[:, 0].searchsorted(position, "right")) - 1)
        return int(self._places[index, 0]), int(self._places[index, 1])

    def edited(self, position: int, added: int) -> None:
        """Bytes came (`added` > 0) or went at a place."""
        self.revision += 1
        self._fresh, self._small = False, None
        if not self.large:
            self._places = None
            return
        if abs(added) >= LARGE:
            self._places = None
        elif self._places is not None:
            self._move(position, added)
        self._pause.start()

    def _move(self, position: int, added: int) -> None:
        """What lies behind the change moves; the statement it is in grows or shrinks; those it took away go."""
        import numpy as np

        places, gone = self._places, max(0, -added)
        first = int(places[:, 1].searchsorted(position, "left"))  # the first that ends at the place or behind
        behind = int(places[:, 0].searchsorted(position + gone, "right"))
        if first < behind:
            start = min(int(places[first, 0]), position)
            end = max(position, int(places[behind - 1, 1]) + added)
            places[first] = (start, end)
            if behind - first > 1:
                places = np.delete(places, slice(first + 1, behind), axis=0)
                behind = first + 1
        places[behind:] += added
        self._places = places

    def take(self, places: Any, revision: int) -> None:
        """The split of the document as it was at `revision`; an older one is of no use."""
        if revision == self.revision:
            self._places, self._fresh = places, True
            self.changed.emit()
