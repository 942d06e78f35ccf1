"""Expressions: which columns a value comes from, and how they change on the way. Walked with a stack: a text made by a program nests deeply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlglot import exp

from dataops_desktop.sql.column_lineage.model import (
    AGGREGATION,
    IDENTITY,
    LIKELY,
    STRENGTH,
    SURE,
    TRANSFORMATION,
    WINDOW,
    TableName,
)
from dataops_desktop.sql.column_lineage.names import Names
from dataops_desktop.sql.column_lineage.relations import Origin, Origins, Relation, Scope, Trace

# Columns that every table has and no catalog lists (Athena and Trino name theirs with a $, Snowflake's are METADATA$…).
VIRTUAL = {"input__file__name", "block__offset__inside__file", "row__id", "_metadata", "rowid"}
_LEAVES = (
    exp.Literal,
    exp.Identifier,
    exp.DataType,
    exp.Var,
    exp.Null,
    exp.Boolean,
    exp.Placeholder,
    exp.Parameter,
)


class Subqueries(Protocol):
    """What expressions need of the query around them (QueryReader): they hold queries themselves."""

    names: Names

    def at(self, node: Any) -> tuple[int, int] | None: ...
    def warn(self, message: str, node: Any = None) -> None: ...
    def query(self, node: Any, visible: dict[str, Any], outer: Scope | None = None) -> Relation: ...
    def ctes_of(self, node: Any, visible: dict[str, Any]) -> dict[str, Any]: ...


class Values:
    """Where values of expressions come from, within one scope."""

    def __init__(
        self, query: Subqueries, scope: Scope, visible: dict[str, Any], windows: Mapping[str, Any]
    ) -> None:
        self._query, self._scope, self._visible, self._windows = query, scope, visible, windows

    def of(self, node: Any, alias_first: bool = False) -> Origins:
        """Of one expression."""
        found = Origins()
        waiting: list[tuple[Any, str]] = [(node, IDENTITY)]
        while waiting:
            part, how = waiting.pop()
            if part is None or isinstance(part, _LEAVES):
                continue
            if isinstance(part, exp.Column):
                if not isinstance(part.this, exp.Star):
                    found.take(self._column(part, alias_first), how)
            elif isinstance(part, exp.Alias | exp.Paren | exp.PivotAlias):
                waiting.append((part.this, how))
            elif isinstance(part, exp.Dot):
                self._dot(part, how, found, waiting)
            elif isinstance(part, exp.PropertyEQ | exp.Kwarg):  # the left side is a name
                waiting.append((part.expression, _more(how, TRANSFORMATION)))
            elif isinstance(part, exp.Exists) and isinstance(part.this, exp.Query):
                inner = part.this.this if isinstance(part.this, exp.Subquery) else part.this
                # That there are rows counts, not what is in them.
                self._query.query(inner, self._visible, self._scope)
            elif isinstance(part, exp.Query):
                inner = (
                    part.this if isinstance(part, exp.Subquery) and isinstance(part.this, exp.Query) else part
                )
                relation = self._query.query(inner, self._query.ctes_of(part, self._visible) if inner is not part else self._visible, self._scope)  # fmt: skip
                for origins in relation.columns.values():
                    found.take(origins, how)
            elif isinstance(part, exp.Window):
                if part.args.get("alias") is not None and (named := self._windows.get(self._query.names.fold(part.args["alias"]))) is not None:  # fmt: skip
                    waiting += [(child, _more(how, WINDOW)) for child in named.iter_expressions()]
                waiting += [(child, _more(how, WINDOW)) for child in part.iter_expressions()]
            elif isinstance(part, exp.AggFunc):
                waiting += [(child, AGGREGATION) for child in part.iter_expressions()]
            else:
                waiting += [(child, _more(how, TRANSFORMATION)) for child in part.iter_expressions()]
        return found

    def _dot(self, part: exp.Dot, how: str, found: Origins, waiting: list[tuple[Any, str]]) -> None:
        steps: list[str] = []
        base: Any = part
        while isinstance(base, exp.Dot):
            if isinstance(base.expression, exp.Identifier):
                steps.append(base.expression.name)
            else:
                waiting.append((base.expression, _more(how, TRANSFORMATION)))
            base = base.this
        while isinstance(base, exp.Paren):
            base = base.this
        found.take(self.of(base).field(".".join(reversed(steps))), how)

    def _column(self, column: exp.Column, alias_first: bool) -> Origins:
        query, fold = self._query, self._query.names.fold
        parts = [part for part in column.parts if isinstance(part, exp.Identifier)]
        path, at = [fold(part) for part in parts], query.at(column)
        if alias_first and len(path) == 1 and path[0] in self._scope.aliases:
            return self._scope.aliases[path[0]]
        for scope in self._scope.around():
            for cut in range(len(path) - 1, 0, -1):  # db.table.column before table.column.field
                relation = scope.names.get(tuple(path[:cut]))
                if relation is not None and (relation.has(path[cut]) or relation.may_have(path[cut])):
                    return self._from(
                        relation, path[cut], at, ".".join(p.name for p in parts[cut + 1 :]), column
                    )
                if relation is not None and relation.table is not None and _virtual(path[cut]):
                    return Origins({Origin(relation.table, path[cut]): Trace(IDENTITY, at)})
                if relation is not None and not relation.has(path[0]):
                    query.warn(f"{'.'.join(path[: cut + 1])} is not a column", column)
                    return Origins()
            found = self._bare(
                scope, path[0], at, ".".join(p.name for p in parts[1:]), column, len(path) == 1
            )
            if found is not None:
                return found
        query.warn(f"It is not known where {'.'.join(path)} comes from", column)
        return Origins()

    def _from(self, relation: Relation, name: str, at: Any, path: str, column: Any) -> Origins:
        if not relation.has(name) and len(relation.opened) > 1:
            return self._undecided(name, relation.opened, column)
        return relation.get(name, at, path)

    def _bare(self, scope: Scope, name: str, at: Any, path: str, column: Any, alone: bool) -> Origins | None:
        """A name without its table; None where the scope around this one is to be asked."""
        if name in scope.merged:
            return scope.both_sides(name, at, path)
        certain = scope.with_column(name)
        if certain:
            if len(certain) > 1:
                self._query.warn(f"{name} is in several tables", column)
            return certain[0].get(name, at, path)
        if name in scope.aliases and alone:
            return scope.aliases[name]
        perhaps = scope.perhaps_with(name)
        if not perhaps:
            named = [relation.table for relation in scope.relations.values() if relation.table is not None]
            if _virtual(name) and len(named) == 1:
                return Origins({Origin(named[0], name): Trace(IDENTITY, at)})
            return None
        if not alone and name not in scope.aliases and scope is not self._scope and len(perhaps) != 1:
            return None
        if scope.outer is not None and any(outer.with_column(name) for outer in scope.outer.around()):
            return None  # of the query around this one, for certain
        opened = [table for relation in perhaps for table in relation.opened]
        if len(perhaps) == 1 and len(opened) <= 1:
            found = perhaps[0].get(name, at, path)
            sure = SURE if len(scope.relations) == 1 else LIKELY
            return Origins((o, Trace(t.how, t.at, min(t.sure, sure))) for o, t in found.items())
        return self._undecided(name, opened, column)

    def _undecided(self, name: str, opened: list[TableName], column: Any) -> Origins:
        tables = " or ".join(str(table) for table in opened) or "several functions"
        self._query.warn(f"{name} may come from {tables}: their columns are not known", column)
        return Origins()


def _virtual(name: str) -> bool:
    return "$" in name or name.lower() in VIRTUAL


def _more(how: str, least: str) -> str:
    return how if STRENGTH[how] >= STRENGTH[least] else least
