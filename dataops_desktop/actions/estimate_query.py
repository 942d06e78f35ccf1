"""What a query will scan, from its own history, the catalog's partitions, and listings of exactly the partitions it leaves.

Listings and footers are kept for some minutes, so that estimating while somebody types asks S3 once.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.prices import usd_per_tb
from dataops_desktop.costs.estimate import Estimate, TableEstimate, combined, free, from_history, unknown
from dataops_desktop.costs.iceberg import DataFile, IcebergTable, current_files, kept_files, read_metadata
from dataops_desktop.costs.projection import ProjectionError, is_projected, projected_partitions
from dataops_desktop.costs.pruning import kept_partitions
from dataops_desktop.errors import DataOpsError
from dataops_desktop.interfaces.catalog import Partition
from dataops_desktop.interfaces.object_store import ObjectEntry, ObjectStore
from dataops_desktop.objects.addresses import is_hidden
from dataops_desktop.ontology.nodes import glue_table_id
from dataops_desktop.sql.scans import Scan, TableShape, scans, shape_of

LISTED_PARTITIONS = 40  # more of them are sampled, or found in one listing of the table
LISTED_OBJECTS = 20_000
FOOTERS = 8
TAIL_BYTES, ORC_TAIL_BYTES = 64 * 1024, 1 << 20
KEPT_S = 300.0
CHILD_S = 20
LARGEST_METADATA, MOST_MANIFESTS = 32 << 20, 200


@dataclass(frozen=True)
class _Size:
    """Objects below a location; `complete` False where there were too many to list."""

    objects: tuple[ObjectEntry, ...]
    complete: bool

    @property
    def bytes(self) -> int:
        return sum(entry.size for entry in self.objects)


class Estimator:
    """Estimates for one workspace and connection."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._sizes: dict[str, tuple[float, _Size]] = {}
        self._footers: dict[tuple[str, str, int], dict[str, Any] | None] = {}
        self._metadata: dict[str, IcebergTable] = {}  # by the metadata file's place
        self._files: dict[str, list[DataFile]] = {}  # by the manifest list's place: neither ever changes

    async def estimate(self, sql: str, database: str, engine: str = "athena") -> Estimate:
        """Never raises for what is wrong with the statement or the service: the reason is in the estimate."""
        context = self._context
        try:
            store = await context.connector("s3")
            source = await context.run("s3", lambda: store.source)
            rate = await context.local(usd_per_tb, context.workspace.settings, source)
            return await context.run("estimate", self._estimate, sql, database, engine, store, source, rate)
        except DataOpsError as error:
            return unknown(error.message)

    def _estimate(
        self, sql: str, database: str, engine: str, store: ObjectStore, source: str, rate: float
    ) -> Estimate:
        shapes: dict[tuple[str, str], tuple[TableShape, int, dict[str, Any]]] = {}

        def shape(database_name: str, table: str) -> TableShape | None:
            stored = self._context.workspace.catalog.node(glue_table_id(database_name, table), source)
            if stored is None:
                return None
            columns, keys = self._context.workspace.catalog.columns(stored.key)
            properties = dict(stored.node.properties)
            pairs = [(c.name, c.type) for c in keys]
            if _is_iceberg(properties):
                properties["iceberg"] = table_or_reason = self._iceberg(properties, store)
                pairs = table_or_reason.keys if isinstance(table_or_reason, IcebergTable) else []
            found = TableShape(
                tuple((c.name, c.type) for c in columns),
                tuple(pairs),
                str(properties.get("viewSql") or ""),
            )
            shapes[database_name, table] = (found, stored.key, properties)
            return found

        plan = scans(sql, database or "default", shape)
        if plan.kind == "free":
            return free("statements of this kind scan nothing")
        past = self._context.workspace.history.of_shape(engine, shape_of(sql, database), 20)
        # With `?` marks an equal text says nothing about the values that were sent.
        same = [run.bytes_scanned for run in past if run.sql.strip() == sql.strip()] if "?" not in sql else []
        alike = from_history([run.bytes_scanned for run in past], False, rate)
        known = from_history(same, True, rate)
        if plan.kind == "unknown":
            return known or alike or unknown(plan.problem)
        unpartitioned = [
            scan.name
            for scan in plan.scans
            if shapes[scan.database, scan.table][0].partition_keys and not scan.predicate
        ]
        if known is not None:
            return replace(known, unpartitioned=tuple(unpartitioned))
        tables: list[TableEstimate] = []
        for scan in plan.scans:
            made = self._table(scan, *shapes[scan.database, scan.table], store)
            if isinstance(made, str):
                return (
                    replace(alike, unpartitioned=tuple(unpartitioned)) if alike is not None else unknown(made)
                )
            tables.append(made)
        return combined(tables, plan.limited, unpartitioned, rate)

    def _table(
        self, scan: Scan, shape: TableShape, key: int, properties: dict[str, Any], store: ObjectStore
    ) -> TableEstimate | str:
        """One table's part, or why there is none."""
        location = str(properties.get("location") or "")
        if not location.startswith(("s3://", "s3a://")):
            return f"{scan.table} does not lie in S3."
        if "iceberg" in properties:
            return self._iceberg_table(scan, properties["iceberg"], store)
        left = total = 0
        method, band = "listing of the objects", 0.02
        objects: list[ObjectEntry] = []
        scale = 1.0
        if shape.partition_keys:
            try:
                partitions = self._partitions(shape, key, properties, location)
            except ProjectionError as error:
                return f"The partitions of {scan.table} cannot be told: {error}."
            if partitions is None:
                return f"Not all partitions of {scan.table} are in the local catalog."
            kept, understood = kept_partitions(
                scan.predicate, shape.partition_keys, [p.values for p in partitions]
            )
            chosen = [partitions[index] for index in kept]
            left, total = len(chosen), len(partitions)
            if not understood:
                method = "listing; the condition on partitions was not understood"
            objects, scale, complete = self._partition_objects(chosen, location, shape, store)
            if not complete:
                method, band = "sample of the partitions", 0.25
        else:
            size = self._size(location, store)
            if not size.complete:
                stated = properties.get("sizeBytes")
                if stated is None:
                    return f"{scan.table} has more than {LISTED_OBJECTS:,} objects and no statistics."
                scale, method, band = int(stated) / max(1, size.bytes), "table statistics", 0.2
            objects = list(size.objects)
        share, footers, exact = self._column_share(
            scan, str(properties.get("storageFormat")), objects, location, store
        )
        whole = sum(entry.size for entry in objects) * scale
        estimate = int(whole * share + footers * len(objects) * scale)
        if share < 1.0:
            method, band = (
                f"{method}, {len(scan.columns or ())} of {len(shape.columns)} columns",
                max(band, 0.1),
            )
        low = int(estimate * (1 - band))
        if not exact:
            method, band = f"{method}, all columns", max(band, 0.05)
            low = 0 if scan.columns is not None and len(scan.columns) < len(shape.columns) else estimate
        return TableEstimate(scan.name, estimate, low, int(estimate * (1 + band)), method, left, total, share)

    def _iceberg(self, properties: dict[str, Any], store: ObjectStore) -> IcebergTable | str:
        """What the table's metadata file says, or why it is not known; a metadata file never changes."""
        place = str((properties.get("parameters") or {}).get("metadata_location") or "")
        if not place.startswith(("s3://", "s3a://")):
            return "its metadata file is not named"
        if place not in self._metadata:
            try:
                self._metadata[place] = read_metadata(
                    store.read_tail(_bucket(place), _key(place), LARGEST_METADATA)
                )
            except (ValueError, DataOpsError) as error:
                return str(error)
        return self._metadata[place]

    def _iceberg_table(
        self, scan: Scan, table: IcebergTable | str, store: ObjectStore
    ) -> TableEstimate | str:
        """From the current snapshot's manifests: its files, what their columns take, which ones the condition leaves."""
        if isinstance(table, str):
            return f"{scan.table} is an Iceberg table, and {table}."

        def read(place: str) -> bytes:
            return store.read_tail(_bucket(place), _key(place), LARGEST_METADATA)

        if table.manifest_list not in self._files:
            try:
                self._files[table.manifest_list] = current_files(table, read, self._manifests, MOST_MANIFESTS)
            except ValueError as error:
                if table.total_bytes is None:
                    return f"{scan.table} is an Iceberg table, and {error}."
                whole = table.total_bytes
                return TableEstimate(scan.name, whole, 0, whole, "the snapshot's size, all files and columns")
        files = self._files[table.manifest_list]
        kept, understood = kept_files(table, files, scan.predicate)
        bytes_left = whole = 0
        for file in kept:
            wanted = sum(
                size
                for name, size in file.column_bytes.items()
                if scan.columns is None or name in scan.columns
            )
            bytes_left += (
                wanted if file.column_bytes and not file.deletes and scan.columns is not None else file.size
            )
            whole += file.size
        method = "Iceberg manifests" if understood else "Iceberg manifests; the condition was not understood"
        share = bytes_left / whole if whole else 1.0
        return TableEstimate(
            scan.name,
            bytes_left,
            int(bytes_left * 0.9),
            int(bytes_left * 1.1),
            method,
            len(kept),
            len(files),
            share,
        )

    def _manifests(self, kind: str, files: Sequence[bytes]) -> list[Any]:
        """Avro decoded in a child process; None for what cannot be read."""
        request = {"kind": kind, "files": [base64.b64encode(data).decode() for data in files]}
        return self._child("dataops_desktop.costs.iceberg", request, len(files))

    def _partitions(
        self, shape: TableShape, key: int, properties: dict[str, Any], location: str
    ) -> Sequence[Partition] | None:
        """As the table's properties project them, else as Glue knows them; None where not all are known here."""
        parameters = properties.get("parameters") or {}
        if is_projected(parameters):
            names = [name for name, _ in shape.partition_keys]
            return [
                Partition(values, place)
                for values, place in projected_partitions(parameters, names, location)
            ]
        if not properties.get("partitionsComplete", True):
            return None
        return self._context.workspace.catalog.partitions(key)

    def _partition_objects(
        self, chosen: Sequence[Partition], location: str, shape: TableShape, store: ObjectStore
    ) -> tuple[list[ObjectEntry], float, bool]:
        """(objects, factor from the sample to all, whether nothing was sampled)."""
        places = [p.location or _hive_location(location, shape, p) for p in chosen]
        if len(places) > LISTED_PARTITIONS:
            whole = self._size(location, store)
            if whole.complete and all(place.startswith(location.rstrip("/") + "/") for place in places):
                prefixes = {_key(place).rstrip("/") + "/" for place in places}
                depth = {prefix.count("/") for prefix in prefixes}
                objects = [
                    entry
                    for entry in whole.objects
                    if any("/".join(entry.key.split("/")[:d]) + "/" in prefixes for d in depth)
                ]
                return objects, 1.0, True
            step = len(places) / LISTED_PARTITIONS
            places = [places[int(index * step)] for index in range(LISTED_PARTITIONS)]
        sizes = [self._size(place, store) for place in places]
        objects = [entry for size in sizes for entry in size.objects]
        scale = len(chosen) / len(places) if places else 1.0
        return objects, scale, scale == 1.0 and all(size.complete for size in sizes)

    def _size(self, location: str, store: ObjectStore) -> _Size:
        known = self._sizes.get(location)
        now = time.monotonic()
        if known is not None and now - known[0] < KEPT_S:
            return known[1]
        entries, complete = store.objects(_bucket(location), _key(location).rstrip("/") + "/", LISTED_OBJECTS)
        # Athena leaves out files whose name starts with a dot or an underscore.
        seen = tuple(e for e in entries if not is_hidden(e.key) and not e.key.endswith("/"))
        size = _Size(seen, complete)
        self._sizes[location] = (now, size)
        return size

    def _column_share(
        self, scan: Scan, kind: str, objects: Sequence[ObjectEntry], location: str, store: ObjectStore
    ) -> tuple[float, float, bool]:
        """(part of the bytes in the wanted columns, footer bytes an object, whether that is known)."""
        if scan.columns is None or kind.lower() not in {"parquet", "orc"}:
            return 1.0, 0.0, True
        step = max(1, len(objects) // FOOTERS)
        read = self._read_footers(_bucket(location), list(objects)[::step][:FOOTERS], store)
        if not read:
            return 1.0, 0.0, not objects
        wanted = sum(size for f in read for name, size in f["columns"].items() if name in scan.columns)
        stored = sum(f["size"] for f in read)
        return wanted / max(1, stored), sum(f["footer"] for f in read) / len(read), True

    def _read_footers(
        self, bucket: str, entries: Sequence[ObjectEntry], store: ObjectStore
    ) -> list[dict[str, Any]]:
        """Footers of Parquet and ORC files, as `parquet_footer` tells them; unreadable ones are left out."""
        places = [(bucket, entry.key, entry.size) for entry in entries]
        new = [place for place in places if place not in self._footers]
        if new:
            tails = [(_tail(store, *place), place[2]) for place in new]
            self._footers.update(zip(new, self._parse(tails), strict=True))
        return [footer for place in places if (footer := self._footers[place]) is not None]

    def _parse(self, tails: Sequence[tuple[bytes, int]]) -> list[dict[str, Any] | None]:
        """Footers; where they cannot be read the estimate counts all columns, and says so."""
        request = [[base64.b64encode(tail).decode(), size] for tail, size in tails]
        return self._child("dataops_desktop.costs.parquet_footer", request, len(tails))

    def _child(self, module: str, request: Any, count: int) -> list[Any]:
        """`count` answers of a child process, None for what it cannot read: the files are a stranger's, their parsers native code."""
        try:
            done = subprocess.run(
                self._context.module_command(module), input=json.dumps(request).encode(), capture_output=True, timeout=CHILD_S, check=True
            )  # fmt: skip
            answers: list[Any] = json.loads(done.stdout)
        except (subprocess.SubprocessError, ValueError, OSError):
            return [None] * count
        return answers


def _is_iceberg(properties: dict[str, Any]) -> bool:
    return str((properties.get("parameters") or {}).get("table_type") or "").upper() == "ICEBERG"


def _tail(store: ObjectStore, bucket: str, key: str, size: int) -> bytes:
    """The end of a Parquet file with its whole footer, or of an ORC file as far as one read goes; empty for any other file."""
    tail = store.read_tail(bucket, key, min(TAIL_BYTES, max(1, size)))
    if b"ORC" in tail[-32:]:
        return tail if len(tail) == size else store.read_tail(bucket, key, min(ORC_TAIL_BYTES, size))
    length = int.from_bytes(tail[-8:-4], "little") + 8 if tail[-4:] == b"PAR1" else 0
    if len(tail) < length <= size:
        tail = store.read_tail(bucket, key, length)
    return tail if length else b""


def _bucket(location: str) -> str:
    return location.partition("://")[2].partition("/")[0]


def _key(location: str) -> str:
    return location.partition("://")[2].partition("/")[2]


def _hive_location(location: str, shape: TableShape, partition: Partition) -> str:
    pairs = zip(shape.partition_keys, partition.values, strict=False)
    return (
        location.rstrip("/")
        + "/"
        + "/".join(f"{name}={quote(value, safe='')}" for (name, _), value in pairs)
        + "/"
    )
