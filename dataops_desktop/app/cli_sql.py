"""`sql lineage`: tables and columns that flow through a text, without a network. With `--catalog` it knows the workspace's tables."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataops_desktop.errors import InputError

if TYPE_CHECKING:
    from dataops_desktop.sql.column_lineage import Lineage
    from dataops_desktop.sql.column_lineage.names import SchemaLookup

DONE, PARTIAL = 0, 3


def add_commands(groups: Any, common: argparse.ArgumentParser) -> None:
    """Its parser."""
    sql = groups.add_parser("sql", help="what a text of SQL does; nothing is run").add_subparsers(
        dest="what", required=True
    )
    command = sql.add_parser(
        "lineage",
        parents=[common],
        help="which columns end where; exit code 3 where a part was not understood",
    )
    command.add_argument("file", metavar="FILE", help="a text of SQL, or - for standard input")
    command.add_argument(
        "--dialect",
        default="athena",
        metavar="D",
        help="athena (default), trino, hive, spark, databricks, snowflake, duckdb, postgres, …",
    )
    command.add_argument("--database", default="", metavar="D", help="of tables that are written without one")
    command.add_argument(
        "--schema",
        type=Path,
        metavar="FILE",
        help='columns: JSON {"database": {"table": {"column": "type"}}}, or .sql with CREATE TABLE',
    )
    command.add_argument(
        "--catalog", action="store_true", help="also the columns that the workspace's catalog knows"
    )
    command.add_argument("--json", action="store_true")
    command.set_defaults(plain=lineage_of_file)


def lineage_of_file(arguments: argparse.Namespace, workspace: Path) -> int:
    """Print it. Wrong files and dialects raise InputError."""
    from dataops_desktop.sql import lineage

    text = sys.stdin.read() if arguments.file == "-" else _read(Path(arguments.file))
    given = _schema(arguments.schema, arguments.dialect) if arguments.schema else None
    try:
        if arguments.catalog:
            with _catalog(workspace) as columns:
                found = lineage(
                    text, arguments.dialect, _both(given, columns, arguments.dialect), arguments.database
                )
        else:
            found = lineage(text, arguments.dialect, given, arguments.database)
    except ValueError as error:
        raise InputError(f"--dialect {arguments.dialect}: {error}", "One of athena, trino, hive, spark, databricks, snowflake, duckdb, postgres.") from error  # fmt: skip
    print(json.dumps(as_json(found), ensure_ascii=False, indent=2) if arguments.json else as_text(found))
    return PARTIAL if any(not statement.parsed for statement in found.statements) else DONE


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.", "Save it as UTF-8 first.") from error


def _schema(path: Path, dialect: str) -> Mapping[str, Any]:
    text = _read(path)
    if path.suffix.lower() == ".sql":
        from dataops_desktop.sql.column_lineage.script import defined_tables

        return {str(table): columns for table, columns in defined_tables(text, dialect).items()}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(f"{path} is no JSON ({error}).", 'Write {"database": {"table": {"column": "type"}}}.') from error  # fmt: skip
    if not isinstance(found, dict) or not all(isinstance(value, dict | list) for value in found.values()):
        raise InputError(f"{path} holds no schema.", 'Write {"database": {"table": {"column": "type"}}}.')
    return found


@contextmanager
def _catalog(workspace: Path) -> Iterator[SchemaLookup]:
    """The workspace's columns, while it is open."""
    from dataops_desktop.actions.local_schema import LocalSchema
    from dataops_desktop.storage.workspace import SqliteWorkspace

    with closing(SqliteWorkspace(workspace)) as store:
        local = LocalSchema(store.catalog)
        yield lambda table: dict(local.columns(table.database.lower(), table.name.lower())) or None


def _both(given: Mapping[str, Any] | None, catalog: SchemaLookup, dialect: str) -> SchemaLookup:
    """What is given goes before what the catalog knows."""
    from dataops_desktop.sql.column_lineage.names import Names, Schema

    first = Schema(given, Names(dialect))
    return lambda table: first.columns(table) or catalog(table)


def as_json(found: Lineage) -> dict[str, Any]:
    """Stable names, for other programs."""

    def place(at: tuple[int, int] | None) -> list[int] | None:
        return list(at) if at else None

    return {
        "sources": [str(table) for table in found.sources],
        "targets": [str(table) for table in found.targets],
        "intermediate": [str(table) for table in found.intermediate],
        "columns": [
            {
                "from": {"table": str(e.source), "column": e.column, **({"path": e.path} if e.path else {})},
                "to": {"table": str(e.target) or None, "column": e.to_column or None},
                "use": e.use, "transformation": e.how, "confidence": e.confidence, "statement": e.statement, "at": place(e.at),
            }
            for e in found.columns
        ],
        "statements": [
            {
                "start": s.start, "end": s.end, "kind": s.kind, "reads": [str(t) for t in s.reads], "writes": [str(t) for t in s.writes],
                "drops": [str(t) for t in s.drops], "renames": [[str(a), str(b)] for a, b in s.renames], "parsed": s.parsed,
            }
            for s in found.statements
        ],
        "warnings": [{"message": w.message, "statement": w.statement, "at": place(w.at)} for w in found.warnings],
    }  # fmt: skip


def as_text(found: Lineage) -> str:
    """For reading."""
    lines = [
        f"reads   {', '.join(map(str, found.sources)) or 'nothing'}",
        f"writes  {', '.join(map(str, found.targets)) or 'nothing: it returns rows'}",
    ]
    width = max((len(f"{e.source}.{e.column}") for e in found.columns), default=0)
    for edge in found.columns:
        to = f"{edge.target}.{edge.to_column}".lstrip(".") if edge.to_column else f"rows ({edge.use})"
        how = "" if edge.use != "output" or edge.how == "identity" else f"  ({edge.how})"
        lines.append(f"{f'{edge.source}.{edge.column}':<{width}}  →  {to}{how}")
    lines += [f"! statement {warning.statement + 1}: {warning.message}" for warning in found.warnings]
    return "\n".join(lines)
