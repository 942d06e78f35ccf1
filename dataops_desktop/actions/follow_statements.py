"""Everything that moves data and was not followed yet: the history, saved queries, jobs; and again where their tables have changed.

One child process takes the statements apart, behind everything else that wants to run: nobody waits for it. Stopped at any point it leaves what it has,
and the next pass goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataops_desktop.actions.column_lineage import catalog_columns, followed
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_child import LineageChild
from dataops_desktop.actions.query_lineage import flows, query_node, tables_of
from dataops_desktop.interfaces.catalog_store import CatalogChanges
from dataops_desktop.interfaces.lineage_store import FollowedStatement, LineageProblem, WaitingStatement
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.workspace import SavedStatement
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, glue_database_id, node_hash, saved_query_id

if TYPE_CHECKING:
    from dataops_desktop.sql.column_lineage.names import SchemaLookup

PAGE = 200  # of the history
AT_ONCE = 25  # statements a transaction: others want to write too
LONGEST_S = 20.0
TOLD_EVERY = 10
DEFAULT = "default"
_ORIGINS = {"athena-query": "query", "saved-query": "saved", "glue-job": "job"}
_DIALECTS = {"glue-job": "spark"}


@dataclass(frozen=True)
class FollowReport:
    """How many statements were followed, and in how many something was not understood."""

    statements: int = 0
    problems: int = 0


@dataclass
class _Batch:
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    told: list[FollowedStatement] = field(default_factory=list)


class StatementPass:
    """One pass over a workspace. Blocks; `check` raises to stop it."""

    def __init__(self, context: ActionContext, progress: ProgressSink, check: Callable[[], None]) -> None:
        self._context, self._progress, self._check = context, progress, check
        self._schemas: dict[str, SchemaLookup] = {}
        self._batch = _Batch()
        self._statements = self._problems = 0

    def run(self) -> FollowReport:
        """All that waits."""
        with LineageChild(self._context, patient=True, longest_s=LONGEST_S) as child:
            try:
                self._history(child)
                take_saved(self._context)
                self._waiting(child)
            finally:
                self._flush()
        return FollowReport(self._statements, self._problems)

    def _columns(self, source: str) -> SchemaLookup:
        if source not in self._schemas:
            self._schemas[source] = catalog_columns(self._context, source)
        return self._schemas[source]

    def _history(self, child: LineageChild) -> None:
        """A node for each statement that is new; of those that differ only in literals the newest stands for all."""
        history, lineage = self._context.workspace.history, self._context.workspace.lineage
        while rows := history.unfollowed(PAGE):
            nodes = [query_node(row.source, row.sql, row.database or DEFAULT, row.execution_id, "") for row in rows]  # fmt: skip
            known = lineage.known([node.ref for node in nodes])
            for row, node in zip(rows, nodes, strict=True):
                if node.ref in known:
                    continue
                known.add(node.ref)
                self._check()
                database, columns = row.database or DEFAULT, self._columns(row.source)
                found = child.lineage(row.sql, database, columns)
                tables = tables_of(found)
                if tables.reads or tables.writes or not all(s.parsed for s in found.statements):
                    told = followed(node.ref, "query", row.sql, database, columns, found)
                    self._add(node, flows(node.ref, tables, "query"), told)
            self._flush()
            history.mark_followed([row.query_id for row in rows])

    def _waiting(self, child: LineageChild) -> None:
        after = 0
        while page := self._context.workspace.lineage.waiting(after, PAGE):
            for statement in page:
                self._check()
                self._follow(child, statement)
                after = statement.key
            self._flush()

    def _follow(self, child: LineageChild, statement: WaitingStatement) -> None:
        ref, database = statement.ref, statement.database or DEFAULT
        columns, origin = self._columns(ref.source), _ORIGINS[statement.type]
        found = child.lineage(statement.sql, database, columns, _DIALECTS.get(statement.type, "athena"))
        told = followed(ref, origin, statement.sql, database, columns, found)
        more = [LineageProblem(text) for text in statement.problems]
        told = FollowedStatement(ref, origin, told.fingerprint, told.links, [*more, *told.problems])
        self._add(None, flows(ref, tables_of(found), origin), told)

    def _add(self, node: Node | None, edges: Sequence[Edge], told: FollowedStatement) -> None:
        batch = self._batch
        batch.nodes += [node] if node is not None else []
        batch.edges += edges
        batch.told.append(told)
        self._statements += 1
        self._problems += bool(told.problems)
        if self._statements % TOLD_EVERY == 0:
            self._progress(Progress("Following statements", self._statements, unit="statements"))
        if len(batch.told) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        batch, self._batch = self._batch, _Batch()
        if batch.told:
            self._context.workspace.catalog.apply(None, CatalogChanges(nodes=batch.nodes, edges=batch.edges))
            self._context.workspace.lineage.put(batch.told)


def follow_statements(
    context: ActionContext, progress: ProgressSink = no_progress, check: Callable[[], None] = lambda: None
) -> FollowReport:
    """See StatementPass. Blocks."""
    return StatementPass(context, progress, check).run()


def take_saved(context: ActionContext) -> int:
    """Saved queries as nodes, changed and removed ones too; returns how many changed. They are followed by the next pass. Blocks.

    Each belongs to the accounts and regions that have its database, else to the first.
    """
    catalog, changed_ones = context.workspace.catalog, 0
    statements = [s for s in context.workspace.statements.statements() if s.engine == "athena" and s.sql.strip()]  # fmt: skip
    databases = {source: set(catalog.hashes(source, "glue-database")) for source in catalog.sources()}
    everywhere = set().union(*databases.values())
    for place, (source, own) in enumerate(databases.items()):
        nodes = [
            _saved_node(source, statement)
            for statement in statements
            if (home := glue_database_id(statement.database)) in own or (home not in everywhere and not place)
        ]
        known = catalog.hashes(source, "saved-query")
        changed = [node for node in nodes if node.id not in known or known[node.id][1] != node_hash(node)]
        there = {node.id for node in nodes}
        gone = [NodeRef(source, node_id) for node_id in known if node_id not in there]
        catalog.apply(None, CatalogChanges(nodes=changed, deleted=gone, restated=[node.ref for node in changed]))  # fmt: skip
        changed_ones += len(changed) + len(gone)
    return changed_ones


def _saved_node(source: str, statement: SavedStatement) -> Node:
    name = f"{statement.folder}/{statement.name}" if statement.folder else statement.name
    properties = {"dataSource": "saved-query", "sql": statement.sql, "database": statement.database}
    return Node(saved_query_id(statement.statement_id), source, "saved-query", name, properties)
