"""Connectors by entry point: listed without importing an SDK, made on first use."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from dataops_desktop.errors import NotFoundError
from dataops_desktop.interfaces.connector import ConnectionOptions, Connector, Manifest

GROUP = "dataops_desktop.connectors"


class EntryPointRegistry:
    """ConnectorRegistry over the installed entry points for one connection.

    `options` may be a function: the sandbox's address is known only once it runs, and asking for it may block.
    """

    def __init__(self, options: ConnectionOptions | Callable[[], ConnectionOptions]) -> None:
        self._options = options if callable(options) else lambda: options
        self._lock = threading.Lock()
        self._manifests: dict[str, Manifest] | None = None
        self._live: dict[str, Connector] = {}

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
                self._live[connector_id] = getattr(importlib.import_module(module), name)(self._options())
            return self._live[connector_id]

    def reconnect(self) -> None:
        """Let every live connector read its credentials again."""
        with self._lock:
            live = list(self._live.values())
        for connector in live:
            connector.reconnect()

    def close(self) -> None:
        """Close every live connector."""
        with self._lock:
            for connector in self._live.values():
                connector.close()
            self._live.clear()
