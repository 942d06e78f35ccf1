"""A second, small account: enough to see that two connections are two."""

from __future__ import annotations

import pyarrow as pa

from dataops_desktop.sandbox.seed.writer import REGION, WorldWriter

RESEARCH = "210987654321"


def seed_research() -> None:
    """One bucket, one table, one workgroup with a place for results."""
    from moto.athena.models import athena_backends

    writer = WorldWriter(RESEARCH)
    writer.bucket("research-lab")
    writer.bucket("research-query-results")
    writer.database("trials_db", "Trials of the research department")
    writer.dataset(
        "trials_db",
        "measurements",
        "research-lab",
        "measurements",
        "parquet",
        pa.table(
            {
                "trial": [f"T-{number % 7:02d}" for number in range(700)],
                "dose_mg": [float(number % 5) * 2.5 for number in range(700)],
                "response": [round((number * 37 % 101) / 101, 4) for number in range(700)],
            }
        ),
        [
            ("trial", "string", ""),
            ("dose_mg", "double", "Milligrams"),
            ("response", "double", "Share of the maximum"),
        ],
        description="Responses by dose",
    )
    athena_backends[RESEARCH][REGION].work_groups["primary"].configuration["ResultConfiguration"] = {
        "OutputLocation": "s3://research-query-results/"
    }
