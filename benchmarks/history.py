"""Searching a history of a million queries, as the panel does while somebody types."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from benchmarks.harness import Row, median, percentile, spread
from dataops_desktop.storage.workspace import SqliteWorkspace

QUERIES = 1_000_000
SEARCHES = (
    "vendor",
    "vendor_4711",
    "sum(amount) 2023",
    "zebra",
    "select",
    "from t_9",
    "id",
    "nothing_like_this",
)


def run() -> list[Row]:
    chance = random.Random(4)
    names = ["vendor", "amount", "region", "orders", "customer", "flights", "zebra"]
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteWorkspace(Path(folder) / "w.dataops")
        with store.history._database.write() as db:
            db.execute("DROP TRIGGER query_inserted")
            db.executemany(
                "INSERT INTO query (engine, source, sql, state, submitted_at, pid) VALUES ('athena', 'aws:1:x', ?, 'SUCCEEDED', ?, 1)",
                (
                    (f"SELECT {chance.choice(names[:6])}_{chance.randrange(9999)}, sum(amount) FROM t_{i % 977} WHERE year = {2000 + i % 25}", f"2024-01-01T00:00:{i}")
                    for i in range(QUERIES)
                ),
            )  # fmt: skip
            db.execute("INSERT INTO query_search (query_search) VALUES ('rebuild')")
        times: list[float] = []
        worst = ("", 0.0)
        for _ in range(5):
            for text in SEARCHES:
                started = time.perf_counter()
                store.history.queries(text)
                took = (time.perf_counter() - started) * 1000
                times.append(took)
                worst = max(worst, (text, took), key=lambda pair: pair[1])
        store.close()
    return [
        Row(
            "history",
            f"{QUERIES:,} queries: search, 95th percentile",
            percentile(times, 0.95),
            "ms",
            100,
            f"{spread(times)}, median {median(times):.1f}, slowest “{worst[0]}”",
        )
    ]
