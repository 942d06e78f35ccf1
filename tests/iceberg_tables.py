"""Iceberg tables for tests, written by hand as the format says (iceberg.apache.org/spec, version 2)."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq


def _avro(schema: dict[str, Any], records: Sequence[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    fastavro.writer(out, schema, records)
    return out.getvalue()


def make_table(
    s3: Any,
    glue: Any,
    database: str,
    name: str,
    bucket: str,
    files: Sequence[tuple[dict[str, Any], pa.Table]],
    fields: Sequence[tuple[str, str, str]],
    types: Sequence[tuple[str, str, str]],
) -> None:
    """`files` are (partition values, rows); `fields` (spec name, column, transform); `types` (column, Iceberg type, Glue type)."""
    base = f"s3://{bucket}/{name}"
    ids = {column: number for number, (column, _, _) in enumerate(types, 1)}
    entries = []
    for number, (partition, rows) in enumerate(files):
        body = io.BytesIO()
        pq.write_table(rows, body)
        s3.put_object(Bucket=bucket, Key=f"{name}/data/{number}.parquet", Body=body.getvalue())
        footer = pq.read_metadata(body)
        sizes: dict[int, int] = {}
        for group in range(footer.num_row_groups):
            for index in range(footer.num_columns):
                part = footer.row_group(group).column(index)
                sizes[ids[part.path_in_schema]] = (
                    sizes.get(ids[part.path_in_schema], 0) + part.total_compressed_size
                )
        entries.append(
            {
                "status": 1,
                "data_file": {
                    "content": 0, "file_path": f"{base}/data/{number}.parquet", "partition": partition, "record_count": rows.num_rows,
                    "file_size_in_bytes": len(body.getvalue()), "column_sizes": [{"key": k, "value": v} for k, v in sizes.items()],
                },
            }
        )  # fmt: skip
    kinds = {
        "identity": "string",
        "day": {"type": "int", "logicalType": "date"},
        "month": "int",
        "year": "int",
        "hour": "int",
    }
    pair = {
        "type": "record",
        "name": "k_v",
        "fields": [{"name": "key", "type": "int"}, {"name": "value", "type": "long"}],
    }
    manifest = {
        "type": "record", "name": "manifest_entry", "fields": [
            {"name": "status", "type": "int"},
            {"name": "data_file", "type": {"type": "record", "name": "r2", "fields": [
                {"name": "content", "type": "int"}, {"name": "file_path", "type": "string"},
                {"name": "partition", "type": {"type": "record", "name": "r102", "fields": [{"name": n, "type": ["null", kinds[t]]} for n, _, t in fields]}},
                {"name": "record_count", "type": "long"}, {"name": "file_size_in_bytes", "type": "long"},
                {"name": "column_sizes", "type": {"type": "array", "items": pair}},
            ]}},
        ],
    }  # fmt: skip
    s3.put_object(
        Bucket=bucket,
        Key=f"{name}/metadata/m0.avro",
        Body=_avro(manifest, [*entries, {**entries[0], "status": 2}]),
    )
    listing = {
        "type": "record", "name": "manifest_file", "fields": [{"name": "manifest_path", "type": "string"}, {"name": "content", "type": "int"}],
    }  # fmt: skip
    s3.put_object(
        Bucket=bucket, Key=f"{name}/metadata/snap.avro", Body=_avro(listing, [{"manifest_path": f"{base}/metadata/m0.avro", "content": 0}])
    )  # fmt: skip
    metadata = {
        "format-version": 2, "current-schema-id": 0, "default-spec-id": 0, "current-snapshot-id": 7,
        "schemas": [{"schema-id": 0, "type": "struct", "fields": [{"id": ids[c], "name": c, "required": False, "type": t} for c, t, _ in types]}],
        "partition-specs": [{"spec-id": 0, "fields": [{"name": n, "source-id": ids[c], "field-id": 1000 + i, "transform": t} for i, (n, c, t) in enumerate(fields)]}],
        "snapshots": [{"snapshot-id": 7, "manifest-list": f"{base}/metadata/snap.avro", "summary": {"total-files-size": "123456"}}],
    }  # fmt: skip
    s3.put_object(Bucket=bucket, Key=f"{name}/metadata/v1.metadata.json", Body=json.dumps(metadata).encode())
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": name, "TableType": "EXTERNAL_TABLE", "PartitionKeys": [],
            "Parameters": {"table_type": "ICEBERG", "metadata_location": f"{base}/metadata/v1.metadata.json", "classification": "parquet"},
            "StorageDescriptor": {
                "Columns": [{"Name": c, "Type": g, "Parameters": {"iceberg.field.id": str(ids[c]), "iceberg.field.current": "true"}} for c, _, g in types],
                "Location": base,
            },
        },
    )  # fmt: skip
