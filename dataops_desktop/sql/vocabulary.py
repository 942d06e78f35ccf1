"""Words of each SQL dialect: keywords, reserved words, functions, types and how a name is quoted.

Athena runs queries with Trino's grammar (trino.io/docs/current/language/reserved.html) and table definitions with Hive's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from dataops_desktop.sql.functions_trino import TRINO_FUNCTIONS

KEYWORDS: tuple[str, ...] = tuple(
    """ADD ALL ALTER ANALYZE AND ANTI ANY ARRAY AS ASC AT BETWEEN BY CASCADE CASE CAST COLUMN COLUMNS COMMENT COMMIT CREATE CROSS
    CUBE CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DATABASES DATE DAY DEALLOCATE DELETE DESC
    DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXPLAIN EXTERNAL EXTRACT FALSE FETCH FILTER FIRST FOLLOWING FOR
    FORMAT FROM FULL FUNCTION GROUP GROUPING HAVING HOUR IF IGNORE IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL
    LEFT LIKE LIMIT LOCATION MAP MATCHED MATERIALIZED MERGE MINUTE MONTH MSCK NATURAL NEXT NOT NULL NULLS OFFSET ON ONLY OPTIMIZE OR
    ORDER ORDINALITY OUTER OVER PARTITION PARTITIONED PARTITIONS PRECEDING PREPARE RANGE RECURSIVE RENAME REPAIR REPLACE RESPECT
    RIGHT ROLLUP ROW ROWS SCHEMA SCHEMAS SECOND SELECT SERDE SET SETS SHOW STORED TABLE TABLES TABLESAMPLE TBLPROPERTIES THEN
    TIME TIMESTAMP TO TRUE TRUNCATE TRY_CAST UNBOUNDED UNION UNLOAD UNNEST UPDATE USE USING VACUUM VALUES VIEW VIEWS WHEN WHERE WINDOW
    WITH WITHIN YEAR ZONE""".split()
)
TYPES: tuple[str, ...] = (
    "array", "bigint", "boolean", "char", "date", "decimal", "double", "integer", "ipaddress", "json", "map", "real", "row", "smallint",
    "string", "time", "timestamp", "timestamp with time zone", "tinyint", "uuid", "varbinary", "varchar",
)  # fmt: skip
# Hive's names, in CREATE EXTERNAL TABLE and in synced columns.
DDL_TYPES: tuple[str, ...] = (
    "array", "bigint", "binary", "boolean", "char", "date", "decimal", "double", "float", "int", "map", "smallint", "string", "struct",
    "timestamp", "tinyint", "varchar",
)  # fmt: skip

_TRINO_RESERVED = frozenset(
    """ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
    CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
    EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE LISTAGG
    LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN
    TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH""".split()
)
# Words that end a table's alias although a dialect does not reserve them.
NOT_AN_ALIAS = _TRINO_RESERVED | frozenset(
    """ANTI FETCH FOR LATERAL LIMIT MATCH_RECOGNIZE MINUS OFFSET PIVOT QUALIFY SEMI SET TABLESAMPLE UNPIVOT WINDOW ASOF
    POSITIONAL""".split()
)
FUNCTIONS = TRINO_FUNCTIONS
RESERVED = _TRINO_RESERVED


@dataclass(frozen=True)
class Vocabulary:
    """`unquoted` matches what may be written without quotes; `strings` are the marks of string literals."""

    keywords: tuple[str, ...]
    reserved: frozenset[str]
    functions: dict[str, str]
    types: tuple[str, ...]
    unquoted: re.Pattern[str]
    quote: str = '"'
    strings: str = "'"


_LOWER = re.compile(r"[a-z_][a-z0-9_]*\Z")
_UPPER = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_ANY_CASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@cache
def vocabulary(dialect: str) -> Vocabulary:
    """Words of `athena`, `duckdb`, `snowflake` or `databricks`; anything else counts as athena."""
    if dialect == "duckdb":
        from dataops_desktop.sql.functions_duckdb import DUCKDB_FUNCTIONS, DUCKDB_KEYWORDS, DUCKDB_TYPES

        keywords = tuple(sorted({*KEYWORDS, *DUCKDB_KEYWORDS} - {"MSCK", "UNLOAD", "SERDE", "TBLPROPERTIES"}))
        reserved = _TRINO_RESERVED | {
            "ALL", "ANY", "ARRAY", "ASC", "DESC", "LIMIT", "OFFSET", "QUALIFY", "WINDOW", "PIVOT", "LATERAL",
        }  # fmt: skip
        return Vocabulary(keywords, reserved, DUCKDB_FUNCTIONS, DUCKDB_TYPES, _ANY_CASE)
    if dialect == "snowflake":
        return Vocabulary((*KEYWORDS, "QUALIFY", "ILIKE"), _TRINO_RESERVED, FUNCTIONS, TYPES, _UPPER)
    if dialect in {"databricks", "spark"}:
        return Vocabulary(
            (*KEYWORDS, "QUALIFY", "ILIKE"),
            _TRINO_RESERVED,
            FUNCTIONS,
            DDL_TYPES,
            _ANY_CASE,
            quote="`",
            strings="'\"",
        )
    return Vocabulary(KEYWORDS, _TRINO_RESERVED, FUNCTIONS, TYPES, _LOWER)
