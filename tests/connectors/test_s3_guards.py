"""Every S3 request names its bucket's owner, and new objects are encrypted as the connection says."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import pytest

from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.s3.connector import S3Connector
from dataops_desktop.errors import PermissionDeniedError
from dataops_desktop.interfaces.object_store import WriteOptions
from tests.conftest import Cloud


def asked(connector: S3Connector) -> list[tuple[str, dict[str, Any]]]:
    """Operations and their arguments, as they are built."""
    found: list[tuple[str, dict[str, Any]]] = []
    client = connector._calls.client()
    client.meta.events.register_last("before-parameter-build.s3", lambda params, model, **_: found.append((model.name, dict(params))))  # fmt: skip
    return found


def test_a_bucket_that_changed_hands_is_refused(cloud: Cloud) -> None:
    cloud.client("s3").create_bucket(Bucket="mine-for-now")
    connector = S3Connector(AwsSession(cloud.options))
    assert "mine-for-now" in {bucket.name for bucket in connector.buckets()}
    requests = asked(connector)
    connector.transfers.put("mine-for-now", "a", b"x", 1, zlib.crc32(b"x"), WriteOptions())
    assert requests[0][1]["ExpectedBucketOwner"] == "123456789012"
    cloud.client("s3").delete_object(Bucket="mine-for-now", Key="a")
    cloud.client("s3").delete_bucket(Bucket="mine-for-now")
    thief = AwsSession(replace(cloud.options, role_arn="arn:aws:iam::210987654321:role/Other"))
    thief.client("s3").create_bucket(Bucket="mine-for-now")
    with pytest.raises(PermissionDeniedError):
        connector.transfers.put("mine-for-now", "a", b"x", 1, zlib.crc32(b"x"), WriteOptions())
    thief.client("s3").delete_bucket(Bucket="mine-for-now")
    connector.close()


def test_buckets_of_others_are_not_held_against_them(cloud: Cloud) -> None:
    connector = S3Connector(AwsSession(cloud.options))
    connector.buckets()
    requests = asked(connector)
    connector.page("acme-contracts", "", 5, None)
    connector.page("research-lab", "", 5, None)  # of the other account, which lets everybody in here
    assert "ExpectedBucketOwner" in requests[0][1]
    assert "ExpectedBucketOwner" not in requests[1][1]
    connector.close()


@pytest.mark.parametrize(
    ("sse", "key", "expected"),
    [
        ("", "", None),
        ("SSE-S3", "", {"ServerSideEncryption": "AES256"}),
        (
            "SSE-KMS",
            "arn:aws:kms:us-east-1:123456789012:key/1",
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "arn:aws:kms:us-east-1:123456789012:key/1", "BucketKeyEnabled": True},
        ),
        ("DSSE-KMS", "", {"ServerSideEncryption": "aws:kms:dsse", "BucketKeyEnabled": False}),
    ],
)  # fmt: skip
def test_new_objects_are_encrypted_as_the_connection_says(
    cloud: Cloud, sse: str, key: str, expected: dict[str, Any] | None
) -> None:
    cloud.client("s3").create_bucket(Bucket="guarded-writes")
    connector = S3Connector(AwsSession(replace(cloud.options, sse=sse, kms_key=key)))
    requests = asked(connector)
    connector.transfers.put("guarded-writes", "a", b"x", 1, zlib.crc32(b"x"), WriteOptions())
    connector.transfers.put(
        "guarded-writes", "b", b"x", 1, zlib.crc32(b"x"), WriteOptions(encryption="SSE-S3")
    )
    upload = connector.transfers.begin("guarded-writes", "c", WriteOptions())
    connector.transfers.abort("guarded-writes", "c", upload)
    names = {"ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled"}
    sent = [{n: v for n, v in params.items() if n in names} for name, params in requests if name in {"PutObject", "CreateMultipartUpload"}]  # fmt: skip
    assert sent[0] == sent[2] == (expected or {})
    assert sent[1] == {"ServerSideEncryption": "AES256"}  # what was said for this one upload wins
    connector.close()
