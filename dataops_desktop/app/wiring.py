"""Putting the parts together: the only place that knows both the actions and what they run on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.app.child import module_command
from dataops_desktop.app.connection_keys import ConnectionKeys
from dataops_desktop.app.paths import results_folder
from dataops_desktop.app.policy import applied, load_policy
from dataops_desktop.app.registry import EntryPointRegistry
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.encryption import key_of
from dataops_desktop.storage.results import ResultFolder
from dataops_desktop.storage.workspace import SqliteWorkspace


@contextmanager
def open_context(
    workspace: Path, options: ConnectionOptions, key: str | None = None
) -> Iterator[ActionContext]:
    """An action context over a workspace file and one connection, closed in the right order at the end. `key` opens an encrypted workspace; where
    none is given the keyring is asked."""
    policy = load_policy()
    keys = ConnectionKeys()
    opened = Database(workspace, key=key_of(workspace, keys.keyring) if key is None else key)
    store = SqliteWorkspace(opened, policy)
    registry = EntryPointRegistry(lambda: applied(options, policy), keys.read, keys.forget, lambda: options)
    results = ResultFolder(results_folder())
    results.clean()
    context = ActionContext(store, registry, results, module_command)
    try:
        yield context
    finally:
        context.close()
        registry.close()
        store.close()
