"""Errors before the run, and formatting that changes nothing but the looks."""

from __future__ import annotations

import contextlib
import random

import pytest

from dataops_desktop.errors import InputError
from dataops_desktop.sql.lint import formatted, parse_errors
from tests.sql.test_completion import PIECES


@pytest.mark.parametrize(
    ("sql", "marked"),
    [
        ("SELECT a FROM t WHERE", "WHERE"),
        ("SELECT a FROM t; SELECT (1 FROM t", "FROM"),
        ("SELECT 'open", "SELECT 'open"),
        ("SELECT CASE WHEN a THEN 1 FROM t", "1"),
    ],
)
def test_marks_the_place(sql: str, marked: str) -> None:
    marks = parse_errors(sql)
    assert [sql[m.start : m.end] for m in marks] == [marked]
    assert marks[0].message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, count(*) FILTER (WHERE b > 1) FROM t GROUP BY ROLLUP (a)",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
        "SELECT * FROM t CROSS JOIN UNNEST(x) WITH ORDINALITY AS u(a, b)",
        "SELECT a FROM t FOR TIMESTAMP AS OF TIMESTAMP '2024-01-01 00:00:00 UTC'",
        "SHOW PARTITIONS x.y",
        "MSCK REPAIR TABLE x",
        "UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'PARQUET')",
        "CREATE EXTERNAL TABLE x (a int) ROW FORMAT SERDE 'org.x' LOCATION 's3://b/'",
        "-- only a comment",
        "SELECT * FROM t WHERE a = ? AND b = :name",
    ],
)
def test_what_is_right_or_not_judged_is_not_marked(sql: str) -> None:
    assert parse_errors(sql) == []


def test_formatting_keeps_comments_statements_and_meaning() -> None:
    sql = "-- first\nselect a,b from t where x=1 and y in (select z from u); show tables;\nselect 'a;b' -- end\n"
    made = formatted(sql)
    assert made.count(";") == 3
    assert "/* first */" in made or "-- first" in made
    assert "show tables" in made
    assert "\n  a," in made
    assert formatted(made) == made
    with pytest.raises(InputError, match="Statement 2"):
        formatted("SELECT 1; SELECT (")


def test_neither_ever_fails_otherwise() -> None:
    chance = random.Random(5)
    for _ in range(600):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 4)))[: chance.randint(1, 120)]
        for mark in parse_errors(text):
            assert 0 <= mark.start < mark.end
        with contextlib.suppress(InputError):
            formatted(text)
