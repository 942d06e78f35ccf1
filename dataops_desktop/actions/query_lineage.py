"""What a finished query tells the ontology: what it read, what it wrote, and which tables must be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dataops_desktop.actions.column_lineage import OWN_CATALOGS, catalog_columns, followed
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_child import columns_of
from dataops_desktop.actions.table_refresh import read_table
from dataops_desktop.errors import DataOpsError, NotFoundError
from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite
from dataops_desktop.interfaces.query_engine import QueryStatus
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, athena_query_id, glue_table_id
from dataops_desktop.sql.dependencies import Dependencies, statement_shape

if TYPE_CHECKING:
    from dataops_desktop.sql.column_lineage import Lineage, TableName
    from dataops_desktop.sql.job_lineage import JobDependencies

TITLE_LENGTH = 60


def query_title(sql: str) -> str:
    """The statement on one line, shortened."""
    text = " ".join(sql.split())
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1] + "…"


def query_node(source: str, sql: str, database: str, execution_id: str, kind: str) -> Node:
    """The node of a statement; statements that differ only in literals are one."""
    return Node(
        id=athena_query_id(statement_shape(sql, database)),
        source=source,
        type="athena-query",
        name=query_title(sql),
        properties={
            "dataSource": "athena-query",
            "sql": sql,
            "database": database,
            "lastExecutionId": execution_id,
            "kind": kind,
        },
    )


def tables_of(found: Lineage) -> Dependencies:
    """Tables of the catalog that a text reads, writes and drops; temporary ones are none."""

    def pairs(tables: Sequence[TableName]) -> tuple[tuple[str, str], ...]:
        own = (t for t in tables if not t.place and t.catalog in OWN_CATALOGS and t.database)
        return tuple(dict.fromkeys((t.database.lower(), t.name.lower()) for t in own))

    statements = found.statements
    return Dependencies(
        pairs([table for statement in statements for table in statement.reads]),
        pairs([table for statement in statements for table in statement.writes]),
        pairs([table for statement in statements for table in statement.drops]),
        kind=statements[-1].kind if statements else "",
    )


def flows(process: NodeRef, found: Dependencies | JobDependencies, origin: str) -> list[Edge]:
    """The edges of a process."""
    reads = [Edge(NodeRef(process.source, glue_table_id(*pair)), process, "reads", origin) for pair in found.reads]  # fmt: skip
    return reads + [Edge(process, NodeRef(process.source, glue_table_id(*pair)), "writes", origin) for pair in found.writes]  # fmt: skip


async def record_query_lineage(
    context: ActionContext, source: str, sql: str, database: str, status: QueryStatus
) -> None:
    """Add the query's node and edges. Lineage never fails a query: what cannot be refreshed now, the next sync will see."""
    found = await context.local(_columns_of, context, source, sql, database)
    tables = tables_of(found)
    refreshed = await _refresh(context, source, tables)
    if {*tables.reads, *tables.writes} & refreshed and found.columns:
        # What was read against no columns, or wrote into unknown ones, is told better now.
        found = await context.local(_columns_of, context, source, sql, database)
    await _record(context, source, sql, database, tables, found, status.execution_id)


async def record_dataset_lineage(
    context: ActionContext, sql: str, database: str, target: tuple[str, str], engine: str
) -> None:
    """A table that was written from a query's result: the query's node, what it read, and the new table as what it wrote."""
    glue = await context.connector("glue")
    source = await context.run("glue", lambda: glue.source)
    found: Lineage | None = None
    reads: tuple[tuple[str, str], ...] = ()
    if engine == "athena":  # another engine's tables are files and pinned results, which no catalog knows
        found = await context.local(_columns_of, context, source, sql, database)
        reads = tables_of(found).reads
    tables = Dependencies(reads, (target,))
    await _refresh(context, source, tables)
    await _record(context, source, sql, database, tables, found, "")


def _columns_of(context: ActionContext, source: str, sql: str, database: str) -> Lineage:
    return columns_of(context, sql, database, catalog_columns(context, source))


async def _refresh(context: ActionContext, source: str, found: Dependencies) -> set[tuple[str, str]]:
    """Written, dropped and unknown tables, as Glue has them now; returns those that nobody had seen."""
    if not (found.reads or found.writes or found.drops):
        return set()
    try:
        changes, unknown = await context.run("glue", _refreshed, context, source, found)
    except DataOpsError:
        return set()
    await context.local(context.workspace.catalog.apply, None, changes)
    return unknown


async def _record(
    context: ActionContext, source: str, sql: str, database: str, tables: Dependencies, found: Lineage | None, execution_id: str
) -> None:  # fmt: skip
    if not (tables.reads or tables.writes):
        return
    query = query_node(source, sql, database, execution_id, tables.kind)
    catalog = context.workspace.catalog
    await context.local(catalog.apply, None, CatalogChanges([query], edges=flows(query.ref, tables, "query")))
    if found is not None:
        # A query whose rows were stored as a table by somebody else's hand returns that table's columns.
        written = NodeRef(source, glue_table_id(*tables.writes[0])) if len(tables.writes) == 1 else None
        columns = catalog_columns(context, source)
        told = await context.local(followed, query.ref, "query", sql, database, columns, found, written)
        await context.local(context.workspace.lineage.put, [told])
    await context.local(catalog.count_use, [NodeRef(source, glue_table_id(*pair)) for pair in tables.reads])


async def refresh_tables(context: ActionContext, source: str, tables: Sequence[tuple[str, str]]) -> None:
    """Look at tables again in Glue; one that is gone there is gone here."""
    changes, _ = await context.run("glue", _refreshed, context, source, Dependencies(writes=tuple(tables)))
    await context.local(context.workspace.catalog.apply, None, changes)


def _refreshed(
    context: ActionContext, source: str, found: Dependencies
) -> tuple[CatalogChanges, set[tuple[str, str]]]:
    """Written and dropped tables, and read ones that no sync has seen, as Glue has them now; and those of them that are new."""
    catalog = context.workspace.catalog
    ids = {pair: glue_table_id(*pair) for pair in (*found.reads, *found.writes, *found.drops)}
    found_here = catalog.nodes(list(catalog.keys_of(list(ids.values()), source).values()))
    known = {
        node.id for node in found_here if node.source == source
    }  # another program's word is no look at it
    unknown = {pair for pair in (*found.reads, *found.writes) if ids[pair] not in known}
    tables: list[TableWrite] = []
    tags = catalog.source_tags(source)
    for database, name in dict.fromkeys([*found.writes, *(pair for pair in found.reads if pair in unknown)]):
        try:
            tables.append(read_table(context, source, database, name, tags.get((database, name))))
        except NotFoundError:
            continue
    deleted = [NodeRef(source, ids[pair]) for pair in found.drops if ids[pair] in known]
    return CatalogChanges(tables=tables, deleted=deleted), unknown
