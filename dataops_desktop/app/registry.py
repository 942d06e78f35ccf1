"""Connectors by entry point: listed without importing an SDK, made on first use."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, TypeVar

from dataops_desktop.errors import NotFoundError
from dataops_desktop.interfaces.connector import (
    ConnectionOptions,
    Connector,
    Link,
    Manifest,
    given_keys,
)
from dataops_desktop.interfaces.identity import IdentitySource

GROUP = "dataops_desktop.connectors"
T = TypeVar("T")


class _Link:
    """Link over a connection's options; `keys` reads them from where they are kept."""

    def __init__(
        self,
        options: Callable[[], ConnectionOptions],
        keys: Callable[[ConnectionOptions], dict[str, str]],
    ) -> None:
        self._options, self._keys = options, keys
        self._lock = threading.RLock()
        self._shared: dict[Any, Any] = {}

    @property
    def options(self) -> ConnectionOptions:
        return self._options()

    def keys(self) -> dict[str, str]:
        return self._keys(self.options)

    def shared(self, make: Callable[[Link], T]) -> T:
        with self._lock:
            if make not in self._shared:
                self._shared[make] = make(self)
            found: T = self._shared[make]
            return found

    def clear(self) -> None:
        with self._lock:
            self._shared.clear()

    def each(self, method: str) -> None:
        """Call it on everything shared that has it."""
        with self._lock:
            made = list(self._shared.values())
        for item in made:
            if hasattr(item, method):
                getattr(item, method)()


class EntryPointRegistry:
    """ConnectorRegistry over the installed entry points for one connection.

    `options` may be a function: the sandbox's address is known only once it runs, and asking for it may block. `keys` gives those a
    connection keeps outside its options, and `plain` its options as they were written down, without waiting for anything.
    """

    def __init__(
        self,
        options: ConnectionOptions | Callable[[], ConnectionOptions],
        keys: Callable[[ConnectionOptions], dict[str, str]] = given_keys,
        forget_keys: Callable[[ConnectionOptions], None] = lambda _: None,
        plain: Callable[[], ConnectionOptions] | None = None,
    ) -> None:
        self._link = _Link(options if callable(options) else lambda: options, keys)
        self._forget_keys = forget_keys
        self._plain = plain or (lambda: self._link.options)
        self._lock = threading.Lock()
        self._manifests: dict[str, Manifest] | None = None
        self._live: dict[str, Connector] = {}

    @property
    def name(self) -> str:
        """The connection's."""
        return self._plain().name

    @property
    def sensitive(self) -> bool:
        """Whether results are kept only as long as they are open."""
        return self._plain().sensitive

    def manifests(self) -> tuple[Manifest, ...]:
        """Every installed connector. A broken one is left out rather than taking the others down."""
        if self._manifests is None:
            found = {}
            for point in entry_points(group=GROUP):
                manifest: Manifest = point.load()
                found[manifest.id] = manifest
            self._manifests = dict(sorted(found.items(), key=lambda pair: pair[1].order))
        return tuple(self._manifests.values())

    def get(self, connector_id: str) -> Any:
        """The live connector."""
        with self._lock:
            if connector_id not in self._live:
                manifests = {manifest.id: manifest for manifest in self.manifests()}
                if connector_id not in manifests:
                    raise NotFoundError(
                        f"No connector named {connector_id} is installed.",
                        f"Installed: {', '.join(manifests) or 'none'}.",
                    )
                module, _, name = manifests[connector_id].factory.partition(":")
                self._live[connector_id] = getattr(importlib.import_module(module), name)(self._link)
            return self._live[connector_id]

    def identity(self) -> IdentitySource:
        """Who this connection calls as."""
        from dataops_desktop.aws.session import shared_session

        return self._link.shared(shared_session)

    def reconnect(self) -> None:
        """Read the credentials again."""
        self._forget_keys(self._link.options)
        self._link.each("reconnect")

    def reopen(self) -> None:
        """Make everything anew at its next use. Nothing is closed: what is under way goes on."""
        with self._lock:
            self._live.clear()
        self._link.clear()

    def close(self) -> None:
        """Close every live connector."""
        with self._lock:
            for connector in self._live.values():
                connector.close()
            self._live.clear()
        self._link.each("close")
