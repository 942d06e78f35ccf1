"""Queries: a relation of what they return, the tables they read, and what else their rows depend on.

One pass over sqlglot's tree, scope by scope. Expressions are walked with a stack and set operations along their left spine, so that texts made
by programs (thousands of ORs, of UNION ALLs) do not run out of Python's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from dataops_desktop.sql.column_lineage.made_tables import (
    files_read,
    kind_of,
    pivoted,
    unnested,
    values_table,
)
from dataops_desktop.sql.column_lineage.model import (
    FILTER,
    GROUP,
    JOIN,
    ORDER,
    TRANSFORMATION,
    LineageWarning,
    TableName,
)
from dataops_desktop.sql.column_lineage.names import Names, Schema
from dataops_desktop.sql.column_lineage.relations import Origin, Origins, Relation, Scope, Trace
from dataops_desktop.sql.column_lineage.values import Values
from dataops_desktop.sql.types import fields_of

# Where an item of the SELECT list may use the name of one before it.
LATERAL_ALIASES = {"spark", "spark2", "databricks", "snowflake", "redshift", "duckdb", "bigquery", "teradata", "clickhouse"}  # fmt: skip
# Trino and Hive name what has no name.
UNNAMED = {"athena": "_col{}", "trino": "_col{}", "presto": "_col{}", "hive": "_c{}"}
_NOTHING: Mapping[str, Any] = MappingProxyType({})
MOST_PASSES = 6  # over a recursive query: each adds what one more step can reach
FILES = {"spark", "spark2", "databricks", "duckdb"}  # where a path may stand for a table


def arg(node: exp.Expression, name: str) -> Any:
    """sqlglot ends names that are words of Python with an underscore, since version 28."""
    found = node.args.get(name)
    return node.args.get(f"{name}_") if found is None else found


@dataclass
class Cte:
    """A common table expression. `uses` is what its rows depend on: those who read it depend on that too."""

    node: exp.Expression
    visible: dict[str, Cte]
    recursive: bool = False
    relation: Relation | None = None
    known: Relation | None = None  # of a recursive one, while it is read
    uses: dict[tuple[Origin, str], Trace] = field(default_factory=dict)


class QueryReader:
    """Of one statement. `temporary` are tables that the script made for itself."""

    def __init__(
        self, dialect: str, names: Names, schema: Schema, database: str, temporary: Mapping[TableName, Relation], offset: int = 0
    ) -> None:  # fmt: skip
        self.dialect, self.names, self.schema = dialect, names, schema
        self.database, self.temporary = database, temporary
        self.offset = offset
        self.reads: dict[TableName, None] = {}
        self._known: dict[TableName, tuple[dict[str, Origins], dict[str, str]]] = {}
        self.uses: dict[tuple[Origin, str], Trace] = {}
        self.warnings: dict[LineageWarning, None] = {}

    # names and places
    def at(self, node: Any) -> tuple[int, int] | None:
        """Where a column or table is written."""
        marks = [
            part.meta
            for part in (getattr(node, "parts", None) or [node])
            if part.meta.get("start") is not None
        ]
        if not marks:
            return None
        return self.offset + min(m["start"] for m in marks), self.offset + max(m["end"] for m in marks) + 1

    def warn(self, message: str, node: Any = None) -> None:
        """Once each."""
        self.warnings[LineageWarning(message, 0, self.at(node) if node is not None else None)] = None

    def table_name(self, table: exp.Table) -> TableName:
        """With the default database where it names none."""
        fold = self.names.fold
        if isinstance(table.this, exp.Literal):  # DuckDB and Spark read files by their path
            return TableName(str(table.this.name), place=True)
        parts = [fold(part) for part in table.parts if isinstance(part, exp.Identifier)]
        name = parts[-1] if parts else fold(table.name)
        database = parts[-2] if len(parts) > 1 else fold(self.database) if self.database else ""
        catalog = parts[-3] if len(parts) > 2 else ""
        # parquet.`s3://…`, 'data.csv'
        if ("/" in name and self.dialect in FILES) or ("." in name and self.dialect == "duckdb"):
            return TableName(str(table.this.name), place=True)
        return TableName(name, database, catalog)

    def plain(self, node: Any) -> str:
        """The name of a column or an identifier, without its table."""
        return self.names.fold(node.this if isinstance(node, exp.Column) else node)

    def use(self, origins: Mapping[Origin, Trace], how: str) -> None:
        """Rows depend on them."""
        for origin, trace in origins.items():
            self.uses.setdefault((origin, how), trace)

    # queries
    def query(self, node: Any, visible: dict[str, Cte], outer: Scope | None = None) -> Relation:
        """What a query returns. Also of VALUES, TABLE t and parentheses around them."""
        own = self.ctes_of(node, visible)
        if isinstance(node, exp.Select):
            found = self._select(node, own, outer)
        elif isinstance(node, exp.SetOperation):
            found = self._set_operation(node, own, outer)
        elif isinstance(node, exp.Subquery | exp.Paren | exp.Table | exp.Values | exp.Pivot):
            scope, found = self._all_of(node, own, outer)
            self._modifiers(node, scope, own)
        else:
            self.warn(f"{type(node).__name__} is not a query that is understood", node)
            found = Relation()
        return found

    def ctes_of(self, node: Any, visible: dict[str, Cte]) -> dict[str, Cte]:
        """What is visible within a node: its WITH clause's tables go before those around it."""
        clause = arg(node, "with")
        if clause is None:
            return visible
        own = dict(visible)
        for item in clause.expressions:
            own = dict(own)
            cte = Cte(item, own, bool(clause.args.get("recursive")))
            if not cte.recursive:  # it does not see itself
                cte.visible = dict(own)
            own[self.names.fold(item.args["alias"].this)] = cte
            # Read in their order, so that a long chain of them is no deep one, and apart: nothing depends on one that is not used.
            before, self.uses = self.uses, {}
            self._cte(cte)
            cte.uses, self.uses = self.uses, before
        return own

    def _cte(self, cte: Cte) -> Relation:
        if cte.relation is not None:
            for use, trace in cte.uses.items():
                self.uses.setdefault(use, trace)
            return cte.relation
        if cte.known is not None:  # itself, within itself
            return cte.known
        columns = [self.names.fold(name) for name in cte.node.args["alias"].columns]
        body = cte.node.this
        if cte.recursive and isinstance(body, exp.SetOperation):
            cte.known = Relation()
            first: Any = body
            while isinstance(first, exp.SetOperation):
                first = first.this
            cte.known = self.query(first, cte.visible).renamed(columns)
            for _ in range(MOST_PASSES):
                again = self.query(body, cte.visible).renamed(columns)
                settled = again.columns.keys() == cte.known.columns.keys() and all(
                    again.columns[name].keys() == cte.known.columns[name].keys() for name in again.columns
                )
                cte.known = again
                if settled:
                    break
            cte.relation = cte.known
        else:
            cte.known = Relation()
            cte.relation = self.query(body, cte.visible).renamed(columns)
        cte.known = None
        return cte.relation

    def _set_operation(
        self, node: exp.SetOperation, visible: dict[str, Cte], outer: Scope | None
    ) -> Relation:
        spine: list[tuple[Any, Any]] = []  # (operation, right side), innermost last
        left: Any = node
        while isinstance(left, exp.SetOperation):
            if left is not node:
                visible = self.ctes_of(left, visible)
            spine.append((left, left.expression))
            left = left.this
        found = self.query(left, visible, outer)
        for operation, right_node in reversed(spine):
            right = self.query(right_node, visible, outer)
            if not isinstance(operation, exp.Union):  # rows are compared, none of the right side is returned
                for origins in right.columns.values():
                    self.use(origins, FILTER)
                continue
            found = _united(found, right, bool(operation.args.get("by_name")))
        scope = Scope(outer)
        scope.aliases = found.columns
        self._modifiers(node, scope, visible)
        return found

    def _select(self, node: exp.Select, visible: dict[str, Cte], outer: Scope | None) -> Relation:
        scope = Scope(outer)
        source = arg(node, "from")
        if source is not None:
            self.source(source.this, scope, visible)
            self.joins(source.this, scope, visible)
        self.joins(node, scope, visible)
        for lateral in node.args.get("laterals") or ():
            self.source(lateral, scope, visible)
        for pivot in node.args.get("pivots") or ():
            self.warn("A PIVOT over several tables is not followed", pivot)
        found = Relation()
        windows = {self.names.fold(w.this): w for w in node.args.get("windows") or () if isinstance(w.this, exp.Identifier)}  # fmt: skip
        reader = Values(self, scope, visible, windows)
        listed: list[tuple[Any, Origins]] = []
        laterally = self.dialect in LATERAL_ALIASES
        aliases: dict[str, Origins] = {}
        for index, item in enumerate(node.expressions):
            if self._is_star(item):
                self._star(item, scope, found, reader)
                continue
            origins = reader.of(item)
            name = self._name(item, index)
            listed.append((item, origins))
            _put(found, name, origins)
            if isinstance(item, exp.Alias):
                aliases[name] = origins
                if laterally:
                    scope.aliases[name] = origins
        # Where the list's own names may be used in it, they are known by now.
        if (where := node.args.get("where")) is not None:
            self.use(reader.of(where.this), FILTER)
        if (connect := node.args.get("connect")) is not None:
            self.use(reader.of(connect), FILTER)
        scope.aliases = aliases
        self._modifiers(node, scope, visible, listed, windows)
        return found

    def _modifiers(
        self, node: Any, scope: Scope, visible: dict[str, Cte], listed: Sequence[tuple[Any, Origins]] = (), windows: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        """GROUP BY, HAVING, QUALIFY, ORDER BY and DISTINCT ON."""
        reader = Values(self, scope, visible, windows or {})

        def items(expressions: Iterable[Any], use: str, alias_first: bool) -> None:
            for expression in expressions:
                inner = expression.this if isinstance(expression, exp.Ordered) else expression
                if isinstance(inner, exp.Literal) and not inner.is_string:
                    index = int(inner.name) - 1 if inner.name.isdigit() else -1
                    if 0 <= index < len(listed):
                        self.use(listed[index][1], use)
                    continue
                self.use(reader.of(inner, alias_first), use)

        if (group := node.args.get("group")) is not None:
            if group.args.get("all"):
                for item, origins in listed:
                    if not item.find(exp.AggFunc):
                        self.use(origins, GROUP)
            items(group.expressions, GROUP, False)
            for kind in ("cube", "rollup", "grouping_sets"):
                more = group.args.get(kind)
                items(
                    [e for e in more if isinstance(e, exp.Expression)] if isinstance(more, list) else (),
                    GROUP,
                    False,
                )
        for clause in ("having", "qualify"):
            if (found := node.args.get(clause)) is not None:
                self.use(reader.of(found.this), FILTER)
        for clause in ("order", "sort"):
            if (found := node.args.get(clause)) is not None:
                items(found.expressions, ORDER, True)
        for clause in ("cluster", "distribute"):
            if (found := node.args.get(clause)) is not None:
                items(found.expressions, GROUP, True)
        distinct = node.args.get("distinct")
        if isinstance(distinct, exp.Distinct) and (on := distinct.args.get("on")) is not None:
            items(on.expressions if isinstance(on, exp.Tuple) else [on], GROUP, False)

    # FROM
    def _all_of(self, node: Any, visible: dict[str, Cte], outer: Scope | None) -> tuple[Scope, Relation]:
        """An item of a FROM clause with its joins, in a scope of its own, and all that it returns."""
        scope, found = Scope(outer), Relation()
        self.source(node, scope, visible)
        self.joins(node, scope, visible)
        for relation in scope.relations.values():
            self.star_of(found, relation)
        return scope, found

    def joins(self, node: Any, scope: Scope, visible: dict[str, Cte]) -> None:
        """The joins that hang on a node, into its scope."""
        for join in node.args.get("joins") or ():
            before = dict(scope.relations)
            self.source(join.this, scope, visible)
            added = [relation for key, relation in scope.relations.items() if key not in before]
            if join.kind in {"SEMI", "ANTI"} or join.side in {"SEMI", "ANTI"}:
                for relation in added:
                    relation.starred = False
            if (on := join.args.get("on")) is not None:
                self.use(Values(self, scope, visible, {}).of(on), JOIN)
            using = [self.names.fold(name) for name in join.args.get("using") or ()]
            if join.method == "NATURAL":
                known = {name for relation in before.values() for name in relation.columns}
                using = [name for relation in added for name in relation.columns if name in known]
                if any(relation.opened for relation in (*before.values(), *added)):
                    self.warn("A NATURAL JOIN of tables whose columns are not known", join.this)
            for name in using:
                left = scope.merged.get(name) or [r for r in before.values() if r.has(name)]
                left = left or [r for r in before.values() if r.may_have(name)][:1]
                scope.merged[name] = [*left, *added]
                for relation in scope.merged[name]:
                    self.use(relation.get(name, self.at(join.this)), JOIN)

    def source(self, node: Any, scope: Scope, visible: dict[str, Cte]) -> None:
        """One item of a FROM clause."""
        alias = node.args.get("alias")
        name = self.names.fold(alias.this) if alias is not None and alias.args.get("this") is not None else ""
        columns = [self.names.fold(column) for column in (alias.args.get("columns") or ())] if alias is not None and isinstance(alias, exp.TableAlias) else []  # fmt: skip
        path: tuple[str, ...] = ()
        if isinstance(node, exp.Table) and not isinstance(node.this, exp.Func):
            relation, table = self._table(node, visible)
            if not name:
                name = table.name if not table.place else ""
                path = tuple(filter(None, (table.catalog, table.database, table.name)))
        elif isinstance(node, exp.Subquery | exp.Paren):
            inner = node.this
            if isinstance(inner, exp.Table | exp.Subquery) and not name and not node.args.get("pivots"):
                inside = self.ctes_of(node, visible)
                self.source(inner, scope, inside)  # parentheses around a join
                self.joins(inner, scope, inside)
                return
            relation = self.query(inner, self.ctes_of(node, visible), scope.outer)
        elif isinstance(node, exp.Values):
            relation = values_table(self, node, scope, visible)
        elif isinstance(node, exp.Unnest):
            relation, columns = unnested(self, node, scope, visible, columns)
            name = name or "unnest"
        elif isinstance(node, exp.Lateral):
            if isinstance(node.this, exp.Subquery):
                relation = self.query(node.this.this, visible, scope)
            else:
                relation, columns = self._function(node.this, scope, visible, columns)
        elif isinstance(node, exp.Pivot):  # DuckDB's statement
            _, relation = self._all_of(node.this, visible, scope.outer)
            relation = pivoted(self, relation, node, visible)
        elif isinstance(node, exp.Table):
            relation, columns = self._function(node.this, scope, visible, columns)
            name = name or str(node.this.key)
        elif isinstance(node, exp.Query):
            relation = self.query(node, visible, scope.outer)
        else:
            relation, columns = self._function(node, scope, visible, columns)
        for pivot in node.args.get("pivots") or ():
            relation = pivoted(self, relation, pivot, visible)
            given = pivot.args.get("alias")
            if given is not None:
                name = self.names.fold(given.this)
                columns = [self.names.fold(column) for column in given.args.get("columns") or ()]
        if node.args.get("match_recognize") is not None:
            self.warn("MATCH_RECOGNIZE is not followed", node)
        scope.add(name, relation.renamed(columns), path)

    def _table(self, node: exp.Table, visible: dict[str, Cte]) -> tuple[Relation, TableName]:
        if not node.db:
            cte = visible.get(self.names.fold(node.this))
            if cte is not None:
                return self._cte(cte).copy(), TableName(self.names.fold(node.this))
        table = self.table_name(node)
        if table in self.temporary:
            return self.temporary[table].copy(), table
        self.reads[table] = None
        known = None if table.place else self.schema.columns(table)
        if known is None:
            if not self.schema.empty and not table.place:
                self.warn(f"The columns of {table} are not known", node)
            return Relation(opened=[table], table=table), table
        if table not in self._known:  # shared by all who read the table: nobody changes a relation of one
            self._known[table] = (
                {name: Origins({Origin(table, name): Trace()}) for name in known},
                dict(known),
            )
        columns, types = self._known[table]
        return Relation(columns, types=types, table=table), table

    def _function(
        self, node: Any, scope: Scope, visible: dict[str, Cte], columns: list[str]
    ) -> tuple[Relation, list[str]]:
        """A function's table: its arguments may name tables that stand before it."""
        if files := files_read(node):
            self.reads |= dict.fromkeys(files)
            return Relation(opened=files[:1], table=files[0]), columns
        origins = Origins()
        origins.take(Values(self, scope, visible, {}).of(node), TRANSFORMATION)
        return Relation(anything=origins), columns

    # the SELECT list
    @staticmethod
    def _is_star(item: Any) -> bool:
        return bool(
            isinstance(item, exp.Star)
            or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star))
            or (isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star))
            or (isinstance(item, exp.Columns) and isinstance(item.this, exp.Star))
        )

    def _star(self, item: Any, scope: Scope, found: Relation, reader: Values) -> None:
        star = (
            item
            if isinstance(item, exp.Star)
            else item.expression
            if isinstance(item, exp.Dot)
            else item.this
        )
        fold = self.names.fold

        without = {self.plain(column) for column in arg(star, "except") or ()}
        renamed = {
            self.plain(alias.this): fold(alias.args["alias"]) for alias in star.args.get("rename") or ()
        }
        replaced = {
            fold(alias.args["alias"]): reader.of(alias.this) for alias in star.args.get("replace") or ()
        }
        if isinstance(item, exp.Column):
            path = tuple(fold(part) for part in item.parts if isinstance(part, exp.Identifier))
            for known in scope.around():
                if path in known.names:
                    self.star_of(found, known.names[path], without, renamed, replaced)
                    return
            origins = reader.of(exp.column(item.args["table"].copy())) if len(path) == 1 else Origins()
            kind = kind_of(self, exp.column(item.args["table"].copy()), scope) if len(path) == 1 else ""
            self._fields(found, origins, kind, without, item)
            return
        if isinstance(item, exp.Dot):
            self._fields(found, reader.of(item.this), kind_of(self, item.this, scope), without, item)
            return
        for name in scope.merged:  # USING: they come first, and once
            if name not in without:
                _put(
                    found,
                    renamed.get(name, name),
                    replaced[name] if name in replaced else scope.both_sides(name),
                )
        for relation in scope.relations.values():
            if relation.starred:
                self.star_of(found, relation, without | set(scope.merged), renamed, replaced)

    def _fields(self, found: Relation, origins: Origins, kind: str, without: set[str], item: Any) -> None:
        """`record.*`: a column a field."""
        fields = fields_of(kind)
        if not fields:
            self.warn(
                "The fields of a nested value are not known", item if isinstance(item, exp.Column) else None
            )
        for name, _ in fields:
            if self.names.fold(name) not in without:
                _put(found, self.names.fold(name), origins.field(name))

    def star_of(
        self, found: Relation, relation: Relation, without: Set[str] = frozenset(), renamed: Mapping[str, str] = _NOTHING, replaced: Mapping[str, Origins] = _NOTHING
    ) -> None:  # fmt: skip
        """Add a relation's columns to what `*` returns."""
        for name in relation.columns:
            if name not in without and not (name.startswith("\0") and relation.anything is not None):
                _put(
                    found, renamed.get(name, name), replaced[name] if name in replaced else relation.get(name)
                )
                if name in relation.types:
                    found.types.setdefault(renamed.get(name, name), relation.types[name])
        if relation.opened:
            found.opened += [table for table in relation.opened if table not in found.opened]
            found.hidden |= without | relation.hidden | set(renamed)
            for old, new in renamed.items():
                _put(found, new, relation.get(old))
            for name, origins in replaced.items():
                if name not in found.columns:
                    _put(found, name, origins)
        if relation.anything is not None:
            found.anything = Origins(found.anything or {})
            found.anything.take(relation.anything)

    def _name(self, item: Any, index: int) -> str:
        if isinstance(item, exp.Alias):
            return self.names.fold(item.args["alias"])
        if isinstance(item, exp.Column | exp.Dot):
            last = item.this if isinstance(item, exp.Column) else item.expression
            if isinstance(last, exp.Identifier):
                return self.names.fold(last)
        if isinstance(item, exp.Paren):
            return self._name(item.this, index)
        if self.dialect in UNNAMED:
            return UNNAMED[self.dialect].format(index)
        return str(item.sql(self.dialect)).lower() if self.names.strategy != "UPPERCASE" else str(item.sql(self.dialect))  # fmt: skip


def _put(relation: Relation, name: str, origins: Origins) -> None:
    """Add a column; a second one of the same name is kept for its position."""
    while name in relation.columns:
        name += "\0"
    relation.columns[name] = origins


def _united(left: Relation, right: Relation, by_name: bool) -> Relation:
    made = Relation(opened=[*left.opened, *(t for t in right.opened if t not in left.opened)], hidden=left.hidden & right.hidden if right.opened and left.opened else left.hidden | right.hidden, types=dict(left.types), anything=left.anything or right.anything)  # fmt: skip
    ours, theirs = list(left.columns), list(right.columns)
    for index, name in enumerate(ours):
        origins = Origins(left.columns[name])
        other = name if by_name else theirs[index] if index < len(theirs) else None
        if other is not None and other in right.columns:
            origins.take(right.columns[other])
        elif right.opened and len(right.opened) == 1:
            origins.take(right.get(name))  # by its name: its position is not known
        made.columns[name] = origins
    if by_name or (left.opened and not ours):
        for name in theirs:
            if name not in made.columns:
                made.columns[name] = Origins(right.columns[name])
    return made
