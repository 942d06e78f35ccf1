"""A table's page: what it is, its columns, its partitions, its text."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.explore_catalog import NodeDetails
from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.sql.quoting import quoted


class RowsModel(QAbstractTableModel):
    """Plain rows of texts under titles; `right` are the columns of numbers."""

    def __init__(
        self,
        titles: tuple[str, ...],
        rows: list[tuple[str, ...]],
        right: frozenset[int] = frozenset(),
        parent: Any = None,
    ) -> None:
        super().__init__(parent)
        self._titles, self._rows, self._right = titles, rows, right

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, plain tooltip, alignment."""
        if not index.isValid():
            return None
        text = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(text)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(
                (Qt.AlignmentFlag.AlignRight if index.column() in self._right else Qt.AlignmentFlag.AlignLeft)
                | Qt.AlignmentFlag.AlignVCenter
            )
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if (
            orientation == Qt.Orientation.Horizontal
            and role == Qt.ItemDataRole.DisplayRole
            and 0 <= section < len(self._titles)
        ):
            return self._titles[section]
        return None


class TablePage(QWidget):
    """One node of type glue-table (or anything with columns)."""

    def __init__(self, context: WindowContext, details: NodeDetails) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._key = details.stored.key
        self._details = details
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 8)
        self._layout.setSpacing(8)
        self._build(details)
        context.catalog_changed.connect(self._refresh)

    def page_title(self) -> str:
        """Table name."""
        return str(self._details.stored.node.properties.get("tableName") or self._details.stored.node.name)

    def page_icon(self) -> str:
        """Tab icon."""
        return "view" if self._details.stored.node.properties.get("kind") == "view" else "table"

    def page_key(self) -> str:
        """One page a node."""
        return f"node:{self._key}"

    def state(self) -> dict[str, Any]:
        """By identity."""
        node = self._details.stored.node
        return {"kind": "table", "id": node.id, "source": node.source}

    def _refresh(self) -> None:
        self._context.run(self._reload(), lambda _: None)

    async def _reload(self) -> None:
        details = await self._context.use_cases.node(self._key)
        if details.stored.updated_at != self._details.stored.updated_at:
            self._details = details
            while (item := self._layout.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.deleteLater()
            self._build(details)

    def _build(self, details: NodeDetails) -> None:
        head = QWidget()
        self._fill_head(head, details)
        self._layout.addWidget(head)
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.addTab(self._columns(details), f"Columns ({len(details.columns) + len(details.partition_keys)})")
        if details.partition_keys:
            more = "" if details.stored.node.properties.get("partitionsComplete", True) else "+"
            tabs.addTab(self._partitions(details), f"Partitions ({len(details.partitions)}{more})")
        properties = details.stored.node.properties
        if sql := properties.get("viewSql"):
            text = QPlainTextEdit(str(sql))
            text.setReadOnly(True)
            tabs.addTab(text, "View text")
        parameters = properties.get("parameters") or {}
        rows = [(str(k), str(v)) for k, v in sorted(parameters.items())]
        tabs.addTab(
            self._table(RowsModel(("Name", "Value"), rows, parent=self), 1), f"Properties ({len(rows)})"
        )
        if details.stored.quality_parts:
            parts = [
                (name.replace("_", " ").capitalize(), str(points))
                for name, points in details.stored.quality_parts.items()
            ]
            tabs.addTab(self._table(RowsModel(("Part", "Points"), parts, frozenset({1}), self), 0), "Quality")
        self._layout.addWidget(tabs, 1)

    def _fill_head(self, head: QWidget, details: NodeDetails) -> None:
        node, properties = details.stored.node, details.stored.node.properties
        outer = QVBoxLayout(head)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        row = QHBoxLayout()
        row.addWidget(styled(PlainLabel(node.name, elide=True, selectable=True), bold=True, size=4), 1)
        for title, handler, primary in (
            ("Query", self._query, True),
            ("Lineage", lambda: self._context.lineage_requested.emit(self._key), False),
        ):
            button = QPushButton(title)
            button.setProperty("primary", primary)
            button.clicked.connect(handler)
            row.addWidget(button)
        outer.addLayout(row)
        if node.description:
            outer.addWidget(styled(PlainLabel(node.description, wrap=True, selectable=True), role="muted"))
        rows = properties.get("rowCount")
        short = [
            "View" if properties.get("kind") == "view" else str(properties.get("storageFormat") or ""),
            f"{formatting.whole(rows)} rows" if isinstance(rows, int) else "",
            formatting.size(properties.get("sizeBytes")),
            f"owner {properties['owner']}" if properties.get("owner") else "no owner",
            f"quality {details.stored.quality}/100" if details.stored.quality is not None else "",
            f"as of {formatting.ago(details.stored.updated_at)}",
        ]
        outer.addWidget(PlainLabel(" · ".join(part for part in short if part), wrap=True))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        if properties.get("location"):
            form.addRow(
                styled(PlainLabel("Location"), role="muted"),
                PlainLabel(str(properties["location"]), selectable=True),
            )
        if details.partition_keys:
            form.addRow(
                styled(PlainLabel("Partitioned by"), role="muted"),
                PlainLabel(", ".join(c.name for c in details.partition_keys)),
            )
        outer.addLayout(form)

    def _columns(self, details: NodeDetails) -> QWidget:
        rows = [(c.name, c.type, c.comment) for c in details.columns]
        rows += [(c.name, c.type, f"Partition key. {c.comment}".strip()) for c in details.partition_keys]
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        field = QLineEdit()
        field.setPlaceholderText("Filter columns")
        field.setAccessibleName("Filter columns")
        field.setClearButtonEnabled(True)
        proxy = QSortFilterProxyModel(self)
        proxy.setSourceModel(RowsModel(("Column", "Type", "Comment"), rows, parent=self))
        proxy.setFilterKeyColumn(-1)
        proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        field.textChanged.connect(proxy.setFilterFixedString)
        layout.addWidget(field)
        if not rows:
            layout.addWidget(
                styled(
                    PlainLabel(
                        "This table has no columns. A crawler leaves such tables over files it could not read.",
                        wrap=True,
                    ),
                    role="muted",
                )
            )
        layout.addWidget(self._table(proxy, 2), 1)
        return page

    def _partitions(self, details: NodeDetails) -> QWidget:
        keys = tuple(c.name for c in details.partition_keys)
        rows = [
            (
                *(p.values[i] if i < len(p.values) else "" for i in range(len(keys))),
                formatting.whole(p.row_count) if p.row_count is not None else "",
                formatting.size(p.size_bytes),
                p.location,
            )
            for p in details.partitions
        ]
        right = frozenset({len(keys), len(keys) + 1})
        return self._table(RowsModel((*keys, "Rows", "Size", "Location"), rows, right, self), len(keys) + 2)

    def _table(self, model: Any, stretch: int) -> QTableView:
        table = QTableView()
        table.setModel(model)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in range(model.columnCount()):
            table.setColumnWidth(column, 200 if column < stretch else 160)
        header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)
        return table

    def _query(self) -> None:
        properties = self._details.stored.node.properties
        table = str(properties.get("tableName") or "")
        names = [quoted(c.name) for c in (*self._details.columns, *self._details.partition_keys)][:12]
        picked = ",\n       ".join(names) if names and len(names) < 12 else "*"
        self._context.query_requested.emit(
            f"SELECT {picked}\nFROM {quoted(table)}\nLIMIT 100", str(properties.get("database") or "")
        )
