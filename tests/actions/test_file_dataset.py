"""Files become tables that Athena reads: kept, converted, partitioned; what does not fit is said before anything is written."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.execute_athena_query import ExecuteAthenaQueryOptions, execute_athena_query
from dataops_desktop.actions.file_dataset import FileDataset, FileProposal, MadeDataset
from dataops_desktop.actions.lineage_view import lineage
from dataops_desktop.actions.use_cases import UseCases
from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.objects.addresses import ObjectAddress
from tests.conftest import Cloud

SALES = "Order ID,When,Amount,Region\n" + "".join(
    f"{i},2024-0{i % 3 + 1}-15,{i}.50,{'eu' if i % 2 else 'us'}\n" for i in range(60)
)


class Desk:
    """A bucket for datasets, files to make them of."""

    def __init__(self, context: ActionContext, cloud: Cloud, folder: Path, name: str) -> None:
        self.cases = UseCases(context)
        self.context, self.folder, self.name, self.client = context, folder, name, cloud.client("s3")
        self.client.create_bucket(Bucket="datasets")

    def file(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def propose(self, *paths: Path, **choices: Any) -> FileProposal:
        async def go() -> FileProposal:
            found = await self.cases.file_datasets.propose(list(paths), CancelToken(), choices or None)
            assert found.preview.rows is not None
            found.preview.rows.close()
            return found

        return asyncio.run(go())

    def make(self, proposal: FileProposal, upload: bool = True, **chosen: Any) -> MadeDataset:
        dataset = FileDataset("contracts_db", self.name, f"s3://datasets/{self.name}/", proposal.columns)

        async def go() -> MadeDataset:
            return await self.cases.file_datasets.make(
                proposal, replace(dataset, **chosen), lambda _: None, CancelToken(), upload
            )

        return asyncio.run(go())

    def rows(self, sql: str) -> list[dict[str, Any]]:
        options = ExecuteAthenaQueryOptions(sql.replace(" FROM T", f" FROM {self.name}"), "contracts_db")
        return list(asyncio.run(execute_athena_query(self.context, options)).results)

    def keys(self) -> list[str]:
        return [
            i["Key"].removeprefix(f"{self.name}/")
            for i in self.client.list_objects_v2(Bucket="datasets", Prefix=f"{self.name}/").get(
                "Contents", []
            )
        ]


@pytest.fixture
def desk(context: ActionContext, cloud: Cloud, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    name = "ds_" + "".join(c if c.isalnum() else "_" for c in request.node.name)[5:40].lower()
    yield Desk(context, cloud, tmp_path / "files", name)
    glue = cloud.client("glue")
    try:
        glue.delete_table(DatabaseName="contracts_db", Name=name)
    except glue.exceptions.EntityNotFoundException:
        return


def test_a_csv_becomes_partitioned_parquet(desk: Desk) -> None:
    proposal = desk.propose(desk.file("sales.csv", SALES))
    assert [(c.name, c.type) for c in proposal.columns] == [
        ("order_id", "bigint"),
        ("when", "date"),
        ("amount", "double"),
        ("region", "string"),
    ]
    columns = tuple(replace(c, type="decimal(10,2)") if c.name == "amount" else c for c in proposal.columns)
    made = desk.make(proposal, columns=columns, partition_by=("region",))
    assert (made.rows, made.lost) == (60, {})
    assert {key.split("/")[0] for key in list(desk.keys())} == {"region=eu", "region=us"}
    found = desk.rows(
        "SELECT region, count(*) AS n, sum(amount) AS total FROM T GROUP BY region ORDER BY region"
    )
    assert [(r["region"], r["n"], str(r["total"])) for r in found] == [
        ("eu", 30, "915.00"),
        ("us", 30, "885.00"),
    ]
    node = desk.context.workspace.catalog.node(f"glue-table-contracts_db-{desk.name}")
    assert node is not None
    graph = asyncio.run(lineage(desk.context, node.key))
    assert {"local-file", "s3-bucket"} <= {n.type for n in graph.nodes}
    assert len(desk.context.workspace.catalog.partitions(node.key)) == 2


def test_a_csv_stays_as_it_is(desk: Desk) -> None:
    made = desk.make(desk.propose(desk.file("sales.csv", SALES)), convert=False)
    assert made.rows is None
    assert desk.keys() == ["sales.csv"]
    assert desk.rows("SELECT max(order_id) AS m FROM T") == [{"m": 59}]
    assert desk.rows("SELECT count(*) AS n FROM T WHERE amount > 50")[0]["n"] == 10


def test_values_that_do_not_fit_are_said_first(desk: Desk) -> None:
    proposal = desk.propose(desk.file("odd.csv", "id,v\n1,5\n2,x\n3,\n"))
    columns = tuple(replace(c, type="int") for c in proposal.columns)
    with pytest.raises(InputError, match="1 of v"):
        desk.make(proposal, columns=columns)
    assert desk.keys() == []
    made = desk.make(proposal, columns=columns, allow_null=True)
    assert made.lost == {"v": 1}
    assert [r["v"] for r in desk.rows("SELECT v FROM T ORDER BY id")] == [5, None, None]


def test_json_parquet_excel_and_another_encoding(desk: Desk, tmp_path: Path) -> None:
    lines = desk.propose(
        desk.file(
            "a.jsonl", '{"id": 1, "tags": ["x"], "at": {"y": 2}}\n{"id": 2, "tags": [], "at": {"y": 3}}\n'
        )
    )
    assert (lines.why_convert, [c.type for c in lines.columns]) == (
        "",
        ["bigint", "array<string>", "struct<y:bigint>"],
    )
    array = desk.propose(desk.file("b.json", '[{"id": 1},\n {"id": 2}]'))
    assert "a line a record" in array.why_convert
    with pytest.raises(InputError, match="a line a record"):
        desk.make(array, convert=False)
    assert desk.make(array).rows == 2
    assert [r["id"] for r in desk.rows("SELECT id FROM T ORDER BY id")] == [1, 2]
    latin = desk.propose(desk.file("c.csv", "name;n\nGröße;1\n".encode("cp1252")))
    assert "UTF-8" in latin.why_convert


def test_latin_text_is_converted(desk: Desk) -> None:
    made = desk.make(desk.propose(desk.file("c.csv", "name;n\nGröße;1\n".encode("cp1252"))))
    assert made.rows == 1
    assert desk.rows("SELECT name FROM T") == [{"name": "Größe"}]


def test_a_folder_of_parquet_stays(desk: Desk) -> None:
    for number in range(3):
        out = io.BytesIO()
        pq.write_table(pa.table({"Id": [number], "v": [f"x{number}"]}), out)
        desk.file(f"many/{number % 2}/part.parquet" if number < 2 else "many/part.parquet", out.getvalue())
    proposal = desk.propose(desk.folder / "many")
    assert len(proposal.files) == 3
    desk.make(proposal, convert=False)
    assert len(desk.keys()) == 3  # three files of one name, none lost
    assert [r["id"] for r in desk.rows("SELECT id FROM T ORDER BY 1")] == [0, 1, 2]


def test_quoted_text_keeps_its_commas(desk: Desk) -> None:
    made = desk.make(desk.propose(desk.file("q.csv", 'id,t\n1,"a, b"\n2,"c ""d"""\n')), convert=False)
    assert {c.type for c in made.table.columns} == {"string"}
    assert desk.rows("SELECT t FROM T ORDER BY id")[0] == {"t": "a, b"}


