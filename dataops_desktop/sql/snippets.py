"""Snippets: a few letters that stand for a text; `$0` is where the caret ends up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dataops_desktop.sql.completion.ranking import Completion

CARET = "$0"
SHORTEST = 2
_QUIET = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|\"(?:[^\"]|\"\")*(?:\"|\Z)", re.DOTALL)
_WORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*\Z")


@dataclass(frozen=True)
class Snippet:
    """`name` is what one types."""

    name: str
    body: str
    description: str = ""


BUILT_IN = (
    Snippet("sel", "SELECT *\nFROM $0\nLIMIT 100", "all columns, the first rows"),
    Snippet("cnt", "SELECT count(*)\nFROM $0", "how many rows"),
    Snippet("grp", "SELECT $0, count(*) AS n\nFROM \nGROUP BY 1\nORDER BY n DESC", "how often each value"),
    Snippet("cte", "WITH $0 AS (\n    SELECT *\n    FROM \n)\nSELECT *\nFROM ", "a named subquery"),
    Snippet("dup", "SELECT $0, count(*) AS n\nFROM \nGROUP BY 1\nHAVING count(*) > 1", "values that repeat"),
    Snippet(
        "last",
        "SELECT *\nFROM (\n    SELECT *, row_number() OVER (PARTITION BY $0 ORDER BY  DESC) AS place\n    FROM \n)\nWHERE place = 1",
        "the newest row of each key",
    ),
    Snippet("nulls", "SELECT count(*) AS n, count(*) - count($0) AS missing\nFROM ", "how much is missing"),
    Snippet("case", "CASE WHEN $0 THEN  ELSE  END", "one value or another"),
    Snippet("win", "sum($0) OVER (PARTITION BY  ORDER BY )", "a running sum"),
    Snippet("ctas", "CREATE TABLE $0\nWITH (format = 'PARQUET')\nAS SELECT *\nFROM ", "a table from a query"),
)


def proposals(snippets: Sequence[Snippet], sql: str, offset: int) -> list[Completion]:
    """Those whose name begins with the word before the caret; none inside strings, comments and after a dot."""
    before = sql[:offset]
    word = _WORD.search(before)
    if word is None or len(word[0]) < SHORTEST:
        return []
    if any(match.end() >= offset > match.start() for match in _QUIET.finditer(before)):
        return []
    typed = word[0].lower()
    return [
        Completion(snippet.name, snippet.body, "snippet", snippet.description, word.start())
        for snippet in snippets
        if snippet.name.lower().startswith(typed)
    ]


def expanded(body: str, indent: str = "") -> tuple[str, int]:
    """(text, caret within it): further lines indented as the first, the caret at `$0` or the end."""
    text = body.replace("\n", "\n" + indent)
    at = text.find(CARET)
    return (text, len(text)) if at < 0 else (text.replace(CARET, "", 1), at)
