"""Search with facets: a field, what finds can be narrowed by, and finds with what matched marked."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import NODE_ICONS, icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.theme import Theme
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.catalog_store import SearchFilter, SearchHit
from dataops_desktop.interfaces.clock import iso, utc_now
from dataops_desktop.ontology.classification import KINDS

DELAY_MS = 60
FOUND = 300
ROW = 46
_FACETS = (
    ("type", tr("Type")), ("service", tr("Service")), ("source", tr("Account and region")), ("database", tr("Database")), ("tag", tr("Tag")),
    ("classification", tr("Classification")), ("owner", tr("Owner")), ("quality", tr("Quality at least")), ("rating", tr("Stars at least")), ("fresh_since", tr("New data within")),
)  # fmt: skip
_NUMBERS = {"quality", "rating"}
_FRESH = (("a day", 1), ("a week", 7), ("a month", 31), ("a year", 366))


class _HitModel(QAbstractListModel):
    """Finds."""

    def __init__(self, theme: Theme, parent: Any = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.hits: list[SearchHit] = []

    def show_hits(self, hits: list[SearchHit]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name as text, for assistive technology; the find itself for the delegate."""
        if not index.isValid():
            return None
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{hit.name}.{hit.column}" if hit.column else hit.name
        if role == Qt.ItemDataRole.UserRole:
            return hit
        if role == Qt.ItemDataRole.DecorationRole:
            name = "column" if hit.column else NODE_ICONS.get(hit.type, "table")
            return icon(name, self._theme.color("muted"))
        return None


