"""Partitions found, registered, projected and queried; lifecycle rules put as a whole and only over what was read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.execute_athena_query import ExecuteAthenaQueryOptions, execute_athena_query
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.s3_lifecycle import S3Lifecycles
from dataops_desktop.actions.s3_partitions import PartitionPlan, S3Partitions
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.errors import InputError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Column, Table
from dataops_desktop.objects.addresses import ObjectAddress
from dataops_desktop.objects.lifecycle import Rule
from tests.conftest import Cloud

CSV = {
    "library": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "parameters": {"field.delim": ",", "skip.header.line.count": "1"},
    "inputFormat": "org.apache.hadoop.mapred.TextInputFormat", "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
}  # fmt: skip


class Lake:
    """A bucket with a table over dated folders."""

    def __init__(self, context: ActionContext, cloud: Cloud, folder: str) -> None:
        self.context, self.client, self.glue = context, cloud.client("s3"), cloud.client("glue")
        self.partitions = S3Partitions(context, S3Cases(context))
        self.folder = folder
        self.client.create_bucket(Bucket="lake")

    def put(self, *inner: str) -> None:
        for name in inner:
            self.client.put_object(Bucket="lake", Key=f"{self.folder}/{name}", Body=b"id,v\n1,2\n3,4\n")

    def table(self, *keys: tuple[str, str]) -> None:
        table = Table(
            "contracts_db", self.folder, (Column("id", "int"), Column("v", "int")), tuple(Column(*key) for key in keys), location=f"s3://lake/{self.folder}/",
            storage_format="csv", serde=CSV, parameters={"skip.header.line.count": "1"},
        )  # fmt: skip
        glue = asyncio.run(self.context.connector("glue"))
        glue.create_table(table)
        asyncio.run(sync_glue_catalog(self.context, SyncGlueCatalogOptions(("contracts_db",))))

    def look(self, **more: Any) -> PartitionPlan:
        return asyncio.run(
            self.partitions.look(
                ObjectAddress("lake", f"{self.folder}/"), lambda _: None, CancelToken(), **more
            )
        )

    def count(self, where: str = "") -> int:
        sql = f"SELECT count(*) AS n FROM {self.folder} {where}"
        return int(
            asyncio.run(
                execute_athena_query(self.context, ExecuteAthenaQueryOptions(sql, "contracts_db"))
            ).results[0]["n"]
        )


@pytest.fixture
def lake(context: ActionContext, cloud: Cloud, request: pytest.FixtureRequest) -> Any:
    made = Lake(context, cloud, request.node.name.removeprefix("test_")[:30])
    yield made
    try:
        made.glue.delete_table(DatabaseName="contracts_db", Name=made.folder)
    except made.glue.exceptions.EntityNotFoundException:
        return


def test_plain_dates_are_registered_and_read(lake: Lake) -> None:
    lake.put("2024/01/30/a.csv", "2024/01/31/a.csv", "2024/02/01/a.csv")
    lake.table(("year", "int"), ("month", "string"), ("day", "string"))
    plan = lake.look()
    assert (plan.why_not, len(plan.new), plan.gone, plan.files) == ("", 3, (), 3)
    assert (
        lake.partitions.alter_statements(plan)[0].splitlines()[1]
        == f"  PARTITION (`year` = 2024, `month` = '01', `day` = '30') LOCATION 's3://lake/{lake.folder}/2024/01/30/'"
    )
    assert asyncio.run(lake.partitions.register(plan, lambda _: None, CancelToken())) == (3, [])
    assert lake.count() == 6
    assert lake.count("WHERE month = '02'") == 2
    again = lake.look()
    assert (len(again.new), again.gone) == (0, ())
    lake.client.delete_object(Bucket="lake", Key=f"{lake.folder}/2024/01/30/a.csv")
    lake.put("2024/02/02/a.csv")
    changed = lake.look()
    assert [p.values for p in changed.new] == [("2024", "02", "02")]
    assert [p.values for p in changed.gone] == [("2024", "01", "30")]
    node = lake.context.workspace.catalog.node(f"glue-table-contracts_db-{lake.folder}")
    assert node is not None
    assert len(lake.context.workspace.catalog.partitions(node.key)) == 3


def test_statements_register_as_well(lake: Lake) -> None:
    lake.put("dt=2024-01-01/a.csv", "dt=2024-01-02/b.csv", "dt=it's/c.csv")
    lake.table(("dt", "string"))
    plan = lake.look()
    for statement in lake.partitions.alter_statements(plan):
        asyncio.run(execute_athena_query(lake.context, ExecuteAthenaQueryOptions(statement, "contracts_db")))
    assert lake.look().new == ()
    assert lake.count("WHERE dt = '2024-01-02'") == 2


def test_projection_computes_them(lake: Lake) -> None:
    lake.put("2024-01-01/a.csv", "2024-01-02/a.csv")
    lake.table(("dt", "string"))
    plan = lake.look()
    parameters = asyncio.run(lake.partitions.project(plan))
    assert parameters["storage.location.template"] == f"s3://lake/{lake.folder}/${{dt}}/"
    assert lake.count("WHERE dt = '2024-01-02'") == 2
    assert "projection" in lake.look().why_not


def test_what_does_not_fit_is_said(lake: Lake) -> None:
    lake.put("dt=2024-01-01/a.csv", "loose.csv")
    with pytest.raises(InputError):
        asyncio.run(lake.partitions.register(lake.look(), lambda _: None, CancelToken()))
    assert "No table" in lake.look().why_not
    lake.table(("day", "string"))
    plan = lake.look()
    assert "partitioned by day" in plan.why_not
    assert [o.cause for o in plan.oddities] == ["unmatched"]
    with pytest.raises(NotFoundError):
        asyncio.run(lake.partitions.look(ObjectAddress("lake", "nothing/"), lambda _: None, CancelToken()))


@pytest.fixture
def rules(context: ActionContext, cloud: Cloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="aging")
    client.delete_bucket_lifecycle(Bucket="aging")
    return S3Lifecycles(context, S3Cases(context)), client


def test_rules_are_put_whole_and_kept_whole(rules: Any) -> None:
    cases, client = rules
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 9}}
    client.put_bucket_lifecycle_configuration(Bucket="aging", LifecycleConfiguration={"Rules": [theirs]})
    before = asyncio.run(cases.read("aging"))
    mine = Rule(
        "mine",
        prefix="logs/",
        transitions=((30, "STANDARD_IA"), (90, "GLACIER")),
        expire_days=365,
        abort_days=None,
    )
    planned = cases.planned(before, [*before.rules, mine])
    assert '"theirs"' in planned
    after = asyncio.run(cases.put(before, [*before.rules, mine]))
    assert [rule.rule_id for rule in after.rules] == ["theirs", "mine"]
    assert after.rules[1].transitions == mine.transitions
    with pytest.raises(InputError, match="somebody else"):
        asyncio.run(cases.put(before, []))
    with pytest.raises(InputError, match="before they have moved"):
        asyncio.run(cases.put(after, [replace(mine, expire_days=80)]))
    assert asyncio.run(cases.put(after, [])).rules == ()
    with pytest.raises(client.exceptions.ClientError):
        client.get_bucket_lifecycle_configuration(Bucket="aging")


def test_savings_of_what_lies_there(rules: Any) -> None:
    cases, client = rules
    client.put_object(Bucket="aging", Key="logs/big", Body=b"x" * 200_000)
    client.put_object(Bucket="aging", Key="logs/small", Body=b"x")
    found = asyncio.run(
        cases.estimate(
            "aging", Rule("r", prefix="logs/", transitions=((0, "GLACIER"),)), lambda _: None, CancelToken()
        )
    )
    assert (found.moved_bytes, found.deleted_bytes) == (200_000, 0)
    assert found.usd_per_month > 0
    with pytest.raises(InputError):
        asyncio.run(cases.estimate("aging", Rule("r", tags=(("a", "b"),)), lambda _: None, CancelToken()))
