"""From a result to what a chart draws: the axes guessed, rows aggregated, and never more marks than an eye can tell apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dataops_desktop.actions.result_view import is_number, text_of
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.workspace import ResultRows

KINDS = {"bar": "Bars", "line": "Line", "scatter": "Scatter", "histogram": "Histogram", "box": "Box plot"}
AGGREGATES = {
    "sum": "Sum", "mean": "Average", "count": "Count", "min": "Least", "max": "Most", "median": "Median", "count_distinct": "Distinct values", "none": "Each row",
}  # fmt: skip
MOST_CATEGORIES, MOST_SERIES, MOST_BOXES = 40, 8, 20
MOST_POINTS = 50_000
MOST_BINS = 60
MOST_OUTLIERS = 300
GUESS_ROWS = 20_000
_ORDINAL = re.compile(r"(^|_)(year|quarter|month|week|day|hour|minute|date|day_of_week|dow)$", re.IGNORECASE)
_NO_MEASURE = re.compile(r"(^|_)(id|key|code|number|no|nr|zip|pin|year|month|day|hour)$", re.IGNORECASE)


@dataclass(frozen=True)
class ChartSpec:
    """What to draw; columns by place. `x` is None for a histogram, `y` is None where rows are counted."""

    kind: str
    x: int | None = None
    y: int | None = None
    aggregate: str = "sum"
    split: int | None = None


@dataclass(frozen=True)
class Series:
    """One line, one colour of bars or points. `x` are numbers, seconds since 1970 (UTC), or places of categories."""

    name: str
    x: Any  # numpy float64
    y: Any


@dataclass(frozen=True)
class Box:
    """One category's distribution: whiskers reach the last value within 1.5 × the interquartile range (Tukey)."""

    low: float
    first: float
    median: float
    third: float
    high: float
    outliers: Any = ()


@dataclass(frozen=True)
class ChartData:
    """Ready to draw. `x_kind` is category, number or time; `edges` are a histogram's; `note` says what is left out."""

    spec: ChartSpec
    x_kind: str
    x_title: str
    y_title: str
    series: tuple[Series, ...] = ()
    categories: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    edges: Any = None
    note: str = ""
    logarithmic: bool = False


@dataclass
class _Column:
    index: int
    name: str
    kind: str  # number, time, category or other
    distinct: int = 0
    values: int = 0
    ordinal: bool = False
    measure: bool = field(default=False)


def kind_of(arrow_type: Any) -> str:
    """number, time, category or other."""
    import pyarrow as pa

    if is_number(arrow_type):
        return "number"
    if pa.types.is_timestamp(arrow_type) or pa.types.is_date(arrow_type):
        return "time"
    if (
        pa.types.is_string(arrow_type)
        or pa.types.is_large_string(arrow_type)
        or pa.types.is_boolean(arrow_type)
    ):
        return "category"
    return "other"


