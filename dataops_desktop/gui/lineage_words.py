"""Lineage's own words, as a person reads them."""

from __future__ import annotations

from dataops_desktop.gui.language import tr

EDGES = {
    "located_in": tr("stored in"),
    "reads": tr("read by"),
    "writes": tr("written to"),
    "derives": tr("source of"),
    "published_as": tr("published as"),
}
ORIGINS = {
    "glue": tr("Glue"), "view": tr("a view"), "query": tr("a query"), "job": tr("a job"), "saved": tr("a saved query"), "crawler": tr("a crawler"),
    "openlineage": tr("OpenLineage"), "upload": tr("an upload"), "file": tr("a file"),
}  # fmt: skip
HOW = {
    "identity": tr("as it is"), "transformation": tr("changed"), "aggregation": tr("aggregated"), "window": tr("by a window"),
    "filter": tr("filters rows"), "join": tr("joins rows"), "group": tr("groups rows"), "order": tr("orders rows"), "output": tr("values"),
}  # fmt: skip
EFFECTS = {
    "breaks": tr("Breaks"), "may break": tr("May break"), "stale": tr("Is not refreshed"), "changes": tr("Values change"), "rows": tr("Rows may change"),
}  # fmt: skip
KINDS = {
    "column": tr("Column"), "table": tr("Table"), "view": tr("View"), "query": tr("Query"), "saved query": tr("Saved query"), "job": tr("Job"),
    "data product": tr("Data product"), "process": tr("Process"), "person": tr("Person"), "storage": tr("Storage"),
}  # fmt: skip
TYPES = {
    "glue-database": tr("Database"), "glue-table": tr("Table"), "s3-bucket": tr("Bucket"), "athena-table": tr("Athena table"), "athena-query": tr("Query"),
    "saved-query": tr("Saved query"), "glue-job": tr("Job"), "glue-crawler": tr("Crawler"), "local-file": tr("File"), "openlineage-dataset": tr("Dataset"),
    "openlineage-job": tr("OpenLineage job"), "quicksight-dataset": tr("Data product"), "databricks-table": tr("Databricks table"),
    "snowflake-table": tr("Snowflake table"),
}  # fmt: skip


def sure(confidence: float) -> str:
    """`80 %`."""
    return f"{confidence:.0%}".replace("%", " %")
