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

    def waiting(self, after: int, limit: int) -> list[WaitingStatement]:
        """Queries, saved queries and jobs that are to be followed, by key; `after` is the last key of the page before."""

    def known(self, refs: Sequence[NodeRef]) -> set[NodeRef]:
        """Those whose statements were followed."""

    def problems(self, limit: int) -> list[StatementProblem]:
        """What was not understood, latest first."""
