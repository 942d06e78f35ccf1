"""How good the estimates have been: expected against scanned bytes of queries that ran."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dataops_desktop.costs.athena import billed_bytes
from dataops_desktop.interfaces.workspace import HistoryStore, QueryRecord

LOOKED_AT = 5000
CLOSE = 0.2


@dataclass(frozen=True)
class MethodAccuracy:
    """Of one way of estimating: queries, how many came within ± 20 %, the median error (0.1 is 10 %), wrongly called free."""

    method: str
    queries: int
    close: int
    median_error: float
    wrong_free: int = 0


@dataclass(frozen=True)
class Accuracy:
    """Over all, by way of estimating, and the pairs of (expected, scanned) bytes, newest first."""

    whole: MethodAccuracy
    methods: tuple[MethodAccuracy, ...]
    pairs: tuple[tuple[int, int], ...]


def estimate_accuracy(history: HistoryStore) -> Accuracy:
    """Of the last 5,000 queries that had an estimate. Reused results scanned nothing and are left out. Blocks."""
    records = [record for record in history.estimated(LOOKED_AT) if not record.reused]
    by_method: dict[str, list[QueryRecord]] = {}
    for record in records:
        by_method.setdefault(_kind(record.estimate_method), []).append(record)
    methods = sorted(
        (_of(name, found) for name, found in by_method.items()), key=lambda m: (-m.queries, m.method)
    )
    pairs = tuple((record.estimated_bytes or 0, record.bytes_scanned) for record in records)
    return Accuracy(_of("all", records), tuple(methods), pairs)


def error_of(expected: int, scanned: int) -> float:
    """Relative to what was scanned, as it is billed: below the 10 MB minimum every estimate is as good."""
    charged, guessed = billed_bytes(scanned), billed_bytes(expected)
    if not charged:
        return 0.0 if not guessed else float("inf")
    return abs(guessed - charged) / charged


def _kind(method: str) -> str:
    """The way without its figures: `3 earlier runs of this query` and `5 earlier runs …` are one."""
    return re.sub(r"\b\d[\d,.]*\s*", "", method).strip(" ,") or "unknown"


def _of(method: str, records: Sequence[QueryRecord]) -> MethodAccuracy:
    errors = sorted(error_of(record.estimated_bytes or 0, record.bytes_scanned) for record in records)
    return MethodAccuracy(
        method,
        len(errors),
        sum(1 for error in errors if error <= CLOSE),
        errors[len(errors) // 2] if errors else 0.0,
        sum(1 for record in records if record.estimated_bytes == 0 and record.bytes_scanned),
    )
