"""A lineage page: opens at one hop, expands on demand, every edge says where it came from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from dataops_desktop.actions.explore_catalog import LineageGraph
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.save_file import ask_save
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.lineage_layout import layered_positions
from dataops_desktop.gui.widgets.lineage_canvas import LineageView
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext


class LineagePage(QWidget):
    """One root node; `upstream` and `downstream` hops."""

    def __init__(
        self,
        context: WindowContext,
        root: int,
        title: str,
        identity: tuple[str, str],
        hops: tuple[int, int] = (1, 1),
    ) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self._root, self._title, self._identity = context, root, title, identity
        self._upstream, self._downstream = hops
        self._expanded: set[int] = set()
        self.view = LineageView(context.theme)
        self._note = styled(PlainLabel(elide=True), role="muted")
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 6, 12, 6)
        bar.setSpacing(4)
        for name, tip, handler in (
            ("plus", tr("Zoom in (+)"), lambda: self.view.zoom(1.25)),
            ("minus", tr("Zoom out (-)"), lambda: self.view.zoom(0.8)),
            ("fit", tr("Fit (0)"), self.view.fit),
        ):
            bar.addWidget(self._button(name, tip, handler))
        more_up = self._button("", tr("One hop more upstream"), lambda: self._widen(1, 0))
        more_up.setText(tr("← More upstream"))
        more_down = self._button("", tr("One hop more downstream"), lambda: self._widen(0, 1))
        more_down.setText(tr("More downstream →"))
        bar.addWidget(more_up)
        bar.addWidget(more_down)
        bar.addWidget(self._note, 1)
        bar.addWidget(self._button("export", tr("Save as PNG"), self._ask_export))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.view, 1)
        self.view.node_clicked.connect(context.node_selected)
        self.view.node_opened.connect(context.node_requested)
        self.view.expand_requested.connect(self._expand)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        context.catalog_changed.connect(lambda: self._load(fit=False))
        self._load(fit=True)

    def page_title(self) -> str:
        """Tab text."""
        return tr("Lineage: {title}", title=self._title)

    def page_icon(self) -> str:
        """Tab icon."""
        return "lineage"

    def page_key(self) -> str:
        """One canvas a root."""
        return f"lineage:{self._root}"

    def state(self) -> dict[str, Any]:
        """By identity, with the hops."""
        node_id, source = self._identity
        return {
            "kind": "lineage",
            "id": node_id,
            "source": source,
            "hops": [self._upstream, self._downstream],
        }

    def _button(self, name: str, tip: str, handler: Any) -> QToolButton:
        button = QToolButton()
        if name:
            button.setIcon(icon(name, self._context.theme.color("muted")))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: handler())
        return button

    def _widen(self, upstream: int, downstream: int) -> None:
        self._upstream += upstream
        self._downstream += downstream
        self._load(fit=True)

    def _expand(self, key: int) -> None:
        self._expanded.add(key)
        self._load(fit=False)

    def _load(self, fit: bool) -> None:
        self._context.run(self._read(fit))

    async def _read(self, fit: bool) -> None:
        cases = self._context.use_cases
        graph = await cases.lineage(self._root, self._upstream, self._downstream)
        nodes = {node.key: node for node in graph.nodes}
        edges = {(e.from_key, e.to_key, e.type, e.origin): e for e in graph.edges}
        for key in self._expanded:
            part = await cases.lineage(key, 1, 1)
            nodes |= {node.key: node for node in part.nodes if node.key not in nodes or node.key == key}
            edges |= {(e.from_key, e.to_key, e.type, e.origin): e for e in part.edges}
        whole = LineageGraph(self._root, tuple(nodes.values()), tuple(edges.values()))
        positions = await cases.context.local(
            layered_positions, list(nodes), [(e.from_key, e.to_key) for e in whole.edges]
        )
        self.view.show_graph(whole, positions)
        if not whole.edges:
            self._note.setText(
                tr("Nothing is known to flow in or out yet. Run a query or a sync, and edges appear here.")
            )
        else:
            hidden = sum(
                n.hidden_downstream + n.hidden_upstream for n in whole.nodes if n.key not in self._expanded
            )
            self._note.setText(
                f"{formatting.count(len(whole.nodes), 'node', 'nodes')} · {formatting.count(len(whole.edges), 'edge', 'edges')}"
                + (tr(" · {hidden} more behind + (double-click)", hidden=hidden) if hidden else "")
            )
        if fit:
            self.view.graph.selected = self._root
            self.view.fit()

    def _menu(self, place: Any) -> None:
        key = self.view.graph.node_at(self.view.mapToScene(place))
        if not key:
            return
        menu = QMenu(self)
        for title, handler in (
            (tr("Open"), lambda: self._context.node_requested.emit(key)),
            (tr("Expand one hop"), lambda: self._expand(key)),
            (tr("Start here"), lambda: self._context.lineage_requested.emit(key)),
        ):
            action = QAction(title, menu)
            action.triggered.connect(handler)
            menu.addAction(action)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _ask_export(self) -> None:
        ask_save(
            self, tr("Save lineage"), f"lineage-{self._title}.png", "PNG", "png", lambda path: self.save_png(str(path))
        )  # fmt: skip

    def save_png(self, path: str) -> None:
        """The whole graph at twice its size, smaller where it would pass 16,000 pixels."""
        bounds = self.view.graph.boundingRect()
        scale = min(2.0, 16_000 / max(bounds.width(), bounds.height(), 1))
        pixmap = QPixmap(QSize(int(bounds.width() * scale), int(bounds.height() * scale)))
        pixmap.fill(self._context.theme.color("base"))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.view.scene().render(painter, QRectF(pixmap.rect()), bounds)
        painter.end()
        if not pixmap.save(path):
            self._context.status_requested.emit(tr("{path} could not be written.", path=path))
