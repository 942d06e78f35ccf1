"""Two results side by side, row by row through a key: what was added, what went, which cells changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.result_view import is_number, text_of
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.workspace import ResultRows

REMOVED, ADDED, CHANGED = 0, 1, 2
MOST_KEY_COLUMNS = 3
TRIED_COLUMNS = 8


@dataclass(frozen=True)
class Comparison:
    """The rows that differ, in the left one's order, added ones last. `left`/`right` are row numbers, −1 where there is none.

    `changed` holds, for each common column, whether the cell of each listed row changed. Columns are matched by name.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    left_columns: tuple[int, ...]  # place of each common column; −1 where only the other side has it
    right_columns: tuple[int, ...]
    state: Any  # numpy int8 a listed row
    left: Any  # numpy int64
    right: Any
    changed: dict[int, Any] = field(default_factory=dict)  # by place in `columns`: numpy bool
    same: int = 0

    def count(self, state: int) -> int:
        """Listed rows of a kind."""
        return int((self.state == state).sum())

    @property
    def changed_cells(self) -> int:
        """Over all rows."""
        return int(sum(mask.sum() for mask in self.changed.values()))


def names_of(rows: ResultRows) -> list[str]:
    """Column names, told apart where they repeat."""
    return unique_names([column.name for column in rows.columns])


def guess_key(left: ResultRows, right: ResultRows) -> tuple[str, ...]:
    """The fewest common columns that tell all rows apart on both sides; empty where none were found."""
    ours, theirs = names_of(left), names_of(right)
    common = [name for name in ours if name in theirs]
    common.sort(key=lambda name: not name.lower().endswith(("id", "key", "code", "number")))
    for size in range(1, MOST_KEY_COLUMNS + 1):
        for names in combinations(common[:TRIED_COLUMNS], size):
            if _is_key(left, ours, names) and _is_key(right, theirs, names):
                return names
    return ()


def _is_key(rows: ResultRows, names: Sequence[str], key: Sequence[str]) -> bool:
    import numpy as np

    table = rows.slice(0, rows.row_count)
    codes = _codes([[table.column(names.index(name))] for name in key])
    return bool(len(np.unique(codes)) == table.num_rows)


def _codes(columns: Sequence[Sequence[Any]]) -> Any:
    """One number for each distinct combination of values; `columns` holds, for each key column, its parts one after another."""
    import numpy as np
    import pyarrow as pa

    whole = None
    for parts in columns:
        types = {part.type for part in parts}
        chunks = [chunk for part in (parts if len(types) == 1 else [text_of(p) for p in parts]) for chunk in _chunks(part)]  # fmt: skip
        if len(chunks) > 0 and pa.types.is_nested(chunks[0].type):
            chunks = [chunk for part in parts for chunk in _chunks(text_of(part))]
        flat = pa.chunked_array(chunks).combine_chunks() if chunks else pa.array([])
        if isinstance(flat, pa.ChunkedArray):
            flat = pa.concat_arrays(flat.chunks)
        encoded = flat.dictionary_encode(null_encoding="encode")
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        if whole is None:
            whole = codes
        else:
            _, whole = np.unique(whole * (len(encoded.dictionary) + 1) + codes, return_inverse=True)
    return whole


def _chunks(values: Any) -> list[Any]:
    import pyarrow as pa

    return list(values.chunks) if isinstance(values, pa.ChunkedArray) else [values]


def compare(left: ResultRows, right: ResultRows, key: Sequence[str]) -> Comparison:
    """Match rows by `key`. Raises InputError where the key does not tell the rows of one side apart."""
    import numpy as np

    ours, theirs = names_of(left), names_of(right)
    missing = [name for name in key if name not in ours or name not in theirs]
    if missing or not key:
        raise InputError(
            f"{missing[0] if missing else 'Nothing'} is not a column of both results.", "Choose another key."
        )
    a, b = left.slice(0, left.row_count), right.slice(0, right.row_count)
    codes = _codes([[a.column(ours.index(name)), b.column(theirs.index(name))] for name in key])
    first, second = codes[: a.num_rows], codes[a.num_rows :]
    for part, side in ((first, "first"), (second, "second")):
        repeats = len(part) - len(np.unique(part))
        if repeats:
            raise InputError(
                f"{', '.join(key)} is not unique in the {side} result: {repeats:,} rows repeat it.",
                "Add a column to the key.",
            )
    _, at_left, at_right = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    gone = np.setdiff1d(np.arange(len(first)), at_left, assume_unique=True)
    came = np.setdiff1d(np.arange(len(second)), at_right, assume_unique=True)
    columns = [*ours, *(name for name in theirs if name not in ours)]
    places = [(ours.index(n) if n in ours else -1, theirs.index(n) if n in theirs else -1) for n in columns]
    masks = {}
    for place, (i, j) in enumerate(places):
        if i >= 0 and j >= 0 and columns[place] not in key:
            masks[place] = _differ(a.column(i), b.column(j), at_left, at_right)
    any_change = np.zeros(len(at_left), dtype=bool)
    for mask in masks.values():
        any_change |= mask
    picked = np.flatnonzero(any_change)
    state = np.concatenate([np.full(len(gone), REMOVED, np.int8), np.full(len(picked), CHANGED, np.int8), np.full(len(came), ADDED, np.int8)])  # fmt: skip
    row_left = np.concatenate([gone, at_left[picked], np.full(len(came), -1, np.int64)])
    row_right = np.concatenate([np.full(len(gone), -1, np.int64), at_right[picked], came])
    order = np.lexsort((np.where(row_left >= 0, row_left, row_right), row_left < 0))
    width = len(gone), len(came)
    listed = {
        place: np.concatenate([np.zeros(width[0], bool), mask[picked], np.zeros(width[1], bool)])[order]
        for place, mask in masks.items()
    }
    return Comparison(
        tuple(key), tuple(columns), tuple(i for i, _ in places), tuple(j for _, j in places), state[order], row_left[order], row_right[order], listed, len(at_left) - len(picked)
    )  # fmt: skip


def _differ(left: Any, right: Any, at_left: Any, at_right: Any) -> Any:
    """Whether each matched pair differs; NULL equals NULL and nothing else, NaN equals NaN."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    one, other = left.take(pa.array(at_left)), right.take(pa.array(at_right))
    if (one.type != other.type and not (is_number(one.type) and is_number(other.type))) or pa.types.is_nested(
        one.type
    ):
        one, other = text_of(one), text_of(other)
    differs = pc.fill_null(pc.not_equal(one, other), False)
    nulls = pc.xor(pc.is_null(one), pc.is_null(other))
    found = pc.or_(differs, nulls)
    if pa.types.is_floating(one.type) and pa.types.is_floating(other.type):
        both = pc.and_(pc.fill_null(pc.is_nan(one), False), pc.fill_null(pc.is_nan(other), False))
        found = pc.and_(found, pc.invert(both))
    return np.asarray(found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found)
