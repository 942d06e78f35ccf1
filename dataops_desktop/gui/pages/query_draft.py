"""The unsaved text of a worksheet between two starts. A large one has a file of its own beside the workspace.

Small texts are part of the window's state. Ten megabytes in there would be written as JSON after every pause in typing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from dataops_desktop.gui.widgets.sql_editor import SqlEditor

_ID = re.compile(r"[0-9a-f]{32}\Z")


class QueryDraft:
    """One worksheet's. `state` is what the window keeps; `read` gives the text back."""

    def __init__(self, folder: Path, page_id: str) -> None:
        self._folder, self._id = folder, page_id
        self._written = -1

    def state(self, editor: SqlEditor) -> dict[str, Any]:
        """The text, or the name of the file that holds it once `due` has been written."""
        return {"text": "", "draft": self._id} if editor.index.large else {"text": editor.text()}

    def due(self, editor: SqlEditor) -> bytes | None:
        """What its file does not hold yet; the caller writes it."""
        if not editor.index.large or self._written == editor.index.revision:
            return None
        self._written = editor.index.revision
        return editor.raw()

    def write(self, raw: bytes) -> None:
        """Beside and renamed; blocks. OSError where it cannot be written."""
        path = self._folder / f"{self._id}.sql"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(".part")
        partial.write_bytes(raw)
        partial.replace(path)


def text_of_state(folder: Path, state: Mapping[str, Any]) -> str:
    """What `QueryDraft.state` kept; nothing where its file is gone."""
    draft = str(state.get("draft") or "")
    if not _ID.match(draft):
        return str(state.get("text") or "")
    try:
        return (folder / f"{draft}.sql").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def clean_drafts(folder: Path, kept: Collection[str]) -> None:
    """Remove the files of worksheets that are not there any more."""
    for path in folder.glob("*.sql"):
        if path.stem not in kept and _ID.match(path.stem):
            path.unlink(missing_ok=True)
