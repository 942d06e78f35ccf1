"""Columns of the ontology: statements and views are followed against the catalog's own schemas, and what they tell is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_child import columns_of
from dataops_desktop.interfaces.lineage_store import (
    ColumnLink,
    FollowedStatement,
    LineageProblem,
    StoredColumnLink,
)
from dataops_desktop.ontology.nodes import NodeRef, glue_table_id

if TYPE_CHECKING:
    from dataops_desktop.sql.column_lineage import Lineage, TableName
    from dataops_desktop.sql.column_lineage.names import SchemaLookup

OWN_CATALOGS = {"", "awsdatacatalog"}
VIEWS_AT_ONCE = 200
MOST_LINKS = 20_000  # of one statement: wider ones keep their first, and say so


def catalog_columns(context: ActionContext, source: str) -> SchemaLookup:
    """What the catalog knows of a table's columns, partition keys last, each table read once. Blocks."""
    catalog, known = context.workspace.catalog, dict[str, dict[str, str] | None]()

    def columns(table: TableName) -> Mapping[str, str] | None:
        if table.catalog not in OWN_CATALOGS:
            return None
        node_id = glue_table_id(table.database, table.name)
        if node_id not in known:
            stored = catalog.node(node_id, source)
            found = catalog.columns(stored.key) if stored is not None else ([], [])
            known[node_id] = {c.name.lower(): c.type for part in found for c in part} or None
        return known[node_id]

    return columns


def followed(
    by: NodeRef, origin: str, sql: str, database: str, columns: SchemaLookup, found: Lineage, result: NodeRef | None = None
) -> FollowedStatement:  # fmt: skip
    """What a statement tells. What it returns, when it writes nowhere, are columns of `result`: its own node (or the view it is) by default."""

    def ref(table: TableName) -> NodeRef | None:
        if table.place:
            return (result or by) if not table.name else None  # a path is no node with columns
        return NodeRef(by.source, glue_table_id(table.database, table.name)) if table.catalog in OWN_CATALOGS else None  # fmt: skip

    links = []
    for edge in found.columns:
        source, target = ref(edge.source), ref(edge.target)
        if source is not None and target is not None and source != by:
            start, end = edge.at or (-1, -1)
            links.append(ColumnLink(source, edge.column, target, edge.to_column, edge.use, edge.how, edge.path, edge.confidence, start, end))  # fmt: skip
    problems = [LineageProblem(w.message, *(w.at or (-1, -1))) for w in found.warnings]
    if len(links) > MOST_LINKS:
        problems.append(LineageProblem(f"{len(links):,} links of columns; the first {MOST_LINKS:,} are kept"))
    return FollowedStatement(by, origin, _fingerprint(sql, database, columns, found.sources), links[:MOST_LINKS], problems)  # fmt: skip


def _fingerprint(
    sql: str,
    database: str,
    columns: Callable[[TableName], Mapping[str, str] | None],
    sources: tuple[Any, ...],
) -> str:
    """Of the text and of the schemas it was read against: another column there may be another link here."""
    digest = hashlib.blake2b(f"{database}\0{sql}".encode("utf-8", "surrogatepass"), digest_size=12)
    for table in sources:
        digest.update(f"\0{table}\0{','.join(columns(table) or ())}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def follow_views(context: ActionContext, source: str, changed_tables: bool) -> int:
    """Every view of a catalog whose text or whose tables' columns have changed; returns how many. Blocks; done at a sync's end.

    Where the sync has changed no table, only those that were never followed.
    """
    store, columns = context.workspace.lineage, catalog_columns(context, source)
    changed: list[FollowedStatement] = []
    count = 0
    for view in store.views(source):
        if view.fingerprint and not changed_tables:
            continue
        database = view.name.partition(".")[0]
        found = columns_of(context, view.sql, database, columns)
        told = followed(view.ref, "view", view.sql, database, columns, found)
        if told.fingerprint != view.fingerprint:
            changed.append(told)
            count += 1
        if len(changed) >= VIEWS_AT_ONCE:
            store.put(changed)
            changed = []
    store.put(changed)
    return count


async def column_links(
    context: ActionContext, key: int, column: str | None, direction: str, depth: int = 1
) -> list[StoredColumnLink]:
    """Where a column's values come from (upstream) or go to (downstream), nearest first; all of a node's columns for None."""
    name = column.lower() if column is not None else None
    return await context.local(context.workspace.lineage.links, key, name, direction, depth)


def links_json(context: ActionContext, links: list[StoredColumnLink]) -> list[dict[str, Any]]:
    """With the specification's ids. Blocks."""
    catalog, ids = context.workspace.catalog, dict[int, str]()

    def node_id(key: int) -> str:
        if key not in ids:
            stored = catalog.node_by_key(key)
            ids[key] = stored.node.id if stored is not None else ""
        return ids[key]

    return [
        {
            "from": {"id": node_id(link.from_key), "column": link.from_column, **({"path": link.path} if link.path else {})},
            "to": {"id": node_id(link.to_key), "column": link.to_column or None},
            "use": link.use, "transformation": link.how, "confidence": link.confidence, "depth": link.depth,
            "statement": {"id": node_id(link.by_key), "at": [link.start, link.end] if link.start >= 0 else None},
            "origin": link.origin, "observedAt": link.observed_at,
        }
        for link in links
    ]  # fmt: skip


@dataclass(frozen=True)
class NamedLink:
    """A link as a person reads it; `sql` is the statement's text."""

    direction: str  # upstream, downstream
    link: StoredColumnLink
    source: str
    target: str
    statement: str
    sql: str
    database: str


async def named_links(context: ActionContext, key: int, column: str | None, depth: int) -> list[NamedLink]:
    """Both ways, nearest first."""
    return await context.local(_named_links, context, key, column.lower() if column else None, depth)


def _named_links(context: ActionContext, key: int, column: str | None, depth: int) -> list[NamedLink]:
    catalog, nodes = context.workspace.catalog, dict[int, tuple[str, str, str]]()

    def node(number: int) -> tuple[str, str, str]:
        if number not in nodes:
            stored = catalog.node_by_key(number)
            properties = stored.node.properties if stored is not None else {}
            nodes[number] = (
                stored.node.name if stored is not None else "?",
                str(properties.get("sql") or properties.get("viewSql") or ""),
                str(properties.get("database") or ""),
            )
        return nodes[number]

    found = []
    for direction in ("upstream", "downstream"):
        for link in context.workspace.lineage.links(key, column, direction, depth):
            statement, sql, database = node(link.by_key)
            source = ".".join(filter(None, (node(link.from_key)[0], link.from_column, link.path)))
            target = ".".join(filter(None, (node(link.to_key)[0], link.to_column)))
            found.append(NamedLink(direction, link, source, target, statement, sql, database))
    return found
