"""Query plans as trees: Trino's (Athena) and DuckDB's JSON in one shape. Never raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 200


@dataclass(frozen=True)
class PlanNode:
    """One operation. `rows` and `bytes` are the planner's estimates, None where it has none; `actual_rows` after ANALYZE."""

    name: str
    details: tuple[str, ...] = ()
    rows: float | None = None
    bytes: float | None = None
    actual_rows: float | None = None
    children: tuple[PlanNode, ...] = ()


def parse_plan(text: str) -> tuple[PlanNode, ...] | None:
    """The roots of a plan in JSON; None for a text that is none."""
    start = min((i for i in (text.find("{"), text.find("[")) if i >= 0), default=-1)
    if start < 0:
        return None
    try:
        found = json.loads(text[start:])
        return _roots(found)
    except (ValueError, RecursionError, TypeError, AttributeError):
        return None


def _roots(found: Any) -> tuple[PlanNode, ...] | None:
    if isinstance(found, list):
        nodes = tuple(_node(record, 0) for record in found if isinstance(record, Mapping))
        return nodes or None
    if not isinstance(found, Mapping):
        return None
    if "name" in found or "operator_name" in found:
        return (_node(found, 0),)
    if "children" in found:  # DuckDB's EXPLAIN ANALYZE wraps its plan
        return _roots(found["children"])
    # Trino's distributed plan: one object a fragment, by number.
    fragments = {key: value for key, value in found.items() if isinstance(value, Mapping)}
    if not fragments or not all(key.isdigit() for key in fragments):
        return None
    return tuple(
        PlanNode(f"Fragment {key}", (), None, None, None, (_node(fragments[key], 0),))
        for key in sorted(fragments, key=int)
    )


def _node(record: Mapping[str, Any], depth: int) -> PlanNode:
    name = str(record.get("name") or record.get("operator_name") or "?").strip()
    details: list[str] = []
    rows = size = actual = None
    for key, value in dict(record.get("descriptor") or {}).items():
        if value not in ("", "[]", None):
            details.append(f"{key}: {value}")
    details += [str(line) for line in record.get("details") or ()]
    estimates = record.get("estimates") or ()
    if estimates and isinstance(estimates[0], Mapping):
        rows, size = (
            _number(estimates[0].get("outputRowCount")),
            _number(estimates[0].get("outputSizeInBytes")),
        )
    extra = record.get("extra_info")
    if isinstance(extra, Mapping):
        for key, value in extra.items():
            if key == "Estimated Cardinality":
                rows = _number(value)
            elif value:
                text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                details.append(f"{key}: {text}")
    if "operator_cardinality" in record:
        actual = _number(record["operator_cardinality"])
        if (seconds := _number(record.get("operator_timing"))) is not None:
            details.append(f"Time: {seconds * 1000:.1f} ms")
    children = () if depth >= DEEPEST else record.get("children") or ()
    return PlanNode(
        name,
        tuple(details),
        rows,
        size,
        actual,
        tuple(_node(child, depth + 1) for child in children if isinstance(child, Mapping)),
    )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None
