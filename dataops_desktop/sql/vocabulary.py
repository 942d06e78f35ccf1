"""Keywords and functions of Athena's SQL (Trino's grammar plus Hive's DDL), for highlighting and completion."""

from __future__ import annotations

KEYWORDS: tuple[str, ...] = tuple(
    """ADD ALL ALTER AND ANALYZE ANTI ANY ARRAY AS ASC AT BETWEEN BY CASCADE CASE CAST COLUMN COLUMNS COMMENT CREATE CROSS CUBE
    CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DATABASES DATE DEALLOCATE DELETE DESC DESCRIBE DISTINCT DROP ELSE END
    ESCAPE EXCEPT EXECUTE EXISTS EXPLAIN EXTERNAL EXTRACT FALSE FETCH FILTER FIRST FOLLOWING FOR FORMAT FROM FULL FUNCTION GROUP
    GROUPING HAVING IF IN INNER INSERT INTERSECT INTERVAL INTO IS JOIN LAST LATERAL LEFT LIKE LIMIT LOCATION MAP MERGE MSCK
    NATURAL NOT NULL NULLS OFFSET ON OR ORDER ORDINALITY OUTER OVER PARTITION PARTITIONED PARTITIONS PRECEDING PREPARE RANGE
    REPAIR REPLACE RIGHT ROLLUP ROW ROWS SCHEMA SCHEMAS SELECT SERDE SET SETS SHOW STORED TABLE TABLES TABLESAMPLE
    TBLPROPERTIES THEN TIMESTAMP TO TRUE UNBOUNDED UNION UNLOAD UNNEST UPDATE USING VALUES VIEW VIEWS WHEN WHERE WINDOW WITH""".split()
)

