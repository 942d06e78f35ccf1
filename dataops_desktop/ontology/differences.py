"""What changed between two descriptions of a table, as records and in the words of the sync report."""

from __future__ import annotations

from collections.abc import Sequence

from dataops_desktop.ontology.snapshots import ColumnState, Difference, TableState

SHOWN_COLUMNS, SHOWN_PARTITIONS = 3, 3
# What Glue and engines note for themselves at every write; no change anybody looks for.
_NOISE = {
    "transient_lastDdlTime",
    "UPDATED_BY_CRAWLER",
    "lastAnalyzedTime",
    "averageRecordSize",
    "objectCount",
}
# Widening that engines read old queries with.
_WIDER = {("tinyint", "smallint"), ("smallint", "int"), ("int", "bigint"), ("float", "double"), ("char", "string"), ("varchar", "string")}  # fmt: skip


def short_number(count: int) -> str:
    """10_000 → `10K`, 1_234_567 → `1.2M`."""
    for size, suffix in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if count >= size:
            return f"{count / size:.1f}".rstrip("0").rstrip(".") + suffix
    return str(count)


def _widens(old: str, new: str) -> bool:
    return (old.partition("(")[0].lower(), new.partition("(")[0].lower()) in _WIDER


def schema_differences(before: Sequence[ColumnState], after: Sequence[ColumnState]) -> list[Difference]:
    """`+ name type`, `- name`, `name: old → new`, changed comments; order counts for nothing."""
    old, new = {c[0]: c for c in before}, {c[0]: c for c in after}
    found = [Difference("column", f"+ {name} {c[1]}", name) for name, c in new.items() if name not in old]
    found += [Difference("column", f"- {name}", name, True) for name in old if name not in new]
    found += [
        Difference("type", f"{name}: {old[name][1]} → {c[1]}", name, not _widens(old[name][1], c[1]))
        for name, c in new.items()
        if name in old and old[name][1] != c[1]
    ]
    found += [
        Difference("comment", f"comment of {name}", name)
        for name, c in new.items()
        if name in old and old[name][2] != c[2]
    ]
    return found


def _partition_text(mark: str, names: Sequence[str], values: Sequence[str]) -> str:
    pairs = (f"{name}={value}" for name, value in zip(names, values, strict=False))
    return f"{mark} {'/'.join(pairs)}"


def _partition_differences(before: TableState, after: TableState) -> list[Difference]:
    old, new = {p[0]: p for p in before.partitions}, {p[0]: p for p in after.partitions}
    if old == new:
        return []
    names = [c[0] for c in after.partition_keys]
    added, removed = [v for v in new if v not in old], [v for v in old if v not in new]
    moved = [v for v in new if v in old and old[v][1] != new[v][1]]
    shown = [_partition_text("+", names, v) for v in added[:SHOWN_PARTITIONS]]
    shown += [_partition_text("-", names, v) for v in removed[:SHOWN_PARTITIONS]]
    shown += [_partition_text("moved", names, v) for v in moved[:SHOWN_PARTITIONS]]
    more = len(added) + len(removed) + len(moved) - len(shown)
    if more > 0:
        shown.append(f"and {more} more")
    sizes = "" if shown else " (sizes)"
    return [Difference("partitions", f"partitions: {len(old)}→{len(new)}{sizes} {', '.join(shown)}".strip())]


def differences(before: TableState, after: TableState) -> list[Difference]:
    """Everything that differs, what breaks queries first."""
    old, new = before.properties, after.properties
    found = schema_differences(before.all_columns, after.all_columns)
    old_rows, new_rows = old.get("rowCount"), new.get("rowCount")
    if old_rows != new_rows and isinstance(old_rows, int) and isinstance(new_rows, int):
        found.append(Difference("rows", f"row count: {short_number(old_rows)}→{short_number(new_rows)}"))
    if (was := old.get("location")) != (now := new.get("location")):
        found.append(Difference("location", f"location: {was or 'none'} → {now or 'none'}"))
    if (was := old.get("storageFormat")) != (now := new.get("storageFormat")):
        found.append(Difference("format", f"format: {was or 'none'} → {now or 'none'}"))
    if old.get("viewSql") != new.get("viewSql"):
        found.append(Difference("view", "view text changed", breaks=True))
    if before.description != after.description:
        found.append(Difference("description", "description changed"))
    if (was := old.get("owner")) != (now := new.get("owner")):
        found.append(Difference("owner", f"owner: {was or 'none'} → {now or 'none'}"))
    if old.get("lfTags") != new.get("lfTags"):
        found.append(Difference("tags", "Lake Formation tags changed"))
    found += _partition_differences(before, after)
    was, now = old.get("parameters") or {}, new.get("parameters") or {}
    changed = sorted(name for name in {*was, *now} - _NOISE if was.get(name) != now.get(name))
    counted = (
        {"recordCount", "numRows", "sizeKey", "totalSize", "numFiles"} if old_rows != new_rows else set()
    )
    if listed := [name for name in changed if name not in counted]:
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        found.append(Difference("parameters", f"properties: {', '.join(listed[:3])}{more}"))
    return sorted(found, key=lambda item: not item.breaks)


def reasons(found: Sequence[Difference]) -> str:
    """One line; never empty."""
    schema = [item.text for item in found if item.aspect in {"column", "type"}]
    parts = []
    if schema:
        more = f" and {len(schema) - SHOWN_COLUMNS} more" if len(schema) > SHOWN_COLUMNS else ""
        parts.append(f"schema changed: {', '.join(schema[:SHOWN_COLUMNS])}{more}")
    comments = sum(1 for item in found if item.aspect == "comment")
    if comments:
        parts.append(f"{comments} column comment{'s' if comments != 1 else ''} changed")
    parts += [item.text for item in found if item.aspect not in {"column", "type", "comment"}]
    return "; ".join(parts) or "properties changed"
