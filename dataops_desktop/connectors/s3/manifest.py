"""The S3 card."""

from dataops_desktop.interfaces.connector import Manifest

MANIFEST = Manifest(
    id="s3",
    title="AWS S3",
    order=3,
    factory="dataops_desktop.connectors.s3.connector:create",
    domain="AWS S3",
    command_titles=(("s3.browse", "Browse buckets"), ("s3.upload", "Upload files")),
)
