"""How folders below a place hold partitions: Hive's `name=value`, plain dates (`2024/05/01`, `2024-05-01`), or a pattern of one's own.

From keys alone; nothing is read. docs.aws.amazon.com/athena, "Partition your data" and "Partition projection".
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import unquote

from dataops_desktop.errors import InputError
from dataops_desktop.ontology.rhythm import partition_moment

HIVE, DATES, PATTERN = "hive", "dates", "pattern"
MOST_GAPS = 1000
MOST_ENUM = 200  # values of a projection's enum worth writing out
SMALL_FILE, LARGE_SHARE, SKEW = 32 << 20, 4, 10.0
_HIVE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.+)\Z", re.DOTALL)
_FIELD = re.compile(r"\{(\w+)\}")
_YEAR, _TWO = re.compile(r"(?:19|20|21)\d\d\Z"), re.compile(r"\d\d?\Z")
_ONE_LEVEL = (
    (re.compile(r"(?:19|20|21)\d\d-\d\d-\d\d\Z"), "dt"),
    (re.compile(r"(?:19|20|21)\d\d[01]\d[0-3]\d\Z"), "dt"),
    (re.compile(r"(?:19|20|21)\d\d-\d\d\Z"), "month"),
)
_STEPS = ("year", "month", "day", "hour")
HIDDEN = ("_", ".")
DEFAULT_VALUE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class FoundPartition:
    """A folder of data. `place` is the key prefix, ending in `/`."""

    values: tuple[str, ...]
    place: str
    files: int
    size_bytes: int


@dataclass(frozen=True)
class Layout:
    """`keys` are (name, Glue type). `template` is the place of a partition with `${name}` in it. `unmatched` names files that do not fit."""

    kind: str
    keys: tuple[tuple[str, str], ...]
    partitions: tuple[FoundPartition, ...]
    template: str
    unmatched: tuple[str, ...] = ()
    unmatched_count: int = 0


@dataclass(frozen=True)
class Oddity:
    """Something about the partitions a person should know, with what to do."""

    cause: str
    message: str
    remedy: str


def discover(files: Iterable[tuple[str, int]], prefix: str, pattern: str = "") -> Layout | None:
    """The layout most of the files (key, bytes) below `prefix` have; None where they have none."""
    folders: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    example: dict[str, str] = {}
    for key, size in files:
        inner = key[len(prefix) :]
        folder, _, name = inner.rpartition("/")
        if (
            not name
            or name.startswith(HIDDEN)
            or not size
            or any(part.startswith(HIDDEN) for part in folder.split("/"))
        ):
            continue
        folders[folder] += 1
        sizes[folder] += size
        example.setdefault(folder, key)
    if not folders:
        return None
    readers = [(PATTERN, _by_pattern(pattern))] if pattern else [(HIVE, _hive), (DATES, _dates)]
    best: Layout | None = None
    for kind, read in readers:
        found = {folder: split for folder in folders if (split := read(folder)) is not None}
        shapes = Counter(tuple(name for name, _ in split[0]) for split in found.values())
        if not shapes:
            continue
        names = shapes.most_common(1)[0][0]
        layout = _layout(kind, names, found, folders, sizes, example, prefix)
        if best is None or sum(p.files for p in layout.partitions) > sum(p.files for p in best.partitions):
            best = layout
    return best


Split = tuple[
    list[tuple[str, str]], str, str
]  # (name, value) of each level, the folder of the partition, its template


def _hive(folder: str) -> Split | None:
    pairs: list[tuple[str, str]] = []
    place = template = ""
    for part in folder.split("/"):
        match = _HIVE.match(part)
        if match is None:
            if pairs:
                break  # what lies deeper belongs to the partition
            return None
        pairs.append((match["name"].lower(), unquote(match["value"])))
        place += part + "/"
        template += f"{match['name']}=${{{match['name'].lower()}}}/"
    return (pairs, place, template) if pairs else None


def _dates(folder: str) -> Split | None:
    parts = folder.split("/")
    for at, part in enumerate(parts):
        before = "".join(f"{p}/" for p in parts[:at])
        for shape, name in _ONE_LEVEL:
            if shape.match(part):
                return [(name, part)], f"{before}{part}/", f"{before}${{{name}}}/"
        if not _YEAR.match(part):
            continue
        pairs, place, template = [("year", part)], f"{before}{part}/", before + "${year}/"
        for name, inner in zip(_STEPS[1:], parts[at + 1 :], strict=False):
            limit = {"month": 12, "day": 31, "hour": 23}[name]
            if not _TWO.match(inner) or int(inner) > limit or (name != "hour" and not int(inner)):
                break
            pairs.append((name, inner))
            place += inner + "/"
            template += f"${{{name}}}/"
        return pairs, place, template
    return None


def _by_pattern(pattern: str):  # type: ignore[no-untyped-def]
    """`{region}/{dt}/`: each field is one part of a folder's name, or a piece of it."""
    pattern = pattern.strip("/")
    names = _FIELD.findall(pattern)
    if not names or len(set(names)) != len(names):
        raise InputError(
            f"“{pattern}” has no fields, or one twice.", "Write something like {region}/{year}/{month}."
        )
    expression = re.compile(
        "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(_FIELD.split(pattern)))
        + r"(?=/|\Z)"
    )
    template = _FIELD.sub(lambda field: f"${{{field[1].lower()}}}", pattern) + "/"

    def read(folder: str) -> Split | None:
        match = expression.match(folder)
        if match is None:
            return None
        return [(name.lower(), unquote(match[name])) for name in names], match[0] + "/", template

    return read


