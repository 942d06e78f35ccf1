"""Results on disk, and secrets under a real keyring."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.storage.results import ResultFolder


def test_rows_can_be_read_while_more_arrive_and_the_file_is_a_plain_arrow_stream(tmp_path: Path) -> None:
    schema = pa.schema([("a", pa.int64()), ("a", pa.string())])
    rows = ResultFolder(tmp_path).create(
        "q1", [ResultColumn("a", "bigint"), ResultColumn("a", "varchar")], schema
    )
    assert rows.row_count == 0
    assert rows.slice(0, 10).num_rows == 0
    for start in range(0, 100, 10):
        rows.append(
            pa.RecordBatch.from_arrays(
                [pa.array(range(start, start + 10)), pa.array([None] * 10, pa.string())], schema=schema
            )
        )
        assert rows.slice(start, 10).column(0).to_pylist() == list(range(start, start + 10))
    rows.finish()
    assert rows.slice(95, 50).column(0).to_pylist() == [95, 96, 97, 98, 99]
    assert rows.slice(8, 4).column(0).to_pylist() == [8, 9, 10, 11]
    assert stat.S_IMODE(rows.path.stat().st_mode) == 0o600
    with pa.memory_map(str(rows.path)) as mapped:
        assert pa.ipc.open_stream(mapped).read_all().num_rows == 100
    rows.close()
    assert not rows.path.exists()


def test_results_of_dead_programs_are_removed_and_ours_stay(tmp_path: Path) -> None:
    folder = ResultFolder(tmp_path)
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    (tmp_path / f"{child.stdout.strip()}-q1.arrows").write_bytes(b"x")
    (tmp_path / f"{os.getpid()}-q1.arrows").write_bytes(b"x")
    (tmp_path / "notes.txt").write_bytes(b"x")
    folder.clean()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([f"{os.getpid()}-q1.arrows", "notes.txt"])
