"""A folder's entries as they arrive, a page at a time: compact (about 60 bytes and the name each), filtered and sorted by Arrow.

`arrange` may take a moment over a million entries and is made for a thread; what it returns is shown at once with `show`.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from dataops_desktop.interfaces.object_store import ObjectEntry

NAME, SIZE, MODIFIED, CLASS = range(4)
_COLUMNS = ("name", "size", "modified", "class")
MOST_FILTER_TERMS = 8


@dataclass(frozen=True)
class Arrangement:
    """Which entries, in which order; `count` entries were looked at."""

    rows: Any  # numpy int64 array of places
    count: int


class ObjectListing:
    """Entries below `prefix`, their names without it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._pages: list[Any] = []
        self._ends: list[int] = []
        self._shown: Any = ()
        self.total_bytes = 0
        self._row = lru_cache(4096)(self._read)

    def __len__(self) -> int:
        """Entries shown."""
        return len(self._shown)

    @property
    def total(self) -> int:
        """Entries that arrived."""
        return self._ends[-1] if self._ends else 0

    def add(self, entries: Sequence[ObjectEntry]) -> None:
        """A page more; shown after the next `show`."""
        import pyarrow as pa

        if not entries:
            return
        cut = len(self.prefix)
        self._pages.append(
            pa.record_batch(
                [
                    # A key may hold half a surrogate pair, which is no Unicode: it is kept as bytes.
                    pa.array([e.key[cut:].encode("utf-8", "surrogatepass") for e in entries], pa.binary()),
                    pa.array([e.size for e in entries], pa.int64()),
                    pa.array([_milliseconds(e.last_modified) for e in entries], pa.int64()),
                    pa.array([e.storage_class for e in entries]).dictionary_encode(),
                    pa.array([e.is_folder for e in entries], pa.bool_()),
                ],
                names=[*_COLUMNS, "folder"],
            )
        )
        self._ends.append(self.total + len(entries))
        self.total_bytes += sum(e.size for e in entries)

    def arrange(self, text: str = "", column: int = -1, descending: bool = False) -> Arrangement:
        """Folders first, then by the column (none: as the service lists, by key). Every word of `text` must be in the name."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        pages, count = list(self._pages), self.total
        if not pages:
            return Arrangement(np.empty(0, np.int64), 0)
        table = pa.Table.from_batches(pages).unify_dictionaries()
        rows = np.arange(table.num_rows)
        for word in text.split()[:MOST_FILTER_TERMS]:
            names = table.column("name").cast(pa.string(), safe=False)
            rows_mask = pc.match_substring(names, word, ignore_case=True).to_numpy(zero_copy_only=False)
            table = table.filter(pa.array(rows_mask))
            rows = rows[rows_mask]
        if column >= 0:
            by = table.column(_COLUMNS[column])
            if column == CLASS:
                by = by.cast(pa.string())
            order = pc.array_sort_indices(by, order="descending" if descending else "ascending").to_numpy()
            folders = table.column("folder").to_numpy()[order]
            rows = rows[order]
        else:
            folders = table.column("folder").to_numpy()
        return Arrangement(np.concatenate([rows[folders], rows[~folders]]), count)

    @property
    def shown(self) -> Any:
        """The places shown, a numpy array once anything is."""
        return self._shown

    def show(self, arrangement: Arrangement) -> None:
        """Show these entries."""
        self._shown = arrangement.rows

    def entry(self, row: int) -> ObjectEntry:
        """A shown entry."""
        found: ObjectEntry = self._row(int(self._shown[row]))
        return found

    def _read(self, place: int) -> ObjectEntry:
        page = bisect.bisect_right(self._ends, place)
        batch = self._pages[page]
        at = place - (self._ends[page] - batch.num_rows)
        name, size, modified, kind, folder = (batch.column(i)[at].as_py() for i in range(5))
        when = datetime.fromtimestamp(modified / 1000, UTC).isoformat() if modified is not None else ""
        return ObjectEntry(self.prefix + name.decode("utf-8", "surrogatepass"), size, when, kind, folder)


def _milliseconds(moment: str) -> int | None:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else None
