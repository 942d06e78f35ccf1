"""What a crawler does: look at the objects below its targets and write tables and partitions into Glue.

One table per first-level folder that holds data (or for the target itself when the objects lie right below it);
`key=value` folders become partition keys; types come from DuckDB's reading of the newest object.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from dataops_desktop.sandbox.athena.ddl import descriptor
from dataops_desktop.sandbox.athena.execution import connect
from dataops_desktop.sandbox.hive_types import duckdb_to_hive, literal
from dataops_desktop.sandbox.object_files import ObjectFiles, data_keys, s3_backend, split_location


def crawl(glue: Any, crawler: Any) -> str:
    """Run one crawl to its end; returns the summary the service would tell: JSON of tables and partitions by what was done."""
    files = ObjectFiles(s3_backend(glue.account_id))
    if crawler.database_name not in glue.databases:
        glue.create_database(crawler.database_name, {"Name": crawler.database_name})
    done: dict[str, dict[str, list[str]]] = {}
    for target in (crawler.targets or {}).get("S3Targets") or []:
        for location in table_locations(files, target["Path"]):
            _crawl_table(glue, crawler, files, location, done)
    return json.dumps(
        {
            kind: {
                "Details": {
                    action: {"Count": len(names), "Names": names} for action, names in actions.items()
                }
            }
            for kind, actions in done.items()
        }
    )


def table_locations(files: ObjectFiles, path: str) -> list[str]:
    """The folders that are tables below a crawl target."""
    bucket, prefix = split_location(path)
    prefix = prefix.rstrip("/") + "/" if prefix.strip("/") else ""
    folders: set[str] = set()
    for key in data_keys(files.backend, path):
        head, _, rest = key.name[len(prefix) :].partition("/")
        if not rest or "=" in head:
            return [f"s3://{bucket}/{prefix}"]
        folders.add(head)
    return [f"s3://{bucket}/{prefix}{folder}/" for folder in sorted(folders)]


def _kind(name: str) -> str | None:
    lower = name.lower().removesuffix(".gz")
    for suffix, kind in (
        (".parquet", "parquet"),
        (".json", "json"),
        (".jsonl", "json"),
        (".ndjson", "json"),
        (".csv", "csv"),
        (".tsv", "csv"),
    ):
        if lower.endswith(suffix):
            return kind
    return None


def _crawl_table(
    glue: Any, crawler: Any, files: ObjectFiles, location: str, done: dict[str, dict[str, list[str]]]
) -> None:
    bucket, prefix = split_location(location)
    keys = [key for key in data_keys(files.backend, location) if _kind(key.name)]
    if not keys:
        return
    newest = max(keys, key=lambda key: key.last_modified)
    kind = _kind(newest.name) or "csv"
    path = literal(f"s3://{bucket}/{newest.name}")
    reader = {"parquet": f"read_parquet({path})", "json": f"read_json({path})", "csv": f"read_csv({path})"}[
        kind
    ]
    connection = connect(files)
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
    finally:
        connection.close()
    columns = [{"Name": str(row[0]).lower(), "Type": duckdb_to_hive(str(row[1]))} for row in rows]
    partitions: dict[tuple[str, ...], tuple[str, int, int]] = {}
    names: list[str] = []
    for key in keys:
        parts = [part for part in key.name[len(prefix) :].split("/")[:-1] if "=" in part]
        if not parts:
            continue
        names = names or [part.partition("=")[0].lower() for part in parts]
        values = tuple(unquote(part.partition("=")[2]) for part in parts)
        place, size, count = partitions.get(values, (f"s3://{bucket}/{prefix}{'/'.join(parts)}/", 0, 0))
        partitions[values] = (place, size + key.size, count + 1)
    columns = [column for column in columns if column["Name"] not in names]
    name = (crawler.table_prefix or "") + (prefix.rstrip("/").rpartition("/")[2] or bucket).lower().replace(
        "-", "_"
    )
    parameters = {
        "classification": kind,
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "UPDATED_BY_CRAWLER": crawler.name,
        "objectCount": str(len(keys)),
        "sizeKey": str(sum(key.size for key in keys)),
    }
    if kind == "csv":
        parameters |= {"skip.header.line.count": "1", "delimiter": ","}
    record = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
        "PartitionKeys": [
            {"Name": n, "Type": "int" if all(values[i].isdigit() for values in partitions) else "string"}
            for i, n in enumerate(names)
        ],
        "StorageDescriptor": descriptor(
            kind, columns, location, {"field.delim": ","} if kind == "csv" else None
        ),
    }
    holder = glue.databases[crawler.database_name]
    if name in holder.tables:
        if holder.tables[name].as_dict()["StorageDescriptor"] != record["StorageDescriptor"]:
            holder.tables[name].update(record)
            done.setdefault("TABLE", {}).setdefault("UPDATE", []).append(name)
    else:
        done.setdefault("TABLE", {}).setdefault("CREATE", []).append(name)
        glue.create_table(crawler.database_name, name, record)
    table = holder.tables[name]
    for values, (place, size, count) in sorted(partitions.items()):
        if str(list(values)) not in table.partitions:
            done.setdefault("PARTITION", {}).setdefault("CREATE", []).append(f"{name}/{'/'.join(values)}")
            table.create_partition(
                {
                    "Values": list(values),
                    "StorageDescriptor": descriptor(kind, columns, place),
                    "Parameters": {"sizeKey": str(size), "objectCount": str(count)},
                }
            )
