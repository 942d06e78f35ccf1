"""sqlglot, quiet: the one way whole statements are parsed."""

from __future__ import annotations

import logging
from typing import Any


def parsed(sql: str, dialect: str) -> list[Any]:
    """The expressions of a text, empty statements left out. Raises sqlglot's errors and RecursionError."""
    import sqlglot

    logging.getLogger("sqlglot").setLevel(
        logging.ERROR
    )  # it warns about what it does not know on standard error
    return [tree for tree in sqlglot.parse(sql, read=dialect) if tree is not None]
