"""A table's page, sample rows, what people say, tags, versions, dictionary, time machine: over the real sandbox."""

from __future__ import annotations

import asyncio
import csv
import time
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.actions.catalog_cases import CatalogCases
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.score_tables import score_tables, set_quality_weights
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.errors import CancelledByUserError, InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog_store import SearchFilter
from dataops_desktop.interfaces.workspace import SavedStatement
from tests.conftest import Cloud

WORLD = ("contracts_db", "personnel_db", "logistics_db", "finance_db", "flights_db")


@pytest.fixture
def cases(context: ActionContext) -> CatalogCases:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD)))
    return CatalogCases(context)


def key_of(context: ActionContext, node_id: str) -> int:
    stored = context.workspace.catalog.node(node_id)
    assert stored is not None
    return stored.key


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


@pytest.mark.parametrize(
    ("table", "requests", "rows"),
    [
        ("personnel_db-employees", 1, 100), ("contracts_db-vendor_info", 1, 100), ("contracts_db-contract_spend_2024", 1, 100), ("contracts_db-contract_spend", 1, 100),
        ("logistics_db-old_shipments", 1, 2),
    ],
)  # fmt: skip
def test_samples_of_every_kind_of_file(
    context: ActionContext, cases: CatalogCases, table: str, requests: int, rows: int
) -> None:
    key = key_of(context, f"glue-table-{table}")
    sample = run(cases.sample(key, CancelToken()))
    assert (len(sample.rows), sample.requests) == (rows, requests)
    assert sample.bytes_read <= 1 << 20
    view = run(cases.table(key))
    declared = [c.name for c in view.details.columns]
    assert set(sample.columns) <= set(declared) or table.endswith("contract_spend")
    assert view.profiles
    assert "profile" in view.details.stored.quality_parts


def test_a_large_parquet_file_is_read_by_its_footer_and_first_group(context: ActionContext, cases: CatalogCases, cloud: Cloud, tmp_path: Path) -> None:  # fmt: skip
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = np.random.default_rng(1)
    count = 400_000
    table = pa.table(
        {
            "email": [f"p{i}@acme.example" for i in range(count)],
            "noise": source.random(count),
            "more": source.random(count),
        }
    )
    path = tmp_path / "large.parquet"
    pq.write_table(table, path, row_group_size=20_000)
    cloud.client("s3").upload_file(str(path), "acme-contracts", "large/part.parquet")
    glue = cloud.client("glue")
    columns = [
        {"Name": "email", "Type": "string"},
        {"Name": "noise", "Type": "double"},
        {"Name": "more", "Type": "double"},
    ]
    glue.create_table(
        DatabaseName="contracts_db",
        TableInput={"Name": "large", "Parameters": {"classification": "parquet"}, "StorageDescriptor": {"Columns": columns, "Location": "s3://acme-contracts/large/"}},
    )  # fmt: skip
    try:
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD)))
        key = key_of(context, "glue-table-contracts_db-large")
        sample = run(cases.sample(key, CancelToken()))
        assert sample.rows[3][0] == "p3@acme.example"
        assert sample.requests <= 4
        assert sample.bytes_read < path.stat().st_size / 5
        view = run(cases.table(key))
        assert view.class_of["email"].origin == "values"
        assert view.profiles["email"].samples == (), "values of people are not kept"
        assert view.profiles["noise"].samples
    finally:
        glue.delete_table(DatabaseName="contracts_db", Name="large")
        cloud.client("s3").delete_object(Bucket="acme-contracts", Key="large/part.parquet")


def test_what_cannot_be_sampled_says_so(context: ActionContext, cases: CatalogCases) -> None:
    with pytest.raises(InputError, match="no files"):
        run(cases.sample(key_of(context, "glue-table-contracts_db-vendor_spend"), CancelToken()))
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledByUserError):
        run(cases.sample(key_of(context, "glue-table-personnel_db-employees"), cancel))


def test_lake_formation_tags_are_facets_and_outlive_a_denial(
    context: ActionContext, cases: CatalogCases, cloud: Cloud
) -> None:
    def found() -> set[str]:
        return {hit.name for hit in run(cases.search("", 50, SearchFilter(tag="sensitivity=restricted")))}

    assert "personnel_db.employees" in found()
    key = key_of(context, "glue-table-finance_db-invoices")
    assert dict(run(cases.tags()))["sensitivity=internal"] == 1
    assert run(cases.table(key)).details.stored.node.properties["lfColumnTags"] == {
        "amount": ["sensitivity=internal"]
    }
    cloud.fault("access_denied", service="lakeformation")
    result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(WORLD)))
    assert result.changes.updated_tables == ()
    assert "personnel_db.employees" in found()
    run_id = context.workspace.syncs.sync_runs()[0].run_id
    note = context.workspace.syncs.lines(run_id, "note")[0]
    assert "lakeformation:ListLFTags" in note.remedy


