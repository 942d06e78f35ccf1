"""Athena's text results as typed Arrow batches: exact decimals, NULL apart from empty, repeated column names kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dataops_desktop.errors import ProtocolError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import ResultColumn

BLOCK_BYTES = 1 << 20


def arrow_type(column: ResultColumn) -> Any:
    """The Arrow type of one column; what has no exact counterpart stays text (arrays, maps, rows, zoned timestamps)."""
    import pyarrow as pa

    kind = column.type.lower()
    simple = {
        "boolean": pa.bool_(), "tinyint": pa.int8(), "smallint": pa.int16(), "integer": pa.int32(), "int": pa.int32(),
        "bigint": pa.int64(), "double": pa.float64(), "float": pa.float32(), "real": pa.float32(), "date": pa.date32(),
        "timestamp": pa.timestamp("ms"),
    }  # fmt: skip
    if kind == "decimal" and 0 < column.precision <= 38:
        return pa.decimal128(column.precision, column.scale)
    return simple.get(kind, pa.string())


def arrow_schema(columns: Sequence[ResultColumn]) -> Any:
    """One field a column, in order; names may repeat."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, arrow_type(column)) for column in columns])


def stream_csv(body: Any, columns: Sequence[ResultColumn], cancel: CancelToken) -> Iterator[Any]:
    """Batches of a result object as they arrive. Columns are read by place, so repeated names do not collide."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    names = [f"c{i}" for i in range(len(columns))]
    schema = arrow_schema(columns)
    options = pa_csv.ConvertOptions(
        column_types={name: arrow_type(column) for name, column in zip(names, columns, strict=True)},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["true"],
        false_values=["false"],
        timestamp_parsers=["%Y-%m-%d %H:%M:%S", pa_csv.ISO8601],
    )
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(body, mode="r"),
            read_options=pa_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=BLOCK_BYTES, use_threads=True
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=options,
        )
        for batch in reader:
            cancel.raise_if_cancelled()
            yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return
        raise ProtocolError(
            f"The result file could not be read: {str(error).splitlines()[0]}", "Run the query again."
        ) from error


def decode_rows(rows: Sequence[Sequence[str | None]], columns: Sequence[ResultColumn]) -> Any:
    """One batch from GetQueryResults' text cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    schema = arrow_schema(columns)
    arrays = []
    for index, column in enumerate(columns):
        text = pa.array([row[index] if index < len(row) else None for row in rows], pa.string())
        try:
            arrays.append(
                text if pa.types.is_string(arrow_type(column)) else pc.cast(text, arrow_type(column))
            )
        except pa.ArrowInvalid as error:
            raise ProtocolError(
                f"Column {column.name} holds a value that is not {column.type}.", "Run the query again."
            ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
