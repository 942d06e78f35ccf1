"""gzip, zstd, bzip2 and snappy, as far as the head of a file goes and never past a limit: a bomb is cut, not unpacked."""

from __future__ import annotations

import struct

MOST_UNPACKED = 4 << 20


class CutError(ValueError):
    """What is packed cannot be read."""


def unpack(head: bytes, packing: str, most: int = MOST_UNPACKED) -> tuple[bytes, bool]:
    """(the first bytes, whether there may be more). CutError where not one byte can be had."""
    if packing == "snappy":
        return _snappy(head, most)
    import pyarrow as pa

    out = bytearray()
    try:
        with pa.CompressedInputStream(pa.BufferReader(head), packing) as stream:
            while len(out) < most:
                block = stream.read(min(65_536, most - len(out)))
                if not block:
                    return bytes(out), False
                out += block
    except (OSError, ValueError) as error:  # the head ends in the midst of a block
        if not out:
            raise CutError(f"not {packing}: {error}") from error
    return bytes(out), True


def _snappy(head: bytes, most: int) -> tuple[bytes, bool]:
    """The framing format, Hadoop's blocks, or one raw block: the name does not tell them apart."""
    if head.startswith(b"\xff\x06\x00\x00sNaPpY"):
        return _framed(head, most)
    out = _hadoop(head, most)
    if out is not None:
        return out
    return _raw(head, most), False


def _raw(block: bytes, most: int) -> bytes:
    import pyarrow as pa

    size = shift = 0
    for byte in block[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    else:
        raise CutError("not snappy")
    if size > 64 * most or not size:
        raise CutError("its snappy block is larger than a preview reads")
    try:
        return bytes(pa.decompress(block, decompressed_size=size, codec="snappy"))
    except (OSError, ValueError) as error:
        raise CutError(f"not snappy, or cut: {error}") from error


def _framed(head: bytes, most: int) -> tuple[bytes, bool]:
    """github.com/google/snappy, framing_format.txt."""
    out, at = bytearray(), 0
    while at + 4 <= len(head) and len(out) < most:
        kind, size = head[at], int.from_bytes(head[at + 1 : at + 4], "little")
        body = head[at + 4 : at + 4 + size]
        if len(body) < size:
            return bytes(out), True
        if kind == 0:
            out += _raw(body[4:], most)
        elif kind == 1:
            out += body[4:]
        elif 2 <= kind <= 0x7F:
            raise CutError("an unknown snappy frame")
        at += 4 + size
    return bytes(out), at < len(head)


def _hadoop(head: bytes, most: int) -> tuple[bytes, bool] | None:
    """Blocks of (unpacked size, then parts of (packed size, bytes)), as Hadoop's SnappyCodec writes; None where it is not that."""
    out, at = bytearray(), 0
    while at + 8 <= len(head) and len(out) < most:
        (wanted,) = struct.unpack(">I", head[at : at + 4])
        at += 4
        if not 0 < wanted <= 1 << 26:
            return None if not out else (bytes(out), True)
        end = len(out) + wanted
        while len(out) < end and at + 4 <= len(head):
            (size,) = struct.unpack(">I", head[at : at + 4])
            body = head[at + 4 : at + 4 + size]
            if len(body) < size:
                return (bytes(out), True) if out else None
            try:
                out += _raw(body, most)
            except CutError:
                return (bytes(out), True) if out else None
            at += 4 + size
    return (bytes(out[:most]), len(out) > most or at < len(head)) if out else None
