"""Where this program keeps its things on each system."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_dir, user_data_dir

NAME = "dataops-desktop"


def data_folder() -> Path:
    """Workspaces and logs: ~/.local/share, ~/Library/Application Support, %LOCALAPPDATA% (never roaming)."""
    override = os.environ.get("DATAOPS_DATA_DIR")
    return Path(override) if override else Path(user_data_dir(NAME, appauthor=False))


def default_workspace(sandbox: bool) -> Path:
    """The workspace used without --workspace; the sandbox has its own, so that its tables never mix with real ones."""
    return data_folder() / ("sandbox.dataops" if sandbox else "workspace.dataops")


def results_folder() -> Path:
    """Query results of running programs."""
    override = os.environ.get("DATAOPS_DATA_DIR")
    return (Path(override) / "cache" if override else Path(user_cache_dir(NAME, appauthor=False))) / "results"
