"""Athena's own failure messages for what DuckDB and sqlglot report in theirs."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class QueryFailedError(Exception):
    """A query that ends FAILED; `str()` is Athena's StateChangeReason."""

    def __init__(self, reason: str, error_type: int = 1006) -> None:
        super().__init__(reason)
        self.error_type = error_type  # AthenaError.ErrorType; category 2 (user) throughout


class MalformedQueryError(Exception):
    """SQL that Athena refuses at StartQueryExecution with InvalidRequestException."""


def position_of(sql: str, word: str, start: int = 0) -> tuple[int, int]:
    """1-based line and column of a word in the statement; (1, 1) where it does not occur."""
    match = re.compile(rf'(?<![\w"]){re.escape(word)}(?!\w)|"{re.escape(word)}"', re.IGNORECASE).search(
        sql, start
    )
    offset = match.start() if match else 0
    return sql.count("\n", 0, offset) + 1, offset - (sql.rfind("\n", 0, offset) + 1) + 1


def malformed(error: Exception) -> MalformedQueryError:
    """A parse error in Athena's words, at the token sqlglot stopped at."""
    details = (getattr(error, "errors", None) or [{}])[0]
    line, column = details.get("line") or 1, details.get("col") or 1
    token = str(details.get("highlight") or "<EOF>")
    column = max(1, column - len(token) + 1)
    if not details:
        text = _ANSI.sub("", str(error)).splitlines()[0]
        return MalformedQueryError(f"line 1:1: {text}")
    return MalformedQueryError(
        f"line {line}:{column}: mismatched input '{token}'. Expecting: <expression>, <identifier>"
    )


def failed(sql: str, error: Exception) -> QueryFailedError:
    """A DuckDB error as the failure Athena would report, with line and column where the name is known."""
    text = _ANSI.sub("", str(error)).strip()
    missing = re.search(r'(?:Referenced column|does not have a column named) "([^"]+)"', text)
    if missing:
        line, column = position_of(sql, missing[1])
        return QueryFailedError(
            f"COLUMN_NOT_FOUND: line {line}:{column}: Column '{missing[1].lower()}' cannot be resolved or requester is "
            "not authorized to access requested resources"
        )
    if match := re.search(
        r"(?:Scalar|Aggregate|Table)? ?Function with name \"?([\w.]+)\"? does not exist", text
    ):
        line, column = position_of(sql, match[1])
        return QueryFailedError(
            f"FUNCTION_NOT_FOUND: line {line}:{column}: Function '{match[1].lower()}' not registered"
        )
    if match := re.search(r'Ambiguous reference to column name "([^"]+)"', text):
        line, column = position_of(sql, match[1])
        return QueryFailedError(
            f"AMBIGUOUS_NAME: line {line}:{column}: Column '{match[1].lower()}' is ambiguous"
        )
    if match := re.search(r'column "([^"]+)" must appear in the GROUP BY', text, re.IGNORECASE):
        line, column = position_of(sql, match[1])
        return QueryFailedError(
            f"EXPRESSION_NOT_AGGREGATE: line {line}:{column}: '{match[1].lower()}' must be an aggregate expression or "
            "appear in GROUP BY clause"
        )
    first = text.splitlines()[0] if text else type(error).__name__
    if "Conversion Error" in first or "Could not convert" in first:
        return QueryFailedError(f"INVALID_CAST_ARGUMENT: {first.partition(': ')[2] or first}")
    if "No function matches" in first or "Cannot compare" in first or "Binder Error" in first:
        return QueryFailedError(f"TYPE_MISMATCH: line 1:1: {first.partition(': ')[2] or first}")
    if "Invalid Input Error" in first or "IO Error" in first:
        return QueryFailedError(f"HIVE_BAD_DATA: {first.partition(': ')[2] or first}", 1100)
    return QueryFailedError(f"GENERIC_USER_ERROR: {first.partition(': ')[2] or first}")
