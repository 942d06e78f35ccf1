"""Run all benchmarks or some, print the table, and with no name write it to docs/benchmarks.md.

Each runs in a process of its own: what one imports or leaves in memory must not show in the next.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Row, machine, table

NAMES = (
    "start",
    "sync",
    "catalog",
    "classification",
    "loop",
    "query",
    "peers",
    "grid",
    "editor",
    "completion",
    "estimate",
    "history",
    "s3",
    "cycles",
    "lineage",
    "lineage_canvas",
)
ONE = "--one"


def measured(name: str) -> list[Row]:
    """The rows of one benchmark, from its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", ONE, name], stdout=subprocess.PIPE, check=True, text=True
    )
    return [Row(**record) for record in json.loads(done.stdout.splitlines()[-1])]


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.argv[1:2] == [ONE]:
        rows = importlib.import_module(f"benchmarks.{sys.argv[2]}").run()
        print(json.dumps([dataclasses.asdict(row) for row in rows]), flush=True)
        os._exit(0)  # measured; how Qt and DuckDB take themselves down is not the question here
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted) - set(NAMES):
        print(f"No benchmark named {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
        return 2
    rows = []
    for name in wanted:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += measured(name)
    print(table(rows))
    if not sys.argv[1:]:
        text = (
            "# Benchmarks\n\nMade by `python3 dev.py bench`; one run, so read the ratios. Floors and peers are measured in the same run.\n"
            f"The sandbox stands in for AWS: engine times are its, not Athena's.\n\n{dt.datetime.now(dt.UTC):%Y-%m-%d} · {machine()}\n\n{table(rows)}\n"
        )
        Path("docs/benchmarks.md").write_text(text, encoding="utf-8")
    return 1 if any(row.met is False for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
