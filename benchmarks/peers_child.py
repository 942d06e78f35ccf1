"""Runs in the peers' own environment: small queries through PyAthena and awswrangler, what each adds to the engine's time.

Arguments: endpoint, region, database, runs. Standard input: the SQL. Standard output: one JSON line, name → milliseconds.
"""

from __future__ import annotations

import json
import sys
import time


def main() -> int:
    endpoint, region, database, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    sql = sys.stdin.read()
    import awswrangler as wr
    import boto3
    import pyathena
    from pyathena.arrow.cursor import ArrowCursor

    session = boto3.Session("test", "test", region_name=region)
    wr.config.athena_endpoint_url = wr.config.s3_endpoint_url = wr.config.glue_endpoint_url = endpoint
    wr.config.sts_endpoint_url = endpoint
    found: dict[str, list[float]] = {}

    def pyathena_runs(name: str, **options: object) -> None:
        connection = pyathena.connect(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=region, endpoint_url=endpoint, schema_name=database,
            work_group="primary", s3_staging_dir="s3://dataops-query-results/peers/", **options,
        )  # fmt: skip
        cursor = connection.cursor()
        for _ in range(runs):
            started = time.perf_counter()
            cursor.execute(sql)
            rows = cursor.fetchall()
            took = (time.perf_counter() - started) * 1000
            assert len(rows) == 20, len(rows)
            found.setdefault(name, []).append(took - (cursor.total_execution_time_in_millis or 0))

    pyathena_runs("PyAthena, its defaults")
    pyathena_runs("PyAthena, polling every 50 ms", poll_interval=0.05)
    if "arrow" in sys.argv[5:]:
        pyathena_runs(
            "PyAthena ArrowCursor, polling every 50 ms", poll_interval=0.05, cursor_class=ArrowCursor
        )
    for name, more in (
        ("awswrangler, its defaults", {}),
        ("awswrangler, polling every 50 ms", {"athena_query_wait_polling_delay": 0.05}),
    ):
        for _ in range(runs):
            started = time.perf_counter()
            frame = wr.athena.read_sql_query(
                sql, database=database, ctas_approach=False, boto3_session=session, workgroup="primary", s3_output="s3://dataops-query-results/peers/", **more,
            )  # fmt: skip
            took = (time.perf_counter() - started) * 1000
            assert len(frame) == 20
            engine = frame.query_metadata["Statistics"]["TotalExecutionTimeInMillis"]
            found.setdefault(name, []).append(took - engine)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
