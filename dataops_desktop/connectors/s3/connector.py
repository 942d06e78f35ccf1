"""Amazon S3 as an ObjectStore. Listings come a page at a time; keys are asked for URL-encoded and decoded here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from dataops_desktop.aws.check import checked
from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import NotFoundError, PermissionDeniedError, ProtocolError, ServiceError
from dataops_desktop.interfaces.clock import iso
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, ConnectionOptions
from dataops_desktop.interfaces.object_store import Bucket, ObjectEntry, ObjectPage

DOWNLOAD_PART = 1 << 20
ERROR_PACK = (
    ErrorRule(
        "NoSuchBucket",
        lambda _: NotFoundError(
            "There is no such bucket.", "Check its name and the account you are signed in to."
        ),
    ),
    ErrorRule(
        "PermanentRedirect",
        lambda _: ServiceError(
            "The bucket lives in another region.", "Choose that region for this connection."
        ),
    ),
    ErrorRule(
        "AllAccessDisabled",
        lambda _: PermissionDeniedError("All access to this bucket is disabled.", "Ask its owner."),
    ),
)


class S3Connector:
    """One account's buckets."""

    id = "s3"

    def __init__(self, options: ConnectionOptions) -> None:
        self._session = AwsSession(options)

    @property
    def source(self) -> str:
        """`aws:<account>:<region>`."""
        return self._session.source()

    def capabilities(self) -> tuple[Capability, ...]:
        """Listing works everywhere; transfers are not in this version."""
        return (
            Capability("browse", True),
            Capability("upload", False, "Uploading is not in this version yet."),
            Capability("download", False, "Downloading is not in this version yet."),
        )

    def check(self) -> ConnectionCheck:
        """ListBuckets."""

        def call() -> ConnectionCheck:
            count = len(self.buckets())
            return ConnectionCheck(
                "connected",
                f"{count} {'bucket' if count == 1 else 'buckets'} accessible",
                counts={"buckets": count},
            )

        return checked(call)

    def buckets(self) -> list[Bucket]:
        """Every bucket, in one or more pages."""
        client = self._session.client("s3")
        found: list[Bucket] = []
        token: str | None = None
        while True:
            with aws_call("s3", "ListBuckets", ERROR_PACK):
                answer = client.list_buckets(
                    MaxBuckets=1000, **({"ContinuationToken": token} if token else {})
                )
            for item in required(answer, "Buckets", "s3", "ListBuckets"):
                created = item.get("CreationDate")
                found.append(
                    Bucket(item["Name"], item.get("BucketRegion", ""), iso(created) if created else "")
                )
            token = answer.get("ContinuationToken")
            if not token:
                return found

    def page(self, bucket: str, prefix: str, max_keys: int, token: str | None) -> ObjectPage:
        """One page right below a prefix. The folder's own zero-byte marker is left out."""
        answer = self._list(bucket, prefix, max_keys, token, Delimiter="/")
        folders = tuple(unquote_plus(item["Prefix"]) for item in answer.get("CommonPrefixes", []))
        entries = [ObjectEntry(folder, 0, "", "", True) for folder in folders]
        entries += [entry for entry in _entries(answer) if entry.key != prefix]
        return ObjectPage(tuple(entries), folders, answer.get("NextContinuationToken"))

    def objects(self, bucket: str, prefix: str, limit: int) -> tuple[list[ObjectEntry], bool]:
        """Whole pages until `limit` is reached."""
        found: list[ObjectEntry] = []
        token: str | None = None
        while True:
            answer = self._list(bucket, prefix, 1000, token)
            found += _entries(answer)
            token = answer.get("NextContinuationToken")
            if not token or len(found) >= limit:
                return found, not token

    def read_tail(self, bucket: str, key: str, length: int) -> bytes:
        """GetObject with a suffix range."""
        with aws_call("s3", "GetObject", ERROR_PACK):
            answer = self._session.client("s3").get_object(Bucket=bucket, Key=key, Range=f"bytes=-{length}")
            with answer["Body"] as body:
                return bytes(body.read())

    def read_range(self, bucket: str, key: str, start: int, length: int) -> bytes:
        """GetObject with a range."""
        with aws_call("s3", "GetObject", ERROR_PACK):
            answer = self._session.client("s3").get_object(
                Bucket=bucket, Key=key, Range=f"bytes={start}-{start + length - 1}"
            )
            with answer["Body"] as body:
                data = bytes(body.read())
        if len(data) != length:
            raise ProtocolError(
                f"s3://{bucket}/{key} answered {len(data):,} of {length:,} bytes.", "Try again."
            )
        return data

    def upload(self, bucket: str, key: str, path: Path, sent: Callable[[int], None]) -> None:
        """PutObject, or a multipart upload that is aborted where it fails."""
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            sent(done)

        with aws_call("s3", "PutObject", ERROR_PACK):
            self._session.client("s3").upload_file(str(path), bucket, key, Callback=count)

    def download(self, bucket: str, key: str, path: Path, most: int, received: Callable[[int], None]) -> int:
        """GetObject with a range; an empty object has none to ask for."""
        client, done = self._session.client("s3"), 0
        with aws_call("s3", "HeadObject", ERROR_PACK):
            size = int(client.head_object(Bucket=bucket, Key=key)["ContentLength"])
        with path.open("wb") as file:
            if not size:
                return 0
            with aws_call("s3", "GetObject", ERROR_PACK):
                answer = client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{most - 1}")
                with closing(answer["Body"]) as body:
                    for part in body.iter_chunks(DOWNLOAD_PART):
                        file.write(part)
                        done += len(part)
                        received(done)
        if done < min(most, size):
            raise ProtocolError(f"s3://{bucket}/{key} ended after {done:,} bytes.", "Try again.")
        return size

    def delete(self, bucket: str, key: str) -> None:
        """DeleteObject."""
        with aws_call("s3", "DeleteObject", ERROR_PACK):
            self._session.client("s3").delete_object(Bucket=bucket, Key=key)

    def _list(
        self, bucket: str, prefix: str, max_keys: int, token: str | None, **more: Any
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "Bucket": bucket, "Prefix": prefix, "MaxKeys": max_keys, "EncodingType": "url", **more,
        }  # fmt: skip
        if token:
            arguments["ContinuationToken"] = token
        with aws_call("s3", "ListObjectsV2", ERROR_PACK):
            answer: dict[str, Any] = self._session.client("s3").list_objects_v2(**arguments)
        # An empty folder has no Contents, so completeness shows in the members S3 always sends.
        if "KeyCount" not in answer or "IsTruncated" not in answer or "Name" not in answer:
            raise ProtocolError(
                f"s3:ListObjectsV2 of {bucket} answered without its fields.",
                "The connection was cut or a proxy answered instead. Try again.",
            )
        return answer

    def reconnect(self) -> None:
        """Read the profile's credentials again."""
        self._session.reconnect()

    def close(self) -> None:
        """Close connections."""
        self._session.close()


def _entries(answer: dict[str, Any]) -> list[ObjectEntry]:
    encoded = answer.get("EncodingType") == "url"
    return [
        ObjectEntry(
            unquote_plus(item["Key"]) if encoded else item["Key"],
            int(item.get("Size", 0)),
            iso(item["LastModified"]),
            item.get("StorageClass", "STANDARD"),
            False,
        )
        for item in answer.get("Contents", [])
    ]


def create(options: ConnectionOptions) -> S3Connector:
    """The manifest's factory."""
    return S3Connector(options)
