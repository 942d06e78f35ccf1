"""Long statements, and long lists of statements, are taken apart in a child process: parsed here they would hold the window's thread up.

The child reads a JSON line {sql, database, dialect} a statement, asks for columns with {"columns": [catalog, database, table]} a line, is
answered with {column: type} or null, and ends the statement with {"told": …}; it ends itself at the end of its input. A statement that takes
longer than it may costs the child its life, and the next one gets a new child.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.sql.column_lineage import Lineage, TableName
    from dataops_desktop.sql.column_lineage.names import SchemaLookup

LONG = 20_000  # characters: 30 ms of parsing
LONGEST_S = 120.0
_NO_END = "It could not be taken apart in time, or needed more memory than there is."


def columns_of(
    context: ActionContext, sql: str, database: str, columns: SchemaLookup, dialect: str = "athena"
) -> Lineage:
    """Column lineage of a statement; of a long one by a child. Blocks."""
    from dataops_desktop.sql import lineage

    if len(sql) <= LONG:
        return lineage(sql, dialect, columns, database)
    with LineageChild(context) as child:
        return child.lineage(sql, database, columns, dialect)


class LineageChild:
    """Statement after statement in one process of its own. Blocks; for one thread.

    `patient` is for work nobody waits for: the child then makes way for everything else on the machine.
    """

    def __init__(self, context: ActionContext, patient: bool = False, longest_s: float | None = None) -> None:
        self._context, self._patient = context, patient
        self._longest_s = LONGEST_S if longest_s is None else longest_s
        self._child: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            child.stdout.close()
            with suppress(OSError):  # what was still to be written has no reader
                child.stdin.close()

    def lineage(self, sql: str, database: str, columns: SchemaLookup, dialect: str = "athena") -> Lineage:
        """As sql.lineage. Where the child does not come to an end, a warning says so."""
        from dataops_desktop.sql.column_lineage.model import Lineage, LineageWarning

        told = self._ask({"sql": sql, "database": database, "dialect": dialect}, columns)
        return _lineage(told) if told is not None else Lineage(warnings=(LineageWarning(_NO_END),))

    def _ask(self, request: dict[str, str], columns: SchemaLookup) -> dict[str, Any] | None:
        from dataops_desktop.sql.column_lineage.model import TableName

        if self._child is None:
            self._child = self._context.start_child("dataops_desktop.actions.lineage_child", text=True)
            self._send({"patient": self._patient})
        child = self._child
        timer = threading.Timer(self._longest_s, child.kill)
        timer.start()
        try:
            self._send(request)
            for line in child.stdout:
                record = json.loads(line)
                if "columns" not in record:
                    told: dict[str, Any] = record["told"]
                    return told
                catalog, name, table = record["columns"]
                known = columns(TableName(table, name, catalog))
                self._send(dict(known) if known is not None else None)
        except (OSError, ValueError):  # it was killed, or ended in the midst of a line
            pass
        finally:
            timer.cancel()
        self.close()
        return None

    def _send(self, record: Any) -> None:
        with suppress(BrokenPipeError):  # its end shows where its answer is read
            self._child.stdin.write(json.dumps(record) + "\n")
            self._child.stdin.flush()


def _lineage(record: dict[str, Any]) -> Lineage:
    from dataops_desktop.sql.column_lineage.model import (
        ColumnEdge,
        Lineage,
        LineageWarning,
        StatementLineage,
        TableName,
    )

    def table(fields: list[Any]) -> TableName:
        return TableName(*fields)

    def tables(listed: list[list[Any]]) -> tuple[TableName, ...]:
        return tuple(map(table, listed))

    def at(place: list[int] | None) -> tuple[int, int] | None:
        return (place[0], place[1]) if place else None

    return Lineage(
        sources=tables(record["sources"]),
        columns=tuple(
            ColumnEdge(table(source), column, table(target), to_column, use, how, path, statement, at(place), confidence)
            for source, column, target, to_column, use, how, path, statement, place, confidence in record["columns"]
        ),
        warnings=tuple(LineageWarning(message, statement, at(place)) for message, statement, place in record["warnings"]),
        statements=tuple(
            StatementLineage(
                s["start"], s["end"], s["kind"], tables(s["reads"]), tables(s["writes"]), tables(s["drops"]),
                tuple((table(old), table(new)) for old, new in s["renames"]), s["parsed"],
            )
            for s in record["statements"]
        ),
    )  # fmt: skip


def _record(found: Lineage) -> dict[str, Any]:
    """Rows without names: of a statement with thousands of columns they would be most of the text."""

    def row(item: Any) -> list[Any]:
        return [
            row(value) if hasattr(value, "__dataclass_fields__") else value for value in vars(item).values()
        ]

    statements = []
    for statement in found.statements:
        record = asdict(statement)
        for name in ("reads", "writes", "drops"):
            record[name] = [row(table) for table in getattr(statement, name)]
        record["renames"] = [[row(old), row(new)] for old, new in statement.renames]
        statements.append(record)
    return {
        "sources": [row(table) for table in found.sources],
        "columns": [row(edge) for edge in found.columns],
        "warnings": [row(warning) for warning in found.warnings],
        "statements": statements,
    }


def main() -> int:
    """The child."""
    from dataops_desktop.sql import lineage

    asked, out = sys.stdin, sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no answer
    if json.loads(asked.readline())["patient"] and hasattr(os, "nice"):
        os.nice(10)

    def columns(table: TableName) -> dict[str, str] | None:
        out.write(json.dumps({"columns": [table.catalog, table.database, table.name]}) + "\n")
        out.flush()
        known: dict[str, str] | None = json.loads(asked.readline())
        return known

    for line in asked:
        request = json.loads(line)
        found = lineage(request["sql"], request["dialect"], columns, request["database"])
        out.write(json.dumps({"told": _record(found)}) + "\n")
        out.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
