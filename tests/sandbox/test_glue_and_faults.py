"""Glue as it really answers, the fault layer, and what is not supported."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import Cloud


def test_pages_are_real(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    name = f"paged_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    for i in range(105):
        glue.create_table(DatabaseName=name, TableInput={"Name": f"t{i:03d}"})
    first = glue.get_tables(DatabaseName=name)
    assert len(first["TableList"]) == 100
    second = glue.get_tables(DatabaseName=name, NextToken=first["NextToken"])
    assert len(second["TableList"]) == 5
    assert "NextToken" not in second
    assert all("UpdateTime" in table and table["VersionId"] == "1" for table in first["TableList"])
    with pytest.raises(ClientError, match="MaxResults"):
        _too_many(cloud)
    glue.delete_database(Name=name)


def _too_many(cloud: Cloud) -> None:
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "glue",
        endpoint_url=cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(parameter_validation=False),
    )
    client.get_tables(DatabaseName="contracts_db", MaxResults=101)


def test_stale_versions_are_refused(cloud: Cloud) -> None:
    glue = cloud.client("glue")
    name = f"v_{time.time_ns()}"
    glue.create_database(DatabaseInput={"Name": name})
    glue.create_table(DatabaseName=name, TableInput={"Name": "t"})
    glue.update_table(DatabaseName=name, TableInput={"Name": "t", "Description": "x"}, VersionId="1")
    with pytest.raises(ClientError) as caught:
        glue.update_table(DatabaseName=name, TableInput={"Name": "t"}, VersionId="1")
    assert caught.value.response["Error"]["Code"] == "ConcurrentModificationException"
    glue.delete_database(Name=name)


def test_crawler_discovers_schema_and_partitions(cloud: Cloud) -> None:
    glue, s3 = cloud.client("glue"), cloud.client("s3")
    stamp = time.time_ns()
    bucket = f"crawl-{stamp}"
    s3.create_bucket(Bucket=bucket)
    for year in (2023, 2024):
        s3.put_object(
            Bucket=bucket,
            Key=f"orders/year={year}/a.csv",
            Body=b"id,amount,day\n1,2.5,2024-01-01\n2,3.5,2024-01-02\n",
        )
    s3.put_object(
        Bucket=bucket, Key="people/p.json", Body=b'{"id": 1, "tags": ["a"], "home": {"zip": "1"}}\n'
    )
    glue.create_crawler(
        Name=f"c{stamp}",
        Role="r",
        DatabaseName=f"d{stamp}",
        Targets={"S3Targets": [{"Path": f"s3://{bucket}/"}]},
    )
    glue.start_crawler(Name=f"c{stamp}")
    deadline = time.monotonic() + 20
    while glue.get_crawler(Name=f"c{stamp}")["Crawler"]["State"] != "READY" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert glue.get_crawler(Name=f"c{stamp}")["Crawler"]["LastCrawl"]["Status"] == "COMPLETED"
    tables = {t["Name"]: t for t in glue.get_tables(DatabaseName=f"d{stamp}")["TableList"]}
    assert {c["Name"]: c["Type"] for c in tables["orders"]["StorageDescriptor"]["Columns"]} == {
        "id": "bigint",
        "amount": "double",
        "day": "date",
    }
    assert tables["orders"]["PartitionKeys"] == [{"Name": "year", "Type": "int"}]
    assert len(glue.get_partitions(DatabaseName=f"d{stamp}", TableName="orders")["Partitions"]) == 2
    assert {c["Name"]: c["Type"] for c in tables["people"]["StorageDescriptor"]["Columns"]}[
        "tags"
    ] == "array<string>"
    glue.delete_database(Name=f"d{stamp}")


@pytest.mark.parametrize(("service", "call"), [("glue", "get_classifiers"), ("kendra", "list_indices")])
def test_missing_operations_answer_an_aws_error(cloud: Cloud, service: str, call: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(cloud.client(service), call)()
    assert caught.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert "<html" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "glue_code", "s3_code"),
    [
        ("throttle", "ThrottlingException", "SlowDown"),
        ("access_denied", "AccessDeniedException", "AccessDenied"),
        ("expired_token", "ExpiredTokenException", "ExpiredToken"),
        ("invalid_credentials", "UnrecognizedClientException", "InvalidAccessKeyId"),
    ],
)
def test_injected_errors(cloud: Cloud, kind: str, glue_code: str, s3_code: str) -> None:
    cloud.fault(kind, service="glue", times=1)
    with pytest.raises(ClientError) as caught:
        cloud.client("glue").get_databases()
    assert caught.value.response["Error"]["Code"] == glue_code
    cloud.fault(kind, service="s3", times=1)
    with pytest.raises(ClientError) as caught:
        cloud.client("s3").list_objects_v2(Bucket="nyc-flights")
    assert caught.value.response["Error"]["Code"] == s3_code
    assert cloud.client("glue").get_databases()["DatabaseList"]


def test_reset_breaks_the_connection_at_once(cloud: Cloud) -> None:
    cloud.fault("reset", operation="GetDatabases", times=1)
    started = time.monotonic()
    with pytest.raises(BotoCoreError):
        cloud.client("glue").get_databases()
    assert time.monotonic() - started < 5


def test_rules_match_skip_and_wait(cloud: Cloud) -> None:
    cloud.fault("access_denied", operation="GetTables", match={"DatabaseName": "finance_db"}, skip=1)
    glue = cloud.client("glue")
    glue.get_tables(DatabaseName="contracts_db")
    glue.get_tables(DatabaseName="finance_db")
    with pytest.raises(ClientError):
        glue.get_tables(DatabaseName="finance_db")
    cloud.clear()
    cloud.fault("latency", operation="GetDatabases", latency_ms=150, times=1)
    started = time.monotonic()
    glue.get_databases()
    assert time.monotonic() - started >= 0.15


def test_control_endpoint_needs_its_token(cloud: Cloud) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{cloud.endpoint}/_sandbox/faults", timeout=5)  # noqa: S310 - loopback
    assert caught.value.code == 403
    caught.value.close()


def test_listens_on_loopback_only(cloud: Cloud) -> None:
    assert cloud.endpoint.startswith("http://127.0.0.1:")
