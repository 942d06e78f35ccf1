"""Result objects: typed exactly, read in ranges, whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from dataops_desktop.aws import ranged
from dataops_desktop.aws.ranged import RangedObject
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.athena.connector import RESULT_PACK, AthenaConnector
from dataops_desktop.connectors.athena.decode import arrow_schema, decode_rows, stream_csv, zones_of
from dataops_desktop.errors import CancelledByUserError, DataOpsError, NotFoundError, ProtocolError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import QueryRequest, ResultColumn
from tests.conftest import Cloud

BERLIN = ZoneInfo("Europe/Berlin")


def read(columns: list[ResultColumn], rows: list[list[str | None]]) -> list[pa.Table]:
    """The same rows through the result object and through pages."""
    schema = arrow_schema(columns, zones_of(columns, rows[0]))
    lines = [",".join(f'"{column.name}"' for column in columns)]
    lines += [",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in row) for row in rows]
    body = io.BytesIO(("\n".join(lines) + "\n").encode())
    streamed = pa.Table.from_batches(list(stream_csv(body, columns, schema, CancelToken())), schema)
    return [streamed, pa.Table.from_batches([decode_rows(rows, columns, schema)])]


def test_every_type_is_exact_both_ways() -> None:
    columns = [
        ResultColumn("ts", "timestamp"), ResultColumn("tz", "timestamp with time zone"), ResultColumn("raw", "varbinary"), ResultColumn("t", "time"),
        ResultColumn("d", "decimal", 38, 10), ResultColumn("s", "varchar"), ResultColumn("s", "varchar"), ResultColumn("a", "array"),
        ResultColumn("f", "double"), ResultColumn("b", "boolean"), ResultColumn("day", "date"),
    ]  # fmt: skip
    rows: list[list[str | None]] = [
        ["2024-05-01 12:30:00.250", "2024-05-01 12:30:00.250 Europe/Berlin", "00 ff 7f", "01:02:03.004", "1234567890123456789012345678.1234567890", "", "x\ny", "[a, b]", "1.0E7", "true", "0001-01-01"],
        ["2024-05-01 12:30:00.123456789", "2024-05-01 12:30:00.000 UTC", "", "23:59:59.999", "-0.0000000001", None, 'q"q', None, "NaN", "false", "9999-12-31"],
        [None, "2024-05-01 12:30:00.000 +05:30", None, None, None, "NULL", "", "{k=v}", "-Infinity", None, None],
        ["1969-12-31 23:59:59.999", None, "41", "00:00:00.000", "0", "é🙂", ",", "[]", "0.1", "true", "1970-01-01"],
        ["2024-05-01 12:30:00", "2024-10-27 02:30:00.000 Europe/Berlin", "41", "00:00:00", "0", "a", "b", "[]", "0.1", "true", "1970-01-01"],
    ]  # fmt: skip
    for table in read(columns, rows):
        values = [column.to_pylist() for column in table.columns]
        assert [str(value) for value in values[0][:2]] == [
            "2024-05-01 12:30:00.250000",
            "2024-05-01 12:30:00.123456",
        ]
        assert table.schema.field(1).type == pa.timestamp("us", "Europe/Berlin")
        moments = [
            value and value.timestamp() for value in values[1]
        ]  # datetimes of a repeated hour equal nothing
        assert moments == [value and value.timestamp() for value in (
            dt.datetime(2024, 5, 1, 12, 30, 0, 250_000, tzinfo=BERLIN), dt.datetime(2024, 5, 1, 12, 30, tzinfo=dt.UTC), dt.datetime(2024, 5, 1, 7, 0, tzinfo=dt.UTC), None,
            dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC),
        )]  # fmt: skip
        assert values[2] == [b"\x00\xff\x7f", b"", None, b"A", b"A"]
        assert values[3][:3] == [dt.time(1, 2, 3, 4000), dt.time(23, 59, 59, 999_000), None]
        assert values[4][:3] == [Decimal("1234567890123456789012345678.1234567890"), Decimal("-1E-10"), None]
        assert values[5][:4] == ["", None, "NULL", "é🙂"]
        assert values[6][:4] == ["x\ny", 'q"q', "", ","]
        assert values[7][:3] == ["[a, b]", None, "{k=v}"]
        assert str(values[8][1]) == "nan"
        assert values[10][:2] == [dt.date(1, 1, 1), dt.date(9999, 12, 31)]


def test_what_is_not_of_its_type_names_the_column() -> None:
    for kind, text in (("timestamp", "soon"), ("timestamp with time zone", "2024-05-01 12:30:00.250"), ("varbinary", "xyz"), ("time", "late")):  # fmt: skip
        with pytest.raises(ProtocolError, match="Column when holds a value that is not"):
            read([ResultColumn("when", kind)], [[text]])


def test_a_zone_nobody_knows_is_shown_in_utc() -> None:
    columns = [ResultColumn("at", "timestamp with time zone")]
    assert zones_of(columns, ["2024-05-01 12:30:00.250 Mars/Olympus"]) == {0: "UTC"}
    assert zones_of(columns, [None]) == {0: "UTC"}
    assert zones_of(columns, ["2024-05-01 12:30:00.250 -03:00"]) == {0: "-03:00"}


@pytest.fixture
def thing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An object of some ranges."""
    monkeypatch.setattr(ranged, "FIRST_BYTES", 1000)
    monkeypatch.setattr(ranged, "RANGE_BYTES", 4000)
    data = bytes(i * 7 % 256 for i in range(50_123))
    client = cloud.client("s3")
    client.put_object(Bucket="acme-contracts", Key="ranged/object", Body=data)
    yield client, data
    client.delete_object(Bucket="acme-contracts", Key="ranged/object")


