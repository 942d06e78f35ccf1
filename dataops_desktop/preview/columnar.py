"""Parquet, ORC, Arrow and Avro: the index, then no more of the data than is shown."""

from __future__ import annotations

import io
from itertools import islice
from typing import Any

from dataops_desktop.preview.found import Found, Table, UnreadableError
from dataops_desktop.preview.remote_file import RemoteFile
from dataops_desktop.preview.texts import schema_of

TAIL = 64 << 10
MOST_FOOTER = 64 << 20
MOST_COLUMNS = 1000  # shown at once
NEIGHBOURS = 65_536  # a gap that is not worth a request
MOST_GROUPS_LISTED = 1000
SHOWN_STATISTIC = 60


def parquet(file: RemoteFile, options: dict[str, Any]) -> Found:
    """The footer in one read of the end, then the shown columns of the first row group in one or two."""
    import pyarrow.parquet as pq

    tail = file.tail(TAIL)
    if tail[-4:] not in {b"PAR1", b"PARE"}:
        raise UnreadableError("it does not end as a Parquet file does: it is cut, or something else")
    if tail[-4:] == b"PARE":
        raise UnreadableError("its footer is encrypted")
    length = int.from_bytes(tail[-8:-4], "little") + 8
    if length > min(file.size, MOST_FOOTER):
        raise UnreadableError("its footer is damaged")
    if length > len(tail):
        file.tail(length)
    reader = pq.ParquetFile(file, pre_buffer=False)
    metadata = reader.metadata
    found = Found("parquet", "PyArrow", whole=False)
    found.facts = [
        ("Rows", f"{metadata.num_rows:,}"), ("Row groups", f"{metadata.num_row_groups:,}"), ("Written by", str(metadata.created_by or "")[:120]),
        ("Format", str(metadata.format_version)), ("Footer", f"{length:,} bytes"),
    ]  # fmt: skip
    found.tables = _about(metadata, reader.schema_arrow)
    names = [field.name for field in reader.schema_arrow]
    if not metadata.num_row_groups:
        found.rows = reader.schema_arrow.empty_table()
        return found
    group = next((g for g in range(metadata.num_row_groups) if metadata.row_group(g).num_rows), 0)
    wanted, ranges, left = _plan(metadata.row_group(group), names, options)
    file.fetch(ranges)
    batch = next(
        reader.iter_batches(batch_size=int(options["rows"]), row_groups=[group], columns=wanted), None
    )
    import pyarrow as pa

    found.rows = (
        pa.Table.from_batches([batch])
        if batch is not None
        else reader.schema_arrow.empty_table().select(wanted)
    )
    found.choices = {"columns": wanted, "all_columns": names}
    if left:
        found.notes.append(
            f"{left} of {len(names)} columns are not shown: they would take {options['bytes'] // 1_000_000} MB and more to read"
        )
    return found


def _plan(
    group: Any, names: list[str], options: dict[str, Any]
) -> tuple[list[str], list[tuple[int, int]], int]:
    """(columns, byte ranges, how many are left out): the first ones that fit the budget, or those asked for."""
    parts: dict[str, list[tuple[int, int]]] = {}
    for index in range(group.num_columns):
        column = group.column(index)
        start = column.data_page_offset
        if column.has_dictionary_page and column.dictionary_page_offset:
            start = min(start, column.dictionary_page_offset)
        parts.setdefault(column.path_in_schema.split(".")[0], []).append(
            (int(start), int(column.total_compressed_size))
        )
    asked = [name for name in options.get("columns") or () if name in parts]
    chosen: list[str] = []
    total = 0
    for name in asked or names:
        size = sum(length for _, length in parts.get(name, ()))
        if not asked and chosen and (total + size > options["bytes"] or len(chosen) >= MOST_COLUMNS):
            break
        chosen.append(name)
        total += size
    ranges: list[tuple[int, int]] = []
    for start, length in sorted(part for name in chosen for part in parts.get(name, ())):
        if start < 0 or length < 0:
            raise UnreadableError("its footer is damaged")
        if ranges and start <= ranges[-1][0] + ranges[-1][1] + NEIGHBOURS:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], start + length - ranges[-1][0]))
        else:
            ranges.append((start, length))
    return chosen, ranges, len(names) - len(chosen)


