"""Amazon S3 as an ObjectStore. Listings come a page at a time; keys are asked for URL-encoded and decoded here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from dataops_desktop.aws.check import checked
from dataops_desktop.aws.errors import aws_call, required
from dataops_desktop.aws.session import AwsSession, shared_session
from dataops_desktop.connectors.s3.calls import ENCRYPTION, ERROR_PACK, S3Calls
from dataops_desktop.connectors.s3.edits import S3Edits
from dataops_desktop.connectors.s3.settings import S3Settings
from dataops_desktop.connectors.s3.transfers import S3Transfers
from dataops_desktop.errors import ProtocolError
from dataops_desktop.interfaces.clock import iso
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, Link
from dataops_desktop.interfaces.object_store import (
    Bucket,
    ObjectEntry,
    ObjectHead,
    ObjectPage,
    ObjectVersion,
)

DOWNLOAD_PART = 1 << 20


class S3Connector:
    """One account's buckets."""

    id = "s3"

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._calls = S3Calls(self._session)
        self.edits = S3Edits(self._calls, self.head)
        self.settings = S3Settings(self._calls)
        self.transfers = S3Transfers(self._calls)

    @property
    def source(self) -> str:
        """`aws:<account>:<region>`."""
        return self._session.source()

    def capabilities(self) -> tuple[Capability, ...]:
        """What works here."""
        return (Capability("browse", True), Capability("upload", True), Capability("download", True))

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

    def pay_for(self, buckets: Sequence[str]) -> None:
        """Requests of these buckets say that the requester pays."""
        self._calls.pay_for(buckets)

    def region(self, bucket: str) -> str:
        """HeadBucket's answer."""
        return self._calls.region(bucket)

    def buckets(self) -> list[Bucket]:
        """Every bucket, in one or more pages."""
        client = self._calls.client()
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
                self._calls.guards.own(self._session.account(), (bucket.name for bucket in found))
                return found

    def page(self, bucket: str, prefix: str, max_keys: int, token: str | None) -> ObjectPage:
        """One page right below a prefix. The folder's own zero-byte marker is left out."""
        answer = self._list(bucket, prefix, max_keys, token, Delimiter="/")
        folders = tuple(unquote_plus(item["Prefix"]) for item in answer.get("CommonPrefixes", []))
        entries = [ObjectEntry(folder, 0, "", "", True) for folder in folders]
        entries += [entry for entry in _entries(answer) if entry.key != prefix]
        return ObjectPage(tuple(entries), folders, answer.get("NextContinuationToken"))

    def below(self, bucket: str, prefix: str, token: str | None) -> tuple[list[ObjectEntry], str | None]:
        """One page at any depth."""
        answer = self._list(bucket, prefix, 1000, token)
        return _entries(answer), answer.get("NextContinuationToken")

    def objects(self, bucket: str, prefix: str, limit: int) -> tuple[list[ObjectEntry], bool]:
        """Whole pages until `limit` is reached."""
        found: list[ObjectEntry] = []
        token: str | None = None
        while True:
            entries, token = self.below(bucket, prefix, token)
            found += entries
            if not token or len(found) >= limit:
                return found, not token

    def versions(self, bucket: str, prefix: str, token: str | None) -> tuple[list[ObjectVersion], str | None]:
        """ListObjectVersions; the token is its two markers."""
        more: dict[str, Any] = {}
        if token:
            more["KeyMarker"], _, version = token.rpartition("\n")
            more["VersionIdMarker"] = version
        answer = self._calls.call(
            "ListObjectVersions", "list_object_versions", Bucket=bucket, Prefix=prefix, EncodingType="url",
            **self._calls.payer(bucket), **{k: v for k, v in more.items() if v},
        )  # fmt: skip
        if "IsTruncated" not in answer or "Name" not in answer:
            raise ProtocolError(
                f"s3:ListObjectVersions of {bucket} answered without its fields.", "Try again."
            )
        found = [_version(item, False) for item in answer.get("Versions", [])]
        found += [_version(item, True) for item in answer.get("DeleteMarkers", [])]
        found.sort(key=lambda v: v.last_modified, reverse=True)
        found.sort(key=lambda v: v.key)
        following = None
        if answer["IsTruncated"]:
            following = (
                f"{unquote_plus(answer.get('NextKeyMarker', ''))}\n{answer.get('NextVersionIdMarker', '')}"
            )
        return found, following

    def head(self, bucket: str, key: str, version_id: str = "") -> ObjectHead:
        """HeadObject, checksums included."""
        answer = self._calls.call(
            "HeadObject", "head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED",
            **self._calls.payer(bucket), **({"VersionId": version_id} if version_id else {}),
        )  # fmt: skip
        until = answer.get("ObjectLockRetainUntilDate")
        return ObjectHead(
            int(required(answer, "ContentLength", "s3", "HeadObject")),
            str(answer.get("ETag") or ""),
            str(answer.get("VersionId") or ""),
            iso(answer["LastModified"]) if answer.get("LastModified") else "",
            answer.get("StorageClass") or "STANDARD",
            answer.get("ContentType") or "",
            answer.get("ContentEncoding") or "",
            answer.get("CacheControl") or "",
            ENCRYPTION.get(answer.get("ServerSideEncryption") or "", answer.get("ServerSideEncryption") or ""),
            answer.get("SSEKMSKeyId") or "",
            {name.removeprefix("Checksum"): value for name, value in answer.items() if name.startswith("Checksum") and name != "ChecksumType"},
            dict(answer.get("Metadata") or {}),
            answer.get("Restore") or "",
            f"{answer.get('ObjectLockMode')} until {iso(until)}" if until else "",
            answer.get("ObjectLockLegalHoldStatus") == "ON",
            answer.get("Expiration") or "",
            answer.get("ReplicationStatus") or "",
        )  # fmt: skip

    def read_tail(self, bucket: str, key: str, length: int) -> bytes:
        """GetObject with a suffix range."""
        return self._read(bucket, key, f"bytes=-{length}", {})

    def read_range(self, bucket: str, key: str, start: int, length: int, etag: str = "") -> bytes:
        """GetObject with a range."""
        data = self._read(
            bucket, key, f"bytes={start}-{start + length - 1}", {"IfMatch": etag} if etag else {}
        )
        if len(data) != length:
            raise ProtocolError(
                f"s3://{bucket}/{key} answered {len(data):,} of {length:,} bytes.", "Try again."
            )
        return data

    def _read(self, bucket: str, key: str, wanted: str, more: dict[str, str]) -> bytes:
        with aws_call("s3", "GetObject", ERROR_PACK):
            answer = self._calls.client().get_object(
                Bucket=bucket, Key=key, Range=wanted, **more, **self._calls.payer(bucket)
            )
            with answer["Body"] as body:
                return bytes(body.read())

    def upload(self, bucket: str, key: str, path: Path, sent: Callable[[int], None]) -> None:
        """PutObject, or a multipart upload that is aborted where it fails."""
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            sent(done)

        with aws_call("s3", "PutObject", ERROR_PACK):
            self._calls.client().upload_file(str(path), bucket, key, Callback=count)

    def download(self, bucket: str, key: str, path: Path, most: int, received: Callable[[int], None]) -> int:
        """GetObject with a range; an empty object has none to ask for."""
        size, done = self.head(bucket, key).size, 0
        with path.open("wb") as file:
            if not size:
                return 0
            with aws_call("s3", "GetObject", ERROR_PACK):
                answer = self._calls.client().get_object(
                    Bucket=bucket, Key=key, Range=f"bytes=0-{most - 1}", **self._calls.payer(bucket)
                )
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
        self._calls.call("DeleteObject", "delete_object", Bucket=bucket, Key=key, **self._calls.payer(bucket))

    def _list(
        self, bucket: str, prefix: str, max_keys: int, token: str | None, **more: Any
    ) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "Bucket": bucket, "Prefix": prefix, "MaxKeys": max_keys, "EncodingType": "url", **more, **self._calls.payer(bucket),
        }  # fmt: skip
        if token:
            arguments["ContinuationToken"] = token
        answer = self._calls.call("ListObjectsV2", "list_objects_v2", **arguments)
        # An empty folder has no Contents, so completeness shows in the members S3 always sends.
        if "KeyCount" not in answer or "IsTruncated" not in answer or "Name" not in answer:
            raise ProtocolError(
                f"s3:ListObjectsV2 of {bucket} answered without its fields.",
                "The connection was cut or a proxy answered instead. Try again.",
            )
        return answer

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
            str(item.get("ETag") or ""),
        )
        for item in answer.get("Contents", [])
    ]


def _version(item: dict[str, Any], is_marker: bool) -> ObjectVersion:
    return ObjectVersion(
        unquote_plus(item["Key"]),
        str(item.get("VersionId") or "null"),
        bool(item.get("IsLatest")),
        is_marker,
        int(item.get("Size", 0)),
        iso(item["LastModified"]),
        item.get("StorageClass", ""),
    )


def create(link: Link) -> S3Connector:
    """The manifest's factory."""
    return S3Connector(link.shared(shared_session))
