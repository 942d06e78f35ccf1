"""Partitions of a table with partition projection, found from the folders that are there.

Athena works them out from the properties and reads what exists; looking at what exists first gives the same rows, and keeps the
sandbox from sharing the estimator's own reading of those properties.
"""

from __future__ import annotations

import re
from typing import Any

from dataops_desktop.sandbox.object_files import data_keys


def projected(table: dict[str, Any], keys: list[str], backend: Any) -> list[tuple[str, list[str]]]:
    """(location, values in key order) of each folder that fits the template and whose values are in range."""
    parameters = table.get("Parameters") or {}
    location = str((table.get("StorageDescriptor") or {}).get("Location") or "").rstrip("/") + "/"
    template = str(parameters.get("storage.location.template") or "")
    if not template:
        template = location + "/".join(f"{key}=${{{key}}}" for key in keys)
    parts = re.split(r"\$\{(\w+)\}", template.rstrip("/") + "/")
    # A date's value may hold slashes (yyyy/MM/dd): as many as its format has.
    pattern = re.escape(parts[0])
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        depth = str(parameters.get(f"projection.{name}.format") or "").count("/")
        pattern += f"(?P<{name}>[^/]+{'/[^/]+' * depth})" + re.escape(rest)
    found: dict[str, list[str]] = {}
    for key in data_keys(backend, parts[0]):
        match = re.match(pattern, f"s3://{key.bucket_name}/{key.name}")
        if match and all(_in_range(parameters, name, match[name]) for name in keys):
            found[match[0]] = [match[name] for name in keys]
    return list(found.items())


def _in_range(parameters: dict[str, Any], name: str, value: str) -> bool:
    kind = str(parameters.get(f"projection.{name}.type") or "").lower()
    if kind == "enum":
        return value in [v.strip() for v in str(parameters.get(f"projection.{name}.values") or "").split(",")]
    first, _, last = str(parameters.get(f"projection.{name}.range") or "").partition(",")
    if kind == "integer":
        return value.isdigit() and int(first) <= int(value) <= int(last)
    # Dates in a format from the largest field to the smallest sort as texts; what NOW means is not looked at.
    return (first.startswith("NOW") or value >= first) and (last.startswith("NOW") or value <= last)
