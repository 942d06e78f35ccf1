"""Splitting, completion, dependencies: known cases, then anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataops_desktop.errors import InputError
from dataops_desktop.sql import complete, split_statements, statement_at
from dataops_desktop.sql.dependencies import dependencies, fingerprint
from dataops_desktop.sql.quoting import quote_ident


class Catalog:
    default_database = "contracts_db"
    _tables = {"contracts_db": ["contract_spend", "order", "vendor_info"], "flights_db": ["flights"]}  # noqa: RUF012
    _columns = {  # noqa: RUF012
        ("contracts_db", "contract_spend"): [
            ("vendor_id", "string"),
            ("amount", "double"),
            ("Group", "string"),
        ],
        ("contracts_db", "vendor_info"): [("vendor_id", "string"), ("name", "string")],
        ("flights_db", "flights"): [("origin", "string")],
    }

    def databases(self):
        return list(self._tables)

    def tables(self, database):
        return self._tables.get(database, [])

    def columns(self, database, table):
        return self._columns.get((database, table), [])


def proposals(text: str) -> list[tuple[str, str]]:
    offset = text.index("|")
    return [(item.insert, item.kind) for item in complete(text.replace("|", "", 1), offset, Catalog())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sel|", ("SELECT", "keyword")),
        ("SELECT * FROM |", ("contract_spend", "table")),
        ("SELECT * FROM ord|", ('"order"', "table")),
        ("SELECT * FROM flights_db.|", ("flights", "table")),
        ("SELECT am| FROM contract_spend c", ("amount", "column")),
        ("SELECT gro| FROM contract_spend", ('"Group"', "column")),
        (
            "SELECT v.| FROM contract_spend c JOIN vendor_info AS v ON c.vendor_id = v.vendor_id",
            ("vendor_id", "column"),
        ),
        ("SELECT * FROM contract_spend c JOIN vendor_info v ON c.vendor_id = v.na|", ("name", "column")),
        (
            "WITH x AS (SELECT vendor_id, SUM(amount) AS total FROM contract_spend GROUP BY 1) SELECT x.to| FROM x",
            ("total", "column"),
        ),
        ("WITH x AS (SELECT * FROM vendor_info) SELECT na| FROM x", ("name", "column")),
        ("SELECT s.na| FROM (SELECT * FROM vendor_info) s", ("name", "column")),
        (
            "SELECT 1 FROM contract_spend c WHERE EXISTS (SELECT 1 FROM vendor_info v WHERE v.vendor_id = c.am|)",
            ("amount", "column"),
        ),
        ("INSERT INTO ven|", ("vendor_info", "table")),
        ("SELECT approx_d| FROM contract_spend", ("approx_distinct", "function")),
        ("SELECT 1; SELECT * FROM ven|", ("vendor_info", "table")),
        ("SELECT flights_db.flights.ori| FROM flights_db.flights", ("origin", "column")),
        ("SELECT o| FROM flights_db.flights", ("origin", "column")),
    ],
)
def test_best_proposal(text: str, expected: tuple[str, str]) -> None:
    assert proposals(text)[0] == expected


@pytest.mark.parametrize("text", ["SELECT 'fro|", "SELECT 1 -- fro|", "SELECT /* fro| */ 1", "SELECT 12|"])
def test_silent_inside_strings_comments_and_numbers(text: str) -> None:
    assert proposals(text) == []


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet=st.sampled_from(list("SELECT FROMJOIN.,()'\"`;-/*\n_abc19é$")), max_size=60),
    st.integers(-5, 80),
)
def test_completion_never_raises(sql: str, offset: int) -> None:
    assert len(complete(sql, offset, Catalog())) <= 200


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=80), st.integers(-5, 90))
def test_splitting_loses_nothing(sql: str, offset: int) -> None:
    for statement in split_statements(sql):
        assert sql[statement.start : statement.end] == statement.text
        assert statement.text[0] not in " \t\r\n\f\v"
    statement_at(sql, offset)


def test_splitting_knows_strings_comments_and_unfinished_ones() -> None:
    sql = "select ';'; -- a;b\nselect \"a;b\" /* ; */ ;; select 'open ; "
    assert [s.text for s in split_statements(sql)] == [
        "select ';'",
        '-- a;b\nselect "a;b" /* ; */',
        "select 'open ; ",
    ]
    assert split_statements("-- nothing; here\n/* nor here */") == []
    assert statement_at("select 1; select 2", 9).text == "select 1"  # type: ignore[union-attr]
    assert statement_at("select 1; select 2", 12).text == "select 2"  # type: ignore[union-attr]


def test_dependencies() -> None:
    found = dependencies(
        "CREATE TABLE a.b AS WITH q AS (SELECT * FROM c) SELECT * FROM q JOIN d.e ON true", "x"
    )
    assert found.reads == (("d", "e"), ("x", "c")) or set(found.reads) == {("d", "e"), ("x", "c")}
    assert found.writes == (("a", "b"),)
    assert dependencies("INSERT INTO T SELECT * FROM U", "x").writes == (("x", "t"),)
    assert dependencies("DROP TABLE IF EXISTS z", "x").drops == (("x", "z"),)
    assert dependencies("UNLOAD (SELECT * FROM u) TO 's3://b/c/' WITH (format='PARQUET')", "x").locations == (
        "s3://b/c/",
    )
    assert not dependencies("select from from", "x").parsed
    assert dependencies("SHOW TABLES", "x").reads == ()
    assert (
        fingerprint("SELECT 1 ;", "a")
        == fingerprint("select 1".upper() + " -- x\n", "a")
        != fingerprint("SELECT 1", "b")
    )


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=30).filter(lambda s: "\0" not in s))
def test_quoted_names_come_back_whole(name: str) -> None:
    for engine, mark in (
        ("athena", '"'),
        ("athena_ddl", "`"),
        ("databricks", "`"),
        ("snowflake", '"'),
        ("duckdb", '"'),
    ):
        text = quote_ident(engine, name)
        assert text[0] == text[-1] == mark
        assert text[1:-1].replace(mark * 2, "").count(mark) == 0
        assert text[1:-1].replace(mark * 2, mark) == name


def test_names_that_cannot_be_written_are_refused() -> None:
    for name in ("", "a\0b"):
        with pytest.raises(InputError):
            quote_ident("athena", name)
