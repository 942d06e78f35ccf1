"""The Glue sync in a process of its own: parsing thousands of AWS answers would make a window stutter (the GIL).

Request on standard input, one JSON line (secrets never on a command line): workspace, connection, options. Answers on
standard output, one JSON line each: `progress`, then `result` or `error`. Closing standard input cancels.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataops_desktop import errors
from dataops_desktop.actions.sync_glue_catalog import (
    SyncChanges,
    SyncError,
    SyncGlueCatalogOptions,
    SyncGlueCatalogResult,
    SyncStats,
    SyncWarning,
    sync_glue_catalog,
)
from dataops_desktop.app.child import start_module
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CancelledByUserError, DataOpsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.progress import Progress, ProgressSink

MODULE = "dataops_desktop.app.sync_worker"


def _say(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def main() -> int:
    """The child's side."""
    request = json.loads(sys.stdin.readline())
    cancel = CancelToken()

    def watch() -> None:
        sys.stdin.read()
        cancel.cancel()

    threading.Thread(target=watch, daemon=True).start()
    options = request["options"]
    options["databases"] = tuple(options["databases"])

    async def work(workspace: Path, connection: ConnectionOptions) -> None:
        with open_context(workspace, connection) as context:
            result = await sync_glue_catalog(
                context,
                SyncGlueCatalogOptions(**options),
                progress=lambda p: _say({"progress": asdict(p)}),
                cancel=cancel,
            )
            _say({"result": asdict(result)})

    try:
        asyncio.run(work(Path(request["workspace"]), ConnectionOptions(**request["connection"])))
    except CancelledByUserError:
        _say({"error": {"message": "Cancelled.", "cancelled": True}})
    except DataOpsError as error:
        _say(
            {
                "error": {
                    "message": error.message,
                    "remedy": error.remedy,
                    "kind": type(error).__name__,
                    "title": error.title,
                    "details": error.details,
                }
            }
        )
    return 0


def run_sync_process(
    workspace: str,
    connection: ConnectionOptions,
    options: SyncGlueCatalogOptions,
    progress: ProgressSink,
    cancel: CancelToken,
) -> SyncGlueCatalogResult:
    """The parent's side; blocks. Raises what the child reported, or a DataOpsError when it died."""
    child = start_module(MODULE)
    assert child.stdin is not None
    assert child.stdout is not None
    request = {"workspace": workspace, "connection": asdict(connection), "options": asdict(options)}
    with child:
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        closing = threading.Lock()
        stdin = child.stdin

        def stop() -> None:
            with closing:
                if not stdin.closed:
                    stdin.close()

        cancel.on_cancel(stop)
        answer: dict[str, Any] = {}
        for line in child.stdout:
            record = json.loads(line)
            if "progress" in record:
                progress(Progress(**record["progress"]))
            else:
                answer = record
        stop()
        child.wait()
    if "result" in answer:
        return _result(answer["result"])
    if "error" in answer:
        if answer["error"].get("cancelled"):
            raise CancelledByUserError
        kind = getattr(errors, answer["error"].pop("kind"), DataOpsError)
        raise kind(**answer["error"])
    if cancel.cancelled:
        raise CancelledByUserError
    raise DataOpsError(
        f"The sync stopped unexpectedly (exit code {child.returncode}).",
        "The catalog is as it was before. Start the sync again.",
    )


def _result(record: dict[str, Any]) -> SyncGlueCatalogResult:
    def each(make: Callable[..., Any], items: list[dict[str, Any]]) -> tuple[Any, ...]:
        return tuple(make(**item) for item in items)

    changes = {name: tuple(items) for name, items in record["changes"].items()}
    return SyncGlueCatalogResult(
        record["success"],
        SyncStats(**record["stats"]),
        SyncChanges(**changes),
        each(SyncWarning, record["warnings"]),
        each(SyncError, record["errors"]),
    )


if __name__ == "__main__":
    raise SystemExit(main())
