"""What every action works with: the workspace, the connectors, and threads for what blocks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, ParamSpec, TypeVar

from dataops_desktop.actions.query_poller import QueryPoller
from dataops_desktop.errors import AccountChangedError, CredentialsError, DataOpsError
from dataops_desktop.interfaces.connector import ConnectorRegistry
from dataops_desktop.interfaces.identity import COMMAND, SSO
from dataops_desktop.interfaces.query_engine import QueryEngine
from dataops_desktop.interfaces.workspace import ResultStore, Workspace

P = ParamSpec("P")
T = TypeVar("T")
SignIn = Callable[[CredentialsError], Awaitable[bool]]

# More threads than four parsing AWS answers stall a window by 100 ms and more (docs/performance.md).
THREADS_PER_CONNECTOR = 4
MUST_RUN_S = 10.0
RENEWALS = 3
IDENTITY = "identity"  # threads of their own: a sign-in may take minutes


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
        # Asks the person to sign in and has the credentials read again (SessionCases does); without it an expired session is an error.
        self.sign_in: SignIn | None = None
        self.session = 0  # counts the sessions: one more after each renewal
        self.waiting = 0  # calls that wait for a sign-in
        self.on_waiting: Callable[[int], None] = lambda _: None
        self._renewed_session = -1
        self._renewal: asyncio.Future[bool] | None = None
        self._pollers: dict[str, QueryPoller] = {}
        self._executors: dict[str, ThreadPoolExecutor] = {}
        self._must_run: list[Future[Any]] = []
        self._closing: list[Callable[[], None]] = []

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

    async def signed_in(self, name: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run`; when the session has expired, the person signs in and the call is made once more."""
        for _ in range(RENEWALS):
            session = self.session
            try:
                return await self.run(name, function, *args, **kwargs)
            except CredentialsError as error:
                if not await self.renewed(error, session):
                    raise
        return await self.run(name, function, *args, **kwargs)

    async def renewed(self, error: CredentialsError, session: int | None = None) -> bool:
        """Whether there is a session again. Asked once, however many calls found it expired; `session` is the number of the one the call was
        made in: where there is a newer one by now, nobody is asked."""
        if isinstance(error, AccountChangedError):
            return False
        if session is not None and session != self.session:
            return True
        if self._renewal is None:
            self._renewal = asyncio.ensure_future(self._renew(error))
        self.waiting += 1
        self.on_waiting(self.waiting)
        try:
            return await asyncio.shield(self._renewal)
        finally:
            self.waiting -= 1
            self.on_waiting(self.waiting)
            if self._renewal is not None and self._renewal.done():
                self._renewal = None

    async def _renew(self, error: CredentialsError) -> bool:
        if await self._renewed_alone():
            self.session += 1
            return True
        if self.sign_in is None or not await self.sign_in(error):
            return False
        self.session += 1
        return True

    async def _renewed_alone(self) -> bool:
        """Credentials that come from a browser's sign-in or a program are fetched again first; not twice for the same trouble."""
        source = self.connectors.identity()
        if self.session == self._renewed_session or (await self.run(IDENTITY, source.way)).kind not in {
            SSO,
            COMMAND,
        }:
            return False
        try:
            await self.run(IDENTITY, source.renew)
            await self.local(self.connectors.reconnect)
            await self.run(IDENTITY, source.identity)
        except DataOpsError:
            return False
        self._renewed_session = self.session + 1
        return True

    def poller(self, engine: QueryEngine) -> QueryPoller:
        """The one poller of an engine, shared by everything that waits for its queries."""
        if engine.id not in self._pollers or self._pollers[engine.id].engine is not engine:
            self._pollers[engine.id] = QueryPoller(engine, self.run, self.renewed, lambda: self.session)
        return self._pollers[engine.id]

    async def local(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a workspace call off the event loop."""
        return await self.run("local", function, *args, **kwargs)

    async def connector(self, connector_id: str) -> Any:
        """The live connector; made on its own thread, since that imports its SDK."""
        return await self.run(connector_id, self.connectors.get, connector_id)

    def must_run(self, name: str, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Start a call that `close` waits for although nobody else does, such as stopping paid work."""
        self._must_run.append(self.executor(name).submit(function, *args, **kwargs))

    def start_child(self, module: str, text: bool = False) -> subprocess.Popen[Any]:
        """One of our modules as a child with pipes, for what must not happen in this process."""
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows opens a console else
        return subprocess.Popen(
            self.module_command(module), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=text, creationflags=hidden
        )  # fmt: skip

    def on_close(self, work: Callable[[], None]) -> None:
        """Run something when the program ends, before the threads are closed."""
        self._closing.append(work)

    def close(self) -> None:
        """Wait for running calls, then close the threads. The owner closes the rest."""
        for work in self._closing:
            work()
        wait(self._must_run, timeout=MUST_RUN_S)
        for executor in self._executors.values():
            executor.shutdown(wait=True, cancel_futures=True)
        self._executors.clear()
