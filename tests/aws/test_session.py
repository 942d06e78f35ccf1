"""Sessions: endpoints, shared loader, identity, and what is never sent twice."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from dataops_desktop.aws.errors import aws_call, required
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import ConnectionFailedError, CredentialsError, InputError, ProtocolError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.endpoints import require_safe_endpoint
from tests.conftest import Cloud


@pytest.mark.parametrize(
    "url",
    [
        "https://glue.us-east-1.amazonaws.com",
        "http://127.0.0.1:1",
        "http://localhost:9000",
        "http://[::1]:80",
    ],
)
def test_safe_endpoints(url: str) -> None:
    require_safe_endpoint(url)


@pytest.mark.parametrize(
    "url", ["http://example.com", "http://10.0.0.1", "ftp://127.0.0.1", "http://127.0.0.1.evil.com", ""]
)
def test_unsafe_endpoints(url: str) -> None:
    with pytest.raises(InputError):
        require_safe_endpoint(url)


def test_clients_are_kept_and_paid_ones_have_one_attempt(cloud: Cloud) -> None:
    session = AwsSession(cloud.options)
    reading, paying = session.client("athena"), session.client("athena", paid=True)
    assert session.client("athena") is reading
    assert reading is not paying
    assert paying.meta.config.retries["total_max_attempts"] == 1
    assert reading.meta.config.retries["total_max_attempts"] == 8
    session.close()


def test_a_second_session_shares_the_service_models(cloud: Cloud) -> None:
    first, second = AwsSession(cloud.options), AwsSession(cloud.options)
    models = [s._boto3()._session.get_component("data_loader") for s in (first, second)]
    assert models[0] is models[1]


@pytest.fixture
def no_sts() -> Iterator[str]:
    """A server that answers every call with a plain 404, as an S3-only server does to STS."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_without_sts_still_has_an_identity(no_sts: str) -> None:
    options = ConnectionOptions(
        endpoint_url=no_sts, region="eu-west-1", access_key_id="a", secret_access_key="b"
    )
    assert AwsSession(options).source() == "aws:unknown:eu-west-1"


def test_wrong_credentials_are_never_taken_for_a_server_without_sts(cloud: Cloud) -> None:
    cloud.fault("expired_token", service="sts")
    session = AwsSession(cloud.options)
    with pytest.raises(CredentialsError):
        session.source()
    cloud.clear()
    assert session.source() == "aws:123456789012:us-east-1"


def test_unknown_profile_and_missing_members() -> None:
    with pytest.raises(CredentialsError, match="no AWS profile named 'nope'"):
        AwsSession(ConnectionOptions(profile="nope")).client("s3")
    with pytest.raises(ProtocolError, match="without TableList"):
        required({"ResponseMetadata": {}}, "TableList", "glue", "GetTables")


def test_what_is_not_ours_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), aws_call("s3", "GetObject"):
        raise ZeroDivisionError
    with pytest.raises(ConnectionFailedError), aws_call("s3", "GetObject"):
        raise ConnectionResetError("x")
