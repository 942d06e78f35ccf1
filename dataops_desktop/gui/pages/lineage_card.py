"""What a line of the canvas is: who says that data flows here, how surely, and the statement with its part marked."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from dataops_desktop.actions.lineage_view import LineageEdge
from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import ColumnLine, Line
from dataops_desktop.gui.lineage_words import EDGES, HOW, ORIGINS, sure
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.statement_view import StatementView
from dataops_desktop.gui.window_context import WindowContext


class LineageCard(QWidget):
    """Below the canvas while a line is chosen."""

    closed = Signal()

    def __init__(self, context: WindowContext, names: Mapping[int, str]) -> None:
        super().__init__()
        self._context, self._names = context, names
        self._sql = self._database = self._folder = ""
        self.title = styled(PlainLabel(elide=True), role="heading")
        self.facts = styled(PlainLabel(elide=True), role="muted")
        self.edges = QComboBox()
        self.edges.setAccessibleName(tr("Which of the lines"))
        self.edges.activated.connect(lambda _: self._show_edge(self.edges.currentData()))
        self.statement = StatementView()
        self.open_statement = QPushButton(tr("Open in a worksheet"))
        self.open_statement.clicked.connect(lambda: context.query_requested.emit(self._sql, self._database))
        self.browse = QPushButton(tr("Browse the folder"))
        self.browse.hide()
        self.browse.clicked.connect(lambda: context.s3_requested.emit(self._folder, False))
        close = QToolButton()
        close.setIcon(icon("close", context.theme.color("muted")))
        close.setToolTip(tr("Close (Esc)"))
        close.setAccessibleName(tr("Close"))
        close.clicked.connect(self.closed)
        first, second, layout = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        first.addWidget(self.title, 1)
        first.addWidget(self.edges)
        first.addWidget(self.open_statement)
        first.addWidget(self.browse)
        first.addWidget(close)
        second.addWidget(self.facts, 1)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(second)
        layout.addWidget(self.statement, 1)
        layout.addStretch(0)  # where there is no statement

    def show_line(self, line: Line | ColumnLine) -> None:
        """Of a line; a folded one has several to choose from."""
        if isinstance(line, ColumnLine):
            self._show_columns(line)
            return
        self.edges.clear()
        for edge in line.edges:
            self.edges.addItem(self._title(edge), edge)
        self.edges.setVisible(len(line.edges) > 1)
        self._show_edge(line.edges[0])

    def _name(self, key: int) -> str:
        return self._names.get(key, "?")

    def _title(self, edge: LineageEdge) -> str:
        return f"{self._name(edge.from_key)} → {self._name(edge.to_key)}"

    def _show_edge(self, edge: LineageEdge) -> None:
        self.title.setText(self._title(edge))
        self.facts.setText(
            tr(
                "{relation} · seen by {origin} {when} · {sure} sure",
                relation=EDGES.get(edge.type, edge.type), origin=ORIGINS.get(edge.origin, edge.origin), when=formatting.ago(edge.observed_at),
                sure=sure(edge.confidence),
            )
        )  # fmt: skip
        process = edge.from_key if edge.type == "writes" else edge.to_key
        self._context.run(self._read(process, -1, -1, edge.to_key if edge.type == "located_in" else 0))

    def _show_columns(self, line: ColumnLine) -> None:
        link = line.link
        self.edges.hide()
        ends = (self._name(link.from_key), link.from_column), (self._name(link.to_key), link.to_column or "*")
        self.title.setText(" → ".join(".".join(end) for end in ends))
        self.facts.setText(
            tr(
                "{how} · seen by {origin} {when} · {sure} sure",
                how=HOW.get(link.how, link.how), origin=ORIGINS.get(link.origin, link.origin), when=formatting.ago(link.observed_at),
                sure=sure(link.confidence),
            )
        )  # fmt: skip
        self._context.run(self._read(link.by_key, link.start, link.end))

    async def _read(self, key: int, start: int, end: int, table: int = 0) -> None:
        """The statement of a process; of a table that objects are stored for, the folder they lie in."""
        title, lineage = self.title.full_text(), self._context.use_cases.lineage
        _, sql, database = ("", "", "") if table else await lineage.statement_of(key)
        folder = await lineage.location_of(table) if table else ""
        if title != self.title.full_text():  # another line was chosen meanwhile
            return
        self._sql, self._database, self._folder = sql, database, folder
        self.browse.setVisible(folder.startswith("s3://"))
        if folder:
            self.facts.setText(f"{folder} · {self.facts.full_text()}")
        self.open_statement.setVisible(bool(sql))
        self.statement.setVisible(bool(sql))
        self.statement.show_statement(sql, start, end)
