"""Run all benchmarks or one, print the table, and with no name write it to docs/benchmarks.md."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import sys
from pathlib import Path

from benchmarks.harness import Row, machine, table

NAMES = ("start", "sync", "loop", "query", "grid")


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted) - set(NAMES):
        print(f"No benchmark named {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}.")
        return 2
    rows: list[Row] = []
    for name in wanted:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run()
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
