"""Keys as paths of a chosen folder: distinct, inside it, the same on every system, and readable back as the key.

Windows' rules hold everywhere (learn.microsoft.com, "Naming Files, Paths, and Namespaces"), so that a folder can be moved. `%` begins
what is written otherwise: `%3A` a character, `%-` an empty part (`a//b`), `%~2` the second of two names that differ in case or
normalisation only (or a file and a folder of one name), and a part that ends in `%` goes on in the folder below: no name is too long.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 200  # of a part; file systems take 255 bytes, some (eCryptfs) 143 characters
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|\Z)", re.IGNORECASE
)
_FORBIDDEN = frozenset('%<>:"|?*\\\x7f')
# Marks that turn the direction of text, by which a name shows another ending than it has.
_TURNING = frozenset(
    map(chr, (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C))
)
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NUMBER = re.compile(r"%~\d+")


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))


def _safe(letter: str) -> str:
    unsafe = letter < " " or letter in _FORBIDDEN or letter in _TURNING or 0xD800 <= ord(letter) <= 0xDFFF
    return _escaped(letter) if unsafe else letter


def encode_part(part: str) -> list[str]:
    """One part of a key as one name, several where it is long. Never empty, never `.` or `..`."""
    if not part:
        return ["%-"]
    chunks: list[list[str]] = [[]]
    room = MOST_BYTES
    for unit in map(_safe, part):
        size = len(unit.encode())
        if size > room:
            chunks.append([])
            room = MOST_BYTES
        chunks[-1].append(unit)
        room -= size
    last = len(chunks) - 1
    return [_name_of(units, place < last) for place, units in enumerate(chunks)]


def _name_of(units: list[str], goes_on: bool) -> str:
    """Windows drops blanks and dots at the end, and keeps device names for itself; a leading blank is lost by many a tool."""
    if units[0] == " " or _RESERVED.match("".join(units)):
        units[0] = _escaped(units[0])
    if goes_on:
        return "".join(units) + "%"
    if units[-1] in {" ", "."}:
        units[-1] = _escaped(units[-1])
    return "".join(units)


def decode_parts(names: list[str]) -> str:
    """The key again."""
    parts: list[str] = []
    open_part = ""
    for name in names:
        name = _NUMBER.sub("", name)
        if name.endswith("%"):
            open_part += name[:-1]
            continue
        parts.append("" if name == "%-" else open_part + name)
        open_part = ""
    return _ENCODED.sub(
        lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "surrogatepass"), "/".join(parts)
    )


@dataclass
class _Folder:
    taken: dict[tuple[str, str], str] = field(
        default_factory=dict
    )  # (folded name, what it is) → its name here
    folded: set[str] = field(default_factory=set)
    folders: dict[str, _Folder] = field(default_factory=dict)


class LocalNames:
    """Places for the keys of one download below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._top = _Folder()

    def place(self, key: str) -> Path:
        """Where a key goes; asked twice, the same."""
        parts = [name for part in key.split("/") for name in encode_part(part)]
        folder, path = self._top, self._root
        for part in parts[:-1]:
            name = _name(folder, part, "folder")
            folder = folder.folders.setdefault(name, _Folder())
            path = path / name
        path = path / _name(folder, parts[-1], "file")
        if not path.is_relative_to(self._root) or ".." in path.parts:
            raise ValueError(f"{key!r} would leave the folder")
        return path


def _name(folder: _Folder, wanted: str, kind: str) -> str:
    known = folder.taken.get((wanted, kind))
    if known is not None:
        return known
    name, number = wanted, 1
    while (
        folded := unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    ) in folder.folded:
        number += 1
        stem, dot, suffix = wanted.partition(".")
        name = f"{stem}%~{number}{dot}{suffix}" if stem else f"{wanted}%~{number}"
        if wanted.endswith("%"):
            name = f"{wanted[:-1]}%~{number}%"
    folder.folded.add(folded)
    folder.taken[wanted, kind] = name
    return name
