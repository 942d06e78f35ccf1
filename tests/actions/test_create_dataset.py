"""A result becomes a table that Athena reads, with its place in the ontology; or nothing is left behind."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.create_dataset import (
    NewDataset,
    checked_location,
    checked_name,
    ctas,
    dataset_columns,
    suggest_location,
    upload_dataset,
)
from dataops_desktop.actions.explore_catalog import show_node
from dataops_desktop.actions.lineage_view import lineage
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CancelledByUserError, InputError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.interfaces.workspace import ResultRows
from tests.conftest import Cloud

SQL = "SELECT country, count(*) AS vendors FROM vendor_info GROUP BY 1"


@pytest.fixture
def context(cloud: Cloud, tmp_path: Path) -> Iterator[ActionContext]:
    with open_context(tmp_path / "w.dataops", cloud.options) as made:
        yield made


def rows_of(context: ActionContext, **columns: Any) -> ResultRows:
    table = pa.table(columns)
    rows = context.results.create(
        f"t{len(columns)}", [ResultColumn(n, str(t)) for n, t in zip(table.column_names, table.schema.types, strict=True)], table.schema
    )  # fmt: skip
    for batch in table.to_batches(max_chunksize=2):
        rows.append(batch)
    rows.finish()
    return rows


def keys(cloud: Cloud, bucket: str, prefix: str) -> list[str]:
    answer = cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in answer.get("Contents", [])]


def remove(cloud: Cloud, name: str, prefix: str) -> None:
    cloud.client("glue").delete_table(DatabaseName="contracts_db", Name=name)
    for key in keys(cloud, "acme-contracts", prefix):
        cloud.client("s3").delete_object(Bucket="acme-contracts", Key=key)


def test_rows_become_a_table_athena_reads(context: ActionContext, cloud: Cloud) -> None:
    moment = dt.datetime(2024, 5, 1, 12, 30, 0, 250_000, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    rows = rows_of(
        context,
        **{
            "Country Code": ["DE", None, ""],
            "amount": pa.array([Decimal("1.10"), None, Decimal("-2.00")], pa.decimal128(12, 2)),
            "at": pa.array([moment, None, None], pa.timestamp("ms", "Europe/Berlin")),
            "tags": pa.array([["a", "b"], None, []]),
            "raw": pa.array([b"\x00\xff", None, b""]),
            "clock": pa.array([dt.time(1, 2), None, None]),
        },
    )
    columns = {column.name: (column.type, column.note) for column in dataset_columns(rows)}
    assert columns["country_code"] == ("string", "Country Code → country_code")
    assert columns["at"] == ("timestamp", "zone dropped, in UTC")
    assert columns["tags"] == ("array<string>", "")
    assert columns["clock"][0] == "string"
    dataset = NewDataset("contracts_db", "made_here", "s3://acme-contracts/made_here/", SQL, "contracts_db")

    async def work() -> None:
        seen: list[str] = []
        table = await upload_dataset(context, dataset, rows, progress=lambda state: seen.append(state.text))
        assert table.row_count == 3
        assert seen[0].startswith("Checking")
        assert "Uploading" in seen
        answer = await run_query(
            context,
            RunQueryOptions(
                'SELECT country_code, amount, "at", cardinality(tags), to_hex(raw) FROM made_here ORDER BY amount DESC NULLS LAST',
                "contracts_db",
            ),
        )
        assert answer.rows is not None
        first = [column[0].as_py() for column in answer.rows.slice(0, 1).columns]
        assert first == ["DE", Decimal("1.10"), moment.astimezone(dt.UTC).replace(tzinfo=None), 2, "00FF"]
        details = await show_node(context, "glue-table-contracts_db-made_here")
        assert [column.name for column in details.columns][:2] == ["country_code", "amount"]
        graph = await lineage(context, details.stored.key, 2, 0)
        assert "glue-table-contracts_db-vendor_info" in {node.id for node in graph.nodes}
        with pytest.raises(InputError, match="made_here already"):
            await upload_dataset(context, dataset, rows)

    try:
        asyncio.run(work())
    finally:
        remove(cloud, "made_here", "made_here/")


def test_nothing_is_left_where_it_fails(context: ActionContext, cloud: Cloud) -> None:
    rows = rows_of(context, n=[1, 2, 3])
    dataset = NewDataset("contracts_db", "not_made", "s3://acme-contracts/not_made/", SQL, "contracts_db")
    scratch = context.results.scratch("x").parent

    async def work() -> None:
        cloud.fault("access_denied", operation="CreateTable")
        with pytest.raises(PermissionDeniedError):
            await upload_dataset(context, dataset, rows)
        assert keys(cloud, "acme-contracts", "not_made/") == []
        cloud.clear()
        cancel = CancelToken()
        with pytest.raises(CancelledByUserError):
            await upload_dataset(
                context, dataset, rows, cancel=cancel, progress=lambda s: cancel.cancel() if s.text == "Uploading" else None
            )  # fmt: skip
        assert keys(cloud, "acme-contracts", "not_made/") == []
        cloud.client("s3").put_object(Bucket="acme-contracts", Key="not_made/stray.csv", Body=b"1")
        with pytest.raises(InputError, match="is not empty"):
            await upload_dataset(context, dataset, rows)
        cloud.client("s3").delete_object(Bucket="acme-contracts", Key="not_made/stray.csv")

    asyncio.run(work())
    assert not list(scratch.glob("*.parquet"))


def test_the_ctas_runs_and_its_lineage_is_kept(context: ActionContext, cloud: Cloud) -> None:
    dataset = NewDataset(
        "contracts_db", "by_query", "s3://acme-contracts/by_query", f"-- vendors\n{SQL};\n", "contracts_db"
    )
    statement = ctas(dataset)
    assert "external_location = 's3://acme-contracts/by_query/'" in statement
    assert "external_location" not in ctas(dataset, location_allowed=False)

    async def work() -> None:
        await run_query(context, RunQueryOptions(statement, "contracts_db"))
        answer = await run_query(
            context, RunQueryOptions("SELECT sum(vendors) FROM by_query", "contracts_db")
        )
        assert answer.rows is not None
        assert answer.rows.slice(0, 1).column(0)[0].as_py() == 240
        details = await show_node(context, "glue-table-contracts_db-by_query")
        graph = await lineage(context, details.stored.key, 2, 0)
        assert "glue-table-contracts_db-vendor_info" in {node.id for node in graph.nodes}

    try:
        asyncio.run(work())
    finally:
        remove(cloud, "by_query", "by_query/")


def test_names_and_places_are_checked(context: ActionContext) -> None:
    for name in ("", "Upper", "1st", "a-b", 'a"b', "x" * 256):
        with pytest.raises(InputError):
            checked_name(name)
    for place in ("", "s3://bucket", "s3://bucket/", "http://bucket/x/", "s3://b/x/", "s3://bucket/a\nb/"):
        with pytest.raises(InputError):
            checked_location(place)
    assert checked_location("s3://my-bucket/a folder/it's") == ("my-bucket", "a folder/it's/")
    quoted = ctas(NewDataset("db", "t", "s3://my-bucket/it's/", "SELECT 1", "db"))
    assert "'s3://my-bucket/it''s/'" in quoted


def test_a_place_beside_the_others_is_proposed(context: ActionContext) -> None:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",))))
    proposed = suggest_location(context, "contracts_db", "mine")
    assert proposed.startswith("s3://")
    assert proposed.endswith("/mine/")
    assert suggest_location(context, "nowhere", "mine") == ""