def test_objects_that_lie_there_become_a_table(desk: Desk) -> None:
    desk.client.put_object(Bucket="datasets", Key=f"{desk.name}/a.csv", Body=SALES.encode())

    async def propose() -> FileProposal:
        found = await desk.cases.file_datasets.propose_folder(
            ObjectAddress("datasets", f"{desk.name}/"), CancelToken()
        )
        assert found.preview.rows is not None
        found.preview.rows.close()
        return found

    desk.make(asyncio.run(propose()), upload=False, convert=False)
    assert desk.rows("SELECT count(*) AS n FROM T") == [{"n": 60}]


@pytest.mark.parametrize(
    ("chosen", "word"),
    [
        ({"name": "Not A Name"}, "cannot be a table"), ({"location": "s3://datasets/"}, "not an S3 folder"), ({"name": "vendor_info"}, "already"),
        ({"location": "s3://datasets/taken/"}, "not empty"), ({"partition_by": ("nope",)}, "no column nope"), ({"columns": ()}, "No column"),
    ],
)  # fmt: skip
def test_what_cannot_be_made(desk: Desk, chosen: dict[str, Any], word: str) -> None:
    desk.client.put_object(Bucket="datasets", Key="taken/x", Body=b"1")
    with pytest.raises(InputError, match=word):
        desk.make(desk.propose(desk.file("sales.csv", SALES)), **chosen)
    assert desk.keys() == []


def test_kinds_are_not_mixed_and_pictures_are_no_rows(desk: Desk) -> None:
    with pytest.raises(InputError, match="another kind"):
        desk.propose(desk.file("a.csv", SALES), desk.file("b.json", "{}"))
    with pytest.raises(DataOpsError, match="no rows"):
        desk.propose(desk.file("a.md", "# text"))
    with pytest.raises(InputError, match="no file"):
        desk.propose(desk.folder / "nothing")
