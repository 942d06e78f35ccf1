"""Puts buckets, objects, databases and tables straight into moto's models: thousands of HTTP calls would cost seconds."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from dataops_desktop.sandbox.athena.ddl import descriptor
from dataops_desktop.sandbox.hive_types import quote
from dataops_desktop.sandbox.object_files import s3_backend

REGION, ACCOUNT = "us-east-1", "123456789012"


def parquet_bytes(table: pa.Table) -> bytes:
    """One Snappy Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="snappy")
    return out.getvalue()


def csv_bytes(table: pa.Table) -> bytes:
    """One CSV file with a header."""
    out = io.BytesIO()
    pa_csv.write_csv(table, out)
    return out.getvalue()


def json_bytes(table: pa.Table) -> bytes:
    """One JSON-lines file."""
    return "".join(json.dumps(row, default=str) + "\n" for row in table.to_pylist()).encode()


# The world is older than the process: a restart must not look like a change to a catalog that was synced before.
CREATED = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


def created(table: Any) -> Any:
    """A seeded table with the world's time of creation."""
    table.created_time = CREATED
    return table


ENCODERS = {"parquet": parquet_bytes, "csv": csv_bytes, "json": json_bytes}


class WorldWriter:
    """Writes one region of one account."""

    def __init__(self, account: str = ACCOUNT) -> None:
        from moto.glue.models import glue_backends

        self.s3 = s3_backend(account)
        self.glue = glue_backends[account][REGION]

    def bucket(self, name: str) -> None:
        """Create a bucket."""
        self.s3.create_bucket(name, REGION)

    def put(self, bucket: str, key: str, body: bytes) -> int:
        """Put an object; returns its size in bytes."""
        self.s3.put_object(bucket, key, body, disable_notification=True)
        return len(body)

    def database(self, name: str, description: str) -> None:
        """Create a Glue database."""
        self.glue.create_database(name, {"Name": name, "Description": description, "LocationUri": ""})

    def table(
        self,
        database: str,
        name: str,
        kind: str,
        location: str,
        columns: list[tuple[str, str, str]],
        *,
        description: str = "",
        owner: str = "",
        keys: list[tuple[str, str, str]] | None = None,
        parameters: dict[str, str] | None = None,
    ) -> Any:
        """Create a Glue table; columns are (name, Hive type, comment). Returns moto's table."""

        def listed(items: list[tuple[str, str, str]]) -> list[dict[str, str]]:
            return [{"Name": n, "Type": t, **({"Comment": c} if c else {})} for n, t, c in items]

        base = {"classification": kind, "EXTERNAL": "TRUE"}
        if kind == "csv":
            base["skip.header.line.count"] = "1"
        record: dict[str, Any] = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": base | (parameters or {}),
            "PartitionKeys": listed(keys or []),
            "StorageDescriptor": descriptor(
                kind, listed(columns), location, {"field.delim": ","} if kind == "csv" else None
            ),
        }
        if description:
            record["Description"] = description
        if owner:
            record["Owner"] = owner
        return created(self.glue.create_table(database, name, record))

    def dataset(
        self,
        database: str,
        name: str,
        bucket: str,
        prefix: str,
        kind: str,
        data: pa.Table,
        columns: list[tuple[str, str, str]],
        *,
        partition: tuple[str, str, str] | None = None,
        **details: Any,
    ) -> Any:
        """Objects and table together, partitioned by one column where asked; statistics as Glue keeps them."""
        location = f"s3://{bucket}/{prefix}/"
        parts: list[tuple[str, int, int]] = []
        suffix = {"parquet": "snappy.parquet", "csv": "csv", "json": "json"}[kind]
        if partition is None:
            size = self.put(bucket, f"{prefix}/part-00000.{suffix}", ENCODERS[kind](data))
        else:
            size = 0
            import duckdb

            con = duckdb.connect()
            con.register("d", data)
            key = quote(partition[0])
            for (value,) in con.execute(f"SELECT DISTINCT {key} FROM d ORDER BY 1").fetchall():
                piece = con.sql(
                    f"SELECT * EXCLUDE ({key}) FROM d WHERE {key} = ?", params=[value]
                ).to_arrow_table()
                wrote = self.put(
                    bucket, f"{prefix}/{partition[0]}={value}/part-00000.{suffix}", ENCODERS[kind](piece)
                )
                parts.append((str(value), wrote, piece.num_rows))
                size += wrote
            con.close()
        statistics = {
            "recordCount": str(data.num_rows),
            "sizeKey": str(size),
            "objectCount": str(max(1, len(parts))),
        }
        table = self.table(
            database, name, kind, location, columns,
            keys=[partition] if partition else None,
            **{**details, "parameters": statistics | details.get("parameters", {})},
        )  # fmt: skip
        stored = table.as_dict()["StorageDescriptor"]
        for value, wrote, rows in parts:
            table.create_partition(
                {
                    "Values": [value],
                    "StorageDescriptor": {
                        **stored,
                        "Location": f"{location}{partition[0] if partition else ''}={value}/",
                    },
                    "Parameters": {"recordCount": str(rows), "sizeKey": str(wrote)},
                }
            )
        return table
