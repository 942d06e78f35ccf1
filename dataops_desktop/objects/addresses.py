"""The ways people write where an object is: `s3://`, ARNs, links of the console and of the service, `bucket/key`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from dataops_desktop.errors import InputError

# docs.aws.amazon.com/AmazonS3, "Bucket naming rules"; aliases of access points keep them too.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]\Z")
_ACCESS_POINT = re.compile(r"arn:[\w-]+:s3:[\w-]*:\d*:accesspoint[/:][A-Za-z0-9.-]+")
_ARN = re.compile(r"arn:[\w-]+:s3:::(?P<bucket>[^/]+)(?:/(?P<key>.*))?\Z", re.DOTALL)
_VIRTUAL = re.compile(r"(?P<bucket>.+)\.s3[.-](?:dualstack[.-])?(?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\Z")
_PATH_STYLE = re.compile(r"s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\Z")
_CONSOLE = re.compile(r"(?:[a-z0-9-]+\.)?console\.(?:aws\.amazon|amazonaws)\.(?:com|cn)\Z")
LONGEST_KEY = 1024  # bytes of UTF-8


@dataclass(frozen=True)
class ObjectAddress:
    """A bucket (or an access point's ARN or alias) and a key; a key that is empty or ends in `/` is a folder."""

    bucket: str
    key: str = ""
    region: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, or the bucket itself."""
        return not self.key or self.key.endswith("/")

    @property
    def uri(self) -> str:
        """`s3://bucket/key`, or the ARN for an access point."""
        if self.bucket.startswith("arn:"):
            return f"{self.bucket}/object/{self.key}" if self.key else self.bucket
        return f"s3://{self.bucket}/{self.key}"

    @property
    def arn(self) -> str:
        """`arn:aws:s3:::bucket/key`."""
        if self.bucket.startswith("arn:"):
            return self.uri
        return f"arn:aws:s3:::{self.bucket}" + (f"/{self.key}" if self.key else "")

    @property
    def console_url(self) -> str:
        """The console's page of it; empty for an access point."""
        if self.bucket.startswith("arn:"):
            return ""
        kind = "buckets" if self.is_folder else "object"
        region = f"region={self.region}&" if self.region else ""
        return f"https://console.aws.amazon.com/s3/{kind}/{self.bucket}?{region}prefix={quote(self.key, safe='')}"

    @property
    def folder(self) -> ObjectAddress:
        """The folder it is, or the one it lies in."""
        return ObjectAddress(self.bucket, self.key[: self.key.rfind("/") + 1], self.region)

    @property
    def as_folder(self) -> ObjectAddress:
        """Itself taken for a folder, though its last slash was left out."""
        return self if self.is_folder else ObjectAddress(self.bucket, self.key + "/")

    @property
    def parent(self) -> ObjectAddress:
        """The folder above; of a bucket, itself."""
        return ObjectAddress(self.bucket, self.key[: self.key.rstrip("/").rfind("/") + 1], self.region)

    @property
    def name(self) -> str:
        """The last part of the key, else the bucket."""
        return self.key.rstrip("/").rpartition("/")[2] or (self.key and "/") or self.bucket


def is_hidden(key: str) -> bool:
    """Whether readers of a folder of data (Hive, Spark, Athena) pass over an object or a file of this name."""
    return key.rpartition("/")[2].startswith(("_", "."))


def parse_address(text: str) -> ObjectAddress:
    """What a person typed or pasted; InputError where it names no bucket."""
    text = text.strip(" \t\r\n<>\"'")
    found = _of_arn(text) or _of_link(text)
    if found is None and "://" not in text and not text.startswith("arn:"):
        bucket, _, key = text.removeprefix("/").partition("/")
        found = ObjectAddress(bucket, key)
    if found is None or not (found.bucket.startswith("arn:") or _BUCKET.match(found.bucket)):
        raise InputError(
            f"“{text}” names no bucket.",
            "Write s3://bucket/folder/, an ARN, a link of the S3 console, or bucket/folder.",
        )
    if len(found.key.encode("utf-8", "surrogatepass")) > LONGEST_KEY:
        raise InputError("That key is longer than S3 allows.", f"A key has at most {LONGEST_KEY:,} bytes.")
    return found


def _of_arn(text: str) -> ObjectAddress | None:
    if found := _ACCESS_POINT.match(text):
        rest = text[found.end() :].removeprefix("/").removeprefix("object/")
        return ObjectAddress(found[0], rest, text.split(":")[3])
    if found := _ARN.match(text):
        return ObjectAddress(found["bucket"], found["key"] or "")
    return None


def _of_link(text: str) -> ObjectAddress | None:
    scheme, separator, rest = text.partition("://")
    if not separator:
        return None
    if scheme.lower() in {"s3", "s3a", "s3n"}:  # not an URL: a key may hold ? and # as they are
        inner = _of_arn(rest)
        bucket, _, key = rest.partition("/")
        return inner or ObjectAddress(bucket, key)
    if scheme.lower() not in {"http", "https"}:
        return None
    parts = urlsplit(text)
    host, path = (parts.hostname or "").lower(), unquote(parts.path)
    if _CONSOLE.match(host):
        steps = path.strip("/").split("/")
        if len(steps) >= 3 and steps[0] == "s3" and steps[1] in {"buckets", "object"}:
            query = parse_qs(parts.query, keep_blank_values=True)
            key = query.get("prefix", [""])[0] or "/".join(steps[3:])
            return ObjectAddress(steps[2], key, query.get("region", [""])[0])
        return None
    if found := _VIRTUAL.match(host):
        return ObjectAddress(found["bucket"], path.removeprefix("/"))
    if _PATH_STYLE.match(host):
        bucket, _, key = path.removeprefix("/").partition("/")
        return ObjectAddress(bucket, key)
    return None


def clean_key(key: str) -> str:
    """A key a person gave for something new; InputError for what S3 or its listing cannot hold."""
    if not key.strip("/"):
        raise InputError("A name is missing.", "Type one.")
    if len(key.encode("utf-8", "surrogatepass")) > LONGEST_KEY:
        raise InputError(
            f"“{key[:60]}…” is too long.", f"A key has at most {LONGEST_KEY:,} bytes, its folders included."
        )
    if any(ord(letter) < 32 or 0xD800 <= ord(letter) <= 0xDFFF for letter in key):
        raise InputError(
            "The name holds a character no key can be listed with.", "Leave out control characters."
        )
    return key
