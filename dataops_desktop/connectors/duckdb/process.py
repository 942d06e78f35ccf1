"""The child process: one query, then the end.

Standard input: one JSON request. Standard output: one JSON line, `{"ok": true, "columns": [[name, type], …]}` or
`{"error": message}`, then an Arrow stream. Files are a stranger's and their readers are native code, so this process has
memory and time limits, may open only the files it was given, and nothing else: no network, no writing, no extensions
(the settings of DuckDB's own "Securing DuckDB" page: enable_external_access, allowed_paths, lock_configuration).
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from dataops_desktop.sql.quoting import quote_ident, quote_text

MEMORY_BYTES = 2 << 30
ADDRESS_SPACE_BYTES = 16 << 30
ROWS_PER_BATCH = 10_000
_LINE = re.compile(r"^LINE (\d+): (.*)\n( *)\^", re.MULTILINE)
_READERS = {
    "csv": "read_csv(?, all_varchar=false)",
    "tsv": "read_csv(?, delim='\t')",
    "parquet": "read_parquet(?)",
    "json": "read_json(?)",
}


def _name(text: str) -> str:
    return quote_ident("duckdb", text)


def connect(attachments: list[dict[str, str]], sql: str = "") -> Any:
    """A connection that knows the attachments as views and can open nothing else. A workbook is read only where `sql` names it."""
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": f"{MEMORY_BYTES >> 20}MB",
            "temp_directory": "",
        }
    )
    paths = [a["path"] for a in attachments if a["kind"] in _READERS]
    connection.execute(f"SET allowed_paths = [{', '.join(map(quote_text, paths))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    for attachment in attachments:
        view = f"{_name(attachment['schema'])}.{_name(attachment['name'])}"
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(attachment['schema'])}")
        try:
            if attachment["kind"] in _READERS:
                reader = _READERS[attachment["kind"]].replace("?", quote_text(attachment["path"]))
            else:
                reader = _name(f"arrow_{attachment['schema']}_{attachment['name']}")
                connection.register(reader[1:-1].replace('""', '"'), _rows(attachment, sql))
            connection.execute(f"CREATE VIEW {view} AS SELECT * FROM {reader}")  # noqa: S608 - quoted
        except (duckdb.Error, ValueError, OSError) as error:
            # One broken file does not stop a query that does not ask for it: it answers with its own error when asked.
            reason = f"{attachment['name']} cannot be read: {_message(error, placed=False)}"
            connection.execute(f"CREATE VIEW {view} AS SELECT error({quote_text(reason)}) AS unreadable")
    return connection


def _rows(attachment: dict[str, str], sql: str) -> Any:
    """An Arrow table or dataset of what DuckDB does not read by itself. `excel` lists sheets, `excel:0` is the first."""
    import pyarrow as pa

    kind, _, sheet = attachment["kind"].partition(":")
    if kind == "arrow":
        return _arrow(attachment["path"])
    if attachment["name"].lower() not in sql.lower():
        return pa.table({"unread": pa.array([], pa.string())})
    from dataops_desktop.preview.workbook import sheet_names, sheet_table

    if sheet:
        return sheet_table(attachment["path"], int(sheet))
    names, rows, columns = zip(*sheet_names(attachment["path"]), strict=True)
    return pa.table({"name": list(names), "row_count": list(rows), "column_count": list(columns)})


def _arrow(path: str) -> Any:
    import pyarrow as pa
    import pyarrow.dataset as ds

    with open(path, "rb") as file:  # noqa: PTH123
        magic = file.read(6)
    if magic == b"ARROW1":
        return ds.dataset(path, format="ipc")
    with pa.memory_map(path) as mapped:
        return pa.ipc.open_stream(mapped).read_all()


def _message(error: Exception, placed: bool = True) -> str:
    """DuckDB's message on one line, its place as `line 3:8`."""
    text = str(error)
    place = _LINE.search(text)
    first = text.split("\n\nLINE ")[0].split("\nLINE ")[0].strip()
    if place is None or not placed:
        return first
    column = len(place[3]) - len(f"LINE {place[1]}: ") + 1
    return f"line {place[1]}:{max(1, column)}: {first}"


def run(request: dict[str, Any], out: Any) -> int:
    """Answer one request."""
    import duckdb
    import pyarrow as pa

    try:
        connection = connect(request["attachments"], request["sql"])
        if request.get("default_schema"):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_name(request['default_schema'])}")
            connection.execute(f"USE {_name(request['default_schema'])}")
        statements = duckdb.extract_statements(request["sql"])
        allowed = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in allowed:
            raise ValueError(
                "The local engine reads only: SELECT, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN, one at a time."
            )
        result = connection.execute(request["sql"], request.get("parameters") or None)
        columns = [[str(name), str(kind)] for name, kind, *_ in result.description]
        reader = result.to_arrow_reader(ROWS_PER_BATCH)
        first = next(iter(reader), None)  # errors of the first rows are errors of the query
    except (duckdb.Error, ValueError, pa.ArrowException, OSError, MemoryError) as error:
        text = _message(error) or type(error).__name__
        out.write(json.dumps({"error": text}).encode() + b"\n")
        out.flush()
        return 1
    out.write(json.dumps({"ok": True, "columns": columns}).encode() + b"\n")
    out.flush()
    # Names may repeat in a result; a stream's schema takes them as they are.
    with pa.ipc.new_stream(pa.PythonFile(out, mode="w"), reader.schema) as writer:
        if first is not None:
            writer.write_batch(first)
            for batch in reader:
                writer.write_batch(batch)
    out.flush()
    return 0


def main() -> int:
    """Wait for a request, answer it, end. Imports come first, so that a waiting process answers at once."""
    import duckdb
    import pyarrow.dataset  # noqa: F401

    del duckdb
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line = sys.stdin.buffer.readline()
    return run(json.loads(line), sys.stdout.buffer) if line.strip() else 0


if __name__ == "__main__":
    raise SystemExit(main())
