"""Crawlers and ETL jobs: lists, runs that are started once, watching them, logs, and their place in the ontology."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.glue_import import bucket_node, bucket_of
from dataops_desktop.actions.prices import usd_per_dpu_hour
from dataops_desktop.actions.query_lineage import flows
from dataops_desktop.errors import (
    CancelledByUserError,
    ConnectionFailedError,
    CredentialsError,
    DataOpsError,
    InputError,
    ProtocolError,
)
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import CatalogChanges
from dataops_desktop.interfaces.etl import REQUEST_ID, Crawl, Crawler, EtlSource, Job, JobRun
from dataops_desktop.ontology.nodes import (
    Edge,
    Node,
    NodeRef,
    glue_crawler_id,
    glue_job_id,
    node_hash,
    s3_bucket_id,
)
from dataops_desktop.sql.job_lineage import JobDependencies, graph_dependencies, script_dependencies
from dataops_desktop.sql.job_sql import JobSql, graph_sql, script_sql

RUNS = 50
LOOKUPS_S = (0.5, 2.0, 4.0)  # waits before each look for a run whose start was not answered
WATCH_S = 2.0
SCRIPT_BYTES = 1 << 20
LOG_LINES = 500


@dataclass(frozen=True)
class JobView:
    """A job with what it reads and writes."""

    job: Job
    found: JobDependencies
    script: str = ""
    told: JobSql = field(default_factory=JobSql)  # the job in SQL, as far as it could be told in it


class EtlCases:
    """Async methods; all but the journal call the service."""

    def __init__(self, context: ActionContext) -> None:
        self._context = context

    async def _etl(self) -> EtlSource:
        glue = await self._context.connector("glue")
        etl: EtlSource = glue.etl
        return etl

    async def source(self) -> str:
        """Account and region."""
        glue = await self._context.connector("glue")
        return str(await self._context.run("glue", lambda: glue.source))

    async def dpu_hour_usd(self) -> tuple[float, float]:
        """US dollars a DPU-hour: (standard, flexible)."""
        settings = self._context.workspace.settings
        return await self._context.local(usd_per_dpu_hour, settings)

    # crawlers
    async def crawlers(self) -> list[Crawler]:
        """By name."""
        found = await self._context.signed_in("glue", (await self._etl()).crawlers)
        return sorted(found, key=lambda crawler: crawler.name)

    async def create_crawler(self, crawler: Crawler) -> None:
        """Checked before it is sent."""
        if not crawler.name.strip() or not crawler.targets:
            raise InputError("A crawler needs a name and at least one target.", "Fill them in.")
        if not crawler.role.strip():
            raise InputError(
                "A crawler needs an IAM role that may read its targets.", "Name the role or its ARN."
            )
        await self._context.signed_in("glue", (await self._etl()).create_crawler, crawler)

    async def start_crawler(self, name: str) -> None:
        """Sent once; where the answer was lost, the crawler itself tells whether it runs."""
        etl = await self._etl()
        try:
            await self._context.signed_in("glue", etl.start_crawler, name)
        except (ConnectionFailedError, ProtocolError):
            states = {crawler.name: crawler.state for crawler in await self.crawlers()}
            if states.get(name) not in {"RUNNING", "STOPPING"}:
                raise

    async def stop_crawler(self, name: str) -> None:
        """Ask for its end."""
        await self._context.signed_in("glue", (await self._etl()).stop_crawler, name)

    async def crawls(self, name: str) -> list[Crawl]:
        """Newest first."""
        return await self._context.signed_in("glue", (await self._etl()).crawls, name, RUNS)

    async def watch_crawler(self, name: str, cancel: CancelToken, on_state: Callable[[Crawl], None]) -> Crawl:
        """Until its newest crawl has ended; a cancel stops watching, not the crawler."""
        while True:
            cancel.raise_if_cancelled()
            crawls = await self.crawls(name)
            if crawls:
                on_state(crawls[0])
                if crawls[0].state not in {"RUNNING", "STOPPING", "CANCELLING"}:
                    return crawls[0]
            await asyncio.sleep(WATCH_S)

    async def made_by(self, crawler: str) -> list[tuple[int, str]]:
        """(key, name) of tables in the local catalog that a crawler writes."""

        def read(source: str) -> list[tuple[int, str]]:
            catalog = self._context.workspace.catalog
            node = catalog.node(glue_crawler_id(crawler), source)
            if node is None:
                return []
            found = [catalog.node_by_key(edge.to_key) for edge in catalog.edges([node.key], "downstream") if edge.type == "writes"]  # fmt: skip
            return sorted(((item.key, item.node.name) for item in found if item), key=lambda pair: pair[1])

        return await self._context.local(read, await self.source())

    # jobs
    async def jobs(self) -> list[JobView]:
        """By name; visual jobs with what they read and write. Scripts are read when one is looked at."""
        found = await self._context.signed_in("glue", (await self._etl()).jobs)
        return sorted(
            (JobView(job, graph_dependencies(job.graph), told=graph_sql(job.graph)) for job in found), key=lambda view: view.job.name
        )  # fmt: skip

    async def script(self, view: JobView) -> JobView:
        """With its script's text, and, for jobs without a graph, what that reads and writes."""
        location = view.job.script_location
        if view.script or not location.startswith("s3://"):
            return view
        bucket, _, key = location[5:].partition("/")
        store = await self._context.connector("s3")
        data = await self._context.signed_in("s3", store.read_tail, bucket, key, SCRIPT_BYTES)
        text = data.decode("utf-8", "replace")
        if view.job.graph:
            return JobView(view.job, view.found, text, view.told)
        found = await self._context.local(script_dependencies, text)
        return JobView(view.job, found, text, await self._context.local(script_sql, text))

    async def with_scripts(
        self, views: Sequence[JobView]
    ) -> tuple[list[JobView], list[tuple[str, DataOpsError]]]:
        """The same with the scripts of Python jobs whose script was not read before, or that have changed; and (job, why) where one cannot be read."""
        known = await self._context.local(self._told_jobs, await self.source())
        refused: list[tuple[str, DataOpsError]] = []

        async def read(view: JobView) -> JobView:
            before = known.get(view.job.name)
            if view.job.graph or view.job.kind not in {"glueetl", "gluestreaming"}:
                return view
            if before is not None and before[0] == job_node("", JobView(view.job, view.found)).properties:
                return view
            try:
                return await self.script(view)
            except (CredentialsError, CancelledByUserError):
                raise
            except DataOpsError as error:
                refused.append((view.job.name, error))
                return view

        return list(await asyncio.gather(*map(read, views))), refused

    def _told_jobs(self, source: str) -> dict[str, tuple[dict[str, Any], JobSql]]:
        """By name: what is known of a job without its script, and its script in SQL."""
        catalog, found = self._context.workspace.catalog, dict[str, tuple[dict[str, Any], JobSql]]()
        for stored in catalog.children(None, "glue-job"):
            properties = dict(stored.node.properties)
            told = JobSql(properties.pop("sql", ""), tuple(properties.pop("problems", ())))
            if stored.node.source == source and (told.sql or told.problems):
                found[stored.node.name] = (properties, told)
        return found

    async def runs(self, job: str) -> list[JobRun]:
        """Newest first."""
        return await self._context.signed_in("glue", (await self._etl()).job_runs, job, RUNS)

    async def start_job(self, job: str, arguments: dict[str, str]) -> str:
        """One run, whatever the network does: the request is journalled, sent once, and looked up where its answer was lost.

        Raises DataOpsError with the remedy where it did not start or where that cannot be told.
        """
        etl, journal = await self._etl(), self._context.workspace.job_starts
        request_id = uuid.uuid4().hex
        source = await self.source()
        await self._context.local(journal.begin, request_id, source, job, arguments)
        try:
            run_id: str = await self._context.signed_in(
                "glue", etl.start_job, job, {**arguments, REQUEST_ID: request_id}
            )
        except (ConnectionFailedError, ProtocolError) as error:
            run_id = await self._look_up(etl, job, request_id, error)
        except DataOpsError:
            await self._context.local(journal.end, request_id, "refused", "")
            raise
        await self._context.local(journal.end, request_id, "started", run_id)
        return run_id

    async def _look_up(self, etl: EtlSource, job: str, request_id: str, error: DataOpsError) -> str:
        journal = self._context.workspace.job_starts
        looked = False
        for wait in LOOKUPS_S:
            await asyncio.sleep(wait)
            try:
                runs: list[JobRun] = await self._context.signed_in("glue", etl.job_runs, job, RUNS)
            except DataOpsError:
                continue
            looked = True
            for run in runs:
                if run.arguments.get(REQUEST_ID) == request_id:
                    return run.run_id
        if looked:
            await self._context.local(journal.end, request_id, "refused", "")
            raise ConnectionFailedError(f"{job} was not started ({error.message}).", "Start it again; its runs show that nothing runs twice.")  # fmt: skip
        raise ConnectionFailedError(
            f"It is not known whether {job} has started ({error.message}).",
            "Look at its runs before you start it again: the request is remembered and shown there.",
        )

    async def stop_run(self, job: str, run_id: str) -> None:
        """Ask for its end."""
        await self._context.signed_in("glue", (await self._etl()).stop_run, job, run_id)

    async def watch_run(
        self, job: str, run_id: str, cancel: CancelToken, on_state: Callable[[JobRun], None]
    ) -> JobRun:
        """Until it has ended; a cancel stops watching, not the run."""
        etl = await self._etl()
        while True:
            cancel.raise_if_cancelled()
            run = await self._context.signed_in("glue", etl.job_run, job, run_id)
            on_state(run)
            if run.ended:
                return run
            await asyncio.sleep(WATCH_S)

    async def logs(self, run: JobRun) -> list[tuple[str, str]]:
        """(time, line) of output and errors, in order; none where no log exists yet."""
        etl, group = await self._etl(), (run.log_group or "/aws-glue/jobs").rstrip("/")
        groups = [f"{group}/output", f"{group}/error"] if group.endswith("/jobs") else [group]
        found: list[tuple[str, str]] = []
        for name in groups:
            found += await self._context.signed_in("glue", etl.log_lines, name, run.run_id, LOG_LINES)
        return sorted(found, key=lambda line: line[0])

    # the ontology
    async def import_nodes(self, views: Sequence[JobView], crawlers: Sequence[Crawler]) -> int:
        """Jobs and crawlers as nodes with their edges; returns rows written, 0 where nothing changed."""
        source = await self.source()
        return await self._context.local(self._import, source, list(views), list(crawlers))

    def _import(self, source: str, views: list[JobView], crawlers: list[Crawler]) -> int:
        catalog = self._context.workspace.catalog
        nodes: list[Node] = []
        edges: list[Edge] = []
        buckets: dict[str, Node] = {}

        def place(path: str) -> NodeRef | None:
            bucket = bucket_of(path)
            if not bucket:
                return None
            buckets.setdefault(bucket, bucket_node(source, bucket))
            return NodeRef(source, s3_bucket_id(bucket))

        known_jobs, whole = self._told_jobs(source), set[NodeRef]()
        for view in views:
            if not (view.job.graph or view.script) and view.job.name in known_jobs:
                view = replace(view, told=known_jobs[view.job.name][1])
            node = job_node(source, view)
            whole |= {node.ref} if view.job.graph or view.script else set()
            nodes.append(node)
            found = view.found
            edges += flows(node.ref, found, "job")
            edges += [
                Edge(ref, node.ref, "reads", "job") for path in found.read_paths if (ref := place(path))
            ]
            edges += [
                Edge(node.ref, ref, "writes", "job") for path in found.write_paths if (ref := place(path))
            ]
        for crawler in crawlers:
            node = crawler_node(source, crawler)
            nodes.append(node)
            edges += [Edge(ref, node.ref, "reads", "crawler") for t in crawler.targets if (ref := place(t))]
        written = 0
        for kind, listed in (("glue-job", nodes[: len(views)]), ("glue-crawler", nodes[len(views) :])):
            known = catalog.hashes(source, kind)
            changed = [n for n in listed if n.id not in known or known[n.id][1] != node_hash(n)]
            gone = [NodeRef(source, node_id) for node_id in known if node_id not in {n.id for n in listed}]
            written += catalog.apply(
                None,
                CatalogChanges(
                    nodes=changed, deleted=gone, restated=[n.ref for n in changed if n.ref in whole]
                ),
            )
        known_buckets = catalog.hashes(source, "s3-bucket")
        new_buckets = [node for node in buckets.values() if node.id not in known_buckets]
        return written + catalog.apply(None, CatalogChanges(nodes=new_buckets, edges=edges))


def job_node(source: str, view: JobView) -> Node:
    """The glue-job node, with the job in SQL where that is known."""
    job, told = view.job, view.told
    more: dict[str, Any] = {"sql": told.sql} if told.sql else {}
    more |= {"problems": list(told.problems)} if told.problems else {}
    return Node(
        glue_job_id(job.name), source, "glue-job", job.name,
        {
            "dataSource": "glue-job", "kind": job.kind, "glueVersion": job.glue_version, "workerType": job.worker_type, "workers": job.workers,
            "script": job.script_location, "connections": list(job.connections), "visual": bool(job.graph), "role": job.role,
            **more,
        },
        description=job.description,
    )  # fmt: skip


def crawler_node(source: str, crawler: Crawler) -> Node:
    """The glue-crawler node; its state is not kept, it is another one a minute later."""
    return Node(
        glue_crawler_id(crawler.name), source, "glue-crawler", crawler.name,
        {
            "dataSource": "glue-crawler", "database": crawler.database, "targets": list(crawler.targets), "schedule": crawler.schedule,
            "role": crawler.role, "recrawl": crawler.recrawl,
        },
        description=crawler.description,
    )  # fmt: skip
