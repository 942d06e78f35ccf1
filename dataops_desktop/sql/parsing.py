"""sqlglot, quiet: the one way whole statements are parsed."""

from __future__ import annotations

import logging
import threading
from typing import Any

# The parser's modules import each other: two threads that meet them first at the same time would find them half made.
IMPORTING = threading.RLock()


def load_parser() -> None:
    """Import sqlglot, whole, whichever thread comes first. Cheap once it is there."""
    with IMPORTING:
        import sqlglot  # noqa: F401


def parsed(sql: str, dialect: str) -> list[Any]:
    """The expressions of a text, empty statements left out. Raises sqlglot's errors and RecursionError."""
    load_parser()
    import sqlglot

    logging.getLogger("sqlglot").setLevel(
        logging.ERROR
    )  # it warns about what it does not know on standard error
    return [tree for tree in sqlglot.parse(sql, read=dialect) if tree is not None]
