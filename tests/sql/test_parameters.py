"""Parameters: found outside of strings, typed by what they are compared with, written so that nothing can break out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataops_desktop.errors import InputError
from dataops_desktop.sql.parameters import bind, literal, parameters
from tests.sql.test_completion import Catalog


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM users WHERE id = ? AND email = ?", [("", "number"), ("", "text")]),
        ("SELECT * FROM users WHERE id = :id OR id = :id + 1", [("id", "number")]),
        ("SELECT * FROM orders o WHERE o.day BETWEEN :a AND :b", [("a", "date"), ("b", "date")]),
        ("SELECT * FROM users WHERE created > :since", [("since", "timestamp")]),
        ("SELECT * FROM orders WHERE status IN (:one, 'x')", [("one", "text")]),
        (
            "SELECT ':no', '?', \"a:b\", x::varchar -- :no ?\n/* :no */ FROM t WHERE y = :yes",
            [("yes", "text")],
        ),
        ("SELECT arr[1:2] FROM t", []),
        ("SELECT 1", []),
    ],
)
def test_found_and_typed(sql: str, expected: list[tuple[str, str]]) -> None:
    assert [(p.name, p.kind) for p in parameters(sql, Catalog())] == expected


def test_bound_as_marks_or_in_place() -> None:
    sql = "SELECT :b, :a, :b, ? FROM t"
    asked = parameters(sql)
    assert bind(sql, asked, ["1", "'x'", "DATE '2024-01-01'"]) == (
        "SELECT ?, ?, ?, ? FROM t",
        ("1", "'x'", "1", "DATE '2024-01-01'"),
    )
    assert bind(sql, asked, ["1", "'x'", "NULL"], inline=True) == ("SELECT 1, 'x', 1, NULL FROM t", ())


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("it's", "text", "'it''s'"),
        (" 12.50 ", "number", "12.50"),
        ("2024-02-29", "date", "DATE '2024-02-29'"),
        ("2024-02-29 10:11", "timestamp", "TIMESTAMP '2024-02-29 10:11:00.000'"),
        ("2024-02-29T10:11:12+02:00", "timestamp", "TIMESTAMP '2024-02-29 10:11:12.000 +02:00'"),
        ("True", "boolean", "true"),
        ("", "null", "NULL"),
    ],
)
def test_literals(value: str, kind: str, expected: str) -> None:
    assert literal(value, kind) == expected


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1; DROP TABLE x", "number"),
        ("2024-02-30", "date"),
        ("x", "boolean"),
        ("' OR 1", "timestamp"),
        ("a\0b", "text"),
        ("", "number"),
    ],
)
def test_refused_with_the_name(value: str, kind: str) -> None:
    with pytest.raises(InputError, match=":limit"):
        literal(value, kind, ":limit")


@given(st.text(max_size=60))
def test_any_text_is_read_and_bound(sql: str) -> None:
    asked = parameters(sql, Catalog())
    bound, values = bind(sql, asked, ["1"] * len(asked))
    assert len(values) == sum(len(p.places) for p in asked)
    assert len(bound) <= len(sql)