# name → signature and return type (docs.aws.amazon.com: Athena engine version 3 follows Trino's functions).
FUNCTIONS: dict[str, str] = {
    "abs": "abs(x) → same as x", "approx_distinct": "approx_distinct(x) → bigint", "approx_percentile": "approx_percentile(x, percentage) → same as x",
    "array_agg": "array_agg(x) → array", "array_distinct": "array_distinct(array) → array", "array_join": "array_join(array, delimiter) → varchar",
    "array_max": "array_max(array) → element", "array_min": "array_min(array) → element", "array_sort": "array_sort(array) → array",
    "arbitrary": "arbitrary(x) → same as x", "avg": "avg(x) → double", "bool_and": "bool_and(boolean) → boolean", "bool_or": "bool_or(boolean) → boolean",
    "cardinality": "cardinality(array or map) → bigint", "ceil": "ceil(x) → same as x", "coalesce": "coalesce(value, …) → same type", "concat": "concat(string, …) → varchar",
    "contains": "contains(array, element) → boolean", "corr": "corr(y, x) → double", "count": "count(*) → bigint", "count_if": "count_if(boolean) → bigint",
    "cume_dist": "cume_dist() → double", "current_date": "current_date → date", "date": "date(x) → date", "date_add": "date_add(unit, value, timestamp) → timestamp",
    "date_diff": "date_diff(unit, timestamp1, timestamp2) → bigint", "date_format": "date_format(timestamp, format) → varchar",
    "date_parse": "date_parse(string, format) → timestamp", "date_trunc": "date_trunc(unit, x) → same as x", "day": "day(x) → bigint",
    "day_of_week": "day_of_week(x) → bigint", "day_of_year": "day_of_year(x) → bigint", "dense_rank": "dense_rank() → bigint", "element_at": "element_at(array or map, key) → value",
    "exp": "exp(x) → double", "filter": "filter(array, function) → array", "first_value": "first_value(x) → same as x", "flatten": "flatten(array) → array",
    "floor": "floor(x) → same as x", "format": "format(format, args…) → varchar", "format_datetime": "format_datetime(timestamp, format) → varchar",
    "from_iso8601_date": "from_iso8601_date(string) → date", "from_iso8601_timestamp": "from_iso8601_timestamp(string) → timestamp with time zone",
    "from_unixtime": "from_unixtime(seconds) → timestamp", "geometric_mean": "geometric_mean(x) → double", "greatest": "greatest(value, …) → same type",
    "histogram": "histogram(x) → map", "hour": "hour(x) → bigint", "if": "if(condition, true_value, false_value) → same type",
    "json_extract": "json_extract(json, path) → json", "json_extract_scalar": "json_extract_scalar(json, path) → varchar", "json_parse": "json_parse(string) → json",
    "lag": "lag(x, offset, default) → same as x", "last_day_of_month": "last_day_of_month(x) → date", "last_value": "last_value(x) → same as x",
    "lead": "lead(x, offset, default) → same as x", "least": "least(value, …) → same type", "length": "length(string) → bigint", "ln": "ln(x) → double",
    "log10": "log10(x) → double", "lower": "lower(string) → varchar", "lpad": "lpad(string, size, pad) → varchar", "ltrim": "ltrim(string) → varchar",
    "map_agg": "map_agg(key, value) → map", "map_keys": "map_keys(map) → array", "map_values": "map_values(map) → array", "max": "max(x) → same as x",
    "max_by": "max_by(x, y) → same as x", "min": "min(x) → same as x", "min_by": "min_by(x, y) → same as x", "minute": "minute(x) → bigint", "mod": "mod(n, m) → same as n",
    "month": "month(x) → bigint", "now": "now() → timestamp with time zone", "ntile": "ntile(n) → bigint", "nullif": "nullif(value1, value2) → same as value1",
    "percent_rank": "percent_rank() → double", "power": "power(x, p) → double", "quarter": "quarter(x) → bigint", "rand": "rand() → double", "rank": "rank() → bigint",
    "reduce": "reduce(array, initial, input, output) → value", "regexp_extract": "regexp_extract(string, pattern, group) → varchar",
    "regexp_like": "regexp_like(string, pattern) → boolean", "regexp_replace": "regexp_replace(string, pattern, replacement) → varchar",
    "replace": "replace(string, search, replace) → varchar", "reverse": "reverse(x) → same as x", "round": "round(x, d) → same as x", "row_number": "row_number() → bigint",
    "rpad": "rpad(string, size, pad) → varchar", "rtrim": "rtrim(string) → varchar", "second": "second(x) → bigint", "sequence": "sequence(start, stop, step) → array",
    "sign": "sign(x) → same as x", "slice": "slice(array, start, length) → array", "split": "split(string, delimiter) → array", "split_part": "split_part(string, delimiter, index) → varchar",
    "sqrt": "sqrt(x) → double", "stddev": "stddev(x) → double", "strpos": "strpos(string, substring) → bigint", "substr": "substr(string, start, length) → varchar",
    "sum": "sum(x) → same as x", "to_iso8601": "to_iso8601(x) → varchar", "to_unixtime": "to_unixtime(timestamp) → double", "transform": "transform(array, function) → array",
    "trim": "trim(string) → varchar", "truncate": "truncate(x) → double", "try": "try(expression) → same type", "try_cast": "try_cast(value AS type) → type",
    "typeof": "typeof(x) → varchar", "upper": "upper(string) → varchar", "url_extract_host": "url_extract_host(url) → varchar", "uuid": "uuid() → uuid",
    "var_pop": "var_pop(x) → double", "variance": "variance(x) → double", "week": "week(x) → bigint", "year": "year(x) → bigint", "zip": "zip(array1, array2) → array",
}  # fmt: skip

TYPES: tuple[str, ...] = (
    "array", "bigint", "binary", "boolean", "char", "date", "decimal", "double", "float", "int", "integer", "json", "map", "real", "row",
    "smallint", "string", "struct", "timestamp", "tinyint", "varbinary", "varchar",
)  # fmt: skip

RESERVED = frozenset(KEYWORDS)
