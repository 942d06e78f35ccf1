"""Ids, quality, differences, prices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataops_desktop.costs.athena import query_cost_usd
from dataops_desktop.ontology.differences import differences, reasons, short_number
from dataops_desktop.ontology.nodes import (
    NODE_TYPES,
    Edge,
    Node,
    NodeRef,
    content_hash,
    glue_table_database,
    glue_table_id,
)
from dataops_desktop.ontology.quality import QualityInput, quality_parts
from dataops_desktop.ontology.quality import score as weighted
from dataops_desktop.ontology.snapshots import TableState

NAMES = st.text(alphabet="ab-%2D5_.é", min_size=1, max_size=8)


@given(NAMES, NAMES, NAMES, NAMES)
def test_table_ids_are_injective(a: str, b: str, c: str, d: str) -> None:
    assert (glue_table_id(a, b) == glue_table_id(c, d)) == ((a, b) == (c, d))
    assert glue_table_database(glue_table_id(a, b)) == a


def test_ids_are_the_specifications() -> None:
    assert glue_table_id("contracts_db", "contract_spend") == "glue-table-contracts_db-contract_spend"
    assert {"glue-database", "glue-table", "s3-bucket", "athena-table"} <= set(NODE_TYPES)


def test_schemas_are_enforced() -> None:
    with pytest.raises(ValueError, match="lacks"):
        Node("x", "s", "glue-database", "x", {"dataSource": "glue-database"})
    with pytest.raises(ValueError, match="unknown node type"):
        Node("x", "s", "made-up", "x")
    with pytest.raises(ValueError, match="unknown edge type"):
        Edge(NodeRef("s", "a"), NodeRef("s", "b"), "likes", "me")


def score(**changes: object) -> int:
    base = {
        "description": "d", "owner": "o", "column_comments": ("c",), "column_names": ("a",), "has_statistics": True, "storage_format": "parquet",
        "is_view": False, "partition_keys": 0, "partitions": 0, "partition_mismatches": 0,
    }  # fmt: skip
    return weighted(quality_parts(QualityInput(**{**base, **changes})))  # type: ignore[arg-type]


def test_quality_goes_down_for_what_is_missing() -> None:
    assert score() == 100
    for change in (
        {"description": ""},
        {"owner": ""},
        {"column_comments": ("",)},
        {"has_statistics": False},
        {"storage_format": "csv"},
        {"partition_keys": 1},
        {"column_comments": (), "column_names": ()},
    ):
        assert score(**change) < 100


def test_changes_in_words() -> None:
    def words(before: TableState, after: TableState) -> str:
        return reasons(differences(before, after))

    def state(**properties: object) -> TableState:
        return TableState("d.t", properties=properties)

    assert words(state(rowCount=10_000), state(rowCount=12_000)) == "row count: 10K→12K"
    before, after = TableState("d.t", columns=[("a", "int", "")]), TableState("d.t", columns=[("a", "bigint", ""), ("b", "string", "")])  # fmt: skip
    assert words(before, after) == "schema changed: + b string, a: int → bigint"
    assert not any(item.breaks for item in differences(before, after))
    assert [item.text for item in differences(after, before) if item.breaks] == ["- b", "a: bigint → int"]
    assert differences(before, before) == []
    assert [short_number(n) for n in (999, 1_000, 1_250_000)] == ["999", "1K", "1.2M"]


def test_hash_ignores_the_order_of_keys() -> None:
    assert (
        content_hash({"a": 1, "b": [1, 2]})
        == content_hash({"b": [1, 2], "a": 1})
        != content_hash({"a": 1, "b": [2, 1]})
    )


@pytest.mark.parametrize(
    ("scanned", "state", "expected"),
    [
        (0, "SUCCEEDED", 0.0),
        (1, "SUCCEEDED", 0.00005),
        (10_000_001, "SUCCEEDED", 0.000055),
        (10**12, "SUCCEEDED", 5.0),
        (10**12, "CANCELLED", 5.0),
        (10**12, "FAILED", 0.0),
    ],
)
def test_price(scanned: int, state: str, expected: float) -> None:
    assert query_cost_usd(scanned, state) == pytest.approx(expected)
