"""One statement's result: its rows as grid, chart, plan or timeline with a line of figures; or what went wrong."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.export_result import EXPORTS, write_export
from dataops_desktop.actions.run_query import QueryOutcome
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.pages.result_rows import RowsView
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.result_grid import ResultGrid
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.sql.plans import parse_plan

LONGEST_PLAN_ROWS = 5000
WORDS_FROM = 900  # pixels


class ResultTab(QWidget):
    """Made with rows (grid) or without (message). `compare_requested` and `dataset_requested` ask the worksheet."""

    compare_requested = Signal(object)
    dataset_requested = Signal(object)
    room_wanted = Signal()  # a chart needs more height than a few rows

    def __init__(self, context: WindowContext, rows: ResultRows | None) -> None:
        super().__init__()
        self._context = context
        self.rows = rows
        self.outcome: QueryOutcome | None = None
        self.sql = ""
        self.kept = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.figures = PlainLabel(selectable=True, elide=True)
        self.figures.setAccessibleName(tr("Figures of the query"))
        self._about = ""
        self.view: RowsView | None = None
        self.grid: ResultGrid | None = None
        self.views = QStackedWidget()
        self._made: dict[str, QWidget] = {}
        self.buttons: dict[str, QToolButton] = {}
        if rows is not None:
            self.view = RowsView(context, rows)
            self.grid = self.view.grid
            self.view.summed.connect(lambda text: self.figures.setText(text or self._about))
            self.view.looked.connect(self._looked)
            self.views.addWidget(self.view)
            self._made["grid"] = self.view
            self._layout.addWidget(self.views, 1)
            self._layout.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(4)
        group = QButtonGroup(self)
        for key, title, image, tip in (
            ("grid", tr("Grid"), "table", tr("Rows and columns")),
            ("chart", tr("Chart"), "chart", tr("The result as a chart")),
            ("plan", tr("Plan"), "lineage", tr("The plan as a tree")),
            ("timeline", tr("Timeline"), "timeline", tr("Where the query's time went")),
        ):
            button = self._button(title, image, tip)
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.clicked.connect(lambda _=False, k=key: self.show_view(k))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[key] = button
        self.buttons["grid"].setChecked(True)
        self.buttons["plan"].hide()
        self.buttons["timeline"].hide()
        row.addSpacing(8)
        row.addWidget(self.figures, 1)
        for title, image, tip, slot in (
            ("", "search", tr("Find in the result (Ctrl+F)"), self.find),
            ("", "filter", tr("Filter the rows"), self.filter),
        ):
            button = self._button(title, image, tip)
            button.clicked.connect(slot)
            row.addWidget(button)
        self._more = self._button(tr("More"), "library", tr("Pin, compare or keep the result as a dataset"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        self._pin = menu.addAction(tr("Pin for the local engine…"), self._ask_name)
        self._compare = menu.addAction(
            tr("Compare with another result…"), lambda: self.compare_requested.emit(self)
        )
        self._dataset = menu.addAction(tr("Create dataset…"), lambda: self.dataset_requested.emit(self))
        for action in (self._pin, self._compare, self._dataset):
            action.setEnabled(False)
        self._more.setMenu(menu)
        row.addWidget(self._more)
        export = self._button(tr("Export"), "export", tr("Write the rows to a file"))
        export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        formats = QMenu(export)
        self._which = formats.addSection(tr("All rows"))
        formats.aboutToShow.connect(self._say_which)
        for suffix, title in EXPORTS.items():
            formats.addAction(f"{title}…", lambda s=suffix: self._ask_export(s))
        export.setMenu(formats)
        row.addWidget(export)
        return row

    def _button(self, title: str, image: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setIcon(icon(image, self._context.theme.color("muted")))
        if title:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip(tip)
        button.setAccessibleName(title or tip)
        return button

    def _say_which(self) -> None:
        changed = self.view is not None and self.view.changed
        self._which.setText(tr("The rows shown, in their order") if changed else tr("All rows"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the figures keep theirs and the buttons lose their words."""
        super().resizeEvent(event)
        style = Qt.ToolButtonStyle
        wanted = style.ToolButtonTextBesideIcon if self.width() >= WORDS_FROM else style.ToolButtonIconOnly
        for button in self.buttons.values():
            button.setToolButtonStyle(wanted)

    # rows
    def rows_arrived(self) -> None:
        """More rows came."""
        if self.view is not None and self.rows is not None:
            self.view.rows_arrived()
            if not self.rows.complete:
                self._say(tr("{row_count} rows so far…", row_count=formatting.whole(self.rows.row_count)))

    def _say(self, text: str) -> None:
        self._about = text
        self.figures.setText(text)

    def show_outcome(self, outcome: QueryOutcome, sql: str = "") -> None:
        """The line below the grid: rows, time, bytes, price. Views that need all rows are ready now."""
        status = outcome.status
        self.sql, self.outcome = sql or outcome.record.sql, outcome
        local = status.execution_id.startswith("local-")
        parts = [formatting.count(outcome.row_count, "row", "rows"), formatting.duration(status.total_ms)]
        if local:
            parts.append(tr("ran here, free"))
        else:
            parts.append(tr("{bytes_scanned} scanned", bytes_scanned=formatting.size(status.bytes_scanned)))
            if status.reused:
                parts.append(tr("reused result, nothing scanned"))
            elif outcome.cost_usd is None:
                parts.append(_capacity_text(status.dpu_count))
            else:
                parts.append(f"≈ {formatting.money(outcome.cost_usd)}")
        if self.grid is None or self.view is None:
            self.show_message(tr("Done. The statement returns no rows.\n") + " · ".join(parts[1:]))
            return
        for action in (self._pin, self._compare, self._dataset):
            action.setEnabled(True)
        self.buttons["timeline"].setVisible(not local)
        self._say(" · ".join(parts))
        self.figures.setToolTip(
            tr(
                "Queued {queue_ms} ms, planned {planning_ms} ms, ran {engine_ms} ms, in all {total_ms} ms.\n{bytes_scanned:,} bytes scanned. The price is an estimate.\nExecution {execution_id}",
                queue_ms=status.queue_ms,
                planning_ms=status.planning_ms,
                engine_ms=status.engine_ms,
                total_ms=status.total_ms,
                bytes_scanned=status.bytes_scanned,
                execution_id=status.execution_id,
            )
        )
        self.view.look()  # a filter set while rows came looked at those only
        if sql.lstrip()[:7].upper() == "EXPLAIN":
            self._offer_plan()

    def _offer_plan(self) -> None:
        """An EXPLAIN's rows are the lines of a plan: shown as the tree it is."""
        rows = self.rows
        if rows is None or rows.row_count > LONGEST_PLAN_ROWS:
            return
        table = rows.slice(0, rows.row_count)
        texts = [str(value) for value in table.column(table.num_columns - 1).to_pylist() if value is not None]
        plan = parse_plan("\n".join(texts))
        if plan:
            from dataops_desktop.gui.widgets.plan_view import PlanView

            self._made["plan"] = PlanView(plan)
            self.views.addWidget(self._made["plan"])
            self.buttons["plan"].show()
            self.buttons["chart"].hide()
            self.show_view("plan")

    # views
    def show_view(self, key: str) -> None:
        """grid, chart, plan or timeline; made when it is first asked for."""
        if key not in self._made:
            if key == "chart":
                from dataops_desktop.gui.pages.result_chart import ChartView

                chart = self._made[key] = ChartView(self._context)
                self.views.addWidget(chart)
                if self.view is not None:
                    chart.show_rows(self.view.shown_rows())
            elif key == "timeline" and self.outcome is not None:
                self._context.run(self._load_timeline(self.outcome.status.execution_id))
                return
        self.buttons[key].setChecked(True)
        self.views.setCurrentWidget(self._made[key])
        if key != "grid":
            self.room_wanted.emit()

    async def _load_timeline(self, execution_id: str) -> None:
        from dataops_desktop.gui.widgets.timeline_view import TimelineView

        try:
            found = await self._context.use_cases.runtime(execution_id)
        except DataOpsError:
            self.show_view("grid")
            raise
        if "timeline" not in self._made:
            self._made["timeline"] = TimelineView(found, self._context.theme)
            self.views.addWidget(self._made["timeline"])
        self.show_view("timeline")

    def _looked(self) -> None:
        chart = self._made.get("chart")
        if chart is not None and self.view is not None:
            chart.show_rows(self.view.shown_rows())  # type: ignore[attr-defined]

    def find(self) -> None:
        """Open the find line."""
        if self.view is not None:
            self.show_view("grid")
            self.view.find.open()

    def filter(self) -> None:
        """Open the filter line."""
        if self.view is not None:
            self.show_view("grid")
            column = self.view.grid.currentIndex().column()
            self.view.filter.ask(column if column >= 0 else None)

    # without rows
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
        mark.setAccessibleName(tr("Error"))
        body.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.addWidget(styled(PlainLabel(error.title), bold=True))
        text.addWidget(PlainLabel(error.message, wrap=True, selectable=True))
        if error.remedy:
            text.addWidget(styled(PlainLabel(error.remedy, wrap=True, selectable=True), role="muted"))
        copy = QPushButton(tr("Copy details"))
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
        dialog.setWindowTitle(tr("Pin the result"))
        dialog.setLabelText(tr("Name of the table in the local engine"))
        dialog.setTextValue("result")
        dialog.textValueSelected.connect(lambda name: self._context.run(self._pinned(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _pinned(self, name: str) -> None:
        if self.rows is None:
            return
        table = await self._context.use_cases.local_data.pin(self.rows, name, self.sql)
        self._context.status_requested.emit(
            tr("Pinned as {schema}.{name} in the local engine", schema=table.schema, name=table.name)
        )

    # export
    def _ask_export(self, suffix: str) -> None:
        ask_save(
            self, tr("Export as {exports}", exports=EXPORTS[suffix]), f"result.{suffix}", EXPORTS[suffix], suffix, lambda path: self.export(path, suffix)
        )  # fmt: skip

    def export(self, path: Path, suffix: str) -> None:
        """Write the rows shown to a file, with progress and cancel."""
        if self.view is not None:
            self._context.run(self._export(self.view.shown_rows(), path, suffix))

    async def _export(self, rows: ResultRows, path: Path, suffix: str) -> None:
        try:
            with self._context.working(tr("Export to {name}", name=path.name)) as activity:
                await self._context.use_cases.context.local(
                    write_export, rows, path, suffix, activity.cancel.raise_if_cancelled
                )
                activity.outcome = formatting.count(rows.row_count, "row", "rows")
        except OSError as error:
            self._context.report(not_written(path, error, tr("Not exported")))

    def release(self) -> None:
        """The tab closes."""
        if self.view is not None:
            self.view.release()
        if self.rows is not None:
            self.rows.close()


def _capacity_text(dpus: float | None) -> str:
    units = tr("{dpus:g} DPU of ", dpus=dpus) if dpus else ""
    return tr("{units}reserved capacity, no price per TB", units=units)
