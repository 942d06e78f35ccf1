"""Data files of an Iceberg table's current snapshot, as far as the sandbox reads them: Parquet, no delete files."""

from __future__ import annotations

import io
import json
from typing import Any

from dataops_desktop.sandbox.athena.failures import QueryFailedError


def iceberg_files(metadata_location: str, backend: Any) -> list[str]:
    """Paths of the live files; QueryFailedError where the table cannot be read."""
    import fastavro

    def read(place: str) -> bytes:
        bucket, _, key = place.partition("://")[2].partition("/")
        found = backend.get_object(bucket, key)
        if found is None:
            raise QueryFailedError(f"ICEBERG_INVALID_METADATA: {place} does not exist")
        return bytes(found.value)

    def records(place: str) -> list[dict[str, Any]]:
        return list(fastavro.reader(io.BytesIO(read(place))))  # type: ignore[arg-type]

    metadata = json.loads(read(metadata_location))
    current = metadata.get("current-snapshot-id")
    snapshot = next((s for s in metadata.get("snapshots") or [] if s["snapshot-id"] == current), None)
    if snapshot is None:
        return []
    paths = []
    for manifest in records(snapshot["manifest-list"]):
        if manifest.get("content"):
            raise QueryFailedError("NOT_SUPPORTED: the sandbox does not read Iceberg delete files")
        paths += [e["data_file"]["file_path"] for e in records(manifest["manifest_path"]) if e["status"] != 2]
    return paths
