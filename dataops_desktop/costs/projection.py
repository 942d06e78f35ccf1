"""Partition projection: the partitions Athena works out from a table's properties instead of asking Glue.

Properties and rules: docs.aws.amazon.com/athena, "Partition projection with Amazon Athena", "Supported types for partition
projection" (enum, integer, date, injected) and `storage.location.template`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from itertools import product
from urllib.parse import quote

MOST_PARTITIONS = 200_000
_FORMAT = re.compile(r"y+|M+|d+|H+|m+|s+|'[^']*'|[^A-Za-z']+|.")
_FIELDS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_UNITS = ("SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS")
_STEP = re.compile(r"\s*([+-])\s*(\d+)\s*(" + "|".join(unit[:-1] + "S?" for unit in _UNITS) + r")")


class ProjectionError(ValueError):
    """Why a table's partitions cannot be worked out."""


def is_projected(parameters: Mapping[str, object]) -> bool:
    """Whether Athena projects the table's partitions."""
    return str(parameters.get("projection.enabled", "")).lower() == "true"


def projected_partitions(
    parameters: Mapping[str, object], keys: Sequence[str], location: str, now: dt.datetime | None = None
) -> list[tuple[tuple[str, ...], str]]:
    """(values, location) of every partition the properties describe, whether its folder exists or not; raises ProjectionError."""
    now = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    values = [_values(parameters, key.lower(), now) for key in keys]
    count = 1
    for part in values:
        count *= len(part)
    if count > MOST_PARTITIONS:
        raise ProjectionError(f"its properties describe {count:,} partitions")
    template = str(parameters.get("storage.location.template") or "")
    made: list[tuple[tuple[str, ...], str]] = []
    for combination in product(*values):
        if template:
            place = template
            for key, value in zip(keys, combination, strict=True):
                place = place.replace("${" + key.lower() + "}", value).replace("${" + key + "}", value)
        else:
            pairs = "/".join(f"{key}={quote(v, safe='')}" for key, v in zip(keys, combination, strict=True))
            place = f"{location.rstrip('/')}/{pairs}/"
        made.append((tuple(combination), place))
    return made


def _values(parameters: Mapping[str, object], key: str, now: dt.datetime) -> list[str]:
    def text(name: str) -> str:
        return str(parameters.get(f"projection.{key}.{name}") or "").strip()

    kind = text("type").lower()
    if kind == "enum":
        return [value.strip() for value in text("values").split(",") if value.strip()]
    if kind == "integer":
        first, last = _ends(text("range"), key)
        try:
            low, high, step = int(first), int(last), int(text("interval") or 1)
            width = int(text("digits") or 0)
        except ValueError as error:
            raise ProjectionError(f"the range of {key} has no whole numbers") from error
        if step < 1 or (high - low) // step > MOST_PARTITIONS:
            raise ProjectionError(f"the range of {key} is too large")
        return [f"{value:0{width}d}" for value in range(low, high + 1, step)]
    if kind == "date":
        return _dates(text("range"), text("format"), text("interval"), text("interval.unit"), key, now)
    if kind == "injected":
        raise ProjectionError(f"{key} takes its values from the query (injected)")
    raise ProjectionError(f"{key} has no type of projection")


def _ends(text: str, key: str) -> tuple[str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2:
        raise ProjectionError(f"the range of {key} has not two ends")
    return parts[0], parts[1]


def _dates(ends: str, pattern: str, interval: str, unit: str, key: str, now: dt.datetime) -> list[str]:
    form, finest = _format(pattern, key)
    first, last = (_moment(end, form, key, now) for end in _ends(ends, key))
    unit = (unit or finest).upper()
    unit = unit if unit.endswith("S") else f"{unit}S"
    if unit not in _UNITS or not (interval or "1").isdigit() or int(interval or 1) < 1:
        raise ProjectionError(f"the interval of {key} is not understood")
    found: dict[str, None] = {}
    count = 0
    while True:
        at = _later(first, count * int(interval or 1), unit)
        if at > last or count > MOST_PARTITIONS:
            return list(found)
        found[at.strftime(form)] = None
        count += 1


def _format(pattern: str, key: str) -> tuple[str, str]:
    """(strftime's format, finest unit) of a Java date format; only fields of fixed width are understood."""
    form, finest = "", "YEARS"
    order = {"%Y": "YEARS", "%y": "YEARS", "%m": "MONTHS", "%d": "DAYS", "%H": "HOURS", "%M": "MINUTES", "%S": "SECONDS"}  # fmt: skip
    for part in _FORMAT.findall(pattern):
        if part in _FIELDS:
            form += _FIELDS[part]
            unit = order[_FIELDS[part]]
            finest = min(finest, unit, key=_UNITS.index)
        elif part.startswith("'"):
            form += part[1:-1].replace("%", "%%") or "'"
        elif part[0].isalpha():
            raise ProjectionError(f"the date format {pattern} of {key} is not understood")
        else:
            form += part.replace("%", "%%")
    if not form:
        raise ProjectionError(f"{key} has no date format")
    return form, finest


def _moment(text: str, form: str, key: str, now: dt.datetime) -> dt.datetime:
    """One end of a range: a date in the column's format, or NOW with steps."""
    if text.upper().startswith("NOW"):
        at, rest = now, text[3:].upper()
        while rest.strip():
            step = _STEP.match(rest)
            if step is None:
                raise ProjectionError(f"{text} in the range of {key} is not understood")
            unit = step[3] if step[3].endswith("S") else f"{step[3]}S"
            at = _later(at, int(step[2]) * (-1 if step[1] == "-" else 1), unit)
            rest = rest[step.end() :]
        # As coarse as the format: steps from the first value must land on whole units.
        return dt.datetime.strptime(at.strftime(form), form)  # noqa: DTZ007 - Athena counts in UTC without saying so
    try:
        return dt.datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError as error:
        raise ProjectionError(f"{text} in the range of {key} is not of its format") from error


def _later(at: dt.datetime, count: int, unit: str) -> dt.datetime:
    try:
        if unit in {"MONTHS", "YEARS"}:
            months = at.year * 12 + at.month - 1 + count * (12 if unit == "YEARS" else 1)
            year, month = divmod(months, 12)
            last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
            return at.replace(year=year, month=month + 1, day=min(at.day, last))
        return at + dt.timedelta(**{unit.lower(): count})
    except (ValueError, OverflowError) as error:
        raise ProjectionError("its range leaves the calendar") from error
