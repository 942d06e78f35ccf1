"""The S3 card."""

from dataops_desktop.interfaces.connector import Feature, Manifest

MANIFEST = Manifest(
    id="s3",
    title="AWS S3",
    order=3,
    factory="dataops_desktop.connectors.s3.connector:create",
    domain="AWS S3",
    command_titles=(("s3.browse", "Browse buckets"), ("s3.upload", "Upload files")),
    features=(
        Feature("s3.list", "List buckets", ("s3:ListAllMyBuckets",), checked=True),
        Feature("s3.read", "Read objects", ("s3:ListBucket", "s3:GetObject")),
        Feature("s3.write", "Upload, copy and delete", ("s3:PutObject", "s3:DeleteObject")),
    ),
)