def _about(metadata: Any, schema: Any) -> list[Table]:
    """Schema with statistics over all row groups, and the row groups."""
    columns: dict[str, dict[str, Any]] = {}
    groups = []
    for number in range(min(metadata.num_row_groups, MOST_GROUPS_LISTED)):
        group = metadata.row_group(number)
        packed = 0
        for index in range(group.num_columns):
            column = group.column(index)
            packed += column.total_compressed_size
            about = columns.setdefault(
                column.path_in_schema,
                {
                    "packed": 0,
                    "nulls": 0,
                    "low": None,
                    "high": None,
                    "codec": column.compression,
                    "known": True,
                },
            )
            about["packed"] += column.total_compressed_size
            statistics = column.statistics if column.is_stats_set else None
            if statistics is None:
                about["known"] = False
                continue
            about["nulls"] += statistics.null_count or 0
            if statistics.has_min_max:
                try:
                    about["low"] = (
                        statistics.min if about["low"] is None else min(about["low"], statistics.min)
                    )
                    about["high"] = (
                        statistics.max if about["high"] is None else max(about["high"], statistics.max)
                    )
                except (TypeError, ValueError):  # kinds that do not compare
                    continue
        groups.append([str(number + 1), f"{group.num_rows:,}", f"{packed:,}", f"{group.total_byte_size:,}"])
    types = {field.name: str(field.type) for field in schema}
    rows = []
    for path, about in columns.items():
        top = path.split(".")[0]
        kind = types.get(path) or (types.get(top, "") if path == top else "")
        nulls = f"{about['nulls']:,}" if about["known"] else ""
        rows.append(
            [
                path,
                kind,
                _short(about["low"]),
                _short(about["high"]),
                nulls,
                f"{about['packed']:,}",
                str(about["codec"]).capitalize(),
            ]
        )
    return [
        Table("Schema", ["Column", "Type", "Least", "Greatest", "Nulls", "Bytes", "Packed by"], rows),
        Table("Row groups", ["Group", "Rows", "Bytes", "Unpacked"], groups),
    ]


def _short(value: Any) -> str:
    text = "" if value is None else value.hex(" ") if isinstance(value, bytes) else str(value)
    return text if len(text) <= SHOWN_STATISTIC else text[:SHOWN_STATISTIC] + "…"


def orc(file: RemoteFile, options: dict[str, Any]) -> Found:
    """The tail, then the first stripe."""
    import pyarrow as pa
    from pyarrow import orc as reader_of

    file.tail(TAIL)
    file.read_ahead = 1 << 20
    reader = reader_of.ORCFile(file)
    found = Found("orc", "PyArrow", whole=False)
    found.facts = [
        ("Rows", f"{reader.nrows:,}"), ("Stripes", f"{reader.nstripes:,}"), ("Packed by", str(reader.compression)), ("Written by", str(reader.writer)),
    ]  # fmt: skip
    if reader.nstripes and reader.nrows:
        table = pa.Table.from_batches([reader.read_stripe(0)])
        found.rows = table.slice(0, int(options["rows"]))
    else:
        found.rows = reader.schema.empty_table()
    found.tables = [schema_of(found.rows)]
    return found


def arrow(file: RemoteFile, options: dict[str, Any]) -> Found:
    """The first batches of a file or a stream."""
    import pyarrow as pa

    rows = int(options["rows"])
    found = Found("arrow", "PyArrow", whole=False)
    if file.head(6) == b"ARROW1":
        file.read_ahead = 1 << 20
        reader = pa.ipc.open_file(file)
        found.facts = [("Batches", f"{reader.num_record_batches:,}")]
        batches = [reader.get_batch(i) for i in range(min(1, reader.num_record_batches))]
        schema = reader.schema
    else:
        file.read_ahead = 1 << 20
        stream = pa.ipc.open_stream(file)
        schema, batches, count = stream.schema, [], 0
        while count < rows:
            try:
                batch = stream.read_next_batch()
            except StopIteration:
                break
            batches.append(batch)
            count += batch.num_rows
    found.rows = pa.Table.from_batches(batches, schema).slice(0, rows)
    found.tables = [schema_of(found.rows)]
    return found


def avro(file: RemoteFile, options: dict[str, Any]) -> Found:
    """The first block or two."""
    import fastavro
    import pyarrow as pa

    file.head(256 << 10)
    file.read_ahead = 1 << 20
    try:
        reader = fastavro.reader(io.BufferedReader(file, 65_536))
        records = list(islice(reader, int(options["rows"])))
    except (ValueError, KeyError, IndexError, TypeError, EOFError, RecursionError, AttributeError) as error:
        raise UnreadableError(
            f"it is not whole, or not Avro ({str(error)[:120] or type(error).__name__})"
        ) from error
    found = Found("avro", "fastavro", whole=False, facts=[("Packed by", str(reader.codec))])
    rows = [record if isinstance(record, dict) else {"value": record} for record in records]
    try:
        found.rows = pa.Table.from_pylist(rows)
    except (pa.ArrowException, TypeError, OverflowError):  # unions of kinds that no column holds
        found.rows = pa.Table.from_pylist(
            [{name: None if v is None else str(v) for name, v in row.items()} for row in rows]
        )
        found.notes.append("values of several kinds stand in one column: shown as text")
    found.tables = [schema_of(found.rows)]
    return found
