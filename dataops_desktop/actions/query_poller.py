"""One poller an engine for all running queries: one call asks for up to 50, within the service's rates.

Each query is looked at at once, after 20 ms, then ever more slowly up to half a second; calls of one poller stand at least 50 ms
apart, 20 ms while a query is younger than its first few looks: most small ones end in that time (Athena allows about 100 GetQueryExecution a second and account: docs/decisions/0011-one-poller.md). A service that cannot be
reached or asks to slow down does not end a query: it is asked again, ever more slowly, for a quarter of an hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from dataops_desktop.errors import CredentialsError, DataOpsError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import QueryEngine, QueryStatus

FIRST_POLL_S, POLL_GROWTH, LAST_POLL_S = 0.02, 1.2, 0.5
BETWEEN_CALLS_S, BETWEEN_YOUNG_S = 0.05, 0.02
YOUNG_PAUSE_S = 0.1
TROUBLE_S, MOST_TROUBLE_S, GIVE_UP_S = 0.5, 10.0, 900.0
AT_ONCE = 50

StatusSink = Callable[[QueryStatus], None]
Run = Callable[..., Awaitable[Any]]
Renewed = Callable[[CredentialsError, int], Awaitable[bool]]


@dataclass(eq=False)
class _Watched:
    execution_id: str
    cancel: CancelToken
    on_status: StatusSink
    done: asyncio.Future[QueryStatus]
    due: float
    pause: float = FIRST_POLL_S
    stopping: bool = False
    last: QueryStatus | None = None


class QueryPoller:
    """`run` calls the engine on its threads; `renewed` tells whether the person signed in again after the session of that number."""

    def __init__(self, engine: QueryEngine, run: Run, renewed: Renewed, session: Callable[[], int]) -> None:
        self.engine, self._run, self._renewed, self._session = engine, run, renewed, session
        self._watched: list[_Watched] = []
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None

    async def watch(self, execution_id: str, cancel: CancelToken, on_status: StatusSink) -> QueryStatus:
        """The final status. A cancel stops the query at the service and waits for its own final state."""
        loop = asyncio.get_running_loop()
        watched = _Watched(execution_id, cancel, on_status, loop.create_future(), loop.time())
        self._watched.append(watched)
        if self._task is None or self._task.done():
            self._wake = asyncio.Event()
            self._task = loop.create_task(self._poll())
        wake = self._wake
        assert wake is not None
        wake.set()

        def cancelled() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(wake.set)

        cancel.on_cancel(cancelled)
        try:
            return await watched.done
        finally:
            if watched in self._watched:
                self._watched.remove(watched)
            wake.set()

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._wake is not None
        trouble_since, trouble_pause = 0.0, TROUBLE_S
        while self._watched:
            self._wake.clear()
            for watched in self._watched:
                if watched.cancel.cancelled and not watched.stopping:
                    watched.due = loop.time()
            due = [w for w in self._watched if w.due <= loop.time() + BETWEEN_CALLS_S / 2][:AT_ONCE]
            if not due:
                await self._until(min(w.due for w in self._watched) - loop.time())
                continue
            session = self._session()
            try:
                await self._ask(due)
                trouble_since, trouble_pause = 0.0, TROUBLE_S
            except CredentialsError as error:
                if not await self._renewed(error, session):
                    self._fail(due, error)
            except DataOpsError as error:
                trouble_since = trouble_since or loop.time()
                if not error.transient or loop.time() - trouble_since > GIVE_UP_S:
                    self._fail(due, error)
                else:
                    self._note(due, error)
                    await self._until(trouble_pause)
                    trouble_pause = min(trouble_pause * 2, MOST_TROUBLE_S)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, or would wait for ever
                self._fail(due, error)
            if not self._watched:
                return
            young = any(watched.pause < YOUNG_PAUSE_S for watched in self._watched)
            await asyncio.sleep(BETWEEN_YOUNG_S if young else BETWEEN_CALLS_S)

    async def _until(self, seconds: float) -> None:
        """Wait, or until something is added or cancelled."""
        assert self._wake is not None
        try:
            await asyncio.wait_for(self._wake.wait(), max(0.001, seconds))
        except TimeoutError:
            return

    async def _ask(self, due: list[_Watched]) -> None:
        loop, engine = asyncio.get_running_loop(), self.engine
        for watched in due:
            if watched.cancel.cancelled and not watched.stopping:
                await self._run(engine.id, engine.stop, watched.execution_id)
                watched.stopping, watched.pause = True, FIRST_POLL_S
        found = await self._run(engine.id, engine.statuses, [w.execution_id for w in due])
        for watched in due:
            status = found.get(watched.execution_id)
            if watched.done.done():
                continue
            if status is None:
                watched.done.set_exception(
                    NotFoundError(
                        f"The service does not know the query {watched.execution_id}.", "Run it again."
                    )
                )
                continue
            watched.last = status
            watched.on_status(status)
            if status.finished:
                watched.done.set_result(status)
            watched.due = loop.time() + watched.pause
            watched.pause = min(watched.pause * POLL_GROWTH, LAST_POLL_S)
        self._watched = [w for w in self._watched if not w.done.done()]

    def _fail(self, due: list[_Watched], error: Exception) -> None:
        for watched in due:
            if not watched.done.done():
                watched.done.set_exception(error)
        self._watched = [w for w in self._watched if not w.done.done()]

    def _note(self, due: list[_Watched], error: DataOpsError) -> None:
        """The query goes on at the service; only the news of it does not come."""
        for watched in due:
            known = watched.last or QueryStatus(watched.execution_id, "QUEUED")
            watched.on_status(replace(known, note=f"{error.title}; asking again"))
