"""What a canvas leaves out: a menu with the types and origins that are there, how sure and how recent lines must be."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QMenu, QPushButton, QWidget, QWidgetAction

from dataops_desktop.actions.lineage_view import LineageGraph
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import Filters
from dataops_desktop.gui.lineage_words import ORIGINS, TYPES

_LEAST = ((tr("However sure"), 0.0), (tr("Likely and sure"), 0.8), (tr("Only sure"), 1.0))
_DAYS = ((tr("Any time"), 0), (tr("Seen today"), 1), (tr("Seen in a week"), 7), (tr("Seen in a month"), 30), (tr("Seen in a year"), 365))  # fmt: skip


class FilterMenu(QMenu):
    """Stays open while boxes are ticked."""

    changed = Signal(object)  # Filters

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.filters = Filters()
        self._graph = LineageGraph(0)
        self.aboutToShow.connect(self._fill)

    def set_graph(self, graph: LineageGraph) -> None:
        """What there is to leave out."""
        self._graph = graph

    def _fill(self) -> None:
        self.clear()
        panel = QWidget()
        form = QFormLayout(panel)
        form.setContentsMargins(12, 8, 12, 8)
        f = self.filters
        sources = {node.source for node in self._graph.nodes} | f.sources
        for title, words, there, hidden, name in (
            (tr("Show"), TYPES, {node.type for node in self._graph.nodes}, f.types, "types"),
            (tr("Accounts"), {}, sources if len(sources) > 1 else set(), f.sources, "sources"),
            (tr("Seen by"), ORIGINS, {edge.origin for edge in self._graph.edges}, f.origins, "origins"),
        ):
            for place, item in enumerate(sorted(there | hidden)):
                box = QCheckBox(words.get(item, item))
                box.setChecked(item not in hidden)
                box.toggled.connect(lambda on, n=name, i=item: self._tick(n, i, on))
                form.addRow(title if not place else "", box)
        for title, choices, value, name in ((tr("Lines"), _LEAST, f.least, "least"), (tr("When"), _DAYS, f.days, "days")):  # fmt: skip
            combo = QComboBox()
            for text, data in choices:
                combo.addItem(text, data)
            combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.activated.connect(lambda _, c=combo, n=name: self._set(**{n: c.currentData()}))
            form.addRow(title, combo)
        reset = QPushButton(tr("Show everything"))
        reset.setEnabled(f.any)
        reset.clicked.connect(self._reset)
        form.addRow("", reset)
        action = QWidgetAction(self)
        action.setDefaultWidget(panel)
        self.addAction(action)

    def _tick(self, name: str, item: str, on: bool) -> None:
        hidden = getattr(self.filters, name)
        self._set(**{name: hidden - {item} if on else hidden | {item}})

    def _set(self, **values: object) -> None:
        self.filters = Filters(**{**vars(self.filters), **values})
        self.changed.emit(self.filters)

    def _reset(self) -> None:
        self.filters = Filters()
        self.changed.emit(self.filters)
        self.close()
