"""S3 refuses bytes that differ from the CRC32 they came with, and buckets of another owner than expected; moto takes what it is given."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from moto.s3.models import s3_backends

Environ = dict[str, Any]
HEADER = "HTTP_X_AMZ_CHECKSUM_CRC32"
MESSAGE = "The CRC32 you specified did not match the calculated checksum."


def as_text(crc32: int) -> str:
    """Base64 of four bytes."""
    return base64.b64encode(crc32.to_bytes(4, "big")).decode()


class ChecksumLayer:
    """WSGI middleware over moto."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        account: str,
        refuse: Callable[..., Iterable[bytes]],
    ) -> None:
        self._application, self._account, self._refuse = application, account, refuse

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Check, then hand on."""
        expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
        if expected and expected != _owner(environ["PATH_INFO"].lstrip("/").partition("/")[0], expected):
            return self._refuse(start_response, "s3", 403, "AccessDenied", "Access Denied")
        wanted = environ.get(HEADER)
        if wanted is None:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] == "PUT" and "HTTP_X_AMZ_COPY_SOURCE" not in environ:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            if as_text(zlib.crc32(body)) != wanted:
                return self._refuse(start_response, "s3", 400, "BadDigest", MESSAGE)
            environ.setdefault(
                "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "CRC32"
            )  # moto keeps a checksum only where this is named
        elif environ["REQUEST_METHOD"] == "POST" and not self._whole_matches(environ, wanted):
            return self._refuse(start_response, "s3", 400, "BadDigest", MESSAGE)
        return self._application(environ, start_response)

    def _whole_matches(self, environ: Environ, wanted: str) -> bool:
        """Whether the parts that are there make the checksum of the whole."""
        upload = parse_qs(environ.get("QUERY_STRING", "")).get("uploadId", [""])[0]
        bucket = environ["PATH_INFO"].lstrip("/").partition("/")[0]
        held = s3_backends[self._account]["aws"].buckets.get(bucket)
        if held is None or upload not in held.multiparts:
            return True  # moto answers that itself
        whole = 0
        for _, part in sorted(held.multiparts[upload].parts.items()):
            whole = zlib.crc32(part.value, whole)
        return as_text(whole) == wanted


def _owner(bucket: str, default: str) -> str:
    """The account a bucket is of; what is not there has no other owner."""
    for account, backends in list(s3_backends.items()):
        if bucket in backends["aws"].buckets:
            return str(account)
    return default
