"""What queries cost: by day, user, dataset, workgroup and kind of query; and how good the estimates were."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.cost_view import chart_of_accuracy, chart_of_days, chart_of_groups
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save, not_written
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.cost_table import FigureTable
from dataops_desktop.gui.plots import plot_module
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.clock import iso, local_midnight
from dataops_desktop.interfaces.workspace import CostGroup, HistoryFilter
from dataops_desktop.ontology.nodes import glue_table_id

GROUPS = (("day", tr("Day")), ("who", tr("User")), ("dataset", tr("Dataset")), ("workgroup", tr("Workgroup")), ("shape", tr("Query")), ("estimates", tr("Estimates")))  # fmt: skip
PERIODS = ((tr("Last 7 days"), 7), (tr("Last 30 days"), 30), (tr("Last 90 days"), 90), (tr("This month"), "month"), (tr("Last month"), "last"), (tr("All time"), None))  # fmt: skip
WHOSE = ((tr("All that is known"), False), (tr("Run from here"), True))
_NOBODY = {"who": tr("not told by Athena"), "dataset": tr("no table, or not understood"), "workgroup": tr("no workgroup"), "shape": "other"}  # fmt: skip


def period(wanted: int | str | None, now: datetime | None = None) -> tuple[str, str]:
    """(from, until) as ISO for one of PERIODS, in whole local days; empty where it is open."""
    today = local_midnight(now)
    first = today.replace(day=1)
    if wanted is None:
        return "", ""
    if wanted == "month":
        return iso(first), ""
    if wanted == "last":
        before = (first - timedelta(days=1)).replace(day=1)
        return iso(before), iso(first)
    return iso(today - timedelta(days=int(wanted) - 1)), ""


class CostsPage(QWidget):
    """A chart of the groups above, their figures below."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._groups: list[CostGroup] = []
        self._turn = 0
        self.by = str((state or {}).get("by") or "day")
        line = QHBoxLayout()
        line.setContentsMargins(16, 10, 12, 6)
        line.setSpacing(4)
        buttons = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for key, title in GROUPS:
            button = QToolButton()
            button.setText(title)
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.setChecked(key == self.by)
            button.clicked.connect(lambda _=False, k=key: self.show_by(k))
            buttons.addButton(button)
            self._buttons[key] = button
            line.addWidget(button)
        line.addStretch()
        second = QHBoxLayout()
        second.setContentsMargins(16, 0, 12, 6)
        second.setSpacing(4)
        self.total = styled(PlainLabel(elide=True, selectable=True), bold=True)
        second.addWidget(self.total, 1)
        self.time, self.whose = QComboBox(), QComboBox()
        for box, choices, name in (
            (self.time, PERIODS, tr("Time")),
            (self.whose, WHOSE, tr("Whose queries")),
        ):
            box.setAccessibleName(name)
            for title, value in choices:
                box.addItem(title, value)
            box.activated.connect(lambda _: self.refresh())
            second.addWidget(box)
        self.time.setCurrentIndex(1)
        limits = QPushButton(tr("Limits…"))
        limits.setToolTip(tr("Limits a query is held against, alerts, and the price of a TB"))
        limits.clicked.connect(lambda: context.commands.run("costs.limits"))
        line.addWidget(limits)
        self.export = QToolButton()
        self.export.setIcon(icon("export", context.theme.color("muted")))
        self.export.setToolTip(tr("Export the figures as CSV"))
        self.export.setAccessibleName(tr("Export as CSV"))
        self.export.clicked.connect(self._ask_export)
        line.addWidget(self.export)
        self._holder = QWidget()
        self._plot_layout = QVBoxLayout(self._holder)
        self._plot_layout.setContentsMargins(8, 0, 8, 0)
        self.note = styled(PlainLabel(elide=True), role="muted")
        self.note.setContentsMargins(8, 0, 8, 4)
        self._plot_layout.addWidget(self.note)
        self._plot: Any = None
        self._left_out = ""
        self.model = FigureTable(self)
        self.table = QTableView()
        self.table.setAccessibleName(tr("Costs"))
        self.table.setModel(self.model)
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.activated.connect(self._open)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self._holder)
        splitter.addWidget(self.table)
        splitter.setSizes([320, 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(line)
        layout.addLayout(second)
        layout.addWidget(splitter, 1)
        context.queries_changed.connect(self.refresh)
        self.refresh()

    # what the window asks
    def page_title(self) -> str:
        """Tab title."""
        return tr("Costs")

    def page_icon(self) -> str:
        """Tab icon."""
        return "money"

    def page_key(self) -> str:
        """There is one."""
        return "costs"

    def state(self) -> dict[str, Any]:
        """For a restart."""
        return {"kind": "costs", "by": self.by}

    # figures
    def show_by(self, by: str) -> None:
        """Another grouping."""
        self.by = by
        self._buttons[by].setChecked(True)
        self.refresh()

    def refresh(self) -> None:
        """Read again."""
        self._context.run(self._load())

    @property
    def chosen(self) -> HistoryFilter:
        """What the boxes say."""
        first, last = period(self.time.currentData())
        return HistoryFilter(engine="athena", since=first, until=last, own=bool(self.whose.currentData()))

    async def _load(self) -> None:
        self._turn += 1
        turn, by = self._turn, self.by
        use_cases = self._context.use_cases
        if self._plot is None:
            module = await plot_module(self._context)
            if self._plot is None:
                self._plot = module.ChartPlot(self._context.theme)
                self._plot.setAccessibleName(tr("Chart of the costs"))
                self._plot.pointed.connect(lambda text: self.note.setText(text or self._left_out))
                self._plot_layout.insertWidget(0, self._plot, 1)
        for box in (self.time, self.whose, self.export):
            box.setEnabled(by != "estimates")
        if by == "estimates":
            accuracy = await use_cases.accuracy()
            if turn == self._turn:
                self._show_accuracy(accuracy)
            return
        groups = await use_cases.costs(by, self.chosen)
        if turn == self._turn:
            self._show_groups(by, groups)

    def _show_groups(self, by: str, groups: list[CostGroup]) -> None:
        self._groups = groups
        whole = sum(group.cost_usd for group in groups)
        count = sum(group.queries for group in groups)
        size = sum(group.bytes_scanned for group in groups)
        if by == "dataset":
            self.total.setText(
                tr("≈ {cost} · {size} scanned", cost=formatting.money(whole), size=formatting.size(size))
            )
        else:
            average = tr(" · {cost} a query", cost=formatting.money(whole / count)) if count else ""
            self.total.setText(
                tr(
                    "≈ {cost} · {count} · {size} scanned{average}",
                    cost=formatting.money(whole),
                    count=formatting.count(count, "query", "queries"),
                    size=formatting.size(size),
                    average=average,
                )
            )
        names = [self._name(by, group) for group in groups]
        title = dict(GROUPS)[by]
        rows = []
        for name, group in zip(names, groups, strict=True):
            share = group.cost_usd / whole if whole else 0.0
            texts = (name, formatting.whole(group.queries), formatting.size(group.bytes_scanned), formatting.money(group.cost_usd), f"{share:.0%}")  # fmt: skip
            values = (name.lower(), group.queries, group.bytes_scanned, group.cost_usd, share)
            rows.append((texts, values, group.sql or group.name, group))
        if by == "day":
            rows.reverse()
        self._fill((title, tr("Queries"), tr("Scanned"), tr("Cost"), tr("Share")), rows)
        data = chart_of_days(groups) if by == "day" else chart_of_groups(groups, title, names)
        self._draw(data, bool(groups))
        if by == "dataset":
            self._left_out = tr(
                "A query over several tables counts in equal parts for each: Athena bills the scan as one"
            )
        if by == "who":
            self._left_out = tr(
                "Athena does not tell who ran a query: names are known of queries run from here"
            )
        self.note.setText(self._left_out)

    @staticmethod
    def _name(by: str, group: CostGroup) -> str:
        if by == "shape":
            return " ".join(group.sql[:400].split()) or _NOBODY[by]
        if by == "who" and group.name:
            return group.name.rpartition("/")[2] or group.name
        if by == "day":
            return group.name
        return group.name or _NOBODY[by]

    def _show_accuracy(self, found: Any) -> None:
        whole = found.whole
        if whole.queries:
            self.total.setText(
                tr(
                    "{close:.0%} of {queries} came within 20 % of what was charged",
                    close=whole.close / whole.queries,
                    queries=formatting.count(whole.queries, "estimate", "estimates"),
                )
                + (
                    tr(" · {wrong_free} wrongly called free", wrong_free=whole.wrong_free)
                    if whole.wrong_free
                    else ""
                )
            )
        else:
            self.total.setText(tr("No estimate has been put to the test yet"))
        rows = []
        for method in found.methods:
            error = "—" if method.median_error == float("inf") else f"{method.median_error:.1%}"
            share = method.close / method.queries if method.queries else 0.0
            texts = (
                method.method,
                formatting.whole(method.queries),
                f"{share:.0%}",
                error,
                formatting.whole(method.wrong_free),
            )
            rows.append((texts, (method.method, method.queries, share, method.median_error, method.wrong_free), "", None))  # fmt: skip
        self._fill(
            (
                tr("How it was estimated"),
                tr("Queries"),
                tr("Within 20 %"),
                tr("Median error"),
                tr("Wrongly free"),
            ),
            rows,
        )
        data = chart_of_accuracy(found)
        self._draw(data, len(data.series[0].x) > 0)

    def _fill(self, columns: tuple[str, ...], rows: list[Any]) -> None:
        self.model.show(columns, rows)
        header = self.table.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, len(columns)):
            self.table.setColumnWidth(column, 110)

    def _draw(self, data: Any, anything: bool) -> None:
        self._plot.setVisible(anything)
        if anything:
            self._plot.show_data(data)
        self._left_out = data.note if anything else tr("Nothing ran in this time")
        self.note.setText(self._left_out)

    def _open(self, index: QModelIndex) -> None:
        """A dataset's page, a query's text, a user's or a workgroup's runs."""
        group = self.model.rows[index.row()][3]
        if group is None:
            return
        if self.by == "dataset" and "." in group.name:
            database, _, table = group.name.partition(".")
            self._context.node_id_requested.emit(glue_table_id(database, table))
        elif self.by == "shape":
            self._context.query_requested.emit(group.sql, "")
        else:
            self._context.panel_requested.emit("history")

    # export
    def _ask_export(self) -> None:
        ask_save(
            self, tr("Export the costs"), f"costs-by-{self.by}.csv", "CSV", "csv", lambda path: self._context.run(self.export_to(path))
        )  # fmt: skip

    async def export_to(self, path: Path) -> None:
        """The figures shown as CSV."""
        try:
            await self._context.use_cases.export_costs(path, dict(GROUPS)[self.by].lower(), self._groups)
        except OSError as error:
            self._context.report(not_written(path, error, tr("Not exported")))
        else:
            self._context.status_requested.emit(tr("Saved {name}", name=path.name))
