"""The catalog as completion sees it: databases, tables and columns from the local store, kept in memory once read."""

from __future__ import annotations

from collections.abc import Sequence

from dataops_desktop.interfaces.catalog_store import CatalogStore

KEPT_NAMES = 200


class LocalSchema:
    """Reads are a few milliseconds and happen once per name; `forget` after a sync or DDL.

    Safe from two threads: a dict is filled before it is kept, and replaced whole.
    """

    def __init__(self, catalog: CatalogStore) -> None:
        self._catalog = catalog
        self._databases: dict[str, list[int]] | None = None
        self._tables: dict[str, dict[str, int]] = {}
        self._columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._views: dict[str, frozenset[str]] = {}
        self.recent: list[str] = []  # names chosen lately, latest first, in lower case

    def use(self, name: str) -> None:
        """A name was chosen from a list: it comes first the next time."""
        name = name.lower()
        self.recent = [name, *(other for other in self.recent if other != name)][:KEPT_NAMES]

    def forget(self) -> None:
        """The catalog changed."""
        self._databases, self._tables, self._columns, self._views = None, {}, {}, {}

    def warm(self) -> None:
        """Read every name, off the event loop: the first completion then finds them in memory."""
        for database in self.databases():
            self.tables(database)
            self.views(database)

    def databases(self) -> Sequence[str]:
        """Every database, by name."""
        return list(self._database_keys())

    def _database_keys(self) -> dict[str, list[int]]:
        found = self._databases
        if found is None:
            found = {}
            for stored in self._catalog.children(None, "glue-database"):
                found.setdefault(stored.node.name, []).append(stored.key)
            self._databases = found
        return found

    def tables(self, database: str) -> Sequence[str]:
        """Tables and views of a database."""
        return list(self._table_keys(database))

    def _table_keys(self, database: str) -> dict[str, int]:
        found = self._tables.get(database)
        if found is None:
            found = {
                name.removeprefix(f"{database}."): table_key
                for key in self._database_keys().get(database, ())
                for table_key, name in self._catalog.names(key, "glue-table")
            }
            self._tables[database] = found
        return found

    def views(self, database: str) -> frozenset[str]:
        """Which of a database's tables are views."""
        found = self._views.get(database)
        if found is None:
            keys = self._database_keys().get(database, ())
            names = [name for key in keys for name in self._catalog.view_names(key)]
            found = self._views[database] = frozenset(name.removeprefix(f"{database}.") for name in names)
        return found

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """(name, type), partition keys last."""
        known = self._columns.get((database, table))
        if known is None:
            key = self._table_keys(database).get(table)
            plain, keys = self._catalog.columns(key) if key is not None else ([], [])
            known = self._columns[database, table] = [(c.name, c.type) for c in (*plain, *keys)]
        return known

    def table_key(self, database: str, table: str) -> int | None:
        """Local key of a table."""
        return self._table_keys(database).get(table)

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

    def views(self, database: str) -> frozenset[str]:
        """Views of a database."""
        return self._schema.views(database)

    def recently_used(self) -> Sequence[str]:
        """Names chosen lately."""
        return self._schema.recent
