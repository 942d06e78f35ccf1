"""The first rows of a table from its files in S3, by ranged reads: free of Athena's price, a few hundred kilobytes at most.

One file is looked into as the S3 page does it, in a guarded child. What was seen is profiled and classified.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.explore_catalog import NodeDetails
from dataops_desktop.actions.preview_object import Previews
from dataops_desktop.actions.result_view import text_of
from dataops_desktop.errors import InputError, NotFoundError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import ColumnClass, ColumnProfile
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.object_store import ObjectEntry, ObjectStore
from dataops_desktop.objects.addresses import is_hidden
from dataops_desktop.ontology.classification import propose_from_name, propose_from_values

ROWS = 100
_KINDS = {"Parquet": "parquet", "CSV": "csv", "JSON": "json", "ORC": "orc", "Avro": "avro"}
SAMPLES = 3


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


async def sample_rows(
    context: ActionContext, previews: Previews, details: NodeDetails, cancel: CancelToken
) -> Sample:
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
    found = await previews.look(store, bucket, entry.key, entry.size, cancel, {"kind": kind}, ROWS)
    if found.rows is None:
        raise QueryFailedError(f"{entry.key} is not {properties.get('storageFormat')}.", "Look at the file; the table may point to the wrong place.")  # fmt: skip
    table = found.rows.slice(0, ROWS)
    found.rows.close()
    shown = [str(name) for name in table.column_names]
    if kind == "csv":  # a header is a guess, the catalog's names are not: by place
        declared = [c.name for c in details.columns]
        shown = [declared[i] if i < len(declared) else name for i, name in enumerate(shown)]
    columns = [_texts(table.column(i)) for i in range(table.num_columns)]
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    sample = Sample(
        tuple(shown), rows, entry.key, entry.size, found.bytes_read, found.requests, "; ".join(found.notes)
    )
    await context.local(_keep, context, details, sample)
    return sample


def _texts(values: Any) -> list[str | None]:
    """Nested values as JSON, the rest as a person reads them."""
    import pyarrow as pa

    if pa.types.is_nested(values.type):
        return [
            None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values.to_pylist()
        ]
    return list(text_of(values).to_pylist())


def _place(details: NodeDetails) -> str:
    """The table's location, or the newest partition's."""
    for partition in reversed(details.partitions):
        if partition.location:
            return partition.location.rstrip("/") + "/"
    location = str(details.stored.node.properties.get("location") or "")
    return location.rstrip("/") + "/" if location else ""


def _first_file(listed: Sequence[ObjectEntry]) -> ObjectEntry | None:
    return next((e for e in listed if e.size and not e.is_folder and not is_hidden(e.key)), None)


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
