"""The local engine: reads what it was given, refuses the rest, survives broken files, stops when told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataops_desktop.connectors.duckdb.connector import DuckdbConnector
from dataops_desktop.errors import NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import Attachment, QueryRequest, QueryStatus


@pytest.fixture
def engine() -> Iterator[DuckdbConnector]:
    made = DuckdbConnector()
    yield made
    made.close()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Attachment, ...]:
    csv = tmp_path / "two words.csv"
    csv.write_text("id,name\n1,a\n2,\n")
    table = pa.table({"id": [1, 2, 3], "amount": pa.array([1, 2, 3], pa.decimal128(10, 2))})
    pq.write_table(table, tmp_path / "p.parquet")
    with pa.ipc.new_stream(str(tmp_path / "r.arrows"), table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "j.jsonl").write_text('{"id": 1, "deep": {"x": [1, 2]}}\n')
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 not really PAR1")
    return (
        Attachment("files", "csv", str(csv), "csv"),
        Attachment("files", "p", str(tmp_path / "p.parquet"), "parquet"),
        Attachment("results", "r", str(tmp_path / "r.arrows"), "arrow"),
        Attachment("files", "j", str(tmp_path / "j.jsonl"), "json"),
        Attachment("files", "bad", str(tmp_path / "bad.parquet"), "parquet"),
    )


def finish(
    engine: DuckdbConnector, sql: str, files: tuple[Attachment, ...], stop_after: float = 60
) -> QueryStatus:
    execution = engine.start(QueryRequest(sql, "files", attachments=files))
    deadline = time.monotonic() + stop_after
    while not (status := engine.status(execution)).finished:
        if time.monotonic() > deadline:
            engine.stop(execution)
        time.sleep(0.01)
    return status


def rows(engine: DuckdbConnector, sql: str, files: tuple[Attachment, ...]) -> list[dict[str, Any]]:
    status = finish(engine, sql, files)
    assert status.state == "SUCCEEDED", status.reason
    stream = engine.results(status, CancelToken())
    return [row for batch in stream.batches for row in batch.to_pylist()]


def test_joins_files_of_every_kind_and_pinned_results(
    engine: DuckdbConnector, files: tuple[Attachment, ...]
) -> None:
    found = rows(
        engine,
        "SELECT csv.name, p.amount, r.id, j.deep.x[2] AS second FROM csv JOIN p USING (id) JOIN results.r USING (id) JOIN j USING (id)",
        files,
    )
    assert [(r["name"], str(r["amount"]), r["id"], r["second"]) for r in found] == [("a", "1.00", 1, 2)]


def test_a_broken_file_stops_only_who_reads_it(
    engine: DuckdbConnector, files: tuple[Attachment, ...]
) -> None:
    assert rows(engine, "SELECT count(*) AS n FROM csv", files) == [{"n": 2}]
    broken = finish(engine, "SELECT * FROM bad", files)
    assert broken.state == "FAILED"
    assert "bad cannot be read" in broken.reason


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '100GB'",
        "SELECT 1; SELECT 2",
        "CREATE TABLE x (a int)",
        "",
    ],
)
def test_refuses_everything_else(engine: DuckdbConnector, files: tuple[Attachment, ...], sql: str) -> None:
    status = finish(engine, sql, files)
    assert status.state == "FAILED"
    assert status.reason


def test_errors_have_their_place(engine: DuckdbConnector, files: tuple[Attachment, ...]) -> None:
    assert finish(engine, "SELECT *\nFROM csv\nWHERE nope = 1", files).reason.startswith("line 3:7: ")
    assert finish(engine, "SELEC 1", files).reason.startswith("line 1:1: ")


def test_cancel_ends_the_process(engine: DuckdbConnector) -> None:
    status = finish(
        engine, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(100000) b", (), stop_after=0.5
    )
    assert status.state == "CANCELLED"
    with pytest.raises(NotFoundError):
        engine.status(status.execution_id)


def test_repeated_names_nested_types_and_no_rows(engine: DuckdbConnector) -> None:
    status = finish(engine, "SELECT 1 AS a, 'x' AS a, [1, 2] AS l, {'k': 1} AS s, NULL AS n WHERE false", ())
    stream = engine.results(status, CancelToken())
    assert [c.name for c in stream.columns] == ["a", "a", "l", "s", "n"]
    assert [c.type for c in stream.columns][2:4] == ["INTEGER[]", "STRUCT(k INTEGER)"]
    assert sum(batch.num_rows for batch in stream.batches) == 0


def test_memory_is_bounded(engine: DuckdbConnector) -> None:
    status = finish(engine, "SELECT list(repeat('x', 1000)) FROM range(100000000)", ())
    assert status.state == "FAILED"
    assert "memory" in status.reason.lower()
