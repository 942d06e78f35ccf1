"""The first rows of a table from its files in S3, by ranged reads: free of Athena's price, a few hundred kilobytes at most.

Text: the first QUARTER_MB, cut to whole lines. Parquet: the footer, then the shown columns of the first row group. Small files whole.
Files are a stranger's, so they are read in child processes. What was seen is profiled and classified.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.explore_catalog import NodeDetails
from dataops_desktop.actions.local_data import FILES, LocalTable, cut_to_lines, read_local
from dataops_desktop.errors import InputError, NotFoundError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import ColumnClass, ColumnProfile
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.object_store import ObjectEntry, ObjectStore
from dataops_desktop.ontology.classification import propose_from_name, propose_from_values

ROWS = 100
QUARTER_MB = 256 << 10
SMALL = 1 << 20  # a file up to this is read whole
PACKED_MOST = 16 << 20
TAIL = 64 << 10
COLUMNS, PARQUET_BYTES = 60, 8 << 20
CHILD_S = 30
CHILD = "dataops_desktop.connectors.duckdb.parquet_head"
_KINDS = {"Parquet": "parquet", "CSV": "csv", "JSON": "json"}
SAMPLES = 3
_SUFFIX = re.compile(r"(?:\.\w{1,8}){0,2}", re.ASCII)  # a key is a stranger's: only what tells the packing


@dataclass(frozen=True)
class Sample:
    """First rows as texts (None is NULL). `bytes_read` of `size` bytes of `key`, in `requests` requests."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    key: str
    size: int
    bytes_read: int
    requests: int
    note: str = ""


async def sample_rows(context: ActionContext, details: NodeDetails, cancel: CancelToken) -> Sample:
    """InputError where the kind or place cannot be read by range; NotFoundError without a file. The profile is stored."""
    properties = details.stored.node.properties
    location, kind = _place(details), _KINDS.get(str(properties.get("storageFormat") or ""))
    if properties.get("kind") != "table" or kind is None:
        what = "A view has no files" if properties.get("kind") == "view" else f"{properties.get('storageFormat') or 'This format'} is not read by range"  # fmt: skip
        raise InputError(f"{what}.", "Read its first rows through Athena.")
    if not location.startswith("s3://"):
        raise InputError("The table's files are not in S3.", "Read its first rows through Athena.")
    store: ObjectStore = await context.connector("s3")
    bucket, _, prefix = location[5:].partition("/")
    listed, _ = await context.signed_in("s3", store.objects, bucket, prefix, 200)
    entry = _first_file(listed)
    if entry is None:
        raise NotFoundError(f"There is no data file below {location}.", "The table may be empty, or its files were moved.")  # fmt: skip
    folder = context.results.scratch(f"sample-{uuid.uuid4().hex[:12]}")
    suffix = "".join(Path(entry.key).suffixes[-2:])[-12:]
    path = folder.with_name(folder.name + (suffix if _SUFFIX.fullmatch(suffix) else ""))
    try:
        if kind == "parquet" and entry.size > SMALL:
            sample = await _parquet(context, store, bucket, entry, path, cancel)
        else:
            sample = await _whole_or_head(context, store, bucket, entry, path, kind, details, cancel)
    finally:
        await context.local(path.unlink, missing_ok=True)
    await context.local(_keep, context, details, sample)
    return sample


def _place(details: NodeDetails) -> str:
    """The table's location, or the newest partition's."""
    for partition in reversed(details.partitions):
        if partition.location:
            return partition.location.rstrip("/") + "/"
    location = str(details.stored.node.properties.get("location") or "")
    return location.rstrip("/") + "/" if location else ""


def _first_file(listed: Sequence[ObjectEntry]) -> ObjectEntry | None:
    def hidden(key: str) -> bool:
        return key.rpartition("/")[2].startswith(("_", "."))

    return next((e for e in listed if e.size and not e.is_folder and not hidden(e.key)), None)


async def _whole_or_head(
    context: ActionContext, store: ObjectStore, bucket: str, entry: ObjectEntry, path: Path, kind: str,
    details: NodeDetails, cancel: CancelToken,
) -> Sample:  # fmt: skip
    packed = entry.key.lower().endswith((".gz", ".zst"))
    most = SMALL if kind == "parquet" else PACKED_MOST if packed else QUARTER_MB
    if packed and entry.size > most:
        raise InputError(f"{entry.key} is packed and has {entry.size:,} bytes.", "Read its first rows through Athena.")  # fmt: skip

    def seen(_done: int) -> None:
        cancel.raise_if_cancelled()

    await context.signed_in("s3", store.download, bucket, entry.key, path, most, seen)
    if entry.size > most:
        await context.local(cut_to_lines, path)
    engine = await context.connector("duckdb")
    table = LocalTable(FILES, "sample", str(path), kind)
    found, records = await context.run("duckdb", read_local, engine, table, ROWS)
    names = [name for name, _ in found]
    shown = names
    if kind == "csv":  # a header is a guess, the catalog's names are not: by place
        declared = [c.name for c in details.columns]
        shown = [declared[i] if i < len(declared) else name for i, name in enumerate(names)]
    rows = tuple(tuple(_text(record[name]) for name in names) for record in records)
    return Sample(tuple(shown), rows, entry.key, entry.size, min(entry.size, most), 1)


