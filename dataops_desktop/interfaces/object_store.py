"""Buckets, folders and objects, such as Amazon S3's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dataops_desktop.interfaces.connector import Connector


@dataclass(frozen=True)
class Bucket:
    """One bucket; `created_at` ISO 8601 UTC."""

    name: str
    region: str = ""
    created_at: str = ""


@dataclass(frozen=True)
class ObjectEntry:
    """One object or folder below a prefix. `key` is the full key; a folder's ends in `/`. Size in bytes."""

    key: str
    size: int
    last_modified: str
    storage_class: str
    is_folder: bool


@dataclass(frozen=True)
class ObjectPage:
    """One page of a listing; `continuation_token` is None on the last."""

    entries: tuple[ObjectEntry, ...]
    folders: tuple[str, ...]
    continuation_token: str | None


class ObjectStore(Connector, Protocol):
    """Reads listings a page at a time; writes and deletes single objects."""

    def buckets(self) -> list[Bucket]:
        """Every bucket the credentials may list."""

    def page(self, bucket: str, prefix: str, max_keys: int, token: str | None) -> ObjectPage:
        """Entries right below `prefix`, folders by `/`."""

    def objects(self, bucket: str, prefix: str, limit: int) -> tuple[list[ObjectEntry], bool]:
        """Up to about `limit` objects at any depth below `prefix`, and whether these are all."""

    def read_tail(self, bucket: str, key: str, length: int) -> bytes:
        """The last `length` bytes of an object, all of a shorter one, in one ranged read."""

    def read_range(self, bucket: str, key: str, start: int, length: int) -> bytes:
        """`length` bytes from `start`; ProtocolError where fewer arrive."""

    def upload(self, bucket: str, key: str, path: Path, sent: Callable[[int], None]) -> None:
        """A file as one object, in parts where it is large. `sent` hears the bytes sent so far and may raise to stop."""

    def delete(self, bucket: str, key: str) -> None:
        """Delete one object; nothing happens where there is none."""

    def download(self, bucket: str, key: str, path: Path, most: int, received: Callable[[int], None]) -> int:
        """The first `most` bytes of an object into a file; returns the size of the whole object.

        `received` hears the bytes written so far and may raise to stop. OSError where the file cannot be written.
        """
