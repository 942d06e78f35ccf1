"""The Glue card."""

from dataops_desktop.interfaces.connector import Feature, Manifest

MANIFEST = Manifest(
    id="glue",
    title="AWS Glue",
    order=1,
    factory="dataops_desktop.connectors.glue.connector:create",
    domain="AWS Glue",
    command_titles=(
        ("connection.manage", "Configure"),
        ("glue.sync", "Sync now"),
        ("catalog.show", "View catalog"),
        ("glue.etl", "Jobs"),
    ),
    features=(
        Feature("glue.read", "Read the catalog", ("glue:GetDatabases",), checked=True),
        Feature("glue.tables", "Read tables and partitions", ("glue:GetTables", "glue:GetPartitions")),
        Feature("glue.write", "Create and change tables", ("glue:CreateTable", "glue:UpdateTable")),
        Feature("glue.run", "Start crawlers and jobs", ("glue:StartCrawler", "glue:StartJobRun")),
    ),
)
