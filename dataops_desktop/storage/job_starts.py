"""The journal of job runs: a row is written before the service is asked, so that no run is started twice."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.storage.database import Database


class SqliteJobStarts:
    """JobStartStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, request_id: str, source: str, job: str, arguments: Mapping[str, str]) -> None:
        """About to be sent."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO job_start VALUES (?, ?, ?, ?, 'sending', '', ?)",
                (
                    request_id,
                    source,
                    job,
                    json.dumps(sorted(arguments)),
                    iso_now(),
                ),  # names only: values may be secrets
            )

    def end(self, request_id: str, state: str, run_id: str) -> None:
        """`started` with its run, or `refused`."""
        with self._database.write() as db:
            db.execute(
                "UPDATE job_start SET state = ?, run_id = ? WHERE request_id = ?", (state, run_id, request_id)
            )

    def open_ones(self, source: str, job: str) -> list[tuple[str, str]]:
        """(request id, when) of requests whose fate is not known."""
        rows = self._database.read(
            "SELECT request_id, at FROM job_start WHERE source = ? AND job = ? AND state = 'sending' ORDER BY at DESC", (source, job)
        )  # fmt: skip
        return [(str(request), str(at)) for request, at in rows]
