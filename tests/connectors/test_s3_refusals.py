"""What S3 refuses and why, in words; keys with line ends; buckets of other regions; servers that are not AWS's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.s3.connector import S3Connector
from dataops_desktop.errors import InputError, PermissionDeniedError, ProtocolError, ServiceError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.object_store import WriteOptions
from tests.conftest import Cloud

KEYS = {"access_key_id": "a", "secret_access_key": "b", "region": "us-east-1"}


@pytest.fixture
def connector(cloud: Cloud) -> Iterator[S3Connector]:
    made = S3Connector(AwsSession(cloud.options))
    cloud.client("s3").create_bucket(Bucket="refusals")
    cloud.client("s3").put_object(Bucket="refusals", Key="a", Body=b"abc")
    yield made
    made.close()


def test_a_key_that_refuses(connector: S3Connector, cloud: Cloud) -> None:
    message = "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k"
    cloud.fault("access_denied", operation="GetObject", message=message)
    with pytest.raises(PermissionDeniedError, match="encryption key") as caught:
        connector.read_range("refusals", "a", 0, 3)
    assert "kms:Decrypt" in caught.value.remedy


def test_the_archive(connector: S3Connector, cloud: Cloud) -> None:
    cloud.fault(
        "access_denied",
        operation="GetObject",
        code="InvalidObjectState",
        status=403,
        message="The operation is not valid for the object's storage class",
    )
    with pytest.raises(ServiceError, match="archive") as caught:
        connector.read_tail("refusals", "a", 3)
    assert "Restore" in caught.value.remedy


def test_an_object_that_is_another_one_by_now(connector: S3Connector) -> None:
    with pytest.raises(InputError, match="not what it was"):
        connector.read_range("refusals", "a", 0, 3, '"another"')
    with pytest.raises(ProtocolError):
        connector.read_range("refusals", "a", 50, 3)


def test_bytes_that_changed_on_the_way(connector: S3Connector) -> None:
    with pytest.raises(ProtocolError, match="did not arrive"):
        connector.transfers.put("refusals", "b", b"abc", 3, 12345, WriteOptions())
    assert [e.key for e in connector.page("refusals", "", 10, None).entries] == ["a"]


class _Redirecting(BaseHTTPRequestHandler):
    """A region's S3 that does not have the bucket, and the one that has."""

    protocol_version = "HTTP/1.1"
    seen: list[str]

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self.send_response(301)
        self.send_header("x-amz-bucket-region", "eu-west-3")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        region = self.headers["Authorization"].split("/")[2]
        type(self).seen.append(region)
        if region != "eu-west-3":
            body = b"<Error><Code>PermanentRedirect</Code><Message>Please send all future requests to this endpoint.</Message></Error>"
            self.send_response(301)
            self.send_header("x-amz-bucket-region", "eu-west-3")
        else:
            body = b"<ListBucketResult><Name>far</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def test_a_bucket_of_another_region_is_followed() -> None:
    _Redirecting.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Redirecting)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    found = S3Connector(
        AwsSession(ConnectionOptions(endpoint_url=f"http://127.0.0.1:{server.server_port}", **KEYS))
    )
    try:
        assert found.region("far") == "eu-west-3"
        assert found.page("far", "", 10, None).entries == ()
        assert _Redirecting.seen[-1] == "eu-west-3"
        assert "eu-west-3" in found.edits.presign("far", "k", "GET", 60)
    finally:
        found.close()
        server.shutdown()
        server.server_close()


@pytest.fixture
def small_server() -> Iterator[str]:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.s3_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    yield child.stdout.readline().strip()
    child.kill()
    child.communicate()


def test_keys_with_line_ends_on_another_server(small_server: str) -> None:
    found: Any = S3Connector(AwsSession(ConnectionOptions(endpoint_url=small_server, **KEYS)))
    keys = ["new\nline", "tab\there", "cr\rlf", "plain", "percent%0Aencoded", "plus+and space"]
    try:
        assert found.source == "aws:unknown:us-east-1"
        for key in keys:
            found.transfers.put(
                "b", key, key.encode(), len(key), __import__("zlib").crc32(key.encode()), WriteOptions()
            )
        listed, _ = found.objects("b", "", 100)
        assert {entry.key for entry in listed} == set(keys)
        for key in keys:
            assert found.read_range("b", key, 0, len(key)) == key.encode()
        assert found.edits.delete("b", [("new\nline", ""), ("tab\there", "")]) == ([], [])
        assert found.settings.access_points() == []
    finally:
        found.close()
