"""Records as JSON with the specification's names: snake_case fields become camelCase, absent optionals are left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any


def camel(name: str) -> str:
    """`tables_discovered` → `tablesDiscovered`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def to_json(value: Any) -> Any:
    """A JSON-able value; mappings keep their own keys, None fields of records are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {camel(name): to_json(item) for name, item in pairs if item is not None}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value
