"""A made-up catalog of any size, for measuring: `--tables N`."""

from __future__ import annotations

from typing import Any

from dataops_desktop.sandbox.seed.writer import ACCOUNT, REGION, created

DATABASES, COLUMNS, PARTITIONED_EVERY = 20, 25, 10


def seed_many(tables: int) -> None:
    """So many tables of 25 columns in 20 databases, one in ten with three partitions."""
    from moto.glue.models import glue_backends

    glue = glue_backends[ACCOUNT][REGION]
    columns = [{"Name": f"column_{i}", "Type": "string", "Comment": f"Comment {i}"} for i in range(COLUMNS)]
    for d in range(DATABASES):
        database = f"database_{d:02d}"
        glue.create_database(database, {"Name": database})
        for t in range(tables // DATABASES):
            name, partitioned = f"table_{t:06d}", t % PARTITIONED_EVERY == 0
            location = f"s3://lake/{database}/{name}/"
            record: dict[str, Any] = {
                "Name": name,
                "Description": f"Table {t}",
                "Parameters": {"classification": "parquet", "recordCount": "1000"},
                "PartitionKeys": [{"Name": "dt", "Type": "string"}] if partitioned else [],
                "StorageDescriptor": {"Columns": columns, "Location": location},
            }
            table = created(glue.create_table(database, name, record))
            if partitioned:
                for day in range(1, 4):
                    place = {"Columns": columns, "Location": f"{location}dt=2026-11-{day:02d}/"}
                    table.create_partition({"Values": [f"2026-11-{day:02d}"], "StorageDescriptor": place})
