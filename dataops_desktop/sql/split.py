"""Splitting SQL text into statements. It never fails: unfinished strings and comments run to the end of the text."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

# What can hold a semicolon that ends nothing, a semicolon, or a run of anything else; in as few steps as there can be.
_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<quoted>'[^']*(?:'|\Z)|"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z))"""
    r"""|(?P<end>;)|(?P<plain>(?:[^;'"`/-]+|-(?!-)|/(?!\*))+)""",
    re.DOTALL,
)
_SPACE = " \t\r\n\f\v"


@dataclass(frozen=True)
class Statement:
    """A statement's text without its semicolon and surrounding white space, and its place: `text == sql[start:end]`."""

    text: str
    start: int
    end: int


def statement_spans(sql: str) -> list[tuple[int, int]]:
    """(start, end) of every statement that holds more than comments, in order, without semicolons and outer white space.

    Only ASCII characters steer it, so the bytes of UTF-8, read as Latin-1, give the same places in bytes.
    """
    found: list[tuple[int, int]] = []
    start, content_end, has_code = -1, 0, False
    for match in _TOKEN.finditer(sql):
        kind, (first, last) = match.lastgroup, match.span()
        if kind == "end":
            if has_code:
                found.append((start, content_end))
            start, has_code = -1, False
            continue
        if kind == "plain":
            text = match[0]
            kept = text.strip(_SPACE)
            if not kept:
                continue
            if start < 0:
                start = first + text.index(kept[0])
            content_end, has_code = last - (len(text) - len(text.rstrip(_SPACE))), True
            continue
        if start < 0:
            start = first
        content_end = last
        has_code = has_code or kind != "comment"
    if has_code:
        found.append((start, content_end))
    return found


def split_statements(sql: str) -> list[Statement]:
    """Every statement that holds more than comments, in order."""
    return [Statement(sql[start:end], start, end) for start, end in statement_spans(sql)]


def span_at(spans: Sequence[tuple[int, int]], offset: int) -> tuple[int, int] | None:
    """The span the caret is in or right behind; between two, the one before; None where there is none."""
    index = bisect.bisect_right(spans, offset, key=lambda span: span[0]) - 1
    return spans[max(0, index)] if spans else None


def statement_at(sql: str, offset: int) -> Statement | None:
    """The statement the caret is in or right behind; between two, the one before; None where there is none."""
    found = span_at(statement_spans(sql), offset)
    return Statement(sql[found[0] : found[1]], *found) if found else None


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
