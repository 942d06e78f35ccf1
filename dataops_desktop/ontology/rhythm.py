"""How often new data arrives in a table, from what Glue tells: dates in partition values, else when partitions were made."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

LEAST_POINTS = 4  # fewer say nothing about a rhythm
_DATE = re.compile(r"^(\d{4})-?(\d{2})(?:-?(\d{2}))?(?:[ T-]?(\d{2})(?::?\d{2})*)?$")
_YEARS = ("year", "yr", "yyyy", "y")
_MONTHS = ("month", "mon", "mm", "m")
_DAYS = ("day", "dd", "d")
_HOURS = ("hour", "hr", "hh", "h")


def _moment(year: str, month: str = "1", day: str = "1", hour: str = "0") -> datetime | None:
    try:
        return datetime(int(year), int(month), int(day), int(hour), tzinfo=UTC)
    except ValueError:
        return None


def partition_moment(keys: Sequence[str], values: Sequence[str]) -> datetime | None:
    """The time a partition is for: `dt=2024-05-01`, `2024050113`, or year/month/day keys; None for anything else."""
    named = dict(zip((key.lower() for key in keys), values, strict=False))
    for value in values:
        if match := _DATE.match(value):
            year, month, day, hour = match.groups()
            if 1900 <= int(year) <= 2200:
                return _moment(year, month, day or "1", hour or "0")

    def part(names: Sequence[str]) -> str | None:
        return next((named[name] for name in names if named.get(name, "").isdigit()), None)

    year = part(_YEARS)
    if year is None or not 1900 <= int(year) <= 2200:
        return None
    return _moment(year, part(_MONTHS) or "1", part(_DAYS) or "1", part(_HOURS) or "0")


def rhythm(
    keys: Sequence[str], values: Sequence[Sequence[str]], created: Sequence[str]
) -> tuple[str, int | None]:
    """(ISO time of the newest data, seconds between arrivals), from partition values or their creation times.

    A partition's own date is what its data is for; it is taken as arrived at the end of its period. Nothing known: ("", None).
    """
    dated = sorted({m for m in (partition_moment(keys, v) for v in values) if m is not None})
    moments = (
        dated
        if len(dated) >= LEAST_POINTS
        else sorted({datetime.fromisoformat(text) for text in created if text})
    )
    if not moments:
        return "", None
    newest = moments[-1]
    if len(moments) < LEAST_POINTS:
        return _iso(newest), None
    recent = moments[-60:]
    gap = statistics.median((b - a).total_seconds() for a, b in pairwise(recent))
    if gap < 60:  # all made at once
        return _iso(newest), None
    return _iso(newest + timedelta(seconds=gap) if moments is dated else newest), round(gap)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
