"""Everything a face of the program can ask for, in one object. The window gets it from the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataops_desktop.actions import explore_catalog as explore
from dataops_desktop.actions.catalog_cases import CatalogCases
from dataops_desktop.actions.context import ActionContext, SignIn
from dataops_desktop.actions.cost_alerts import passed_alerts
from dataops_desktop.actions.create_dataset import NewDataset, suggest_location, upload_dataset
from dataops_desktop.actions.diagnose import as_text, diagnose
from dataops_desktop.actions.diagnose import verdict as verdict_of
from dataops_desktop.actions.estimate_accuracy import Accuracy, estimate_accuracy
from dataops_desktop.actions.estimate_query import Estimator
from dataops_desktop.actions.etl_cases import EtlCases
from dataops_desktop.actions.export_history import export_costs, export_history
from dataops_desktop.actions.file_dataset import FileDatasets
from dataops_desktop.actions.import_history import ImportedHistory, import_athena_history
from dataops_desktop.actions.lineage_cases import LineageCases
from dataops_desktop.actions.local_data import LocalData
from dataops_desktop.actions.local_schema import LocalSchema
from dataops_desktop.actions.object_edits import ObjectEdits
from dataops_desktop.actions.permissions import FeatureAccess, by_calls, permissions
from dataops_desktop.actions.preview_object import Previews
from dataops_desktop.actions.prices import region_of, set_usd_per_tb, usd_per_tb
from dataops_desktop.actions.run_query import (
    QueryOutcome,
    RowsSink,
    RunQueryOptions,
    StatusSink,
    resume_query,
    run_query,
    stop_query,
)
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.s3_lifecycle import S3Lifecycles
from dataops_desktop.actions.s3_partitions import S3Partitions
from dataops_desktop.actions.session_cases import SessionCases
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, run_glue_sync
from dataops_desktop.actions.transfers import Transfers
from dataops_desktop.costs.estimate import Estimate
from dataops_desktop.costs.guard import CostAlerts, GuardLimits, Verdict, verdict
from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Table
from dataops_desktop.interfaces.catalog_store import SearchHit, StoredNode
from dataops_desktop.interfaces.clock import iso, local_midnight
from dataops_desktop.interfaces.connector import ConnectionCheck, Manifest, Place
from dataops_desktop.interfaces.identity import Step
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.query_engine import RuntimeStatistics, StoredStatement, Workgroup
from dataops_desktop.interfaces.settings import BY_NAME
from dataops_desktop.interfaces.sync_store import SyncRun
from dataops_desktop.interfaces.workspace import (
    CostGroup,
    HistoryFilter,
    QueryRecord,
    ResultRows,
    SavedStatement,
)

SYNC_PLACES = "sync.places"
RECENT_NAMES = "completion.recent"
EVERYTHING = HistoryFilter()
SyncRunner = Callable[[SyncGlueCatalogOptions, ProgressSink, CancelToken, Place], int]
HERE = Place()


def _on_this_loop(progress: ProgressSink) -> ProgressSink:
    """The same, callable from any thread."""
    loop = asyncio.get_running_loop()

    def safe(state: Progress) -> None:
        loop.call_soon_threadsafe(progress, state)

    return safe


class UseCases:
    """Async methods over one workspace and one connection. `sync_runner` moves the bulk sync into another process; connections of one
    workspace share its `schema`."""

    def __init__(
        self, context: ActionContext, sync_runner: SyncRunner | None = None, schema: LocalSchema | None = None
    ) -> None:
        self.context = context
        self._sync_runner = sync_runner
        self.schema = schema or LocalSchema(context.workspace.catalog)
        self._estimator = Estimator(context)
        self.local_data = LocalData(context)
        self.previews = Previews(context)
        self.catalog = CatalogCases(context, self.previews)
        self.etl = EtlCases(context)
        self.session = SessionCases(context)
        self.s3 = S3Cases(context)
        self.partitions = S3Partitions(context, self.s3)
        self.lifecycles = S3Lifecycles(context, self.s3)
        self.transfers = Transfers(context, self.s3)
        self.file_datasets = FileDatasets(context, self.s3, self.previews, self.transfers, self.partitions)
        self.lineage = LineageCases(context)
        self.object_edits = ObjectEdits(context, self.s3)

    # services
    def manifests(self) -> tuple[Manifest, ...]:
        """Installed connectors."""
        return self.context.connectors.manifests()

    async def permissions(self, checks: Mapping[str, ConnectionCheck]) -> list[FeatureAccess]:
        """What may be done here, as far as it is known."""
        return await permissions(self.context, checks)

    async def permissions_by_calls(self, checks: Mapping[str, ConnectionCheck]) -> list[FeatureAccess]:
        """Those that the checks themselves tell; asks nobody."""
        return by_calls(await self.context.local(self.context.connectors.manifests), checks)

    async def reopen(self) -> None:
        """The connection's settings changed: what comes next goes by the new ones."""
        await self.context.local(self.context.connectors.reopen)
        self.context.session += 1

    async def check(self, connector_id: str) -> ConnectionCheck:
        """One round trip; what stands in the way is part of the answer."""
        try:
            connector = await self.context.connector(connector_id)
            check: ConnectionCheck = await self.context.run(connector_id, connector.check)
            return check
        except DataOpsError as error:
            return ConnectionCheck("error", error.message, error.remedy)

    async def diagnose(
        self, tell: Callable[[Step], None], cancel: CancelToken
    ) -> tuple[list[Step], str, str]:
        """(steps, verdict, report) of the connection doctor; `tell` is called on the event loop."""
        steps = await diagnose(self.context, tell, cancel)
        return steps, verdict_of(steps), as_text(self.context.connectors.name, steps)

    # catalog
    async def sync_glue(
        self,
        options: SyncGlueCatalogOptions | None = None,
        progress: ProgressSink = no_progress,
        cancel: CancelToken | None = None,
        place: Place = HERE,
    ) -> SyncRun:
        """Sync the Glue catalog, of another account or region too; `progress` is called on the event loop. Returns the finished run."""
        options, cancel = options or SyncGlueCatalogOptions(), cancel or CancelToken()
        safe_progress = _on_this_loop(progress)
        try:
            if self._sync_runner is None:
                if place != HERE:
                    raise InputError("Other places are synced by the window, in a process of their own.")
                run_id = await run_glue_sync(self.context, options, progress=safe_progress, cancel=cancel)
            else:
                run_id = await self.context.signed_in(
                    "sync", self._sync_runner, options, safe_progress, cancel, place
                )
        except asyncio.CancelledError:
            cancel.cancel()
            raise
        finally:
            self.schema.forget()
        run = await self.sync_run(run_id)
        assert run is not None
        return run

    async def sync_places(self) -> list[Place]:
        """Other accounts and regions that every sync reads too."""
        return [Place(**record) for record in await self.setting(SYNC_PLACES) or ()]

    async def set_sync_places(self, places: Sequence[Place]) -> None:
        """Store them."""
        await self.set_setting(SYNC_PLACES, [asdict(place) for place in places])

    async def sync_runs(self, limit: int = 50, source: str | None = None) -> list[SyncRun]:
        """Newest first."""
        return await self.context.local(self.context.workspace.syncs.sync_runs, "glue", limit, source)

    async def sync_run(self, run_id: int) -> SyncRun | None:
        """One run."""
        return await self.context.local(self.context.workspace.syncs.sync_run, run_id)

    async def search(self, text: str, limit: int = 50) -> list[SearchHit]:
        """The local catalog."""
        return await self.catalog.search(text, limit)

    async def node(self, key: int) -> explore.NodeDetails:
        """One node with its columns and partitions."""
        return await explore.show_node_by_key(self.context, key)

    async def node_by_id(self, node_id: str, source: str | None = None) -> explore.NodeDetails:
        """By the specification's id."""
        return await explore.show_node(self.context, node_id, source)

    async def children(self, parent_key: int | None, node_type: str | None = None) -> list[StoredNode]:
        """Live nodes below a node, or roots."""
        return await self.context.local(self.context.workspace.catalog.children, parent_key, node_type)

    async def counts(self, source: str | None = None) -> dict[str, int]:
        """Live nodes by type, of one account and region or of all."""
        return await self.context.local(self.context.workspace.catalog.counts, source)

    async def warm_schema(self) -> None:
        """Make completion's names ready."""
        self.schema.recent = list(await self.setting(RECENT_NAMES) or ())
        await self.context.local(self.schema.warm)

    async def remember_name(self, name: str) -> None:
        """A completion was chosen: it comes first the next time, also after a restart."""
        self.schema.use(name)
        await self.set_setting(RECENT_NAMES, self.schema.recent)

    # queries
    async def workgroups(self) -> list[Workgroup]:
        """What the person may choose from."""
        engine = await self.context.connector("athena")
        groups: list[Workgroup] = await self.context.run("athena", engine.workgroups)
        return groups

    async def catalogs(self) -> list[str]:
        """Data catalogs a query may name."""
        engine = await self.context.connector("athena")
        found: list[str] = await self.context.run("athena", engine.catalogs)
        return found

    async def runtime(self, execution_id: str) -> RuntimeStatistics:
        """Where a finished query's time went."""
        engine = await self.context.connector("athena")
        found: RuntimeStatistics = await self.context.signed_in("athena", engine.runtime, execution_id)
        return found

    def ask_to_sign_in(self, sign_in: SignIn) -> None:
        """Who is asked when a session has ended while something runs."""
        self.context.sign_in = sign_in

    async def query(
        self,
        options: RunQueryOptions,
        cancel: CancelToken,
        on_status: StatusSink,
        on_rows: RowsSink,
        estimate: Estimate | None = None,
    ) -> QueryOutcome:
        """Run one statement; callbacks fire on the event loop."""
        outcome = await run_query(
            self.context, options, cancel=cancel, on_status=on_status, on_rows=on_rows, estimate=estimate
        )
        if outcome.status.statement_type != "DML":
            self.schema.forget()
        return outcome

    async def resume(
        self, record: QueryRecord, cancel: CancelToken, on_status: StatusSink, on_rows: RowsSink
    ) -> QueryOutcome:
        """Watch and read a query of the history; nothing is paid again."""
        return await resume_query(self.context, record, cancel=cancel, on_status=on_status, on_rows=on_rows)

    def leave_running(self, leave: bool) -> None:
        """At close, whether paid work goes on at the service instead of being stopped."""
        self.context.leave_running = leave

    async def stop_left_running(self, records: list[QueryRecord]) -> None:
        """Stop queries of a program that ended."""
        for record in records:
            await stop_query(self.context, record)

    async def estimate(self, sql: str, database: str) -> Estimate:
        """What a statement will scan and cost."""
        return await self._estimator.estimate(sql, database)

    async def guard_limits(self) -> GuardLimits:
        """The person's limits."""
        stored = await self.setting("guard")
        return GuardLimits(**stored) if isinstance(stored, dict) else GuardLimits()

    async def cost_alerts(self) -> CostAlerts:
        """The person's thresholds."""
        stored = await self.setting("cost.alerts")
        return CostAlerts(**stored) if isinstance(stored, dict) else CostAlerts()

    async def passed_alerts(self) -> list[str]:
        """Thresholds that were passed since the last call, as sentences; each is told once a day or a month."""
        return await self.context.local(passed_alerts, self.context.workspace, await self.cost_alerts())

    async def athena_price(self) -> tuple[str, float]:
        """(region, US dollars a TB)."""
        engine = await self.context.connector("athena")
        source = await self.context.run("athena", lambda: engine.source)
        rate = await self.context.local(usd_per_tb, self.context.workspace.settings, source)
        return region_of(source), rate

    async def set_athena_price(self, region: str, rate: float | None) -> None:
        """Another price for a region; None is the list price again."""
        await self.context.local(set_usd_per_tb, self.context.workspace.settings, region, rate)

    async def guard(self, estimate: Estimate) -> Verdict:
        """Whether a query of this estimate may start."""
        _, spent = await self.spend_today()
        return verdict(estimate, await self.guard_limits(), spent)

    async def history(
        self, text: str = "", limit: int = 200, chosen: HistoryFilter = EVERYTHING, before: int | None = None
    ) -> list[QueryRecord]:
        """Newest first; `before` is the last id of the page before."""
        return await self.context.local(self.context.workspace.history.queries, text, limit, chosen, before)

    async def pin_query(self, query_id: int, pinned: bool) -> None:
        """Mark a query of the history to find it again."""
        await self.context.local(self.context.workspace.history.update_query, query_id, pinned=int(pinned))

    async def export_history(
        self, path: Path, suffix: str, text: str, chosen: HistoryFilter, check: Callable[[], None]
    ) -> int:
        """Queries of the history to a file; returns how many."""
        return await self.context.local(export_history, self.context, path, suffix, text, chosen, check)

    async def import_history(self, progress: ProgressSink, cancel: CancelToken) -> ImportedHistory:
        """Athena's own last 45 days."""
        return await import_athena_history(self.context, progress=progress, cancel=cancel)

    async def costs(self, by: str, chosen: HistoryFilter) -> list[CostGroup]:
        """What queries cost, in groups."""
        return await self.context.local(self.context.workspace.history.costs, by, chosen)

    async def export_costs(self, path: Path, title: str, groups: Sequence[CostGroup]) -> None:
        """Groups as CSV."""
        await self.context.local(export_costs, self.context, path, "csv", title, groups)

    async def accuracy(self) -> Accuracy:
        """How good estimates have been."""
        return await self.context.local(estimate_accuracy, self.context.workspace.history)

    # saved statements
    async def saved_statements(self) -> list[SavedStatement]:
        """All, by folder and name."""
        return await self.context.local(self.context.workspace.statements.statements)

    async def save_statement(self, statement: SavedStatement) -> SavedStatement:
        """Store one."""
        return await self.context.local(self.context.workspace.statements.save, statement)

    async def remove_statement(self, statement_id: int) -> None:
        """Forget one."""
        await self.context.local(self.context.workspace.statements.remove, statement_id)

    async def rename_folder(self, old: str, new: str) -> None:
        """A folder and all below it."""
        await self.context.local(self.context.workspace.statements.rename_folder, old, new)

    async def service_statements(self, workgroup: str) -> list[StoredStatement]:
        """Named queries and prepared statements kept in a workgroup."""
        engine = await self.context.connector("athena")
        found: list[StoredStatement] = await self.context.signed_in(
            "athena", engine.stored_statements, workgroup
        )
        return found

    async def unfinished_queries(self) -> list[QueryRecord]:
        """Left open by a program that was killed."""
        return await self.context.local(self.context.workspace.history.unfinished_queries)

    async def spend_today(self, source: str | None = None) -> tuple[int, float]:
        """(queries, US dollars) since local midnight."""
        return await self.context.local(
            self.context.workspace.history.spend, iso(local_midnight()), "athena", True, source
        )

    async def dataset_location(self, database: str, name: str) -> str:
        """A folder to propose for a new dataset."""
        return await self.context.local(suggest_location, self.context, database, name)

    async def upload_dataset(
        self, dataset: NewDataset, rows: ResultRows, progress: ProgressSink, cancel: CancelToken
    ) -> Table:
        """Rows as a Parquet file with its Glue table; `progress` is called on the event loop."""
        table = await upload_dataset(
            self.context, dataset, rows, cancel=cancel, progress=_on_this_loop(progress)
        )
        self.schema.forget()
        return table

    # settings
    async def setting(self, name: str, default: Any = None) -> Any:
        """A stored value."""
        return await self.context.local(self.context.workspace.settings.setting, name, default)

    async def set_declared(self, name: str, value: Any) -> None:
        """A setting of interfaces/settings.py, checked; InputError where it cannot be so, or an administrator fixed it."""
        setting = BY_NAME[name]
        checked = setting.checked(value)
        record, _, part = name.partition("#")

        def store() -> None:
            settings = self.context.workspace.settings
            if not part:
                settings.set_setting(record, checked)
                return
            before = settings.setting(record)
            settings.set_setting(record, {**(before if isinstance(before, dict) else {}), part: checked})

        await self.context.local(store)

    async def set_setting(self, name: str, value: Any) -> None:
        """Store a value."""
        await self.context.local(self.context.workspace.settings.set_setting, name, value)
