"""Layouts of partitions from keys alone: Hive, dates, patterns; gaps, odd sizes, projections."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dataops_desktop.errors import InputError
from dataops_desktop.objects.layouts import discover, gaps, oddities, projection

MB = 1_000_000


def days(count: int, shape: str, size: int = 50 * MB, skip: tuple[int, ...] = ()) -> list[tuple[str, int]]:
    first = date(2024, 1, 30)
    return [
        (f"t/{(first + timedelta(days=i)).strftime(shape)}/part-0.parquet", size)
        for i in range(count)
        if i not in skip
    ]


@pytest.mark.parametrize(
    ("shape", "kind", "keys", "template"),
    [
        ("year=%Y/month=%m/day=%d", "hive", (("year", "int"), ("month", "string"), ("day", "string")), "t/year=${year}/month=${month}/day=${day}/"),
        ("dt=%Y-%m-%d", "hive", (("dt", "string"),), "t/dt=${dt}/"),
        ("%Y/%m/%d", "dates", (("year", "int"), ("month", "string"), ("day", "string")), "t/${year}/${month}/${day}/"),
        ("%Y-%m-%d", "dates", (("dt", "string"),), "t/${dt}/"),
        ("%Y%m%d", "dates", (("dt", "string"),), "t/${dt}/"),
        ("logs/%Y/%m", "dates", (("year", "int"), ("month", "string")), "t/logs/${year}/${month}/"),
    ],
)  # fmt: skip
def test_layouts(shape: str, kind: str, keys: tuple[tuple[str, str], ...], template: str) -> None:
    found = discover(days(10, shape), "t/")
    assert found is not None
    expected = tuple((n, "int" if n == "dt" and shape == "%Y%m%d" else t) for n, t in keys)
    assert (found.kind, found.keys if shape != "%Y%m%d" else expected, found.template) == (
        kind,
        expected,
        template,
    )
    assert found.partitions[0].place.startswith("t/")
    assert sum(p.files for p in found.partitions) == 10
    assert found.unmatched_count == 0


def test_what_is_none() -> None:
    assert discover([("t/a.csv", 1), ("t/b/c.csv", 1)], "t/") is None
    assert discover([], "t/") is None
    assert (
        discover([("t/_SUCCESS", 1), ("t/year=1/_tmp/x", 5), ("t/year=1/.x", 5), ("t/year=1/", 0)], "t/")
        is None
    )


def test_values_are_decoded_and_the_rest_is_named() -> None:
    found = discover(
        [
            ("t/city=S%C3%A3o%20Paulo/a", 1),
            ("t/city=a%2Fb/a", 1),
            ("t/loose.csv", 1),
            ("t/city=x/deep/er/a", 1),
        ],
        "t/",
    )
    assert found is not None
    assert [p.values for p in found.partitions] == [("São Paulo",), ("a/b",), ("x",)]
    assert found.partitions[2].place == "t/city=x/"
    assert (found.unmatched, found.unmatched_count) == (("t/loose.csv",), 1)
    assert "outside of the layout" in oddities(found)[0].message


def test_patterns() -> None:
    files = [(f"t/eu/v-{n}/2024{m:02d}/a", MB) for n in (1, 2) for m in (1, 2, 3)]
    found = discover(files, "t/", "{region}/v-{version}/{month}")
    assert found is not None
    assert found.keys == (("region", "string"), ("version", "int"), ("month", "int"))
    assert len(found.partitions) == 6
    assert found.template == "t/${region}/v-${version}/${month}/"
    for bad in ("no fields", "{a}/{a}", ""):
        if bad:
            with pytest.raises(InputError):
                discover(files, "t/", bad)


def test_gaps_in_days_hours_and_months() -> None:
    found = discover(days(20, "dt=%Y-%m-%d", skip=(3, 4, 10)), "t/")
    assert found is not None
    assert gaps(found) == ["2024-02-02", "2024-02-03", "2024-02-09"]
    months = discover([(f"t/year=2023/month={m}/a", 1) for m in (1, 2, 3, 4, 6, 7, 12)], "t/")
    assert months is not None
    assert gaps(months) == ["2023-05", "2023-08", "2023-09", "2023-10", "2023-11"]
    regions = discover([(f"t/region={r}/a", 1) for r in ("a", "b", "c", "d", "e")], "t/")
    assert regions is not None
    assert gaps(regions) == []


def test_small_files_and_skew() -> None:
    files = [(f"t/d=2024-01-{d:02d}/p{i}", MB) for d in range(1, 11) for i in range(8)]
    files += [("t/d=2024-01-11/p", 900 * MB)]
    found = discover(files, "t/")
    assert found is not None
    causes = {o.cause: o.message for o in oddities(found)}
    assert set(causes) == {"small_files", "skew"}
    assert "80 files of 1.0 MB" in causes["small_files"]
    assert "2024-01-11" in causes["skew"]


def test_projections() -> None:
    hive = discover(days(5, "year=%Y/month=%m/day=%d"), "t/")
    assert hive is not None
    assert projection(hive, "b") == {
        "projection.enabled": "true", "projection.year.type": "integer", "projection.year.range": "2024,2100",
        "projection.month.type": "integer", "projection.month.range": "1,12", "projection.month.digits": "2",
        "projection.day.type": "integer", "projection.day.range": "1,31", "projection.day.digits": "2",
    }  # fmt: skip
    plain = discover(days(5, "%Y-%m-%d"), "t/")
    assert plain is not None
    found = projection(plain, "b")
    assert found["projection.dt.range"] == "2024-01-30,NOW"
    assert found["storage.location.template"] == "s3://b/t/${dt}/"
    many = discover([(f"t/id=x{i}y/a", 1) for i in range(300)], "t/")
    assert many is not None
    with pytest.raises(InputError):
        projection(many, "b")
