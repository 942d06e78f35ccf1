"""Filters, sorts, sums, charts, comparisons and nested values over results that are really on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataops_desktop.actions.chart_data import ChartSpec, chart_data, guess
from dataops_desktop.actions.compare_results import ADDED, CHANGED, REMOVED, compare, guess_key
from dataops_desktop.actions.nested_text import athena_value, structure_of
from dataops_desktop.actions.result_view import RowFilter, SortKey, ViewedRows, find_cells, order_of, sums_of
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.storage.results import ArrowResult, ResultFolder

Make = Callable[..., ArrowResult]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    folder = ResultFolder(tmp_path)
    made = []

    def rows(**columns: Any) -> ArrowResult:
        table = pa.table(columns)
        result = folder.create(
            f"r{len(made)}", [ResultColumn(n, str(t)) for n, t in zip(table.column_names, table.schema.types, strict=True)], table.schema
        )  # fmt: skip
        for batch in table.to_batches(max_chunksize=3):  # several batches, as a stream brings them
            result.append(batch)
        result.finish()
        made.append(result)
        return result

    return rows


def shown(rows: Any, filters: list[RowFilter], sort: list[SortKey] = []) -> list[Any]:  # noqa: B006
    order = order_of(rows, filters, sort)
    view = rows if order is None else ViewedRows(rows, order)
    return list(view.slice(0, view.row_count).column(0).to_pylist())


def test_filters_know_types(make: Make) -> None:
    rows = make(
        n=[1, 2, 3, 4, None],
        d=pa.array([Decimal("1.10"), Decimal("2.00"), None, Decimal("-4.00"), Decimal("1.10")]),
        t=["Zoë", "50% off", "a_b", None, ""],
        day=pa.array([dt.date(2024, 1, i + 1) for i in range(5)]),
        tags=pa.array([["x"], ["y"], None, [], ["x", "y"]]),
    )
    assert shown(rows, [RowFilter(0, "≥", "2"), RowFilter(0, "≠", "3")]) == [2, 4]
    assert shown(rows, [RowFilter(0, "<", "2.5")]) == [1, 2]
    assert shown(rows, [RowFilter(1, "=", "1.1")]) == [1, None]
    assert shown(rows, [RowFilter(2, "contains", "ZO")]) == [1]
    assert shown(rows, [RowFilter(2, "contains", "%")]) == [2]
    assert shown(rows, [RowFilter(2, "starts with", "a_")]) == [3]
    assert shown(rows, [RowFilter(2, "matches", "^[a-z]_")]) == [3]
    assert shown(rows, [RowFilter(2, "=", "")]) == [None]  # the empty text is not NULL
    assert shown(rows, [RowFilter(2, "is NULL")]) == [4]
    assert shown(rows, [RowFilter(3, ">", "2024-01-04")]) == [None]
    assert shown(rows, [RowFilter(4, "contains", "y")]) == [2, None]
    assert shown(rows, [], [SortKey(1, True), SortKey(0)]) == [2, 1, None, 4, 3]  # NULL last, both ways
    for wanted, said in ((RowFilter(0, "=", "many"), "many"), (RowFilter(3, "=", "soon"), "day"), (RowFilter(2, "matches", "("), "regular")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            order_of(rows, [wanted], [])


def test_find_and_sums_follow_what_is_shown(make: Make) -> None:
    rows = make(n=[5, 1, 3, 2**62, 2**62], t=["b", "a", "ab", "", None])
    order = order_of(rows, [], [SortKey(0)])
    assert find_cells(rows, "A", order) == [(0, 1), (1, 1)]
    assert find_cells(rows, "", order) == []
    sums = sums_of(rows, [(0, 2, 0, 1)], order)
    assert (sums.cells, sums.numbers, sums.total, sums.least, sums.most) == (6, 3, 9, 1, 5)
    assert sums_of(rows, [(3, 4, 0, 0)], None).total == 2**63  # beyond 64 bits, exactly


def test_a_view_outlives_its_result(make: Make) -> None:
    rows = make(n=[1, 2, 3])
    view = ViewedRows(rows, None)
    rows.close()
    assert view.slice(1, 5).column(0).to_pylist() == [2, 3]


def test_charts_are_guessed(make: Make) -> None:
    over_time = make(
        day=pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2)]), vendor_id=[1, 2], spend=[1.0, 2.0]
    )
    assert guess(over_time) == ChartSpec("line", 0, 2, "sum", None)
    assert guess(make(carrier=["UA", "AA", "UA"], flights=[1, 2, 3])) == ChartSpec("bar", 0, 1, "sum")
    assert guess(make(carrier=["UA", "AA", "UA"])) == ChartSpec("bar", 0, None, "count")
    assert guess(make(height=[1.0, 2.0], weight=[1.0, 2.0])) == ChartSpec("scatter", 0, 1, "none")
    assert guess(make(spend=[1.0, 2.0])) == ChartSpec("histogram", None, 0, "count")
    assert guess(make(tags=pa.array([["x"]]))) is None
    assert guess(make(spend=pa.array([], pa.float64()))) is None


def test_bars_are_aggregated_and_cut_to_the_largest(make: Make) -> None:
    rows = make(c=["a", "b", "a", None, "c"], v=pa.array([Decimal("1.5"), None, Decimal("2.5"), Decimal("-9"), Decimal("0")]))  # fmt: skip
    data = chart_data(rows, ChartSpec("bar", 0, 1, "sum"))
    assert data.categories[:2] == ("NULL", "a")
    assert dict(zip((data.categories[int(x)] for x in data.series[0].x), data.series[0].y, strict=True)) == {"NULL": -9, "a": 4, "c": 0}  # fmt: skip
    many = chart_data(
        make(c=[f"k{i}" for i in range(100)], v=list(range(100))), ChartSpec("bar", 0, 1, "sum")
    )
    assert (len(many.categories), many.categories[0], many.note) == (40, "k99", "40 largest of 100 values")
    minus = chart_data(make(x=[-1, 0, 1], v=[1, 2, 3]), ChartSpec("line", 0, 1, "sum"))
    assert list(minus.series[0].x) == [-1, 0, 1]


def test_series_beyond_eight_come_together(make: Make) -> None:
    rows = make(m=[1] * 12 + [2] * 12, c=[f"s{i}" for i in range(12)] * 2, v=list(range(24)))
    data = chart_data(rows, ChartSpec("line", 0, 2, "sum", 1))
    assert [series.name for series in data.series][-1] == "others"
    assert sum(float(series.y.sum()) for series in data.series) == sum(range(24))


def test_distributions(make: Make) -> None:
    values = [float(v) for v in [*range(1, 101), 1000]]
    rows = make(c=["x"] * 101, v=values)
    data = chart_data(rows, ChartSpec("box", 0, 1))
    box = data.boxes[0]
    assert (box.median, box.low, box.high, list(box.outliers)) == (51, 1, 100, [1000])
    histogram = chart_data(rows, ChartSpec("histogram", None, 1))
    assert histogram.series[0].y.sum() == 101
    days = make(at=pa.array([dt.datetime(2024, 1, 1, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")))
    data = chart_data(days, ChartSpec("histogram", None, 0))
    assert (data.x_kind, data.note) == ("time", "1 NULL or not a number")
    with pytest.raises(InputError, match="no numbers"):
        chart_data(make(t=["a"]), ChartSpec("histogram", None, 0))


def test_a_large_scatter_is_thinned(make: Make) -> None:
    count = 120_000
    rows = make(a=np.arange(count), b=np.arange(count))
    data = chart_data(rows, ChartSpec("scatter", 0, 1, "none"))
    assert len(data.series[0].x) <= 50_000
    assert data.note == "1 of every 3 of 120,000 rows"


def test_two_runs_compared_by_key(make: Make) -> None:
    before = make(
        id=[1, 2, None, 4], v=["a", "b", None, "d"], x=[1.0, float("nan"), 3.0, 4.0], old=[0, 0, 0, 0]
    )
    after = make(id=[2, 1, None, 9], v=["b", "z", "", "n"], x=[float("nan"), 1.0, 3.0, 9.0])
    assert guess_key(before, after) == ("id",)
    found = compare(before, after, ["id"])
    assert (found.count(ADDED), found.count(REMOVED), found.count(CHANGED), found.same) == (1, 1, 2, 1)
    assert found.changed_cells == 2  # a → z, and NULL → the empty text; NaN equals NaN
    assert found.columns == ("id", "v", "x", "old")
    assert found.right_columns == (0, 1, 2, -1)
    with pytest.raises(InputError, match="not unique in the second"):
        compare(make(k=[1, 2]), make(k=[1, 1]), ["k"])
    with pytest.raises(InputError, match="both results"):
        compare(before, after, ["old"])


def test_a_key_of_two_columns_and_other_types(make: Make) -> None:
    before = make(m=[1, 1, 2], c=["a", "b", "a"], v=pa.array([1, 2, 3], pa.int32()))
    after = make(m=[1, 1, 2], c=["a", "b", "a"], v=pa.array([Decimal("1"), Decimal("2"), Decimal("4")]))
    assert guess_key(before, make(m=[1, 1, 2], c=["a", "b", "a"])) == ("m", "c")
    found = compare(before, after, ["m", "c"])
    assert (found.count(CHANGED), found.same) == (1, 2)
    text = compare(make(k=["1", "2"], v=[1, 2]), make(k=[1, 2], v=["1", "3"]), ["k"])
    assert text.count(CHANGED) == 1


def test_the_text_athena_writes_reads_as_a_tree() -> None:
    assert athena_value("[a, b, null]") == ["a", "b", None]
    assert athena_value("{name=Ada, tags=[x, y], in={deep=1}}") == {"name": "Ada", "tags": ["x", "y"], "in": {"deep": "1"}}  # fmt: skip
    assert athena_value("[]") == []
    assert athena_value("{}") == {}
    for broken in ("[a, b", "{a}", "{a=1", "x", "", "[a] b"):
        assert athena_value(broken) is None
    assert structure_of('{"a": 1}') == {"a": 1}
    assert structure_of([("k", 1)]) == {"k": 1}
    assert structure_of("[[[" * 10_000) is None


@given(st.text(alphabet="[]{}=, ab", max_size=40))
def test_no_text_breaks_the_tree(text: str) -> None:
    structure_of(text)