class _HitDelegate(QStyledItemDelegate):
    """Two lines: the name with marks and its figures, the description."""

    def __init__(self, theme: Theme, parent: Any) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Any) -> QSize:
        """Two lines."""
        return QSize(300, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        """One find."""
        hit: SearchHit = index.data(Qt.ItemDataRole.UserRole)
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, option.palette.color(QPalette.ColorRole.Highlight))
        index.data(Qt.ItemDataRole.DecorationRole).paint(painter, box.x() + 10, box.y() + 6, 16, 16)
        muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
        metrics = option.fontMetrics
        figures = " · ".join(
            part
            for part in (
                "★" * int(hit.rating or 0),
                tr("quality {quality}", quality=hit.quality) if hit.quality is not None else "",
                formatting.count(hit.uses, "query", "queries") if hit.uses else "",
            )
            if part
        )
        right = metrics.horizontalAdvance(figures) + 16
        painter.setPen(muted)
        line = box.adjusted(0, 4, -12, 4 - ROW // 2)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figures)
        left = float(box.x() + 36)
        width = float(box.width() - 48 - right)
        if hit.column:
            left += self._words(painter, metrics, line, left, width, f"{hit.name}.", (), muted)
        self._words(
            painter, metrics, line, left, width, hit.column or hit.name, hit.spans, option.palette.color(QPalette.ColorRole.Text)
        )  # fmt: skip
        painter.setPen(muted)
        note = hit.description or hit.type.replace("-", " ")
        below = box.adjusted(36, ROW // 2, -12, -4)
        text = metrics.elidedText(" ".join(note.split()), Qt.TextElideMode.ElideRight, below.width())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _words(
        self, painter: QPainter, metrics: QFontMetrics, line: Any, left: float, width: float, text: str,
        spans: tuple[tuple[int, int], ...], color: QColor,
    ) -> float:  # fmt: skip
        """Draw a text with marks below what matched; returns its width."""
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(width))
        if shown == text:
            mark = QColor(self._theme.color("accent"))
            mark.setAlpha(60)
            for start, end in spans:
                x = left + metrics.horizontalAdvance(text[:start])
                painter.fillRect(
                    QRectF(x, line.y() + 1, metrics.horizontalAdvance(text[start:end]), line.height() - 2),
                    mark,
                )
        painter.setPen(color)
        painter.drawText(
            QRectF(left, line.y(), width + 4, line.height()), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown
        )  # fmt: skip
        return float(metrics.horizontalAdvance(shown))


class SearchPage(QWidget):
    """`Ctrl+Alt+F`; one page, its words and facets survive a restart."""

    def __init__(self, context: WindowContext, state: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._chosen = SearchFilter(**(state or {}).get("chosen", {}))
        self._turn = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 8)
        layout.setSpacing(8)
        row = QHBoxLayout()
        self.field = QLineEdit(str((state or {}).get("text", "")))
        self.field.setPlaceholderText(tr("Tables, columns, descriptions, database.table…"))
        self.field.setAccessibleName(tr("Search the catalog"))
        self.field.setClearButtonEnabled(True)
        self.bookmarked = QPushButton(tr("Bookmarks"))
        self.bookmarked.setCheckable(True)
        self.bookmarked.setChecked(self._chosen.bookmarked)
        self.clear = QPushButton(tr("All facets off"))
        row.addWidget(self.field, 1)
        row.addWidget(self.bookmarked)
        row.addWidget(self.clear)
        layout.addLayout(row)
        self.note = styled(PlainLabel(wrap=True), role="muted")
        layout.addWidget(self.note)
        self.facets = QTreeWidget()
        self.facets.setHeaderHidden(True)
        self.facets.setColumnCount(2)
        self.facets.setAccessibleName(tr("Facets"))
        self.facets.setRootIsDecorated(False)
        self.facets.setIndentation(12)
        self.facets.header().setStretchLastSection(False)
        self.facets.header().setSectionResizeMode(0, self.facets.header().ResizeMode.Stretch)
        self.facets.header().setSectionResizeMode(1, self.facets.header().ResizeMode.ResizeToContents)
        self.facets.itemClicked.connect(lambda item, _: self._toggle(item))
        self.facets.itemActivated.connect(lambda item, _: self._toggle(item))
        self.model = _HitModel(context.theme, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_HitDelegate(context.theme, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(tr("Finds"))
        self.list.activated.connect(self._open)
        self.list.selectionModel().currentChanged.connect(lambda now, _: self._selected(now))
        split = QSplitter()
        split.addWidget(self.facets)
        split.addWidget(self.list)
        split.setStretchFactor(1, 1)
        split.setSizes([260, 800])
        layout.addWidget(split, 1)
        self._timer = QTimer(self, singleShot=True, interval=DELAY_MS)
        self._timer.timeout.connect(self.search)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.field.returnPressed.connect(self._first)
        self.bookmarked.toggled.connect(lambda on: self._narrow(bookmarked=on))
        self.clear.clicked.connect(self._all_off)
        context.catalog_changed.connect(self.search)
        context.notes_changed.connect(self.search)
        self.search()
        self.field.setFocus()

    def page_title(self) -> str:
        """Tab text."""
        return tr("Search")

    def page_icon(self) -> str:
        """Tab icon."""
        return "search"

    def page_key(self) -> str:
        """There is one."""
        return "search"

    def state(self) -> dict[str, Any]:
        """Words and facets."""
        return {"kind": "search", "text": self.field.text(), "chosen": asdict(self._chosen)}

    def _narrow(self, **changes: Any) -> None:
        self._chosen = replace(self._chosen, **changes)
        self.search()

    def _all_off(self) -> None:
        self._chosen = SearchFilter()
        self.bookmarked.setChecked(False)
        self.search()

    def search(self) -> None:
        """Ask for finds, then for facets; a later question makes an earlier answer void."""
        self._timer.stop()
        self._turn += 1
        self._context.run(self._search(self._turn))

    async def _search(self, turn: int) -> None:
        cases, text, chosen = self._context.use_cases.catalog, self.field.text(), self._chosen
        hits = await cases.search(text, FOUND, chosen)
        if turn != self._turn:
            return
        self.model.show_hits(hits)
        if self.field.text().strip():
            self._tell(hits, {})
        facets = await cases.facets(text, chosen)
        if turn != self._turn:
            return
        self._tell(hits, facets)
        self._show_facets(facets)

    def _tell(self, hits: list[SearchHit], facets: dict[str, list[tuple[str, int]]]) -> None:
        counted = sum(number for _, number in facets.get("type", ()))
        if not self.field.text().strip() and self._chosen.empty:
            self.note.setText(
                tr("{counted} things to find. Type, or choose a facet.", counted=formatting.whole(counted))
            )
        elif hits and hits[0].corrected:
            self.note.setText(
                tr("Nothing starts with these words; finds for “{corrected}”.", corrected=hits[0].corrected)
            )
        elif not hits:
            self.note.setText(tr("Nothing matches. Try fewer words, or turn facets off."))
        else:
            more = (
                tr(" The first {found} are shown.", found=formatting.whole(FOUND))
                if len(hits) >= FOUND
                else ""
            )
            self.note.setText(f"{formatting.count(max(counted, len(hits)), 'find', 'finds')}.{more}")

    def _show_facets(self, found: dict[str, list[tuple[str, int]]]) -> None:
        found = {**found, "fresh_since": [(text, 0) for text, _ in _FRESH]}
        self.facets.clear()
        for facet, title in _FACETS:
            chosen = getattr(self._chosen, facet)
            values = found.get(facet, [])
            if not values and not chosen:
                continue
            head = QTreeWidgetItem([title, ""])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            self.facets.addTopLevelItem(head)
            listed = [str(value) for value, _ in values]
            kept = (
                self._fresh_text() if facet == "fresh_since" else "" if chosen in (None, "") else str(chosen)
            )
            if kept and kept not in listed:
                values = [(kept, 0), *values]
            for value, number in values[:12]:
                shown = KINDS.get(value, value) if facet == "classification" else value
                shown = shown.replace("-", " ") if facet == "type" else shown
                shown = shown.removeprefix("aws:").replace(":", " · ") if facet == "source" else shown
                item = QTreeWidgetItem([shown[:80], formatting.whole(number) if number else ""])
                item.setData(0, Qt.ItemDataRole.UserRole, (facet, value))
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight)
                item.setCheckState(
                    0, Qt.CheckState.Checked if kept == str(value) else Qt.CheckState.Unchecked
                )
                head.addChild(item)
            head.setExpanded(True)

    def _fresh_text(self) -> str:
        if not self._chosen.fresh_since:
            return ""
        days = (utc_now() - utc_now().fromisoformat(self._chosen.fresh_since)).days
        return next((text for text, number in _FRESH if number >= days), _FRESH[-1][0])

    def _toggle(self, item: QTreeWidgetItem) -> None:
        data = item.data(0, Qt.ItemDataRole.UserRole)
        if not data:
            return
        facet, value = data
        if facet == "fresh_since":
            days = dict(_FRESH)[value]
            on = self._fresh_text() != value
            self._narrow(fresh_since=iso(utc_now() - timedelta(days=days)) if on else "")
            return
        off: Any = None if facet in _NUMBERS else ""
        wanted: Any = int(value) if facet in _NUMBERS else value
        self._narrow(**{facet: off if getattr(self._chosen, facet) == wanted else wanted})

    def _first(self) -> None:
        if self.model.hits and not self._timer.isActive():
            self._context.node_requested.emit(self.model.hits[0].key)

    def _open(self, index: QModelIndex) -> None:
        self._context.node_requested.emit(self.model.hits[index.row()].key)

    def _selected(self, index: QModelIndex) -> None:
        if index.isValid():
            self._context.node_selected.emit(self.model.hits[index.row()].key)
