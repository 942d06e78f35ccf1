"""Writing rows as a table's data files: Parquet, JSON lines or CSV, one folder per partition."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pyarrow as pa

from dataops_desktop.sandbox.athena.failures import QueryFailedError
from dataops_desktop.sandbox.athena.result_text import csv_bytes, text_table
from dataops_desktop.sandbox.hive_types import quote
from dataops_desktop.sandbox.object_files import ObjectFiles, write_object


class DataFiles:
    """Writes for one query, whose id is in the file names."""

    def __init__(self, connection: Any, files: ObjectFiles, stamp: str) -> None:
        self._connection, self._files, self._stamp = connection, files, stamp

    def _encoded(self, table: pa.Table, names: list[str], kind: str) -> tuple[bytes, str]:
        table = table.rename_columns(names)
        out = io.BytesIO()
        if kind == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(table, out, compression="snappy", coerce_timestamps="us")
            return out.getvalue(), ".snappy.parquet"
        if kind == "json":
            self._connection.register("_out", table)
            rows = self._connection.sql("SELECT to_json(_out) FROM _out").fetchall()
            self._connection.unregister("_out")
            return ("".join(f"{row[0]}\n" for row in rows)).encode(), ".json"
        return csv_bytes(names, text_table(table)).split(b"\n", 1)[1], ".csv"

    def write(
        self, table: pa.Table, names: list[str], kind: str, location: str, keys: list[str]
    ) -> list[tuple[list[str], str]]:
        """Write rows below `location`, one folder per partition; returns (values, folder) of each."""
        base = location.rstrip("/")
        table = table.rename_columns(names)
        stamp = f"{self._stamp}-{uuid.uuid4().hex[:8]}"
        written = [name for name in names if name not in keys]
        if not keys:
            body, suffix = self._encoded(table.select(written), written, kind)
            write_object(self._files.backend, f"{base}/{stamp}{suffix}", body)
            return []
        self._connection.register("_rows", table)
        chosen = ", ".join(quote(key) for key in keys)
        groups = self._connection.execute(f"SELECT DISTINCT {chosen} FROM _rows ORDER BY {chosen}").fetchall()
        if len(groups) > 100:
            raise QueryFailedError(
                "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets"
            )
        places = []
        for group in groups:
            where = " AND ".join(f"{quote(key)} IS NOT DISTINCT FROM ?" for key in keys)
            part = self._connection.sql(
                f"SELECT * FROM _rows WHERE {where}", params=list(group)
            ).to_arrow_table()
            body, suffix = self._encoded(part.select(written), written, kind)
            values = ["__HIVE_DEFAULT_PARTITION__" if value is None else str(value) for value in group]
            folder = base + "/" + "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=True)) + "/"
            write_object(self._files.backend, f"{folder}{stamp}{suffix}", body)
            places.append((values, folder))
        self._connection.unregister("_rows")
        return places
