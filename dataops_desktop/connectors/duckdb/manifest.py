"""The local engine has no card: it is not a service one connects to."""

from dataops_desktop.interfaces.connector import Manifest

MANIFEST = Manifest(
    id="duckdb",
    title="Local engine (DuckDB)",
    order=100,
    factory="dataops_desktop.connectors.duckdb.connector:create",
    domain="Local",
)
