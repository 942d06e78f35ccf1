"""What lineage is told in: tables, columns, and edges between them with their use."""

from __future__ import annotations

from dataclasses import dataclass, field

# What a column is used for. OUTPUT edges end in a column; the others shape which rows there are, so they end in the whole table.
OUTPUT, FILTER, JOIN, GROUP, ORDER = "output", "filter", "join", "group", "order"
# How an OUTPUT edge changes the value, the strongest change on the way (names as in OpenLineage's column lineage facet, in lower case).
IDENTITY, TRANSFORMATION, WINDOW, AGGREGATION = "identity", "transformation", "window", "aggregation"
STRENGTH = {IDENTITY: 0, TRANSFORMATION: 1, WINDOW: 2, AGGREGATION: 3}
EVERY = "*"  # a column's name where the columns of a table are not known

SURE, LIKELY, GUESSED = 1.0, 0.8, 0.5


@dataclass(frozen=True, order=True)
class TableName:
    """Names as the dialect folds them. `place` is a table of no catalog: a path, or the result of a query (empty)."""

    name: str
    database: str = ""
    catalog: str = ""
    place: bool = False

    def __str__(self) -> str:
        return self.name if self.place else ".".join(filter(None, (self.catalog, self.database, self.name)))


RESULT = TableName("", place=True)  # what a query returns, when it writes nowhere


@dataclass(frozen=True)
class ColumnEdge:
    """From a column to a column, or to a whole table where `to_column` is empty.

    `path` is the field within a nested column (`address.city`). `statement` is an index into Lineage.statements, `at` the place of the
    source column in the text: (first, after last) in characters. `confidence` is SURE where schemas or qualifiers decide, LIKELY where only one
    table could be meant, GUESSED where the columns of a table are not known at all.
    """

    source: TableName
    column: str
    target: TableName
    to_column: str
    use: str = OUTPUT
    how: str = IDENTITY
    path: str = ""
    statement: int = 0
    at: tuple[int, int] | None = None
    confidence: float = SURE


@dataclass(frozen=True)
class LineageWarning:
    """Something that was not understood, and so is not in the lineage."""

    message: str
    statement: int = 0
    at: tuple[int, int] | None = None


@dataclass(frozen=True)
class StatementLineage:
    """One statement: its place in the text, what kind it is, and the tables it reads, writes, drops and renames."""

    start: int
    end: int
    kind: str
    reads: tuple[TableName, ...] = ()
    writes: tuple[TableName, ...] = ()
    drops: tuple[TableName, ...] = ()
    renames: tuple[tuple[TableName, TableName], ...] = ()
    parsed: bool = True


@dataclass(frozen=True)
class Lineage:
    """Of a whole script. `sources` are read and not made here; `targets` are written; `intermediate` are made and then read.

    Temporary tables and views are followed through: they are in none of these.
    """

    sources: tuple[TableName, ...] = ()
    targets: tuple[TableName, ...] = ()
    intermediate: tuple[TableName, ...] = ()
    columns: tuple[ColumnEdge, ...] = ()
    warnings: tuple[LineageWarning, ...] = ()
    statements: tuple[StatementLineage, ...] = field(default=())

    def pairs(self, use: str = OUTPUT) -> set[tuple[str, str]]:
        """(`table.column`, `table.column`) of the edges of one use: for comparing."""
        return {
            (f"{e.source}.{e.column}", f"{e.target}.{e.to_column}" if e.to_column else str(e.target))
            for e in self.columns
            if e.use == use
        }
