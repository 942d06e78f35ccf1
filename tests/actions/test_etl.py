"""Crawlers and jobs: lists, runs started once whatever the network does, logs, costs, lineage."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.etl_cases import EtlCases
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.connectors.glue.etl import dpu_hours, summary_lines, target_record
from dataops_desktop.errors import ConnectionFailedError, DataOpsError, InputError, PermissionDeniedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.etl import REQUEST_ID, Crawler
from dataops_desktop.ontology.nodes import glue_crawler_id, glue_job_id
from dataops_desktop.sandbox.seed.jobs import GRAPH, SCRIPT
from dataops_desktop.sql.job_lineage import graph_dependencies, script_dependencies
from tests.conftest import Cloud


@pytest.fixture
def cases(context: ActionContext, monkeypatch: pytest.MonkeyPatch) -> EtlCases:
    import dataops_desktop.actions.etl_cases as module

    monkeypatch.setattr(module, "WATCH_S", 0.1)
    monkeypatch.setattr(module, "LOOKUPS_S", (0.0, 0.1))
    return EtlCases(context)


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_a_crawler_from_its_making_to_its_tables(
    context: ActionContext, cases: EtlCases, cloud: Cloud
) -> None:
    name, database = f"c{time.time_ns()}", f"crawled_{time.time_ns()}"
    cloud.client("s3").put_object(
        Bucket="acme-logistics", Key=f"{name}/items/dt=2024-01-01/a.csv", Body=b"a,b\n1,2\n"
    )
    crawler = Crawler(name, "", database, (f"s3://acme-logistics/{name}/",), "arn:aws:iam::123456789012:role/crawler", "cron(0 6 * * ? *)", "raw_", "test", "CRAWL_EVERYTHING")  # fmt: skip
    run(cases.create_crawler(crawler))
    with pytest.raises(InputError, match=r"(?i)exist|name"):
        run(cases.create_crawler(crawler))
    run(cases.start_crawler(name))
    states: list[str] = []
    crawl = run(cases.watch_crawler(name, CancelToken(), lambda c: states.append(c.state)))
    assert crawl.state == "COMPLETED"
    assert crawl.changes == ("1 table created: raw_items", "1 partition created: raw_items/2024-01-01")
    assert crawl.dpu_hours >= 0.33
    found = {c.name: c for c in run(cases.crawlers())}[name]
    assert (found.schedule, found.table_prefix, found.targets) == (
        "cron(0 6 * * ? *)",
        "raw_",
        crawler.targets,
    )
    run(cases.import_nodes([], [found]))
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((database,))))
    assert [table for _, table in run(cases.made_by(name))] == [f"{database}.raw_items"]
    assert context.workspace.catalog.node(glue_crawler_id(name)) is not None
    run(cases.stop_crawler(name))
    cloud.client("glue").delete_crawler(Name=name)
    cloud.client("glue").delete_database(Name=database)


def test_crawlers_that_are_no_good_are_refused_before_they_are_sent(cases: EtlCases, cloud: Cloud) -> None:
    for crawler in (
        Crawler("", targets=("s3://x/",), role="r"), Crawler("n", targets=(), role="r"), Crawler("n", targets=("s3://x/",)),
        Crawler("n", "", "d", ("ftp://x",), "r"), Crawler("n", "", "d", ("jdbc:",), "r"),
    ):  # fmt: skip
        with pytest.raises(InputError):
            run(cases.create_crawler(crawler))
    assert "glue:CreateCrawler" not in cloud.requests()
    assert target_record(("s3://b/x/", "jdbc:c/db/%", "dynamodb:t", "catalog:d.t", "delta:s3://b/d/")) == {
        "S3Targets": [{"Path": "s3://b/x/"}], "JdbcTargets": [{"ConnectionName": "c", "Path": "db/%"}], "DynamoDBTargets": [{"Path": "t"}],
        "CatalogTargets": [{"DatabaseName": "d", "Tables": ["t"]}], "DeltaTargets": [{"DeltaTables": ["s3://b/d/"], "WriteManifest": False}],
    }  # fmt: skip


def test_a_job_run_from_start_to_log(cases: EtlCases, context: ActionContext) -> None:
    run_id = run(cases.start_job("late-invoices", {"--year": "2023", "--sandbox-seconds": "0.3"}))
    states: list[str] = []
    ended = run(cases.watch_run("late-invoices", run_id, CancelToken(), lambda r: states.append(r.state)))
    assert ended.state == "SUCCEEDED"
    assert ended.arguments["--year"] == "2023"
    assert run(cases.runs("late-invoices"))[0].run_id == run_id
    lines = [line for _, line in run(cases.logs(ended))]
    assert lines[0].startswith("Starting late-invoices")
    assert "Done" in lines[-1]
    failed = run(cases.watch_run("nightly-reconciliation", run(cases.start_job("nightly-reconciliation", {"--sandbox-seconds": "0.1"})), CancelToken(), lambda _: None))  # fmt: skip
    assert (failed.state, failed.error) == ("FAILED", "The ledger of 2025 is not there yet")
    assert run(cases.dpu_hour_usd()) == (0.44, 0.29)


def test_a_run_can_be_stopped_and_a_second_at_once_is_refused(cases: EtlCases) -> None:
    run_id = run(cases.start_job("enrich-contracts", {"--sandbox-seconds": "30"}))
    with pytest.raises(InputError, match="Concurrent"):
        run(cases.start_job("enrich-contracts", {}))
    run(cases.stop_run("enrich-contracts", run_id))
    assert run(cases.watch_run("enrich-contracts", run_id, CancelToken(), lambda _: None)).state == "STOPPED"
    run(cases.stop_run("enrich-contracts", run_id))


@pytest.mark.parametrize("kind", ["cut_body", "empty_body", "html_200"])
def test_a_lost_answer_never_starts_a_second_run(
    cases: EtlCases, context: ActionContext, cloud: Cloud, kind: str
) -> None:
    before = len(run(cases.runs("late-invoices")))
    cloud.fault(kind, operation="StartJobRun", times=1)
    run_id = run(cases.start_job("late-invoices", {"--sandbox-seconds": "0.1"}))
    assert cloud.requests()["glue:StartJobRun"] == 1
    after = run(cases.runs("late-invoices"))
    assert len(after) == before + 1
    assert after[0].run_id == run_id
    run(cases.watch_run("late-invoices", run_id, CancelToken(), lambda _: None))


def test_a_start_that_never_arrived_says_so(cases: EtlCases, context: ActionContext, cloud: Cloud) -> None:
    source = run(cases.source())
    cloud.fault("reset", operation="StartJobRun")
    with pytest.raises(ConnectionFailedError, match="was not started"):
        run(cases.start_job("late-invoices", {}))
    assert cloud.requests()["glue:StartJobRun"] == 1
    assert context.workspace.job_starts.open_ones(source, "late-invoices") == []
    cloud.fault("access_denied", operation="GetJobRuns")
    with pytest.raises(ConnectionFailedError, match="not known whether"):
        run(cases.start_job("late-invoices", {}))
    assert len(context.workspace.job_starts.open_ones(source, "late-invoices")) == 1


def test_values_of_arguments_stay_out_of_the_journal(cases: EtlCases, context: ActionContext) -> None:
    secret = "hunter2-canary"
    run_id = run(cases.start_job("late-invoices", {"--password": secret, "--sandbox-seconds": "0.1"}))
    run(cases.watch_run("late-invoices", run_id, CancelToken(), lambda _: None))
    with open(context.workspace.path, "rb") as file:  # noqa: PTH123
        assert secret.encode() not in file.read()


def test_jobs_and_crawlers_become_nodes_with_their_edges(cases: EtlCases, context: ActionContext) -> None:
    asyncio.run(sync_glue_catalog(context))
    catalog = context.workspace.catalog
    job = catalog.node(glue_job_id("enrich-contracts"))
    assert job is not None
    up = {catalog.node_by_key(e.from_key).node.name for e in catalog.edges([job.key], "upstream")}
    assert up == {"contracts_db.contract_spend_2024", "contracts_db.vendor_info"}
    assert {catalog.node_by_key(e.to_key).node.name for e in catalog.edges([job.key], "downstream")} == {
        "acme-contracts"
    }
    assert run(cases.import_nodes(run(cases.jobs()), run(cases.crawlers()))) == 0, (
        "nothing changed, nothing is written"
    )
    view = next(v for v in run(cases.jobs()) if v.job.name == "late-invoices")
    view = run(cases.script(view))
    assert view.found.reads == (("finance_db", "invoices"), ("contracts_db", "contract_spend"))
    assert view.found.write_paths == ("s3://acme-finance/late_invoices/",)


def test_what_is_denied_is_a_note_and_no_failure(
    context: ActionContext, cases: EtlCases, cloud: Cloud
) -> None:
    cloud.fault("access_denied", operation="GetJobs")
    result = asyncio.run(sync_glue_catalog(context))
    assert result.success
    run_id = context.workspace.syncs.sync_runs()[0].run_id
    assert any("glue:GetJobs" in line.remedy for line in context.workspace.syncs.lines(run_id, "note"))
    with pytest.raises(PermissionDeniedError):
        run(cases.jobs())


def test_lineage_of_graphs_and_scripts() -> None:
    found = graph_dependencies(GRAPH)
    assert found.writes == (("contracts_db", "enriched_contracts"),)
    assert graph_dependencies({"a": {"SnowflakeSource": {"Name": "S"}}, "b": 1, "c": {"X": 2}}).problems == ("S: SnowflakeSource is outside the catalog and S3",)  # fmt: skip
    assert script_dependencies(SCRIPT).reads[0] == ("finance_db", "invoices")
    text = """
    df = spark.table("raw.orders"); df.write.mode("append").saveAsTable("mart.orders")
    spark.sql('''INSERT INTO mart.daily SELECT * FROM raw.events''')
    glueContext.write_dynamic_frame.from_catalog(frame=x, database="mart", table_name="out")
    glueContext.create_dynamic_frame.from_catalog(database=db, table_name=name)
    spark.read.parquet("s3://in/a/"); df.write.parquet("s3a://out/b/")
    """
    found = script_dependencies(text)
    assert set(found.reads) == {("raw", "orders"), ("raw", "events")}
    assert set(found.writes) == {("mart", "orders"), ("mart", "daily"), ("mart", "out")}
    assert (found.read_paths, found.write_paths) == (("s3://in/a/",), ("s3a://out/b/",))
    assert any("variable" in problem for problem in found.problems)
    for hostile in ("", "\0", "(" * 10_000, ".sql('''" * 500, "x" * 1_000_000):
        script_dependencies(hostile)


def test_summaries_and_costs_of_many_shapes() -> None:
    assert summary_lines('{"TABLE": {"Details": {"CREATE": {"Count": 2, "Names": ["a", "b"]}, "UPDATE": {"Count": 0}}}}') == ("2 tables created: a, b",)  # fmt: skip
    assert summary_lines(
        '{"TABLE": "{\\"Details\\": {\\"DELETE\\": {\\"Count\\": 1, \\"Names\\": [\\"x\\"]}}}"}'
    ) == ("1 table deleted: x",)
    for odd in ("", "null", "[]", "{", "plain text", '{"TABLE": 5}'):
        assert summary_lines(odd) == ()
    assert dpu_hours({"DPUSeconds": 7200}) == 2
    assert dpu_hours({"ExecutionTime": 1800, "WorkerType": "G.2X", "NumberOfWorkers": 10}) == 10
    assert dpu_hours({"ExecutionTime": 0}) is None
    assert REQUEST_ID.startswith("--")
    assert issubclass(ConnectionFailedError, DataOpsError)
