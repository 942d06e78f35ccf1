"""Folders only their owner may look into; `mkdir(parents=True)` gives its mode to the last one alone."""

from __future__ import annotations

from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make it and whatever of its parents is missing, each with mode 0700; what is there keeps its mode."""
    missing = []
    at = path
    while not at.exists():
        missing.append(at)
        at = at.parent
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return path
