"""Estimates against what the sandbox then scans."""

from __future__ import annotations

import asyncio

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.estimate_query import Estimator
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.costs.guard import GuardLimits, verdict
from tests.conftest import Cloud
from tests.iceberg_tables import make_table


def take_away(cloud: Cloud, name: str) -> None:
    """A table of a test, with its objects."""
    s3 = cloud.client("s3")
    cloud.client("glue").delete_table(DatabaseName="logistics_db", Name=name)
    for item in s3.list_objects_v2(Bucket="acme-logistics", Prefix=f"{name}/")["Contents"]:
        s3.delete_object(Bucket="acme-logistics", Key=item["Key"])


@pytest.mark.parametrize(
    ("database", "sql"),
    [
        ("contracts_db", "SELECT * FROM contract_spend WHERE year = 2022"),
        ("contracts_db", "SELECT vendor_id FROM contract_spend WHERE year BETWEEN 2022 AND 2023"),
        ("contracts_db", "SELECT sum(amount) FROM contract_spend_2024"),
        ("contracts_db", "SELECT country, count(*) FROM vendor_info GROUP BY 1"),
        ("contracts_db", "SELECT s.vendor_id FROM contract_spend s JOIN vendor_info v ON v.vendor_id = s.vendor_id WHERE year = 2021"),
    ],
)  # fmt: skip
def test_close_to_what_is_scanned(context: ActionContext, database: str, sql: str) -> None:
    async def work() -> tuple[int | None, int]:
        await sync_glue_catalog(context, SyncGlueCatalogOptions((database,)))
        estimate = await Estimator(context).estimate(sql, database)
        options = RunQueryOptions(sql, database)
        outcome = await run_query(context, options, estimate=estimate)
        return estimate.bytes, outcome.status.bytes_scanned

    expected, scanned = asyncio.run(work())
    assert expected == pytest.approx(scanned, rel=0.2)
    record = context.workspace.history.estimated(1)[0]
    assert (record.estimated_bytes, record.bytes_scanned) == (expected, scanned)


def test_earlier_runs_come_first_and_reasons_are_told(context: ActionContext, cloud: Cloud) -> None:
    sql = "SELECT count(*) FROM vendor_info"

    async def work() -> None:
        estimator = Estimator(context)
        unsynced = await estimator.estimate(sql, "contracts_db")
        assert unsynced.bytes is None
        assert "Sync it first" in unsynced.method
        await run_query(context, RunQueryOptions(sql, "contracts_db"))
        known = await estimator.estimate(sql, "contracts_db")
        assert "earlier run of this query" in known.method
        assert known.bytes
        assert (await estimator.estimate("SHOW TABLES", "contracts_db")).bytes == 0
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",)))
        cloud.fault("access_denied", operation="ListObjectsV2")
        denied = await estimator.estimate("SELECT tier FROM vendor_info", "contracts_db")
        assert denied.bytes is None
        assert denied.method

    asyncio.run(work())


def test_a_table_without_a_partition_condition_is_named_also_from_history(context: ActionContext) -> None:
    whole, marks = "SELECT amount FROM contract_spend", "SELECT vendor_id FROM contract_spend WHERE year = ?"
    limits = GuardLimits(ask_above_usd=None, unpartitioned_bytes=100)

    async def work() -> None:
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("contracts_db",)))
        estimator = Estimator(context)
        for expected in ("listing", "earlier run"):
            estimate = await estimator.estimate(whole, "contracts_db")
            assert expected in estimate.method
            assert estimate.unpartitioned == ("contracts_db.contract_spend",)
            assert verdict(estimate, limits, 0).decision == "refuse"
            await run_query(context, RunQueryOptions(whole, "contracts_db"))
        narrow = await estimator.estimate(
            "SELECT amount FROM contract_spend WHERE year = 2022", "contracts_db"
        )
        assert narrow.unpartitioned == ()
        await run_query(context, RunQueryOptions(marks, "contracts_db", parameters=("1999",)))
        assert "of this query" not in (await estimator.estimate(marks, "contracts_db")).method

    asyncio.run(work())


def test_projected_partitions_are_estimated_as_they_are_scanned(context: ActionContext, cloud: Cloud) -> None:
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    s3, glue = cloud.client("s3"), cloud.client("glue")
    for day in range(1, 29):
        for region in ("eu", "us"):
            body = io.BytesIO()
            rows = pa.table(
                {
                    "id": list(range(day * 400)),
                    "url": [f"/page/{i * 7919 % 1000}/{region}" for i in range(day * 400)],
                }
            )
            pq.write_table(rows, body)
            s3.put_object(
                Bucket="acme-logistics",
                Key=f"events/{region}/2024-02-{day:02}/part.parquet",
                Body=body.getvalue(),
            )
    parquet = "org.apache.hadoop.hive.ql.io.parquet."
    glue.create_table(
        DatabaseName="logistics_db",
        TableInput={
            "Name": "events", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [{"Name": "day", "Type": "string"}, {"Name": "region", "Type": "string"}],
            "Parameters": {
                "classification": "parquet", "projection.enabled": "true", "projection.day.type": "date", "projection.day.format": "yyyy-MM-dd",
                "projection.day.range": "2024-01-01,NOW", "projection.region.type": "enum", "projection.region.values": "eu,us",
                "storage.location.template": "s3://acme-logistics/events/${region}/${day}",
            },
            "StorageDescriptor": {
                "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "url", "Type": "string"}], "Location": "s3://acme-logistics/events/",
                "InputFormat": f"{parquet}MapredParquetInputFormat", "OutputFormat": f"{parquet}MapredParquetOutputFormat",
                "SerdeInfo": {"SerializationLibrary": f"{parquet}serde.ParquetHiveSerDe"},
            },
        },
    )  # fmt: skip

    async def work() -> None:
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("logistics_db",)))
        estimator = Estimator(context)
        for sql, left in (
            ("SELECT * FROM events WHERE day = '2024-02-20' AND region = 'eu'", 1),
            ("SELECT max(id) FROM events WHERE day BETWEEN '2024-02-10' AND '2024-02-12'", 6),
            ("SELECT url FROM events WHERE day LIKE '2024-02-%'", 58),  # the 29th has no folder
        ):
            estimate = await estimator.estimate(sql, "logistics_db")
            assert [table.partitions_left for table in estimate.tables] == [left], sql
            outcome = await run_query(context, RunQueryOptions(sql, "logistics_db"))
            assert outcome.row_count
            assert estimate.bytes == pytest.approx(outcome.status.bytes_scanned, rel=0.2), sql

    try:
        asyncio.run(work())
    finally:
        take_away(cloud, "events")


