"""The Athena card."""

from dataops_desktop.interfaces.connector import Manifest

MANIFEST = Manifest(
    id="athena",
    title="AWS Athena",
    order=2,
    factory="dataops_desktop.connectors.athena.connector:create",
    domain="AWS Athena",
    command_titles=(("query.new", "Open query editor"), ("history.show", "View history")),
)
