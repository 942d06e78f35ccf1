"""Tables as Glue really holds them: without descriptors, with hostile names, with parameters that lie."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from dataops_desktop.actions.catalog_cases import CatalogCases
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.connectors.glue.translate import number, odd_parameters, table_of, view_sql
from dataops_desktop.interfaces.catalog_store import SearchFilter
from tests.conftest import Cloud

NESTED = "struct<a:" * 20 + "int" + ">" * 20
NAMES = [
    'quote"s',
    "it's",
    "a.b",
    "line\nbreak",
    "עברית",
    "emoji💥",
    "Upper",
    "upper",
    "semi;colon--",
    "percent%2D",
    "a-b",
    "tab\there",
    "‮reversed",
]


def test_every_odd_table_is_one_line_and_stops_nothing(context: ActionContext, cloud: Cloud) -> None:
    glue, name = cloud.client("glue"), f"odd_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    wanted = []

    def make(table: str, **more: Any) -> None:
        glue.create_table(DatabaseName=name, TableInput={"Name": table, **more})
        wanted.append(f"{name}.{table}")

    make("no_descriptor")
    make("empty_descriptor", StorageDescriptor={})
    make("nested", StorageDescriptor={"Columns": [{"Name": "x", "Type": NESTED}, {"Name": "no_type"}]})
    make("wide", StorageDescriptor={"Columns": [{"Name": f"c{i}", "Type": "int"} for i in range(10_000)]})
    make("cased", StorageDescriptor={"Columns": [{"Name": "a", "Type": "int"}, {"Name": "A", "Type": "int"}]})
    make(
        "liar",
        Parameters={
            "recordCount": "abc",
            "projection.enabled": "maybe",
            "sizeKey": "9" * 40,
            "big": "y" * 100_000,
        },
    )
    make("numbers", Parameters={"recordCount": "-1", "numRows": "٣", "totalSize": " 12 "})
    make("view", TableType="VIRTUAL_VIEW", ViewOriginalText="/* Presto View: !!! */")
    make("iceberg", Parameters={"table_type": "ICEBERG"}, StorageDescriptor={"Columns": [{"Name": "now", "Type": "int"}, {"Name": "dropped", "Type": "int", "Parameters": {"iceberg.field.current": "false"}}]})  # fmt: skip
    make("link", TargetTable={"CatalogId": "999999999999", "DatabaseName": "elsewhere", "Name": "there"})
    for odd in NAMES:
        make(odd, StorageDescriptor={"Columns": [{"Name": odd, "Type": "string", "Comment": odd}]})
    result = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    assert result.errors == ()
    assert set(result.changes.new_tables) == set(wanted)
    catalog = context.workspace.catalog
    found = {
        node.name: node.key
        for node in catalog.page(catalog.node(f"glue-db-{name}").key, "glue-table", "", 1000)
    }
    assert set(found) == {full.partition(".")[2] for full in wanted}
    causes = {(w.table, w.message.split(":")[0]) for w in result.warnings}
    assert (f"{name}.liar", "Properties are not what they claim") in causes
    assert (f"{name}.view", "View text cannot be read") in causes
    assert (f"{name}.cased", "Columns that differ only by case") in causes
    assert (f"{name}.no_descriptor", "Missing columns") in causes
    assert [c.name for c in catalog.columns(found["iceberg"])[0]] == ["now"]
    assert len(catalog.columns(found["wide"])[0]) == 10_000
    assert catalog.node_by_key(found["link"]).node.properties["target"] == "999999999999:elsewhere.there"
    assert catalog.node_by_key(found["numbers"]).node.properties["rowCount"] is None
    assert catalog.node_by_key(found["numbers"]).node.properties["sizeBytes"] == 12
    assert len(catalog.node_by_key(found["liar"]).node.properties["parameters"]["big"]) == 4096
    again = asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((name,))))
    assert again.changes == type(again.changes)()
    assert context.workspace.syncs.sync_runs()[0].report["rowsWritten"] == 0
    for odd in NAMES:
        catalog.search(odd, 10, SearchFilter(database=name))
    cases = CatalogCases(context)
    for key in found.values():
        asyncio.run(cases.table(key))
    glue.delete_database(Name=name)


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "", "٣", "9" * 30, "1e9", "null"])
def test_numbers_that_are_none(value: str) -> None:
    assert number({"recordCount": value}, ("recordCount",)) is None


def test_odd_parameters_are_named() -> None:
    assert odd_parameters({"recordCount": "abc", "EXTERNAL": "TRUE"}) == ("recordCount = 'abc'",)
    assert odd_parameters({"recordCount": "-1", "projection.enabled": "true"}) == ()


def test_views_that_are_damaged() -> None:
    for text in (
        "/* Presto View: */",
        "/* Presto View: %%% */",
        "/* Presto View: e30= */",
        "/* Presto View: W10= */",
    ):
        assert view_sql(text) == ""
    assert view_sql("SELECT 1") == "SELECT 1"
    assert table_of("d", {"Name": "v", "TableType": "VIRTUAL_VIEW"}).view_sql == ""
