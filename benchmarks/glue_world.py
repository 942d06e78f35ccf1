"""Many tables in an empty sandbox, and the bare boto3 drain that is the sync's floor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dataops_desktop.aws.session import AwsSession
from dataops_desktop.interfaces.connector import ConnectionOptions

THREADS, PARTITION_THREADS = 4, 8


PARTITIONED_EVERY = 10  # one table in ten has partitions, as many catalogs do


def fill(options: ConnectionOptions, tables: int, databases: int = 20, columns: int = 25) -> None:
    glue = AwsSession(options).client("glue")
    described = [{"Name": f"column_{i}", "Type": "string", "Comment": f"Comment {i}"} for i in range(columns)]

    def make(database: str) -> None:
        glue.create_database(DatabaseInput={"Name": database})
        for i in range(tables // databases):
            location = f"s3://lake/{database}/table_{i:05d}/"
            partitioned = i % PARTITIONED_EVERY == 0
            glue.create_table(
                DatabaseName=database,
                TableInput={
                    "Name": f"table_{i:05d}",
                    "Description": f"Table {i}",
                    "Parameters": {"classification": "parquet", "recordCount": "1000"},
                    "PartitionKeys": [{"Name": "dt", "Type": "string"}] if partitioned else [],
                    "StorageDescriptor": {"Columns": described, "Location": location},
                },
            )
            if partitioned:
                glue.batch_create_partition(
                    DatabaseName=database,
                    TableName=f"table_{i:05d}",
                    PartitionInputList=[
                        {
                            "Values": [f"2026-11-{day:02d}"],
                            "StorageDescriptor": {
                                "Columns": described,
                                "Location": f"{location}dt=2026-11-{day:02d}/",
                            },
                        }
                        for day in range(1, 4)
                    ],
                )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make, [f"database_{i:02d}" for i in range(databases)]))


def drain(options: ConnectionOptions) -> int:
    """Every page of every database and of the partitions, parsed and counted: the calls any client must make, as parallel as ours."""
    glue = AwsSession(options).client("glue")

    def pages(call: Any, member: str, **arguments: Any) -> list[Any]:
        found, token = [], None
        while True:
            answer = call(MaxResults=100, **arguments, **({"NextToken": token} if token else {}))
            found += answer[member]
            token = answer.get("NextToken")
            if not token:
                return found

    def partitions(table: Any) -> int:
        if not table.get("PartitionKeys"):
            return 0
        return len(
            glue.get_partitions(DatabaseName=table["DatabaseName"], TableName=table["Name"], MaxResults=1000)[
                "Partitions"
            ]
        )

    names = [d["Name"] for d in pages(glue.get_databases, "DatabaseList")]
    with ThreadPoolExecutor(THREADS) as pool, ThreadPoolExecutor(PARTITION_THREADS) as inner:

        def database(name: str) -> int:
            tables = pages(glue.get_tables, "TableList", DatabaseName=name)
            list(inner.map(partitions, tables))
            return len(tables)

        return sum(pool.map(database, names))
