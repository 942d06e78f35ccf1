"""Glue (Hive) type strings: to DuckDB, to Athena, and back from a DuckDB result."""

from __future__ import annotations

import re

from dataops_desktop.sql.types import split_top_level

_SIMPLE = {
    "string": "VARCHAR",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "smallint": "SMALLINT",
    "tinyint": "TINYINT",
    "double": "DOUBLE",
    "float": "FLOAT",
    "real": "FLOAT",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
    "varbinary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "void": "VARCHAR",
}
_ATHENA = {
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "INTEGER": "integer",
    "SMALLINT": "smallint",
    "TINYINT": "tinyint",
    "UBIGINT": "bigint",
    "UINTEGER": "bigint",
    "USMALLINT": "integer",
    "UTINYINT": "smallint",
    "DOUBLE": "double",
    "FLOAT": "float",
    "VARCHAR": "varchar",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "BLOB": "varbinary",
    "JSON": "json",
    "UUID": "uuid",
    "INTERVAL": "interval day to second",
    '"NULL"': "unknown",
}
_DECIMAL = re.compile(r"decimal\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)", re.IGNORECASE)


def quote(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


def hive_to_duckdb(hive_type: str) -> str:
    """`array<struct<x:int>>` → `STRUCT("x" INTEGER)[]`; an unknown type reads as VARCHAR."""
    text = hive_type.strip()
    lower = text.lower()
    if lower.startswith("array<"):
        return hive_to_duckdb(text[6:-1]) + "[]"
    if lower.startswith("map<"):
        key, value = split_top_level(text[4:-1])
        return f"MAP({hive_to_duckdb(key)}, {hive_to_duckdb(value)})"
    if lower.startswith("struct<"):
        fields = []
        for field in split_top_level(text[7:-1]):
            name, _, kind = field.partition(":")
            fields.append(f"{quote(name.strip())} {hive_to_duckdb(kind)}")
        return f"STRUCT({', '.join(fields)})"
    if match := _DECIMAL.match(text):
        return f"DECIMAL({match[1]},{match[2]})"
    if lower == "decimal":
        return "DECIMAL(10,0)"
    return _SIMPLE.get(re.split(r"[\s(]", lower)[0], "VARCHAR")


def duckdb_to_athena(duckdb_type: str) -> tuple[str, int, int]:
    """(Athena type name, precision, scale) of a result column, as GetQueryResults reports them."""
    text = duckdb_type.upper()
    if text.startswith("DECIMAL"):
        match = _DECIMAL.match(text)
        return ("decimal", int(match[1]), int(match[2])) if match else ("decimal", 38, 0)
    if text.endswith("]"):
        return ("array", 0, 0)
    if text.startswith("STRUCT"):
        return ("row", 0, 0)
    if text.startswith("MAP"):
        return ("map", 0, 0)
    name = _ATHENA.get(text, "varchar")
    precision = {
        "varchar": 2147483647,
        "double": 17,
        "float": 17,
        "bigint": 19,
        "integer": 10,
        "timestamp": 3,
    }
    return (name, precision.get(name, 0), 0)


def duckdb_to_hive(duckdb_type: str) -> str:
    """The Glue type a CTAS or a crawler writes for a DuckDB type."""
    text = duckdb_type.strip()
    upper = text.upper()
    if upper.endswith("[]"):
        return f"array<{duckdb_to_hive(text[:-2])}>"
    if upper.startswith("STRUCT("):
        fields = []
        for field in split_top_level(text[7:-1]):
            name, _, kind = (
                field.strip().rpartition(" ") if "(" not in field else field.strip().partition(" ")
            )
            name = name.strip('"').lower()
            fields.append(f"{name}:{duckdb_to_hive(kind)}")
        return f"struct<{','.join(fields)}>"
    if upper.startswith("MAP("):
        key, value = split_top_level(text[4:-1])
        return f"map<{duckdb_to_hive(key)},{duckdb_to_hive(value)}>"
    if match := _DECIMAL.match(text):
        return f"decimal({match[1]},{match[2]})"
    athena = _ATHENA.get(upper, "varchar")
    return {
        "varchar": "string",
        "integer": "int",
        "varbinary": "binary",
        "json": "string",
        "uuid": "string",
        "time": "string",
        "unknown": "string",
        "timestamp with time zone": "timestamp",
        "interval day to second": "string",
    }.get(athena, athena)
