"""The workspace file: safety, migrations, search, journal."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from dataops_desktop.errors import InputError, WorkspaceError
from dataops_desktop.interfaces.catalog import Column, Partition
from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite
from dataops_desktop.interfaces.workspace import QueryRecord
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.schema import MIGRATIONS
from dataops_desktop.storage.workspace import SqliteWorkspace

SOURCE = "aws:1:us-east-1"


def table(
    name: str, columns: list[Column], description: str = "", source: str = SOURCE, digest: str = "h"
) -> TableWrite:
    node = Node(
        f"glue-table-db-{name}", source, "glue-table", f"db.{name}",
        {"dataSource": "glue-table", "database": "db", "tableName": name, "location": "", "storageFormat": "CSV", "schema": {}, "partitionKeys": [], "rowCount": None, "sizeBytes": None},
        "glue-db-db", description,
    )  # fmt: skip
    return TableWrite(node, columns, [], [Partition(("1",), "s3://b/x")], True, digest, 80, {"schema": 15})


@pytest.fixture
def workspace(tmp_path: Path):
    made = SqliteWorkspace(tmp_path / "w.dataops")
    yield made
    made.close()


def test_files_are_private_and_sqlite_is_fixed(workspace: SqliteWorkspace) -> None:
    assert tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) >= (3, 51, 3)
    workspace.settings.set_setting("a", 1)
    for path in Path(workspace.path).parent.glob("w.dataops*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_newer_foreign_and_damaged_files_are_refused_untouched(tmp_path: Path) -> None:
    newer = tmp_path / "newer.dataops"
    Database(newer, [*MIGRATIONS, "CREATE TABLE later (x) STRICT".replace("(x)", "(x INTEGER)")]).close()
    foreign = tmp_path / "foreign.db"
    connection = apsw.Connection(str(foreign))
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    damaged = tmp_path / "damaged.dataops"
    damaged.write_bytes(b"not a database at all, but long enough to be looked at " * 50)
    for path, words in ((newer, "newer version"), (foreign, "another program"), (damaged, "damaged")):
        before = path.read_bytes()
        with pytest.raises(WorkspaceError, match=words) as caught:
            SqliteWorkspace(path)
        assert caught.value.remedy
        assert path.read_bytes() == before


def test_migrations_back_up_first_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.dataops"
    first = SqliteWorkspace(path)
    first.settings.set_setting("kept", "yes")
    first.close()
    with pytest.raises(WorkspaceError):
        Database(path, [*MIGRATIONS, "CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"])
    again = SqliteWorkspace(path)
    assert again.settings.setting("kept") == "yes"
    again.close()
    backup = path.with_name(f"{path.name}.before-v{len(MIGRATIONS) + 1}")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    old = SqliteWorkspace(backup)
    assert old.settings.setting("kept") == "yes"
    old.close()


def test_search_finds_names_columns_and_words_by_prefix(workspace: SqliteWorkspace) -> None:
    catalog = workspace.catalog
    catalog.apply(None, CatalogChanges(tables=[
        table("contract_spend", [Column("vendor_id", "string", "Vendor number"), Column("amount", "double")], "Money we promised"),
        table("weather", [Column("wind_speed", "double")]),
    ]))  # fmt: skip
    assert [hit.name for hit in catalog.search("contract_sp", 10)] == ["db.contract_spend"]
    assert catalog.search("wind sp", 10)[0].column == "wind_speed"
    assert catalog.search("WIND_SPEED", 10)[0].column == "wind_speed"
    assert [hit.name for hit in catalog.search("promi", 10)] == ["db.contract_spend"]
    assert catalog.search("c", 10)
    for hostile in ('"', "'; DROP TABLE node; --", "a OR b", "NEAR(", "*", "(((", "\0", "x" * 5000):
        catalog.search(hostile, 10)


def test_unchanged_is_not_written_and_deleted_is_not_found(workspace: SqliteWorkspace) -> None:
    catalog = workspace.catalog
    one = table("t", [Column("c", "int")])
    assert catalog.apply(None, CatalogChanges(tables=[one])) > 0
    assert catalog.apply(None, CatalogChanges()) == 0
    catalog.apply(None, CatalogChanges(deleted=[one.node.ref]))
    assert catalog.search("t", 10) == []
    assert catalog.node(one.node.id) is None
    catalog.apply(None, CatalogChanges(tables=[one]))
    found = catalog.node(one.node.id)
    assert found is not None
    assert catalog.columns(found.key)[0] == [Column("c", "int")]
    assert catalog.partitions(found.key)[0].values == ("1",)


def test_apply_is_all_or_nothing(workspace: SqliteWorkspace) -> None:
    good = table("good", [Column("c", "int")])
    bad = table("bad", [Column("c", "int")])
    broken = TableWrite(bad.node, [Column(None, "int")], [], [], True, "h", 1, {})  # type: ignore[arg-type]
    with pytest.raises(WorkspaceError):
        workspace.catalog.apply(None, CatalogChanges(tables=[good, broken]))
    assert workspace.catalog.node(good.node.id) is None


def test_two_accounts_never_collide(workspace: SqliteWorkspace) -> None:
    other = "aws:2:eu-west-1"
    workspace.catalog.apply(None, CatalogChanges(tables=[table("t", []), table("t", [], source=other)]))
    with pytest.raises(InputError, match="more than one account"):
        workspace.catalog.node("glue-table-db-t")
    found = workspace.catalog.node("glue-table-db-t", other)
    assert found is not None
    assert found.node.source == other


def test_edges_only_between_known_nodes_and_glue_edges_are_replaced(workspace: SqliteWorkspace) -> None:
    a, b = table("a", []), table("b", [])
    ghost = NodeRef(SOURCE, "glue-table-db-ghost")
    changes = CatalogChanges(
        tables=[a, b],
        edges=[Edge(a.node.ref, b.node.ref, "derives", "glue"), Edge(ghost, b.node.ref, "derives", "glue")],
    )
    workspace.catalog.apply(None, changes)
    start = workspace.catalog.node(a.node.id)
    assert start is not None
    assert len(workspace.catalog.edges([start.key], "downstream")) == 1
    workspace.catalog.apply(None, CatalogChanges(tables=[b]))
    assert workspace.catalog.edges([start.key], "downstream") == []


def test_history_journals_and_counts(workspace: SqliteWorkspace) -> None:
    history = workspace.history
    query_id = history.begin_query(
        QueryRecord(0, "athena", SOURCE, "SELECT 'Ünï'", submitted_at="2026-01-01T00:00:00.000Z")
    )
    history.update_query(query_id, execution_id="e1", state="SUCCEEDED", cost_usd=0.5)
    assert history.queries("Ünï select")[0].execution_id == "e1"
    assert history.queries("100% _") == []
    assert history.spend("2025-12-31T00:00:00.000Z", "athena") == (1, 0.5)
    with pytest.raises(ValueError):
        history.update_query(query_id, **{"sql = '' --": 1})


CHILD = """
import sys, time
from pathlib import Path
from dataops_desktop.storage.workspace import SqliteWorkspace
from dataops_desktop.interfaces.workspace import QueryRecord
w = SqliteWorkspace(Path(sys.argv[1]))
w.syncs.begin_sync("glue", "s")
w.history.begin_query(QueryRecord(0, "athena", "s", "SELECT 1", submitted_at="2026-01-01", execution_id="abc", state="RUNNING"))
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_program_leaves_interrupted_runs_and_findable_queries(tmp_path: Path) -> None:
    path = tmp_path / "w.dataops"
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    alive = SqliteWorkspace(path)
    assert alive.syncs.sync_runs()[0].state == "running"
    assert alive.history.unfinished_queries() == []
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert alive.syncs.sync_runs()[0].state == "interrupted"
    assert [q.execution_id for q in alive.history.unfinished_queries()] == ["abc"]
    alive.close()


