"""Importing one table, without any service: what is stored, what is warned about."""

from __future__ import annotations

from dataops_desktop.actions.glue_import import PARAMETER_LIMIT, bucket_of, import_table
from dataops_desktop.actions.local_schema import LocalSchema
from dataops_desktop.actions.query_lineage import TITLE_LENGTH, query_title
from dataops_desktop.interfaces.catalog import Column, Partition, PartitionPage, Table
from dataops_desktop.interfaces.catalog_store import TableWrite

NONE = PartitionPage((), True)


def messages(made: TableWrite) -> list[str]:
    return [warning.message for warning in made.warnings]


def test_hostile_tables_are_stored_and_bounded() -> None:
    table = Table(
        "a-b",
        "x'\"\n‮",
        (Column("c", "int"),),
        parameters={"big": "y" * 1_000_000, "projection.enabled": "true"},
        location="hdfs://x/",
    )
    imported = import_table("s", table, NONE)
    assert imported.node.id == "glue-table-a%2Db-x'\"\n‮"
    assert len(imported.node.properties["parameters"]["big"]) == PARAMETER_LIMIT
    assert imported.related == []
    assert imported.edges == []


def test_warnings_by_cause() -> None:
    keyed = Table(
        "d",
        "t",
        (Column("a", "double", "c"),),
        (Column("y", "int", "c"),),
        description="x",
        owner="o",
        row_count=1,
        storage_format="parquet",
    )
    odd = PartitionPage((Partition(("1",), columns=(Column("a", "string"),)),), True)
    assert [w.split(":")[0] for w in messages(import_table("s", keyed, odd))] == ["Column types mismatch"]
    assert "No partitions are registered" in messages(import_table("s", keyed, NONE))
    bare = messages(import_table("s", Table("d", "t"), NONE))
    assert [w.split(":")[0].split(" (")[0] for w in bare] == [
        "Missing columns",
        "No description",
        "Low quality",
    ]


def test_views_derive_from_what_they_read_even_when_broken() -> None:
    view = Table(
        "d", "v", (Column("a", "int"),), kind="view", view_sql="SELECT * FROM t JOIN other.u ON true"
    )
    assert [edge.from_ref.id for edge in import_table("s", view, NONE).edges] == [
        "glue-table-d-t",
        "glue-table-other-u",
    ]
    broken = Table("d", "v", (Column("a", "int"),), kind="view", view_sql="SELECT FROM FROM")
    assert import_table("s", broken, NONE).edges == []


def test_small_things() -> None:
    assert [bucket_of(x) for x in ("s3://b/k", "s3a://b", "s3n://b/", "", "file:///b")] == [
        "b",
        "b",
        "b",
        "",
        "",
    ]
    assert query_title("SELECT\n  1") == "SELECT 1"
    assert len(query_title("x " * 100)) == TITLE_LENGTH


def test_schema_reads_once_and_forgets() -> None:
    class Store:
        calls = 0

        def children(self, key: object, kind: object) -> list[object]:
            self.calls += 1
            return []

        names = children

    store = Store()
    schema = LocalSchema(store)  # type: ignore[arg-type]
    assert schema.databases() == []
    assert schema.columns("d", "t") == []
    schema.databases()
    assert store.calls == 1
    schema.forget()
    assert schema.table_key("d", "t") is None
    assert store.calls == 2