def test_descriptions_are_written_back_only_when_asked(
    context: ActionContext, cases: CatalogCases, cloud: Cloud
) -> None:
    glue, name = cloud.client("glue"), f"described_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    made = {
        "Name": "t", "Owner": "hadoop", "Parameters": {"classification": "csv"}, "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "int"}], "Location": "s3://acme-personnel/x/"},
    }  # fmt: skip
    glue.create_table(DatabaseName=name, TableInput=made)

    def table() -> dict[str, Any]:
        return dict(glue.get_table(DatabaseName=name, Name="t")["Table"])

    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    key = key_of(context, f"glue-table-{name}-t")
    with pytest.raises(InputError, match="Nothing was written"):
        run(cases.write_back(key))
    before = run(cases.table(key))
    run(cases.set_text(key, "description", "Scratch of the people team"))
    run(cases.set_text(key, "description", "The row's number", "id"))
    after = run(cases.table(key))
    assert after.details.stored.quality > before.details.stored.quality
    assert not table().get("Description"), "only when asked"
    run(cases.write_back(key))
    written = table()
    assert written["Description"] == "Scratch of the people team"
    assert written["StorageDescriptor"]["Columns"][0]["Comment"] == "The row's number"
    assert written["StorageDescriptor"]["Location"] == "s3://acme-personnel/x/"
    assert (written["Parameters"], written["Owner"]) == (made["Parameters"], "hadoop")
    assert run(cases.table(key)).details.stored.node.description == "Scratch of the people team"
    result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    assert result.changes.updated_tables == ()
    glue.update_table(DatabaseName=name, TableInput=made)
    run(cases.set_text(key, "description", "again"))
    with pytest.raises(InputError, match="has changed in Glue"):
        run(cases.write_back(key))
    glue.delete_database(Name=name)


def test_queries_over_a_table_and_what_they_cost(context: ActionContext, cases: CatalogCases) -> None:
    sql = "SELECT v.name, sum(c.amount) FROM contract_spend_2024 c JOIN vendor_info v ON v.vendor_id = c.vendor_id GROUP BY 1"
    outcome = run(run_query(context, RunQueryOptions(sql, "contracts_db")))
    outcome.rows.close()
    key = key_of(context, "glue-table-contracts_db-vendor_info")
    view = run(cases.table(key))
    assert view.uses == 1
    assert view.cost_usd == pytest.approx(outcome.cost_usd / 2)
    assert [r.sql for r in run(cases.queries_over("contracts_db.vendor_info"))] == [sql]
    assert run(cases.search("vendor", 5))[0].uses == 1
    assert context.workspace.catalog.count_uses() == 0, "counting again finds the same"


def test_every_kind_of_edge_has_its_origin_and_time(context: ActionContext, cases: CatalogCases) -> None:
    from dataops_desktop.actions.explore_catalog import edges_json

    view = edges_json(context, key_of(context, "glue-table-contracts_db-vendor_spend"))
    assert {(e["from"], e["type"], e["origin"]) for e in view} == {
        ("glue-db-contracts_db", "contains", "glue"), ("glue-table-contracts_db-contract_spend_2024", "derives", "glue"),
        ("glue-table-contracts_db-vendor_info", "derives", "glue"),
    }  # fmt: skip
    assert all(e["observedAt"] for e in view)
    held = edges_json(context, key_of(context, "glue-db-contracts_db"))
    assert {e["type"] for e in held} == {"contains"}
    assert len(held) == 6
    table = edges_json(context, key_of(context, "glue-table-contracts_db-vendor_info"))
    assert {"located_in", "contains", "derives"} <= {e["type"] for e in table}


def test_weights_score_everything_again(context: ActionContext, cases: CatalogCases) -> None:
    key = key_of(context, "glue-table-contracts_db-legacy_data")
    before = run(cases.table(key)).details.stored.quality
    assert set_quality_weights(context.workspace, {"partitions": 10}) > 0
    assert run(cases.table(key)).details.stored.quality == 50 != before
    assert {w.cause for w in run(cases.table(key)).warnings} == {"column_types"}
    assert score_tables(context.workspace, everything=True) == 0
    with pytest.raises(InputError):
        set_quality_weights(context.workspace, {"nonsense": 5})


