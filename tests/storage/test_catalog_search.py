"""Search: tiers, near misses, facets, marks."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, ColumnClass, SearchFilter, TableWrite
from dataops_desktop.ontology.nodes import Node, NodeRef, glue_database_id, glue_table_id
from dataops_desktop.storage.workspace import SqliteWorkspace

SOURCE = "aws:1:us-east-1"


def database(name: str, source: str = SOURCE) -> Node:
    properties = {
        "dataSource": "",
        "arn": "",
        "region": "",
        "catalogId": "",
        "description": "",
        "tableCount": 1,
    }
    return Node(glue_database_id(name), source, "glue-database", name, properties)


def table(where: str, name: str, columns: tuple[Column, ...] = (), description: str = "", quality: int = 50, owner: str = "", **more) -> TableWrite:  # fmt: skip
    properties = {
        "dataSource": "", "database": where, "tableName": name, "location": "", "storageFormat": "CSV", "schema": {}, "partitionKeys": [],
        "rowCount": None, "sizeBytes": None, "kind": "table", "owner": owner,
    }  # fmt: skip
    node = Node(glue_table_id(where, name), SOURCE, "glue-table", f"{where}.{name}", properties, glue_database_id(where), description)  # fmt: skip
    return TableWrite(node, columns, (), (), True, "h", quality, {}, **more)


@pytest.fixture
def store(tmp_path: Path):
    made = SqliteWorkspace(tmp_path / "w.dataops")
    made.catalog.apply(
        None,
        CatalogChanges(
            nodes=[database("sales"), database("people")],
            tables=[
                table("sales", "orders", (Column("customer_id", "int"), Column("amount", "double")), "Every order", 90, "trade"),
                table("sales", "orders_archive", (Column("customer_id", "int"),), "Old", 40),
                table("sales", "customer_orders", (Column("id", "int"),)),
                table("people", "customers", (Column("email", "string", "Work e-mail"),), classes=[ColumnClass("email", "email", 0.9)]),
                table("people", "größe_straße", (Column("wert", "int"),)),
            ],
        ),
    )  # fmt: skip
    yield made
    made.close()


def names(store: SqliteWorkspace, text: str, **chosen) -> list[str]:
    return [hit.name + (f".{hit.column}" if hit.column else "") for hit in store.catalog.search(text, 20, SearchFilter(**chosen))]  # fmt: skip


def test_exact_names_come_first_then_prefixes_then_words_then_columns(store: SqliteWorkspace) -> None:
    assert names(store, "orders")[:3] == ["sales.orders", "sales.orders_archive", "sales.customer_orders"]
    assert names(store, "amount") == ["sales.orders.amount"]
    assert names(store, "customer id")[0] == "sales.orders.customer_id"
    assert names(store, "sales.orders")[0] == "sales.orders"
    assert names(store, "Old")[0] == "sales.orders_archive"
    assert names(store, "grosse") == []
    assert names(store, "größe")[0] == "people.größe_straße"


def test_use_quality_and_rating_decide_among_equals(store: SqliteWorkspace) -> None:
    for _ in range(20):
        store.catalog.count_use([NodeRef(SOURCE, glue_table_id("sales", "orders_archive"))])
    assert names(store, "orders_")[0] == "sales.orders_archive"
    assert names(store, "ord")[0] == "sales.orders_archive"


@pytest.mark.parametrize(
    ("typed", "meant"), [("custmers", "customer"), ("ordres", "orders"), ("archve", "archive"), ("amuont", "amount"), ("rcustomers", "customers")]
)  # fmt: skip
def test_near_misses(store: SqliteWorkspace, typed: str, meant: str) -> None:
    hits = store.catalog.search(typed, 20)
    assert hits, typed
    assert meant[:4] in f"{hits[0].name}.{hits[0].column}"
    assert hits[0].corrected


def test_a_word_that_is_known_is_not_corrected(store: SqliteWorkspace) -> None:
    assert all(not hit.corrected for hit in store.catalog.search("orders", 20))
    assert store.catalog.search("qqqqqqq", 20) == []


def test_marks_are_where_the_words_are(store: SqliteWorkspace) -> None:
    hit = store.catalog.search("cust ord", 1)[0]
    assert [hit.name[a:b] for a, b in hit.spans] == ["cust", "ord"]
    column = store.catalog.search("amount", 1)[0]
    assert [column.column[a:b] for a, b in column.spans] == ["amount"]


def test_facets_narrow_and_count(store: SqliteWorkspace) -> None:
    key = store.catalog.node(glue_table_id("sales", "orders")).key
    store.annotations.set_tags(key, ["gold", "gold", " finance "])
    store.annotations.rate(key, 4, "good")
    store.annotations.bookmark(key, True)
    assert names(store, "orders", tag="gold") == ["sales.orders"]
    assert names(store, "", rating=4) == ["sales.orders"]
    assert names(store, "", bookmarked=True) == ["sales.orders"]
    assert names(store, "orders", quality=80) == ["sales.orders"]
    assert names(store, "", classification="email") == ["people.customers"]
    assert names(store, "orders", database="people") == []
    assert names(store, "", owner="trade") == ["sales.orders"]
    assert names(store, "", service="AWS Glue", type="glue-database") == ["people", "sales"]
    facets = store.catalog.facets("orders")
    assert dict(facets["database"])["sales"] == 3
    assert dict(facets["tag"]) == {"gold": 1, "finance": 1}
    assert facets["quality"] == [("90", 1), ("50", 2), ("40", 3)], "at least so much"
    assert dict(store.catalog.facets("")["classification"]) == {"email": 1}


@pytest.mark.parametrize("text", ['"', "'; DROP TABLE node; --", "a OR b", "NEAR(", "*", "(((", "\0", "x" * 5000, "%", "_", "\\", "‮", "💥", ".", "..", "a.b.c.d"])  # fmt: skip
def test_hostile_texts_find_nothing_and_harm_nothing(store: SqliteWorkspace, text: str) -> None:
    store.catalog.search(text, 20)
    store.catalog.facets(text)
    assert store.catalog.counts()["glue-table"] == 5


def test_what_is_gone_is_not_found(store: SqliteWorkspace) -> None:
    store.catalog.apply(None, CatalogChanges(deleted=[NodeRef(SOURCE, glue_table_id("sales", "orders"))]))
    assert "sales.orders" not in names(store, "orders")
    assert names(store, "amount") == []
