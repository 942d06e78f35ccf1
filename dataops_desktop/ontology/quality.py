"""The quality score of a table, 0–100: the weighted mean of parts that can be shown and argued about.

Each part is a share from 0 to 100 %. A part that does not apply (partitions of a table without keys, freshness of a table whose
rhythm is unknown, a profile nobody has taken) is left out and neither helps nor harms. The weights are a setting.

- description: the table has one, from Glue or from a person
- column_comments: share of columns with a comment
- owner: somebody is named
- freshness: data arrived within its own rhythm (`freshness_share`)
- stability: few changes of the schema within 90 days (`stability_share`)
- partitions: registered where keys exist, and of the table's own column types
- statistics: row count or size is known
- storage: columnar formats beat text
- schema: has columns, no two of one name
- profile: share of values that are not null in the columns that were profiled
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

DEFAULT_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "description": 15,
        "column_comments": 15,
        "owner": 10,
        "freshness": 15,
        "stability": 10,
        "partitions": 10,
        "statistics": 10,
        "storage": 5,
        "schema": 5,
        "profile": 5,
    }
)
LOW_QUALITY = 50
STABILITY_DAYS = 90
# Data may be half a rhythm late; at five rhythms it counts as abandoned.
ON_TIME, ABANDONED = 1.5, 5.0
_COLUMNAR = {"parquet", "orc", "iceberg", "delta"}


@dataclass(frozen=True)
class QualityInput:
    """What the score looks at; `fresh_share` and `null_share` are None where nothing is known."""

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
    projected: bool = False
    schema_changes: int = 0
    fresh_share: float | None = None
    null_share: float | None = None


def freshness_share(age_s: float, rhythm_s: float) -> float:
    """1 within 1.5 rhythms, falling to 0 at five, in steps of a quarter so that scores do not change by the minute."""
    late = age_s / max(rhythm_s, 1.0)
    share = 1 - (late - ON_TIME) / (ABANDONED - ON_TIME)
    return round(min(1.0, max(0.0, share)) * 4) / 4


def freshness_at(now: datetime, fresh_at: str, rhythm_s: int | None) -> float | None:
    """The share at a moment; None where the rhythm is unknown. Times are ISO 8601; one in the future counts as fresh (clock skew)."""
    if not fresh_at or not rhythm_s:
        return None
    return freshness_share(max(0.0, (now - datetime.fromisoformat(fresh_at)).total_seconds()), rhythm_s)


def stability_share(schema_changes: int) -> float:
    """1 without changes in 90 days, 0 from five on."""
    return max(0.0, 1 - schema_changes / 5)


def quality_parts(table: QualityInput) -> dict[str, int]:
    """Share of each part that applies, in percent."""
    commented = sum(1 for comment in table.column_comments if comment.strip())
    columns = len(table.column_comments)
    lower = [name.lower() for name in table.column_names]
    shares: dict[str, float] = {
        "description": 1.0 if table.description.strip() else 0.0,
        "column_comments": commented / columns if columns else 0.0,
        "owner": 1.0 if table.owner.strip() else 0.0,
        "stability": stability_share(table.schema_changes),
        "schema": 1.0 if columns and len(set(lower)) == len(lower) else 0.0,
    }
    if not table.is_view:
        shares["statistics"] = 1.0 if table.has_statistics else 0.0
        columnar = table.storage_format in _COLUMNAR
        shares["storage"] = 1.0 if columnar else 0.5 if table.storage_format in {"json", "avro"} else 0.4
    if table.partition_keys and not table.projected:
        shares["partitions"] = (
            1.0 - min(1.0, table.partition_mismatches / table.partitions) if table.partitions else 0.0
        )
    if table.fresh_share is not None:
        shares["freshness"] = table.fresh_share
    if table.null_share is not None:
        shares["profile"] = 1.0 - table.null_share
    return {part: round(share * 100) for part, share in shares.items()}


def score(parts: Mapping[str, int], weights: Mapping[str, int] = DEFAULT_WEIGHTS) -> int:
    """0–100 from the parts that apply; 0 where none has a weight."""
    total = sum(weights.get(part, 0) for part in parts)
    return round(sum(share * weights.get(part, 0) for part, share in parts.items()) / total) if total else 0
