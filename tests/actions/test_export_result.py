"""Exports: values come back as they were, nothing runs as a formula, nothing is left half written."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataops_desktop.actions.export_result import EXPORTS, write_export
from dataops_desktop.errors import CancelledByUserError, InputError
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.storage.results import ArrowResult

TABLE = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int64()),
        "name": pa.array(["=1+1", "", None]),
        "text": pa.array(["a|b\nc", 'say "hi", ok', "it's ☃"]),
        "amount": pa.array([Decimal("1.10"), Decimal("12345678901234567.89"), None], pa.decimal128(30, 2)),
        "day": pa.array([dt.date(2024, 2, 29), dt.date(1800, 1, 1), None]),
        "list": pa.array([[1, 2], [], None]),
    }
)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[ArrowResult]:
    columns = [ResultColumn(f.name, str(f.type)) for f in TABLE.schema]
    made = ArrowResult(tmp_path / "r.arrows", columns, TABLE.schema)
    for batch in TABLE.to_batches():
        made.append(batch)
    made.finish()
    yield made
    made.close()


def export(rows: ArrowResult, tmp_path: Path, suffix: str) -> Path:
    path = tmp_path / f"out.{suffix}"
    write_export(rows, path, suffix, lambda: None)
    assert not list(tmp_path.glob("*.part"))
    return path


def test_delimited(rows: ArrowResult, tmp_path: Path) -> None:
    for suffix, mark in (("csv", ","), ("tsv", "\t")):
        with export(rows, tmp_path, suffix).open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file, delimiter=mark))
        assert lines[0] == TABLE.schema.names
        assert lines[1] == ["1", "'=1+1", "a|b\nc", "1.10", "2024-02-29", "[1, 2]"]
        assert lines[2][3] == "12345678901234567.89"
    text = (tmp_path / "out.csv").read_text()
    assert '\n2,"",' in text  # an empty text
    assert "\n3,," in text  # NULL


def test_json_and_json_lines(rows: ArrowResult, tmp_path: Path) -> None:
    records = json.loads(export(rows, tmp_path, "json").read_text())
    lines = [json.loads(line) for line in export(rows, tmp_path, "jsonl").read_text().splitlines()]
    assert records == lines
    assert records[0]["name"] == "=1+1"
    assert records[1]["amount"] == "12345678901234567.89"
    assert records[2]["name"] is None


def test_parquet_is_the_same_table(rows: ArrowResult, tmp_path: Path) -> None:
    assert pq.read_table(export(rows, tmp_path, "parquet")).equals(TABLE)


def test_excel_has_texts_not_formulas(rows: ArrowResult, tmp_path: Path) -> None:
    with zipfile.ZipFile(export(rows, tmp_path, "xlsx")) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet
    assert "12345678901234567.89" in sheet  # too many digits for a number cell
    assert "<v>1.1</v>" in sheet


def test_markdown_and_inserts(rows: ArrowResult, tmp_path: Path) -> None:
    lines = export(rows, tmp_path, "md").read_text().splitlines()
    assert len(lines) == 5
    assert "a\\|b<br>c" in lines[2]
    sql = export(rows, tmp_path, "sql").read_text()
    assert "(1, '=1+1', 'a|b\nc', 1.10, DATE '2024-02-29', '[1, 2]')" in sql
    assert "'it''s ☃', NULL, NULL, NULL)" in sql


def test_what_excel_cannot_hold_is_said_before(
    rows: ArrowResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataops_desktop.actions.export_result.EXCEL_ROWS", 3)
    with pytest.raises(InputError, match="Excel sheet holds"):
        export(rows, tmp_path, "xlsx")
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize("suffix", sorted(EXPORTS))
def test_a_cancelled_export_leaves_nothing(rows: ArrowResult, tmp_path: Path, suffix: str) -> None:
    def stop() -> None:
        raise CancelledByUserError("stopped")

    with pytest.raises(CancelledByUserError):
        write_export(rows, tmp_path / f"half.{suffix}", suffix, stop)
    assert not list(tmp_path.glob("half*"))


def test_literals_keep_zones_and_times() -> None:
    import datetime as dt

    from dataops_desktop.actions.export_result import sql_value, text_of_rows

    moment = dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert sql_value(moment) == "TIMESTAMP '2024-05-01 12:30:00 +05:30'"
    assert sql_value(dt.time(1, 2, 3)) == "TIME '01:02:03'"
    assert text_of_rows("jsonl", ["a"], [[1], [None]]) == '{"a": 1}\n{"a": null}\n'
