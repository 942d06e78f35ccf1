"""A table's page: what it is, what people say of it, and tabs that are built when they are first looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.catalog_cases import TableView
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask, finished
from dataops_desktop.gui.dialogs.notes_dialog import NotesDialog
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.pages.table_columns import ColumnsTab
from dataops_desktop.gui.pages.table_history import QueriesTab, VersionsTab
from dataops_desktop.gui.pages.table_lineage import ColumnLineageTab
from dataops_desktop.gui.pages.table_parts import PartitionsTab, QualityTab, SampleTab
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.widgets.star_rating import StarRating
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.sql.ddl import create_statement
from dataops_desktop.sql.quoting import quoted


class TablePage(QWidget):
    """One node of type glue-table (or anything with columns)."""

    def __init__(self, context: WindowContext, view: TableView) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self.view = context, view
        self._key = view.details.stored.key
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 8)
        self._layout.setSpacing(8)
        self.tabs = QTabWidget()
        self._makers: dict[int, Callable[[], QWidget]] = {}
        self._build()
        context.catalog_changed.connect(self.refresh)
        context.notes_changed.connect(self.refresh)

    @property
    def _node(self) -> Any:
        return self.view.details.stored.node

    def page_title(self) -> str:
        """Table name."""
        return str(self._node.properties.get("tableName") or self._node.name)

    def page_icon(self) -> str:
        """Tab icon."""
        return "view" if self._node.properties.get("kind") == "view" else "table"

    def page_key(self) -> str:
        """One page a node."""
        return f"node:{self._key}"

    def state(self) -> dict[str, Any]:
        """By identity."""
        return {"kind": "table", "id": self._node.id, "source": self._node.source}

    def focus_first(self) -> None:
        """The columns, not the stars, which come first: a digit would rate."""
        self.findChild(ColumnsTab).table.setFocus()

    def refresh(self) -> None:
        """Read it again; nothing happens where nothing changed."""
        self._context.run(self._reload())

    async def _reload(self) -> None:
        view = await self._context.use_cases.catalog.table(self._key)
        if view == self.view:
            return
        self.view = view
        shown = self.tabs.tabText(self.tabs.currentIndex()).split(" (")[0]
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._build()
        self.show_tab(shown)

    def show_tab(self, title: str) -> None:
        """By the first word of its title."""
        for number in range(self.tabs.count()):
            if self.tabs.tabText(number).split(" (")[0] == title:
                self.tabs.setCurrentIndex(number)

    def _build(self) -> None:
        head = QWidget()
        self._fill_head(head)
        self._layout.addWidget(head)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self._makers = {}
        details, properties = self.view.details, self._node.properties
        count = len(details.columns) + len(details.partition_keys)
        self._tab(tr("Columns ({count})", count=formatting.whole(count)), self._columns)
        if details.partition_keys and properties.get("kind") == "table":
            more = "" if properties.get("partitionsComplete", True) else "+"
            self._tab(
                tr(
                    "Partitions ({partitions}{more})",
                    partitions=formatting.whole(len(details.partitions)),
                    more=more,
                ),
                self._partitions,
            )
        if properties.get("kind") == "table":
            self._tab(tr("Sample"), self._sample)
        if properties.get("viewSql"):
            self._tab(tr("View text"), lambda: self._text(str(properties["viewSql"])))
        self._tab("DDL", lambda: self._text(self._ddl()))
        rows = [(str(k), str(v)) for k, v in sorted((properties.get("parameters") or {}).items())]
        self._tab(tr("Properties ({rows})", rows=len(rows)), lambda: plain_table(RowsModel((tr("Name"), tr("Value")), rows, parent=self), 1))  # fmt: skip
        self._tab(tr("Column lineage"), lambda: ColumnLineageTab(self._context, self.view))
        self._tab(tr("Versions"), lambda: VersionsTab(self._context, self.view))
        self._tab(tr("Queries ({uses})", uses=formatting.whole(self.view.uses)), lambda: QueriesTab(self._context, self.view))  # fmt: skip
        warned = f" ({len(self.view.warnings)} ⚠)" if self.view.warnings else ""
        self._tab(tr("Quality{warned}", warned=warned), lambda: QualityTab(self._context, self.view))
        self.tabs.currentChanged.connect(self._fill)
        self._fill(0)
        self._layout.addWidget(self.tabs, 1)

    def _tab(self, title: str, make: Callable[[], QWidget]) -> None:
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        self._makers[self.tabs.addTab(holder, title)] = make

    def _fill(self, number: int) -> None:
        make = self._makers.pop(number, None)
        if make is not None:
            layout = self.tabs.widget(number).layout()
            assert layout is not None
            layout.addWidget(make())

    def _columns(self) -> QWidget:
        tab = ColumnsTab(self._context, self.view)
        tab.lineage_wanted.connect(self.show_column_lineage)
        return tab

    @property
    def lineage_subject(self) -> tuple[int, str]:
        """What questions are asked of."""
        return self._key, ""

    def show_column_lineage(self, column: str) -> None:
        """Where a column comes from and goes to."""
        self.show_tab(tr("Column lineage"))
        self.findChild(ColumnLineageTab).show_column(column)

    def _partitions(self) -> QWidget:
        tab = PartitionsTab(self._context, self.view)
        tab.listed.connect(self.refresh)
        return tab

    def _sample(self) -> QWidget:
        return SampleTab(self._context, self.view, self._query)

    def _text(self, text: str) -> QWidget:
        shown = QPlainTextEdit(text)
        shown.setReadOnly(True)
        shown.setFont(monospace(shown.font()))
        shown.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        return shown

    def _ddl(self) -> str:
        properties, details = self._node.properties, self.view.details
        return create_statement(
            str(properties.get("database") or ""),
            str(properties.get("tableName") or self._node.name),
            properties,
            [(c.name, c.type, c.comment) for c in details.columns],
            [(c.name, c.type, c.comment) for c in details.partition_keys],
        )

    # the head
    def _fill_head(self, head: QWidget) -> None:
        view, node, properties = self.view, self._node, self._node.properties
        outer = QVBoxLayout(head)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(styled(PlainLabel(node.name, elide=True, selectable=True), bold=True, size=4), 1)
        stars = StarRating(self._context.theme, view.annotations.rating)
        stars.rated.connect(self._rate)
        row.addWidget(stars)
        mark = QToolButton()
        mark.setAutoRaise(True)
        on = view.annotations.bookmarked
        mark.setIcon(icon("pin", self._context.theme.color("accent" if on else "muted")))
        mark.setToolTip(tr("Remove the bookmark") if on else tr("Bookmark"))
        mark.setAccessibleName(mark.toolTip())
        mark.clicked.connect(lambda: self._do(self._context.use_cases.catalog.bookmark(self._key, not on)))
        row.addWidget(mark)
        for title, handler, primary in (
            (tr("Query"), self._query, True),
            (tr("Lineage"), lambda: self._context.lineage_requested.emit(self._key), False),
            (tr("Describe…"), self._describe, False),
        ):
            button = QPushButton(title)
            button.setProperty("primary", primary)
            button.clicked.connect(handler)
            row.addWidget(button)
        more = QPushButton(tr("More"))
        more.setMenu(self._more_menu(more))
        row.addWidget(more)
        outer.addLayout(row)
        if view.description:
            outer.addWidget(styled(PlainLabel(view.description, wrap=True, selectable=True), role="muted"))
        rows = properties.get("rowCount")
        short = [
            {"view": tr("View"), "link": tr("Link to {target}", target=properties.get('target'))}.get(str(properties.get("kind")), str(properties.get("storageFormat") or "")),
            tr("{rows} rows", rows=formatting.whole(rows)) if isinstance(rows, int) else "",
            formatting.size(properties.get("sizeBytes")),
            tr("owner {owner}", owner=view.owner) if view.owner else tr("no owner"),
            tr("quality {quality}/100", quality=view.details.stored.quality) if view.details.stored.quality is not None else "",
            f"{formatting.count(view.uses, 'query', 'queries')} ({formatting.money(view.cost_usd)})" if view.uses else "",
            tr("as of {time}", time=formatting.ago(view.details.stored.updated_at)),
        ]  # fmt: skip
        outer.addWidget(PlainLabel(" · ".join(part for part in short if part), wrap=True))
        if view.details.stored.deleted_at:
            outer.addWidget(styled(PlainLabel(tr("Gone from Glue since {time}", time=formatting.local_time(view.details.stored.deleted_at))), bold=True))  # fmt: skip
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        facts = [
            (tr("Location"), str(properties.get("location") or "")),
            (tr("Partitioned by"), ", ".join(c.name for c in view.details.partition_keys)),
            (tr("Tags"), ", ".join(view.tags)),
            (tr("Rated"), view.annotations.rating_comment),
        ]
        for title, text in facts:
            if text:
                form.addRow(styled(PlainLabel(title), role="muted"), PlainLabel(text, selectable=True, wrap=title == tr("Tags")))  # fmt: skip
        outer.addLayout(form)

    def _more_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        for title, handler in (
            (tr("Write descriptions back to Glue…"), lambda: self._context.run(self._write_back())),
            (tr("Comment on the rating…"), lambda: self._context.run(self._comment())),
            (tr("Copy name"), lambda: QGuiApplication.clipboard().setText(self._node.name)),
            (tr("Copy DDL"), lambda: QGuiApplication.clipboard().setText(self._ddl())),
        ):
            action = QAction(title, menu)
            action.triggered.connect(handler)
            menu.addAction(action)
        return menu

    def _do(self, coroutine: Any) -> None:
        async def work() -> None:
            await coroutine
            self._context.notes_changed.emit()

        self._context.run(work())

    def _rate(self, stars: int) -> None:
        comment = self.view.annotations.rating_comment
        self._do(self._context.use_cases.catalog.rate(self._key, stars, comment))

    async def _comment(self) -> None:
        from PySide6.QtWidgets import QInputDialog

        said = self.view.annotations
        dialog = QInputDialog(self)
        dialog.setWindowTitle(tr("Comment on the rating"))
        dialog.setLabelText(tr("Why this many stars?") if said.rating else tr("Rate the table first: the comment goes with the stars."))  # fmt: skip
        dialog.setTextValue(said.rating_comment)
        if await finished(dialog) and said.rating:
            self._do(self._context.use_cases.catalog.rate(self._key, said.rating, dialog.textValue()))
        dialog.deleteLater()

    def _describe(self) -> None:
        self._context.run(self._describe_later())

    async def _describe_later(self) -> None:
        cases, said = self._context.use_cases.catalog, self.view.annotations
        dialog = NotesDialog(
            self._node.name, said.description, self._node.description, said.tags, [tag for tag, _ in await cases.tags()], self, owner=said.owner,
        )  # fmt: skip
        if await finished(dialog):
            await cases.set_tags(self._key, dialog.tags)
            await cases.set_text(self._key, "owner", dialog.owner)
            await cases.set_text(self._key, "description", dialog.description)
            self._context.notes_changed.emit()
        dialog.deleteLater()

    async def _write_back(self) -> None:
        said = self.view.annotations
        count = len(said.column_descriptions) + bool(said.description)
        if count:
            what = formatting.count(count, "description", "descriptions")
            answer = await ask(
                self, tr("Write back to Glue"), tr("Write {what} of {name} into the Glue catalog?", what=what, name=self._node.name),
                tr("Everybody who reads the catalog will see them. Glue keeps the version before."), (tr("Write back"), tr("Cancel")),
            )  # fmt: skip
            if answer != tr("Write back"):
                return
        await self._context.use_cases.catalog.write_back(self._key)
        self._context.status_requested.emit(tr("{name} is described in Glue now.", name=self._node.name))
        self._context.catalog_changed.emit()

    def _query(self) -> None:
        details, properties = self.view.details, self._node.properties
        table = str(properties.get("tableName") or "")
        names = [quoted(c.name) for c in (*details.columns, *details.partition_keys)][:12]
        picked = ",\n       ".join(names) if names and len(names) < 12 else "*"
        self._context.query_requested.emit(
            f"SELECT {picked}\nFROM {quoted(table)}\nLIMIT 100", str(properties.get("database") or "")
        )
