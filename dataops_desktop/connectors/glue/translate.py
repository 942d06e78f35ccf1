"""Glue's JSON shapes as our records. Anything but a name may be missing or nonsense; nothing here raises for it."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from dataops_desktop.interfaces.catalog import Column, Partition, Table
from dataops_desktop.interfaces.clock import iso

_VIEW_PREFIX = "/* Presto View: "
_ROWS = ("recordCount", "numRows", "spark.sql.statistics.numRows")
_BYTES = ("sizeKey", "totalSize", "spark.sql.statistics.totalSize")


_FLAGS = ("projection.enabled", "EXTERNAL", "has_encrypted_data", "presto_view")
_LARGEST = 2**63 - 1  # what SQLite and every engine can hold


def number(parameters: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """The first of these parameters that is a whole number ≥ 0 (crawlers and engines name them differently; -1 means unknown)."""
    for name in names:
        text = str(parameters.get(name, "")).strip()
        if text.isdecimal() and text.isascii() and len(text) < 20 and int(text) <= _LARGEST:
            return int(text)
    return None


def odd_parameters(parameters: dict[str, str]) -> tuple[str, ...]:
    """`name = value` of counts that are no number and flags that are neither true nor false."""
    odd = [
        f"{name} = {parameters[name][:40]!r}"
        for name in (*_ROWS, *_BYTES)
        if name in parameters
        and number(parameters, (name,)) is None
        and parameters[name].strip() not in {"", "-1"}
    ]
    odd += [
        f"{name} = {parameters[name][:40]!r}"
        for name in _FLAGS
        if parameters.get(name, "true").strip().lower() not in {"true", "false"}
    ]
    return tuple(odd)


def columns_of(items: Any) -> tuple[Column, ...]:
    """Columns as they are now: dropped Iceberg columns are left out."""
    return tuple(
        Column(str(item["Name"]), str(item.get("Type") or ""), str(item.get("Comment") or ""))
        for item in items or ()
        if str((item.get("Parameters") or {}).get("iceberg.field.current", "true")).lower() != "false"
    )


def storage_format(table: dict[str, Any]) -> str:
    """parquet, orc, avro, json, csv, iceberg, view, or what the input format says."""
    parameters = table.get("Parameters") or {}
    descriptor = table.get("StorageDescriptor") or {}
    if str(parameters.get("table_type", "")).upper() == "ICEBERG" or table.get("IcebergTableMetadata"):
        return "iceberg"
    if str(parameters.get("spark.sql.sources.provider", "")).lower() == "delta":
        return "delta"
    if table.get("TableType") == "VIRTUAL_VIEW":
        return "view"
    serde = str((descriptor.get("SerdeInfo") or {}).get("SerializationLibrary") or "")
    text = f"{parameters.get('classification', '')} {serde} {descriptor.get('InputFormat') or ''}".lower()
    for name in ("parquet", "orc", "avro", "json", "csv"):
        if name in text:
            return name
    if "lazysimple" in text or "text" in text:
        return "csv"
    return (
        str(parameters.get("classification") or descriptor.get("InputFormat") or "")
        .rpartition(".")[2]
        .lower()
    )


def view_sql(text: str) -> str:
    """SQL of a Presto view (base64 JSON in a comment) or a Hive view (the text itself); empty where unreadable."""
    if not text.startswith(_VIEW_PREFIX):
        return "" if text.startswith("/*") and text.endswith("*/") else text
    try:
        document = json.loads(
            base64.b64decode(text[len(_VIEW_PREFIX) :].removesuffix("*/").strip(), validate=True)
        )
        return str(document.get("originalSql") or "")
    except (binascii.Error, ValueError, AttributeError):
        return ""


def _time(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else ""


def _serde(descriptor: dict[str, Any]) -> dict[str, Any]:
    info = descriptor.get("SerdeInfo") or {}
    found = {
        "library": str(info.get("SerializationLibrary") or ""),
        "parameters": {str(k): str(v)[:500] for k, v in (info.get("Parameters") or {}).items()},
        "inputFormat": str(descriptor.get("InputFormat") or ""),
        "outputFormat": str(descriptor.get("OutputFormat") or ""),
    }
    return {name: value for name, value in found.items() if value}


def table_of(database: str, item: dict[str, Any]) -> Table:
    """One table or view."""
    descriptor = item.get("StorageDescriptor") or {}
    parameters = {str(k): str(v) for k, v in (item.get("Parameters") or {}).items()}
    is_view = item.get("TableType") == "VIRTUAL_VIEW"
    target = item.get("TargetTable") or {}
    kind = "view" if is_view else "link" if target else "table"
    return Table(
        database=database,
        name=str(item["Name"]),
        columns=columns_of(descriptor.get("Columns")),
        partition_keys=columns_of(item.get("PartitionKeys")),
        kind=kind,
        location=str(descriptor.get("Location") or ""),
        storage_format=storage_format(item),
        description=str(item.get("Description") or ("" if is_view else parameters.get("comment", ""))),
        owner=str(item.get("Owner") or parameters.get("owner") or ""),
        view_sql=view_sql(str(item.get("ViewOriginalText") or item.get("ViewExpandedText") or ""))
        if is_view
        else "",
        row_count=number(parameters, _ROWS),
        size_bytes=number(parameters, _BYTES),
        version_id=str(item.get("VersionId") or ""),
        updated_at=_time(item.get("UpdateTime")),
        created_at=_time(item.get("CreateTime")),
        parameters=parameters,
        target=f"{target.get('CatalogId') or ''}:{target.get('DatabaseName') or ''}.{target.get('Name') or ''}"
        if target
        else "",
        odd=odd_parameters(parameters),
        serde=_serde(descriptor),
    )


def partition_of(item: dict[str, Any]) -> Partition:
    """One partition. Partitions written by Athena engine v3 carry no sizes (datahub#9520)."""
    descriptor = item.get("StorageDescriptor") or {}
    parameters = item.get("Parameters") or {}
    return Partition(
        tuple(str(value) for value in item.get("Values") or ()),
        str(descriptor.get("Location") or ""),
        number(parameters, _ROWS),
        number(parameters, _BYTES),
        columns_of(descriptor.get("Columns")),
        _time(item.get("CreationTime")),
    )


_PARQUET = {
    "library": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe", "parameters": {"serialization.format": "1"},
    "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", "outputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
}  # fmt: skip


def table_input(table: Table) -> dict[str, Any]:
    """Glue's TableInput of an external table, as Athena's own CREATE TABLE writes it."""
    known = {_ROWS[0]: table.row_count, _BYTES[0]: table.size_bytes}
    serde = table.serde or _PARQUET
    return {
        "Name": table.name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": table.storage_format.lower() or "parquet",
            **{name: str(value) for name, value in known.items() if value is not None},
            **table.parameters,
        },
        "PartitionKeys": [{"Name": c.name, "Type": c.type} for c in table.partition_keys],
        "StorageDescriptor": {
            "Columns": [{"Name": c.name, "Type": c.type, "Comment": c.comment} for c in table.columns],
            "Location": table.location,
            "InputFormat": serde["inputFormat"],
            "OutputFormat": serde["outputFormat"],
            "SerdeInfo": {"SerializationLibrary": serde["library"], "Parameters": serde["parameters"]},
        },
    }


# What UpdateTable takes of what GetTable gives; the rest is the service's own (API reference: TableInput).
_INPUT = (
    "Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention", "StorageDescriptor", "PartitionKeys", "ViewOriginalText",
    "ViewExpandedText", "TableType", "Parameters", "TargetTable",
)  # fmt: skip


def described_input(item: dict[str, Any], description: str | None, columns: dict[str, str]) -> dict[str, Any]:
    """GetTable's answer as UpdateTable's input, with another description (None: the same) and other column comments."""
    asked = {name: item[name] for name in _INPUT if item.get(name) is not None}
    if description is not None:
        asked["Description"] = description

    def commented(listed: Any) -> list[dict[str, Any]]:
        return [{**c, "Comment": columns[c["Name"]]} if c["Name"] in columns else c for c in listed or ()]

    if "StorageDescriptor" in asked:
        descriptor = asked["StorageDescriptor"]
        asked["StorageDescriptor"] = {**descriptor, "Columns": commented(descriptor.get("Columns"))}
    if "PartitionKeys" in asked:
        asked["PartitionKeys"] = commented(asked["PartitionKeys"])
    return asked
