"""A worksheet's engine: Athena, or the local one over files and pinned results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from dataops_desktop.actions.local_data import ENGINE, READABLE, LocalTable
from dataops_desktop.actions.run_query import ATHENA
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.sql_editor import SqlEditor
from dataops_desktop.gui.window_context import WindowContext


class LocalSwitch(QObject):
    """The engine box, the menu of local tables, and files dropped on the editor."""

    changed = Signal()

    def __init__(self, context: WindowContext, form: Any, page: QWidget, editor: SqlEditor) -> None:
        super().__init__(page)
        self._context, self._form, self._page, self._editor = context, form, page, editor
        form.engine.currentIndexChanged.connect(self._switched)
        form.local.setIcon(icon("folder", context.theme.color("muted")))
        self._menu = QMenu(form.local)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill)
        form.local.setMenu(self._menu)
        # Scintilla takes dropped files as text: look at drops before it does.
        editor.edit.viewport().installEventFilter(self)
        context.run(self._load())

    @property
    def on(self) -> bool:
        """Whether statements run here."""
        return self.engine == ENGINE

    @property
    def engine(self) -> str:
        """The connector's id."""
        return ENGINE if self._form.engine.currentIndex() == 1 else ATHENA

    def use(self, engine: str) -> None:
        """Choose an engine."""
        self._form.engine.setCurrentIndex(1 if engine == ENGINE else 0)
        self._show()

    def _switched(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        form = self._form
        form.local.setVisible(self.on)
        for widget in (form.database, form.workgroup):
            widget.setVisible(not self.on)

    async def _load(self) -> None:
        await self._context.use_cases.local_data.load()

    def _insert(self, text: str) -> None:
        self._editor.insert(text)
        self._editor.setFocus()

    # the menu
    def _fill(self) -> None:
        menu, colors = self._menu, self._context.theme
        menu.clear()
        menu.addAction(icon("plus", colors.color("text")), tr("Add files…"), self._ask_files)
        tables = self._context.use_cases.local_data.all()
        for schema, title in (("files", tr("Files")), ("results", tr("Pinned results"))):
            mine = [table for table in tables if table.schema == schema]
            if not mine:
                continue
            menu.addSection(title)
            for table in mine:
                sub = menu.addMenu(icon("table", colors.color("muted")), _label(table))
                sub.setToolTip(plain_tooltip(table.note))
                sub.addAction(tr("Insert name"), lambda t=table: self._insert(t.written))
                sub.addAction(
                    tr("Insert SELECT"),
                    lambda t=table: self._insert(t.select),
                )
                sub.addSeparator()
                sub.addAction(
                    tr("Delete the pinned result") if schema == "results" else tr("Remove (the file stays)"),
                    lambda t=table: self._context.run(self._context.use_cases.local_data.remove(t)),
                )

    def _ask_files(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in READABLE)
        dialog = QFileDialog(
            self._page,
            tr("Add files"),
            "",
            tr("Data ({patterns} *.csv.gz *.json.gz *.csv.zst);;All files (*)", patterns=patterns),
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.add([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add(self, paths: Sequence[Path]) -> None:
        """Files become tables; an empty worksheet gets a SELECT of the first."""
        self._context.run(self._add(paths))

    async def _add(self, paths: Sequence[Path]) -> None:
        added: list[LocalTable] = []
        for path in paths:
            try:
                added += await self._context.use_cases.local_data.add_file(path)
            except Exception as error:  # noqa: BLE001 - one bad file does not stop the others; each is reported
                self._context.report(error)
        if not added:
            return
        self.use(ENGINE)
        names = ", ".join(table.written for table in added)
        self._context.status_requested.emit(tr("Ready to query: {names}", names=names))
        if not self._editor.text().strip():
            self._insert(added[0].select)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Local files dropped on the editor are added."""
        if event.type() in {QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop} and isinstance(
            event, QDropEvent
        ):
            paths = _files(event.mimeData())
            if paths:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.add(paths)
                return True
        return super().eventFilter(watched, event)


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []


def _label(table: LocalTable) -> str:
    return tr("{name}   ({columns} columns)", name=table.name, columns=len(table.columns)).replace("&", "&&")
