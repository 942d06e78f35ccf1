"""Splitting SQL text into statements. It never fails: unfinished strings and comments run to the end of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

# One token: line comment, block comment, quoted thing (closed or running to the end), semicolon, or anything else.
_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<quoted>'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z))"""
    r"""|(?P<end>;)|(?P<space>\s+)|(?P<word>[\w$]+)|(?P<other>.)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Statement:
    """A statement's text without its semicolon and surrounding white space, and its place: `text == sql[start:end]`."""

    text: str
    start: int
    end: int


def split_statements(sql: str) -> list[Statement]:
    """Every statement that holds more than comments, in order."""
    found: list[Statement] = []
    start, content_end, has_code = -1, 0, False
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind == "space":
            continue
        if kind == "end":
            if has_code:
                found.append(Statement(sql[start:content_end], start, content_end))
            start, has_code = -1, False
            continue
        if start < 0:
            start = match.start()
        content_end = match.end()
        has_code = has_code or kind != "comment"
    if has_code:
        found.append(Statement(sql[start:content_end], start, content_end))
    return found


def statement_at(sql: str, offset: int) -> Statement | None:
    """The statement the caret is in or right behind; between two, the one before; None where there is none."""
    statements = split_statements(sql)
    chosen = None
    for statement in statements:
        if statement.start <= offset:
            chosen = statement
        elif chosen is None:
            return statement
        else:
            break
    return chosen


def without_leading_comments(text: str) -> str:
    """From the first code on."""
    while True:
        text = text.lstrip()
        if text.startswith("--"):
            text = text.partition("\n")[2]
        elif text.startswith("/*"):
            text = text.partition("*/")[2]
        else:
            return text
