"""The quality score of a table, 0–100, from parts that can be shown and argued about.

Each part gives up to its weight; a part that does not apply (partition health of a table without partitions) gives its
full weight. The parts: description, column comments, owner, statistics (row count or size), storage (columnar beats
text), schema (has columns, no duplicate names), partitions (registered where keys exist, types agree with the table).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

DEFAULT_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "description": 20,
        "column_comments": 20,
        "owner": 10,
        "statistics": 15,
        "storage": 10,
        "schema": 15,
        "partitions": 10,
    }
)
LOW_QUALITY = 50
_COLUMNAR = {"parquet", "orc", "iceberg", "delta"}


@dataclass(frozen=True)
class QualityInput:
    """What the score looks at."""

    description: str
    owner: str
    column_comments: tuple[str, ...]
    column_names: tuple[str, ...]
    has_statistics: bool
    storage_format: str
    is_view: bool
    partition_keys: int
    partitions: int
    partition_mismatches: int


def quality_score(
    table: QualityInput, weights: Mapping[str, int] = DEFAULT_WEIGHTS
) -> tuple[int, dict[str, int]]:
    """(score 0–100, points by part). Weights are scaled to 100."""
    commented = sum(1 for comment in table.column_comments if comment.strip())
    columns = len(table.column_comments)
    shares = {
        "description": 1.0 if table.description.strip() else 0.0,
        "column_comments": commented / columns if columns else 0.0,
        "owner": 1.0 if table.owner.strip() else 0.0,
        "statistics": 1.0 if table.has_statistics or table.is_view else 0.0,
        "storage": 1.0
        if table.is_view or table.storage_format in _COLUMNAR
        else 0.5
        if table.storage_format == "json"
        else 0.4,
        "schema": 1.0
        if columns and len({n.lower() for n in table.column_names}) == len(table.column_names)
        else 0.0,
        "partitions": 1.0
        if not table.partition_keys
        else 0.0
        if not table.partitions
        else 1.0 - min(1.0, table.partition_mismatches / table.partitions),
    }
    scale = 100 / (sum(weights.get(part, 0) for part in shares) or 1)
    parts = {part: round(share * weights.get(part, 0) * scale) for part, share in shares.items()}
    return min(100, sum(parts.values())), parts
