"""Which workspaces were used last, for the menu that switches between them: one small file in the data folder."""

from __future__ import annotations

import json
from pathlib import Path

from dataops_desktop.app.paths import data_folder, default_workspace
from dataops_desktop.storage.private_files import private_folder

MOST = 8


def _file() -> Path:
    return data_folder() / "workspaces.json"


def recent_workspaces(here: Path) -> list[str]:
    """Files that are still there, last used first, without `here` and the sandbox's."""
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        found = []
    left_out = {str(here), str(default_workspace(True))}
    return [
        str(path) for path in found if isinstance(path, str) and path not in left_out and Path(path).is_file()
    ]


def remember_workspace(path: Path) -> None:
    """Put it first. A data folder that cannot be written only loses the list."""
    if path == default_workspace(True):
        return
    try:
        before = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        before = []
    names = [str(path), *(name for name in before if isinstance(name, str) and name != str(path))][:MOST]
    try:
        private_folder(_file().parent)
        partial = _file().with_suffix(".part")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(names), "utf-8")
        partial.replace(_file())
    except OSError:
        return
