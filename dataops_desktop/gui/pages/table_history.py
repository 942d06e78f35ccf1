"""A table over time: the states that syncs saw and Glue still keeps, and the queries that read it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QSplitter, QWidget

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.text_diff_dialog import TextDiffDialog
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.table_parts import column_of, muted
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.ontology.differences import differences
from dataops_desktop.ontology.snapshots import TableState
from dataops_desktop.sql.ddl import create_statement


def _statement(state: TableState) -> str:
    database, _, table = state.name.partition(".")
    properties = state.properties
    return create_statement(
        str(properties.get("database") or database), str(properties.get("tableName") or table), properties,
        [tuple(c) for c in state.columns], [tuple(c) for c in state.partition_keys],
    )  # fmt: skip


class VersionsTab(QWidget):
    """What syncs saw, each with what changed; two selected ones side by side. Glue's own versions on request."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context, self._view = context, view
        self._states: list[tuple[str, TableState]] = []
        layout = column_of(self)
        row = QHBoxLayout()
        row.addWidget(muted(tr("Every state that a sync saw. Select two to compare them.")), 1)
        self.ask_glue = QPushButton(tr("Add Glue's own versions"))
        self.ask_glue.clicked.connect(lambda: context.run(self._from_glue()))
        self.compare = QPushButton(tr("Compare"))
        self.compare.setEnabled(False)
        self.compare.clicked.connect(self._compare)
        row.addWidget(self.ask_glue)
        row.addWidget(self.compare)
        layout.addLayout(row)
        split = QSplitter()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Versions"))
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._selected)
        self.text = PlainLabel("", wrap=True, selectable=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setContentsMargins(12, 4, 4, 4)
        split.addWidget(self.list)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([360, 500])
        layout.addWidget(split, 1)
        context.run(self._load())

    async def _load(self) -> None:
        found = await self._context.use_cases.catalog.versions(self._view.details.stored.key)
        for start, end, state in found:
            until = tr("until {time}", time=formatting.local_time(end)) if end else "now"
            self._add(f"{formatting.local_time(start)} – {until}", state)
        self.list.setCurrentRow(0)

    def _add(self, title: str, state: TableState) -> None:
        self._states.append((title, state))
        self.list.addItem(QListWidgetItem(title))

    async def _from_glue(self) -> None:
        from dataops_desktop.actions.glue_import import import_table, table_state
        from dataops_desktop.interfaces.catalog import PartitionPage

        properties = self._view.details.stored.node.properties
        self.ask_glue.setEnabled(False)
        try:
            found = await self._context.use_cases.catalog.source_versions(
                str(properties["database"]), str(properties["tableName"])
            )
        except DataOpsError:
            self.ask_glue.setEnabled(True)
            raise
        for version in found:
            written = import_table(self._view.details.stored.node.source, version.table, PartitionPage((), True))  # fmt: skip
            self._add(tr("Glue version {version_id} · {time}", version_id=version.version_id, time=formatting.local_time(version.updated_at)), table_state(written))  # fmt: skip

    def _selected(self) -> None:
        rows = sorted(self.list.row(item) for item in self.list.selectedItems())
        self.compare.setEnabled(len(rows) == 2)
        if not rows:
            self.text.setText("")
            return
        first = rows[0]
        other = rows[1] if len(rows) == 2 else first + 1
        if other >= len(self._states):
            self.text.setText(tr("The first state that is known."))
            return
        changed = differences(self._states[other][1], self._states[first][1])
        head = tr("Compared with the one before:") if len(rows) < 2 else tr("From the older to the newer:")
        lines = [f"• {item.text}{tr('  (may break queries)') if item.breaks else ''}" for item in changed]
        self.text.setText("\n".join([head, *lines]) if lines else tr("No difference a query could see."))

    def _compare(self) -> None:
        newer, older = (self._states[row] for row in sorted(self.list.row(item) for item in self.list.selectedItems()))  # fmt: skip
        dialog = TextDiffDialog(
            self._context.theme,
            (older[0], _statement(older[1])),
            (newer[0], _statement(newer[1])),
            self.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class QueriesTab(QWidget):
    """Queries of the history that read the table; Enter opens one."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self._context = context
        layout = column_of(self)
        text = tr("{uses} over this table", uses=formatting.count(view.uses, "query", "queries"))
        layout.addWidget(muted(tr("{queries} · {cost} in all, shared equally among the tables of a query", queries=text, cost=formatting.money(view.cost_usd))))  # fmt: skip
        self._layout = layout
        context.run(self._load(view.details.stored.node.name))

    async def _load(self, name: str) -> None:
        records = await self._context.use_cases.catalog.queries_over(name)
        rows = [
            (
                formatting.local_time(r.submitted_at), formatting.state(r.state), " ".join(r.sql.split()), r.who.rpartition("/")[2],
                formatting.size(r.bytes_scanned), formatting.money(r.cost_usd),
            )
            for r in records
        ]  # fmt: skip
        table = plain_table(
            RowsModel((tr("Started"), tr("State"), tr("Query"), tr("Who"), tr("Scanned"), tr("Cost")), rows, frozenset({4, 5}), self), 2,
            {0: 150, 1: 90, 3: 120, 4: 90, 5: 80},
        )  # fmt: skip
        table.setAccessibleName(tr("Queries over this table"))

        def open_query(index: QModelIndex) -> None:
            record = records[index.row()]
            self._context.query_requested.emit(record.sql, record.database)

        table.activated.connect(open_query)
        self._layout.addWidget(table, 1)
