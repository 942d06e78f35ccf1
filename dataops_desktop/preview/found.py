"""What a reader found: rows, or a text, or a picture, and tables about the file. Plain records that travel as JSON beside the bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Table:
    """A small table about the file: its schema, its row groups, its sheets."""

    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass
class Found:
    """`rows` is a pyarrow.Table, `data` a picture as PNG, `text` a text; one of them. `facts` are shown as a line each."""

    kind: str
    reader: str = ""
    rows: Any = None
    text: str = ""
    data: bytes = b""
    whole: bool = True  # all of the file was read
    notes: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    choices: dict[str, Any] = field(
        default_factory=dict
    )  # what was taken for granted, and can be told otherwise


class UnreadableError(Exception):
    """The file is not what it says, or of a kind nobody reads. The message is for a person."""
