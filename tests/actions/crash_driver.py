"""Kills a sync at its first, second, third … write, each in a process of its own, and judges what is left. Run by test_sync_crashes.py.

Arguments: workspace synced once before the world changed, workspace synced after, JSON of the connection's options, databases.
Prints one JSON line: {"steps": how many writes a whole sync makes, "problems": [texts]}.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import apsw

from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.storage.database import Database


def image(path: Path) -> list[tuple[object, ...]]:
    """The live catalog: tables with their columns."""
    connection = apsw.Connection(str(path))
    assert next(connection.execute("PRAGMA integrity_check"))[0] == "ok"
    assert list(connection.execute("PRAGMA foreign_key_check")) == []
    rows = list(
        connection.execute(
            "SELECT n.id, n.content_hash, (SELECT group_concat(name || ' ' || type) FROM column_of c WHERE c.table_key = n.node_key) "
            "FROM node n WHERE n.deleted_at IS NULL AND n.type IN ('glue-table', 'glue-database') ORDER BY n.id"
        )
    )
    connection.close()
    return rows


def state(path: Path) -> str:
    connection = apsw.Connection(str(path))
    found = next(connection.execute("SELECT state FROM sync_run ORDER BY run_id DESC LIMIT 1"))[0]
    connection.close()
    return str(found)


def sync(path: Path, options: ConnectionOptions, databases: tuple[str, ...]) -> None:
    with open_context(path, options) as context:
        asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions(databases)))


def crash_at(step: int) -> None:
    """This process dies inside its `step`-th transaction, before it is committed."""
    whole = Database.write
    count = [0]

    @contextmanager
    def write(self):
        with whole(self) as db:
            yield db
            count[0] += 1
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)

    Database.write = write  # type: ignore[method-assign]


def main() -> int:
    before, after, options, databases = Path(sys.argv[1]), Path(sys.argv[2]), ConnectionOptions(**json.loads(sys.argv[3])), tuple(sys.argv[4].split(","))  # fmt: skip
    old, new = image(before), image(after)
    assert old != new
    problems, step, states = [], 0, set()
    while True:
        step += 1
        path = before.with_name(f"step-{step}.dataops")
        shutil.copy(before, path)
        child = os.fork()
        if child == 0:
            crash_at(step)
            sync(path, options, databases)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            if os.WEXITSTATUS(status):
                problems.append(f"step {step}: exit code {os.WEXITSTATUS(status)}")
            break
        left = state(path)
        states.add(left)
        seen = image(path)
        if left in {"running", "interrupted"} and seen != old:
            problems.append(f"step {step}: the catalog changed before the run was read to its end")
        with open_context(path, options) as context:
            recovered = context.workspace.syncs.recover()
            if left == "applying" and (not recovered or image(path) != new):
                problems.append(f"step {step}: what was being applied was not finished")
        sync(path, options, databases)
        if image(path) != new:
            problems.append(f"step {step}: the next sync did not end where it should")
        path.unlink()
    print(json.dumps({"steps": step - 1, "problems": problems, "states": sorted(states)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
