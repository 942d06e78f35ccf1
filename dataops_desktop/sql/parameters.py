"""Parameters of a statement: `?` marks and `:name`, and values written as SQL literals."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dataops_desktop.errors import InputError
from dataops_desktop.sql.completion.expected import comparison_type
from dataops_desktop.sql.completion.scope import CompletionCatalog
from dataops_desktop.sql.quoting import quote_text

_TOKEN = re.compile(
    r"""(?P<skip>--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z)|::|[\w\])]:(?=\w))"""
    r"""|(?P<mark>\?)|:(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)
KINDS = ("text", "number", "date", "timestamp", "boolean", "null")


@dataclass(frozen=True)
class Parameter:
    """One thing to ask for. `name` is empty for `?`; `places` are (start, end) in the statement; kind is one of KINDS."""

    name: str
    places: tuple[tuple[int, int], ...]
    kind: str = "text"

    @property
    def label(self) -> str:
        """What a person is asked for."""
        return f":{self.name}" if self.name else "?"


def parameters(
    sql: str, catalog: CompletionCatalog | None = None, dialect: str = "athena"
) -> list[Parameter]:
    """In order of appearance, each name once. The kind is that of the column it is compared with, where that is known."""
    found: dict[str, list[tuple[int, int]]] = {}
    for match in _TOKEN.finditer(sql):
        if match["mark"]:
            found[f"?{len(found)}"] = [match.span()]
        elif match["name"]:
            found.setdefault(match["name"], []).append(match.span())
    return [
        Parameter(
            "" if name.startswith("?") else name,
            tuple(places),
            _kind(comparison_type(sql, places[0][0], catalog, dialect)) if catalog is not None else "text",
        )
        for name, places in found.items()
    ]


def _kind(column_type: str) -> str:
    kind = column_type.lower()
    if kind.startswith(("timestamp", "datetime")):
        return "timestamp"
    if kind == "date" or kind.startswith("bool"):
        return "date" if kind == "date" else "boolean"
    number = ("tinyint", "smallint", "int", "bigint", "hugeint", "double", "float", "real", "decimal")
    return "number" if kind.startswith(number) else "text"


def literal(value: str, kind: str, label: str = "The value") -> str:
    """A value as SQL; raises InputError, naming the parameter, where it is not of its kind."""
    text = value.strip()
    try:
        if kind == "null":
            return "NULL"
        if kind == "text":
            if "\0" in value:
                raise ValueError
            return quote_text(value)
        if kind == "number":
            if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text):
                raise ValueError
            return text
        if kind == "date":
            return f"DATE '{dt.date.fromisoformat(text).isoformat()}'"
        if kind == "timestamp":
            moment = dt.datetime.fromisoformat(text)
            zone = moment.strftime("%z")
            written = moment.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
            return f"TIMESTAMP '{written}{f' {zone[:3]}:{zone[3:5]}' if zone else ''}'"
        if kind == "boolean" and text.lower() in {"true", "false"}:
            return text.lower()
        raise ValueError
    except ValueError:
        example = {
            "number": "12.5",
            "date": "2024-12-31",
            "timestamp": "2024-12-31 23:59:00",
            "boolean": "true",
        }
        raise InputError(
            f"{label}: “{value}” is not a {kind}.", f"Write it like {example.get(kind, 'plain text')}."
        ) from None


def bind(
    sql: str, asked: Sequence[Parameter], literals: Sequence[str], inline: bool = False
) -> tuple[str, tuple[str, ...]]:
    """(statement with `?` marks, their literals in order); with `inline` the literals stand in the statement itself."""
    places = sorted(
        (start, end, text)
        for parameter, text in zip(asked, literals, strict=True)
        for start, end in parameter.places
    )
    parts, reached = [], 0
    for start, end, text in places:
        parts += [sql[reached:start], text if inline else "?"]
        reached = end
    parts.append(sql[reached:])
    return "".join(parts), () if inline else tuple(text for _, _, text in places)
