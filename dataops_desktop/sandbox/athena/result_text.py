"""How Athena writes values as text: in GetQueryResults and in the result CSV (every value quoted, NULL left bare)."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv


def java_double(value: float) -> str:
    """`Double.toString` of Java: 1.0, 1.0E7, 1.5E-4, NaN, Infinity."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = repr(value)
        return text if "e" not in text else f"{value:f}"
    mantissa, _, exponent = f"{decimal.Decimal(repr(value)).normalize():E}".partition("E")
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}E{int(exponent)}"


def value_text(value: Any) -> str | None:
    """One Python value as Athena prints it inside arrays, maps and rows; None stays None at the top."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, dt.datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
        return text + " UTC" if value.tzinfo else text
    if isinstance(value, bytes):
        return " ".join(f"{byte:02x}" for byte in value)
    if isinstance(value, dict):
        # Trino calls the fields of an anonymous row field0, field1, …
        names = [f"field{k[1:]}" if k[:1] == "_" and k[1:].isdigit() else k for k in value]
        return "{" + ", ".join(f"{k}={_inner(v)}" for k, v in zip(names, value.values(), strict=True)) + "}"
    if isinstance(value, list):
        if value and isinstance(value[0], tuple):
            return "{" + ", ".join(f"{_inner(k)}={_inner(v)}" for k, v in value) + "}"
        return "[" + ", ".join(_inner(v) for v in value) + "]"
    return str(value)


def _inner(value: Any) -> str:
    text = value_text(value)
    return "null" if text is None else text


def text_table(result: pa.Table) -> pa.Table:
    """Every column of a result as Athena's text, NULL kept as NULL. Columns stay positional: names may repeat."""
    columns = []
    for column in result.columns:
        kind = column.type
        if pa.types.is_string(kind):
            columns.append(column)
        elif pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_boolean(kind):
            columns.append(pc.cast(column, pa.string()))
        elif pa.types.is_timestamp(kind) and kind.tz is None:
            columns.append(pc.strftime(pc.cast(column, pa.timestamp("ms"), safe=False), "%Y-%m-%d %H:%M:%S"))
        else:
            columns.append(
                pa.chunked_array([pa.array([value_text(v) for v in column.to_pylist()], pa.string())])
            )
    return pa.Table.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])


def csv_bytes(names: list[str], text: pa.Table) -> bytes:
    """The result object: header row, all values quoted, NULL as nothing at all (so `""` is an empty string)."""
    out = io.BytesIO()
    out.write((",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n").encode())
    if text.num_columns:
        options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid", batch_size=65536)
        pa_csv.write_csv(text, out, options)
    return out.getvalue()


def _varint(number: int) -> bytes:
    out = bytearray()
    while True:
        byte = number & 0x7F
        number >>= 7
        if number:
            out.append(byte | 0x80)
        else:
            out.append(byte)
            return bytes(out)


def metadata_bytes(columns: list[tuple[str, str, int, int]]) -> bytes:
    """The binary `.metadata` object: protobuf messages of column name, type, precision and scale.

    AWS documents only that it exists and that deleting it loses GetQueryResults; the layout here is ours.
    """
    out = bytearray()
    for name, kind, precision, scale in columns:
        fields = bytearray()
        for number, text in ((4, name), (5, name), (6, kind)):
            data = text.encode()
            fields += _varint(number << 3 | 2) + _varint(len(data)) + data
        for number, value in ((7, precision), (8, scale), (9, 3)):
            fields += _varint(number << 3) + _varint(value)
        out += _varint(4 << 3 | 2) + _varint(len(fields)) + fields
    return bytes(out)
