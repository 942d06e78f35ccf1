"""What every S3 request of a connection carries without being asked: the owner its bucket must have, and how new objects are encrypted.

Facts: ExpectedBucketOwner makes S3 answer 403 where the bucket belongs to somebody else by now (a name that was given up can be taken by anybody):
docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html. Buckets of other accounts that a person was let into are not checked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

_ENCRYPTED = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})


class Guards:
    """One per connection; `attach` once to each client. `encryption` is the service's own word, empty for the bucket's. Thread-safe."""

    def __init__(self, encryption: str, kms_key: str) -> None:
        self._encryption, self._kms_key = encryption, kms_key
        self._lock = threading.Lock()
        self._owner = ""
        self._own: frozenset[str] = frozenset()

    def own(self, account: str, buckets: Iterable[str]) -> None:
        """ListBuckets answered these: they are the account's own. One that is not listed any more goes on being expected to be so."""
        if not account.isdigit():
            return
        with self._lock:
            self._owner, self._own = account, self._own | frozenset(buckets)

    def attach(self, client: Any) -> None:
        """Hear of every request before it is built."""
        client.meta.events.register("before-parameter-build.s3", self._complete, unique_id="dataops-guards")

    def _complete(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        known = model.input_shape.members if model.input_shape is not None else {}
        with self._lock:
            owner, own = self._owner, self._own
        if params.get("Bucket") in own and "ExpectedBucketOwner" in known:
            params.setdefault("ExpectedBucketOwner", owner)
        source = params.get("CopySource")
        if isinstance(source, dict) and source.get("Bucket") in own and "ExpectedSourceBucketOwner" in known:
            params.setdefault("ExpectedSourceBucketOwner", owner)
        if self._encryption and model.name in _ENCRYPTED and "ServerSideEncryption" not in params:
            params["ServerSideEncryption"] = self._encryption
            if self._encryption != "AES256":
                params["BucketKeyEnabled"] = self._encryption == "aws:kms"
                if self._kms_key:
                    params["SSEKMSKeyId"] = self._kms_key
