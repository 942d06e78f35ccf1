"""Lineage for the window and the command line: what flows where, what a change touches, and exchange with other programs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dataops_desktop.actions import lineage_view
from dataops_desktop.actions.column_lineage import NamedLink, named_links
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_view import LineageGraph
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import StoredNode
from dataops_desktop.interfaces.lineage_store import LineageChange, StatementProblem, StoredColumnLink
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress

# What is needed for them is imported when they are asked for: every start imports this module.
if TYPE_CHECKING:
    from dataops_desktop.actions.follow_statements import FollowReport
    from dataops_desktop.actions.lineage_questions import Impact, Travel, Way
    from dataops_desktop.actions.openlineage_exchange import ImportReport

OWN_THREADS = "lineage"  # a pass over ten thousand statements keeps nothing else waiting
FORMATS = ("mermaid", "dot", "csv", "openlineage")
LISTED = 5_000


class LineageCases:
    """Async methods; none needs a network but `send`."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._passing = threading.Lock()

    # what flows where
    async def around(self, key: int, upstream: int = 1, downstream: int = 1) -> LineageGraph:
        """A neighbourhood."""
        return await lineage_view.lineage(self._context, key, upstream, downstream)

    async def graph(self, root: int, keys: Collection[int]) -> LineageGraph:
        """Some nodes and all that flows between them."""
        return await self._context.local(lineage_view.graph_of, self._context, root, keys)

    async def reached(self, start: Collection[int], direction: str, hops: int = 1, most: int = lineage_view.GROWS_BY) -> set[int]:  # fmt: skip
        """Nodes on the way up or down."""
        return await self._context.local(lineage_view.reached, self._context, start, direction, hops, most)

    async def keys_of(self, ids: Sequence[str], source: str) -> dict[str, int]:
        """Local keys of nodes by their ids."""
        return await self._context.local(self._context.workspace.catalog.keys_of, ids, source)

    async def column_reach(self, key: int, column: str) -> set[int]:
        """Nodes that a column's values come from and go to, however far."""
        links = self._context.workspace.lineage.links

        def read() -> set[int]:
            found = [link for way in ("upstream", "downstream") for link in links(key, column.lower(), way, 50) if link.use == "output"]  # fmt: skip
            return {end for link in found for end in (link.from_key, link.to_key, link.by_key)}

        return await self._context.local(read)

    async def column_flows(self, keys: Sequence[int], among: Collection[int]) -> list[StoredColumnLink]:
        """Values that flow into and out of the columns of some nodes."""
        return await self._context.local(lineage_view.column_flows, self._context, keys, among)

    async def columns_of(self, key: int) -> list[Column]:
        """Of a table, partition keys last; of a query what it returns."""

        def read() -> list[Column]:
            columns, keys = self._context.workspace.catalog.columns(key)
            if columns or keys:
                return [*columns, *keys]
            links = self._context.workspace.lineage.links(key, None, "upstream")
            return [Column(name, "") for name in dict.fromkeys(link.to_column for link in links if link.to_column)]  # fmt: skip

        return await self._context.local(read)

    async def columns(self, key: int, column: str | None, depth: int) -> list[NamedLink]:
        """Where a node's columns come from and go to, and by whose statement."""
        return await named_links(self._context, key, column, depth)

    async def statement_of(self, key: int) -> tuple[str, str, str]:
        """(title, SQL, database) of a query, a view or a job; empty texts where it has none."""

        def read() -> tuple[str, str, str]:
            stored = self._context.workspace.catalog.node_by_key(key)
            if stored is None:
                return "", "", ""
            properties = stored.node.properties
            sql = str(properties.get("sql") or properties.get("viewSql") or "")
            return stored.node.name, sql, str(properties.get("database") or "")

        return await self._context.local(read)

    async def location_of(self, key: int) -> str:
        """Where a table's objects lie, such as `s3://bucket/prefix/`; empty where it is not known."""

        def read() -> str:
            stored = self._context.workspace.catalog.node_by_key(key)
            return str(stored.node.properties.get("location") or "") if stored is not None else ""

        return await self._context.local(read)

    # following
    async def follow(self, progress: ProgressSink = no_progress, check: Callable[[], None] = lambda: None) -> FollowReport:  # fmt: skip
        """Every statement that waits; then what sensitive columns' values reach is proposed to be sensitive."""
        from dataops_desktop.actions.follow_statements import follow_statements
        from dataops_desktop.actions.lineage_questions import propose_along

        loop = asyncio.get_running_loop()

        def work() -> FollowReport:
            def tell(state: Progress) -> None:
                loop.call_soon_threadsafe(progress, state)

            with self._passing:  # one after the other: the second finds what the first has left
                report = follow_statements(self._context, tell, check)
            if report.statements:
                propose_along(self._context)
            return report

        return await self._context.run(OWN_THREADS, work)

    async def is_waiting(self) -> bool:
        """Whether a pass would find something to follow."""
        from dataops_desktop.actions.follow_statements import take_saved

        workspace = self._context.workspace

        def read() -> bool:
            return bool(
                take_saved(self._context)
                or workspace.history.unfollowed(1)
                or workspace.lineage.waiting(0, 1)
            )

        return await self._context.local(read)

    async def problems(self) -> list[StatementProblem]:
        """What was not understood, latest first."""
        return await self._context.local(self._context.workspace.lineage.problems, LISTED)

    # questions
    async def impact(self, key: int, column: str | None, change: str) -> Impact:
        """What a change would touch."""
        from dataops_desktop.actions.lineage_questions import impact

        return await self._context.run(OWN_THREADS, impact, self._context, key, column, change)

    async def way(self, start: int, end: int) -> Way | None:
        """The shortest between two nodes."""
        from dataops_desktop.actions.lineage_questions import shortest_way

        return await self._context.run(OWN_THREADS, shortest_way, self._context, start, end)

    async def column_way(self, start: tuple[int, str], end: tuple[int, str]) -> Way | None:
        """The shortest between two columns."""
        from dataops_desktop.actions.lineage_questions import shortest_column_way

        return await self._context.run(OWN_THREADS, shortest_column_way, self._context, start, end)

    async def travels(self, kind: str = "") -> list[Travel]:
        """Where sensitive columns go."""
        from dataops_desktop.actions.lineage_questions import travels

        return await self._context.run(OWN_THREADS, travels, self._context, kind)

    async def unused(self) -> tuple[list[tuple[int, str, int | None]], list[tuple[int, str, str]]]:
        """(tables, columns) that nothing reads."""
        lineage = self._context.workspace.lineage

        def read() -> tuple[list[tuple[int, str, int | None]], list[tuple[int, str, str]]]:
            return lineage.unused_tables(LISTED), lineage.unused_columns(LISTED)

        return await self._context.run(OWN_THREADS, read)

    async def circles(self) -> list[list[StoredNode]]:
        """What runs in circles, node by node."""
        from dataops_desktop.actions.lineage_questions import circles

        def read() -> list[list[StoredNode]]:
            node = self._context.workspace.catalog.node_by_key
            return [[stored for key in circle if (stored := node(key))] for circle in circles(self._context)]  # fmt: skip

        return await self._context.run(OWN_THREADS, read)

    async def changes(self, since: str, until: str) -> list[LineageChange]:
        """What came and went between two moments."""
        return await self._context.run(OWN_THREADS, self._context.workspace.lineage.changes, since, until, LISTED)  # fmt: skip

    # other programs
    async def text(self, graph: LineageGraph, form: str, flows: Sequence[StoredColumnLink] = ()) -> str:
        """A graph as Mermaid, Graphviz (dot), CSV or OpenLineage (an event a line)."""
        import json

        from dataops_desktop.actions.lineage_texts import csv_text, graphviz, mermaid
        from dataops_desktop.actions.openlineage_exchange import export_events

        def write() -> str:
            if form == "mermaid":
                return mermaid(graph)
            if form == "dot":
                return graphviz(graph)
            if form == "csv":
                among = {node.key for node in graph.nodes}
                links = flows or lineage_view.column_flows(self._context, sorted(among), among)
                return csv_text(graph, links)
            if form == "openlineage":
                events = export_events(self._context, [node.key for node in graph.nodes])
                return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
            raise InputError(f"Lineage cannot be written as {form}.", f"Choose {', '.join(FORMATS)}.")

        return await self._context.run(OWN_THREADS, write)

    async def export(self, path: Path) -> int:
        """All of it as OpenLineage; returns events."""
        from dataops_desktop.actions.openlineage_exchange import write_events

        return await self._context.run(OWN_THREADS, write_events, self._context, path)

    async def import_file(self, path: Path, check: Callable[[], None] = lambda: None) -> ImportReport:
        """OpenLineage events of a file."""
        from dataops_desktop.actions.openlineage_exchange import ImportReport, import_events, read_records

        def work() -> ImportReport:
            report = ImportReport()
            return import_events(self._context, read_records(path, report), report, check)

        return await self._context.run(OWN_THREADS, work)

    async def send(self, url: str, api_key: str = "", check: Callable[[], None] = lambda: None) -> int:
        """All of it to a collector; returns events."""
        from dataops_desktop.actions.openlineage_exchange import export_events
        from dataops_desktop.actions.openlineage_http import send_events

        return await self._context.run(
            OWN_THREADS, lambda: send_events(url, export_events(self._context), api_key, check)
        )
