"""The files of an Iceberg table's current snapshot, and which of them a condition leaves.

Format: iceberg.apache.org/spec (table metadata, manifest lists, manifests, partition transforms). Manifests are a stranger's Avro:
they are decoded in a child process (`python -m …`): standard input is `{"kind": "list" | "manifest", "files": [base64, …]}`,
standard output a JSON list with one list of records a file, or null where one cannot be read.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from dataops_desktop.costs.pruning import HIVE_NULL, kept_partitions

MEMORY_BYTES, CPU_S = 4 << 30, 20
MOST_PROBES = 64
_TIMES = {"year", "month", "day", "hour"}
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - Iceberg counts in UTC
_LITERAL = re.compile(r"'(\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?)'")
_MOVING = re.compile(r"\bcurrent_|\binterval\b|\bnow\b", re.IGNORECASE)  # bounds that are in no literal
_CALL = re.compile(r"\b([a-z_]+)\s*\(", re.IGNORECASE)
# What is constant between two neighbouring probes: comparisons with literals, and fields no finer than a partition.
_HARMLESS = {
    "cast",
    "try_cast",
    "date",
    "timestamp",
    "and",
    "or",
    "not",
    "in",
    "between",
    "date_trunc",
    "year",
}


@dataclass(frozen=True)
class SpecField:
    """One field of the partition spec: its own name, the column it comes from, that column's type, and the transform."""

    name: str
    column: str
    type: str
    transform: str


@dataclass(frozen=True)
class IcebergTable:
    """What its metadata file says. `fields` are the current spec's; `manifest_list` is empty for a table without rows."""

    columns: Mapping[int, str]  # field id → name
    fields: tuple[SpecField, ...]
    manifest_list: str
    total_bytes: int | None

    @property
    def keys(self) -> list[tuple[str, str]]:
        """(column, type) of the columns whose conditions can leave files out."""
        found = {f.column: f.type for f in self.fields if f.transform == "identity" or f.transform in _TIMES}
        return list(found.items())


@dataclass(frozen=True)
class DataFile:
    """One file of the snapshot. `partition` by spec field name; `column_bytes` by column name, empty where not recorded."""

    size: int
    partition: Mapping[str, Any]
    column_bytes: Mapping[str, int]
    deletes: bool = False


def read_metadata(text: bytes) -> IcebergTable:
    """A metadata file, format version 1 or 2; raises ValueError for anything else."""
    try:
        metadata = json.loads(text)
        schemas = metadata.get("schemas") or [metadata["schema"]]
        current = metadata.get("current-schema-id", 0)
        schema = next((s for s in schemas if s.get("schema-id", 0) == current), schemas[0])
        columns = {int(f["id"]): str(f["name"]).lower() for f in schema["fields"]}
        types = {int(f["id"]): f["type"] for f in schema["fields"]}
        specs = metadata.get("partition-specs") or [
            {"spec-id": 0, "fields": metadata.get("partition-spec") or []}
        ]
        wanted = metadata.get("default-spec-id", 0)
        spec = next((s for s in specs if s.get("spec-id", 0) == wanted), specs[0])
        fields = tuple(
            SpecField(
                str(f["name"]),
                columns[int(f["source-id"])],
                _hive(types[int(f["source-id"])]),
                str(f["transform"]),
            )
            for f in spec["fields"]
            if int(f["source-id"]) in columns
        )
        snapshot_id = metadata.get("current-snapshot-id")
        snapshot = next((s for s in metadata.get("snapshots") or [] if s["snapshot-id"] == snapshot_id), None)
        if snapshot is None:
            return IcebergTable(columns, fields, "", 0)
        size = (snapshot.get("summary") or {}).get("total-files-size")
        return IcebergTable(
            columns, fields, str(snapshot.get("manifest-list") or ""), int(size) if size else None
        )
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ValueError("its metadata file is not understood") from error


def _hive(kind: Any) -> str:
    text = str(kind)
    return {"long": "bigint", "timestamptz": "timestamp"}.get(
        text, text if isinstance(kind, str) else "string"
    )


def kept_files(table: IcebergTable, files: Sequence[DataFile], predicate: str) -> tuple[list[DataFile], bool]:
    """(files that may hold wanted rows, whether the condition was understood). Delete files are always read."""
    keys = table.keys
    if not predicate or not keys:
        return list(files), True
    timed = {f.column for f in table.fields if f.transform in _TIMES}
    calls = {name.lower() for name in _CALL.findall(predicate)}
    if timed and (not calls <= _HARMLESS or _MOVING.search(predicate)):
        return list(files), False
    literals = [_moment(text) for text in _LITERAL.findall(predicate)]
    rows: list[list[str]] = []
    owners: list[int] = []
    always: set[int] = set()
    for number, file in enumerate(files):
        probes = None if file.deletes else _probes(table, keys, file, literals)
        if probes is None:
            always.add(number)
            continue
        rows += probes
        owners += [number] * len(probes)
    kept, understood = kept_partitions(predicate, keys, rows)
    left = always | {owners[index] for index in kept}
    return [file for number, file in enumerate(files) if number in left], understood


