"""What a statement will read: tables, their columns, and the conditions on partition columns. Never raises."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dataops_desktop.sql.parsing import IMPORTING, parsed
from dataops_desktop.sql.split import without_leading_comments

DEEPEST_VIEW = 10


@dataclass(frozen=True)
class TableShape:
    """A table as the local catalog knows it: (name, type) pairs; `view_sql` for a view."""

    columns: tuple[tuple[str, str], ...]
    partition_keys: tuple[tuple[str, str], ...] = ()
    view_sql: str = ""


@dataclass(frozen=True)
class Scan:
    """One table read once. `predicate` is DuckDB SQL over partition columns, empty for none; `columns` None for all.

    The predicate is never stronger than the statement's: what is not about partition columns counts as true.
    """

    database: str
    table: str
    columns: frozenset[str] | None
    predicate: str = ""

    @property
    def name(self) -> str:
        """`database.table`."""
        return f"{self.database}.{self.table}"


@dataclass(frozen=True)
class Scans:
    """Kind is query, free (DDL, SHOW, EXPLAIN) or unknown with the reason in `problem`. `limited`: a LIMIT may end it early."""

    kind: str
    scans: tuple[Scan, ...] = ()
    problem: str = ""
    limited: bool = False


Shapes = Callable[[str, str], TableShape | None]

_FREE = re.compile(
    r"(?:EXPLAIN(?!\s+ANALYZE)|SHOW|DESCRIBE|DESC|CREATE\s+(?:EXTERNAL|DATABASE|SCHEMA|(?:OR\s+REPLACE\s+)?VIEW)|DROP|ALTER|MSCK|PREPARE|DEALLOCATE|USE)\b",
    re.IGNORECASE,
)
_UNLOAD = re.compile(r"\s*UNLOAD\s*\((?P<query>.+)\)\s*TO\s*'(?:[^']|'')*'", re.IGNORECASE | re.DOTALL)
_LITERAL_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_EXPLAIN_ANALYZE = re.compile(r"\s*EXPLAIN\s+ANALYZE(?:\s+VERBOSE)?\s+", re.IGNORECASE)


def scans(sql: str, default_database: str, shapes: Shapes, dialect: str = "athena") -> Scans:
    """The scans of one statement; tables and columns in lower case."""
    text = without_leading_comments(sql)
    if _FREE.match(text):
        return Scans("free")
    if unload := _UNLOAD.match(text):
        text = unload["query"]
    text = _EXPLAIN_ANALYZE.sub("", text, count=1)
    try:
        return _scans(text, default_database.lower(), shapes, dialect)
    except (_UnknownError, RecursionError) as error:
        return Scans("unknown", problem=str(error) or "The statement is too deeply nested.")
    except (
        Exception
    ) as error:  # the parser's and the optimizer's own errors are many, and none may reach the person
        logging.getLogger(__name__).debug("no estimate", exc_info=True)
        return Scans(
            "unknown", problem=str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        )


class _UnknownError(Exception):
    """Why no estimate can be made."""


def _scans(text: str, default_database: str, shapes: Shapes, dialect: str) -> Scans:
    with IMPORTING:
        from sqlglot import exp
        from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
        from sqlglot.optimizer.pushdown_projections import pushdown_projections
        from sqlglot.optimizer.qualify import qualify
        from sqlglot.optimizer.scope import traverse_scope

    trees = parsed(text, dialect)
    if len(trees) != 1:
        raise _UnknownError("There is more than one statement.")
    tree: Any = trees[0]
    if isinstance(tree, exp.Create | exp.Insert):
        tree = tree.expression
        if tree is None:
            return Scans("free")
    if not isinstance(tree, exp.Query):
        raise _UnknownError("Only queries can be estimated.")
    known: dict[str, Any] = {}
    details: dict[tuple[str, str], TableShape] = {}
    tree = _expand(tree, default_database, shapes, dialect, known, details, 0)
    limited = tree.args.get("limit") is not None
    tree = qualify(
        tree,
        schema=known,
        db=default_database,
        dialect=dialect,
        validate_qualify_columns=False,
        quote_identifiers=False,
    )
    tree = pushdown_predicates(pushdown_projections(tree), dialect=dialect)
    found: list[Scan] = []
    for scope in traverse_scope(tree):
        for name, (_, source) in scope.selected_sources.items():
            if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
                continue
            pair = (source.db.lower() or default_database, source.name.lower())
            shape = details.get(pair)
            if shape is None:
                raise _UnknownError(f"{pair[0]}.{pair[1]} is not in the local catalog. Sync it first.")
            columns = frozenset(column.name.lower() for column in scope.columns if column.table == name)
            keys = {key.lower() for key, _ in shape.partition_keys}
            predicate = _predicate(scope, name, keys) if keys else ""
            found.append(Scan(*pair, columns - keys, predicate))
    return Scans("query", tuple(found), limited=limited)


def _expand(
    tree: Any,
    database: str,
    shapes: Shapes,
    dialect: str,
    known: dict[str, Any],
    details: dict[tuple[str, str], TableShape],
    depth: int,
) -> Any:
    """Views replaced by their queries; every table's columns into `known` and `details`."""
    import sqlglot
    from sqlglot import exp

    if depth > DEEPEST_VIEW:
        raise _UnknownError("Views are nested too deeply.")
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or (not table.db and table.name.lower() in ctes):
            continue
        pair = (table.db.lower() or database, table.name.lower())
        shape = shapes(*pair)
        if shape is None:
            raise _UnknownError(f"{pair[0]}.{pair[1]} is not in the local catalog. Sync it first.")
        if shape.view_sql:
            inner = sqlglot.parse_one(shape.view_sql, read=dialect)
            inner = _expand(inner, pair[0], shapes, dialect, known, details, depth + 1)
            for nested in inner.find_all(exp.Table):
                if isinstance(nested.this, exp.Identifier) and not nested.db:
                    nested_ctes = {cte.alias.lower() for cte in inner.find_all(exp.CTE)}
                    if nested.name.lower() not in nested_ctes:
                        nested.set("db", exp.to_identifier(pair[0]))
            table.replace(
                exp.Subquery(
                    this=inner, alias=exp.TableAlias(this=exp.to_identifier(table.alias or table.name))
                )
            )
        else:
            details[pair] = shape
            columns = (*shape.columns, *shape.partition_keys)
            # Types only matter for expanding stars and resolving names.
            known.setdefault(pair[0], {})[pair[1]] = {name.lower(): "varchar" for name, _ in columns}
            table.set("catalog", None)
    return tree