def test_ranges_make_the_whole(thing: Any, cloud: Cloud) -> None:
    client, data = thing
    cloud.clear()
    with RangedObject(client, "acme-contracts", "ranged/object") as body:
        assert body.read() == data
    assert cloud.requests()["s3:GetObject"] == 1 + -(-(len(data) - 1000) // 4000)
    with RangedObject(client, "acme-contracts", "ranged/object") as body:
        assert body.read(10) == data[:10]  # and closed in the middle


def test_a_cut_range_is_asked_again(thing: Any, cloud: Cloud) -> None:
    client, data = thing
    cloud.clear()
    cloud.fault("cut_body", operation="GetObject", times=2)
    with RangedObject(client, "acme-contracts", "ranged/object") as body:
        assert body.read() == data
    cloud.fault("cut_body", operation="GetObject")
    with pytest.raises(DataOpsError):
        RangedObject(client, "acme-contracts", "ranged/object")
    cloud.clear()


def test_an_object_that_goes_or_changes_is_an_error(thing: Any) -> None:
    client, data = thing
    with RangedObject(client, "acme-contracts", "ranged/object", RESULT_PACK) as body:
        body.read(10)
        client.delete_object(Bucket="acme-contracts", Key="ranged/object")
        with pytest.raises(NotFoundError, match="not in S3 any more"):
            body.read()
    with pytest.raises(NotFoundError, match="not in S3 any more"):
        RangedObject(client, "acme-contracts", "ranged/object", RESULT_PACK)
    client.put_object(Bucket="acme-contracts", Key="ranged/object", Body=data)
    cancel = CancelToken()
    with RangedObject(
        client, "acme-contracts", "ranged/object", RESULT_PACK, cancel.raise_if_cancelled
    ) as body:
        cancel.cancel()
        with pytest.raises(CancelledByUserError):
            body.read()


def test_a_deleted_result_says_so(cloud: Cloud) -> None:
    connector = AthenaConnector(AwsSession(cloud.options))
    execution = connector.start(QueryRequest("SELECT 1 AS one", "contracts_db", "primary"))
    while not (status := connector.status(execution)).finished:
        pass
    bucket, _, key = status.output_location.removeprefix("s3://").partition("/")
    cloud.client("s3").delete_object(Bucket=bucket, Key=key)
    with pytest.raises(NotFoundError):
        list(connector.results(status, CancelToken()).batches)
    connector.close()


def test_a_result_deleted_while_it_is_read_says_so(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged, "FIRST_BYTES", 10_000)
    monkeypatch.setattr(ranged, "RANGE_BYTES", 50_000)
    monkeypatch.setattr("dataops_desktop.connectors.athena.decode.BLOCK_BYTES", 5_000)
    connector = AthenaConnector(AwsSession(cloud.options))
    execution = connector.start(QueryRequest("SELECT * FROM flights LIMIT 20000", "flights_db", "primary"))
    while not (status := connector.status(execution)).finished:
        pass
    bucket, _, key = status.output_location.removeprefix("s3://").partition("/")
    batches = iter(connector.results(status, CancelToken()).batches)
    assert next(batches).num_rows
    cloud.client("s3").delete_object(Bucket=bucket, Key=key)
    with pytest.raises(NotFoundError, match="not in S3 any more"):
        list(batches)
    connector.close()
