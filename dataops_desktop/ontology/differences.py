"""What changed between two descriptions of a table, in the words of the sync report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def short_number(count: int) -> str:
    """10_000 → `10K`, 1_234_567 → `1.2M`."""
    for size, suffix in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if count >= size:
            return f"{count / size:.1f}".rstrip("0").rstrip(".") + suffix
    return str(count)


def schema_changes(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[str]:
    """`+ name type`, `- name`, `name: old → new`, from (name, type) pairs."""
    old, new = dict(before), dict(after)
    changes = [f"+ {name} {kind}" for name, kind in new.items() if name not in old]
    changes += [f"- {name}" for name in old if name not in new]
    changes += [
        f"{name}: {old[name]} → {kind}" for name, kind in new.items() if name in old and old[name] != kind
    ]
    return changes


def table_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    old_columns: Sequence[tuple[str, str]],
    new_columns: Sequence[tuple[str, str]],
) -> str:
    """One line of reasons, from the node properties and columns of both sides; never empty."""
    reasons = []
    if columns := schema_changes(old_columns, new_columns):
        shown = ", ".join(columns[:3]) + (f" and {len(columns) - 3} more" if len(columns) > 3 else "")
        reasons.append(f"schema changed: {shown}")
    old_rows, new_rows = before.get("rowCount"), after.get("rowCount")
    if old_rows != new_rows and isinstance(old_rows, int) and isinstance(new_rows, int):
        reasons.append(f"row count: {short_number(old_rows)}→{short_number(new_rows)}")
    for key, text in (
        ("location", "location changed"),
        ("storageFormat", "format changed"),
        ("viewSql", "view text changed"),
    ):
        if before.get(key) != after.get(key):
            reasons.append(text)
    if before.get("description") != after.get("description"):
        reasons.append("description changed")
    if before.get("partitionCount") != after.get("partitionCount"):
        reasons.append(f"partitions: {before.get('partitionCount') or 0}→{after.get('partitionCount') or 0}")
    return "; ".join(reasons) or "properties changed"