def _layout(
    kind: str, names: tuple[str, ...], found: dict[str, Split], folders: Counter[str], sizes: Counter[str], example: dict[str, str], prefix: str
) -> Layout:  # fmt: skip
    places: dict[tuple[str, ...], list[str]] = {}
    templates: Counter[str] = Counter()
    odd: list[str] = []
    for folder, count in folders.items():
        split = found.get(folder)
        if split is None or tuple(name for name, _ in split[0]) != names:
            odd.append(folder)
            continue
        places.setdefault((*(value for _, value in split[0]), split[1]), []).append(folder)
        templates[split[2]] += count
    partitions = [
        FoundPartition(
            values[:-1], prefix + values[-1], sum(folders[f] for f in inner), sum(sizes[f] for f in inner)
        )
        for values, inner in places.items()
    ]
    keys = tuple((name, _type_of([p.values[i] for p in partitions])) for i, name in enumerate(names))
    numbers = [kind == "int" for _, kind in keys]
    partitions.sort(key=lambda p: tuple(int(v) if n else v for v, n in zip(p.values, numbers, strict=True)))
    template = prefix + templates.most_common(1)[0][0]
    return Layout(
        kind,
        keys,
        tuple(partitions),
        template,
        tuple(example[f] for f in sorted(odd)[:20]),
        sum(folders[f] for f in odd),
    )


def _type_of(values: Sequence[str]) -> str:
    """int where every value is a number written without zeros before it; else string, which every value is."""
    plain = all(v.isascii() and v.isdigit() and (v == "0" or v[0] != "0") and len(v) < 10 for v in values)
    return "int" if plain and values else "string"


def gaps(layout: Layout) -> list[str]:
    """Moments between the first and the last partition that have none, where partitions are for regular times."""
    names = [name for name, _ in layout.keys]
    moments = sorted({m for p in layout.partitions if (m := partition_moment(names, p.values)) is not None})
    if len(moments) < 4:
        return []
    steps = Counter((b - a) for a, b in pairwise(moments))
    step = steps.most_common(1)[0][0]
    if timedelta(days=28) <= step <= timedelta(days=31):
        return _month_gaps(moments)
    if step.total_seconds() <= 0 or steps[step] < len(moments) // 2:
        return []
    missing: list[str] = []
    there, at = set(moments), moments[0]
    while at < moments[-1] and len(missing) < MOST_GAPS:
        at += step
        if at not in there:
            missing.append(_written(at, step))
    return missing[: len(missing) if at >= moments[-1] else MOST_GAPS]


