"""Which workspaces were used last, for the menu that switches between them: one small file in the data folder."""

from __future__ import annotations

import json
from pathlib import Path

from dataops_desktop.app.paths import data_folder, default_workspace
from dataops_desktop.storage.private_files import write_private

MOST = 8


def _file() -> Path:
    return data_folder() / "workspaces.json"


def _names() -> list[str]:
    try:
        return [name for name in json.loads(_file().read_text("utf-8")) if isinstance(name, str)]
    except (OSError, ValueError, TypeError):
        return []


def recent_workspaces(here: Path) -> list[str]:
    """Files that are still there, last used first, without `here` and the sandbox's."""
    left_out = {str(here), str(default_workspace(True))}
    return [name for name in _names() if name not in left_out and Path(name).is_file()]


def remember_workspace(path: Path) -> None:
    """Put it first. A data folder that cannot be written only loses the list."""
    if path == default_workspace(True):
        return
    names = [str(path), *(name for name in _names() if name != str(path))][:MOST]
    try:
        partial = _file().with_suffix(".part")
        write_private(partial, json.dumps(names))
        partial.replace(_file())
    except OSError:
        return
