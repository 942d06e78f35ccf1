"""Athena that runs SQL in DuckDB over the sandbox's own S3 objects."""
