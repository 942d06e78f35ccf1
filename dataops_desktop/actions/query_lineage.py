"""What a finished query tells the ontology: what it read, what it wrote, and which tables must be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dataops_desktop.actions.column_lineage import catalog_columns, followed
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_child import columns_of, tables_of
from dataops_desktop.actions.table_refresh import read_table
from dataops_desktop.errors import DataOpsError, NotFoundError
from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite
from dataops_desktop.interfaces.query_engine import QueryStatus
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, athena_query_id, glue_table_id
from dataops_desktop.sql.dependencies import Dependencies, fingerprint

TITLE_LENGTH = 60


def query_title(sql: str) -> str:
    """The statement on one line, shortened."""
    text = " ".join(sql.split())
    return text if len(text) <= TITLE_LENGTH else text[: TITLE_LENGTH - 1] + "…"


async def record_query_lineage(
    context: ActionContext, source: str, sql: str, database: str, status: QueryStatus
) -> None:
    """Add the query's node and edges. Lineage never fails a query: what cannot be refreshed now, the next sync will see."""
    found = await context.local(tables_of, context, sql, database)
    await _record(context, source, sql, database, found, status.execution_id)


async def record_dataset_lineage(
    context: ActionContext, sql: str, database: str, target: tuple[str, str], engine: str
) -> None:
    """A table that was written from a query's result: the query's node, what it read, and the new table as what it wrote."""
    glue = await context.connector("glue")
    source = await context.run("glue", lambda: glue.source)
    found = await context.local(tables_of, context, sql, database, engine)
    if engine != "athena":  # its tables are files and pinned results, which no catalog knows
        found = replace(found, reads=())
    await _record(context, source, sql, database, replace(found, writes=(target,), drops=()), "", engine)


async def _record(
    context: ActionContext, source: str, sql: str, database: str, found: Dependencies, execution_id: str, dialect: str = "athena"
) -> None:  # fmt: skip
    if not (found.reads or found.writes or found.drops):
        return
    try:
        changes = await context.run("glue", _refreshed, context, source, found)
    except DataOpsError:
        changes = CatalogChanges()
    query = Node(
        id=athena_query_id(fingerprint(sql, database)),
        source=source,
        type="athena-query",
        name=query_title(sql),
        properties={
            "dataSource": "athena-query",
            "sql": sql,
            "database": database,
            "lastExecutionId": execution_id,
            "kind": found.kind,
        },
    )
    edges: list[Edge] = [*changes.edges]
    if found.reads or found.writes:
        edges += [
            Edge(NodeRef(source, glue_table_id(*pair)), query.ref, "reads", "query") for pair in found.reads
        ]
        edges += [
            Edge(query.ref, NodeRef(source, glue_table_id(*pair)), "writes", "query") for pair in found.writes
        ]
        changes = CatalogChanges([*changes.nodes, query], changes.tables, edges, changes.deleted)
    catalog = context.workspace.catalog
    await context.local(catalog.apply, None, changes)
    if (found.reads or found.writes) and dialect == "athena":
        # A query whose rows were stored as a table by somebody else's hand returns that table's columns.
        written = NodeRef(source, glue_table_id(*found.writes[0])) if len(found.writes) == 1 else None
        await context.local(_follow, context, query, sql, database, written)
    await context.local(catalog.count_use, [NodeRef(source, glue_table_id(*pair)) for pair in found.reads])


def _follow(context: ActionContext, query: Node, sql: str, database: str, written: NodeRef | None) -> None:
    columns = catalog_columns(context, query.source)
    found = columns_of(context, sql, database, columns)
    context.workspace.lineage.put([followed(query.ref, "query", sql, database, columns, found, written)])


async def refresh_tables(context: ActionContext, source: str, tables: Sequence[tuple[str, str]]) -> None:
    """Look at tables again in Glue; one that is gone there is gone here."""
    changes = await context.run(
        "glue", _refreshed, context, source, Dependencies(writes=tuple(tables), drops=())
    )
    await context.local(context.workspace.catalog.apply, None, changes)


def _refreshed(context: ActionContext, source: str, found: Dependencies) -> CatalogChanges:
    """Written and dropped tables, and read ones that no sync has seen, as Glue has them now."""
    catalog = context.workspace.catalog
    known = catalog.hashes(source, "glue-table")
    wanted = [*found.writes, *(pair for pair in found.reads if glue_table_id(*pair) not in known)]
    tables: list[TableWrite] = []
    tags = catalog.source_tags(source)
    for database, name in dict.fromkeys(wanted):
        try:
            tables.append(read_table(context, source, database, name, tags.get((database, name))))
        except NotFoundError:
            continue
    deleted = [NodeRef(source, glue_table_id(*pair)) for pair in found.drops if glue_table_id(*pair) in known]
    return CatalogChanges(tables=tables, deleted=deleted)
