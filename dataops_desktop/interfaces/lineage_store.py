"""What the ontology knows of columns: which flow where, by whose statement, and what was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dataops_desktop.ontology.nodes import NodeRef


@dataclass(frozen=True)
class ColumnLink:
    """From a column to a column, or to the rows of a whole table where `to_column` is empty.

    `use`, `how`, `path` and `confidence` as in sql.column_lineage.model.ColumnEdge; `start` and `end` are the source column's place in the statement,
    in characters, or −1.
    """

    from_ref: NodeRef
    from_column: str
    to_ref: NodeRef
    to_column: str
    use: str
    how: str
    path: str = ""
    confidence: float = 1.0
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class LineageProblem:
    """A part of a statement that was not understood."""

    message: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class FollowedStatement:
    """All that one statement tells, in place of what it told before. `by` is the node whose statement it is: a query, a view."""

    by: NodeRef
    origin: str  # view, query
    fingerprint: str
    links: Sequence[ColumnLink] = ()
    problems: Sequence[LineageProblem] = ()


@dataclass(frozen=True)
class StoredColumnLink:
    """`depth` is how many steps it is away from what was asked for."""

    from_key: int
    from_column: str
    to_key: int
    to_column: str
    use: str
    how: str
    path: str
    by_key: int
    origin: str
    start: int
    end: int
    confidence: float
    observed_at: str
    depth: int = 1


@dataclass(frozen=True)
class ViewText:
    """A view whose text is to be followed."""

    ref: NodeRef
    name: str
    sql: str
    fingerprint: str  # of what was followed last; empty where nothing was


@dataclass(frozen=True)
class WaitingStatement:
    """A process whose statement was never followed, or whose tables have changed since."""

    key: int
    ref: NodeRef
    type: str
    sql: str
    database: str
    problems: tuple[str, ...] = ()  # what its reader did not understand before it was SQL


@dataclass(frozen=True)
class StatementProblem:
    """Which statement, and what of it was not understood."""

    key: int
    type: str
    name: str
    sql: str
    database: str
    problem: LineageProblem


@dataclass(frozen=True)
class LineageChange:
    """An edge (`what` is its type, columns are empty) or a link of columns (`what` is its use) that came or went between two moments."""

    from_key: int
    from_name: str
    from_column: str
    to_key: int
    to_name: str
    to_column: str
    what: str
    appeared: bool


@dataclass(frozen=True)
class SensitiveColumn:
    """A column that is classified by its own name, its values or a person, in lower case."""

    table_key: int
    table: str
    column: str
    kind: str
    confidence: float
    state: str


class LineageStore(Protocol):
    """Column lineage of one workspace."""

    def put(self, statements: Sequence[FollowedStatement]) -> int:
        """One transaction; links to nodes that nobody has seen are left out. Returns rows written."""

    def views(self, source: str) -> list[ViewText]:
        """Every view that is there."""

    def links(
        self, key: int, column: str | None, direction: str, depth: int = 1, limit: int = 10_000
    ) -> list[StoredColumnLink]:
        """Links on the way up or down from a column, or from all columns of a node, nearest first.

        Further steps go along OUTPUT links only: what a filter used has no part in the values behind it.
        """

    def step(
        self, frontier: Sequence[tuple[int, str | None]], direction: str, shaping: bool, limit: int
    ) -> list[tuple[StoredColumnLink, str]]:
        """One step on from columns (all of a node's for None): links, each with the name of the column it reaches.

        `shaping` takes filters, joins, groups and orders too.
        """

    def changes(self, since: str, until: str, limit: int) -> list[LineageChange]:
        """What flows at one ISO time and not at the other, nodes first."""

    def unused_tables(self, limit: int) -> list[tuple[int, str, int | None]]:
        """(key, name, bytes) of tables that no query, job or view reads, largest first."""

    def unused_columns(self, limit: int) -> list[tuple[int, str, str]]:
        """(table key, table, column) of tables whose readers are known, and none of them reads the column."""

    def processes(self) -> list[int]:
        """Keys of everything that moves data: queries, jobs, and views."""

    def told_by(self, key: int) -> list[StoredColumnLink]:
        """All links of one statement."""

    def pairs(self) -> list[tuple[int, int]]:
        """(from, to) of everything that flows between nodes; what a bucket holds does not, one holds many things."""

    def sensitive(self) -> list[SensitiveColumn]:
        """Where sensitive columns begin: by kind, table and column."""

    def waiting(self, after: int, limit: int) -> list[WaitingStatement]:
        """Queries, saved queries and jobs that are to be followed, by key; `after` is the last key of the page before."""

    def known(self, refs: Sequence[NodeRef]) -> set[NodeRef]:
        """Those whose statements were followed."""

    def problems(self, limit: int) -> list[StatementProblem]:
        """What was not understood, latest first."""
