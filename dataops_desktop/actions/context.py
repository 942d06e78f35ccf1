"""What every action works with: the workspace, the connectors, and threads for what blocks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, ParamSpec, TypeVar

from dataops_desktop.interfaces.connector import ConnectorRegistry
from dataops_desktop.interfaces.workspace import ResultStore, Workspace

P = ParamSpec("P")
T = TypeVar("T")

# More threads than four parsing AWS answers stall a window by 100 ms and more (docs/performance.md).
THREADS_PER_CONNECTOR = 4
MUST_RUN_S = 10.0


class ActionContext:
    """Made once by the composition root. `run` keeps each connector on its own bounded threads."""

    def __init__(
        self,
        workspace: Workspace,
        connectors: ConnectorRegistry,
        results: ResultStore,
        module_command: Callable[[str], list[str]] = lambda module: [sys.executable, "-m", module],
    ) -> None:
        self.workspace = workspace
        self.connectors = connectors
        self.results = results
        self.module_command = (
            module_command  # starts one of our modules as a child process, also from a bundle
        )
        self.leave_running = False  # at close, paid work goes on at the service instead of being stopped
        self._executors: dict[str, ThreadPoolExecutor] = {}
        self._must_run: list[Future[Any]] = []

    def executor(self, name: str) -> ThreadPoolExecutor:
        """The threads of a connector, or `local` for the workspace."""
        if name not in self._executors:
            self._executors[name] = ThreadPoolExecutor(
                THREADS_PER_CONNECTOR, thread_name_prefix=f"dataops-{name}"
            )
        return self._executors[name]

    async def run(self, name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call on a connector's threads."""
        return await asyncio.get_running_loop().run_in_executor(
            self.executor(name), partial(function, *args, **kwargs)
        )

    async def local(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a workspace call off the event loop."""
        return await self.run("local", function, *args, **kwargs)

    async def connector(self, connector_id: str) -> Any:
        """The live connector; made on its own thread, since that imports its SDK."""
        return await self.run(connector_id, self.connectors.get, connector_id)

    def must_run(self, name: str, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Start a call that `close` waits for although nobody else does, such as stopping paid work."""
        self._must_run.append(self.executor(name).submit(function, *args, **kwargs))

    def close(self) -> None:
        """Wait for running calls, then close the threads. The owner closes the rest."""
        wait(self._must_run, timeout=MUST_RUN_S)
        for executor in self._executors.values():
            executor.shutdown(wait=True, cancel_futures=True)
        self._executors.clear()
