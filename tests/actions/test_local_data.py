"""Files and pinned results as tables: added, named, queried together, removed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.local_data import LocalData
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.errors import CancelledByUserError, InputError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.sql import complete
from tests.conftest import Cloud


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
        (file,) = await data.add_file(notes)
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


def test_a_workbook_joins_an_athena_result(context: ActionContext, tmp_path: Path) -> None:
    import datetime as dt

    import xlsxwriter

    path = tmp_path / "Budget 2024.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, day = book.add_worksheet("Plan"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Vendor", "Amount", "Amount", "Due", "Paid", "Note"])
        sheet.write_row(1, 0, ["VEN-001", 10, 1.5])
        sheet.write_datetime(1, 3, dt.datetime(2024, 5, 1), day)  # noqa: DTZ001 - a workbook has no zones
        sheet.write_boolean(1, 4, True)
        sheet.write_row(2, 0, ["VEN-002", 20, 2.5])
        sheet.write(2, 5, 7)
        sheet.write(1, 5, "text")
        book.add_worksheet("Empty")
        book.add_worksheet("Two").write_column(3, 2, ["n", 1, 2])

    async def work() -> None:
        data = LocalData(context)
        plan, two = await data.add_file(path)
        assert (plan.name, two.name) == ("budget_2024_plan", "budget_2024_two")
        assert plan.columns == (
            ("Vendor", "VARCHAR"), ("Amount", "BIGINT"), ("Amount_2", "DOUBLE"), ("Due", "DATE"), ("Paid", "BOOLEAN"), ("Note", "VARCHAR"),
        )  # fmt: skip
        again = await data.add_file(path)
        assert [t.name for t in again] == [plan.name, two.name]  # known, not doubled
        athena = await run_query(
            context, RunQueryOptions("SELECT vendor_id, country FROM vendor_info", "contracts_db")
        )
        assert athena.rows is not None
        await data.pin(athena.rows, "vendors", "")
        sql = "SELECT country, Amount, Note FROM results.vendors JOIN budget_2024_plan ON Vendor = vendor_id ORDER BY Amount"
        joined = await run_query(
            context, RunQueryOptions(sql, "files", engine="duckdb", attachments=data.attachments())
        )
        assert joined.rows is not None
        assert [(r["Amount"], r["Note"]) for r in joined.rows.slice(0, 9).to_pylist()] == [
            (10, "text"),
            (20, "7"),
        ]

    asyncio.run(work())


def test_a_broken_workbook_says_so(context: ActionContext, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(QueryFailedError, match=r"broken\.xlsx cannot be read as excel"):
        asyncio.run(LocalData(context).add_file(path))


def test_an_s3_object_is_queried_here(
    context: ActionContext, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = cloud.client("s3")
    s3.put_object(Bucket="acme-contracts", Key="drop/it's here.csv", Body=b"id,name\n" + b"".join(b"%d,n%d\n" % (i, i) for i in range(1000)))  # fmt: skip
    monkeypatch.setattr("dataops_desktop.actions.local_data.PREVIEW_BYTES", 100)

    async def work() -> None:
        data = LocalData(context)
        heard: list[tuple[int, int]] = []
        (table,) = await data.add_object(
            "acme-contracts", "drop/it's here.csv", CancelToken(), lambda *seen: heard.append(seen)
        )
        assert "its first 100 of" in table.note
        assert heard == [(100, 100)]
        rows = (await run_query(context, RunQueryOptions(f"SELECT count(*), max(id) FROM {table.name}", "files", engine="duckdb", attachments=data.attachments()))).rows  # fmt: skip
        assert rows is not None
        assert [c[0].as_py() for c in rows.slice(0, 1).columns] == [16, 15]  # whole lines only
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(CancelledByUserError):
            await data.add_object("acme-contracts", "drop/it's here.csv", cancel)
        with pytest.raises(InputError, match="not there any more"):
            await data.add_object("acme-contracts", "drop/gone.csv", CancelToken())
        monkeypatch.setattr("dataops_desktop.actions.local_data.WHOLE_BYTES", 10)
        with pytest.raises(InputError, match="takes 10 of this kind"):
            await data.add_object("nyc-flights", parquet, CancelToken())
        await data.remove(table)
        copies.append(Path(table.path))

    copies: list[Path] = []

    parquet = s3.list_objects_v2(Bucket="nyc-flights", Prefix="flights/")["Contents"][0]["Key"]
    asyncio.run(work())
    assert not copies[0].exists()
    assert not list(copies[0].parent.glob("*.part"))
