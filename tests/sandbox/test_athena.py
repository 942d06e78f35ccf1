"""Athena in the sandbox, asked over HTTP as a client would."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Cloud


def run(cloud: Cloud, sql: str, database: str = "contracts_db", **arguments: Any) -> dict[str, Any]:
    athena = cloud.client("athena")
    started = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": database}, **arguments
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
        if execution["Status"]["State"] in {"SUCCEEDED", "FAILED", "CANCELLED"}:
            return dict(execution)
        time.sleep(0.01)
    raise AssertionError("the query never ended")


def rows(cloud: Cloud, execution: dict[str, Any], **arguments: Any) -> list[list[str | None]]:
    answer = cloud.client("athena").get_query_results(
        QueryExecutionId=execution["QueryExecutionId"], **arguments
    )
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer["ResultSet"]["Rows"]]


def ok(cloud: Cloud, sql: str, database: str = "contracts_db", **arguments: Any) -> list[list[str | None]]:
    execution = run(cloud, sql, database, **arguments)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    return rows(cloud, execution)


def reason(cloud: Cloud, sql: str, database: str = "contracts_db") -> str:
    execution = run(cloud, sql, database)
    assert execution["Status"]["State"] == "FAILED"
    return str(execution["Status"]["StateChangeReason"])


def test_values_are_written_as_athena_writes_them(cloud: Cloud) -> None:
    sql = (
        "select 1 a, cast(null as varchar) b, '' c, 1e10 d, cast(1.50 as decimal(5,2)) f, array[1,2] g, map(array['k'],array[1]) h, "
        "row(1,'x') i, timestamp '2020-01-01 01:02:03' j, true m, X'68656c' n, 7/2 o, 1 a, count(*)"
    )
    header, values = ok(cloud, sql)
    assert header == ["a", "b", "c", "d", "f", "g", "h", "i", "j", "m", "n", "o", "a", "_col13"]
    assert values == [
        "1", None, "", "1.0E10", "1.50", "[1, 2]", "{k=1}", "{field0=1, field1=x}", "2020-01-01 01:02:03.000", "true", "68 65 6c", "3", "1", "1",
    ]  # fmt: skip


def test_result_object_tells_null_from_empty_and_has_metadata_beside_it(cloud: Cloud) -> None:
    execution = run(cloud, "select cast(null as varchar) a, '' b, 'x\"y' c")
    bucket, _, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
    s3 = cloud.client("s3")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b'"a","b","c"\n,"","x""y"\n'
    assert s3.head_object(Bucket=bucket, Key=key + ".metadata")["ContentLength"] > 0


def test_partition_and_column_pruning_show_in_the_bytes_scanned(cloud: Cloud) -> None:
    whole = run(cloud, "select * from flights", "flights_db")["Statistics"]["DataScannedInBytes"]
    month = run(cloud, "select * from flights where month = 1", "flights_db")["Statistics"][
        "DataScannedInBytes"
    ]
    column = run(cloud, "select sum(distance) from flights", "flights_db")["Statistics"]["DataScannedInBytes"]
    nothing = run(cloud, "select 1")["Statistics"]["DataScannedInBytes"]
    assert whole > 5_000_000
    assert month < whole / 8
    assert column < whole / 8
    assert nothing == 0


def test_paging_covers_every_row_once(cloud: Cloud) -> None:
    execution = run(cloud, "select employee_id from employees order by 1", "personnel_db")
    athena, token, seen = cloud.client("athena"), None, []
    while True:
        arguments = {"NextToken": token} if token else {}
        answer = athena.get_query_results(
            QueryExecutionId=execution["QueryExecutionId"], MaxResults=120, **arguments
        )
        assert len(answer["ResultSet"]["Rows"]) <= 120
        seen += [row["Data"][0]["VarCharValue"] for row in answer["ResultSet"]["Rows"]]
        token = answer.get("NextToken")
        if not token:
            break
    assert seen == ["employee_id", *(str(i) for i in range(1, 501))]


def test_create_insert_drop_round_trip(cloud: Cloud) -> None:
    ok(cloud, "DROP TABLE IF EXISTS t_round")
    execution = run(
        cloud,
        "CREATE TABLE t_round WITH (format='PARQUET') AS SELECT vendor_id, country FROM vendor_info WHERE country = 'US'",
    )
    assert execution["StatementType"] == "DDL"
    assert execution["Statistics"]["DataScannedInBytes"] > 0
    before = int(ok(cloud, "select count(*) from t_round")[1][0] or 0)
    ok(cloud, "INSERT INTO t_round VALUES ('VEN-999', 'US'), ('VEN-998', NULL)")
    assert int(ok(cloud, "select count(*) from t_round")[1][0] or 0) == before + 2
    assert ["t_round"] in ok(cloud, "SHOW TABLES")
    assert "TABLE_ALREADY_EXISTS" in reason(cloud, "CREATE TABLE t_round AS SELECT 1 a")
    ok(cloud, "DROP TABLE t_round")
    assert (
        reason(cloud, "select * from t_round")
        == "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.contracts_db.t_round' does not exist"
    )


def test_partitioned_ctas_external_table_and_msck(cloud: Cloud) -> None:
    for name in ("t_parts", "t_ext"):
        ok(cloud, f"DROP TABLE IF EXISTS {name}")
    place = f"s3://acme-contracts/parts-{time.time_ns()}/"
    ok(
        cloud,
        f"CREATE TABLE t_parts WITH (format='JSON', external_location='{place}', partitioned_by=ARRAY['country']) AS SELECT vendor_id, country FROM vendor_info",
    )
    assert ["country=DE"] in ok(cloud, "SHOW PARTITIONS t_parts")
    ok(
        cloud,
        f"CREATE EXTERNAL TABLE t_ext (vendor_id string COMMENT 'x') PARTITIONED BY (country string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '{place}'",
    )
    assert ok(cloud, "select count(*) from t_ext")[1] == ["0"]
    repaired = ok(cloud, "MSCK REPAIR TABLE t_ext")
    assert any("Added partition to metastore t_ext:country=DE" in str(row[0]) for row in repaired)
    assert ok(cloud, "select count(*) from t_ext") == ok(cloud, "select count(*) from t_parts")
    assert "country" in str(ok(cloud, "DESCRIBE t_ext"))
    for name in ("t_parts", "t_ext"):
        ok(cloud, f"DROP TABLE {name}")


def test_views_are_stored_as_athena_stores_them_and_expand(cloud: Cloud) -> None:
    ok(cloud, "CREATE OR REPLACE VIEW t_view AS SELECT vendor_id FROM vendor_info WHERE country = 'FR'")
    table = cloud.client("glue").get_table(DatabaseName="contracts_db", Name="t_view")["Table"]
    assert table["TableType"] == "VIRTUAL_VIEW"
    assert table["ViewOriginalText"].startswith("/* Presto View: ")
    assert (
        ok(cloud, "select count(*) from t_view")[1]
        == ok(cloud, "select count(*) from vendor_info where country = 'FR'")[1]
    )
    ok(cloud, "DROP VIEW t_view")


def test_unload_and_parameters_and_prepared(cloud: Cloud) -> None:
    place = f"s3://acme-contracts/unload-{time.time_ns()}/"
    sql = f"UNLOAD (SELECT * FROM vendor_info) TO '{place}' WITH (format='PARQUET')"
    execution = run(cloud, sql)
    assert execution["Status"]["State"] == "SUCCEEDED"
    assert (
        cloud.client("s3").list_objects_v2(Bucket="acme-contracts", Prefix=place.split("/", 3)[3])["KeyCount"]
        == 1
    )
    assert "HIVE_PATH_ALREADY_EXISTS" in reason(cloud, sql)
    counted = ok(cloud, "select count(*) from vendor_info where country = ?", ExecutionParameters=["'US'"])
    ok(cloud, "PREPARE t_prep FROM select count(*) from vendor_info where country = ?")
    assert ok(cloud, "EXECUTE t_prep USING 'US'")[1] == counted[1]
    assert "Incorrect number of parameters: expected 1 but found 0" in reason(
        cloud, "select count(*) from vendor_info where country = ?"
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select nope from vendor_info", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
        (
            "select *\nfrom\n  missing",
            "TABLE_NOT_FOUND: line 3:3: Table 'awsdatacatalog.contracts_db.missing' does not exist",
        ),
        ("select foo(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered"),
        ("select * from nodb.t", "SCHEMA_NOT_FOUND: line 1:20: Schema 'nodb' does not exist"),
        ("select * from finance_db.budget_2024", "PERMISSION_DENIED"),
        ("select cast('x' as integer)", "INVALID_CAST_ARGUMENT"),
    ],
)
def test_failures_speak_as_athena_does(cloud: Cloud, sql: str, expected: str) -> None:
    assert expected in reason(cloud, sql)


@pytest.mark.parametrize("sql", ["selec 1", "select a b c from", "-- only a comment", "select 1; select 2"])
def test_unparsable_statements_are_refused_at_start(cloud: Cloud, sql: str) -> None:
    with pytest.raises(ClientError) as caught:
        run(cloud, sql)
    assert caught.value.response["Error"]["Code"] in {"InvalidRequestException", "ParamValidation"}


def test_cancel_and_idempotent_start(cloud: Cloud) -> None:
    athena = cloud.client("athena")
    sql = "select count(*) from flights a, flights b where a.distance * b.distance > 5"
    token = "t" * 32
    first = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": "flights_db"}, ClientRequestToken=token
    )
    again = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": "flights_db"}, ClientRequestToken=token
    )
    assert first["QueryExecutionId"] == again["QueryExecutionId"]
    athena.stop_query_execution(QueryExecutionId=first["QueryExecutionId"])
    deadline = time.monotonic() + 20
    state = ""
    while state != "CANCELLED" and time.monotonic() < deadline:
        state = athena.get_query_execution(QueryExecutionId=first["QueryExecutionId"])["QueryExecution"][
            "Status"
        ]["State"]
        time.sleep(0.02)
    assert state == "CANCELLED"


def test_workgroups_enforce_their_place(cloud: Cloud) -> None:
    execution = run(
        cloud,
        "select 1",
        WorkGroup="reporting",
        ResultConfiguration={"OutputLocation": "s3://acme-finance/mine/"},
    )
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(
        "s3://dataops-query-results/reporting/"
    )
    with pytest.raises(ClientError, match="WorkGroup nope is not found"):
        run(cloud, "select 1", WorkGroup="nope")


def test_odd_tables(cloud: Cloud) -> None:
    assert ok(cloud, "select count(*) from legacy_data")[1] == ["4"]
    assert "no columns" in reason(cloud, "select * from unreadable_scans", "logistics_db")
    assert ok(cloud, "select value from temp_table order by id", "personnel_db") == [
        ["value"],
        ["a"],
        ["b"],
        [""],
    ]
