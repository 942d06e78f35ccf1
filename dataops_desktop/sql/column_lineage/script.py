"""A whole text: statement by statement, one that is not understood never stops the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dataops_desktop.sql.column_lineage.model import (
    ColumnEdge,
    Lineage,
    LineageWarning,
    StatementLineage,
    TableName,
)
from dataops_desktop.sql.column_lineage.names import Columns, GivenSchema, Names, Schema, SchemaLookup
from dataops_desktop.sql.split import Statement, split_statements

# What half a statement does to a parser that forgives, and to whoever reads the tree it makes of it.
_BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
MOST_CHARACTERS = 2_000_000  # of one statement: longer ones are listed, not read


def lineage(
    sql: str,
    dialect: str = "athena",
    schema: GivenSchema | SchemaLookup | None = None,
    default_database: str = "",
) -> Lineage:
    """Tables and columns that flow through a text. Never raises for what the text holds: see `warnings`.

    `dialect` is one of sqlglot's (athena, trino, hive, spark, databricks, snowflake, duckdb, postgres, …); an unknown one raises ValueError.
    `schema` tells columns in order: {database: {table: {column: type}}}, {"database.table": …}, {table: […]}, or a function of a TableName that
    returns {column: type} or None. Without it a column is taken to be of the only table that could have it.
    """
    from dataops_desktop.sql.parsing import IMPORTING, parsed

    with IMPORTING:
        from sqlglot.errors import SqlglotError

        from dataops_desktop.sql.column_lineage.queries import QueryReader
        from dataops_desktop.sql.column_lineage.statements import StatementReader, Told

    names = Names(dialect)
    known = Schema(schema, names)
    statements = split_statements(sql)
    trees: list[Any] = [
        _tree(statement, dialect, parsed, (SqlglotError, *_BROKEN)) for statement in statements
    ]

    created, dropped = _made_and_dropped(trees, QueryReader(dialect, names, known, default_database, {}))
    database, temporary = default_database, dict[TableName, Any]()
    told_all: list[StatementLineage] = []
    edges: dict[ColumnEdge, None] = {}
    warnings: dict[LineageWarning, None] = {}
    for number, (statement, tree) in enumerate(zip(statements, trees, strict=True)):
        if isinstance(tree, str):
            warnings[LineageWarning(tree, number, (statement.start, statement.end))] = None
            told_all.append(StatementLineage(statement.start, statement.end, "", parsed=False))
            continue
        query = QueryReader(dialect, names, known, database, temporary, statement.start)
        reader = StatementReader(query, dropped, number, statement.text)
        try:
            told = reader.read(tree)
        except (SqlglotError, RecursionError, *_BROKEN) as error:
            warnings[LineageWarning(f"Not followed: {_first_line(error)}", number, (statement.start, statement.end))] = None  # fmt: skip
            told = Told(tree.key, reads=dict(query.reads))
        database = told.database if told.database is not None else database
        temporary |= told.temporary
        for table in told.drops:
            temporary.pop(table, None)
            known.forget(table)
        for table, columns in told.defined.items():
            known.add(table, columns)
        for old, new in told.renames:
            if old in temporary:
                temporary[new] = temporary.pop(old)
            else:
                if (columns_of := known.columns(old)) is not None:
                    known.add(new, columns_of)
                if created.get(old, number) < number:  # made here under another name
                    edges = {
                        replace(edge, target=new) if edge.target == old else edge: None for edge in edges
                    }
                    told_all = [_renamed(statement, old, new) for statement in told_all]
        edges |= dict.fromkeys(told.edges.values())
        warnings |= {replace(warning, statement=number): None for warning in told.warnings}
        drops = tuple(table for table in told.drops if dropped.get(table) != number)
        told_all.append(
            StatementLineage(statement.start, statement.end, told.kind, tuple(told.reads), tuple(told.writes), drops, tuple(told.renames))
        )  # fmt: skip
    return _together(told_all, edges, warnings)


def defined_tables(sql: str, dialect: str = "athena") -> dict[TableName, Columns]:
    """Tables that a text of CREATE TABLE statements defines, with their columns."""
    from dataops_desktop.sql.parsing import IMPORTING, parsed

    with IMPORTING:
        from sqlglot.errors import SqlglotError

        from dataops_desktop.sql.column_lineage.queries import QueryReader
        from dataops_desktop.sql.column_lineage.statements import StatementReader

    names = Names(dialect)
    found: dict[TableName, Columns] = {}
    for statement in split_statements(sql):
        tree = _tree(statement, dialect, parsed, (SqlglotError, *_BROKEN))
        if not isinstance(tree, str):
            query = QueryReader(dialect, names, Schema(None, names), "", {}, statement.start)
            found |= StatementReader(query, {}, 0, statement.text).read(tree).defined
    return found


def _made_and_dropped(trees: list[Any], query: Any) -> tuple[dict[TableName, int], dict[TableName, int]]:
    """Tables by the number of the statement that makes them, and of those the ones that a later statement drops."""
    from sqlglot import exp

    created: dict[TableName, int] = {}
    dropped: dict[TableName, int] = {}
    for number, tree in enumerate(trees):
        if not isinstance(tree, exp.Drop | exp.Create):
            continue
        for table in tree.find_all(exp.Table) if isinstance(tree, exp.Drop) else [tree.find(exp.Table)]:
            if table is None or not isinstance(table.this, exp.Identifier):
                continue
            name = query.table_name(table)
            if isinstance(tree, exp.Create):
                created.setdefault(name, number)
            elif created.get(name, number) < number:
                dropped[name] = number
    return created, dropped


def _renamed(statement: StatementLineage, old: TableName, new: TableName) -> StatementLineage:
    return replace(statement, writes=tuple(new if table == old else table for table in statement.writes))


def _tree(statement: Statement, dialect: str, parsed: Callable[[str, str], list[Any]], errors: Any) -> Any:
    """Its tree, or why there is none."""
    if len(statement.text) > MOST_CHARACTERS:
        return f"Longer than {MOST_CHARACTERS:,} characters: not read"
    try:
        found = parsed(statement.text, dialect)
    except RecursionError:
        return "Nested too deeply to be understood"
    except errors as error:
        return f"Not understood: {_first_line(error)}"
    if len(found) != 1:
        return "Not understood: it is not one statement"
    return found[0]


def _first_line(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, _BROKEN):
        return "a part of it is missing"
    told = getattr(error, "errors", None)
    if told and told[0].get("description"):  # sqlglot's, without the token it names
        what = str(told[0]["description"]).partition(" but got <Token")[0].splitlines()[0]
        return f"{what[:160]} (line {told[0].get('line')}, column {told[0].get('col')})"
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _together(
    statements: list[StatementLineage], edges: dict[ColumnEdge, None], warnings: dict[LineageWarning, None]
) -> Lineage:
    made: dict[TableName, None] = {}
    sources: dict[TableName, None] = {}
    between: dict[TableName, None] = {}
    for statement in statements:
        for table in statement.reads:
            (between if table in made else sources)[table] = None
        made |= dict.fromkeys(statement.writes)
    return Lineage(
        tuple(sources), tuple(made), tuple(between), tuple(edges), tuple(warnings), tuple(statements)
    )
