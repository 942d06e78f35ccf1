"""Long statements are taken apart in a child process: parsed here they would hold the window's thread up for a second a megabyte.

The child reads one JSON line {what, sql, database, dialect}, asks for columns with {"columns": [catalog, database, table]} a line, is answered
with {column: type} or null, and ends with {"told": …}. It is killed after LONGEST_S.
"""

from __future__ import annotations

import json
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dataops_desktop.sql.dependencies import Dependencies, dependencies

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.sql.column_lineage import Lineage, TableName
    from dataops_desktop.sql.column_lineage.names import SchemaLookup

LONG = 20_000  # characters: 30 ms of parsing
LONGEST_S = 120.0
_NO_END = "It could not be taken apart in time, or needed more memory than there is."


def tables_of(context: ActionContext, sql: str, database: str, dialect: str = "athena") -> Dependencies:
    """What a statement reads and writes; of a long one by a child. Blocks."""
    if len(sql) <= LONG:
        return dependencies(sql, database, dialect)
    told = _ask(
        context, {"what": "tables", "sql": sql, "database": database, "dialect": dialect}, lambda _: None
    )
    return _dependencies(told) if told is not None else Dependencies(parsed=False, errors=(_NO_END,))


def columns_of(
    context: ActionContext, sql: str, database: str, columns: SchemaLookup, dialect: str = "athena"
) -> Lineage:
    """Column lineage of a statement; of a long one by a child. Blocks."""
    from dataops_desktop.sql import lineage
    from dataops_desktop.sql.column_lineage.model import Lineage, LineageWarning

    if len(sql) <= LONG:
        return lineage(sql, dialect, columns, database)
    told = _ask(context, {"what": "columns", "sql": sql, "database": database, "dialect": dialect}, columns)
    return _lineage(told) if told is not None else Lineage(warnings=(LineageWarning(_NO_END),))


def _ask(context: ActionContext, request: dict[str, str], columns: SchemaLookup) -> dict[str, Any] | None:
    """None where the child did not come to an end."""
    from dataops_desktop.sql.column_lineage.model import TableName

    child = context.start_child("dataops_desktop.actions.lineage_child", text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    timer = threading.Timer(LONGEST_S, child.kill)
    timer.start()
    try:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()
        for line in child.stdout:
            record = json.loads(line)
            if "columns" not in record:
                told: dict[str, Any] = record["told"]
                return told
            catalog, name, table = record["columns"]
            known = columns(TableName(table, name, catalog))
            child.stdin.write(json.dumps(dict(known) if known is not None else None) + "\n")
            child.stdin.flush()
    except (OSError, ValueError):  # it was killed, or ended in the midst of a line
        return None
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        child.stdout.close()
        with suppress(OSError):  # what was still to be written has no reader
            child.stdin.close()
    return None


def _dependencies(record: dict[str, Any]) -> Dependencies:
    def pairs(name: str) -> tuple[tuple[str, str], ...]:
        return tuple((database, table) for database, table in record[name])

    return Dependencies(
        pairs("reads"), pairs("writes"), pairs("drops"), tuple(record["locations"]), record["kind"], record["parsed"], tuple(record["errors"])
    )  # fmt: skip


def _lineage(record: dict[str, Any]) -> Lineage:
    from dataops_desktop.sql.column_lineage.model import ColumnEdge, Lineage, LineageWarning, TableName

    def table(fields: dict[str, Any]) -> TableName:
        return TableName(**fields)

    def at(place: list[int] | None) -> tuple[int, int] | None:
        return (place[0], place[1]) if place else None

    return Lineage(
        sources=tuple(table(t) for t in record["sources"]),
        columns=tuple(
            ColumnEdge(**{**e, "source": table(e["source"]), "target": table(e["target"]), "at": at(e["at"])})
            for e in record["columns"]
        ),
        warnings=tuple(LineageWarning(w["message"], w["statement"], at(w["at"])) for w in record["warnings"]),
    )


def main() -> int:
    """The child."""
    from dataops_desktop.sql import lineage

    asked = json.loads(sys.stdin.readline())
    answers, out = sys.stdin, sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer

    def columns(table: TableName) -> dict[str, str] | None:
        out.write(json.dumps({"columns": [table.catalog, table.database, table.name]}) + "\n")
        out.flush()
        known: dict[str, str] | None = json.loads(answers.readline())
        return known

    if asked["what"] == "tables":
        told = asdict(dependencies(asked["sql"], asked["database"], asked["dialect"]))
    else:
        found = lineage(asked["sql"], asked["dialect"], columns, asked["database"])
        told = {
            name: [asdict(item) for item in getattr(found, name)]
            for name in ("sources", "columns", "warnings")
        }
    out.write(json.dumps({"told": told}) + "\n")
    out.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
