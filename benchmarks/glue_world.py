"""Many tables in an empty sandbox, and the bare boto3 drain that is the sync's floor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dataops_desktop.aws.session import AwsSession
from dataops_desktop.interfaces.connector import ConnectionOptions

THREADS = 4


def fill(options: ConnectionOptions, tables: int, databases: int = 20, columns: int = 25) -> None:
    glue = AwsSession(options).client("glue")
    described = [{"Name": f"column_{i}", "Type": "string", "Comment": f"Comment {i}"} for i in range(columns)]

    def make(database: str) -> None:
        glue.create_database(DatabaseInput={"Name": database})
        for i in range(tables // databases):
            glue.create_table(
                DatabaseName=database,
                TableInput={
                    "Name": f"table_{i:05d}",
                    "Description": f"Table {i}",
                    "Parameters": {"classification": "parquet", "recordCount": "1000"},
                    "StorageDescriptor": {
                        "Columns": described,
                        "Location": f"s3://lake/{database}/table_{i:05d}/",
                    },
                },
            )

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make, [f"database_{i:02d}" for i in range(databases)]))


def drain(options: ConnectionOptions) -> int:
    """Every page of every database, parsed and counted: what any client must do."""
    glue = AwsSession(options).client("glue")

    def pages(call: Any, member: str, **arguments: Any) -> list[Any]:
        found, token = [], None
        while True:
            answer = call(MaxResults=100, **arguments, **({"NextToken": token} if token else {}))
            found += answer[member]
            token = answer.get("NextToken")
            if not token:
                return found

    names = [d["Name"] for d in pages(glue.get_databases, "DatabaseList")]
    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(lambda name: len(pages(glue.get_tables, "TableList", DatabaseName=name)), names))
