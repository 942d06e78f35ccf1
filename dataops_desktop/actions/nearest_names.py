"""What a name that an engine did not find was probably meant to be, from the local catalog."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from dataops_desktop.actions.local_schema import LocalSchema
from dataops_desktop.interfaces.catalog_store import CatalogStore
from dataops_desktop.sql.dependencies import dependencies
from dataops_desktop.sql.quoting import quoted

MOST = 3
_TABLE = re.compile(r"Table '(?:[^'.]+\.)??(?:(?P<database>[^'.]+)\.)?(?P<table>[^'.]+)' does not exist", re.IGNORECASE)  # fmt: skip
_SCHEMA = re.compile(r"Schema '(?:[^'.]+\.)?(?P<schema>[^'.]+)' does not exist", re.IGNORECASE)
_COLUMN = re.compile(r"Column '(?:[^'.]+\.)?(?P<column>[^']+)' cannot be resolved", re.IGNORECASE)


def nearest_names(catalog: CatalogStore, reason: str, sql: str, database: str) -> list[str]:
    """Up to three names, the likeliest first, as a query would write them; none where the reason names nothing missing."""
    schema = LocalSchema(catalog)
    if match := _TABLE.search(reason):
        return _tables(
            schema, (match["database"] or database).lower(), match["table"].lower(), database.lower()
        )
    if match := _SCHEMA.search(reason):
        return [quoted(name) for name in _close(match["schema"], schema.databases())]
    if match := _COLUMN.search(reason):
        known: dict[str, None] = {}
        for holder, table in dependencies(sql, database).reads:
            known.update(dict.fromkeys(name for name, _ in schema.columns(holder, table)))
        return [quoted(name) for name in _close(match["column"], known)]
    return []


def _tables(schema: LocalSchema, holder: str, table: str, database: str) -> list[str]:
    def written(where: str, name: str) -> str:
        return quoted(name) if where == database else f"{quoted(where)}.{quoted(name)}"

    elsewhere = [written(other, table) for other in schema.databases() if other != holder and table in schema.tables(other)]  # fmt: skip
    here = [written(holder, name) for name in _close(table, schema.tables(holder))]
    return [*elsewhere, *here][:MOST]


def _close(name: str, known: Iterable[str]) -> list[str]:
    lower = {other.lower(): other for other in known}
    return [lower[found] for found in get_close_matches(name.lower(), list(lower), MOST, 0.7)]


def suggestion(names: list[str]) -> str:
    """`Did you mean a, b or c?`, or nothing."""
    if not names:
        return ""
    *others, last = names
    return f"Did you mean {', '.join(others)} or {last}?" if others else f"Did you mean {last}?"
