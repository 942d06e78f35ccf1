"""Column lineage: the bars over the hand-checked statements, and what becomes of texts that nobody wrote on purpose."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from benchmarks.lineage import cases, long_query, schema, score
from dataops_desktop.sql import lineage
from dataops_desktop.sql.column_lineage.model import GUESSED, LIKELY, SURE, ColumnEdge, TableName

S = {"w": {"t": {"a": "int", "b": "string"}, "u": {"a": "int", "c": "int"}}}


def edges(sql: str, dialect: str = "athena", known: Any = S) -> dict[tuple[str, str, str], ColumnEdge]:
    found = lineage(sql, dialect, known, "w")
    return {(f"{e.source}.{e.column}", f"{e.target}.{e.to_column}", e.use): e for e in found.columns}


def test_the_bars_hold_over_the_hand_checked_statements() -> None:
    total, others = score()
    assert total.statements >= 200
    assert total.precision >= 0.98, total.notes
    assert total.recall >= 0.95, total.notes
    assert total.tables == total.statements, total.notes
    assert others.precision >= 0.98, others.notes
    assert others.recall >= 0.95, others.notes


def test_each_edge_says_how_where_and_how_sure() -> None:
    sql = "select 1;\ninsert into w.o\nselect t.a, upper(b) as bb, count(c) as n from t join u on t.a = u.a"
    found = edges(sql)
    assert [found["w.t.a", "w.o.a", "output"].how, found["w.t.b", "w.o.bb", "output"].how, found["w.u.c", "w.o.n", "output"].how] == ["identity", "transformation", "aggregation"]  # fmt: skip
    for (source, _, _), edge in found.items():
        assert edge.statement == 1
        assert edge.at is not None
        assert sql[edge.at[0] : edge.at[1]].rpartition(".")[2] == source.rpartition(".")[2]
        assert edge.confidence == SURE
    assert edges("select b from t join x on t.a = x.a", known={})["w.x.a", ".", "join"].confidence == SURE
    assert edges("select z from t, x")["w.x.z", ".z", "output"].confidence == LIKELY  # t has no z
    assert edges("insert into o select * from x")["w.x.*", "w.o.*", "output"].confidence == GUESSED


def test_what_cannot_be_told_is_listed_and_not_guessed() -> None:
    found = lineage("select z from x, y; select nowhere from t; select ((; select a from t", "athena", S, "w")
    assert [str(e.source) for e in found.columns] == ["w.t"]
    said = [(w.statement, w.message) for w in found.warnings if "columns of" not in w.message]
    assert said[0] == (0, "z may come from w.x or w.y: their columns are not known")
    assert said[1] == (1, "It is not known where nowhere comes from")
    assert said[2][0] == 2
    assert said[2][1].startswith("Not understood")
    assert [s.parsed for s in found.statements] == [True, True, False, True]
    with pytest.raises(ValueError, match="dialect"):
        lineage("select 1", "klingon")


def test_a_replaced_column_is_only_what_replaces_it() -> None:
    for sql in ("select * replace (0 as b) from t", "select * replace (0 as a) from t join u using (a)"):
        assert not {source for source, to in lineage(sql, "duckdb", S, "w").pairs() if to == f".{'b' if ' b)' in sql else 'a'}"}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [S, {"w.t": {"a": "int", "b": "string"}}, {"t": ["a", "b"]}, {"W": {"T": ["A", "B"]}}, lambda t: {"a": "", "b": ""} if t == TableName("t", "w") else None],
)  # fmt: skip
def test_schemas_in_every_shape(given: Any) -> None:
    assert lineage("select * from t", "athena", given, "w").pairs() == {("w.t.a", ".a"), ("w.t.b", ".b")}


def test_names_fold_as_the_dialect_folds_them() -> None:
    exact = {"T": ["A", "b"]}
    assert lineage('select a, "b" from t', "snowflake", exact).pairs() == {("T.A", ".A"), ("T.b", ".b")}
    assert lineage("select b from t", "snowflake", exact).pairs() == set()
    assert lineage('select "A" from T', "postgres", {"t": ["a", "A"]}).pairs() == {("t.A", ".A")}
    assert lineage("select `A` from `T`", "spark", {"t": ["a"]}).pairs() == {("t.a", ".a")}


@pytest.mark.parametrize(
    "sql",
    [
        "create table x as select * from big",
        "select * from big p join big q on p.c1 = q.c1 join big r on r.c1 = p.c1",
        "select c1 from big where " + " or ".join(f"c{i % 5000} = {i}" for i in range(65_000)),
        " union all ".join("select c1, c2 from big" for _ in range(40_000)),
        "select c1 from big where c2 in (" + ",".join(map(str, range(150_000))) + ")",
        "with " + ",".join(f"a{i} as (select c1 from {f'a{i - 1}' if i else 'big'})" for i in range(1500)) + " select c1 from a1499",
        "with " + ",".join(f"a{i} as (select x.c1 from {f'a{i - 1}' if i else 'big'} x, {f'a{i - 1}' if i else 'big'} y)" for i in range(60)) + " select c1 from a59",
        "create view v as select * from v",
        "with recursive r as (select * from r) select * from r",
        "select " + "(" * 5000 + "1" + ")" * 5000,
        "select " + "1," * 1_250_000 + "1",
        "select '\0', \"\ud800\" from t",
        "",
        ";;;",
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_large_and_odd_texts_end(sql: str) -> None:
    lineage(sql, "athena", {"w": {"big": [f"c{i}" for i in range(5000)]}}, "w")


def test_damaged_statements_never_raise() -> None:
    chance, known = random.Random(7), schema()
    texts = [(case.dialect, re.findall(r"\w+|\s+|[^\w\s]", case.sql)) for case in cases()]
    pieces = ["(", ")", ",", "*", "select", "from", "where", ".", "'", '"', "with", "union", "null", "::", "->", "insert", "merge"]  # fmt: skip
    for _ in range(1500):
        dialect, words = chance.choice(texts)
        words = list(words)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(words) or 1)
            what = chance.random()
            if what < 0.4:
                del words[place : place + chance.randint(1, 3)]
            elif what < 0.7:
                other = chance.choice(texts)[1]
                first = chance.randrange(len(other))
                words[place:place] = other[first : first + chance.randint(1, 10)]
            else:
                words.insert(place, chance.choice(pieces))
        lineage("".join(words), dialect, known, "w")


def test_a_query_of_three_hundred_lines_follows_every_column() -> None:
    text = long_query()
    assert len(text.splitlines()) >= 300
    found = lineage(text, "athena", schema(), "w")
    assert ("w.customers.region", ".status") in found.pairs()
    assert ("w.orders.amount", ".amount") in found.pairs()
    assert not found.warnings
