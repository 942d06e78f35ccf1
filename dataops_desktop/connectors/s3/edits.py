"""Changes of single objects: copy, delete, tags, restore, presigned links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dataops_desktop.aws.errors import aws_call
from dataops_desktop.connectors.s3.calls import ASKED_ENCRYPTION, ERROR_PACK, S3Calls
from dataops_desktop.errors import DataOpsError, InputError
from dataops_desktop.interfaces.object_store import NotDone, ObjectHead, WriteOptions

# docs.aws.amazon.com/AmazonS3, "Amazon S3 multipart upload limits" and CopyObject: 5 GiB in one copy, 10,000 parts.
ONE_COPY, MOST_PARTS = 5 << 30, 10_000
COPY_PART = 256 << 20
LONGEST_LINK_S = 7 * 86_400  # Signature Version 4


def stored_as(options: WriteOptions) -> dict[str, Any]:
    """Arguments of PutObject, CopyObject and CreateMultipartUpload."""
    given: dict[str, Any] = {
        "StorageClass": options.storage_class,
        "ServerSideEncryption": ASKED_ENCRYPTION.get(options.encryption, ""),
        "SSEKMSKeyId": options.kms_key,
        "ContentType": options.content_type,
        "Metadata": dict(options.metadata),
        "Tagging": urlencode(options.tags) if options.tags else "",
    }
    found = {name: value for name, value in given.items() if value}
    if options.encryption == "SSE-KMS":
        found["BucketKeyEnabled"] = True  # one call of KMS a bucket instead of one an object
    return found


class S3Edits:
    """ObjectEdits over S3."""

    def __init__(self, calls: S3Calls, head: Callable[..., ObjectHead]) -> None:
        self._calls, self._head = calls, head

    def copy(
        self, bucket: str, key: str, to_bucket: str, to_key: str, options: WriteOptions, check: Callable[[], None]
    ) -> str:  # fmt: skip
        """CopyObject up to 5 GiB, else UploadPartCopy; class and, within a bucket, encryption stay as they are unless given."""
        head = self._head(bucket, key)
        if (bucket, key) == (to_bucket, to_key) and not options.storage_class and not options.encryption:
            raise InputError("That is the same place.", "Choose another name or folder.")
        arguments = stored_as(options)
        arguments.setdefault("StorageClass", head.storage_class)
        if head.encryption == "SSE-KMS" and bucket == to_bucket and not options.encryption:
            arguments |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": head.kms_key}
        where = {"Bucket": to_bucket, "Key": to_key, **self._calls.payer(bucket)}
        source = {"Bucket": bucket, "Key": key}
        if head.version_id and head.version_id != "null":
            source["VersionId"] = head.version_id
        if head.size <= ONE_COPY:
            answer = self._calls.call(
                "CopyObject", "copy_object", CopySource=source, CopySourceIfMatch=head.etag, **where, **arguments
            )  # fmt: skip
            return str(answer.get("VersionId") or "")
        return self._copy_parts(source, head, where, arguments, check)

    def bring_back(self, bucket: str, key: str, version_id: str) -> str:
        """CopyObject of one version onto its key, in parts where it is large."""
        head = self._head(bucket, key, version_id)
        source = {"Bucket": bucket, "Key": key, "VersionId": version_id}
        where = {"Bucket": bucket, "Key": key, **self._calls.payer(bucket)}
        kept = {"StorageClass": head.storage_class}
        if head.size > ONE_COPY:
            return self._copy_parts(source, head, where, kept, lambda: None)
        answer = self._calls.call("CopyObject", "copy_object", CopySource=source, **where, **kept)
        return str(answer.get("VersionId") or "")

    def _copy_parts(
        self, source: dict[str, str], head: ObjectHead, where: dict[str, Any], arguments: dict[str, Any], check: Callable[[], None]
    ) -> str:  # fmt: skip
        arguments = {"Metadata": dict(head.metadata), "ContentType": head.content_type, **arguments}
        if tags := self.tags(source["Bucket"], source["Key"]):
            arguments["Tagging"] = urlencode(tags)
        upload = self._calls.call("CreateMultipartUpload", "create_multipart_upload", **where, **arguments)[
            "UploadId"
        ]
        size = max(COPY_PART, -(-head.size // MOST_PARTS))
        parts = []
        try:
            for number, start in enumerate(range(0, head.size, size), 1):
                check()
                end = min(start + size, head.size) - 1
                answer = self._calls.call(
                    "UploadPartCopy", "upload_part_copy", CopySource=source, CopySourceRange=f"bytes={start}-{end}", CopySourceIfMatch=head.etag,
                    PartNumber=number, UploadId=upload, **where,
                )  # fmt: skip
                parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
            answer = self._calls.call(
                "CompleteMultipartUpload", "complete_multipart_upload", UploadId=upload, MultipartUpload={"Parts": parts}, **where
            )  # fmt: skip
        except BaseException:
            self._calls.call("AbortMultipartUpload", "abort_multipart_upload", UploadId=upload, **where)
            raise
        return str(answer.get("VersionId") or "")

    def delete(
        self, bucket: str, names: Sequence[tuple[str, str]]
    ) -> tuple[list[tuple[str, str]], list[NotDone]]:
        """DeleteObjects; one by one for keys that XML cannot hold."""
        markers: list[tuple[str, str]] = []
        left: list[NotDone] = []
        odd = [name for name in names if any(letter < " " for letter in name[0])]
        batch = [name for name in names if name not in set(odd)] if odd else list(names)
        if batch:
            answer = self._calls.call(
                "DeleteObjects", "delete_objects", Bucket=bucket, **self._calls.payer(bucket),
                Delete={"Objects": [{"Key": k, **({"VersionId": v} if v else {})} for k, v in batch]},
            )  # fmt: skip
            markers += [
                (item["Key"], item["DeleteMarkerVersionId"])
                for item in answer.get("Deleted", [])
                if item.get("DeleteMarker")
                and item.get("DeleteMarkerVersionId")
                and not item.get("VersionId")
            ]
            left += [NotDone(str(item.get("Key")), f"{item.get('Message')} ({item.get('Code')})") for item in answer.get("Errors", [])]  # fmt: skip
        for key, version in odd:
            try:
                answer = self._calls.call(
                    "DeleteObject", "delete_object", Bucket=bucket, Key=key, **({"VersionId": version} if version else {}), **self._calls.payer(bucket)
                )  # fmt: skip
            except DataOpsError as error:
                left.append(NotDone(key, error.message))
                continue
            if answer.get("DeleteMarker") and not version:
                markers.append((key, str(answer.get("VersionId") or "")))
        return markers, left

    def put_empty(self, bucket: str, key: str) -> None:
        """PutObject that replaces nothing."""
        try:
            self._calls.call(
                "PutObject",
                "put_object",
                Bucket=bucket,
                Key=key,
                Body=b"",
                IfNoneMatch="*",
                **self._calls.payer(bucket),
            )
        except InputError as error:
            raise InputError(f"There is a {key} already.", "Choose another name.") from error

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """GetObjectTagging."""
        answer = self._calls.call(
            "GetObjectTagging", "get_object_tagging", Bucket=bucket, Key=key, **self._calls.payer(bucket)
        )
        return {item["Key"]: item["Value"] for item in answer.get("TagSet", [])}

    def set_tags(self, bucket: str, key: str, tags: Mapping[str, str]) -> None:
        """PutObjectTagging (docs.aws.amazon.com/AmazonS3, "Categorizing your storage using tags": 10 tags, 128 and 256 characters)."""
        if len(tags) > 10 or any(not k or len(k) > 128 or len(v) > 256 for k, v in tags.items()):
            raise InputError(
                "An object has at most 10 tags, keys of 1 to 128 characters and values of up to 256.",
                "Shorten them.",
            )
        listed = [{"Key": key_, "Value": value} for key_, value in tags.items()]
        self._calls.call(
            "PutObjectTagging",
            "put_object_tagging",
            Bucket=bucket,
            Key=key,
            Tagging={"TagSet": listed},
            **self._calls.payer(bucket),
        )

    def restore(self, bucket: str, key: str, days: int, tier: str) -> None:
        """RestoreObject."""
        request = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
        self._calls.call(
            "RestoreObject",
            "restore_object",
            Bucket=bucket,
            Key=key,
            RestoreRequest=request,
            **self._calls.payer(bucket),
        )

    def presign(self, bucket: str, key: str, method: str, expires_s: int, content_type: str = "") -> str:
        """Signed here: nothing is asked of the service, so the link may still be refused when it is used."""
        if not 1 <= expires_s <= LONGEST_LINK_S:
            raise InputError("A link lives for one second to seven days.", "Choose a shorter time.")
        operation = {"GET": "get_object", "PUT": "put_object"}[method]
        arguments: dict[str, Any] = {"Bucket": bucket, "Key": key, **self._calls.payer(bucket)}
        if content_type:
            arguments["ContentType"] = content_type
        region = self._calls.region(bucket)
        with aws_call("s3", "Presign", ERROR_PACK):
            return str(
                self._calls.client(region).generate_presigned_url(
                    operation, Params=arguments, ExpiresIn=expires_s
                )
            )
