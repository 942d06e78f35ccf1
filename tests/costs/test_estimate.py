"""What will be read, which partitions are left, what it costs, whether it may run."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataops_desktop.costs import orc_footer
from dataops_desktop.costs.estimate import (
    Estimate,
    TableEstimate,
    combined,
    free,
    from_history,
    unknown,
)
from dataops_desktop.costs.guard import GuardLimits, verdict
from dataops_desktop.costs.projection import ProjectionError, projected_partitions
from dataops_desktop.costs.pruning import kept_partitions
from dataops_desktop.sql.scans import TableShape, scans, shape_of

SHAPES = {
    ("shop", "orders"): TableShape(
        (("id", "bigint"), ("amount", "double"), ("status", "string")), (("day", "date"), ("region", "string"))
    ),
    ("shop", "users"): TableShape((("id", "bigint"), ("email", "string"))),
    ("shop", "recent"): TableShape((), (), "SELECT id, amount, day FROM orders WHERE day >= DATE '2024-01-02'"),
}  # fmt: skip
DAYS = ["2023-12-31", "2024-01-01", "2024-01-02", "2024-01-03"]
VALUES = [(day, region) for day in DAYS for region in ("eu", "us")]


def read(sql: str, database: str = "shop"):
    return scans(sql, database, lambda d, t: SHAPES.get((d, t)))


def left(sql: str) -> list[tuple[str, str]]:
    """Partitions of `orders` that a statement leaves."""
    found = read(sql)
    assert found.kind == "query", found.problem
    scan = next(s for s in found.scans if s.table == "orders")
    kept, understood = kept_partitions(scan.predicate, SHAPES["shop", "orders"].partition_keys, VALUES)
    assert understood
    return [VALUES[index] for index in kept]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("day = DATE '2024-01-01'", 2),
        ("day = DATE '2024-01-01' AND region = 'eu'", 1),
        ("day = DATE '2024-01-01' AND amount > 5", 2),
        ("day = DATE '2024-01-01' OR amount > 5", 8),
        ("(day = DATE '2024-01-01' AND amount > 5) OR (day = DATE '2024-01-03' AND status = 'x')", 4),
        ("day IN (DATE '2024-01-01', DATE '2024-01-02')", 4),
        ("day BETWEEN DATE '2024-01-01' AND DATE '2024-01-02'", 4),
        ("day < DATE '2024-01-01'", 2),
        ("day > DATE '2024-01-01' AND NOT region = 'eu'", 2),
        ("region LIKE 'e%'", 4),
        ("upper(region) = 'EU'", 4),
        ("year(day) = 2023", 2),
        ("date_trunc('month', day) = DATE '2024-01-01'", 6),
        ("day >= date_add('day', 1, DATE '2024-01-01')", 4),
        ("CAST(day AS varchar) = '2024-01-03'", 2),
        ("substr(region, 1, 1) = 'u'", 4),
        ("day = (SELECT max(day) FROM orders)", 8),
        ("day <> DATE '2024-01-01'", 6),
        ("region IS NOT NULL", 8),
        ("region = status", 8),
        ("rand() < 0.5", 8),
        ("day = DATE '2030-01-01'", 0),
        ("1 = 1", 8),
    ],
)
def test_partitions_left(condition: str, expected: int) -> None:
    assert len(left(f"SELECT id FROM orders WHERE {condition}")) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT x.id FROM (SELECT * FROM orders) x WHERE x.day = DATE '2024-01-01'", 2),
        ("WITH x AS (SELECT * FROM orders) SELECT id FROM x WHERE region = 'eu'", 4),
        ("SELECT amount FROM recent WHERE day < DATE '2024-01-03'", 2),
        ("SELECT u.email FROM users u JOIN orders o ON u.id = o.id AND o.day = DATE '2024-01-01'", 2),
        ("SELECT u.email FROM users u LEFT JOIN orders o ON u.id = o.id AND o.day = DATE '2024-01-01'", 2),
        ("SELECT u.email FROM orders o LEFT JOIN users u ON u.id = o.id AND o.day = DATE '2024-01-01'", 8),
        ("SELECT u.email FROM users u LEFT JOIN orders o ON u.id = o.id WHERE o.day IS NULL", 8),
        ("INSERT INTO users SELECT id, status FROM orders WHERE region = 'us'", 4),
        ("CREATE TABLE x AS SELECT id FROM orders WHERE region = 'us'", 4),
        ("UNLOAD (SELECT id FROM orders WHERE region = 'us') TO 's3://b/c/' WITH (format = 'PARQUET')", 4),
        ("EXPLAIN ANALYZE SELECT id FROM orders WHERE region = 'us'", 4),
        ("-- about\n/* more */ SELECT id FROM shop.orders WHERE region = 'us'", 4),
    ],
)
def test_conditions_reach_the_table(sql: str, expected: int) -> None:
    assert len(left(sql)) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM orders", {"id", "amount", "status"}),
        ("SELECT count(*) FROM orders", set()),
        ("SELECT sum(amount) FROM orders WHERE status = 'x'", {"amount", "status"}),
        ("SELECT a FROM (SELECT amount AS a, status FROM orders)", {"amount"}),
        ("WITH x AS (SELECT * FROM orders) SELECT id FROM x", {"id"}),
        ("SELECT day, count(*) FROM orders GROUP BY day", set()),
    ],
)
def test_columns_read(sql: str, expected: set[str]) -> None:
    assert read(sql).scans[0].columns == expected


@pytest.mark.parametrize(
    "sql",
    ["SHOW TABLES", "DESCRIBE orders", "DROP TABLE orders", "CREATE EXTERNAL TABLE x (a int) LOCATION 's3://b/'", "EXPLAIN SELECT * FROM orders",
     "MSCK REPAIR TABLE orders", "ALTER TABLE orders ADD PARTITION (day='2024-01-01')", "create or replace view v as select 1"],
)  # fmt: skip
def test_free_statements(sql: str) -> None:
    assert read(sql).kind == "free"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM nowhere",
        "SELECT FROM FROM",
        "DELETE FROM orders",
        "SELECT 1; SELECT 2",
        "",
        "(" * 500,
        "GRANT x",
    ],
)
def test_unknown_rather_than_a_guess(sql: str) -> None:
    found = read(sql)
    assert found.kind == "unknown"
    assert found.problem


def test_hive_null_and_unreadable_values() -> None:
    keys = [("day", "date")]
    values = [("2024-01-01",), ("__HIVE_DEFAULT_PARTITION__",), ("not a date",)]
    assert kept_partitions("\"day\" = DATE '2024-01-01'", keys, values) == ([0], True)
    assert kept_partitions('"day" IS NULL', keys, values) == ([1, 2], True)
    assert kept_partitions('no_such_function("day") = 1', keys, values) == ([0, 1, 2], False)
    assert kept_partitions("\"day\" IN (SELECT * FROM read_csv('/etc/passwd'))", keys, values) == (
        [0, 1, 2],
        False,
    )


def test_a_hostile_key_name_stays_a_name() -> None:
    keys = [('day" from listed; drop table x; --', "int")]
    predicate = '"day"" from listed; drop table x; --" = 2'
    assert kept_partitions(predicate, keys, [("1",), ("2",)]) == ([1], True)


def test_shape_ignores_literals() -> None:
    assert shape_of("SELECT * FROM a WHERE x = 1 AND y IN ('a', 'b')", "d") == shape_of(
        "select *  from a where x = 27 and y in ('c') -- now", "d"
    )
    assert shape_of("SELECT '--' || a FROM t", "d") != shape_of("SELECT '--' || b FROM t", "d")
    assert shape_of("SELECT a -- it's\nFROM t", "d") == shape_of("SELECT a FROM t", "d")
    assert shape_of("SELECT a", "d") != shape_of("SELECT b", "d") != shape_of("SELECT b", "e")


def test_history_tells_only_what_it_knows() -> None:
    assert from_history([], True, 5.0) is None
    assert from_history([100, 110], False, 5.0) is None
    assert from_history([100, 500, 100], False, 5.0) is None
    same = from_history([100, 110, 105], True, 5.0)
    assert same is not None
    assert (same.bytes, same.low, same.high) == (105, 99, 110)
    assert "3 earlier runs of this query" in same.method


def test_a_query_is_never_promised_to_be_free() -> None:
    table = TableEstimate("d.t", 0, 0, 0, "listing", 0, 12)
    assert combined([table], False, [], 5.0).cost_usd == pytest.approx(0.00005)
    assert free("DDL").cost_usd == 0
    assert unknown("why").cost_usd is None


def test_history_is_no_way_around_a_limit() -> None:
    known = from_history([10**10], True, 5.0)
    assert known is not None
    again = replace(known, unpartitioned=("d.t",))
    assert verdict(again, GuardLimits(unpartitioned_bytes=10**9), 0).decision == "refuse"
    assert verdict(again, GuardLimits(unpartitioned_bytes=10**11), 0).decision == "run"
    nothing = from_history([0], True, 5.0)
    assert nothing is not None
    assert nothing.cost_usd  # nothing scanned once is no promise


def test_guard() -> None:
    cheap, dear = Estimate(10**9), Estimate(10**12)
    limits = GuardLimits(ask_above_usd=1.0, refuse_above_usd=4.0, daily_budget_usd=10.0)
    assert verdict(cheap, limits, 0).decision == "run"
    assert verdict(Estimate(500 * 10**9), limits, 0).decision == "ask"
    assert verdict(dear, limits, 0).decision == "refuse"
    assert "budget" in verdict(cheap, limits, 10.0).reason
    assert verdict(free("DDL"), limits, 11.0).decision == "run"
    assert verdict(unknown("why"), limits, 0).decision == "run"
    assert verdict(unknown("why"), limits, 11.0).decision == "refuse"
    whole = combined([TableEstimate("d.t", 10**10, 0, 0, "")], False, ["d.t"], 5.0)
    assert verdict(whole, GuardLimits(unpartitioned_bytes=10**9), 0).decision == "refuse"
    assert verdict(whole, GuardLimits(unpartitioned_bytes=10**11), 0).decision == "run"


def projection(**properties: str) -> dict[str, str]:
    return {
        "projection.enabled": "true",
        **{name.replace("__", "."): value for name, value in properties.items()},
    }


def test_projected_partitions() -> None:
    now = dt.datetime(2024, 3, 1, 12, 30)  # noqa: DTZ001
    properties = projection(
        projection__day__type="date", projection__day__range="2024/02/28,NOW", projection__day__format="yyyy/MM/dd",
        projection__region__type="enum", projection__region__values="eu, us", projection__hour__type="integer",
        projection__hour__range="0,1", projection__hour__digits="2", storage__location__template="s3://b/${region}/${day}/h${hour}",
    )  # fmt: skip
    found = projected_partitions(properties, ["day", "region", "hour"], "s3://b/x/", now)
    assert len(found) == 3 * 2 * 2
    assert found[0][0] == ("2024/02/28", "eu", "00")
    assert found[-1][1] == "s3://b/us/2024/03/01/h01"
    plain = projected_partitions(projection(projection__m__type="date", projection__m__range="NOW-2MONTHS,NOW", projection__m__format="yyyy-MM"), ["m"], "s3://b/x/", now)  # fmt: skip
    assert [place for _, place in plain] == [
        "s3://b/x/m=2024-01/",
        "s3://b/x/m=2024-02/",
        "s3://b/x/m=2024-03/",
    ]
    hours = projection(projection__h__type="date", projection__h__range="NOW-1DAYS+2HOURS,NOW", projection__h__format="yyyy-MM-dd-HH", projection__h__interval="6")  # fmt: skip
    assert [values[0] for values, _ in projected_partitions(hours, ["h"], "s3://b/x/", now)] == ["2024-02-29-14", "2024-02-29-20", "2024-03-01-02", "2024-03-01-08"]  # fmt: skip
    month_ends = projection(projection__d__type="date", projection__d__range="2024-01-31,2024-04-30", projection__d__format="yyyy-MM-dd", projection__d__interval="1", projection__d__interval__unit="MONTHS")  # fmt: skip
    assert [values[0] for values, _ in projected_partitions(month_ends, ["d"], "s3://b/x/", now)] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"projection__k__type": "injected"}, "injected"),
        ({}, "no type"),
        ({"projection__k__type": "integer", "projection__k__range": "1"}, "two ends"),
        ({"projection__k__type": "integer", "projection__k__range": "a,b"}, "whole numbers"),
        ({"projection__k__type": "integer", "projection__k__range": "1,999999999"}, "too large"),
        ({"projection__k__type": "date", "projection__k__range": "2024,2025", "projection__k__format": "QQQ"}, "format"),
        ({"projection__k__type": "date", "projection__k__range": "soon,NOW", "projection__k__format": "yyyy-MM-dd"}, "not of its format"),
        ({"projection__k__type": "date", "projection__k__range": "NOW-3FORTNIGHTS,NOW", "projection__k__format": "yyyy"}, "not understood"),
        ({"projection__k__type": "date", "projection__k__range": "NOW-9999YEARS,NOW", "projection__k__format": "yyyy"}, "calendar"),
    ],
)  # fmt: skip
def test_what_cannot_be_projected_says_why(properties: dict[str, str], said: str) -> None:
    with pytest.raises(ProjectionError, match=said):
        projected_partitions(projection(**properties), ["k"], "s3://b/x/")


@pytest.mark.parametrize("compression", ["uncompressed", "zlib", "snappy", "zstd"])
def test_orc_columns_share_their_files_bytes(compression: str) -> None:
    import io

    import numpy as np
    import pyarrow as pa
    from pyarrow import orc

    chance = np.random.default_rng(5)
    count = 50_000
    columns = {
        "Id": pa.array(np.arange(count)),
        "amount": pa.array(chance.random(count)),
        "tags": pa.array([[f"t{i % 7}", f"u{i % 3}"] for i in range(count)]),
        "text": pa.array([f"some text {i * 7919 % 9973}" for i in range(count)]),
    }

    def written(names: list[str]) -> bytes:
        out = io.BytesIO()
        orc.write_table(pa.table({name: columns[name] for name in names}), out, compression=compression)
        return out.getvalue()

    data = written(list(columns))
    found = orc_footer.column_bytes(data[-(1 << 20) :], len(data))
    assert set(found["columns"]) == {"id", "amount", "tags", "text"}
    assert sum(found["columns"].values()) == pytest.approx(len(data), rel=0.1)
    for name in columns:  # a file of the one column says what it takes
        assert found["columns"][name.lower()] == pytest.approx(len(written([name])), rel=0.15, abs=700), name


@pytest.mark.parametrize("data", [b"", b"ORC", b"\x03ORC\x05", b"x" * 100, b"\xff" * 300 + b"ORC\x40"])
def test_what_is_no_orc_file_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"ORC|footer|field|number|protobuf"):
        orc_footer.column_bytes(data, len(data))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_orc_reader(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        orc_footer.column_bytes(data, len(data))
