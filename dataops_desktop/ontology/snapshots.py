"""A table as it was at one moment, and how two moments differ: what the time machine stores and shows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ColumnState = tuple[str, str, str]  # name, type, comment
PartitionState = tuple[tuple[str, ...], str, int | None, int | None]  # values, location, rows, bytes


@dataclass(frozen=True)
class TableState:
    """Everything a snapshot keeps of a table. `properties` are the node's, without columns and partitions."""

    name: str  # database.table
    description: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[ColumnState] = ()
    partition_keys: Sequence[ColumnState] = ()
    partitions: Sequence[PartitionState] = ()

    def to_bytes(self) -> bytes:
        """Compressed JSON; a table of 25 columns takes about 600 bytes."""
        record = [
            self.name, self.description, dict(self.properties), list(self.columns), list(self.partition_keys),
            [[list(values), *rest] for values, *rest in self.partitions],
        ]  # fmt: skip
        return zlib.compress(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"), 3)

    @classmethod
    def from_bytes(cls, data: bytes) -> TableState:
        """The inverse."""
        name, description, properties, columns, keys, partitions = json.loads(
            zlib.decompress(data).decode("utf-8", "surrogatepass")
        )
        return cls(
            name,
            description,
            properties,
            [tuple(column) for column in columns],
            [tuple(column) for column in keys],
            [(tuple(values), *rest) for values, *rest in partitions],
        )

    @property
    def all_columns(self) -> list[ColumnState]:
        """Columns, then partition keys."""
        return [*self.columns, *self.partition_keys]


@dataclass(frozen=True)
class Difference:
    """One thing that differs. `aspect` is column, type, comment, location, format, view, partitions, rows, owner, description or
    parameters; `breaks` when a query that worked before may fail now.
    """

    aspect: str
    text: str
    name: str = ""  # the column
    breaks: bool = False


@dataclass(frozen=True)
class TableChange:
    """A table that differs between two moments. `kind` is added, removed or changed."""

    key: int
    source: str
    name: str
    kind: str
    differences: tuple[Difference, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether a query over it may fail now."""
        return self.kind == "removed" or any(item.breaks for item in self.differences)
