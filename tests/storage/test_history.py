"""The query history: order, filters, imported runs, sums; and saved statements in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord, SavedStatement
from dataops_desktop.storage.workspace import SqliteWorkspace


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = SqliteWorkspace(tmp_path / "w.dataops")
    yield made
    made.close()


def run(sql: str, at: str, **fields: Any) -> QueryRecord:
    fields.setdefault("state", "SUCCEEDED")
    return QueryRecord(0, fields.pop("engine", "athena"), "aws:1:x", sql, submitted_at=at, **fields)


def test_imported_runs_take_their_place_in_time_once(store: SqliteWorkspace) -> None:
    history = store.history
    history.begin_query(run("SELECT 'new'", "2026-03-01T10:00:00.000Z", execution_id="a"))
    first = history.begin_query(run("SELECT 'same moment 1'", "2026-02-01T10:00:00.000Z"))
    second = history.begin_query(run("SELECT 'same moment 2'", "2026-02-01T10:00:00.000Z"))
    assert second == first + 1
    past = [
        run("SELECT 'old'", "2026-01-01T10:00:00.000Z", execution_id="b", origin="athena", cost_usd=1.0),
        run("SELECT 'new'", "2026-03-01T10:00:00.000Z", execution_id="a", origin="athena", cost_usd=1.0),
        run("SELECT 'between'", "2026-02-15T10:00:00.000Z", execution_id="c", origin="athena", cost_usd=1.0),
    ]
    assert history.add_past(past) == 2
    assert history.add_past(past) == 0
    texts = [record.sql[8:-1] for record in history.queries()]
    assert texts == ["new", "between", "same moment 2", "same moment 1", "old"]
    assert [record.sql[8:-1] for record in history.queries("select moment")] == [
        "same moment 2",
        "same moment 1",
    ]
    # what others ran never counts against the person's own budget
    assert history.spend("2025-01-01T00:00:00Z", "athena") == (3, 0.0)


def test_filters_and_pages(store: SqliteWorkspace) -> None:
    history = store.history
    for day in range(1, 11):
        history.begin_query(
            run(
                f"SELECT {day} FROM t", f"2026-01-{day:02}T00:00:00Z", state="FAILED" if day % 5 == 0 else "SUCCEEDED",
                engine="duckdb" if day == 3 else "athena", who="arn:aws:iam::1:user/ada" if day < 6 else "", pinned=int(day == 7),
            )
        )  # fmt: skip

    def days(text: str = "", **chosen: Any) -> list[int]:
        return [int(r.submitted_at[8:10]) for r in history.queries(text, 100, HistoryFilter(**chosen))]

    assert days(state="FAILED") == [10, 5]
    assert days(engine="duckdb") == [3]
    assert days(who="arn:aws:iam::1:user/ada", state="SUCCEEDED") == [4, 3, 2, 1]
    assert days(since="2026-01-08T00:00:00Z") == [10, 9, 8]
    assert days(until="2026-01-03T00:00:00Z") == [2, 1]
    assert days(pinned=True) == [7]
    assert days("from 1", state="FAILED") == [10]
    assert days("select from", since="2026-01-09T00:00:00Z") == [10, 9]
    first = history.queries("", 4)
    second = history.queries("", 4, before=first[-1].query_id)
    assert [r.submitted_at[8:10] for r in (*first, *second)] == [
        "10",
        "09",
        "08",
        "07",
        "06",
        "05",
        "04",
        "03",
    ]
    searched = history.queries("select", 4, before=first[-1].query_id)
    assert [r.submitted_at[8:10] for r in searched] == ["06", "05", "04", "03"]
    with pytest.raises(InputError, match="not a time"):
        history.queries("", 10, HistoryFilter(since="yesterday"))


def test_two_letters_are_found_through_the_index_too(store: SqliteWorkspace) -> None:
    history = store.history
    for sql in ("SELECT 1 FROM t ORDER BY id", "SELECT ID, x FROM t", "SELECT 'a'", "SELECT grid"):
        history.begin_query(run(sql, "2026-01-01T00:00:00Z"))
    assert [r.sql for r in history.queries("id")] == [
        "SELECT grid",
        "SELECT ID, x FROM t",
        "SELECT 1 FROM t ORDER BY id",
    ]
    assert len(history.queries("'a")) == 1
    assert len(history.queries("t")) == 4
    assert history.queries('"(') == []
    assert len(history.queries("id by")) == 1


def test_costs_are_summed_and_shared(store: SqliteWorkspace) -> None:
    history = store.history
    for at, who, tables, cost, size in (
        ("2026-01-01T12:00:00Z", "ada", "db.a\ndb.b", 3.0, 300),
        ("2026-01-01T13:00:00Z", "ada", "db.a", 1.0, 100),
        ("2026-01-02T12:00:00Z", "bob", "", 0.5, 50),
    ):
        history.begin_query(
            run("SELECT 1", at, who=who, tables=tables, cost_usd=cost, bytes_scanned=size, shape=f"s{tables}")
        )
    history.add_past(
        [run("SELECT 2", "2026-01-03T12:00:00Z", execution_id="x", origin="athena", cost_usd=None)]
    )

    def sums(by: str, **chosen: Any) -> list[tuple[str, int, int, float]]:
        return [
            (g.name, g.queries, g.bytes_scanned, g.cost_usd)
            for g in history.costs(by, HistoryFilter(**chosen))
        ]

    assert sums("who") == [("ada", 2, 400, 4.0), ("bob", 1, 50, 0.5), ("", 1, 0, 0.0)]
    assert sums("dataset") == [("db.a", 2, 250, 2.5), ("db.b", 1, 150, 1.5), ("", 2, 50, 0.5)]
    assert [group[0] for group in sums("day")] == sorted(group[0] for group in sums("day"))
    assert sum(group[3] for group in sums("day", own=True)) == 4.5
    assert sums("who", until="2026-01-02T00:00:00Z") == [("ada", 2, 400, 4.0)]
    assert history.costs("shape")[0].sql == "SELECT 1"
    with pytest.raises(InputError, match="cannot be grouped"):
        history.costs("sql; DROP TABLE query")


def test_statements_live_in_folders(store: SqliteWorkspace) -> None:
    kept = store.statements
    spend = kept.save(SavedStatement(0, " reports / monthly ", "Spend", "SELECT 1"))
    assert (spend.folder, spend.statement_id > 0) == ("reports/monthly", True)
    other = kept.save(SavedStatement(0, "", "Spend", "SELECT 2"))
    with pytest.raises(InputError, match="already"):
        kept.save(SavedStatement(0, "reports/monthly", "Spend", "SELECT 3"))
    with pytest.raises(InputError, match="no name"):
        kept.save(SavedStatement(0, "", "  ", "SELECT 3"))
    kept.save(SavedStatement(other.statement_id, "reports/monthly", "Spend 2", "SELECT 2"))
    kept.rename_folder("reports", "finance/reports")
    assert [(s.folder, s.name) for s in kept.statements()] == [
        ("finance/reports/monthly", "Spend"),
        ("finance/reports/monthly", "Spend 2"),
    ]
    kept.save(SavedStatement(0, "taken/monthly", "Spend", "SELECT 9"))
    with pytest.raises(InputError, match="same name"):
        kept.rename_folder("finance/reports", "taken")
    with pytest.raises(InputError, match="into itself"):
        kept.rename_folder("finance", "finance/old")
    kept.rename_folder("finance/reports/monthly", "")
    assert {s.folder for s in kept.statements()} == {"", "taken/monthly"}
    kept.remove(spend.statement_id)
    assert [s.name for s in kept.statements()] == ["Spend 2", "Spend"]
