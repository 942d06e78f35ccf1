"""The sandbox as a child process of this program."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading

from dataops_desktop.app.child import start_module
from dataops_desktop.errors import ConnectionFailedError
from dataops_desktop.interfaces.connector import ConnectionOptions

MODULE = "dataops_desktop.sandbox"


class SandboxProcess:
    """Starts on first `options()`, with extra arguments such as `--empty`; ends with this process."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._record: dict[str, str] = {}

    def options(self) -> ConnectionOptions:
        """Blocks until the sandbox listens (2–4 s the first time); raises ConnectionFailedError with its last words."""
        with self._lock:
            if self._child is None or self._child.poll() is not None:
                self._child = start_module(MODULE, "--until-stdin-closes", *self._arguments)
                assert self._child.stdout is not None
                line = self._child.stdout.readline()
                try:
                    self._record = json.loads(line)
                except ValueError as error:
                    code = self._child.wait()
                    raise ConnectionFailedError(
                        f"The sandbox did not start (exit code {code}).",
                        "Install its packages: pip install 'dataops-desktop[sandbox]'.",
                        transient=False,
                    ) from error
            return ConnectionOptions(
                name="sandbox",
                region=self._record["region"],
                endpoint_url=self._record["endpoint"],
                access_key_id=self._record["access_key_id"],
                secret_access_key=self._record["secret_access_key"],
                sandbox=True,
            )

    @property
    def control(self) -> tuple[str, str]:
        """(endpoint, control token) of the running sandbox, for tests and the curious."""
        return self._record["endpoint"], self._record["control_token"]

    def stop(self) -> None:
        """End the child; safe to call twice."""
        with self._lock:
            if self._child is None:
                return
            if self._child.stdin is not None:
                with contextlib.suppress(OSError):
                    self._child.stdin.close()
            try:
                self._child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            if self._child.stdout is not None:
                self._child.stdout.close()
            self._child = None
