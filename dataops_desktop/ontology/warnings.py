"""The causes of a sync's warnings, and what to do about each: the report groups by them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """One kind of warning."""

    title: str
    remedy: str


CAUSES: dict[str, Cause] = {
    "column_types": Cause(
        "Column types mismatch",
        "The table and its partitions disagree on a type, so queries over old partitions may fail. Run the crawler with “update all new and "
        "existing partitions with metadata from the table”, or drop and add the partitions again.",
    ),
    "missing_columns": Cause(
        "Missing columns",
        "A crawler leaves such tables over files it could not read. Look at the files, choose a classifier, or delete the table.",
    ),
    "duplicate_columns": Cause(
        "Columns that differ only by case",
        "Engines read names without case, so one of them cannot be queried. Rename one at its source.",
    ),
    "no_partitions": Cause(
        "No partitions are registered",
        "A query finds no rows. Run MSCK REPAIR TABLE or ALTER TABLE ADD PARTITION, run the crawler, or set partition projection.",
    ),
    "stale_partitions": Cause(
        "Stale partitions",
        "No new data has arrived for much longer than usual. Ask the owner, or look at the job that writes the table.",
    ),
    "odd_parameters": Cause(
        "Properties are not what they claim",
        "A number or a flag in the table's properties cannot be read, so sizes and row counts are unknown. Correct them or run the crawler again.",
    ),
    "broken_view": Cause(
        "View text cannot be read",
        "The view's definition is damaged or of an unknown kind, so its lineage is unknown. Create the view again.",
    ),
    "no_description": Cause(
        "No description",
        "Nobody can tell what the table is for. Write one on the table's page; it can be written back to Glue.",
    ),
    "low_quality": Cause(
        "Low quality", "Open the table's page: its quality tab shows which parts are missing."
    ),
}


def cause(key: str) -> Cause:
    """The cause of a key; a key of an older version stays readable."""
    return CAUSES.get(key) or Cause(key.replace("_", " ").capitalize(), "")
