"""Item models under Qt's own tester, and what they show."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt

from dataops_desktop.actions.export_result import write_export
from dataops_desktop.errors import PermissionDeniedError
from dataops_desktop.gui.models.lazy_tree import MORE, NOTE, LazyTreeModel, TreeItem
from dataops_desktop.gui.models.result_table import MOST_ROWS, ResultTableModel
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.result_grid import ResultGrid
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.storage.results import ResultFolder


def run_now(coroutine: Any) -> None:
    asyncio.run(coroutine)


def tree(pages: dict[str, list[Any]]) -> LazyTreeModel:
    async def load(item: TreeItem, token: Any) -> Any:
        page = pages[item.text][token or 0]
        if isinstance(page, Exception):
            raise page
        following = (token or 0) + 1
        rows = [TreeItem(name, "folder", name in pages) for name in page]
        return rows, following if following < len(pages[item.text]) else None

    return LazyTreeModel(load, run_now, lambda _: None)


def test_tree_loads_on_demand_a_page_at_a_time(qtmodeltester: Any) -> None:
    model = tree({"": [["a", "b"]], "a": [["a1"], ["a2", "a3"]], "b": [PermissionDeniedError("no", "ask")]})
    model.reload()
    first = model.index(0, 0)
    assert model.hasChildren(first)
    assert model.canFetchMore(first)
    model.fetchMore(first)
    assert [c.text for c in model.item(first).children] == ["a1", "Load more…"]
    model.load_more(model.item(first).children[-1])
    assert [c.text for c in model.item(first).children] == ["a1", "a2", "a3"]
    failed: list[Exception] = []
    model.loading_failed.connect(failed.append)
    model.fetchMore(model.index(1, 0))
    assert model.item(model.index(1, 0)).children[0].kind == NOTE
    assert len(failed) == 1
    assert MORE not in [c.kind for c in model.item(first).children]
    qtmodeltester.check(model)


def result(folder: Path, rows: int) -> Any:
    schema = pa.schema(
        [("n", pa.int64()), ("d", pa.decimal128(12, 2)), ("s", pa.string()), ("s", pa.string())]
    )
    columns = [ResultColumn(f.name, str(f.type)) for f in schema]
    made = ResultFolder(folder).create("q", columns, schema)
    made.append(
        pa.RecordBatch.from_arrays(
            [
                pa.array(range(rows)),
                pa.array([Decimal("1234.50")] * rows, pa.decimal128(12, 2)),
                pa.array([None if i % 3 == 0 else "" if i % 3 == 1 else f"=text {i}" for i in range(rows)]),
                pa.array(["<b>x</b>"] * rows),
            ],
            schema=schema,
        )
    )
    return made


def test_result_table(qtmodeltester: Any, tmp_path: Path) -> None:
    rows = result(tmp_path, 700)
    model = ResultTableModel(rows)
    qtmodeltester.check(model, force_py=True)
    display = int(Qt.ItemDataRole.DisplayRole)
    assert model.data(model.index(699, 0), display).replace(",", "") == "699"
    assert model.data(model.index(0, 2), display) == "NULL"
    assert model.data(model.index(1, 2), display) == ""
    assert model.data(model.index(0, 1), display).replace(",", "") == "1234.50"
    assert model.value(0, 1) == Decimal("1234.50")
    assert model.headerData(3, Qt.Orientation.Horizontal, display) == "s"
    model.set_order(pa.array(range(699, -1, -1)))
    assert model.value(0, 0) == 699
    assert model.text(0, 0) == "699"
    rows.close()


def test_growing_result_and_row_limit(tmp_path: Path) -> None:
    rows = result(tmp_path, 10)
    model = ResultTableModel(rows)
    assert model.rowCount() == 10
    rows.append(rows.slice(0, 5).to_batches()[0])
    model.rows_arrived()
    assert model.rowCount() == 15
    assert model.text(14, 0) == "4"

    class Endless:
        columns, arrow_schema, row_count = rows.columns, rows.arrow_schema, 200_000_000

        def slice(self, start: int, count: int) -> Any:
            return rows.slice(0, count)

    assert ResultTableModel(Endless()).rowCount() == MOST_ROWS  # type: ignore[arg-type]
    rows.close()


def test_copy_keeps_values_and_disarms_formulas(qtbot: Any, theme: Theme, tmp_path: Path) -> None:
    rows = result(tmp_path, 6)
    grid = ResultGrid(theme)
    qtbot.addWidget(grid)
    grid.show_result(ResultTableModel(rows, grid))
    grid.selectAll()
    lines = grid.copied_text("tsv_headers").splitlines()
    assert lines[0] == "n\td\ts\ts"
    assert lines[1] == "0\t1234.50\t\t<b>x</b>"
    assert lines[3] == "2\t1234.50\t'=text 2\t<b>x</b>"
    assert '"n": 5' in grid.copied_text("json")
    for column, expected in ((0, "(0, 1, 2, 3, 4, 5)"), (1, "(1234.50)"), (2, "('', '=text 2', '=text 5')")):
        grid.clearSelection()
        model = grid.model()
        area = QItemSelection(model.index(0, column), model.index(5, column))
        grid.selectionModel().select(area, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        assert grid.copied_text("in") == expected
    grid.setModel(None)
    rows.close()


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_export_writes_every_row(tmp_path: Path, suffix: str) -> None:
    rows = result(tmp_path, 120)
    rows.finish()
    path = tmp_path / f"out.{suffix}"
    write_export(rows, path, suffix, lambda: None)
    text = path.read_bytes()
    if suffix == "csv":
        assert text.count(b"\n") == 121
        assert b"'=text 2" in text
        assert b"s_2" in text
    elif suffix == "parquet":
        import pyarrow.parquet as pq

        assert pq.read_table(path).num_rows == 120
    else:
        import json

        assert len(json.loads(text)) == 120

    def stop() -> None:
        raise PermissionDeniedError("stop")

    with pytest.raises(PermissionDeniedError):
        write_export(rows, tmp_path / f"half.{suffix}", suffix, stop)
    assert list(tmp_path.glob("half*")) == []
    rows.close()


def test_plain_rows(qtmodeltester: Any) -> None:
    model = RowsModel(("a", "b"), [("1", "<img src=/etc/passwd>"), ("2", "y")], frozenset({0}))
    qtmodeltester.check(model, force_py=True)
    assert "&lt;img" in model.data(model.index(0, 1), Qt.ItemDataRole.ToolTipRole)
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.rowCount(QModelIndex()) == 2


def test_history_and_palette_models(qtmodeltester: Any, theme: Theme) -> None:
    from dataops_desktop.gui.panels.history.model import COLUMNS, HistoryModel
    from dataops_desktop.gui.widgets.palette import Entry, EntryModel
    from dataops_desktop.gui.window_context import WindowContext
    from dataops_desktop.interfaces.workspace import QueryRecord

    context = WindowContext(None, None, theme, "Test")  # type: ignore[arg-type]
    history = HistoryModel(context)
    history.show_records(
        [
            QueryRecord(
                1,
                "athena",
                "s",
                "SELECT\n 1",
                state="SUCCEEDED",
                submitted_at="2026-01-01T00:00:00.000Z",
                finished_at="2026-01-01T00:00:01.000Z",
                engine_ms=1200,
                bytes_scanned=245_000_000,
                cost_usd=0.001225,
                row_count=10,
            ),
            QueryRecord(2, "athena", "s", "SELECT 2", state="FAILED", error="<b>bad</b>"),
        ]
    )
    qtmodeltester.check(history, force_py=True)
    texts = [history.data(history.index(0, column)) for column in range(len(COLUMNS))]
    assert texts[1:3] == ["Succeeded", "SELECT 1"]
    assert texts[4:] == ["", "", "1.2 s", "10", "245 MB", "$0.001225"]
    assert "&lt;b&gt;" in history.data(history.index(1, 2), Qt.ItemDataRole.ToolTipRole)
    palette = EntryModel(context)
    palette.show_entries([Entry("a", "b", "table", node_key=1), Entry("c", "d", "query", command_id="x")])
    qtmodeltester.check(palette, force_py=True)
    assert palette.data(palette.index(1), Qt.ItemDataRole.UserRole) == "d"
