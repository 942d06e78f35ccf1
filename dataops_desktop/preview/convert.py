"""The guarded child that writes strangers' files as Parquet: reads only what it is given, writes only into the folder that `out` lies in.

Standard input: one JSON request {"files", "kind", "choices", "columns": [{"source", "name", "cast"}], "partition_by", "out", "allow_null"}.
Standard output, one JSON line each: {"done": files so far} while it works, then {"rows", "lost": {column: values that were not of its type}} or {"error"}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dataops_desktop.preview.locked_duckdb import connect, literal

MEMORY = "1GB"
ADDRESS_SPACE_BYTES = 16 << 30
ROWS_AT_ONCE = 200_000


class LostError(Exception):
    """Values that are not of the type they were to have."""


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _connect(files: list[str], out: Path) -> Any:
    settings = (
        f"SET allowed_directories = [{literal(str(out.parent) + '/')}]",
        # It moves a TRY_CAST into the CSV reader, where a value of another type is an error instead of NULL (DuckDB 2.0).
        "SET disabled_optimizers = 'type_pushdown'",
    )
    return connect(
        files, MEMORY, settings, temp_directory=str(out.with_name("tmp")), preserve_insertion_order="false"
    )


def _utf8(path: str, request: dict[str, Any], out: Path, number: int) -> str:
    """A text file of another encoding, written anew as UTF-8 beside the output."""
    encoding = str(request["choices"].get("encoding") or "utf-8").removesuffix("-sig")
    if encoding == "utf-8" or request["kind"] not in {"csv", "tsv", "json"}:
        return path
    scratch = out.with_name("tmp")
    scratch.mkdir(exist_ok=True)
    target = scratch / f"{number}.{request['kind']}"
    with (
        Path(path).open(encoding=encoding, newline="", errors="replace") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        while text := source.read(1 << 20):
            sink.write(text)
    return str(target)


def _source(connection: Any, path: str, kind: str, choices: dict[str, Any]) -> str:
    """A FROM clause over one file."""
    if kind in {"csv", "tsv"}:
        given = [
            literal(path),
            f"delim = {literal(choices['delimiter'])}",
            f"header = {'true' if choices['header'] else 'false'}",
            "all_varchar = true",
        ]
        if choices.get("names") and not choices["header"]:
            given.append(f"names = [{', '.join(map(literal, choices['names']))}]")
        return f"read_csv({', '.join(given)})"
    if kind == "json":
        return f"read_json({literal(path)}, sample_size = -1)"
    if kind == "parquet":
        return f"read_parquet({literal(path)})"
    connection.register("one_file", _arrow(path, kind, choices))
    return "one_file"


def _arrow(path: str, kind: str, choices: dict[str, Any]) -> Any:
    import pyarrow as pa

    if kind == "orc":
        from pyarrow import orc

        return orc.ORCFile(path).read()
    if kind == "arrow":
        import pyarrow.dataset as ds

        with Path(path).open("rb") as file:
            magic = file.read(6)
        if magic == b"ARROW1":
            return ds.dataset(path, format="ipc")
        with pa.memory_map(path) as mapped:
            return pa.ipc.open_stream(mapped).read_all()
    if kind == "avro":
        import fastavro

        with Path(path).open("rb") as file:
            return pa.Table.from_pylist(list(fastavro.reader(file)))
    if kind == "excel":
        from dataops_desktop.preview.workbook import sheet_table

        return sheet_table(path, int(choices.get("sheet") or 0))
    raise ValueError(f"{kind} cannot be converted")


def convert(request: dict[str, Any], say: Any) -> dict[str, Any]:
    """All files into the folder `out`."""
    out = Path(request["out"])
    columns = request["columns"]
    connection = _connect(request["files"], out)
    rows = 0
    lost: dict[str, int] = {}
    for number, path in enumerate(request["files"]):
        source = _source(connection, _utf8(path, request, out, number), request["kind"], request["choices"])
        checks = [
            f"count(*) FILTER (WHERE CAST({_name(c['source'])} AS VARCHAR) <> '' AND TRY_CAST({_name(c['source'])} AS {c['cast']}) IS NULL)"
            for c in columns
            if c["cast"]
        ]
        counted = connection.execute(
            f"SELECT count(*){''.join(', ' + check for check in checks)} FROM {source}"
        ).fetchall()[0]
        rows += counted[0]
        cast = [c for c in columns if c["cast"]]
        for column, count in zip(cast, counted[1:], strict=True):
            if count:
                lost[column["name"]] = lost.get(column["name"], 0) + count
        if lost and not request["allow_null"]:
            raise LostError(json.dumps(lost))
        chosen = ", ".join(
            f"{'TRY_CAST(' + _name(c['source']) + ' AS ' + c['cast'] + ')' if c['cast'] else _name(c['source'])} AS {_name(c['name'])}"
            for c in columns
        )
        if request["partition_by"]:
            by = ", ".join(_name(name) for name in request["partition_by"])
            target, options = (
                str(out),
                f"FORMAT parquet, COMPRESSION snappy, PARTITION_BY ({by}), OVERWRITE_OR_IGNORE true, FILENAME_PATTERN 'part-{number:05d}-{{i}}'",
            )
        else:
            target, options = str(out / f"part-{number:05d}.parquet"), "FORMAT parquet, COMPRESSION snappy"
        connection.execute(f"COPY (SELECT {chosen} FROM {source}) TO {literal(target)} ({options})")
        if source == "one_file":
            connection.unregister("one_file")
        say({"done": number + 1})
    return {"rows": rows, "lost": lost}


def main() -> int:
    """Answer one request."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import duckdb
    import pyarrow as pa

    pipe = sys.stdout

    def say(record: dict[str, Any]) -> None:
        pipe.write(json.dumps(record) + "\n")
        pipe.flush()

    request = json.loads(sys.stdin.readline())
    try:
        say(convert(request, say))
    except LostError as error:
        say({"lost": json.loads(str(error))})
    except (
        duckdb.Error,
        pa.ArrowException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        MemoryError,
        RecursionError,
    ) as error:
        say({"error": (str(error).splitlines() or [type(error).__name__])[0][:300]})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