def _predicate(scope: Any, name: str, keys: set[str]) -> str:
    """The conditions that decide which partitions of `name` are read, as DuckDB SQL."""
    from sqlglot import exp

    select = scope.expression
    if not isinstance(select, exp.Select):
        return ""
    found: list[Any] = []
    where = select.args.get("where")
    optional = any(
        join.alias_or_name == name and join.side in {"LEFT", "FULL"}
        for join in select.args.get("joins") or ()
    )
    if where is not None:
        found += [p for p in _conjuncts(where.this) if not (optional and p.find(exp.Null, exp.Coalesce))]
    for join in select.args.get("joins") or ():
        on = join.args.get("on")
        own = join.alias_or_name == name and join.side not in {"RIGHT", "FULL"}
        if on is not None and (own or not join.side):
            found += _conjuncts(on)
    weakened = [w for part in found if (w := _weakened(part, name, keys)) is not None]
    return " AND ".join(f"({w.sql(dialect='duckdb')})" for w in weakened)


def _conjuncts(condition: Any) -> Iterator[Any]:
    from sqlglot import exp

    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def _weakened(condition: Any, name: str, keys: set[str]) -> Any:
    """A condition over the partition columns alone that holds wherever `condition` does; None where that is everything."""
    from sqlglot import exp

    condition = condition.unnest()
    if isinstance(condition, exp.And | exp.Or):
        left = _weakened(condition.left, name, keys)
        right = _weakened(condition.right, name, keys)
        if isinstance(condition, exp.Or):
            return exp.or_(left, right) if left is not None and right is not None else None
        return exp.and_(left, right) if left is not None and right is not None else left or right
    columns = list(condition.find_all(exp.Column))
    mine = columns and all(c.table == name and c.name.lower() in keys for c in columns)
    if not mine or condition.find(exp.Query, exp.Rand, exp.AggFunc, exp.Window):
        return None
    bare = condition.copy()
    for column in list(bare.find_all(exp.Column)):
        plain = exp.column(exp.to_identifier(column.name.lower(), quoted=True))
        if column is bare:
            return plain
        column.replace(plain)
    return bare


def shape_of(sql: str, database: str) -> str:
    """Equal for statements that differ only in literals, white space and comments: the key of a query's own history."""
    import hashlib

    # Strings and comments in one pass: either may hold the other's marks.
    text = _LITERAL_OR_COMMENT.sub(lambda match: "?" if match[0][0] == "'" else " ", sql)
    text = re.sub(r"\b\d+(?:\.\d+)?\b", "?", text)
    text = re.sub(r"\(\s*\?(?:\s*,\s*\?)+\s*\)", "(?)", text)
    text = re.sub(r"\s+", " ", text).strip().rstrip(";").strip().lower()
    return hashlib.blake2b(f"{database}\0{text}".encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


__all__: Sequence[str] = ["Scan", "Scans", "Shapes", "TableShape", "scans", "shape_of"]
