"""Job runs that take their time: STARTING, RUNNING, an end, a log. The script's text is not executed.

A job whose default arguments hold `--sandbox-fails` ends FAILED with that text; `--sandbox-seconds` says how long it runs.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from moto.core.utils import utcnow
from moto.glue.models import FakeJobRun

STARTING_S, RUNNING_S = 0.4, 1.2
LOG_GROUPS = ("/aws-glue/jobs/output", "/aws-glue/jobs/error")


class LivingJobRun(FakeJobRun):
    """A run with a clock."""

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job.name, **arguments)
        self.job = job
        self.state = "STARTING"
        self.error = ""
        self._stop = threading.Event()
        self.ended: Any = None

    def begin(self, account: str, region: str) -> None:
        """Let it run."""
        threading.Thread(target=self._work, args=(account, region), daemon=True).start()

    def _work(self, account: str, region: str) -> None:
        given = {**(self.job.default_arguments or {}), **(self.arguments or {})}
        _log(account, region, 0, self.job_run_id, f"Starting {self.job_name}")
        self._stop.wait(STARTING_S)
        if not self._stop.is_set():
            self.state = "RUNNING"
            _log(account, region, 0, self.job_run_id, f"Arguments: {sorted(given)}")
            self._stop.wait(float(given.get("--sandbox-seconds", RUNNING_S)))
        self.error = str(given.get("--sandbox-fails") or "")
        if self._stop.is_set():
            self.state = "STOPPED"
        elif self.error:
            _log(account, region, 1, self.job_run_id, f"Error: {self.error}")
            self.state = "FAILED"
        else:
            _log(account, region, 0, self.job_run_id, "Done")
            self.state = "SUCCEEDED"
        self.ended = utcnow()

    def stop(self) -> bool:
        """Ask for its end; False when it has ended."""
        if self.ended is not None:
            return False
        self.state = "STOPPING"
        self._stop.set()
        return True

    def as_dict(self) -> dict[str, Any]:
        """As the service tells it."""
        record = super().as_dict()
        until = self.ended or utcnow()
        record |= {
            "JobRunState": self.state,
            "ExecutionTime": max(0, round((until - self.started_on).total_seconds())),
            "LogGroupName": "/aws-glue/jobs",
            "GlueVersion": self.job.glue_version or "5.0",
            "WorkerType": self.worker_type or self.job.worker_type or "G.1X",
            "NumberOfWorkers": self.number_of_workers or self.job.number_of_workers or 2,
        }
        record["MaxCapacity"] = float(record["NumberOfWorkers"])
        record.pop("CompletedOn", None)
        if self.ended is not None:
            record["CompletedOn"] = self.ended
        if self.error and self.state == "FAILED":
            record["ErrorMessage"] = self.error
        return record


def _log(account: str, region: str, which: int, stream: str, text: str) -> None:
    from moto.logs.models import logs_backends

    backend = logs_backends[account][region]
    group = LOG_GROUPS[which]
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    backend.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": text}])
