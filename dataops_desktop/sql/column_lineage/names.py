"""Names: folded as the dialect folds them, and looked up in what is known of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dataops_desktop.sql.column_lineage.model import TableName

Columns = Mapping[str, str]  # name → type ('' where it is not known), in order
# {database: {table: columns}}, {"database.table": columns} or {table: columns}; columns are {name: type} or names.
GivenSchema = Mapping[str, Any]
SchemaLookup = Callable[[TableName], Columns | None]  # None for a table that is not known


class Names:
    """Folding of one dialect (Trino, Hive, Spark and DuckDB ignore case; Snowflake folds up, PostgreSQL down, what is not quoted)."""

    def __init__(self, dialect: str) -> None:
        import sqlglot

        self.strategy = sqlglot.Dialect.get_or_raise(dialect).normalization_strategy.name

    def fold(self, identifier: Any) -> str:
        """An identifier (or a plain text, taken as not quoted) as the dialect stores it."""
        quoted = bool(getattr(identifier, "quoted", False))
        text = identifier if isinstance(identifier, str) else str(identifier.name)
        if self.strategy.startswith("CASE_INSENSITIVE"):
            return text.upper() if self.strategy.endswith("UPPERCASE") else text.lower()
        if quoted or self.strategy == "CASE_SENSITIVE":
            return text
        return text.upper() if self.strategy == "UPPERCASE" else text.lower()


class Schema:
    """Columns of tables, by exact name, then by a name that differs in case only."""

    def __init__(self, given: GivenSchema | SchemaLookup | None, names: Names) -> None:
        self._ask = given if callable(given) else None
        self._names = names
        self._tables: dict[tuple[str, ...], Columns] = {}
        self._asked: dict[TableName, Columns | None] = {}
        if given is not None and not callable(given):
            self._take(given, ())
        self.empty = self._ask is None and not self._tables

    def _take(self, given: GivenSchema, above: tuple[str, ...]) -> None:
        for key, value in given.items():
            path = (*above, *str(key).split("."))
            if isinstance(value, Mapping) and any(
                isinstance(item, Mapping | list | tuple) for item in value.values()
            ):
                self._take(value, path)
            else:
                columns = value if isinstance(value, Mapping) else dict.fromkeys(value, "")
                kept = {self._folded(str(name), columns): str(kind or "") for name, kind in columns.items()}
                self._tables[tuple(part.lower() for part in path)] = kept

    def _folded(self, name: str, columns: Columns) -> str:
        """Where case counts names are taken as they are, unless a whole table was written down without minding it."""
        others = [str(other) for other in columns]
        strategy = self._names.strategy
        careless = {"UPPERCASE": all(map(str.islower, others)), "LOWERCASE": all(map(str.isupper, others))}
        return self._names.fold(name) if careless.get(strategy, strategy.startswith("CASE_INS")) else name

    def add(self, table: TableName, columns: Columns) -> None:
        """One that a script makes itself."""
        self._asked[table] = dict(columns)

    def forget(self, table: TableName) -> None:
        """One that a script drops."""
        self._asked[table] = None

    def columns(self, table: TableName) -> Columns | None:
        """In order, or None where nothing is known of the table."""
        if table not in self._asked:
            self._asked[table] = self._ask(table) if self._ask else self._find(table)
        return self._asked[table]

    def _find(self, table: TableName) -> Columns | None:
        path = tuple(part.lower() for part in (table.catalog, table.database, table.name) if part)
        for start in range(len(path)):
            if (found := self._tables.get(path[start:])) is not None:
                return found
        if len(path) == 1:  # written without its database: good where only one has a table of that name
            fitting = [columns for known, columns in self._tables.items() if known[-1] == path[0]]
            return fitting[0] if len(fitting) == 1 else None
        return None
