"""Bytes of each column in the last stripe of an ORC file, from the end of the file: how its columns share its bytes.

Format: orc.apache.org/specification/ORCv1 (file tail, stripe footers, compression chunks). Only lengths are read, no data. Runs in
the same child process as the Parquet footers: the file is a stranger's.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

# CompressionKind of the PostScript; LZO (3) is not read.
_NONE, _ZLIB, _SNAPPY, _LZ4, _ZSTD = 0, 1, 2, 4, 5
_STRUCT = 12  # Type.Kind
LARGEST_FOOTER = 64 << 20


def column_bytes(tail: bytes, file_size: int) -> dict[str, Any]:
    """`{"columns": {name: bytes}, "footer": bytes, "size": bytes of the stripe}`; ValueError where the tail is not enough or no ORC."""
    try:
        return _column_bytes(tail, file_size)
    except (IndexError, OSError, zlib.error, UnicodeDecodeError, KeyError) as error:
        raise ValueError(f"not an ORC footer: {error}") from error


def _column_bytes(tail: bytes, file_size: int) -> dict[str, Any]:
    script_length = tail[-1]
    script = dict(_fields(tail[-1 - script_length : -1]))
    if script.get(8000) != b"ORC":
        raise ValueError("not an ORC file")
    kind, block = int(script.get(2, 0)), int(script.get(3, 1 << 18))
    footer_end = len(tail) - 1 - script_length
    footer_length = int(script.get(1, 0))
    footer = _unpacked(tail[_checked(footer_end - footer_length) : footer_end], kind, block)
    stripes: list[bytes] = []
    types: list[bytes] = []
    for number, value in _fields(footer):
        if number == 3:
            stripes.append(value)
        elif number == 4:
            types.append(value)
    if not stripes or not types:
        raise ValueError("an ORC file without stripes")
    place = dict(_fields(stripes[-1]))
    data_end = int(place.get(1, 0)) + int(place.get(2, 0)) + int(place.get(3, 0))
    start = _checked(data_end - (file_size - len(tail)))
    stripe_footer = _unpacked(tail[start : start + int(place.get(4, 0))], kind, block)
    owner = _owners(types)
    sizes: dict[str, int] = {}
    whole = 0
    for number, value in _fields(stripe_footer):
        if number != 1:
            continue
        stream = dict(_fields(value))
        length, column = int(stream.get(3, 0)), int(stream.get(2, 0))
        whole += length
        if column in owner:
            sizes[owner[column]] = sizes.get(owner[column], 0) + length
    if not whole:
        raise ValueError("an ORC stripe without streams")
    return {"columns": sizes, "footer": footer_length + script_length + 1, "size": whole}


def _checked(position: int) -> int:
    if position < 0:
        raise ValueError("the footer begins before what was read")
    return position


def _owners(types: list[bytes]) -> dict[int, str]:
    """Column id → name of the top-level column it belongs to. Type 0 is the row itself."""
    children: list[list[int]] = []
    names: list[str] = []
    for place, record in enumerate(types):
        mine: list[int] = []
        for number, value in _fields(record):
            if number == 2:
                mine += list(_varints(value)) if isinstance(value, bytes) else [int(value)]
            elif number == 3 and place == 0:
                names.append(value.decode().lower())
            elif number == 1 and place == 0 and value != _STRUCT:
                raise ValueError("an ORC file whose rows have no columns")
        children.append(mine)
    found: dict[int, str] = {}
    for name, top in zip(names, children[0], strict=True):
        waiting = [top]
        while waiting:
            column = waiting.pop()
            if column in found or column >= len(children):
                continue
            found[column] = name
            waiting += children[column]
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without an end")


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """(field number, value) of a protobuf message: whole numbers, or bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("a field longer than its message")
            yield number, data[at : at + length]
            at += length
        elif wire in {1, 5}:
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("not a protobuf message")


def _unpacked(data: bytes, kind: int, block: int) -> bytes:
    """Chunks of at most `block` bytes, each with a header of three bytes: its length and whether it is as it was."""
    if kind == _NONE:
        return data
    out, at = bytearray(), 0
    while at < len(data):
        header = int.from_bytes(data[at : at + 3], "little")
        length, original = header >> 1, header & 1
        part = data[at + 3 : at + 3 + length]
        out += part if original else _inflated(part, kind, block)
        at += 3 + length
        if len(out) > LARGEST_FOOTER:
            raise ValueError("a footer too large to be one")
    return bytes(out)


def _inflated(part: bytes, kind: int, block: int) -> bytes:
    if kind == _ZLIB:
        return zlib.decompressobj(-15).decompress(part, block)
    import pyarrow as pa

    if kind == _SNAPPY:
        size, _ = _varint(part, 0)  # snappy says how long its text is
        if size > block:
            raise ValueError("a chunk longer than its block")
        return bytes(pa.decompress(part, size, "snappy", asbytes=True))
    if kind == _ZSTD:
        with pa.CompressedInputStream(pa.BufferReader(part), "zstd") as stream:
            return bytes(stream.read(block))
    raise ValueError(f"compression {kind} is not read")
