"""The first rows of a large Parquet file of which only parts are here. Runs as a child process: the files are a stranger's.

Standard input: one JSON request. `{"plan": base64 of the file's end, "size": bytes, "columns": most, "bytes": most}` answers
`{"ranges": [[start, length], …], "columns": [names], "left_out": count}`; `{"read": path, "columns": [names], "rows": most}` answers
`{"columns": [[name, type], …], "rows": [[text or null, …], …]}` from a sparse file in which those ranges and the end are in place.
`{"error": text}` where the file is not what it says.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

MEMORY_BYTES = 4 << 30
CPU_S = 20
LONGEST_TEXT = 2_000


def plan(tail: bytes, most_columns: int, most_bytes: int) -> dict[str, Any]:
    """Byte ranges of the first row group's first columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(pa.BufferReader(tail))
    if not metadata.num_row_groups:
        return {
            "ranges": [],
            "columns": metadata.schema.to_arrow_schema().names[:most_columns],
            "left_out": 0,
        }
    group = metadata.row_group(0)
    by_name: dict[str, list[tuple[int, int]]] = {}
    for index in range(group.num_columns):
        column = group.column(index)
        start = column.data_page_offset
        if column.has_dictionary_page and column.dictionary_page_offset is not None:
            start = min(start, column.dictionary_page_offset)
        by_name.setdefault(column.path_in_schema.split(".")[0], []).append(
            (int(start), int(column.total_compressed_size))
        )
    ranges: list[tuple[int, int]] = []
    names: list[str] = []
    total = 0
    for name, parts in by_name.items():
        size = sum(length for _, length in parts)
        if len(names) >= most_columns or (names and total + size > most_bytes):
            break
        names.append(name)
        ranges += parts
        total += size
    merged: list[list[int]] = []
    for start, length in sorted(ranges):
        if merged and start <= merged[-1][0] + merged[-1][1] + 65536:  # one request for neighbours
            merged[-1][1] = max(merged[-1][1], start + length - merged[-1][0])
        else:
            merged.append([start, length])
    return {"ranges": merged, "columns": names, "left_out": len(by_name) - len(names)}


def text_of(value: Any) -> str | None:
    """A value as a person reads it."""
    if value is None:
        return None
    text = (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )
    return text[:LONGEST_TEXT]


def read(path: str, names: list[str], rows: int) -> dict[str, Any]:
    """The first rows of these columns."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    if not file.metadata.num_row_groups:
        return {"columns": [[n, ""] for n in names], "rows": []}
    batch = next(file.iter_batches(batch_size=rows, row_groups=[0], columns=names), None)
    if batch is None:
        return {"columns": [[n, ""] for n in names], "rows": []}
    columns = [[field.name, str(field.type)] for field in batch.schema]
    values = [column.to_pylist() for column in batch.columns]
    return {"columns": columns, "rows": [[text_of(v) for v in row] for row in zip(*values, strict=True)]}


def main() -> int:
    """Answer one request, end."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY_BYTES, 4 * MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    request = json.load(sys.stdin)
    import pyarrow as pa

    try:
        if "plan" in request:
            answer = plan(base64.b64decode(request["plan"]), request["columns"], request["bytes"])
        else:
            answer = read(request["read"], request["columns"], request["rows"])
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        answer = {"error": (str(error).splitlines() or [type(error).__name__])[0][:300]}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
