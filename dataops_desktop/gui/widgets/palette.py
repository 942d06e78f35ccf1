"""Ctrl+K: one field that finds commands and anything in the catalog while typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.gui.icons import NODE_ICONS, icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.window_context import WindowContext

WIDTH, HEIGHT = 640, 420


@dataclass(frozen=True)
class Entry:
    """One line: a command (`command_id`) or a node (`node_key`)."""

    title: str
    detail: str
    icon: str
    command_id: str = ""
    node_key: int = 0


class EntryModel(QAbstractListModel):
    """The lines of the palette."""

    def __init__(self, context: WindowContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.entries: list[Entry] = []

    def show_entries(self, entries: list[Entry]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Qt's."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, icon; the detail under the user role."""
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.UserRole:
            return entry.detail
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(entry.icon, self._context.theme.color("muted"))
        return None


class _EntryDelegate(QStyledItemDelegate):
    """Title left, detail right, both shortened."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Any) -> QSize:
        """A comfortable row."""
        return QSize(200, 30)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        """One line."""
        rect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, option.palette.color(QPalette.ColorRole.Highlight))
        index.data(Qt.ItemDataRole.DecorationRole).paint(painter, rect.x() + 10, rect.y() + 7, 16, 16)
        metrics = option.fontMetrics
        detail = metrics.elidedText(
            str(index.data(Qt.ItemDataRole.UserRole)), Qt.TextElideMode.ElideMiddle, rect.width() // 2
        )
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(
            rect.adjusted(0, 0, -12, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, detail
        )
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        room = rect.width() - 52 - metrics.horizontalAdvance(detail)
        title = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room)
        painter.drawText(
            rect.adjusted(36, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title
        )


class CommandPalette(QFrame):
    """Opens over the window; Escape or a click elsewhere closes it."""

    closed = Signal()

    def __init__(self, context: WindowContext, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("Palette")
        self._context = context
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Search catalog, tables, columns, commands…"))
        self.field.setAccessibleName(tr("Search"))
        self.field.setClearButtonEnabled(True)
        self.model = EntryModel(context, self)
        self.list = QListView(self)
        self.list.setAccessibleName(tr("Matches"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.clicked.connect(lambda _: self._choose())
        self._asked = 0
        self._searching = False
        self._chosen_early = False  # Enter came before the answer: choose when it is there
        self.hide()

    def open(self, text: str = "") -> None:
        """Show, with the field selected."""
        self.place()
        self.field.setText(text)
        self._search(text)
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def place(self) -> None:
        """In the middle of the window, as it is now."""
        window = self.parentWidget()
        width = min(WIDTH, window.width() - 32)
        self.setGeometry((window.width() - width) // 2, 56, width, min(HEIGHT, window.height() - 80))

    def _commands(self, text: str) -> list[Entry]:
        words = text.lower().split()
        return [
            Entry(
                command.title.replace("&", "").rstrip("…") + ("…" if command.title.endswith("…") else ""),
                command.shortcut or command.menu,
                command.icon or "query",
                command_id=command.id,
            )
            for command in self._context.commands
            if command.enabled() and all(word in command.title.lower().replace("&", "") for word in words)
        ]

    def _search(self, text: str) -> None:
        self._asked += 1
        asked = self._asked
        self._chosen_early = False
        self._searching = bool(text.strip())
        commands = self._commands(text)
        if not self._searching:
            self._show(commands)
            return

        async def work() -> None:
            hits = await self._context.use_cases.search(text, 40)
            if asked != self._asked:
                return  # a later keystroke has its own answer
            found = [
                Entry(
                    f"{hit.name}.{hit.column}" if hit.column else hit.name,
                    hit.description or hit.type.replace("-", " "),
                    "column" if hit.column else NODE_ICONS.get(hit.type, "table"),
                    node_key=hit.key,
                )
                for hit in hits
            ]
            commands.append(
                Entry(tr("Search with facets…"), "Ctrl+Alt+F", "search", command_id="catalog.search")
            )
            self._show(found + commands if found and not text.startswith(">") else commands + found)
            self._searching = False
            if self._chosen_early:
                self._choose()

        self._context.run(work())

    def _show(self, entries: list[Entry]) -> None:
        self.model.show_entries(entries)
        if entries:
            self.list.setCurrentIndex(self.model.index(0))

    def _choose(self) -> None:
        if self._searching:
            self._chosen_early = True
            return
        index = self.list.currentIndex()
        if not index.isValid():
            return
        entry = self.model.entries[index.row()]
        self.dismiss()
        if entry.command_id:
            self._context.commands.run(entry.command_id)
        else:
            self._context.node_requested.emit(entry.node_key)

    def dismiss(self) -> None:
        """Close without choosing."""
        self._asked += 1
        self.hide()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while the field keeps the focus."""
        if watched is self.field and event.type() == QEvent.Type.FocusOut and not self.underMouse():
            self.dismiss()
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            row = self.list.currentIndex().row()
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
                Qt.Key(event.key())
            )
            if step is not None:
                self.list.setCurrentIndex(
                    self.model.index(max(0, min(row + step, self.model.rowCount() - 1)))
                )
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._choose()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        return super().eventFilter(watched, event)
