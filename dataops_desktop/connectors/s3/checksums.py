"""S3's checksums over local bytes (docs.aws.amazon.com/AmazonS3, "Checking object integrity for data uploads").

A full-object checksum is of all bytes; a composite one, `value-N`, is of the checksums of N parts, and so is the ETag of a multipart
upload, of MD5s. An ETag without `-` is the MD5 where the object is not encrypted with KMS.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

BLOCK = 1 << 20
_MODELS = {"CRC32": ("CRC32", 4), "CRC32C": ("CRC32-ISCSI", 4), "CRC64NVME": ("CRC64-NVME", 8)}
ORDER = ("CRC64NVME", "CRC32", "CRC32C", "SHA256", "SHA1")


def as_text(crc32: int) -> str:
    """As S3 writes a CRC32: base64 of four bytes, the highest first."""
    return base64.b64encode(crc32.to_bytes(4, "big")).decode()


def combined(parts: Sequence[tuple[str, int]]) -> str:
    """The CRC32 of a whole from (CRC32, size) of its parts in order."""
    import anycrc

    model = anycrc.Model("CRC32")
    whole = 0
    for checksum, size in parts:
        whole = model.combine(whole, int.from_bytes(base64.b64decode(checksum), "big"), size)
    return as_text(whole)


def _digest(name: str) -> Callable[[Iterator[bytes]], bytes]:
    if name in {"SHA256", "SHA1", "MD5"}:

        def hashed(blocks: Iterator[bytes]) -> bytes:
            made: Any = hashlib.new(name.lower(), usedforsecurity=False)
            for block in blocks:
                made.update(block)
            return bytes(made.digest())

        return hashed
    import anycrc

    model_name, width = _MODELS[name]
    model = anycrc.Model(model_name)

    def summed(blocks: Iterator[bytes]) -> bytes:
        value = model.calc(b"")
        for block in blocks:
            value = model.calc(block, value)
        return int(value).to_bytes(width, "big")

    return summed


def _blocks(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (block := file.read(min(BLOCK, length))):
            yield block
            length -= len(block)


def compare(path: Path, given: Mapping[str, str], etag: str, part_size: int) -> tuple[str, bool]:
    """(the algorithm used, whether it agrees); an empty name where nothing can be said, which agrees.

    Of composite ones only agreement says something: the parts need not all be as long as the first.
    """
    size = path.stat().st_size

    def composite(name: str, expected: bytes, count: str) -> bool:
        if not part_size or not count.isdigit() or -(-size // part_size) != int(count):
            return False
        inner = [_digest(name)(_blocks(path, at, part_size)) for at in range(0, size, part_size)]
        return _digest(name)(iter(inner)) == expected

    for name in ORDER:
        value = given.get(name, "")
        expected, _, count = value.partition("-")
        if value and not count:
            return name, base64.b64encode(_digest(name)(_blocks(path, 0, size))).decode() == expected
        if value and composite(name, base64.b64decode(expected), count):
            return name, True
    expected, _, count = etag.partition("-")
    if len(expected) == 32 and not count:
        return "MD5", _digest("MD5")(_blocks(path, 0, size)).hex() == expected
    if len(expected) == 32 and composite("MD5", bytes.fromhex(expected), count):
        return "MD5", True
    return "", True
