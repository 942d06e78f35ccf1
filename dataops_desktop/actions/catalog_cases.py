"""What a face of the program asks of the catalog: reports, search, a table's page, what people say, the time machine, dictionaries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dataops_desktop.actions import explore_catalog as explore
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.data_dictionary import export_dictionary
from dataops_desktop.actions.preview_object import Previews
from dataops_desktop.actions.sample_rows import Sample, sample_rows
from dataops_desktop.actions.score_tables import quality_weights, score_table, set_quality_weights
from dataops_desktop.actions.time_machine import Broken, Comparison, broken_by, compare_moments
from dataops_desktop.errors import InputError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import CatalogSource, TableVersion
from dataops_desktop.interfaces.catalog_store import (
    Annotations,
    ColumnClass,
    ColumnProfile,
    NodeName,
    SearchFilter,
    SearchHit,
    TableWarning,
)
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.interfaces.sync_store import Coverage, SyncLine, SyncRun, WarningGroup
from dataops_desktop.interfaces.workspace import HistoryFilter, QueryRecord
from dataops_desktop.ontology.snapshots import TableState

FIRST_LINES = 5
COVERAGE_FOR = timedelta(hours=24)
VERSIONS = 100
QUERIES = 200
ALL_PARTITIONS = 1_000_000
NO_FILTER = SearchFilter()


@dataclass(frozen=True)
class SyncReport:
    """A run with how many lines of each kind it has, and the first of each."""

    run: SyncRun
    counts: dict[str, int]
    first: dict[str, list[SyncLine]]
    warnings: list[WarningGroup]


@dataclass(frozen=True)
class TableView:
    """Everything a table's page shows, read at once."""

    details: explore.NodeDetails
    annotations: Annotations
    classes: list[ColumnClass]
    profiles: dict[str, ColumnProfile]
    warnings: list[TableWarning]
    weights: dict[str, int]
    uses: int = 0
    tags: tuple[str, ...] = ()
    cost_usd: float = 0.0
    class_of: dict[str, ColumnClass] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """A person's word, else the source's."""
        return self.annotations.description or self.details.stored.node.description

    @property
    def owner(self) -> str:
        """Likewise."""
        return self.annotations.owner or str(self.details.stored.node.properties.get("owner") or "")


