"""Estimates against what is then scanned: a TPC-H-like set of queries over partitioned Parquet in the sandbox."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, sandbox
from dataops_desktop.actions.estimate_query import Estimator
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.interfaces.connector import ConnectionOptions

BUCKET, DATABASE = "tpch-like", "tpch"
YEARS, ORDERS_A_MONTH = (2022, 2023, 2024), 6_000
# After TPC-H's questions (tpc.org/tpch), shortened to the tables here.
QUERIES = (
    "SELECT returnflag, linestatus, sum(quantity), sum(price), sum(price * (1 - discount)), avg(tax), count(*) FROM lineitem WHERE year <= 2023 GROUP BY 1, 2",
    "SELECT sum(price * discount) FROM lineitem WHERE year = 2023 AND discount BETWEEN 0.05 AND 0.07 AND quantity < 24",
    "SELECT o.priority, count(*) FROM orders o WHERE o.year = 2022 AND o.month BETWEEN 7 AND 9 GROUP BY 1",
    "SELECT l.orderkey, sum(l.price * (1 - l.discount)) AS revenue, o.orderdate FROM customer c JOIN orders o ON c.custkey = o.custkey JOIN lineitem l ON l.orderkey = o.orderkey WHERE c.segment = 'BUILDING' AND o.year = 2023 AND o.month < 4 AND l.year = 2023 GROUP BY 1, 3",
    "SELECT c.nation, sum(l.price) FROM customer c JOIN orders o ON c.custkey = o.custkey JOIN lineitem l ON l.orderkey = o.orderkey WHERE o.year = 2024 AND l.year = 2024 GROUP BY 1",
    "SELECT shipmode, count(*) FROM lineitem WHERE shipmode IN ('MAIL', 'SHIP') AND year = 2022 GROUP BY 1",
    "SELECT c.custkey, count(o.orderkey) FROM customer c LEFT JOIN orders o ON c.custkey = o.custkey AND o.year = 2024 GROUP BY 1",
    "SELECT 100.0 * sum(CASE WHEN comment LIKE 'a%' THEN price ELSE 0 END) / sum(price) FROM lineitem WHERE year = 2023 AND month = 9",
    "WITH revenue AS (SELECT suppkey, sum(price * (1 - discount)) AS total FROM lineitem WHERE year = 2023 AND month IN (1, 2, 3) GROUP BY 1) SELECT suppkey, total FROM revenue WHERE total = (SELECT max(total) FROM revenue)",
    "SELECT * FROM orders WHERE year = 2022",
    "SELECT * FROM lineitem WHERE year = 2024 AND month = 12",
    "SELECT count(DISTINCT custkey) FROM orders",
    "SELECT comment FROM lineitem WHERE year = 2022 AND month = 1 AND comment LIKE '%zz%'",
    "SELECT o.orderkey FROM orders o WHERE o.year = 2022 AND EXISTS (SELECT 1 FROM lineitem l WHERE l.orderkey = o.orderkey AND l.year = 2022 AND l.quantity > 49)",
    "SELECT max(price), min(price) FROM lineitem WHERE year * 100 + month BETWEEN 202306 AND 202308",
    "SELECT segment, avg(balance) FROM customer GROUP BY 1",
    "SELECT month, sum(total) FROM orders WHERE year = 2023 GROUP BY month ORDER BY 1",
    "SELECT priority FROM orders WHERE year IN (2022, 2024) AND month = 6",
    "SELECT sum(l.quantity) FROM lineitem l JOIN orders o ON l.orderkey = o.orderkey AND l.year = o.year WHERE o.year = 2023 AND l.year = 2023 AND o.priority = '1-URGENT'",
    "SELECT x.mode, sum(x.q) FROM (SELECT shipmode AS mode, quantity AS q, year FROM lineitem) x WHERE x.year = 2022 GROUP BY 1",
    "SELECT custkey, total FROM orders WHERE year = 2024 AND (month = 1 OR month = 2) ORDER BY total DESC LIMIT 100",
    "SELECT count(*) FROM lineitem l WHERE l.year = 2024 AND l.returnflag <> 'R'",
    "SELECT nation, segment, count(*) FROM customer WHERE balance > 0 GROUP BY GROUPING SETS ((nation), (segment))",
    "SELECT orderdate, sum(total) OVER (PARTITION BY priority ORDER BY orderdate) FROM orders WHERE year = 2023 AND month = 3",
    "SELECT suppkey, approx_distinct(orderkey) FROM lineitem WHERE CAST(year AS varchar) LIKE '%23' GROUP BY 1",
)  # fmt: skip


def _tables() -> dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    keys = [("year", "int"), ("month", "int")]
    return {
        "lineitem": (
            [("orderkey", "bigint"), ("suppkey", "bigint"), ("quantity", "double"), ("price", "double"), ("discount", "double"), ("tax", "double"),
             ("returnflag", "string"), ("linestatus", "string"), ("shipdate", "date"), ("shipmode", "string"), ("comment", "string")],
            keys,
        ),
        "orders": (
            [("orderkey", "bigint"), ("custkey", "bigint"), ("total", "double"), ("orderdate", "date"), ("priority", "string"), ("comment", "string")],
            keys,
        ),
        "customer": ([("custkey", "bigint"), ("name", "string"), ("nation", "string"), ("segment", "string"), ("balance", "double")], []),
    }  # fmt: skip


def _seed(options: ConnectionOptions) -> None:
    import boto3
    import pyarrow as pa
    import pyarrow.parquet as pq

    where: dict[str, Any] = {
        "endpoint_url": options.endpoint_url, "region_name": options.region,
        "aws_access_key_id": options.access_key_id, "aws_secret_access_key": options.secret_access_key,
    }  # fmt: skip
    s3, glue = boto3.client("s3", **where), boto3.client("glue", **where)
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    chance = random.Random(8)

    def words(count: int) -> list[str]:
        return ["".join(chance.choices("abcdefghijklmnop z", k=chance.randint(10, 43))) for _ in range(count)]

    def put(key: str, table: Any) -> None:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, row_group_size=20_000)
        s3.put_object(Bucket=BUCKET, Key=key, Body=buffer.getvalue())

    def descriptor(columns: list[tuple[str, str]], location: str) -> dict[str, Any]:
        kind = "org.apache.hadoop.hive.ql.io.parquet"
        return {
            "Columns": [{"Name": n, "Type": t} for n, t in columns], "Location": location,
            "InputFormat": f"{kind}.MapredParquetInputFormat", "OutputFormat": f"{kind}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{kind}.serde.ParquetHiveSerDe"},
        }  # fmt: skip

    for name, (columns, keys) in _tables().items():
        location = f"s3://{BUCKET}/{name}/"
        glue.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet"},
                "StorageDescriptor": descriptor(columns, location), "PartitionKeys": [{"Name": n, "Type": t} for n, t in keys],
            },
        )  # fmt: skip
    customers = 5_000
    put("customer/part-0.parquet", pa.table({
        "custkey": range(customers), "name": words(customers), "nation": [chance.choice(["FR", "DE", "US", "JP", "BR"]) for _ in range(customers)],
        "segment": [chance.choice(["BUILDING", "AUTO", "MACHINERY"]) for _ in range(customers)],
        "balance": [chance.uniform(-999, 9999) for _ in range(customers)],
    }))  # fmt: skip
    key = 0
    for year in YEARS:
        for month in range(1, 13):
            count = ORDERS_A_MONTH
            day = dt.date(year, month, 1)
            orders = pa.table({
                "orderkey": range(key, key + count), "custkey": [chance.randrange(customers) for _ in range(count)],
                "total": [chance.uniform(900, 500_000) for _ in range(count)], "orderdate": [day + dt.timedelta(chance.randrange(28)) for _ in range(count)],
                "priority": [chance.choice(["1-URGENT", "2-HIGH", "3-MEDIUM", "5-LOW"]) for _ in range(count)], "comment": words(count),
            })  # fmt: skip
            lines = count * 2
            lineitem = pa.table({
                "orderkey": [key + i // 2 for i in range(lines)], "suppkey": [chance.randrange(1000) for _ in range(lines)],
                "quantity": [float(chance.randint(1, 50)) for _ in range(lines)], "price": [chance.uniform(900, 105_000) for _ in range(lines)],
                "discount": [chance.randint(0, 10) / 100 for _ in range(lines)], "tax": [chance.randint(0, 8) / 100 for _ in range(lines)],
                "returnflag": [chance.choice("RAN") for _ in range(lines)], "linestatus": [chance.choice("OF") for _ in range(lines)],
                "shipdate": [day + dt.timedelta(chance.randrange(60)) for _ in range(lines)],
                "shipmode": [chance.choice(["MAIL", "SHIP", "AIR", "RAIL", "TRUCK"]) for _ in range(lines)], "comment": words(lines),
            })  # fmt: skip
            key += count
            for name, table in (("orders", orders), ("lineitem", lineitem)):
                place = f"{name}/year={year}/month={month}/"
                put(f"{place}part-0.parquet", table)
                glue.create_partition(
                    DatabaseName=DATABASE, TableName=name,
                    PartitionInput={"Values": [str(year), str(month)], "StorageDescriptor": descriptor(_tables()[name][0], f"s3://{BUCKET}/{place}")},
                )  # fmt: skip


async def _measure(context: Any) -> tuple[list[tuple[float, str]], int]:
    await sync_glue_catalog(context, SyncGlueCatalogOptions((DATABASE,)))
    estimator = Estimator(context)
    errors, wrongly_free = [], 0
    for sql in QUERIES:
        estimate = await estimator.estimate(sql, DATABASE)
        outcome = await run_query(context, RunQueryOptions(sql, DATABASE))
        actual = outcome.status.bytes_scanned
        if outcome.rows is not None:
            outcome.rows.close()
        wrongly_free += bool(actual) and estimate.cost_usd == 0
        errors.append((abs((estimate.bytes or 0) - actual) / max(1, actual), sql))
    return errors, wrongly_free


def run() -> list[Row]:
    with (
        sandbox() as options,
        tempfile.TemporaryDirectory() as folder,
        open_context(Path(folder) / "w.dataops", options) as context,
    ):
        _seed(options)
        errors, wrongly_free = asyncio.run(_measure(context))
    off = [(error, sql) for error, sql in errors if error > 0.2]
    worst = "; ".join(f"{error:.0%} {sql[:50]}" for error, sql in sorted(off, reverse=True)[:3])
    return [
        Row(
            "estimate",
            f"TPC-H-like queries off by more than 20 % of what was scanned, of {len(errors)}",
            100 * len(off) / len(errors),
            "%",
            10,
            worst or f"worst {max(errors)[0]:.0%}",
        ),
        Row("estimate", "queries wrongly called free", float(wrongly_free), "queries", 0),
    ]
