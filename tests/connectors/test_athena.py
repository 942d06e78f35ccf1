"""Athena: the contract, exact types, and starts that are never sent twice."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest

from dataops_desktop.errors import (
    ConnectionFailedError,
    DataOpsError,
    InputError,
    NotFoundError,
    QueryFailedError,
)
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import QueryRequest, QueryStatus
from tests.conftest import Cloud
from tests.connectors.contract import ConnectorContract


class TestAthena(ConnectorContract):
    id = "athena"
    service = "athena"

    def first_call(self, connector: Any) -> Any:
        return connector.workgroups()

    def finished(self, connector: Any, sql: str, **request: Any) -> QueryStatus:
        execution_id = connector.start(QueryRequest(sql, database="contracts_db", **request))
        deadline = time.monotonic() + 20
        while not (status := connector.status(execution_id)).finished:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return status

    def table(self, connector: Any, sql: str) -> Any:
        import pyarrow as pa

        stream = connector.results(self.finished(connector, sql), CancelToken())
        return pa.Table.from_batches(list(stream.batches), stream.arrow_schema)

    def test_values_keep_their_types(self, connector: Any) -> None:
        sql = (
            "select cast(1.50 as decimal(12,2)) a, date '2024-02-29' b, timestamp '2020-01-01 01:02:03.004' c, true d, 1e10 e, "
            "cast(null as varchar) f, '' g, 9007199254740993 h, 'x,\"\n' i, 1 a"
        )
        table = self.table(connector, sql)
        assert table.column_names == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "a"]
        assert [column[0].as_py() for column in table.columns] == [
            Decimal("1.50"), dt.date(2024, 2, 29), dt.datetime(2020, 1, 1, 1, 2, 3, 4000), True, 1e10, None, "", 9007199254740993, 'x,"\n', 1,  # noqa: DTZ001
        ]  # fmt: skip

    def test_empty_results_have_columns_and_no_rows(self, connector: Any) -> None:
        table = self.table(connector, "select vendor_id, amount from contract_spend_2024 where false")
        assert table.num_rows == 0
        assert table.column_names == ["vendor_id", "amount"]

    def test_text_results_are_paged(self, connector: Any) -> None:
        assert "contract_spend" in self.table(connector, "SHOW TABLES").column(0).to_pylist()

    def test_statements_without_rows(self, connector: Any) -> None:
        status = self.finished(connector, "CREATE DATABASE IF NOT EXISTS made_here")
        assert list(connector.results(status, CancelToken()).batches) == []

    def test_refused_statement_has_its_place(self, connector: Any) -> None:
        with pytest.raises(QueryFailedError) as caught:
            connector.start(QueryRequest("select\n  a b c from x"))
        assert (caught.value.line, caught.value.column) == (2, 7)

    def test_wrong_workgroup_and_lost_result(self, connector: Any, cloud: Cloud) -> None:
        with pytest.raises(NotFoundError):
            connector.start(QueryRequest("select 1", workgroup="nope"))
        status = self.finished(connector, "select 1")
        bucket, _, key = status.output_location.removeprefix("s3://").partition("/")
        cloud.client("s3").delete_object(Bucket=bucket, Key=key)
        with pytest.raises(NotFoundError):
            list(connector.results(status, CancelToken()).batches)

    def test_paid_work_is_sent_once_and_a_repeat_with_the_same_token_is_the_same(
        self, connector: Any, cloud: Cloud
    ) -> None:
        cloud.fault("reset", operation="StartQueryExecution", times=1)
        with pytest.raises(ConnectionFailedError):
            connector.start(QueryRequest("select 1", database="contracts_db", token="dataops-" + "a" * 40))
        assert cloud.requests()["athena:StartQueryExecution"] == 1
        first = connector.start(
            QueryRequest("select 1", database="contracts_db", token="dataops-" + "b" * 40)
        )
        again = connector.start(
            QueryRequest("select 1", database="contracts_db", token="dataops-" + "b" * 40)
        )
        assert first == again

    def test_a_cut_result_is_an_error_not_fewer_rows(self, connector: Any, cloud: Cloud) -> None:
        status = self.finished(connector, "select * from contract_spend_2024")
        cloud.fault("html_200", operation="GetObject")
        with pytest.raises(DataOpsError):
            list(connector.results(status, CancelToken()).batches)

    def test_stop_needs_an_id(self, connector: Any) -> None:
        with pytest.raises(InputError):
            connector.stop("")
