"""Writing names into SQL: one function per way of quoting, every name goes through it."""

from __future__ import annotations

import re

from dataops_desktop.errors import InputError
from dataops_desktop.sql.vocabulary import RESERVED

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")


def quote_ident(engine: str, name: str) -> str:
    """A quoted identifier. Engines: athena (queries), athena_ddl (Hive DDL), snowflake, databricks, duckdb."""
    if not name or "\0" in name:
        raise InputError(
            f"{name!r} cannot be used as a name in SQL.", "Names must not be empty or hold a NUL character."
        )
    if engine in {"athena_ddl", "databricks"}:
        return "`" + name.replace("`", "``") + "`"
    return '"' + name.replace('"', '""') + '"'


def quoted(name: str) -> str:
    """A name as a query must write it: quoted only when it is a keyword or not a plain lower-case word."""
    return name if _PLAIN.match(name) and name.upper() not in RESERVED else quote_ident("athena", name)
