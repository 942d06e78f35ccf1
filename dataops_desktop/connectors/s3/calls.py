"""Calls of one account's S3: the right region for each bucket, who pays, and errors in words."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from dataops_desktop.aws.errors import ErrorRule, aws_call
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.s3.guards import Guards
from dataops_desktop.errors import (
    InputError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    ServiceError,
)

ENCRYPTION = {
    "AES256": "SSE-S3",
    "aws:kms": "SSE-KMS",
    "aws:kms:dsse": "DSSE-KMS",
}  # the service's word → ours
ASKED_ENCRYPTION = {ours: theirs for theirs, ours in ENCRYPTION.items()}
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
        "IllegalLocationConstraintException",
        lambda _: ServiceError(
            "The bucket lives in another region, and this endpoint serves its own only.",
            "Choose the bucket's region, or an endpoint without a region.",
        ),
    ),
    ErrorRule(
        "AllAccessDisabled",
        lambda _: PermissionDeniedError("All access to this bucket is disabled.", "Ask its owner."),
    ),
    ErrorRule(
        "AccessDenied",
        lambda message: PermissionDeniedError(
            f"The encryption key refused: {message}",
            "Ask the key's administrator to allow kms:Decrypt (and kms:GenerateDataKey for writing) to you.",
        ),
        "kms:",
    ),
    ErrorRule(
        "KMS.DisabledException",
        lambda message: PermissionDeniedError(
            f"The encryption key is disabled: {message}", "Ask the key's administrator to enable it."
        ),
    ),
    ErrorRule(
        "InvalidObjectState",
        lambda _: ServiceError(
            "The object is in an archive and cannot be read at once.",
            "Restore it first: minutes to hours, at a price by tier.",
            title="Archived",
        ),
    ),
    ErrorRule("NoSuchUpload", lambda _: NotFoundError("The unfinished upload is gone.", "Upload again.")),
    ErrorRule(
        "PreconditionFailed",
        lambda _: InputError("The object is not what it was any more.", "Look at it again, then try once more."),
    ),
    ErrorRule("412", lambda _: InputError("The object is not what it was any more.", "Look at it again, then try once more.")),
    ErrorRule(
        "InvalidRange",
        lambda _: ProtocolError("The object is shorter than it was.", "Refresh the folder."),
    ),
    ErrorRule("RestoreAlreadyInProgress", lambda _: InputError("It is being restored already.", "Wait for it.")),
    ErrorRule(
        "BadDigest",
        lambda _: ProtocolError("The bytes did not arrive as they were sent.", "Try again; nothing was stored."),
    ),
    ErrorRule(
        "ObjectLockConfigurationNotFoundError", lambda _: NotFoundError("The bucket has no object lock.")
    ),
)  # fmt: skip
REGIONS = frozenset({"PermanentRedirect", "301", "AuthorizationHeaderMalformed"})


class S3Calls:
    """Clients of one session. botocore follows a bucket into its region by itself; presigned links need the region beforehand."""

    def __init__(self, session: AwsSession) -> None:
        self.session = session
        self.guards = Guards(ASKED_ENCRYPTION.get(session.encryption, ""), session.kms_key)
        self._guarded: dict[str, Any] = {}
        self._payers: frozenset[str] = frozenset()
        self._regions: dict[str, str] = {}
        self._lock = threading.Lock()

    def pay_for(self, buckets: Sequence[str]) -> None:
        """Requests of these buckets say that the requester pays."""
        self._payers = frozenset(buckets)

    def payer(self, bucket: str) -> dict[str, str]:
        """The argument that says so, for calls that know it."""
        return {"RequestPayer": "requester"} if bucket in self._payers else {}

    def client(self, region: str = "") -> Any:
        """The client, of another region where one is named."""
        found = self.session.client("s3", region=region)
        if found is not self._guarded.get(region):  # another one after a new sign-in
            self.guards.attach(found)
            self._guarded[region] = found
        return found

    def call(self, operation: str, method: str, **arguments: Any) -> dict[str, Any]:
        """One call on a bucket."""
        with aws_call("s3", operation, ERROR_PACK):
            answer: dict[str, Any] = getattr(self.client(), method)(**arguments)
        return answer

    def region(self, bucket: str) -> str:
        """Asked once: HeadBucket says it also to those it lets do nothing else."""
        if bucket.startswith("arn:"):
            return bucket.split(":")[3] or self.session.region
        with self._lock:
            known = self._regions.get(bucket)
        if known is None:
            from botocore.exceptions import ClientError

            try:
                with aws_call("s3", "HeadBucket", ERROR_PACK):
                    try:
                        answer = self.client().head_bucket(Bucket=bucket)
                        known = str(answer.get("BucketRegion") or "")
                        headers = answer["ResponseMetadata"].get("HTTPHeaders", {})
                    except ClientError as error:
                        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
                        if "x-amz-bucket-region" not in headers:
                            raise
                        known = ""
            except PermissionDeniedError:
                headers, known = {}, ""
            known = known or str(headers.get("x-amz-bucket-region") or self.session.region)
            with self._lock:
                self._regions[bucket] = known
        return known
