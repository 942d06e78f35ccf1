"""DuckDB's plan in the shape of Trino's EXPLAIN (FORMAT JSON): trino.io/docs/current/sql/explain.html."""

from __future__ import annotations

import json
from typing import Any

_NAMES = {
    "SEQ_SCAN": "TableScan", "READ_PARQUET": "TableScan", "READ_CSV": "TableScan", "READ_JSON": "TableScan", "PROJECTION": "Project",
    "FILTER": "Filter", "HASH_GROUP_BY": "Aggregate", "PERFECT_HASH_GROUP_BY": "Aggregate", "UNGROUPED_AGGREGATE": "Aggregate", "HASH_JOIN": "InnerJoin",
    "NESTED_LOOP_JOIN": "CrossJoin", "CROSS_PRODUCT": "CrossJoin", "ORDER_BY": "Sort", "TOP_N": "TopN", "LIMIT": "Limit", "STREAMING_LIMIT": "Limit", "UNION": "Union",
    "WINDOW": "Window", "UNNEST": "Unnest",
}  # fmt: skip


def trino_plan(text: str) -> str:
    """One JSON object: the Output node over the rest."""
    roots = json.loads(text)
    counter = iter(range(1, 1_000_000))
    children = [_node(root, counter) for root in (roots if isinstance(roots, list) else [roots])]
    return json.dumps(
        {
            "id": "0", "name": "Output", "descriptor": {}, "outputs": [], "details": [],
            "estimates": [_estimates(children)], "children": children,
        },
        indent=2,
    )  # fmt: skip


def _node(record: dict[str, Any], counter: Any) -> dict[str, Any]:
    name = str(record.get("name") or "").strip()
    extra = dict(record.get("extra_info") or {})
    rows = extra.pop("Estimated Cardinality", None)
    details = [f"{key} := {_text(value)}" for key, value in extra.items() if value]
    return {
        "id": str(next(counter)),
        "name": _NAMES.get(name, name.title().replace("_", "")),
        "descriptor": {},
        "outputs": [],
        "details": details,
        "estimates": [{"outputRowCount": float(rows) if rows else "NaN", "outputSizeInBytes": "NaN"}],
        "children": [_node(child, counter) for child in record.get("children") or []],
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _estimates(children: list[dict[str, Any]]) -> dict[str, Any]:
    return dict(children[0]["estimates"][0]) if children else {"outputRowCount": "NaN"}
