"""The Glue sync in a process of its own: parsing thousands of AWS answers would make a window stutter (the GIL).

Request on standard input, one JSON line (secrets never on a command line): workspace, connection, options. Answers on
standard output, one JSON line each: `progress`, then `run` (its report is in the workspace) or `error`. Closing standard input cancels.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dataops_desktop import errors
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, run_glue_sync
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
        with open_context(workspace, connection, request.get("key", "")) as context:
            run_id = await run_glue_sync(
                context,
                SyncGlueCatalogOptions(**options),
                progress=lambda p: _say({"progress": asdict(p)}),
                cancel=cancel,
            )
            _say({"run": run_id})

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
    key: str = "",
) -> int:
    """The parent's side; blocks; returns the run. Raises what the child reported, or a DataOpsError when it died."""
    child = start_module(MODULE)
    assert child.stdin is not None
    assert child.stdout is not None
    request = {
        "workspace": workspace,
        "connection": asdict(connection),
        "options": asdict(options),
        "key": key,
    }
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
    if "run" in answer:
        return int(answer["run"])
    if "error" in answer:
        if answer["error"].get("cancelled"):
            raise CancelledByUserError
        kind = getattr(errors, answer["error"].pop("kind"), DataOpsError)
        raise kind(**answer["error"])
    if cancel.cancelled:
        raise CancelledByUserError
    raise DataOpsError(
        f"The sync stopped unexpectedly (exit code {child.returncode}).",
        "Start the sync again: it goes on where this one stopped.",
    )


if __name__ == "__main__":
    raise SystemExit(main())
