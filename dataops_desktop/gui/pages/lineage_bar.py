"""The line of tools above a canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_exploration import BY_DATABASE, BY_SERVICE, Exploration
from dataops_desktop.gui.theme import Theme

_FOLDS = ((tr("One by one"), ""), (tr("Fold databases"), BY_DATABASE), (tr("Fold services"), BY_SERVICE))
EXPORTS = (
    (tr("PNG picture…"), "png", "PNG"), (tr("SVG drawing…"), "svg", "SVG"), (tr("Mermaid…"), "mmd", "Mermaid"), (tr("Graphviz…"), "dot", "Graphviz"),
    (tr("CSV, columns too…"), "csv", "CSV"), (tr("OpenLineage events…"), "ndjson", "OpenLineage"),
)  # fmt: skip


class LineageBar(QWidget):
    """Buttons call the page; `export` is given a suffix and what files of it are called."""

    def __init__(self, theme: Theme, page: Any, filters: QMenu, export: Callable[[str, str], None]) -> None:
        super().__init__()
        self._theme = theme
        self._icons: list[tuple[QToolButton, str]] = []
        view = page.view
        self.undo = self._button("undo", tr("Take back (Ctrl+Z)"), page.undo)
        self.redo = self._button("redo", tr("Once more (Ctrl+Shift+Z)"), page.redo)
        more_up = self._button("", tr("One hop more upstream"), lambda: page.grow("upstream"))
        more_up.setText(tr("← Upstream"))
        more_down = self._button("", tr("One hop more downstream"), lambda: page.grow("downstream"))
        more_down.setText(tr("Downstream →"))
        self.columns = self._button("column", tr("Columns, with what flows between them"), page.all_columns)
        self.focus = self._button("focus", tr("Focus: only what leads to the selected box and from it (F)"), page.toggle_focus)  # fmt: skip
        for button in (self.columns, self.focus):
            button.setCheckable(True)
        self.filter = self._menu_button("filter", tr("Leave out types, sources, old or unsure lines"), filters)  # fmt: skip
        exports = QMenu(self)
        for title, suffix, kind in EXPORTS:
            exports.addAction(title, lambda s=suffix, k=kind: export(s, k))
        self.fold = QComboBox()
        self.fold.setAccessibleName(tr("Fold nodes into groups"))
        for title, data in _FOLDS:
            self.fold.addItem(title, data)
        self.find = QLineEdit()
        self.find.setPlaceholderText(tr("Find"))
        self.find.setAccessibleName(tr("Find on the canvas"))
        self.find.setClearButtonEnabled(True)
        self.find.setMinimumWidth(80)
        self.find.setMaximumWidth(220)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 8, 6)
        line.setSpacing(2)
        for widget in (
            self._button("plus", tr("Zoom in (+)"), lambda: view.zoom(1.25)), self._button("minus", tr("Zoom out (-)"), lambda: view.zoom(0.8)),
            self._button("fit", tr("Fit (0)"), view.fit), self.undo, self.redo, more_up, more_down, self.columns, self.focus, self.filter,
            self._menu_button("export", tr("Save the canvas"), exports), self.fold,
        ):  # fmt: skip
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.find, 2)
        theme.changed.connect(self._paint)

    def _button(self, name: str, tip: str, handler: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        if name:
            self._icons.append((button, name))
            button.setIcon(icon(name, self._theme.color("muted")))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: handler())
        return button

    def _menu_button(self, name: str, tip: str, menu: QMenu) -> QToolButton:
        button = self._button(name, tip, lambda: None)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _paint(self) -> None:
        for button, name in self._icons:
            button.setIcon(icon(name, self._theme.color("muted")))

    def show_steps(self, state: Exploration, can_undo: bool, can_redo: bool) -> None:
        """What the present step is, and whether there are others."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        self.fold.setCurrentIndex(max(0, self.fold.findData(state.fold)))
        self.columns.setChecked(bool(state.open))

    def show_filtered(self, filtered: bool) -> None:
        """Whether something is left out."""
        self.filter.setIcon(icon("filter", self._theme.color("accent" if filtered else "muted")))