def _probes(
    table: IcebergTable, keys: Sequence[tuple[str, str]], file: DataFile, literals: Sequence[dt.datetime]
) -> list[list[str]] | None:
    """Values to try for a file: its identity values, and for times the ends of its span and the literals in between."""
    choices: list[list[str]] = []
    for column, kind in keys:
        mine = [f for f in table.fields if f.column == column and f.name in file.partition]
        exact = next((f for f in mine if f.transform == "identity"), None)
        # Of several spans of one column the finest is the narrowest.
        timed = next(
            (f for unit in ("hour", "day", "month", "year") for f in mine if f.transform == unit), None
        )
        if exact is not None:
            choices.append([_text(file.partition[exact.name])])
        elif timed is not None:
            value = file.partition[timed.name]
            if value is None:
                choices.append([HIVE_NULL])
                continue
            first, last = _span(timed.transform, value)
            tick = dt.timedelta(days=1) if kind == "date" else dt.timedelta(microseconds=1)
            points = {first, last - tick}
            for literal in literals:
                points |= {p for p in (literal - tick, literal, literal + tick) if first <= p < last}
            choices.append(
                [p.date().isoformat() if kind == "date" else p.isoformat(sep=" ") for p in sorted(points)]
            )
        else:
            return None  # written under another spec
    found = [list(row) for row in product(*choices)]
    return found if len(found) <= MOST_PROBES else None


def _text(value: Any) -> str:
    return HIVE_NULL if value is None else str(value)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _span(transform: str, value: Any) -> tuple[dt.datetime, dt.datetime]:
    """[from, until) of a time transform's value: years, months, days or hours since 1970."""
    if isinstance(value, str):  # a date, as the child process writes it
        first = dt.datetime.fromisoformat(value)
        return first, first + dt.timedelta(days=1)
    count = int(value)
    if transform == "hour":
        first = _EPOCH + dt.timedelta(hours=count)
        return first, first + dt.timedelta(hours=1)
    if transform == "day":
        first = _EPOCH + dt.timedelta(days=count)
        return first, first + dt.timedelta(days=1)
    months = count * 12 if transform == "year" else count
    first = dt.datetime(1970 + months // 12, months % 12 + 1, 1)  # noqa: DTZ001
    months += 12 if transform == "year" else 1
    return first, dt.datetime(1970 + months // 12, months % 12 + 1, 1)  # noqa: DTZ001


def current_files(
    table: IcebergTable,
    read: Callable[[str], bytes],
    decode: Callable[[str, Sequence[bytes]], list[Any]],
    most: int,
) -> list[DataFile]:
    """Live files of the current snapshot. `read` fetches an object, `decode` runs the child process; ValueError where one fails."""
    if not table.manifest_list:
        return []
    listed = decode("list", [read(table.manifest_list)])[0]
    if listed is None:
        raise ValueError("its manifest list cannot be read")
    if len(listed) > most:
        raise ValueError(f"it has {len(listed):,} manifests")
    decoded = decode("manifest", [read(entry["path"]) for entry in listed])
    if any(entries is None for entries in decoded):
        raise ValueError("a manifest cannot be read")
    files = []
    for manifest, entries in zip(listed, decoded, strict=True):
        for entry in entries:
            columns = {
                table.columns[int(key)]: int(size)
                for key, size in entry["columns"]
                if int(key) in table.columns
            }
            deletes = bool(manifest["deletes"]) or bool(entry["content"])
            files.append(DataFile(int(entry["size"]), entry["partition"], columns, deletes))
    return files


def decoded(kind: str, data: bytes) -> list[dict[str, Any]]:
    """Records of one Avro file as plain values; for the child process. Raises ValueError."""
    import fastavro

    try:
        records = [record for record in fastavro.reader(io.BytesIO(data)) if isinstance(record, dict)]
        if kind == "list":
            return [{"path": str(r["manifest_path"]), "deletes": int(r.get("content") or 0)} for r in records]
        found = []
        for record in records:
            if record.get("status") == 2:  # deleted
                continue
            file = record["data_file"]
            found.append(
                {
                    "size": int(file["file_size_in_bytes"]), "content": int(file.get("content") or 0),
                    "partition": {str(k): _plain(v) for k, v in (file.get("partition") or {}).items()},
                    "columns": [[e["key"], e["value"]] for e in file.get("column_sizes") or []],
                }
            )  # fmt: skip
        return found
    except Exception as error:  # fastavro raises whatever the bytes make it raise
        raise ValueError(str(error)) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def main() -> int:
    """Read, answer, end."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    request = json.load(sys.stdin)
    answers: list[list[dict[str, Any]] | None] = []
    for data in request["files"]:
        try:
            answers.append(decoded(request["kind"], base64.b64decode(data)))
        except ValueError:
            answers.append(None)
    sys.stdout.write(json.dumps(answers))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
