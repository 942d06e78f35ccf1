"""Athena's text results as typed Arrow batches: exact decimals, NULL apart from empty, repeated column names kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from dataops_desktop.errors import ProtocolError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import ResultColumn

BLOCK_BYTES = 1 << 20


ZONED = "timestamp with time zone"
_FINER = r"(\.\d{6})\d+"  # digits below a microsecond
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)\Z")


def arrow_type(column: ResultColumn, zone: str = "UTC") -> Any:
    """The Arrow type of one column. `zone` is what zoned timestamps are shown in.

    Arrays, maps and rows stay text: the metadata names no element types, and their text has no quotes (nested_text.py).
    """
    import pyarrow as pa

    kind = column.type.lower()
    simple = {
        "boolean": pa.bool_(), "tinyint": pa.int8(), "smallint": pa.int16(), "integer": pa.int32(), "int": pa.int32(),
        "bigint": pa.int64(), "double": pa.float64(), "float": pa.float32(), "real": pa.float32(), "date": pa.date32(),
        "timestamp": pa.timestamp("us"), "time": pa.time64("us"), "varbinary": pa.binary(),
    }  # fmt: skip
    if kind == "decimal" and 0 < column.precision <= 38:
        return pa.decimal128(column.precision, column.scale)
    if kind == ZONED:
        return pa.timestamp("us", tz=zone)
    return simple.get(kind, pa.string())


def zones_of(columns: Sequence[ResultColumn], row: Sequence[str | None]) -> dict[int, str]:
    """The zone of each zoned column's first value: the others are shown in it too, as the same moments."""
    found = {}
    for index, column in enumerate(columns):
        if column.type.lower() == ZONED:
            value = row[index] if index < len(row) else None
            zone = (value or "").partition(" ")[2].partition(" ")[2]
            found[index] = zone if _known(zone) else "UTC"
    return found


def _known(zone: str) -> bool:
    """Whether Python and Arrow can show times in it."""
    from zoneinfo import ZoneInfo

    if _OFFSET.fullmatch(zone):
        return True
    try:
        ZoneInfo(zone)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError only by its base
        return False
    except KeyError:
        return False
    return True


def arrow_schema(columns: Sequence[ResultColumn], zones: Mapping[int, str] = MappingProxyType({})) -> Any:
    """One field a column, in order; names may repeat."""
    import pyarrow as pa

    return pa.schema(
        [pa.field(column.name, arrow_type(column, zones.get(i, "UTC"))) for i, column in enumerate(columns)]
    )


def _from_text(text: Any, kind: Any) -> Any:
    """A column of Athena's text as its type. Raises ArrowInvalid or ValueError for a text that is not of the type."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(kind):
        return text
    if pa.types.is_binary(kind):
        return pa.array([None if v is None else bytes.fromhex(v) for v in text.to_pylist()], pa.binary())
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return _zoned(text, kind)
    if pa.types.is_time(kind):  # Arrow reads times of day only as parts of moments
        moments = pc.binary_join_element_wise(pa.scalar("1970-01-01"), text, pa.scalar(" "))
        return pc.cast(_from_text(moments, pa.timestamp("us")), kind)
    try:
        return pc.cast(text, kind)
    except pa.ArrowInvalid:
        if not pa.types.is_timestamp(kind):
            raise
        return pc.cast(pc.replace_substring_regex(text, _FINER, r"\1"), kind)


def _zoned(text: Any, kind: Any) -> Any:
    """`2024-05-01 12:30:00.250 Europe/Berlin`: the moment, exactly; of an hour that a clock repeats, the first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(
        pc.replace_substring_regex(text, _FINER, r"\1"), r"^(?P<moment>\S+ \S+) (?P<zone>\S+)$"
    )
    moments = pc.cast(pc.struct_field(parts, "moment"), pa.timestamp("us"))
    zones = pc.struct_field(parts, "zone")
    if isinstance(moments, pa.ChunkedArray):
        moments, zones = moments.combine_chunks(), zones.combine_chunks()
    lost = pc.and_(pc.is_valid(text), pc.is_null(zones))
    if pc.any(lost).as_py():
        raise ValueError("a timestamp without its zone")
    found = pa.nulls(len(moments), pa.timestamp("us", tz="UTC"))
    for zone in pc.unique(zones).to_pylist():
        if zone is None:
            continue
        here = pc.fill_null(pc.equal(zones, zone), False)
        offset = _OFFSET.fullmatch(zone)
        if offset:
            minutes = (int(offset[2]) * 60 + int(offset[3])) * (-1 if offset[1] == "-" else 1)
            utc = pc.assume_timezone(
                pc.subtract(moments, pa.scalar(minutes * 60_000_000, pa.duration("us"))), "UTC"
            )
        else:
            utc = pc.cast(pc.assume_timezone(moments, zone, ambiguous="earliest", nonexistent="earliest"), pa.timestamp("us", tz="UTC"))  # fmt: skip
        found = pc.if_else(here, utc, found)
    return pc.cast(found, kind)


def stream_csv(body: Any, columns: Sequence[ResultColumn], schema: Any, cancel: CancelToken) -> Iterator[Any]:
    """Batches of a result object as they arrive. Columns are read by place, so repeated names do not collide."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [f"c{i}" for i in range(len(columns))]
    kinds = [field.type for field in schema]
    later = [i for i, kind in enumerate(kinds) if pa.types.is_timestamp(kind) or pa.types.is_time(kind) or pa.types.is_binary(kind)]  # fmt: skip
    options = pa_csv.ConvertOptions(
        column_types={name: pa.string() if i in later else kinds[i] for i, name in enumerate(names)},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["true"],
        false_values=["false"],
    )
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(body, mode="r"),
            read_options=pa_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=BLOCK_BYTES, use_threads=True
            ),
            # Of a single column a NULL is an empty line.
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=len(columns) > 1),
            convert_options=options,
        )
        for batch in reader:
            cancel.raise_if_cancelled()
            arrays = list(batch.columns)
            for index in later:
                arrays[index] = _typed(arrays[index], columns[index], kinds[index])
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise ProtocolError(
            f"The result file could not be read: {str(error).splitlines()[0]}", "Run the query again."
        ) from error


def _typed(text: Any, column: ResultColumn, kind: Any) -> Any:
    import pyarrow as pa

    try:
        return _from_text(text, kind)
    except (pa.ArrowInvalid, ValueError) as error:
        raise ProtocolError(
            f"Column {column.name} holds a value that is not {column.type}.",
            "Cast the column to varchar in the query to see it.",
        ) from error


def decode_rows(rows: Sequence[Sequence[str | None]], columns: Sequence[ResultColumn], schema: Any) -> Any:
    """One batch from GetQueryResults' text cells."""
    import pyarrow as pa

    arrays = []
    for index, column in enumerate(columns):
        text = pa.array([row[index] if index < len(row) else None for row in rows], pa.string())
        arrays.append(_typed(text, column, schema.field(index).type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
