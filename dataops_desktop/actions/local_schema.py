"""The catalog as completion sees it: databases, tables and columns from the local store, kept in memory once read."""

from __future__ import annotations

from collections.abc import Sequence

from dataops_desktop.interfaces.workspace import CatalogStore


class LocalSchema:
    """Reads are a millisecond each and happen once per name; `forget` after a sync or DDL."""

    def __init__(self, catalog: CatalogStore) -> None:
        self._catalog = catalog
        self._databases: dict[str, list[int]] | None = None
        self._tables: dict[str, dict[str, int]] = {}
        self._columns: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def forget(self) -> None:
        """The catalog changed."""
        self._databases = None
        self._tables.clear()
        self._columns.clear()

    def databases(self) -> Sequence[str]:
        """Every database, by name."""
        if self._databases is None:
            found: dict[str, list[int]] = {}
            for stored in self._catalog.children(None, "glue-database"):
                found.setdefault(stored.node.name, []).append(stored.key)
            self._databases = found
        return list(self._databases)

    def tables(self, database: str) -> Sequence[str]:
        """Tables and views of a database."""
        if database not in self._tables:
            self.databases()
            found: dict[str, int] = {}
            for key in (self._databases or {}).get(database, ()):
                for stored in self._catalog.children(key, "glue-table"):
                    found[str(stored.node.properties["tableName"])] = stored.key
            self._tables[database] = found
        return list(self._tables[database])

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """(name, type), partition keys last."""
        known = self._columns.get((database, table))
        if known is None:
            key = self._tables.get(database, {}).get(table)
            if key is None:
                self.tables(database)
                key = self._tables.get(database, {}).get(table)
            plain, keys = self._catalog.columns(key) if key is not None else ([], [])
            known = self._columns[database, table] = [(c.name, c.type) for c in (*plain, *keys)]
        return known

    def table_key(self, database: str, table: str) -> int | None:
        """Local key of a table."""
        self.tables(database)
        return self._tables.get(database, {}).get(table)

    def scoped(self, database: str) -> ScopedSchema:
        """This schema with a default database: completion's CompletionCatalog."""
        return ScopedSchema(self, database)


class ScopedSchema:
    """A LocalSchema as seen from one database."""

    def __init__(self, schema: LocalSchema, database: str) -> None:
        self._schema = schema
        self.default_database = database

    def databases(self) -> Sequence[str]:
        """Every database."""
        return self._schema.databases()

    def tables(self, database: str) -> Sequence[str]:
        """Tables of a database."""
        return self._schema.tables(database)

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """Columns of a table."""
        return self._schema.columns(database, table)