def guess(rows: ResultRows) -> ChartSpec | None:
    """The chart most people would draw first; None where there is nothing to draw."""
    columns = _looked_at(rows)
    times = [c for c in columns if c.kind == "time" and c.distinct > 1]
    ordinals = [c for c in columns if c.ordinal and c.distinct > 1]
    categories = [c for c in columns if c.kind == "category" and c.distinct]
    measures = [c for c in columns if c.measure]
    numbers = [c for c in columns if c.kind == "number" and not c.ordinal and c.distinct]
    groups = sorted(
        (c for c in categories if c.distinct <= max(30, c.values // 2)), key=lambda c: (c.distinct > MOST_CATEGORIES, c.distinct < 2)
    )  # fmt: skip
    over_time = times or ordinals
    if over_time and (measures or not groups):
        split = next((c for c in groups if 1 < c.distinct <= MOST_SERIES), None)
        y = measures[0] if measures else None
        return ChartSpec(
            "line", over_time[0].index, y.index if y else None, "sum" if y else "count", split.index if split else None
        )  # fmt: skip
    if groups or categories:
        x = (groups or categories)[0]
        return ChartSpec(
            "bar", x.index, measures[0].index if measures else None, "sum" if measures else "count"
        )
    if len(measures) > 1:
        return ChartSpec("scatter", measures[0].index, measures[1].index, "none")
    if measures or numbers:
        return ChartSpec("histogram", None, (measures or numbers)[0].index, "count")
    return None


def _looked_at(rows: ResultRows) -> list[_Column]:
    import pyarrow.compute as pc

    table = rows.slice(0, GUESS_ROWS)
    found = []
    for index, arrow_field in enumerate(rows.arrow_schema):
        name = rows.columns[index].name
        kind = kind_of(arrow_field.type)
        column = _Column(index, name, kind)
        if kind != "other":
            column.distinct = pc.count_distinct(table.column(index)).as_py()
            column.values = table.num_rows - table.column(index).null_count
        column.ordinal = kind == "number" and bool(_ORDINAL.search(name))
        column.measure = kind == "number" and column.values > 0 and not _NO_MEASURE.search(name)
        found.append(column)
    return found


def chart_data(rows: ResultRows, spec: ChartSpec) -> ChartData:
    """What a chart of `spec` draws. Raises InputError where the columns do not suit."""
    if spec.kind == "histogram":
        return _histogram(rows, spec)
    if spec.x is None:
        raise InputError("There is no column for the horizontal axis.", "Choose one.")
    if spec.y is None and spec.aggregate != "count":
        spec = replace(spec, aggregate="count")
    if spec.kind == "box":
        return _box(rows, spec)
    if spec.kind == "scatter":
        return _scatter(rows, spec)
    return _grouped(rows, spec)


def _name(rows: ResultRows, index: int) -> str:
    return str(rows.columns[index].name)


def _numbers(values: Any, name: str) -> Any:
    """A column as numpy float64, NULL as NaN; seconds since 1970 for times."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = kind_of(values.type)
    if kind == "time":
        moments = pc.cast(pc.cast(values, pa.timestamp("ms")) if pa.types.is_date(values.type) else pc.cast(values, pa.timestamp("ms", tz=values.type.tz), safe=False), pa.int64())  # fmt: skip
        return pc.divide(pc.cast(moments, pa.float64()), 1000.0).to_numpy(zero_copy_only=False)
    if kind != "number":
        raise InputError(f"{name} has no numbers.", "Choose a column of numbers.")
    return pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def _y_title(rows: ResultRows, spec: ChartSpec) -> str:
    if spec.y is None:
        return "Rows"
    name = _name(rows, spec.y)
    return name if spec.aggregate == "none" else f"{AGGREGATES[spec.aggregate]} of {name}"


def _labels(values: Any) -> Any:
    """A column as text without NULLs, to group by."""
    import pyarrow.compute as pc

    return pc.fill_null(text_of(values), "NULL")


def _grouped(rows: ResultRows, spec: ChartSpec) -> ChartData:
    """Bars and lines: rows with the same x become one mark."""
    import pyarrow as pa
    import pyarrow.compute as pc

    assert spec.x is not None
    table = rows.slice(0, rows.row_count)
    x_values = table.column(spec.x)
    x_kind = kind_of(x_values.type)
    if x_kind == "other" or (spec.kind == "bar" and x_kind == "number" and pc.count_distinct(x_values).as_py() <= MOST_CATEGORIES):  # fmt: skip
        x_kind = "category"
    ordered = kind_of(x_values.type) in {"number", "time"}  # categories of numbers keep their order
    if spec.kind == "line" and x_kind == "category":
        ordered = True
    columns = {"x": x_values if ordered and x_kind != "category" else _labels(x_values)}
    if ordered and x_kind == "category":
        columns["order"] = x_values if kind_of(x_values.type) == "number" else _labels(x_values)
    if spec.y is not None:
        y = table.column(spec.y)
        if spec.aggregate in {"count", "count_distinct"}:
            columns["y"] = y
        else:
            columns["y"] = pa.array(_numbers(y, _name(rows, spec.y)), pa.float64(), from_pandas=True)
    if spec.split is not None:
        columns["split"] = _labels(table.column(spec.split))
    plain = pa.table(columns)
    if x_kind != "category":
        plain = plain.filter(pc.is_valid(plain.column("x")))
    title = _name(rows, spec.x), _y_title(rows, spec)
    if spec.aggregate == "none" and spec.y is not None:
        return _each_row(plain, spec, x_kind, title)
    keys = ["x"] + (["split"] if spec.split is not None else [])
    wanted: list[Any] = [([], "count_all")] if spec.y is None else [("y", _ARROW_NAMES[spec.aggregate])]
    if "order" in columns:
        wanted.append(("order", "min"))
    grouped = plain.group_by(keys).aggregate(wanted)
    figure = "count_all" if spec.y is None else f"y_{_ARROW_NAMES[spec.aggregate]}"
    values = _flat(grouped.column(figure))
    names = grouped.column("split").to_pylist() if spec.split is not None else [""] * len(values)
    notes: list[str] = []
    if x_kind == "category":
        labels = grouped.column("x").to_pylist()
        rank = grouped.column("order_min").to_pylist() if "order" in columns else None
        categories = _chosen(labels, values, rank, notes)
        xs = _places(labels, categories)
    else:
        categories = []
        xs = _numbers(grouped.column("x"), title[0])
    series = _series(
        xs, values, names, notes, with_others=spec.aggregate in {"sum", "count"} or spec.y is None
    )
    return ChartData(
        spec, x_kind, *title, series=series, categories=tuple(categories), note=" · ".join(notes)
    )


_ARROW_NAMES = {
    "sum": "sum", "mean": "mean", "count": "count", "min": "min", "max": "max", "median": "approximate_median", "count_distinct": "count_distinct",
}  # fmt: skip


def _flat(values: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)


def _chosen(labels: Sequence[str], values: Any, rank: Sequence[Any] | None, notes: list[str]) -> list[str]:
    """The categories to draw: the largest, in their own order where they have one."""
    totals: dict[str, float] = {}
    for label, value in zip(labels, values, strict=True):
        totals[label] = totals.get(label, 0.0) + (abs(value) if value == value else 0.0)
    chosen = sorted(totals, key=lambda label: (-totals[label], label))
    if len(chosen) > MOST_CATEGORIES:
        notes.append(f"{MOST_CATEGORIES} largest of {len(chosen):,} values")
        chosen = chosen[:MOST_CATEGORIES]
    if rank is not None:
        ranks = dict(zip(labels, rank, strict=True))
        chosen.sort(key=lambda label: (ranks[label] is None, ranks[label] if ranks[label] is not None else 0))
    return chosen


def _series(
    xs: Any, ys: Any, names: Sequence[str], notes: list[str], with_others: bool
) -> tuple[Series, ...]:
    import numpy as np

    weight: dict[str, float] = {}
    for name, x, y in zip(names, xs, ys, strict=True):
        if x == x:
            weight[name] = weight.get(name, 0.0) + (abs(y) if y == y else 0.0)
    order = sorted(weight, key=lambda name: (-weight[name], name))
    if len(order) > MOST_SERIES:
        notes.append(f"{MOST_SERIES} largest of {len(order):,} series" + (", the others together" if with_others else ""))  # fmt: skip
    top = order[:MOST_SERIES]
    array = np.array(names, dtype=object)
    made = [_sorted(name, xs[array == name], ys[array == name]) for name in top]
    if with_others and len(order) > MOST_SERIES:
        rest = ~np.isin(array, np.array(top, dtype=object)) & ~np.isnan(xs)
        places, where = np.unique(xs[rest], return_inverse=True)
        made.append(Series("others", places, np.bincount(where, weights=np.nan_to_num(ys[rest]))))
    return tuple(made)


def _places(labels: Sequence[str], categories: Sequence[str]) -> Any:
    """Where each label stands among the categories, NaN for one that is not drawn."""
    import numpy as np

    places = {label: place for place, label in enumerate(categories)}
    return np.array([places.get(label, np.nan) for label in labels], dtype=float)


def _sorted(name: str, xs: Any, ys: Any) -> Series:
    import numpy as np

    keep = ~np.isnan(xs) & ~np.isnan(ys)
    xs, ys = xs[keep], ys[keep]
    order = np.argsort(xs, kind="stable")
    return Series(name, xs[order], ys[order])


def _each_row(plain: Any, spec: ChartSpec, x_kind: str, title: tuple[str, str]) -> ChartData:
    notes: list[str] = []
    if plain.num_rows > MOST_POINTS:
        notes.append(f"1 of every {-(-plain.num_rows // MOST_POINTS)} of {plain.num_rows:,} rows")
        plain = plain.take(list(range(0, plain.num_rows, -(-plain.num_rows // MOST_POINTS))))
    ys = plain.column("y").to_numpy(zero_copy_only=False)
    names = plain.column("split").to_pylist() if spec.split is not None else [""] * len(ys)
    categories: list[str] = []
    if x_kind == "category":
        labels = plain.column("x").to_pylist()
        categories = list(dict.fromkeys(labels))[:MOST_CATEGORIES]
        xs = _places(labels, categories)
    else:
        xs = _numbers(plain.column("x"), title[0])
    series = _series(xs, ys, names, notes, with_others=False)
    return ChartData(
        spec, x_kind, *title, series=series, categories=tuple(categories), note=" · ".join(notes)
    )


def _scatter(rows: ResultRows, spec: ChartSpec) -> ChartData:
    import pyarrow as pa

    assert spec.x is not None
    if spec.y is None:
        raise InputError("A scatter plot needs two columns of numbers.", "Choose the second one.")
    table = rows.slice(0, rows.row_count)
    x_values = table.column(spec.x)
    kind = kind_of(x_values.type)
    kind = "category" if kind == "other" else kind
    columns = {
        "x": x_values if kind != "category" else _labels(x_values),
        "y": pa.array(_numbers(table.column(spec.y), _name(rows, spec.y)), pa.float64(), from_pandas=True),
    }
    if spec.split is not None:
        columns["split"] = _labels(table.column(spec.split))
    title = _name(rows, spec.x), _name(rows, spec.y)
    plain = pa.table(columns).drop_null()
    return _each_row(plain, replace(spec, aggregate="none"), kind, title)


def _histogram(rows: ResultRows, spec: ChartSpec) -> ChartData:
    import numpy as np

    if spec.y is None:
        raise InputError("A histogram needs a column of numbers or times.", "Choose one.")
    column = rows.slice(0, rows.row_count).column(spec.y)
    kind = kind_of(column.type)
    values = _numbers(column, _name(rows, spec.y))
    finite = values[np.isfinite(values)]
    if not len(finite):
        raise InputError(f"{_name(rows, spec.y)} has no values.", "Choose another column.")
    edges = np.histogram_bin_edges(finite, bins="auto" if len(finite) < 100_000 else MOST_BINS)
    if len(edges) > MOST_BINS + 1:
        edges = np.histogram_bin_edges(finite, bins=MOST_BINS)
    counts, edges = np.histogram(finite, bins=edges)
    left = len(values) - len(finite)
    note = f"{left:,} NULL or not a number" if left else ""
    return ChartData(
        spec, "time" if kind == "time" else "number", _name(rows, spec.y), "Rows", (Series("", edges[:-1], counts.astype(float)),), edges=edges, note=note
    )  # fmt: skip


def _box(rows: ResultRows, spec: ChartSpec) -> ChartData:
    import numpy as np

    assert spec.x is not None
    if spec.y is None:
        raise InputError("A box plot needs a column of numbers.", "Choose one.")
    table = rows.slice(0, rows.row_count)
    values = _numbers(table.column(spec.y), _name(rows, spec.y))
    encoded = _labels(table.column(spec.x)).combine_chunks().dictionary_encode()
    codes, labels = encoded.indices.to_numpy(zero_copy_only=False), encoded.dictionary.to_pylist()
    fine = np.isfinite(values)
    codes, values = codes[fine], values[fine]
    counts = np.bincount(codes, minlength=len(labels))
    order = [int(code) for code in np.argsort(-counts, kind="stable") if counts[code]]
    note = f"{MOST_BOXES} most frequent of {len(order):,} values" if len(order) > MOST_BOXES else ""
    chosen = order[:MOST_BOXES]
    boxes = []
    for code in chosen:
        part = np.sort(values[codes == code])
        first, median, third = np.quantile(part, [0.25, 0.5, 0.75])
        reach = 1.5 * (third - first)
        inside = part[(part >= first - reach) & (part <= third + reach)]
        outliers = part[(part < first - reach) | (part > third + reach)]
        if len(outliers) > MOST_OUTLIERS:
            outliers = outliers[:: -(-len(outliers) // MOST_OUTLIERS)]
        boxes.append(Box(float(inside[0]), float(first), float(median), float(third), float(inside[-1]), outliers))  # fmt: skip
    return ChartData(
        spec, "category", _name(rows, spec.x), _name(rows, spec.y), categories=tuple(labels[c] for c in chosen), boxes=tuple(boxes), note=note
    )  # fmt: skip