async def _parquet(
    context: ActionContext, store: ObjectStore, bucket: str, entry: ObjectEntry, path: Path, cancel: CancelToken
) -> Sample:  # fmt: skip
    tail = await context.signed_in("s3", store.read_tail, bucket, entry.key, TAIL)
    requests = 1
    needed = int.from_bytes(tail[-8:-4], "little") + 8 if tail[-4:] == b"PAR1" else 0
    if not needed or needed > 64 << 20:
        raise QueryFailedError(f"{entry.key} is not a Parquet file.", "Look at the file; the table may point to the wrong place.")  # fmt: skip
    if needed > len(tail):
        tail = await context.signed_in("s3", store.read_tail, bucket, entry.key, needed)
        requests += 1
    planned = await _child(context, {"plan": base64.b64encode(tail).decode(), "columns": COLUMNS, "bytes": PARQUET_BYTES}, entry.key)  # fmt: skip
    pieces = [(entry.size - len(tail), tail)]
    for start, length in planned["ranges"]:
        cancel.raise_if_cancelled()
        if start < 0 or length < 0 or start + length > entry.size or length > 4 * PARQUET_BYTES:
            raise QueryFailedError(f"{entry.key} has a damaged footer.", "Write the file again.")
        if start >= entry.size - len(tail):
            continue
        data = await context.signed_in("s3", store.read_range, bucket, entry.key, start, length)
        pieces.append((start, data))
        requests += 1
    await context.local(_write_sparse, path, entry.size, pieces)
    answer = await _child(context, {"read": str(path), "columns": planned["columns"], "rows": ROWS}, entry.key)  # fmt: skip
    note = f"{planned['left_out']} more columns were not read" if planned["left_out"] else ""
    return Sample(
        tuple(name for name, _ in answer["columns"]),
        tuple(tuple(row) for row in answer["rows"]),
        entry.key,
        entry.size,
        sum(len(data) for _, data in pieces),
        requests,
        note,
    )


def _write_sparse(path: Path, size: int, pieces: Sequence[tuple[int, bytes]]) -> None:
    with path.open("wb") as file:
        file.truncate(size)
        for start, data in [(0, b"PAR1"), *pieces]:
            file.seek(start)
            file.write(data)


async def _child(context: ActionContext, request: dict[str, Any], key: str) -> dict[str, Any]:
    def run() -> dict[str, Any]:
        try:
            done = subprocess.run(
                context.module_command(CHILD), input=json.dumps(request).encode(), capture_output=True, timeout=CHILD_S, check=False
            )  # fmt: skip
            answer: dict[str, Any] = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            answer = {"error": "its reader ended early"}
        if "error" in answer:
            raise QueryFailedError(f"{key} cannot be read ({answer['error']}).", "Check that the file is whole, or read it through Athena.")  # fmt: skip
        return answer

    return await context.local(run)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)  # fmt: skip


def _keep(context: ActionContext, details: NodeDetails, sample: Sample) -> None:
    """Profiles and what the values say about each column, under the catalog's own spelling of its name."""
    catalog, key = context.workspace.catalog, details.stored.key
    declared = {c.name.lower(): c for c in details.columns}
    table = str(details.stored.node.properties.get("tableName") or "")
    profiles: list[ColumnProfile] = []
    classes: list[ColumnClass] = []
    for place, name in enumerate(sample.columns):
        column = declared.get(name.lower())
        if column is None or not sample.rows:
            continue
        values = [row[place] for row in sample.rows]
        named = propose_from_name(column.name, column.type, column.comment[:200], table)
        present = [value for value in values if value is not None]
        distinct = list(dict.fromkeys(present))
        seen = propose_from_values(present, named)
        # Values of people, money and secrets are looked at, never kept.
        kept = () if named or seen else tuple(value[:80] for value in distinct[:SAMPLES])
        profiles.append(
            ColumnProfile(
                column.name, len(values), 1 - len(present) / len(values), len(distinct), kept, iso_now(),
            )
        )  # fmt: skip
        if seen is not None:
            classes.append(ColumnClass(column.name, seen.kind, seen.confidence, "values"))
    if profiles:
        catalog.set_profiles(key, profiles)
    if classes:
        catalog.propose_classes(key, classes)
