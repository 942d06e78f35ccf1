"""Writing names into SQL: one function per way of quoting, every name goes through it."""

from __future__ import annotations

from dataops_desktop.errors import InputError
from dataops_desktop.sql.vocabulary import vocabulary


def quote_ident(engine: str, name: str) -> str:
    """A quoted identifier. Engines: athena (queries), athena_ddl (Hive DDL), snowflake, databricks, duckdb."""
    if not name or "\0" in name:
        raise InputError(
            f"{name!r} cannot be used as a name in SQL.", "Names must not be empty or hold a NUL character."
        )
    if engine in {"athena_ddl", "databricks"}:
        return "`" + name.replace("`", "``") + "`"
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text literal."""
    return "'" + text.replace("'", "''") + "'"


def integer_or_text(kind: str, value: str) -> str:
    """A partition's value: a number where its column is of whole numbers, else a text literal."""
    number = kind in {"int", "bigint", "smallint", "tinyint"} and value.lstrip("-").isdigit()
    return value if number else quote_text(value)


def quoted(name: str, dialect: str = "athena") -> str:
    """A name as a query must write it: quoted only when it is reserved or not a plain word of the dialect."""
    words = vocabulary(dialect)
    plain = words.unquoted.match(name) and name.upper() not in words.reserved
    return name if plain else quote_ident(dialect, name)