def test_large_search_stays_quick(workspace: SqliteWorkspace) -> None:
    tables = [table(f"t_{i:05d}_{'abcdefgh'[i % 8]}x", [Column(f"col{i % 50}", "int")]) for i in range(3000)]
    workspace.catalog.apply(None, CatalogChanges(tables=tables))
    started = time.perf_counter()
    assert len(workspace.catalog.search("t", 50)) == 50
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("vendor", 2),
        ("VENDOR_id", 1),
        ("endor", 2),
        ("vendor 100%", 1),
        ("0%", 1),
        ("_", 1),
        ('"odd"', 1),
        ("it's", 1),
        ("é", 1),
        ("id", 1),
        ("nothing", 0),
        ("", 4),
        ("NOT AND OR *", 0),
    ],
)
def test_history_is_searched_by_any_part(workspace: SqliteWorkspace, text: str, found: int) -> None:
    for sql in (
        "SELECT vendor_id FROM a",
        "SELECT vendor, '100%' FROM b",
        'SELECT "odd" FROM c',
        "SELECT 'it''s é it's'",
    ):
        workspace.history.begin_query(QueryRecord(0, "athena", "aws:1:x", sql))
    assert len(workspace.history.queries(text)) == found
    assert len(workspace.history.queries(text, 1)) == min(found, 1)


