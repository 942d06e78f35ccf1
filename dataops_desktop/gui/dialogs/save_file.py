"""Where a file goes: the one dialog that asks, and the one sentence for a place that cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.language import tr


def ask_save(
    parent: QWidget, title: str, name: str, kind: str, suffix: str, then: Callable[[Path], object]
) -> None:
    """Propose `name`; `kind` is what a person calls files with this suffix. `then` hears the choice."""
    dialog = QFileDialog(parent, title, name, f"{kind} (*.{suffix})")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()


def not_written(path: Path, error: OSError, title: str, verb: str = "written") -> DataOpsError:
    """What kept a file from being written, and what to do."""
    return DataOpsError(
        tr("{path} could not be {verb} ({strerror}).", path=path, verb=verb, strerror=error.strerror),
        tr("Choose another folder."),
        title=title,
    )
