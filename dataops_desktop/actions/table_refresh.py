"""One table as the source has it now, into the ontology: after something of ours changed it."""

from __future__ import annotations

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.glue_import import PARTITION_LIMIT, import_table
from dataops_desktop.interfaces.catalog import PartitionPage, TableTags
from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite


def read_table(
    context: ActionContext, source: str, database: str, name: str, tags: TableTags | None
) -> TableWrite:
    """From Glue, with its partitions. Blocks; NotFoundError where it is gone."""
    glue = context.connectors.get("glue")
    table = glue.table(database, name)
    partitions = (
        glue.partitions(database, name, PARTITION_LIMIT) if table.partition_keys else PartitionPage((), True)
    )
    return import_table(source, table, partitions, tags=tags)


async def refresh_table(context: ActionContext, database: str, name: str) -> None:
    """Write it."""

    def work() -> None:
        source = context.connectors.get("glue").source
        tags = context.workspace.catalog.source_tags(source).get((database, name))
        table = read_table(context, source, database, name, tags)
        context.workspace.catalog.apply(None, CatalogChanges(tables=[table]))

    await context.signed_in("glue", work)