def test_a_workspace_of_the_version_before_moves_on(tmp_path: Path) -> None:
    """Everything of format 4 is there in format 5: found, related, counted, and no change is made up."""
    path = tmp_path / "w.dataops"
    old = Database(path, MIGRATIONS[:4])
    with old.write() as db:
        db.execute(
            "INSERT INTO node (node_key, source, id, type, name, properties, content_hash, created_at, updated_at) VALUES "
            "(1, ?1, 'glue-db-db', 'glue-database', 'db', '{\"tableCount\": 1}', 'x', '2026-01-01', '2026-01-01')",
            (SOURCE,),
        )
        db.execute(
            "INSERT INTO node (node_key, source, id, type, name, parent_key, properties, content_hash, quality, created_at, updated_at) VALUES "
            "(2, ?1, 'glue-table-db-orders', 'glue-table', 'db.orders', 1, ?2, 'old', 70, '2026-01-01', '2026-01-01')",
            (SOURCE, '{"database": "db", "tableName": "orders", "kind": "table", "owner": "trade"}'),
        )
        db.execute("INSERT INTO column_of VALUES (2, 0, 'amount', 'double', '', 0)")
        db.execute(
            "INSERT INTO node_search (rowid, name, columns, description) VALUES (2, 'db.orders', 'amount', '')"
        )
        db.execute(
            "INSERT INTO query (query_id, engine, source, sql, state, submitted_at, cost_usd, tables, pid) VALUES "
            "(1795600800000000, 'athena', ?1, 'SELECT 1', 'SUCCEEDED', '2026-11-25T10:00:00Z', 3.0, 'db.orders' || char(10) || 'db.other', 1)",
            (SOURCE,),
        )
    old.close()
    store = SqliteWorkspace(path)
    try:
        assert [hit.name for hit in store.catalog.search("ord", 5)] == ["db.orders"]
        assert store.catalog.search("amount", 5)[0].column == "amount"
        assert dict(store.catalog.facets("")["owner"]) == {"trade": 1}
        assert store.history.table_use("db.orders") == (1, 1.5)
        assert store.catalog.count_uses() == 1
        store.catalog.apply(None, CatalogChanges(tables=[table("orders", [Column("amount", "double")])]))
        assert len(store.snapshots.versions(2)) == 1, "the new format is no change of the table"
        assert store.snapshots.state_at(2, "2026-01-02") is not None
    finally:
        store.close()


def test_the_connections_are_as_they_should_be(tmp_path: Path) -> None:
    """A list of pragmas in one go stops at the first that answers."""
    database = Database(tmp_path / "w.dataops")
    found = {
        name: next(database._writer.execute(f"PRAGMA {name}"))[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 2, "foreign_keys": 1}
    assert next(database.reader().execute("PRAGMA foreign_keys"))[0] == 1
    database.close()
