"""Buckets, folders and objects, such as Amazon S3's. One connector offers four sides: listing and reading, edits, bucket settings, transfers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dataops_desktop.interfaces.connector import Connector


@dataclass(frozen=True)
class Bucket:
    """One bucket, or an access point (`name` is then its alias or ARN); `created_at` ISO 8601 UTC."""

    name: str
    region: str = ""
    created_at: str = ""
    access_point_of: str = ""


@dataclass(frozen=True)
class BucketFacts:
    """What a bucket is. None and empty: not known. `problems` says of each part that could not be read why.

    Size and count are the service's own daily figures (`counted_at`, ISO 8601), classes by the name of the metric.
    """

    name: str
    region: str = ""
    size_bytes: int | None = None
    object_count: int | None = None
    counted_at: str = ""
    size_by_class: Mapping[str, int] = field(default_factory=dict)
    encryption: str = ""  # SSE-S3, SSE-KMS, DSSE-KMS
    kms_key: str = ""
    versioning: str = ""  # Enabled, Suspended, Off
    public: bool | None = None  # its policy lets everybody in
    blocks_public: bool | None = None
    requester_pays: bool | None = None
    object_lock: bool | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectEntry:
    """One object or folder below a prefix. `key` is the full key; a folder's ends in `/`. Size in bytes."""

    key: str
    size: int
    last_modified: str
    storage_class: str
    is_folder: bool
    etag: str | None = None


@dataclass(frozen=True)
class ObjectPage:
    """One page of a listing; `continuation_token` is None on the last."""

    entries: tuple[ObjectEntry, ...]
    folders: tuple[str, ...]
    continuation_token: str | None


@dataclass(frozen=True)
class ObjectHead:
    """HeadObject's answer. `checksums` are base64 by algorithm; composite ones end in `-N`."""

    size: int
    etag: str = ""
    version_id: str = ""
    last_modified: str = ""
    storage_class: str = "STANDARD"
    content_type: str = ""
    content_encoding: str = ""
    cache_control: str = ""
    encryption: str = ""
    kms_key: str = ""
    checksums: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    restore: str = ""  # the header as it is: ongoing-request, expiry-date
    retention: str = ""
    legal_hold: bool = False
    expiration: str = ""
    replication: str = ""


@dataclass(frozen=True)
class ObjectVersion:
    """One version, or a delete marker."""

    key: str
    version_id: str
    is_latest: bool
    is_marker: bool
    size: int
    last_modified: str
    storage_class: str = ""


