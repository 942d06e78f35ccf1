"""The Athena card."""

from dataops_desktop.interfaces.connector import Feature, Manifest

MANIFEST = Manifest(
    id="athena",
    title="AWS Athena",
    order=2,
    factory="dataops_desktop.connectors.athena.connector:create",
    domain="AWS Athena",
    command_titles=(("query.new", "Open query editor"), ("history.show", "View history")),
    features=(
        Feature("athena.look", "List workgroups", ("athena:ListWorkGroups",), checked=True),
        Feature(
            "athena.run",
            "Run queries",
            ("athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"),
        ),
        Feature("athena.stop", "Stop queries", ("athena:StopQueryExecution",)),
    ),
)
