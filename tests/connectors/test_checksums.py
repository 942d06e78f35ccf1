"""Checksums of local copies against the values AWS documents and against files in parts."""

from __future__ import annotations

import base64
import hashlib
import zlib
from pathlib import Path

import pytest

from dataops_desktop.connectors.s3.checksums import as_text, combined, compare

DATA = bytes(range(256)) * 4000
PART = 300_000


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "f"
    path.write_bytes(DATA)
    return path


def parts(function: object) -> bytes:
    return b"".join(function(DATA[at : at + PART]).digest() for at in range(0, len(DATA), PART))  # type: ignore[operator]


def test_check_values(tmp_path: Path) -> None:
    # The check values of the CRC catalogue (reveng.sourceforge.io) for "123456789".
    path = tmp_path / "c"
    path.write_bytes(b"123456789")
    for name, value in (("CRC32", "cbf43926"), ("CRC32C", "e3069283"), ("CRC64NVME", "ae8b14860a799888")):
        assert compare(path, {name: b64(bytes.fromhex(value))}, "", 0) == (name, True)
        assert compare(path, {name: b64(bytes(len(value) // 2))}, "", 0) == (name, False)


def test_whole_and_composite(file: Path) -> None:
    count = -(-len(DATA) // PART)
    assert compare(file, {"SHA256": b64(hashlib.sha256(DATA).digest())}, "", 0) == ("SHA256", True)
    composite = b64(hashlib.sha1(parts(hashlib.sha1), usedforsecurity=False).digest())
    assert compare(file, {"SHA1": f"{composite}-{count}"}, "", PART) == ("SHA1", True)
    assert compare(file, {"SHA1": f"{composite}-{count}"}, "", PART + 1) == ("", True)  # cannot be told
    md5 = hashlib.md5(parts(hashlib.md5), usedforsecurity=False).hexdigest()
    assert compare(file, {}, f"{md5}-{count}", PART) == ("MD5", True)
    assert compare(file, {}, hashlib.md5(DATA, usedforsecurity=False).hexdigest(), 0) == ("MD5", True)
    assert compare(file, {}, "0" * 32, 0) == ("MD5", False)
    assert compare(file, {}, "whatever", 0) == ("", True)


def test_parts_add_up() -> None:
    cut = [DATA[at : at + PART] for at in range(0, len(DATA), PART)]
    assert combined([(as_text(zlib.crc32(part)), len(part)) for part in cut]) == as_text(zlib.crc32(DATA))
