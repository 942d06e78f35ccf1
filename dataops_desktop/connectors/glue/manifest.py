"""The Glue card."""

from dataops_desktop.interfaces.connector import Manifest

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
)