def test_the_time_machine_names_the_queries_a_change_breaks(
    context: ActionContext, cases: CatalogCases, cloud: Cloud
) -> None:
    glue, name = cloud.client("glue"), f"machine_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    columns = [{"Name": c, "Type": "string"} for c in ("kept", "gone", "retyped")]
    for table in ("t", "dropped"):
        glue.create_table(
            DatabaseName=name, TableInput={"Name": table, "StorageDescriptor": {"Columns": columns}}
        )
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    save = context.workspace.statements.save
    for title, sql in (
        ("uses gone", "SELECT gone FROM t"), ("uses kept", "SELECT kept FROM t"), ("star", "SELECT * FROM t"), ("retyped", "SELECT kept FROM t WHERE retyped = 'x'"),
        ("dropped", f"SELECT kept FROM {name}.dropped"), ("alias", "SELECT x.gone AS g FROM t x"), ("broken text", "SELECT FROM FROM t"),
    ):  # fmt: skip
        save(SavedStatement(0, "", title, sql, database=name))
    glue.delete_table(DatabaseName=name, Name="dropped")
    glue.update_table(DatabaseName=name, TableInput={"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "kept", "Type": "string"}, {"Name": "retyped", "Type": "int"}]}})  # fmt: skip
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    runs = run(cases.runs())
    moments = [r.report["appliedAt"] for r in runs[:2]]
    comparison = run(cases.compare(*moments))
    assert [(c.name, c.kind) for c in comparison.changes] == [
        (f"{name}.dropped", "removed"),
        (f"{name}.t", "changed"),
    ]
    assert comparison.tables_before == comparison.tables_after + 1
    broken = {item.where: item.reason for item in run(cases.broken_by(comparison))}
    assert set(broken) == {"uses gone", "retyped", "dropped", "alias"}
    assert "gone is gone" in broken["uses gone"]
    assert "retyped: string → int" in broken["retyped"]
    versions = run(cases.versions(key_of(context, f"glue-table-{name}-t")))
    assert [len(state.columns) for _, _, state in versions] == [2, 3]
    glue.delete_database(Name=name)


@pytest.mark.parametrize("suffix", ["md", "csv", "xlsx"])
def test_the_dictionary_in_every_format(
    context: ActionContext, cases: CatalogCases, tmp_path: Path, suffix: str
) -> None:
    key = key_of(context, "glue-table-personnel_db-employees")
    run(cases.set_text(key, "description", "=cmd|'/c calc'!A1 *bold* [x](http://evil)"))
    run(cases.set_tags(key, ["gold"]))
    path = tmp_path / f"d.{suffix}"
    count = run(cases.export_dictionary(path, suffix, (), lambda: None))
    assert count == context.workspace.catalog.counts()["glue-table"]
    if suffix == "md":
        text = path.read_text(encoding="utf-8")
        assert "### employees" in text
        assert r"\*bold\* \[x\]" in text
        assert "| email | string | Work e-mail | E-mail address |" in text
    elif suffix == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        mine = [row for row in rows if row["table"] == "employees"]
        assert mine[0]["table description"].startswith("'=cmd")
        assert next(row for row in mine if row["column"] == "email")["classification"] == "E-mail address"
    else:
        from python_calamine import CalamineWorkbook

        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        assert any("employees" in map(str, row) for row in rows)
    assert not list(tmp_path.glob("*.part"))


def test_a_cancelled_dictionary_leaves_no_file(
    context: ActionContext, cases: CatalogCases, tmp_path: Path
) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledByUserError):
        run(cases.export_dictionary(tmp_path / "d.csv", "csv", (), cancel.raise_if_cancelled))
    assert list(tmp_path.glob("d.*")) == []


def test_two_regions_side_by_side(
    context: ActionContext, cases: CatalogCases, cloud: Cloud, tmp_path: Path
) -> None:
    from dataclasses import replace

    import boto3

    from dataops_desktop.app.wiring import open_context

    other = replace(cloud.options, region="eu-west-1")
    glue = boto3.client(
        "glue",
        endpoint_url=cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="t",
        aws_secret_access_key="t",
    )
    glue.create_database(DatabaseInput={"Name": "contracts_db"})
    glue.create_table(
        DatabaseName="contracts_db", TableInput={"Name": "vendor_info", "Description": "of Europe"}
    )
    try:
        before = context.workspace.catalog.counts()["glue-table"]
        with open_context(Path(context.workspace.path), other) as second:
            asyncio.run(sync_glue_catalog(second))
        assert context.workspace.catalog.counts()["glue-table"] == before + 1
        assert len(run(cases.sources())) == 2
        with pytest.raises(InputError, match="more than one"):
            context.workspace.catalog.node("glue-table-contracts_db-vendor_info")
        assert {hit.source for hit in run(cases.search("vendor_info", 5))} == set(run(cases.sources()))
        assert [
            n.name for n in run(cases.page(None, "glue-database", "", 10, "aws:123456789012:eu-west-1"))
        ] == ["contracts_db"]
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions()))
        assert context.workspace.catalog.counts()["glue-table"] >= before + 1, (
            "one region's sync leaves the other's tables"
        )
    finally:
        glue.delete_database(Name="contracts_db")
