"""Glue with real paging, versions and crawlers that read the objects."""
