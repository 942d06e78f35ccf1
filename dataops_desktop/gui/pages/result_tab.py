"""One statement's result: the grid with its line of figures, or what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.export_result import EXPORTS, write_export
from dataops_desktop.actions.run_query import QueryOutcome
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.cell_dialog import CellDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.models.result_table import ResultTableModel
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.result_grid import ResultGrid
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import ResultRows


class ResultTab(QWidget):
    """Made with rows (grid) or without (message)."""

    def __init__(self, context: WindowContext, rows: ResultRows | None) -> None:
        super().__init__()
        self._context = context
        self._rows = rows
        self._sql = ""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.figures = PlainLabel(selectable=True)
        self.figures.setAccessibleName("Figures of the query")
        self.grid: ResultGrid | None = None
        self._model: ResultTableModel | None = None
        if rows is not None:
            self._model = ResultTableModel(rows, self)
            self.grid = ResultGrid(context.theme)
            self.grid.show_result(self._model)
            self.grid.cell_opened.connect(lambda column, text: CellDialog(column, text, self).open())
            self.grid.sort_requested.connect(self._sort)
            self._layout.addWidget(self.grid, 1)
            self._layout.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 5, 8, 5)
        row.addWidget(self.figures, 1)
        self._pin = QToolButton()
        self._pin.setText("Pin")
        self._pin.setIcon(icon("save", self._context.theme.color("muted")))
        self._pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._pin.setToolTip("Keep this result: the local engine can then read it as a table")
        self._pin.setEnabled(False)
        self._pin.clicked.connect(self._ask_name)
        row.addWidget(self._pin)
        export = QToolButton()
        export.setText("Export")
        export.setIcon(icon("export", self._context.theme.color("muted")))
        export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(export)
        for suffix, title in EXPORTS.items():
            action = QAction(f"{title}…", menu)
            action.triggered.connect(lambda _=False, s=suffix: self._ask_export(s))
            menu.addAction(action)
        export.setMenu(menu)
        row.addWidget(export)
        return row

    def rows_arrived(self) -> None:
        """More rows came."""
        if self._model is not None and self._rows is not None:
            first = self._model.rowCount() == 0
            self._model.rows_arrived()
            if first and self.grid is not None:
                self.grid.fit_columns(self._model)
            if not self._rows.complete:
                self.figures.setText(f"{formatting.whole(self._rows.row_count)} rows so far…")

    def show_outcome(self, outcome: QueryOutcome, sql: str = "") -> None:
        """The line below the grid: rows, time, bytes, price."""
        status = outcome.status
        self._sql = sql
        parts = [formatting.count(outcome.row_count, "row", "rows"), formatting.duration(status.total_ms)]
        if status.execution_id.startswith("local-"):
            parts.append("ran here, free")
        else:
            parts += [
                f"{formatting.size(status.bytes_scanned)} scanned",
                "reused result, nothing scanned"
                if status.reused
                else f"≈ {formatting.money(outcome.cost_usd)}",
            ]
        if self.grid is None:
            self.show_message("Done. The statement returns no rows.\n" + " · ".join(parts[1:]))
            return
        self._pin.setEnabled(True)
        self.figures.setText(" · ".join(parts))
        self.figures.setToolTip(
            f"Queued {status.queue_ms} ms, planned {status.planning_ms} ms, ran {status.engine_ms} ms, in all {status.total_ms} ms.\n"
            f"{status.bytes_scanned:,} bytes scanned. The price is an estimate.\nExecution {status.execution_id}"
        )

    def show_message(self, text: str) -> None:
        """A result without rows."""
        label = styled(PlainLabel(text, wrap=True, selectable=True), role="muted")
        label.setContentsMargins(16, 16, 16, 16)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(label, 1)

    def show_error(self, error: DataOpsError) -> None:
        """What went wrong, what to do, details to copy."""
        body = QHBoxLayout()
        body.setContentsMargins(16, 16, 16, 16)
        body.setSpacing(12)
        mark = QLabel()
        mark.setPixmap(icon("error", self._context.theme.color("error")).pixmap(16, 16))
        mark.setAccessibleName("Error")
        body.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.addWidget(styled(PlainLabel(error.title), bold=True))
        text.addWidget(PlainLabel(error.message, wrap=True, selectable=True))
        if error.remedy:
            text.addWidget(styled(PlainLabel(error.remedy, wrap=True), role="muted"))
        copy = QPushButton("Copy details")
        whole = "\n".join(
            [error.title, error.message, error.remedy, *(f"{k}: {v}" for k, v in error.details.items())]
        )
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(whole))
        text.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        text.addStretch()
        body.addLayout(text, 1)
        self._layout.addLayout(body, 1)

    # pin
    def _ask_name(self) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Pin the result")
        dialog.setLabelText("Name of the table in the local engine")
        dialog.setTextValue("result")
        dialog.textValueSelected.connect(lambda name: self._context.run(self._pinned(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _pinned(self, name: str) -> None:
        if self._rows is None:
            return
        table = await self._context.use_cases.local_data.pin(self._rows, name, self._sql)
        self._context.status_requested.emit(f"Pinned as {table.schema}.{table.name} in the local engine")

    # sort
    def _sort(self, column: int, descending: bool) -> None:
        if self._model is None or self._rows is None:
            return
        if column < 0:
            self._model.set_order(None)
            return
        self._context.run(self._sorted(self._model, self._rows, column, descending))

    async def _sorted(self, model: ResultTableModel, rows: ResultRows, column: int, descending: bool) -> None:
        def order() -> Any:
            import pyarrow.compute as pc

            values = rows.slice(0, rows.row_count).column(column)
            return pc.sort_indices(
                values, sort_keys=[("", "descending" if descending else "ascending")], null_placement="at_end"
            )

        model.set_order(await self._context.use_cases.context.local(order))

    # export
    def _ask_export(self, suffix: str) -> None:
        dialog = QFileDialog(
            self, f"Export as {EXPORTS[suffix]}", f"result.{suffix}", f"{EXPORTS[suffix]} (*.{suffix})"
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.export(Path(chosen), suffix))
        dialog.open()

    def export(self, path: Path, suffix: str) -> None:
        """Write all rows to a file, with progress and cancel."""
        if self._rows is not None:
            self._context.run(self._export(self._rows, path, suffix))

    async def _export(self, rows: ResultRows, path: Path, suffix: str) -> None:
        activity = self._context.start_activity(f"Export to {path.name}")
        try:
            await self._context.use_cases.context.local(
                write_export, rows, path, suffix, activity.cancel.raise_if_cancelled
            )
        except OSError as error:
            self._context.update_activity(activity, state="failed", outcome=str(error.strerror))
            self._context.report(
                DataOpsError(
                    f"{path} could not be written ({error.strerror}).",
                    "Choose another folder.",
                    title="Not exported",
                )
            )
        except DataOpsError:
            self._context.update_activity(activity, state="cancelled")
            raise
        else:
            self._context.update_activity(
                activity, state="done", outcome=formatting.count(rows.row_count, "row", "rows")
            )

    def release(self) -> None:
        """The tab closes."""
        if self.grid is not None:
            self.grid.setModel(None)
        self._model = None
        if self._rows is not None:
            self._rows.close()
