"""Splitting, completion and lineage of SQL text: pure Python, no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataops_desktop.sql.completion import Completion, CompletionCatalog, complete
from dataops_desktop.sql.split import Statement, split_statements, statement_at

if TYPE_CHECKING:
    from dataops_desktop.sql.column_lineage import Lineage
    from dataops_desktop.sql.column_lineage.names import GivenSchema, SchemaLookup

__all__ = [
    "Completion",
    "CompletionCatalog",
    "Statement",
    "complete",
    "lineage",
    "split_statements",
    "statement_at",
]


def lineage(
    sql: str,
    dialect: str = "athena",
    schema: GivenSchema | SchemaLookup | None = None,
    default_database: str = "",
) -> Lineage:
    """Tables and columns that flow through a text: see `column_lineage.script.lineage`. sqlglot is imported by the first call."""
    from dataops_desktop.sql.column_lineage import lineage as read

    return read(sql, dialect, schema, default_database)
