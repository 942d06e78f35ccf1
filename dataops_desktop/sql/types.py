"""Taking nested type names apart: Hive's `struct<a:int>` and `array<int>`, Trino's and DuckDB's `row(a int)` and `array(int)`."""

from __future__ import annotations

import re

_HEAD = re.compile(r"\s*(?P<head>[a-z_]+)\s*[<(](?P<body>.*)[>)]\s*\Z", re.IGNORECASE | re.DOTALL)


def split_top_level(body: str) -> list[str]:
    """Parts between commas outside of <> and ()."""
    found, depth, start = [], 0, 0
    for index, char in enumerate(body):
        if char in "<(":
            depth += 1
        elif char in ">)":
            depth -= 1
        elif char == "," and depth == 0:
            found.append(body[start:index])
            start = index + 1
    return [part.strip() for part in (*found, body[start:]) if part.strip()]


def fields_of(kind: str, unnest: bool = False) -> list[tuple[str, str]]:
    """(name, type) of a struct's fields; with `unnest` the columns that UNNEST of it gives (element; key and value; fields)."""
    if unnest and kind.rstrip().endswith("[]"):
        return [("", kind.rstrip()[:-2])]
    match = _HEAD.match(kind)
    if match is None:
        return []
    head, parts = match["head"].lower(), split_top_level(match["body"])
    if head in {"struct", "row"}:
        return [_field(part) for part in parts]
    if not unnest:
        return []
    if head == "array" and parts:
        inner = fields_of(parts[0]) if parts[0].lower().startswith(("row(", "struct<")) else []
        return inner or [("", parts[0])]
    if head == "map" and len(parts) == 2:
        return [("key", parts[0]), ("value", parts[1])]
    return []


def _field(part: str) -> tuple[str, str]:
    if part.startswith('"'):
        name, _, kind = part[1:].partition('"')
        return name, kind.strip(" :")
    cut = re.search(r"[:\s]", part)
    return (part[: cut.start()], part[cut.end() :].strip()) if cut else ("", part)
