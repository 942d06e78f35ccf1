"""What people say is never overwritten; the catalog as it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, ColumnClass, TableWarning
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.ontology.nodes import NodeRef, glue_table_id
from dataops_desktop.storage.workspace import SqliteWorkspace
from tests.storage.test_catalog_search import SOURCE, database, table


@pytest.fixture
def store(tmp_path: Path):
    made = SqliteWorkspace(tmp_path / "w.dataops")
    made.catalog.apply(None, CatalogChanges(nodes=[database("d")]))
    yield made
    made.close()


def put(store: SqliteWorkspace, name: str, *columns: str, digest: str = "", **more) -> int:
    made = table("d", name, tuple(Column(c, "int") for c in columns), **more)
    store.catalog.apply(
        None,
        CatalogChanges(tables=[type(made)(**{**made.__dict__, "content_hash": digest or repr(columns)})]),
    )
    return store.catalog.node(glue_table_id("d", name)).key


def moment() -> str:
    """A moment that lies between what came and what comes."""
    time.sleep(0.003)
    now = iso_now()
    time.sleep(0.003)
    return now


def test_a_persons_word_survives_every_write(store: SqliteWorkspace) -> None:
    key = put(store, "t", "email", "x", classes=[ColumnClass("email", "email", 0.95)])
    store.annotations.set_text(key, "owner", "me")
    store.annotations.set_text(key, "description", "said")
    store.annotations.set_text(key, "description", "of the column", "x")
    store.annotations.set_tags(key, ["a", "b"])
    store.annotations.set_tags(key, ["c"], "x")
    store.annotations.rate(key, 5, "best")
    store.catalog.decide_class(key, "email", "")
    store.catalog.decide_class(key, "x", "phone")
    put(store, "t", "email", "x", "new", classes=[ColumnClass("email", "email", 0.99), ColumnClass("x", "email", 0.99), ColumnClass("new", "email", 0.9)])  # fmt: skip
    store.catalog.propose_classes(
        key, [ColumnClass("email", "phone", 0.9, "values"), ColumnClass("x", "email", 0.99, "values")]
    )
    said = store.annotations.annotations(key)
    assert (said.owner, said.description, said.tags, said.rating, said.rating_comment) == (
        "me",
        "said",
        ("a", "b"),
        5,
        "best",
    )
    assert said.column_tags == {"x": ("c",)}
    assert said.column_descriptions == {"x": "of the column"}
    shown = {(c.column, c.kind, c.state) for c in store.catalog.classes(key) if c.state != "rejected"}
    assert shown == {("x", "phone", "accepted"), ("new", "email", "proposed")}
    store.annotations.set_text(key, "owner", "")
    assert store.annotations.annotations(key).owner == ""


def test_values_outweigh_names_and_vanished_columns_lose_their_label(store: SqliteWorkspace) -> None:
    key = put(
        store,
        "t",
        "contact",
        "b",
        classes=[ColumnClass("contact", "phone", 0.9), ColumnClass("b", "email", 0.9)],
    )
    store.catalog.propose_classes(key, [ColumnClass("contact", "email", 0.98, "values")])
    put(store, "t", "contact", classes=[ColumnClass("contact", "phone", 0.9)])
    assert [(c.column, c.kind) for c in store.catalog.classes(key)] == [("contact", "email")]


def test_bad_words_are_refused(store: SqliteWorkspace) -> None:
    key = put(store, "t", "a")
    with pytest.raises(InputError):
        store.annotations.rate(key, 6)
    with pytest.raises(InputError):
        store.annotations.set_tags(key, ["x" * 65])
    with pytest.raises(InputError):
        store.annotations.set_tags(key, ["a\nb"])
    assert store.annotations.annotations(key).tags == ()


def test_bookmarks_come_latest_first(store: SqliteWorkspace) -> None:
    first, second = put(store, "a", "x"), put(store, "b", "x")
    store.annotations.bookmark(first, True)
    time.sleep(0.003)
    store.annotations.bookmark(second, True)
    assert [node.key for node in store.annotations.bookmarks()] == [second, first]
    store.annotations.bookmark(second, False)
    assert [node.key for node in store.annotations.bookmarks()] == [first]


def test_any_moment_can_be_seen_again(store: SqliteWorkspace) -> None:
    start = moment()
    key = put(store, "t", "a")
    one = moment()
    put(store, "t", "a", "b")
    two = moment()
    store.catalog.apply(None, CatalogChanges(deleted=[NodeRef(SOURCE, glue_table_id("d", "t"))]))
    three = moment()
    put(store, "t", "a", "b", "c")
    snapshots = store.snapshots

    def seen(at: str) -> list[str] | None:
        state = snapshots.state_at(key, at)
        return None if state is None else [c[0] for c in state.columns]

    assert [seen(at) for at in (start, one, two, three, moment())] == [
        None,
        ["a"],
        ["a", "b"],
        None,
        ["a", "b", "c"],
    ]
    assert [snapshots.tables_at(at) for at in (start, one, two, three)] == [0, 1, 1, 0]
    kinds = {(a, b): [c.kind for c in snapshots.changes_between(a, b)] for a, b in ((start, one), (one, two), (two, three), (start, three), (one, one))}  # fmt: skip
    assert kinds == {
        (start, one): ["added"],
        (one, two): ["changed"],
        (two, three): ["removed"],
        (start, three): [],
        (one, one): [],
    }
    assert len(snapshots.versions(key)) == 3


def test_what_did_not_change_has_no_version(store: SqliteWorkspace) -> None:
    key = put(store, "t", "a", digest="same")
    put(store, "t", "a", digest="same")
    assert len(store.snapshots.versions(key)) == 1


def test_warnings_stand_from_when_to_when(store: SqliteWorkspace) -> None:
    key = put(store, "t", "a", warnings=[TableWarning("no_description", "No description")])
    put(
        store,
        "t",
        "a",
        "b",
        warnings=[TableWarning("no_description", "No description"), TableWarning("low_quality", "Low")],
    )
    assert {w.cause for w in store.catalog.warnings(key)} == {"no_description", "low_quality"}
    put(store, "t", "a")
    assert store.catalog.warnings(key) == []


def test_edges_wait_for_their_other_end(store: SqliteWorkspace) -> None:
    from dataops_desktop.ontology.nodes import Edge

    view = table("d", "v", (Column("a", "int"),))
    edge = Edge(NodeRef(SOURCE, glue_table_id("d", "later")), view.node.ref, "derives", "glue")
    store.catalog.apply(None, CatalogChanges(tables=[type(view)(**{**view.__dict__, "edges": [edge]})]))
    key = store.catalog.node(view.node.id).key
    assert store.catalog.edges([key], "upstream") == []
    put(store, "later", "a")
    assert [e.type for e in store.catalog.edges([key], "upstream")] == ["derives"]