class CatalogCases:
    """Async methods over one workspace's catalog; those that call the service say so."""

    def __init__(self, context: ActionContext, previews: Previews | None = None) -> None:
        self._context, self._previews = context, previews or Previews(context)
        self._workspace = context.workspace

    # reports
    async def report(self, run_id: int) -> SyncReport:
        """A run's report; raises NotFoundError."""
        return await self._context.local(self._report, run_id)

    def _report(self, run_id: int) -> SyncReport:
        syncs = self._workspace.syncs
        run = syncs.sync_run(run_id)
        if run is None:
            raise NotFoundError("There is no such sync run.")
        counts = syncs.line_counts(run_id)
        first = {kind: syncs.lines(run_id, kind, 0, FIRST_LINES) for kind in counts}
        return SyncReport(run, counts, first, syncs.warning_groups(run_id, FIRST_LINES))

    async def report_lines(self, run_id: int) -> list[tuple[str, str, str, str]]:
        """(kind, table, what, remedy) of every line of a report, warnings among them."""

        def read() -> list[tuple[str, str, str, str]]:
            syncs = self._workspace.syncs
            lines = [
                (line.kind, line.name, line.note, line.remedy)
                for kind in ("new", "updated", "deleted", "error", "note")
                for line in syncs.lines(run_id, kind)
            ]
            from dataops_desktop.ontology.warnings import cause

            return lines + [
                ("warning", name, message, cause(key).remedy)
                for name, key, message in syncs.warning_lines(run_id)
            ]

        return await self._context.local(read)

    async def coverage(self, source: str | None = None) -> Coverage:
        """Share of tables synced within a day."""
        return await self._context.local(
            self._workspace.syncs.coverage, iso(utc_now() - COVERAGE_FOR), source
        )

    async def recover(self) -> list[int]:
        """Finish a sync that was killed while it saved."""
        return await self._context.local(self._workspace.syncs.recover)

    # finding
    async def search(self, text: str, limit: int = 50, chosen: SearchFilter = NO_FILTER) -> list[SearchHit]:
        """Best first."""
        return await self._context.local(self._workspace.catalog.search, text, limit, chosen)

    async def facets(self, text: str, chosen: SearchFilter = NO_FILTER) -> dict[str, list[tuple[str, int]]]:
        """What finds could be narrowed by."""
        return await self._context.local(self._workspace.catalog.facets, text, chosen)

    async def page(
        self, parent_key: int | None, node_type: str, after: str, limit: int, source: str = ""
    ) -> list[NodeName]:
        """A page of the tree."""
        return await self._context.local(
            self._workspace.catalog.page, parent_key, node_type, after, limit, source
        )

    async def sources(self) -> list[str]:
        """Accounts and regions that have databases."""
        return await self._context.local(self._workspace.catalog.sources)

    async def bookmarks(self) -> list[NodeName]:
        """Latest first."""
        return await self._context.local(self._workspace.annotations.bookmarks)

    async def tags(self) -> list[tuple[str, int]]:
        """Every tag with its count."""
        return await self._context.local(self._workspace.annotations.tags)

    # a table
    async def table(self, key: int) -> TableView:
        """Everything of one node."""
        return await self.view(await explore.show_node_by_key(self._context, key))

    async def view(self, details: explore.NodeDetails) -> TableView:
        """The rest of a node that was read."""
        return await self._context.local(self._view, details)

    def _view(self, details: explore.NodeDetails) -> TableView:
        catalog, key = self._workspace.catalog, details.stored.key
        classes = catalog.classes(key)
        node = details.stored.node
        uses, cost = self._workspace.history.table_use(node.name)
        shown: dict[str, ColumnClass] = {}
        for item in classes:
            if item.state != "rejected" and (
                item.column not in shown or item.confidence > shown[item.column].confidence
            ):
                shown[item.column] = item
        said = self._workspace.annotations.annotations(key)
        return TableView(
            details,
            said,
            classes,
            {profile.column: profile for profile in catalog.profiles(key)},
            catalog.warnings(key),
            dict(quality_weights(self._workspace.settings)),
            uses,
            (*said.tags, *(str(tag) for tag in node.properties.get("lfTags") or ())),
            cost,
            shown,
        )

    async def queries_over(self, name: str) -> list[QueryRecord]:
        """Queries of the history that read `database.table`, newest first."""
        chosen = HistoryFilter(table=name)
        return await self._context.local(self._workspace.history.queries, "", QUERIES, chosen)

    async def versions(self, key: int) -> list[tuple[str, str, TableState]]:
        """What syncs saw: (from, to, state), newest first."""
        return await self._context.local(self._workspace.snapshots.versions, key)

    async def source_versions(self, database: str, table: str) -> list[TableVersion]:
        """Versions Glue still keeps, newest first. Calls the service."""
        glue: CatalogSource = await self._context.connector("glue")
        return await self._context.signed_in("glue", glue.versions, database, table, VERSIONS)

    async def list_partitions(self, key: int) -> int:
        """Every partition from Glue; returns how many. Calls the service."""
        details = await explore.show_node_by_key(self._context, key)
        properties = details.stored.node.properties
        glue: CatalogSource = await self._context.connector("glue")
        page = await self._context.signed_in(
            "glue", glue.partitions, str(properties["database"]), str(properties["tableName"]), ALL_PARTITIONS
        )
        await self._context.local(self._workspace.catalog.set_partitions, key, page.partitions)
        return len(page.partitions)

    async def sample(self, key: int, cancel: CancelToken) -> Sample:
        """First rows by ranged reads from S3, free of Athena's price; profiles and classifies what it saw. Calls the service."""
        details = await explore.show_node_by_key(self._context, key)
        sample = await sample_rows(self._context, self._previews, details, cancel)
        await self._context.local(score_table, self._workspace, key)
        return sample

    # what people say
    async def set_tags(self, key: int, tags: Sequence[str], column: str = "") -> None:
        """Replace tags."""
        await self._context.local(self._workspace.annotations.set_tags, key, tags, column)

    async def set_text(self, key: int, kind: str, text: str, column: str = "") -> None:
        """`owner` or `description`."""
        await self._context.local(self._workspace.annotations.set_text, key, kind, text, column)
        await self._context.local(score_table, self._workspace, key)

    async def rate(self, key: int, stars: int, comment: str = "") -> None:
        """1–5, 0 for none."""
        await self._context.local(self._workspace.annotations.rate, key, stars, comment)

    async def bookmark(self, key: int, on: bool) -> None:
        """Mark or unmark."""
        await self._context.local(self._workspace.annotations.bookmark, key, on)

    async def decide_class(self, key: int, column: str, kind: str) -> None:
        """A person's word on what a column holds."""
        await self._context.local(self._workspace.catalog.decide_class, key, column, kind)

    async def write_back(self, key: int) -> None:
        """A person's descriptions of a table and its columns into Glue. Calls the service; InputError where there is nothing to write."""
        details = await explore.show_node_by_key(self._context, key)
        said = await self._context.local(self._workspace.annotations.annotations, key)
        if not said.description and not said.column_descriptions:
            raise InputError(
                "Nothing was written here that Glue does not have.", "Describe the table or a column first."
            )
        properties = details.stored.node.properties
        glue: CatalogSource = await self._context.connector("glue")
        await self._context.signed_in(
            "glue",
            glue.describe,
            str(properties["database"]),
            str(properties["tableName"]),
            said.description or None,
            dict(said.column_descriptions),
            str(properties.get("versionId") or ""),
        )
        from dataops_desktop.actions.query_lineage import refresh_tables

        await refresh_tables(
            self._context,
            details.stored.node.source,
            [(str(properties["database"]), str(properties["tableName"]))],
        )

    async def set_weights(self, weights: dict[str, int]) -> int:
        """Quality weights; every table is scored again."""
        return await self._context.local(set_quality_weights, self._workspace, weights)

    async def weights(self) -> dict[str, int]:
        """As they are."""
        return dict(await self._context.local(quality_weights, self._workspace.settings))

    # the time machine
    async def runs(self, limit: int = 200) -> list[SyncRun]:
        """Finished runs, newest first: the moments that can be compared."""
        runs = await self._context.local(self._workspace.syncs.sync_runs, "glue", limit)
        return [run for run in runs if run.state in {"complete", "partial"}]

    async def compare(self, before: str, after: str, source: str | None = None) -> Comparison:
        """Two moments of the whole catalog."""
        return await self._context.local(compare_moments, self._workspace, before, after, source)

    async def broken_by(self, comparison: Comparison) -> list[Broken]:
        """Saved queries and queries of the history that a comparison's changes may break."""
        return await self._context.local(broken_by, self._workspace, comparison)

    async def export_dictionary(
        self, path: Path, suffix: str, databases: Sequence[str], check: Callable[[], None]
    ) -> int:
        """Markdown, CSV or Excel; returns how many tables."""
        return await asyncio.shield(
            asyncio.ensure_future(
                self._context.local(export_dictionary, self._workspace, path, suffix, databases, check)
            )
        )
