"""Statements that move data: what they write, from which columns, and by which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from dataops_desktop.sql.column_lineage.model import (
    EVERY,
    FILTER,
    GUESSED,
    IDENTITY,
    JOIN,
    OUTPUT,
    RESULT,
    STRENGTH,
    ColumnEdge,
    LineageWarning,
    TableName,
)
from dataops_desktop.sql.column_lineage.queries import Cte, QueryReader, arg
from dataops_desktop.sql.column_lineage.relations import Origin, Origins, Relation, Scope, Trace
from dataops_desktop.sql.column_lineage.values import Values

# Statements without data: nothing to follow, and nothing to warn about.
_STILL = (exp.Describe, exp.Use, exp.Set, exp.Show, exp.Grant, exp.Revoke, exp.Comment, exp.Transaction, exp.Commit, exp.Rollback, exp.Pragma, exp.Analyze, exp.Uncache, exp.Kill, exp.Refresh, exp.TruncateTable)  # fmt: skip
_STILL_WORDS = {"show", "describe", "desc", "explain", "set", "use", "msck", "analyze", "vacuum", "optimize", "grant", "revoke", "call", "prepare", "deallocate", "refresh", "add", "reset", "begin", "commit", "rollback", "comment", "truncate", "cache", "uncache", "clear", "alter", "drop"}  # fmt: skip
_OUT = re.compile(r"\A\s*\((?P<query>.*)\)\s*TO\s*'(?P<to>[^']+)'", re.IGNORECASE | re.DOTALL)


@dataclass
class Told:
    """What one statement tells. `temporary` are relations that stand for temporary tables; `defined` columns of a table that was made."""

    kind: str
    reads: dict[TableName, None] = field(default_factory=dict)
    writes: dict[TableName, None] = field(default_factory=dict)
    drops: dict[TableName, None] = field(default_factory=dict)
    renames: list[tuple[TableName, TableName]] = field(default_factory=list)
    edges: dict[tuple[Any, ...], ColumnEdge] = field(default_factory=dict)  # by all that tells them apart
    warnings: dict[LineageWarning, None] = field(default_factory=dict)
    temporary: dict[TableName, Relation] = field(default_factory=dict)
    defined: dict[TableName, dict[str, str]] = field(default_factory=dict)
    database: str | None = None


class StatementReader:
    """One statement with its own QueryReader."""

    def __init__(self, query: QueryReader, dropped: Mapping[TableName, int], number: int, text: str) -> None:
        self.query, self.number, self._text = query, number, text
        self._dropped = dropped  # tables a later statement of the script drops, by its number
        self.told = Told("")

    def read(self, tree: Any) -> Told:
        """Dispatch by kind."""
        told, query = self.told, self.query
        told.kind = tree.key
        if isinstance(tree, exp.Create):
            self._create(tree)
        elif isinstance(tree, exp.Insert):
            self._insert(tree, query.ctes_of(tree, {}))
        elif isinstance(tree, exp.MultitableInserts):
            self._inserts(tree)
        elif isinstance(tree, exp.Merge):
            self._merge(tree)
        elif isinstance(tree, exp.Update):
            self._update(tree)
        elif isinstance(tree, exp.Delete):
            self._delete(tree)
        elif isinstance(tree, exp.Cache):
            if tree.expression is not None:
                told.temporary[query.table_name(tree.this)] = query.query(tree.expression, {})
        elif isinstance(tree, exp.Copy):
            self._copy(tree)
        elif isinstance(tree, exp.LoadData):
            place = TableName(str(tree.args["inpath"].name), place=True)
            told.reads[place] = None
            told.writes[query.table_name(tree.this)] = None
        elif isinstance(tree, exp.Drop):
            for table in tree.find_all(exp.Table):
                if str(tree.args.get("kind") or "").upper() in {"TABLE", "VIEW", ""}:
                    told.drops[query.table_name(table)] = None
        elif isinstance(tree, exp.Alter):
            self._alter(tree)
        elif isinstance(tree, exp.Use):
            if isinstance(tree.this, exp.Table):
                told.database = query.names.fold(tree.this.this)
        elif isinstance(tree, exp.Command):
            self._command(tree)
        elif isinstance(tree, exp.Query | exp.Values | exp.Pivot):
            self._edges(query.query(tree, {}), RESULT, None)
        elif not isinstance(tree, _STILL):
            query.warn(f"{tree.key.upper()} is not a statement whose data is followed")
        told.reads |= query.reads
        told.warnings |= query.warnings
        return told

    # writing
    def _edges(self, found: Relation, target: TableName, columns: list[str] | None) -> None:
        """From a query's columns, by position where the target's columns are given, else by name."""
        given = list(found.columns)
        if columns is not None and not found.opened and len(columns) != len(given) and found.anything is None:
            self.query.warn(f"{len(given)} columns are written to {len(columns)} of {target}")
        for index, name in enumerate(given):
            to = name.rstrip("\0") if columns is None else columns[index] if index < len(columns) else None
            if columns is not None and found.opened:  # its place among unknown ones is not known
                to = name if name in columns else None
            if to is None:
                continue
            self._put(found.columns[name], target, to)
        for table in found.opened:
            self._add(ColumnEdge(table, EVERY, target, EVERY, statement=self.number, confidence=GUESSED))
            if columns is not None:
                self.query.warn(f"Which columns of {table} go where is not known: its columns are not")
        self._uses(target)

    def _put(self, origins: Mapping[Origin, Trace], target: TableName, to: str) -> None:
        for origin, trace in origins.items():
            self._add(
                ColumnEdge(origin.table, origin.column, target, to, OUTPUT, trace.how, origin.path, self.number, trace.at, trace.sure)
            )  # fmt: skip

    def _uses(self, target: TableName) -> None:
        for (origin, use), trace in self.query.uses.items():
            self._add(
                ColumnEdge(origin.table, origin.column, target, "", use, IDENTITY, origin.path, self.number, trace.at, trace.sure)
            )  # fmt: skip

    def _add(self, edge: ColumnEdge) -> None:
        """Once, with the strongest change of the value."""
        key = (edge.source, edge.column, edge.path, edge.target, edge.to_column, edge.use)
        known = self.told.edges.get(key)
        if known is None or STRENGTH[edge.how] > STRENGTH[known.how]:
            self.told.edges[key] = edge

    def _named(self, holder: Any) -> tuple[TableName, list[str] | None]:
        """A target and its column list."""
        if isinstance(holder, exp.Schema):
            names = [self.query.plain(c.this if isinstance(c, exp.ColumnDef) else c) for c in holder.expressions if isinstance(c, exp.ColumnDef | exp.Identifier | exp.Column)]  # fmt: skip
            return self.query.table_name(holder.this), names or None
        if isinstance(holder, exp.Directory):
            return TableName(str(holder.this.name), place=True), None
        return self.query.table_name(holder), None

    def _create(self, tree: exp.Create) -> None:
        told, query = self.told, self.query
        kind = str(tree.args.get("kind") or "").upper()
        told.kind = f"create {kind.lower()}".strip()
        if kind not in {"TABLE", "VIEW"} or not isinstance(tree.this, exp.Table | exp.Schema):
            if isinstance(tree.expression, exp.Query):
                query.warn(f"CREATE {kind} is not followed")
            return
        target, columns = self._named(tree.this)
        properties = tree.args.get("properties")
        marks = properties.expressions if properties is not None else []
        body = tree.expression
        source = tree.args.get("clone")
        like = next((mark for mark in marks if isinstance(mark, exp.LikeProperty)), None)
        if like is not None:  # its columns, none of its data
            known = query.schema.columns(query.table_name(like.this))
            if known is not None:
                told.defined[target] = dict(known)
        if source is not None:
            original = source.this
            body = exp.select("*").from_(original.copy())
        if isinstance(body, exp.Table):  # CREATE TABLE a AS TABLE b
            body = exp.select("*").from_(body.copy())
        if not isinstance(body, exp.Query | exp.Values):
            if isinstance(tree.this, exp.Schema):
                told.defined[target] = {
                    query.names.fold(c.this): c.args["kind"].sql(query.dialect)
                    if c.args.get("kind") is not None
                    else ""
                    for c in tree.this.expressions
                    if isinstance(c, exp.ColumnDef)
                }
            for mark in marks:
                if isinstance(mark, exp.LocationProperty):
                    told.reads[TableName(str(mark.this.name), place=True)] = None
                    told.writes[target] = None
            if target not in told.writes and target in told.defined:
                told.kind = f"define {kind.lower()}"
            return
        visible = query.ctes_of(tree, {})
        found = query.query(body, visible)
        if columns is not None and not found.opened:
            found = found.renamed(columns)
        temporary = any(isinstance(mark, exp.TemporaryProperty) for mark in marks)
        if temporary or self._dropped.get(target, -1) > self.number:
            told.temporary[target] = found
            return
        told.writes[target] = None
        self._edges(found, target, columns if columns is not None and found.opened else None)
        if not found.opened and found.anything is None:
            told.defined[target] = {name.rstrip("\0"): found.types.get(name, "") for name in found.columns}

    def _insert(self, tree: exp.Insert, visible: dict[str, Cte], source: Any = None) -> None:
        told, query = self.told, self.query
        holder = tree.this
        if isinstance(holder, exp.Tuple) or holder is None:
            query.warn("INSERT without a table")
            return
        target, columns = self._named(holder)
        table = holder.this if isinstance(holder, exp.Schema) else holder
        body = tree.expression
        if isinstance(body, exp.Table):  # INSERT INTO a TABLE b
            body = exp.select("*").from_(body.copy())
        if body is None or not isinstance(body, exp.Query | exp.Values):
            told.writes[target] = None
            if body is not None:
                query.warn("INSERT of something that is no query")
            return
        if source is not None and isinstance(body, exp.Select) and arg(body, "from") is None:
            body = body.copy()
            body.set("from_", source.copy())
        query.uses = {}
        found = query.query(body, visible)
        partition = table.args.get("partition") if isinstance(table, exp.Table) else None
        partition = partition or tree.args.get("partition") or None
        if columns is None and not tree.args.get("by_name"):
            columns = self._target_columns(target, partition)
        if tree.args.get("by_name"):
            columns = None
        if target in query.temporary:
            known = query.temporary[target]
            for index, origins in enumerate(found.columns.values()):
                names = columns or list(known.columns)
                if index < len(names):
                    both = Origins(known.columns.get(names[index], {}))
                    both.take(origins)
                    known.columns[names[index]] = both
            return
        told.writes[target] = None
        self._edges(found, target, columns)
        conflict = tree.args.get("conflict")
        if conflict is not None:
            for change in conflict.expressions or ():
                if isinstance(change, exp.EQ) and isinstance(change.this, exp.Column):
                    self._conflict(change, target, found, columns)

    def _conflict(
        self, change: exp.EQ, target: TableName, found: Relation, columns: list[str] | None
    ) -> None:
        """`DO UPDATE SET a = excluded.b`: from what would have been inserted."""
        scope = Scope()
        scope.add("excluded", found.renamed(columns or []))
        scope.names[self.query.names.fold("excluded"),] = scope.relations["excluded"]
        self._put(
            Values(self.query, scope, {}, {}).of(change.expression),
            target,
            self.query.plain(change.this),
        )

    def _target_columns(self, target: TableName, partition: Any) -> list[str] | None:
        """The table's columns in order: those of a static partition stand in no query, those of a dynamic one come last."""
        known = self.query.schema.columns(target)
        static, dynamic = [], []
        for item in partition.expressions if isinstance(partition, exp.Partition) else ():
            if isinstance(item, exp.EQ):
                static.append(self.query.plain(item.this))
            else:
                dynamic.append(self.query.plain(item))
        if known is None:
            return None
        return [name for name in known if name not in static and name not in dynamic] + dynamic

    def _inserts(self, tree: exp.MultitableInserts) -> None:
        """Hive's FROM x INSERT … INSERT …, Snowflake's INSERT ALL."""
        query = self.query
        source = tree.args.get("source")
        if source is not None and not isinstance(source, exp.From):
            source = exp.From(
                this=source
                if isinstance(source, exp.Table | exp.Subquery)
                else source.copy().subquery("source")
            )
        for item in tree.expressions:
            insert = item.this if isinstance(item, exp.ConditionalInsert) else item
            query.uses = {}
            if insert.expression is None or isinstance(insert.expression, exp.Values | exp.Tuple):
                self._insert_all(insert, source)
            else:
                self._insert(insert, query.ctes_of(tree, {}), source)
        if not tree.expressions:
            query.warn("INSERT into several tables without a table")

    def _insert_all(self, insert: exp.Insert, source: Any) -> None:
        """INTO t (a, b) VALUES (x, y), x and y columns of the source."""
        query = self.query
        target, columns = self._named(insert.this)
        scope = Scope()
        query.source(source.this, scope, {})
        self.told.writes[target] = None
        values = insert.expression
        rows = values.expressions[0].expressions if isinstance(values, exp.Values) and values.expressions else values.expressions if isinstance(values, exp.Tuple) else None  # fmt: skip
        found = Relation()
        if rows is None:
            for relation in scope.relations.values():
                query.star_of(found, relation)
        else:
            reader = Values(query, scope, {}, {})
            for index, item in enumerate(rows):
                found.columns[f"\0{index}"] = reader.of(item)
        self._edges(found, target, columns or self._target_columns(target, None))

    def _changed(self, tree: Any, scope: Scope, visible: dict[str, Cte]) -> TableName:
        """The table that MERGE, UPDATE or DELETE changes: its columns may be named, but it is written, not read."""
        read = dict(self.query.reads)
        self.query.source(tree.this, scope, visible)
        self.query.reads = read
        target = self.query.table_name(tree.this)
        self.told.writes[target] = None
        return target

    def _merge(self, tree: exp.Merge) -> None:
        query = self.query
        visible, scope = query.ctes_of(tree, {}), Scope()
        target = self._changed(tree, scope, visible)
        target_relation = next(iter(scope.relations.values()))
        query.source(tree.args["using"], scope, visible)
        source_relation = list(scope.relations.values())[-1]
        reader = Values(query, scope, visible, {})
        query.use(reader.of(tree.args["on"]), JOIN)
        for when in tree.args["whens"].expressions:
            if (condition := when.args.get("condition")) is not None:
                query.use(reader.of(condition), FILTER)
            then = when.args.get("then")
            if isinstance(then, exp.Update):
                if not then.expressions or isinstance(then.expressions, exp.Star) or isinstance(then.expressions[0], exp.Star):  # fmt: skip
                    self._all_of(source_relation, target_relation, target)
                    continue
                for change in then.expressions:
                    if isinstance(change, exp.EQ):
                        self._put(reader.of(change.expression), target, query.plain(change.this))
            elif isinstance(then, exp.Insert):
                values = then.expression.expressions if isinstance(then.expression, exp.Tuple) else []
                if not values:
                    self._all_of(source_relation, target_relation, target)
                    continue
                names = [query.plain(c) for c in then.this.expressions] if isinstance(then.this, exp.Tuple) else self._target_columns(target, None)  # fmt: skip
                if names is None:
                    query.warn(
                        f"Which columns of {target} are inserted is not known: its columns are not", tree.this
                    )
                    continue
                for name, value in zip(names, values, strict=False):
                    self._put(reader.of(value), target, name)
        self._uses(target)

    def _all_of(self, source: Relation, target: Relation, name: TableName) -> None:
        """UPDATE SET * and INSERT *: by name."""
        for column in source.columns:
            if not target.columns or column in target.columns:
                self._put(source.get(column), name, column)
        for table in source.opened:
            for column in target.columns:
                self._put(source.get(column), name, column)
            if not target.columns:
                self._add(ColumnEdge(table, EVERY, name, EVERY, statement=self.number, confidence=GUESSED))

    def _update(self, tree: exp.Update) -> None:
        query = self.query
        visible, scope = query.ctes_of(tree, {}), Scope()
        target = self._changed(tree, scope, visible)
        query.joins(tree.this, scope, visible)
        source = arg(tree, "from")
        if source is not None:
            query.source(source.this, scope, visible)
            query.joins(source.this, scope, visible)
            query.joins(tree, scope, visible)
        reader = Values(query, scope, visible, {})
        for change in tree.expressions:
            if isinstance(change, exp.EQ):
                to = change.this
                names = to.expressions if isinstance(to, exp.Tuple) else [to]
                values = change.expression.expressions if isinstance(to, exp.Tuple) and isinstance(change.expression, exp.Tuple) else [change.expression]  # fmt: skip
                for name, value in zip(names, values, strict=False):
                    self._put(reader.of(value), target, query.plain(name))
        if (where := tree.args.get("where")) is not None:
            query.use(reader.of(where.this), FILTER)
        self._uses(target)

    def _delete(self, tree: exp.Delete) -> None:
        query = self.query
        visible, scope = query.ctes_of(tree, {}), Scope()
        target = self._changed(tree, scope, visible)
        using = tree.args.get("using")
        for item in (
            using if isinstance(using, list) else [using] if isinstance(using, exp.Expression) else []
        ):
            query.source(item, scope, visible)
        if (where := tree.args.get("where")) is not None:
            query.use(Values(query, scope, visible, {}).of(where.this), FILTER)
        self._uses(target)

    def _copy(self, tree: exp.Copy) -> None:
        """COPY INTO t FROM a place or a query, and the other way round."""
        told, query = self.told, self.query
        places = []
        for item in tree.args.get("files") or ():
            inner = item.this if isinstance(item, exp.Table) else item
            places.append(TableName(str(inner.name), place=True))
        holder = tree.this
        if isinstance(holder, exp.Subquery | exp.Query):
            found = query.query(holder.this if isinstance(holder, exp.Subquery) else holder, {})
            for place in places:
                told.writes[place] = None
                self._edges(found, place, None)
            return
        table, columns = self._named(holder)
        if tree.args.get("kind"):  # FROM
            told.writes[table] = None
            for item in tree.args.get("files") or ():
                if isinstance(item, exp.Subquery):
                    self._edges(
                        query.query(item.this, {}), table, columns or self._target_columns(table, None)
                    )
                else:
                    told.reads |= dict.fromkeys(places)
        else:
            told.reads[table] = None
            told.writes |= dict.fromkeys(places)

    def _alter(self, tree: exp.Alter) -> None:
        told, query = self.told, self.query
        if not isinstance(tree.this, exp.Table):
            return
        table = query.table_name(tree.this)
        for action in tree.args.get("actions") or ():
            if isinstance(action, exp.AlterRename):
                told.renames.append((table, query.table_name(action.this)))
            elif isinstance(action, exp.SwapTable):
                told.renames += [
                    (table, query.table_name(action.this)),
                    (query.table_name(action.this), table),
                ]

    def _command(self, tree: exp.Command) -> None:
        """What sqlglot hands through: Athena's UNLOAD is a query all the same."""
        word = str(tree.this).lower()
        told, query = self.told, self.query
        text = str(
            tree.expression.name if isinstance(tree.expression, exp.Literal) else tree.expression or ""
        )
        told.kind = word
        if word == "unload" and (out := _OUT.match(text)):
            from dataops_desktop.sql.parsing import parsed

            inner = out["query"]
            if query.dialect == "redshift" or inner.strip().startswith("'"):
                inner = inner.strip().strip("'").replace("''", "'")
            place = TableName(out["to"], place=True)
            told.writes[place] = None
            query.offset += max(0, self._text.find(inner))
            for body in parsed(inner, query.dialect):
                self._edges(query.query(body, {}), place, None)
            return
        if word not in _STILL_WORDS:
            told.warnings[LineageWarning(f"{word.upper()} is not understood")] = None
