"""Values inside one cell: JSON, and the text Athena writes for arrays, maps and rows (`[a, b]`, `{k=v}`).

Athena's text has no quotes, so a comma inside a string reads like a border (docs.aws.amazon.com/athena, "Considerations and
limitations for SQL queries"): the tree is an aid for reading, the text beside it is the value.
"""

from __future__ import annotations

import json
from typing import Any

LONGEST = 2_000_000
DEEPEST = 60


def structure_of(value: Any) -> Any:
    """A dict or a list that the cell holds, or None."""
    if isinstance(value, dict | list):
        if isinstance(value, list) and value and all(isinstance(p, tuple) and len(p) == 2 for p in value):
            return {str(key): item for key, item in value}  # an Arrow map
        return value
    if not isinstance(value, str) or value[:1] not in {"{", "["} or len(value) > LONGEST:
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = athena_value(value)
    return found if isinstance(found, dict | list) else None


def athena_value(text: str) -> Any:
    """What `[a, b]` or `{k=v, l=w}` reads as; None where brackets do not close."""
    try:
        value, end = _read(text, 0, "", 0)
    except (IndexError, RecursionError):
        return None
    return value if end == len(text) and not isinstance(value, str) else None


def _read(text: str, at: int, ends: str, depth: int) -> tuple[Any, int]:
    """(value, place after it)."""
    if depth > DEEPEST:
        raise RecursionError
    if text[at : at + 1] == "[":
        return _items(text, at + 1, depth)
    if text[at : at + 1] == "{":
        return _pairs(text, at + 1, depth)
    start = at
    while at < len(text) and not (text[at] in ends or text.startswith(", ", at)):
        at += 1
    word = text[start:at]
    return (None if word == "null" else word), at


def _items(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    if text[at] == "]":
        return items, at + 1
    while True:
        value, at = _read(text, at, "]", depth + 1)
        items.append(value)
        if text[at] == "]":
            return items, at + 1
        at = _after_comma(text, at)


def _pairs(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    pairs: dict[str, Any] = {}
    if text[at] == "}":
        return pairs, at + 1
    while True:
        sign = text.index("=", at) if "=" in text[at:] else -1
        if sign < 0:
            raise IndexError
        name = text[at:sign]
        value, at = _read(text, sign + 1, "}", depth + 1)
        pairs[name] = value
        if text[at] == "}":
            return pairs, at + 1
        at = _after_comma(text, at)


def _after_comma(text: str, at: int) -> int:
    if not text.startswith(", ", at):
        raise IndexError
    return at + 2
