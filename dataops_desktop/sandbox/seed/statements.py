"""What colleagues left in Athena: named queries, a prepared statement, and the queries of the last weeks."""

from __future__ import annotations

import random
import time
from typing import Any

DAYS, A_DAY = 40, 8
_NAMED = (
    ("Spend by vendor", "contracts_db", "Total spend of each vendor in a year", "SELECT vendor_id, sum(amount) AS total_spend\nFROM contract_spend\nWHERE year = :year\nGROUP BY vendor_id\nORDER BY total_spend DESC"),
    ("Late flights", "flights_db", "Flights more than two hours late", "SELECT carrier, flight, origin, dest, arr_delay\nFROM flights\nWHERE month = 7 AND arr_delay > 120"),
)  # fmt: skip
_PAST = (
    ("primary", "contracts_db", "SELECT vendor_id, sum(amount) FROM contract_spend WHERE year = {year} GROUP BY 1", 190_000),
    ("primary", "flights_db", "SELECT carrier, avg(arr_delay) FROM flights WHERE month = {month} GROUP BY 1", 410_000_000),
    ("reporting", "logistics_db", "SELECT region, count(*) FROM shipment_tracking GROUP BY region", 61_000_000_000),
    ("reporting", "flights_db", "SELECT origin, dest, count(*) FROM flights GROUP BY 1, 2", 250_000_000_000),
    ("dedicated", "finance_db", "SELECT sum(amount) FROM invoices WHERE paid_at > timestamp '2024-{month:02d}-01'", 90_000_000_000),
)  # fmt: skip


def seed_statements(athena: Any) -> None:
    """Into one region's backend."""
    from dataops_desktop.sandbox.athena.execution import Execution
    from dataops_desktop.sandbox.athena.statement import classify

    for name, database, description, sql in _NAMED:
        athena.create_named_query(name, description, database, sql, "primary")
    athena.prepared.put(
        "vendor_by_id", athena.work_groups["primary"], "SELECT * FROM vendor_info WHERE vendor_id = ?"
    )
    source = random.Random(23)
    now = time.time()
    moments = sorted(now - 86_400 * (1 + source.random() * DAYS) for _ in range(DAYS * A_DAY // 2))
    for moment in moments:
        group, database, pattern, scanned = source.choice(_PAST)
        sql = pattern.format(year=source.randrange(2021, 2025), month=source.randrange(1, 13))
        execution = Execution(
            classify(sql), None, database=database, workgroup=athena.work_groups[group], configuration={}, parameters=None, prepared=athena.prepared, denied=None
        )  # fmt: skip
        failed = source.random() < 0.06
        execution.status = "FAILED" if failed else "SUCCEEDED"
        execution.reason = (
            "COLUMN_NOT_FOUND: line 1:8: Column 'vendr_id' cannot be resolved" if failed else ""
        )
        execution.submitted = moment
        execution.started = moment + source.random()
        execution.engine_ms = source.randrange(300, 20_000)
        execution.finished = execution.started + execution.engine_ms / 1000
        execution.bytes_scanned = 0 if failed else int(scanned * source.uniform(0.8, 1.2))
        execution.dpu_count = 4.0 if group == "dedicated" else 0.0
        athena.executions[execution.id] = execution
