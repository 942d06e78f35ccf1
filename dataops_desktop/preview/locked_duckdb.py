"""DuckDB as both guarded children use it: it opens the files it was given, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def literal(text: str) -> str:
    """A text literal."""
    return "'" + text.replace("'", "''") + "'"


def connect(paths: Sequence[str], memory: str, settings: Sequence[str] = (), **config: str) -> Any:
    """A connection whose settings nothing can change any more. `settings` are SET statements made before."""
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": memory, "temp_directory": "", "threads": "2",
            **config,
        }
    )  # fmt: skip
    connection.execute(f"SET allowed_paths = [{', '.join(map(literal, paths))}]")
    for setting in settings:
        connection.execute(setting)
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection
