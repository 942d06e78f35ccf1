"""Which keywords can stand where: the tables that `expected` reads. Trino's grammar with Hive's statements."""

from __future__ import annotations

STARTERS = (
    "SELECT", "WITH", "INSERT INTO", "CREATE TABLE", "CREATE VIEW", "SHOW TABLES", "SHOW PARTITIONS", "DESCRIBE", "MSCK REPAIR TABLE", "UNLOAD",
    "EXPLAIN", "DROP TABLE", "DROP VIEW", "ALTER TABLE", "UPDATE", "DELETE FROM", "MERGE INTO", "SHOW CREATE TABLE", "SHOW COLUMNS IN",
    "SHOW DATABASES", "SHOW VIEWS", "CREATE EXTERNAL TABLE", "CREATE OR REPLACE VIEW", "CREATE DATABASE", "DROP DATABASE", "PREPARE", "EXECUTE",
    "DEALLOCATE PREPARE", "VALUES", "USE", "OPTIMIZE", "VACUUM", "TRUNCATE TABLE", "ANALYZE",
)  # fmt: skip
QUERY_START = ("SELECT", "WITH", "VALUES")
OPERAND = ("CASE", "CAST(", "NOT", "NULL", "EXISTS", "TRUE", "FALSE", "INTERVAL", "DATE", "TIMESTAMP", "EXTRACT(", "ROW(", "ARRAY[",
            "CURRENT_DATE", "CURRENT_TIMESTAMP", "TRY_CAST(")  # fmt: skip
OPERATOR = (
    "AND",
    "OR",
    "IN",
    "NOT IN",
    "LIKE",
    "NOT LIKE",
    "BETWEEN",
    "IS NULL",
    "IS NOT NULL",
    "IS DISTINCT FROM",
    "NOT BETWEEN",
    "ESCAPE",
    "AT TIME ZONE",
)
AFTER_RELATION = ("WHERE", "JOIN", "LEFT JOIN", "ON", "USING", "AS", "GROUP BY", "ORDER BY", "LIMIT", "INNER JOIN", "CROSS JOIN", "RIGHT JOIN",
                   "FULL JOIN", "NATURAL JOIN", "CROSS JOIN UNNEST", "UNION ALL", "UNION", "HAVING", "EXCEPT", "INTERSECT", "OFFSET", "TABLESAMPLE",
                   "FOR TIMESTAMP AS OF", "FOR VERSION AS OF", "WINDOW", "LEFT OUTER JOIN", "RIGHT OUTER JOIN", "FULL OUTER JOIN")  # fmt: skip
AFTER_WHERE = (
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "HAVING",
    "UNION ALL",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "OFFSET",
    "WINDOW",
)
AFTER: dict[str, tuple[str, ...]] = {
    "SELECT": ("FROM", "AS", "OVER", "FILTER", "WITHIN GROUP", "WHERE", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"),
    "WHERE": AFTER_WHERE,
    "ON": ("JOIN", "LEFT JOIN", "INNER JOIN", "CROSS JOIN", "RIGHT JOIN", "FULL JOIN", "WHERE", *AFTER_WHERE),
    "GROUP": ("HAVING", "ORDER BY", "LIMIT", "UNION ALL", "UNION"),
    "HAVING": ("ORDER BY", "LIMIT", "UNION ALL", "UNION"),
    "ORDER": ("ASC", "DESC", "NULLS FIRST", "NULLS LAST", "LIMIT", "OFFSET", "FETCH FIRST"),
    "LIMIT": ("OFFSET", "UNION ALL", "UNION"),
    "SET": ("WHERE",),
    "QUALIFY": ("ORDER BY", "LIMIT"),
}  # fmt: skip
# The words that can follow a word; anywhere.
FOLLOWS: dict[str, tuple[str, ...]] = {
    "GROUP": ("BY",), "ORDER": ("BY",), "PARTITION": ("BY",), "LEFT": ("JOIN", "OUTER JOIN"), "RIGHT": ("JOIN", "OUTER JOIN"),
    "FULL": ("JOIN", "OUTER JOIN"), "INNER": ("JOIN",), "OUTER": ("JOIN",), "CROSS": ("JOIN",), "NATURAL": ("JOIN", "LEFT JOIN"),
    "IS": ("NULL", "NOT NULL", "DISTINCT FROM", "NOT DISTINCT FROM", "TRUE", "FALSE"), "NULLS": ("FIRST", "LAST"), "UNION": ("ALL", "DISTINCT", "SELECT"),
    "INTERSECT": ("SELECT", "ALL"), "EXCEPT": ("SELECT", "ALL"), "MINUS": ("SELECT",), "INSERT": ("INTO",), "DELETE": ("FROM",), "MERGE": ("INTO",), "OVER": ("(",),
    "EXPLAIN": ("ANALYZE", "SELECT", "WITH", "(TYPE DISTRIBUTED)", "(FORMAT JSON)", "INSERT INTO", "CREATE TABLE"), "MSCK": ("REPAIR TABLE",), "REPAIR": ("TABLE",),
    "SHOW": ("TABLES", "PARTITIONS", "DATABASES", "SCHEMAS", "COLUMNS IN", "CREATE TABLE", "CREATE VIEW", "VIEWS", "TBLPROPERTIES", "FUNCTIONS"),
    "CREATE": ("TABLE", "EXTERNAL TABLE", "VIEW", "OR REPLACE VIEW", "DATABASE", "SCHEMA", "TABLE IF NOT EXISTS", "EXTERNAL TABLE IF NOT EXISTS"),
    "DROP": ("TABLE", "VIEW", "DATABASE", "SCHEMA", "TABLE IF EXISTS", "VIEW IF EXISTS", "COLUMN", "PARTITION"),
    "ALTER": ("TABLE", "DATABASE", "VIEW"), "EXTERNAL": ("TABLE",), "REPLACE": ("VIEW",), "WITHIN": ("GROUP",), "AT": ("TIME ZONE",),
    "UNBOUNDED": ("PRECEDING", "FOLLOWING"), "CURRENT": ("ROW",), "DEALLOCATE": ("PREPARE",), "MATCHED": ("THEN",), "PRIMARY": ("KEY",),
}  # fmt: skip
UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
ALTER = ("ADD COLUMNS", "ADD PARTITION", "ADD IF NOT EXISTS PARTITION", "DROP PARTITION", "DROP COLUMN", "RENAME PARTITION", "REPLACE COLUMNS",
          "SET LOCATION", "SET TBLPROPERTIES", "CHANGE COLUMN")  # fmt: skip
TABLE_PROPERTIES = ("format", "external_location", "partitioned_by", "bucketed_by", "bucket_count", "write_compression", "field_delimiter",
                     "table_type", "location", "is_external", "partitioning", "vacuum_min_snapshots_to_keep")  # fmt: skip
FORMATS = ("'PARQUET'", "'ORC'", "'AVRO'", "'JSON'", "'TEXTFILE'", "'ICEBERG'")
DDL_TABLE = {"DESCRIBE", "DESC", "ANALYZE", "VACUUM", "OPTIMIZE", "REFRESH"}