@dataclass(frozen=True)
class NotDone:
    """One key an operation left alone, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class WriteOptions:
    """How an object is stored. `encryption` is empty (the bucket's default), SSE-S3 or SSE-KMS."""

    storage_class: str = ""
    encryption: str = ""
    kms_key: str = ""
    content_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredPart:
    """A part of an unfinished upload as the service has it; `checksum` is its CRC32 in base64, empty where none was kept."""

    number: int
    size: int
    etag: str
    checksum: str = ""


@dataclass(frozen=True)
class OpenUpload:
    """A multipart upload nobody finished: its parts are paid for."""

    bucket: str
    key: str
    upload_id: str
    started_at: str
    initiator: str = ""
    storage_class: str = ""


class ObjectEdits(Protocol):
    """Changes of single objects; each raises what the service says."""

    def copy(
        self,
        bucket: str,
        key: str,
        to_bucket: str,
        to_key: str,
        options: WriteOptions,
        check: Callable[[], None],
    ) -> str:
        """Copy on the service with metadata and tags, in parts where it is large; the new version's id, empty without versioning."""

    def bring_back(self, bucket: str, key: str, version_id: str) -> str:
        """Copy an old version over the newest; the id of the new one."""

    def delete(
        self, bucket: str, names: Sequence[tuple[str, str]]
    ) -> tuple[list[tuple[str, str]], list[NotDone]]:
        """Delete up to 1,000 (key, version id or empty); returns (key, id of the delete marker) of what made one, and what stayed."""

    def put_empty(self, bucket: str, key: str) -> None:
        """A zero-byte object, such as a folder's marker; InputError where the key is taken."""

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """Its tags."""

    def set_tags(self, bucket: str, key: str, tags: Mapping[str, str]) -> None:
        """All of them anew."""

    def restore(self, bucket: str, key: str, days: int, tier: str) -> None:
        """Ask for a readable copy of an archived object: Expedited, Standard or Bulk."""

    def presign(self, bucket: str, key: str, method: str, expires_s: int, content_type: str = "") -> str:
        """An URL anybody may GET or PUT with until it expires. A bearer token: never kept."""


class BucketSettings(Protocol):
    """A bucket as a whole."""

    def facts(self, bucket: str) -> BucketFacts:
        """Everything that may be read of it; what is denied is among the problems."""

    def lifecycle(self, bucket: str) -> tuple[list[dict[str, Any]], str]:
        """(rules as the service holds them, its minimum size default); empty where there are none."""

    def put_lifecycle(self, bucket: str, rules: Sequence[Mapping[str, Any]], minimum: str) -> None:
        """Replace the whole configuration; no rules removes it."""

    def open_uploads(self, bucket: str) -> list[OpenUpload]:
        """Unfinished multipart uploads."""

    def access_points(self) -> list[Bucket]:
        """Access points of the account in this region."""


class ObjectTransfers(Protocol):
    """What uploads and downloads are made of. Checksums are CRC32 (`zlib.crc32`) of the bytes, given by the caller."""

    def put(
        self,
        bucket: str,
        key: str,
        body: Any,
        size: int,
        crc32: int,
        options: WriteOptions,
        if_absent: bool = False,
    ) -> str:
        """One object in one request from a seekable body; returns its ETag. `if_absent` refuses to replace (InputError)."""

    def begin(self, bucket: str, key: str, options: WriteOptions) -> str:
        """A multipart upload; returns its id."""

    def put_part(
        self, bucket: str, key: str, upload_id: str, number: int, body: Any, size: int, crc32: int
    ) -> StoredPart:
        """One part."""

    def parts(self, bucket: str, key: str, upload_id: str) -> list[StoredPart]:
        """Parts that arrived; NotFoundError where the upload was ended or removed."""

    def same_part(self, part: StoredPart, data: bytes, crc32: int) -> StoredPart | None:
        """A part that arrived, with its checksum, if these are its bytes. Asks nothing of the service."""

    def complete(
        self,
        bucket: str,
        key: str,
        upload_id: str,
        parts: Sequence[StoredPart],
        if_absent: bool = False,
    ) -> str:
        """Make the object of its parts, all with checksums, checked against the checksum of the whole; returns its ETag."""

    def abort(self, bucket: str, key: str, upload_id: str) -> None:
        """Remove an upload's parts; an ended one is no error."""

    def fetch(self, bucket: str, key: str, start: int, length: int, etag: str) -> Any:
        """A readable body of `length` bytes from `start` of the object that has this ETag (InputError where it is another one by now);
        the caller closes it. A length of -1 is the whole object, whose checksum is checked while it is read."""

    def verify(self, bucket: str, key: str, etag: str, path: Path) -> str:
        """Compare a whole local copy with the object's checksum: the algorithm's name, empty where the service keeps none that can be
        computed here; ProtocolError where they differ."""


class ObjectStore(Connector, Protocol):
    """Reads listings a page at a time, and objects by range."""

    @property
    def edits(self) -> ObjectEdits:
        """Changes of objects."""

    @property
    def settings(self) -> BucketSettings:
        """Buckets as a whole."""

    @property
    def transfers(self) -> ObjectTransfers:
        """Parts of uploads and downloads."""

    def pay_for(self, buckets: Sequence[str]) -> None:
        """Buckets whose requests the person agreed to pay for."""

    def buckets(self) -> list[Bucket]:
        """Every bucket the credentials may list."""

    def region(self, bucket: str) -> str:
        """Where a bucket lives."""

    def page(self, bucket: str, prefix: str, max_keys: int, token: str | None) -> ObjectPage:
        """Entries right below `prefix`, folders by `/`."""

    def below(self, bucket: str, prefix: str, token: str | None) -> tuple[list[ObjectEntry], str | None]:
        """One page of the objects at any depth below `prefix`, and the token of the next."""

    def objects(self, bucket: str, prefix: str, limit: int) -> tuple[list[ObjectEntry], bool]:
        """Up to about `limit` objects at any depth below `prefix`, and whether these are all."""

    def versions(self, bucket: str, prefix: str, token: str | None) -> tuple[list[ObjectVersion], str | None]:
        """One page of versions and delete markers below `prefix`, and the token of the next."""

    def head(self, bucket: str, key: str, version_id: str = "") -> ObjectHead:
        """Everything the service says of an object without its bytes."""

    def read_tail(self, bucket: str, key: str, length: int) -> bytes:
        """The last `length` bytes of an object, all of a shorter one, in one ranged read."""

    def read_range(self, bucket: str, key: str, start: int, length: int, etag: str = "") -> bytes:
        """`length` bytes from `start`; ProtocolError where fewer arrive or the object is another one by now."""

    def upload(self, bucket: str, key: str, path: Path, sent: Callable[[int], None]) -> None:
        """A file as one object, in parts where it is large. `sent` hears the bytes sent so far and may raise to stop."""

    def delete(self, bucket: str, key: str) -> None:
        """Delete one object; nothing happens where there is none."""

    def download(self, bucket: str, key: str, path: Path, most: int, received: Callable[[int], None]) -> int:
        """The first `most` bytes of an object into a file; returns the size of the whole object.

        `received` hears the bytes written so far and may raise to stop. OSError where the file cannot be written.
        """
