"""Tables that a FROM clause makes itself: VALUES, UNNEST, files that a function reads, PIVOT and UNPIVOT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dataops_desktop.sql.column_lineage.model import TRANSFORMATION, TableName
from dataops_desktop.sql.column_lineage.relations import Origins, Relation, Scope
from dataops_desktop.sql.column_lineage.values import Subqueries, Values
from dataops_desktop.sql.types import fields_of

_READERS = ("read_parquet", "parquet_scan", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson")  # fmt: skip


def files_read(node: Any) -> list[TableName]:
    """The files that DuckDB's reading functions name; none for other functions."""
    called = str(node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else "").lower()  # fmt: skip
    if called not in _READERS:
        return []
    return [TableName(str(text.name), place=True) for text in node.find_all(exp.Literal) if text.is_string and ("." in text.name or "/" in text.name)]  # fmt: skip


def values_table(query: Subqueries, node: exp.Values, scope: Scope, visible: dict[str, Any]) -> Relation:
    """Of VALUES."""
    found = Relation()
    reader = Values(query, scope, visible, {})
    for row in node.expressions:
        for index, item in enumerate(row.expressions if isinstance(row, exp.Tuple) else [row]):
            found.columns.setdefault(f"col{index + 1}", Origins()).take(reader.of(item))
    return found


def unnested(
    query: Subqueries, node: exp.Unnest, scope: Scope, visible: dict[str, Any], columns: list[str]
) -> tuple[Relation, list[str]]:
    """(table, names of its columns) of UNNEST."""
    reader = Values(query, scope, visible, {})
    values = [reader.of(item) for item in node.expressions]
    kinds = [kind_of(query, item, scope) for item in node.expressions]
    offset = node.args.get("offset")
    made = Relation()
    if offset is not None and isinstance(offset, exp.Identifier):
        columns = [*columns, query.names.fold(offset)] if query.names.fold(offset) not in columns else columns
    left = len(columns) - (1 if offset else 0)
    for index, (origins, kind) in enumerate(zip(values, kinds, strict=True)):
        fields = fields_of(kind, unnest=True)
        width = len(fields) or max(1, left - (len(values) - 1 - index) if len(values) > 1 and index == len(values) - 1 else 1)  # fmt: skip
        if not fields and len(values) == 1:
            width = max(1, left)
        for place in range(width):
            name = query.names.fold(fields[place][0]) if place < len(fields) and fields[place][0] else f"\0{len(made.columns)}"  # fmt: skip
            path = fields[place][0] if place < len(fields) else ""
            made.columns[name] = origins.field(path)
            if place < len(fields):
                made.types[name] = fields[place][1]
    if offset is not None:
        made.columns["\0offset"] = Origins()
    if not columns:
        alone = Origins()
        for origins in values:
            alone.take(origins)
        made.anything = alone
    return made, columns


def kind_of(query: Subqueries, item: Any, scope: Scope) -> str:
    """A column's type, where it is known."""
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Identifier):
        path = [query.names.fold(part) for part in item.parts]
        for known in scope.around():
            for cut in range(len(path) - 1, -1, -1):
                relations = [known.names[tuple(path[:cut])]] if cut and tuple(path[:cut]) in known.names else [] if cut else list(known.relations.values())  # fmt: skip
                for relation in relations:
                    if path[cut] in relation.types:
                        kind = relation.types[path[cut]]
                        for step in path[cut + 1 :]:
                            kind = {n.lower(): k for n, k in fields_of(kind)}.get(step, "")
                        return kind
    return ""


def pivoted(query: Subqueries, relation: Relation, pivot: exp.Pivot, visible: dict[str, Any]) -> Relation:
    """A table after PIVOT or UNPIVOT."""
    fold = query.names.fold
    scope = Scope(None)
    scope.add("", relation)
    reader = Values(query, scope, visible, {})
    made = relation.copy()
    made.anything = None
    if pivot.args.get("unpivot"):
        values = [fold(column) for item in pivot.expressions for column in (item.expressions if isinstance(item, exp.Tuple) else [item])]  # fmt: skip
        moved: list[Origins] = [Origins() for _ in values]
        names = []
        for part in pivot.args.get("fields") or ():
            names.append(_plain(query, part.this))
            for item in part.expressions:
                inner = item.this if isinstance(item, exp.PivotAlias | exp.Alias) else item
                group = inner.expressions if isinstance(inner, exp.Tuple) else [inner]
                for index, column in enumerate(group):
                    if isinstance(column, exp.Column) and moved:
                        moved[min(index, len(moved) - 1)].take(reader.of(column))
                        gone = fold(column.this)
                        made.columns.pop(gone, None)
                        made.hidden.add(gone)
        for name in names:
            made.columns[name] = Origins()
        made.columns.update(zip(values, moved, strict=True))
        return made
    spent = {fold(column.this) for part in (*pivot.expressions, *(pivot.args.get("fields") or ())) for column in part.find_all(exp.Column) if isinstance(column.this, exp.Identifier)}  # fmt: skip
    key = Origins()
    for part in pivot.args.get("fields") or ():
        if isinstance(part, exp.In):
            key.take(reader.of(part.this), TRANSFORMATION)
    sums = [reader.of(item) for item in (*pivot.expressions, *(pivot.args.get("using") or ()))]
    for name in spent:
        made.columns.pop(name, None)
        made.hidden.add(name)
    named = pivot.args.get("columns") or ()
    for index, column in enumerate(named):
        origins = Origins(key)
        if sums:
            origins.take(sums[index % len(sums)])
        made.columns[fold(column)] = origins
    if not named:  # the values are not in the text
        every = Origins(key)
        for origins in sums:
            every.take(origins)
        made.anything = every
    return made


def _plain(query: Subqueries, node: Any) -> str:
    return query.names.fold(node.this if isinstance(node, exp.Column) else node)
