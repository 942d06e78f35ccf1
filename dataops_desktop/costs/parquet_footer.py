"""Bytes of each column of Parquet and ORC files, from their footers. Runs as a child process: the files are a stranger's.

Standard input: a JSON list of `[end of the file in base64, size of the file]`. Standard output: a JSON list, each
`{"columns": {name: compressed bytes}, "footer": bytes, "size": bytes the columns are part of}` or null for a file that cannot be read.
"""

from __future__ import annotations

import base64
import json
import sys

from dataops_desktop.costs import orc_footer

MEMORY_BYTES = 1 << 30
CPU_S = 10


def column_bytes(tail: bytes) -> dict[str, object]:
    """From a file's last bytes; raises ValueError where they are not the whole footer of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(pa.BufferReader(tail))
    except (pa.ArrowException, OSError) as error:
        raise ValueError(str(error)) from error
    sizes: dict[str, int] = {}
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for index in range(row_group.num_columns):
            column = row_group.column(index)
            name = column.path_in_schema.split(".")[0].lower()
            sizes[name] = sizes.get(name, 0) + int(column.total_compressed_size)
    return {"columns": sizes, "footer": int(metadata.serialized_size) + 8}


def main() -> int:
    """Read, answer, end."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY_BYTES, 4 * MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    answers: list[dict[str, object] | None] = []
    for encoded, size in json.load(sys.stdin):
        tail = base64.b64decode(encoded)
        try:
            if tail[-4:] == b"PAR1":
                answers.append({**column_bytes(tail), "size": size})
            else:
                answers.append(orc_footer.column_bytes(tail, size))
        except ValueError:
            answers.append(None)
    sys.stdout.write(json.dumps(answers))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