def test_iceberg_manifests_tell_what_is_scanned(context: ActionContext, cloud: Cloud) -> None:
    import datetime as dt

    import pyarrow as pa

    s3, glue = cloud.client("s3"), cloud.client("glue")
    files = []
    for day in range(1, 11):
        for region in ("eu", "us", None):
            count = day * 1000
            at = [dt.datetime(2024, 5, day, i % 24) for i in range(count)]  # noqa: DTZ001
            rows = pa.table(
                {
                    "id": list(range(count)),
                    "at": pa.array(at, pa.timestamp("us")),
                    "region": pa.array([region] * count, pa.string()),
                    "url": [f"/p/{i * 7919 % 997}" for i in range(count)],
                }
            )
            files.append(({"at_day": dt.date(2024, 5, day), "region": region}, rows))
    make_table(
        s3, glue, "logistics_db", "visits", "acme-logistics", files, [("at_day", "at", "day"), ("region", "region", "identity")],
        [("id", "long", "bigint"), ("at", "timestamp", "timestamp"), ("region", "string", "string"), ("url", "string", "string")],
    )  # fmt: skip

    async def work() -> None:
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("logistics_db",)))
        estimator = Estimator(context)
        for sql, left in (
            ("SELECT * FROM visits WHERE at >= TIMESTAMP '2024-05-09 00:00:00' AND region = 'eu'", 2),
            (
                "SELECT max(id) FROM visits WHERE at BETWEEN TIMESTAMP '2024-05-03 10:00:00' AND TIMESTAMP '2024-05-03 11:00:00'",
                3,
            ),
            ("SELECT url FROM visits WHERE date(at) = DATE '2024-05-02'", 3),
            ("SELECT url FROM visits WHERE region IS NULL", 10),
            ("SELECT count(*) FROM visits WHERE id > 5", 30),
        ):
            estimate = await estimator.estimate(sql, "logistics_db")
            assert [table.partitions_left for table in estimate.tables] == [left], (sql, estimate.method)
            assert "Iceberg manifests" in estimate.method
            outcome = await run_query(context, RunQueryOptions(sql, "logistics_db"))
            assert outcome.row_count
        whole = await estimator.estimate("SELECT * FROM visits", "logistics_db")
        outcome = await run_query(context, RunQueryOptions("SELECT * FROM visits", "logistics_db"))
        assert whole.bytes == pytest.approx(outcome.status.bytes_scanned, rel=0.2)
        one = await estimator.estimate("SELECT max(url) FROM visits", "logistics_db")
        outcome = await run_query(context, RunQueryOptions("SELECT max(url) FROM visits", "logistics_db"))
        assert one.bytes == pytest.approx(outcome.status.bytes_scanned, rel=0.2)
        unsure = await estimator.estimate("SELECT url FROM visits WHERE hour(at) = 5", "logistics_db")
        assert [table.partitions_left for table in unsure.tables] == [30]
        assert "not understood" in unsure.method

    try:
        asyncio.run(work())
    finally:
        take_away(cloud, "visits")


def test_a_broken_iceberg_table_is_unknown_not_free(context: ActionContext, cloud: Cloud) -> None:
    import pyarrow as pa

    s3, glue = cloud.client("s3"), cloud.client("glue")
    make_table(
        s3, glue, "logistics_db", "visits", "acme-logistics", [({"k": "a"}, pa.table({"k": ["a"]}))], [("k", "k", "identity")], [("k", "string", "string")]
    )  # fmt: skip

    async def work() -> None:
        await sync_glue_catalog(context, SyncGlueCatalogOptions(("logistics_db",)))
        s3.put_object(Bucket="acme-logistics", Key="visits/metadata/m0.avro", Body=b"Obj\x01 not avro")
        rough = await Estimator(context).estimate("SELECT * FROM visits", "logistics_db")
        assert (rough.bytes, rough.low) == (123456, 0)
        assert "snapshot's size" in rough.method
        s3.put_object(
            Bucket="acme-logistics", Key="visits/metadata/v1.metadata.json", Body=b'{"no": "table"}'
        )
        unknown = await Estimator(context).estimate("SELECT * FROM visits", "logistics_db")
        assert unknown.bytes is None
        assert "metadata file is not understood" in unknown.method

    try:
        asyncio.run(work())
    finally:
        take_away(cloud, "visits")
