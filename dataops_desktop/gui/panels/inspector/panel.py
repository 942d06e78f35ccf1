"""The inspector: the selected node in short, with its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.ontology.classification import KINDS

if TYPE_CHECKING:
    from dataops_desktop.actions.catalog_cases import TableView

SHOWN_COLUMNS = 40


class InspectorPanel(QScrollArea):
    """Follows the selection in the catalog and on the lineage canvas."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._key = 0
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(220)
        context.node_selected.connect(self.show_node)
        for changed in (context.catalog_changed, context.notes_changed):
            changed.connect(lambda: self.show_node(self._key) if self._key else None)
        self._show_empty()

    def _show_empty(self) -> None:
        note = styled(
            PlainLabel(
                tr("Select a table in the catalog or on the lineage canvas to see what is known about it."),
                wrap=True,
            ),
            role="muted",
        )
        note.setAlignment(Qt.AlignmentFlag.AlignTop)
        note.setContentsMargins(16, 16, 16, 16)
        self.setWidget(note)

    def show_node(self, key: int) -> None:
        """Read and show a node."""
        self._key = key
        self._context.run(self._load(key), lambda _: self._show_empty())

    async def _load(self, key: int) -> None:
        view = await self._context.use_cases.catalog.table(key)
        if key == self._key:
            self._show(view)

    def _show(self, view: TableView) -> None:
        from dataops_desktop.gui.dialogs.weights_dialog import (
            PARTS,
        )  # nothing is shown before the first paint

        details = view.details
        node, properties = details.stored.node, details.stored.node.properties
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(styled(PlainLabel(node.name, elide=True, selectable=True), bold=True, size=1))
        kind = str(properties.get("storageFormat") or "")
        layout.addWidget(
            styled(
                PlainLabel(
                    " · ".join(x for x in (node.domain, node.type.replace("-", " "), kind) if x), wrap=True
                ),
                role="muted",
            )
        )
        if view.description:
            layout.addWidget(PlainLabel(view.description, wrap=True, selectable=True))
        if view.annotations.rating:
            stars = "★" * view.annotations.rating + "☆" * (5 - view.annotations.rating)
            label = PlainLabel(stars)
            label.setAccessibleName(tr("{rating} of 5 stars", rating=view.annotations.rating))
            layout.addWidget(label)
        if details.stored.quality is not None:
            layout.addWidget(PlainLabel(tr("Quality {quality}/100", quality=details.stored.quality)))
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setValue(details.stored.quality)
            bar.setTextVisible(False)
            bar.setAccessibleName(tr("Quality {quality} of 100", quality=details.stored.quality))
            bar.setToolTip(
                "\n".join(
                    f"{PARTS.get(name, name)}: {share} %"
                    for name, share in details.stored.quality_parts.items()
                )
            )
            layout.addWidget(bar)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        rows = properties.get("rowCount")
        for title, value in (
            (tr("Rows"), formatting.whole(rows) if isinstance(rows, int) else ""),
            (tr("Size"), formatting.size(properties.get("sizeBytes"))),
            (tr("Partitions"), formatting.whole(len(details.partitions)) if details.partition_keys else ""),
            (tr("Owner"), view.owner),
            (tr("Tags"), ", ".join(view.tags)),
            (
                tr("Holds"),
                ", ".join(sorted({KINDS[c.kind] for c in view.class_of.values() if c.kind in KINDS})),
            ),
            (
                tr("Queries"),
                f"{formatting.whole(view.uses)} · {formatting.money(view.cost_usd)}" if view.uses else "",
            ),
            (tr("Location"), str(properties.get("location") or "")),
            (tr("Database"), str(properties.get("database") or "")),
            (tr("Tables"), str(properties.get("tableCount", ""))),
        ):
            if value:
                form.addRow(
                    styled(PlainLabel(title), role="muted"), PlainLabel(value, wrap=True, selectable=True)
                )
        layout.addLayout(form)
        if "sql" in properties:
            layout.addWidget(PlainLabel(str(properties["sql"]), wrap=True, selectable=True))
        row = QHBoxLayout()
        for title, handler in (
            (tr("Open"), self._context.node_requested),
            (tr("Lineage"), self._context.lineage_requested),
        ):
            button = QPushButton(title)
            button.clicked.connect(lambda _=False, h=handler: h.emit(self._key))
            row.addWidget(button)
        row.addStretch()
        layout.addLayout(row)
        columns = [*details.columns, *details.partition_keys]
        if columns:
            layout.addWidget(
                styled(PlainLabel(formatting.count(len(columns), "column", "columns")), bold=True)
            )
            grid = QFormLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(4)
            for column in columns[:SHOWN_COLUMNS]:
                grid.addRow(
                    PlainLabel(column.name, selectable=True),
                    styled(PlainLabel(column.type, elide=True), role="muted"),
                )
            layout.addLayout(grid)
            if len(columns) > SHOWN_COLUMNS:
                layout.addWidget(
                    styled(
                        PlainLabel(tr("… and {columns} more", columns=len(columns) - SHOWN_COLUMNS)),
                        role="muted",
                    )
                )
        layout.addStretch()
        self.setWidget(body)
