"""What to do about a query that Athena failed: nearest names for what it did not find, advice for its commoner errors.

Codes: trino.io StandardErrorCode and HiveErrorCode; docs.aws.amazon.com/athena, "Troubleshooting in Athena".
"""

from __future__ import annotations

from dataops_desktop.actions.nearest_names import nearest_names, suggestion
from dataops_desktop.interfaces.catalog_store import CatalogStore

_ADVICE = (
    (("PERMISSION_DENIED", "Access Denied", "Insufficient permissions", "not authorized to perform"),
     "Ask whoever runs the data lake for read access to that table: in Glue, in Lake Formation where it is used, and in its S3 folder."),
    (("HIVE_BAD_DATA", "HIVE_PARTITION_SCHEMA_MISMATCH"), "Some of the table's files hold another type than the table says: compare the partition's columns, or correct the table in Glue."),
    (("HIVE_CURSOR_ERROR", "HIVE_CANNOT_OPEN_SPLIT", "HIVE_FILESYSTEM_ERROR"), "A file of the table cannot be read: it may be gone, broken, or encrypted with a key you may not use."),
    (("HIVE_PATH_ALREADY_EXISTS",), "Choose an empty folder: Athena writes into no other."),
    (("TABLE_ALREADY_EXISTS",), "Choose another name, or drop the table first."),
    (("Bytes scanned limit", "bytes scanned cutoff"), "The workgroup stops queries at this size: add a condition on a partition column, read fewer columns, or use another workgroup."),
    (("EXCEEDED_MEMORY_LIMIT", "EXCEEDED_LOCAL_MEMORY_LIMIT", "exhausted resources"), "Read fewer columns or partitions, join the smaller table last, or use approx_distinct() for count(DISTINCT …)."),
    (("EXCEEDED_TIME_LIMIT", "Query timeout"), "Read less at once, or ask for a longer DML timeout in Service Quotas."),
    (("DIVISION_BY_ZERO",), "Divide by nullif(x, 0)."),
    (("INVALID_CAST_ARGUMENT", "INVALID_FUNCTION_ARGUMENT"), "A value does not fit: try_cast() and try() give NULL instead of an error."),
)  # fmt: skip


def remedy(catalog: CatalogStore, reason: str, sql: str, database: str) -> str:
    """One sentence, or nothing where there is none to give. Blocks: the local catalog is read."""
    names = suggestion(nearest_names(catalog, reason, sql, database))
    if names:
        return names
    lower = reason.lower()
    return next((text for signs, text in _ADVICE if any(sign.lower() in lower for sign in signs)), "")
