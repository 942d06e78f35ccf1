"""DuckDB as a QueryEngine. A spare child process waits with its imports done, so a query starts at once; cancel kills it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import IO, Any, cast

from dataops_desktop.errors import InputError, NotFoundError, ProtocolError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, Link
from dataops_desktop.interfaces.query_engine import (
    QueryRequest,
    QueryStatus,
    ResultColumn,
    ResultStream,
    RuntimeStatistics,
    StoredStatement,
    Workgroup,
)

CHILD = "dataops_desktop.connectors.duckdb.process"
RUN_MODULE = "--run-module"  # how a frozen bundle starts one of its modules


def _command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, RUN_MODULE, CHILD]
    return [sys.executable, "-m", CHILD]


def _start_child() -> subprocess.Popen[bytes]:
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options
    )


class _Execution:
    """One query in its process."""

    def __init__(self, child: subprocess.Popen[bytes], request: QueryRequest) -> None:
        self.child, self.state, self.reason = child, "RUNNING", ""
        self.columns: tuple[ResultColumn, ...] = ()
        self.started, self.took_ms = time.monotonic(), 0
        self._thread = threading.Thread(target=self._wait, args=(request,), daemon=True)
        self._thread.start()

    def _wait(self, request: QueryRequest) -> None:
        record = {
            "sql": request.sql,
            "parameters": list(request.parameters),
            "default_schema": request.database or "",
            "attachments": [
                {"schema": a.schema, "name": a.name, "path": a.path, "kind": a.kind}
                for a in request.attachments
            ],
        }
        try:
            stdin = cast("IO[bytes]", self.child.stdin)
            stdin.write(json.dumps(record).encode() + b"\n")
            stdin.close()
            header = json.loads(cast("IO[bytes]", self.child.stdout).readline() or b"{}")
        except (OSError, ValueError):
            header = {}
        self.took_ms = int((time.monotonic() - self.started) * 1000)
        if self.state == "CANCELLED":
            return
        if header.get("ok"):
            self.columns = tuple(ResultColumn(name, kind) for name, kind in header["columns"])
            self.state = "SUCCEEDED"
        else:
            self.reason = header.get("error") or (
                "The local engine's process ended early: the query or a file needed more memory than it may have."
            )
            self.state = "FAILED"

    def kill(self) -> None:
        if self.state == "RUNNING":
            self.state, self.reason = "CANCELLED", "Cancelled"
        self.release()

    def release(self) -> None:
        self.child.kill()
        if self.child.stdout is not None and self.state != "RUNNING":
            self._thread.join(5)
            self.child.stdout.close()
        self.child.wait()


class DuckdbConnector:
    """The local engine; it needs no connection."""

    id = "duckdb"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, _Execution] = {}
        self._spare: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def source(self) -> str:
        """There is one."""
        return "local"

    def capabilities(self) -> tuple[Capability, ...]:
        """Reading only."""
        return (
            Capability("query", True),
            Capability("cancel", True),
            Capability("write", False, "The local engine reads files and results; it changes nothing."),
        )

    def check(self) -> ConnectionCheck:
        """It is always there."""
        return ConnectionCheck("connected", "Ready")

    def who(self) -> str:
        """Whoever runs the program."""
        return "local"

    def workgroups(self) -> list[Workgroup]:
        """None: they are Athena's."""
        return []

    def catalogs(self) -> list[str]:
        """There is one, without a name."""
        return []

    def runtime(self, execution_id: str) -> RuntimeStatistics:
        """Not kept: `EXPLAIN ANALYZE` tells where the time goes."""
        raise NotFoundError(
            f"The local engine keeps no statistics of {execution_id}.", "Run EXPLAIN ANALYZE with the query."
        )

    def past(self, workgroup: str, token: str | None) -> tuple[list[QueryStatus], str | None]:  # noqa: ARG002 - the interface's
        """Its history is the workspace's."""
        return [], None

    def stored_statements(self, workgroup: str) -> list[StoredStatement]:  # noqa: ARG002 - the interface's
        """None."""
        return []

    def start(self, request: QueryRequest) -> str:
        """Hand the query to the waiting process and start the next one to wait."""
        if self._closed:
            raise InputError("The local engine was closed.")
        with self._lock:
            child = self._spare if self._spare is not None and self._spare.poll() is None else _start_child()
            self._spare = None
        execution_id = f"local-{uuid.uuid4()}"
        execution = _Execution(child, request)
        with self._lock:
            self._running[execution_id] = execution
            if not self._closed:
                self._spare = _start_child()
        return execution_id

    def _execution(self, execution_id: str) -> _Execution:
        found = self._running.get(execution_id)
        if found is None:
            raise NotFoundError(
                f"{execution_id} ended with the program that started it.", "Run the query again."
            )
        return found

    def status(self, execution_id: str) -> QueryStatus:
        """Where it is."""
        execution = self._execution(execution_id)
        took = execution.took_ms or int((time.monotonic() - execution.started) * 1000)
        status = QueryStatus(
            execution_id,
            execution.state,
            execution.reason,
            statement_type="DML",
            engine_ms=took,
            total_ms=took,
        )
        if status.state in {"FAILED", "CANCELLED"}:
            self._forget(execution_id)
        return status

    def statuses(self, execution_ids: Sequence[str]) -> dict[str, QueryStatus]:
        """Each one's status: they are all here."""
        return {known: self.status(known) for known in execution_ids if known in self._running}

    def stop(self, execution_id: str) -> None:
        """Kill its process; an ended one is no error."""
        execution = self._running.get(execution_id)
        if execution is not None:
            execution.kill()

    def results(self, status: QueryStatus, cancel: CancelToken) -> ResultStream:
        """Batches from the process's output."""
        import pyarrow as pa

        execution = self._execution(status.execution_id)
        if execution.state != "SUCCEEDED":
            raise QueryFailedError(execution.reason or "The query did not succeed.")
        try:
            reader = pa.ipc.open_stream(pa.PythonFile(execution.child.stdout, mode="r"))
        except pa.ArrowInvalid as error:
            raise ProtocolError("The local engine's process ended early.", "Run the query again.") from error

        def batches() -> Iterator[Any]:
            try:
                for batch in reader:
                    cancel.raise_if_cancelled()
                    yield batch
            except (pa.ArrowInvalid, OSError) as error:
                raise QueryFailedError(
                    "The local engine stopped while it sent rows: it ran out of memory or a file could not be read to its end.",
                    "Read fewer rows or columns.",
                ) from error
            finally:
                self._forget(status.execution_id)

        return ResultStream(execution.columns, reader.schema, batches())

    def _forget(self, execution_id: str) -> None:
        with self._lock:
            execution = self._running.pop(execution_id, None)
        if execution is not None:
            execution.release()

    def close(self) -> None:
        """End every process."""
        self._closed = True
        with self._lock:
            spare, self._spare = self._spare, None
        for execution_id in list(self._running):
            self.stop(execution_id)
            self._forget(execution_id)
        if spare is not None:
            spare.kill()
            for pipe in (spare.stdin, spare.stdout):
                if pipe is not None:
                    pipe.close()
            spare.wait()


def create(link: Link) -> DuckdbConnector:
    """The manifest's factory."""
    del link  # it stands on this computer alone
    return DuckdbConnector()
