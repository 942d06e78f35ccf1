"""Formatting, and finding where a statement stops making sense before it is run."""

from __future__ import annotations

from dataclasses import dataclass

from dataops_desktop.errors import InputError
from dataops_desktop.sql.parsing import load_parser, parsed
from dataops_desktop.sql.split import split_statements, without_leading_comments

# Only what sqlglot parses faithfully is judged: table definitions and administration are Hive's and the engines' own.
_JUDGED = ("SELECT", "WITH", "INSERT", "VALUES", "(")
LONGEST = 50_000


@dataclass(frozen=True)
class Mark:
    """A place in the whole text (characters) and what is wrong there."""

    start: int
    end: int
    message: str


def parse_errors(sql: str, dialect: str = "athena") -> list[Mark]:
    """The first error of each query in a text; none for statements that are not judged. Never raises."""
    load_parser()
    from sqlglot.errors import ParseError, SqlglotError, TokenError

    found: list[Mark] = []
    for statement in split_statements(sql):
        text = statement.text
        code = without_leading_comments(text)
        if not code.upper().startswith(_JUDGED) or len(text) > LONGEST:
            continue
        try:
            parsed(text, dialect)
        except ParseError as error:
            detail = error.errors[0] if error.errors else {}
            offset = _offset(text, int(detail.get("line") or 1), int(detail.get("col") or 1))
            word = str(detail.get("highlight") or "")
            # sqlglot's column is that of the word's last character
            start = max(0, offset - max(1, len(word)) + 1)
            if word and text[start : start + len(word)] != word:
                start = max(0, text.rfind(word, 0, offset + len(word) + 1))
            message = str(detail.get("description") or "This cannot be parsed").rstrip(".")
            if message.startswith("Required keyword"):  # in the parser's own class names
                message = f"Something is missing after {word}" if word else "Something is missing"
            found.append(
                Mark(statement.start + start, statement.start + start + max(1, len(word)), f"{message}.")
            )
        except TokenError:
            found.append(Mark(statement.start, statement.end, "A quote or a comment is not closed."))
        except (SqlglotError, RecursionError):
            continue
    return found


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(part) + 1 for part in lines[: line - 1]) + column - 1


def formatted(sql: str, dialect: str = "athena") -> str:
    """The text laid out one clause a line, comments kept. Raises InputError, naming the statement, where one cannot be parsed.

    A statement whose tokens would change beyond case and white space is left as it is: formatting must not rewrite a query.
    """
    load_parser()
    from sqlglot.errors import SqlglotError

    parts, reached = [], 0
    for number, statement in enumerate(split_statements(sql), 1):
        parts.append(sql[reached : statement.start])
        reached = statement.end
        try:
            trees = parsed(statement.text, dialect)
            text = "\n".join(
                tree.sql(dialect=dialect, pretty=True, normalize_functions=False) for tree in trees
            )
            # Written again in full: an equal tree means an equal query.
            same = parsed(text, dialect) == trees
        except (SqlglotError, RecursionError) as error:
            raise InputError(
                f"Statement {number} cannot be parsed, so it cannot be formatted.",
                str(error).splitlines()[0][:200],
            ) from error
        kept = not same or any(type(tree).__name__ == "Command" for tree in trees)
        parts.append(statement.text if kept else text)
    parts.append(sql[reached:])
    return "".join(parts)
