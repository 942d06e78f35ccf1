"""A window that is closed in the midst of its work, as a child of a test or of `bench cycles`: `python -m benchmarks.open_and_close WORKSPACE ENDPOINT AFTER_S`.

Starts a sync, a query, a diagnosis and a listing, and is asked to end after a while. The exit code is the program's.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path


def main() -> int:
    """Open, work, end."""
    workspace, endpoint, after_s = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    from dataops_desktop.app import window as program

    connect = program._WindowProgram.connect

    def connect_and_work(self: program._WindowProgram) -> None:
        connect(self)
        window = self.window
        window.sync_glue(True)
        window.opener.open_query("SELECT count(*) FROM contract_spend", "contracts_db")
        window.opener.query_page().run_when_ready()
        window.opener.open_doctor()
        window.opener.open_s3("s3://acme-contracts/")
        threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGTERM)).start()

    program._WindowProgram.connect = connect_and_work  # type: ignore[method-assign]
    return program.open_window(workspace, region="us-east-1", endpoint_url=endpoint)


if __name__ == "__main__":
    raise SystemExit(main())
