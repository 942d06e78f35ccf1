"""Files and pinned results as tables: added, named, queried together, removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.local_data import LocalData
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.errors import InputError, QueryFailedError
from dataops_desktop.sql import complete


def test_an_athena_result_joins_a_spreadsheet_file(context: ActionContext, tmp_path: Path) -> None:
    notes = tmp_path / "2024 notes.csv"
    notes.write_text("vendor_id,note\nVEN-001,late\nVEN-002,fine\n")

    async def work() -> None:
        data = LocalData(context)
        athena = RunQueryOptions("SELECT vendor_id, country FROM vendor_info", "contracts_db")
        outcome = await run_query(context, athena)
        assert outcome.rows is not None
        pinned = await data.pin(outcome.rows, "Vendors!", athena.query)
        outcome.rows.close()
        file = await data.add_file(notes)
        assert (pinned.schema, pinned.name, file.name) == ("results", "vendors", "t_2024_notes")
        again = LocalData(context)
        assert [t.name for t in await again.load()] == ["vendors", "t_2024_notes"]
        sql = "SELECT v.country, n.note FROM results.vendors v JOIN t_2024_notes n USING (vendor_id) ORDER BY vendor_id"
        options = RunQueryOptions(sql, "files", engine="duckdb", attachments=again.attachments())
        joined = await run_query(context, options)
        assert joined.rows is not None
        assert joined.cost_usd == 0
        assert [r["note"] for r in joined.rows.slice(0, 10).to_pylist()] == ["late", "fine"]
        joined.rows.close()
        record = context.workspace.history.queries()[0]
        assert (record.engine, record.state, record.row_count, record.cost_usd) == (
            "duckdb",
            "SUCCEEDED",
            2,
            0.0,
        )
        proposed = complete("SELECT n. FROM t_2024_notes n", 9, again, "duckdb")
        assert [c.text for c in proposed] == ["vendor_id", "note"]
        await again.remove(pinned)
        await again.remove(file)
        assert again.all() == []
        kept.append(Path(pinned.path))

    kept: list[Path] = []
    asyncio.run(work())
    assert not kept[0].exists()
    assert notes.exists()


def test_what_cannot_be_added_says_why(context: ActionContext, tmp_path: Path) -> None:
    data = LocalData(context)
    (tmp_path / "x.docx").write_text("no")
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(InputError, match="not a file the local engine reads"):
        asyncio.run(data.add_file(tmp_path / "x.docx"))
    with pytest.raises(InputError, match="is not a file"):
        asyncio.run(data.add_file(tmp_path / "gone.csv"))
    with pytest.raises(QueryFailedError):
        asyncio.run(data.add_file(tmp_path / "x.parquet"))
    assert data.all() == []