def _month_gaps(moments: Sequence[datetime]) -> list[str]:
    there = {(m.year, m.month) for m in moments}
    missing: list[str] = []
    at = (moments[0].year, moments[0].month)
    while at < (moments[-1].year, moments[-1].month) and len(missing) < MOST_GAPS:
        at = (at[0] + at[1] // 12, at[1] % 12 + 1)
        if at not in there:
            missing.append(f"{at[0]}-{at[1]:02d}")
    return missing


def _written(moment: datetime, step: timedelta) -> str:
    return f"{moment:%Y-%m-%d %H:00}" if step < timedelta(days=1) else f"{moment:%Y-%m-%d}"


def oddities(layout: Layout) -> list[Oddity]:
    """Gaps, many small files, partitions that are far larger than the rest, files that fit nowhere."""
    found: list[Oddity] = []
    if missing := gaps(layout):
        named = ", ".join(missing[:5]) + (f" and {len(missing) - 5:,} more" if len(missing) > 5 else "")
        found.append(
            Oddity(
                "gaps",
                f"Nothing for {named}.",
                "Look whether the load of these times failed, or there was nothing.",
            )
        )
    small = [p for p in layout.partitions if p.files > LARGE_SHARE and p.size_bytes / p.files < SMALL_FILE]
    if small:
        files = sum(p.files for p in small)
        size = sum(p.size_bytes for p in small)
        found.append(
            Oddity(
                "small_files", f"{files:,} files of {_mean(size / files)} on average in {len(small):,} partitions: each costs a request and time to open.",
                "Write them together, for example with CREATE TABLE AS or OPTIMIZE, into files of 128 MB and more.",
            )
        )  # fmt: skip
    sizes = sorted(p.size_bytes for p in layout.partitions)
    if len(sizes) >= 4:
        middle = statistics.median(sizes)
        large = [p for p in layout.partitions if middle and p.size_bytes > SKEW * middle]
        if large:
            worst = max(large, key=lambda p: p.size_bytes)
            found.append(
                Oddity(
                    "skew", f"{'/'.join(worst.values)} holds {worst.size_bytes / middle:.0f} times what is usual"
                    + (f", and {len(large) - 1:,} more are as large" if len(large) > 1 else "") + ".",
                    "Queries over it scan as much more. Another partition key, or buckets, spread it.",
                )
            )  # fmt: skip
    if layout.unmatched_count:
        found.append(
            Oddity(
                "unmatched", f"{layout.unmatched_count:,} files lie outside of the layout, such as {layout.unmatched[0]}.",
                "No partition will show them: move them, or give a pattern that fits.",
            )
        )  # fmt: skip
    if any(DEFAULT_VALUE in p.values for p in layout.partitions):
        found.append(
            Oddity(
                "default", f"There is a {DEFAULT_VALUE}: rows whose key was NULL.", "Look at what wrote them."
            )
        )
    return found


def _mean(size: float) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} KB"


def projection(layout: Layout, bucket: str) -> dict[str, str]:
    """Table parameters that make Athena compute the partitions instead of looking them up (docs.aws.amazon.com/athena, "Supported types
    for partition projection"). InputError where a key's values cannot be told by a rule."""
    parameters = {"projection.enabled": "true"}
    names = [name for name, _ in layout.keys]
    for place, (name, kind) in enumerate(layout.keys):
        values = [p.values[place] for p in layout.partitions]
        for key, value in _projected(name, kind, values).items():
            parameters[f"projection.{name}.{key}"] = value
    default = "".join(f"{name}=${{{name}}}/" for name in names)
    if not layout.template.endswith("/" + default) and layout.template != default:
        parameters["storage.location.template"] = f"s3://{bucket}/{layout.template}"
    return parameters


_DATE_FORMATS = (
    (re.compile(r"\d{4}-\d\d-\d\d\Z"), "yyyy-MM-dd", "DAYS"), (re.compile(r"\d{8}\Z"), "yyyyMMdd", "DAYS"), (re.compile(r"\d{4}-\d\d\Z"), "yyyy-MM", "MONTHS"),
    (re.compile(r"\d{4}-\d\d-\d\d-\d\d\Z"), "yyyy-MM-dd-HH", "HOURS"),
)  # fmt: skip


def _projected(name: str, kind: str, values: Sequence[str]) -> dict[str, str]:
    for shape, written, unit in _DATE_FORMATS:
        if all(shape.match(value) for value in values):
            return {
                "type": "date",
                "format": written,
                "range": f"{min(values)},NOW",
                "interval": "1",
                "interval.unit": unit,
            }
    if kind == "int" or all(value.isdigit() and len(value) == len(values[0]) for value in values):
        low, high = min(map(int, values)), max(map(int, values))
        whole = {"month": (1, 12), "day": (1, 31), "hour": (0, 23)}.get(name)
        if whole is not None and whole[0] <= low and high <= whole[1]:
            low, high = whole
        if name in {"year", "yr"}:
            high = max(high, 2100)  # years to come without another ALTER TABLE
        found = {"type": "integer", "range": f"{low},{high}"}
        if kind != "int":
            found["digits"] = str(len(values[0]))
        return found
    distinct = sorted(set(values))
    if len(distinct) > MOST_ENUM or any("," in value for value in distinct):
        raise InputError(
            f"The {len(distinct):,} values of {name} follow no rule that Athena could compute.",
            "Register the partitions instead, or use an injected projection where every query names the value.",
        )
    return {"type": "enum", "values": ",".join(distinct)}
