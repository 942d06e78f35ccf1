"""Bar 5: where the answer to a start does not come, the service has seen it exactly once."""

from __future__ import annotations

from typing import Any

import pytest

from dataops_desktop.aws import session as aws_session
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.athena.connector import AthenaConnector
from dataops_desktop.connectors.glue.connector import GlueConnector
from dataops_desktop.errors import ConnectionFailedError
from dataops_desktop.interfaces.query_engine import QueryRequest
from tests.conftest import Cloud


@pytest.fixture
def session(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As everywhere, but that it gives up after a second instead of sixty."""
    config = aws_session.default_config
    monkeypatch.setattr(aws_session, "default_config", lambda options: {**config(options), "read_timeout": 1})
    made = AwsSession(cloud.options)
    yield made
    made.close()


def test_a_query(session: AwsSession, cloud: Cloud) -> None:
    cloud.fault("latency", operation="StartQueryExecution", latency_ms=2500)
    with pytest.raises(ConnectionFailedError):
        AthenaConnector(session).start(
            QueryRequest("select 1", database="contracts_db", token="dataops-" + "b" * 40)
        )
    assert cloud.requests()["athena:StartQueryExecution"] == 1


def test_a_job_and_a_crawler(session: AwsSession, cloud: Cloud) -> None:
    etl = GlueConnector(session).etl
    for operation, start in (
        ("StartJobRun", lambda: etl.start_job(etl.jobs()[0].name, {})),
        ("StartCrawler", lambda: etl.start_crawler("nyc-flights-crawler")),
    ):
        cloud.clear()
        cloud.fault("latency", operation=operation, latency_ms=2500)
        with pytest.raises(ConnectionFailedError):
            start()
        assert cloud.requests()[f"glue:{operation}"] == 1


def test_reading_is_tried_again(session: AwsSession, cloud: Cloud) -> None:
    """The other way round: what costs nothing does not fail over one late answer."""
    cloud.fault("latency", operation="GetDatabases", latency_ms=2500, times=1)
    assert GlueConnector(session).databases()
    assert cloud.requests()["glue:GetDatabases"] >= 2
