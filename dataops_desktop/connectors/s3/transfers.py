"""The requests uploads and downloads are made of: each carries the checksum of its bytes, the service refuses what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataops_desktop.aws.errors import aws_call
from dataops_desktop.connectors.s3.calls import ERROR_PACK, S3Calls
from dataops_desktop.connectors.s3.checksums import as_text, combined, compare
from dataops_desktop.connectors.s3.edits import stored_as
from dataops_desktop.errors import DataOpsError, InputError, NotFoundError, ProtocolError
from dataops_desktop.interfaces.object_store import StoredPart, WriteOptions


class S3Transfers:
    """ObjectTransfers over S3."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls

    def put(
        self, bucket: str, key: str, body: Any, size: int, crc32: int, options: WriteOptions, if_absent: bool = False
    ) -> str:  # fmt: skip
        """PutObject."""
        with _taken(key):
            answer = self._calls.call(
                "PutObject", "put_object", Bucket=bucket, Key=key, Body=body, ContentLength=size, ChecksumCRC32=as_text(crc32),
                **stored_as(options), **({"IfNoneMatch": "*"} if if_absent else {}), **self._calls.payer(bucket),
            )  # fmt: skip
        return str(answer.get("ETag") or "")

    def begin(self, bucket: str, key: str, options: WriteOptions) -> str:
        """CreateMultipartUpload with a checksum over the whole object."""
        answer = self._calls.call(
            "CreateMultipartUpload", "create_multipart_upload", Bucket=bucket, Key=key, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT",
            **stored_as(options), **self._calls.payer(bucket),
        )  # fmt: skip
        return str(answer["UploadId"])

    def put_part(
        self, bucket: str, key: str, upload_id: str, number: int, body: Any, size: int, crc32: int
    ) -> StoredPart:
        """UploadPart."""
        checksum = as_text(crc32)
        answer = self._calls.call(
            "UploadPart", "upload_part", Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=body, ContentLength=size,
            ChecksumCRC32=checksum, **self._calls.payer(bucket),
        )  # fmt: skip
        return StoredPart(number, size, str(answer["ETag"]), checksum)

    def parts(self, bucket: str, key: str, upload_id: str) -> list[StoredPart]:
        """ListParts, every page."""
        found: list[StoredPart] = []
        marker: dict[str, int] = {}
        while True:
            answer = self._calls.call(
                "ListParts", "list_parts", Bucket=bucket, Key=key, UploadId=upload_id, **marker, **self._calls.payer(bucket)
            )  # fmt: skip
            found += [
                StoredPart(int(item["PartNumber"]), int(item["Size"]), str(item["ETag"]), str(item.get("ChecksumCRC32") or ""))
                for item in answer.get("Parts", [])
            ]  # fmt: skip
            if not answer.get("IsTruncated"):
                return found
            marker = {"PartNumberMarker": int(answer["NextPartNumberMarker"])}

    def same_part(self, part: StoredPart, data: bytes, crc32: int) -> StoredPart | None:
        """By its checksum, else by its ETag where that is the MD5."""
        if part.size != len(data):
            return None
        checksum = as_text(crc32)
        if part.checksum:
            return part if part.checksum == checksum else None
        same = hashlib.md5(data, usedforsecurity=False).hexdigest() == part.etag.strip('"')
        return replace(part, checksum=checksum) if same else None

    def complete(
        self, bucket: str, key: str, upload_id: str, parts: Sequence[StoredPart], if_absent: bool = False
    ) -> str:
        """CompleteMultipartUpload."""
        ordered = sorted(parts, key=lambda p: p.number)
        listed = [{"PartNumber": p.number, "ETag": p.etag, "ChecksumCRC32": p.checksum} for p in ordered]
        with _taken(key):
            answer = self._calls.call(
                "CompleteMultipartUpload", "complete_multipart_upload", Bucket=bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": listed},
                ChecksumCRC32=combined([(p.checksum, p.size) for p in ordered]), ChecksumType="FULL_OBJECT", MpuObjectSize=sum(p.size for p in ordered),
                **({"IfNoneMatch": "*"} if if_absent else {}), **self._calls.payer(bucket),
            )  # fmt: skip
        return str(answer.get("ETag") or "")

    def abort(self, bucket: str, key: str, upload_id: str) -> None:
        """AbortMultipartUpload."""
        try:
            self._calls.call(
                "AbortMultipartUpload", "abort_multipart_upload", Bucket=bucket, Key=key, UploadId=upload_id, **self._calls.payer(bucket)
            )  # fmt: skip
        except NotFoundError:
            return

    def fetch(self, bucket: str, key: str, start: int, length: int, etag: str) -> Any:
        """GetObject with a range and If-Match, or whole and with its checksum."""
        wanted = (
            {"ChecksumMode": "ENABLED"} if length < 0 else {"Range": f"bytes={start}-{start + length - 1}"}
        )
        with aws_call("s3", "GetObject", ERROR_PACK):
            answer = self._calls.client().get_object(
                Bucket=bucket, Key=key, **wanted, **({"IfMatch": etag} if etag else {}), **self._calls.payer(bucket)
            )  # fmt: skip
        return answer["Body"]

    def verify(self, bucket: str, key: str, etag: str, path: Path) -> str:
        """HeadObject with checksums; of composite ones also the size of the first part."""
        answer = self._calls.call(
            "HeadObject", "head_object", Bucket=bucket, Key=key, ChecksumMode="ENABLED", **({"IfMatch": etag} if etag else {}), **self._calls.payer(bucket)
        )  # fmt: skip
        given = {
            n.removeprefix("Checksum"): str(v)
            for n, v in answer.items()
            if n.startswith("Checksum") and n != "ChecksumType"
        }
        part_size = 0
        if any("-" in value for value in given.values()) or (not given and "-" in str(answer.get("ETag"))):
            first = self._calls.call(
                "HeadObject", "head_object", Bucket=bucket, Key=key, PartNumber=1, **({"IfMatch": etag} if etag else {}), **self._calls.payer(bucket)
            )  # fmt: skip
            part_size = int(first.get("ContentLength") or 0)
        # With keys of KMS or of the customer's the ETag is no MD5; other servers may make it of whatever they like.
        other = (
            answer.get("SSEKMSKeyId")
            or answer.get("SSECustomerAlgorithm")
            or (self._calls.session.own_endpoint and not given)
        )
        plain_etag = "" if other else str(answer.get("ETag") or "")
        name, equal = compare(path, given, plain_etag.strip('"'), part_size)
        if not equal:
            raise ProtocolError(
                f"s3://{bucket}/{key} arrived with another {name} than the service has.",
                "It is downloaded again.",
            )
        return name


@contextmanager
def _taken(key: str) -> Iterator[None]:
    """A write that was to replace nothing may find something."""
    try:
        yield
    except DataOpsError as error:
        if error.details.get("code") not in {"PreconditionFailed", "412"}:
            raise
        raise InputError(
            f"There is a {key} already.", "Choose what is to happen with files of the same name."
        ) from error
