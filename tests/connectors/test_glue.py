"""Glue: the contract, paging, and tables of every shape."""

from __future__ import annotations

import time
from typing import Any

import pytest

from dataops_desktop.connectors.glue.translate import partition_of, table_of, view_sql
from dataops_desktop.errors import NotFoundError, PermissionDeniedError
from tests.conftest import Cloud
from tests.connectors.contract import ConnectorContract


class TestGlue(ConnectorContract):
    id = "glue"
    service = "glue"

    def first_call(self, connector: Any) -> Any:
        return connector.databases()

    def test_lists_every_page(self, connector: Any, cloud: Cloud) -> None:
        glue, name = cloud.client("glue"), f"many_{time.time_ns()}"
        glue.create_database(DatabaseInput={"Name": name})
        for i in range(205):
            glue.create_table(DatabaseName=name, TableInput={"Name": f"t{i:03d}"})
        pages = list(connector.tables(name))
        assert [len(page) for page in pages] == [100, 100, 5]
        glue.delete_database(Name=name)

    def test_partitions_are_bounded_and_say_so(self, connector: Any) -> None:
        page = connector.partitions("flights_db", "flights", 5)
        assert len(page.partitions) == 5
        assert not page.complete
        whole = connector.partitions("flights_db", "flights", 100)
        assert len(whole.partitions) == 12
        assert whole.complete
        assert sum(p.row_count or 0 for p in whole.partitions) == 336_776

    def test_denied_table_and_missing_table(self, connector: Any) -> None:
        with pytest.raises(PermissionDeniedError) as denied:
            connector.partitions("finance_db", "budget_2024", 10)
        assert denied.value.action == "glue:GetPartitions"
        with pytest.raises(NotFoundError):
            connector.table("finance_db", "nothing")

    def test_views_are_decoded(self, connector: Any) -> None:
        view = connector.table("contracts_db", "vendor_spend")
        assert view.kind == "view"
        assert view.view_sql.startswith("SELECT v.name")


def test_shapes_without_anything_but_a_name() -> None:
    table = table_of("d", {"Name": "t"})
    assert (table.columns, table.storage_format, table.row_count, table.kind) == ((), "", None, "table")
    odd = table_of(
        "d",
        {
            "Name": "a\nb'\"‮",
            "StorageDescriptor": {"Columns": None},
            "Parameters": {"recordCount": "abc", "numRows": "-1", "x": "y"},
        },
    )
    assert odd.row_count is None
    assert partition_of({}).values == ()


def test_dropped_iceberg_columns_are_left_out() -> None:
    columns = [
        {"Name": "a", "Type": "int"},
        {"Name": "gone", "Type": "int", "Parameters": {"iceberg.field.current": "false"}},
    ]
    table = table_of(
        "d", {"Name": "t", "Parameters": {"table_type": "ICEBERG"}, "StorageDescriptor": {"Columns": columns}}
    )
    assert [c.name for c in table.columns] == ["a"]
    assert table.storage_format == "iceberg"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("/* Presto View: bm90IGpzb24= */", ""),
        ("/* Presto View: %% */", ""),
        ("/* Presto View */", ""),
    ],
)
def test_view_texts(text: str, expected: str) -> None:
    assert view_sql(text) == expected
