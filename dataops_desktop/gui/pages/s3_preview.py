"""What is in the chosen object, and how many bytes of how many were fetched to show it; what was guessed can be told otherwise."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QUrl
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QTabWidget,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dataops_desktop.actions.preview_object import Preview, PreviewTable
from dataops_desktop.errors import CancelledByUserError, DataOpsError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.models.object_table import shown_name
from dataops_desktop.gui.models.rows import RowsModel
from dataops_desktop.gui.theme import monospace
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.widgets.plain_table import plain_table
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.objects.addresses import ObjectAddress
from dataops_desktop.preview.texts import ENCODINGS

SAID_FACTS = 2  # in the line above; all are in the tab “File”
DELIMITERS = (
    (",", tr("Comma")),
    (";", tr("Semicolon")),
    ("\t", "Tab"),
    ("|", tr("Pipe")),
    (" ", tr("Blank")),
    ("\x01", "^A"),
)


class Picture(QWidget):
    """Fitted into the room there is, never larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def show_picture(self, data: bytes) -> None:
        """A PNG of our own making."""
        self._pixmap.loadFromData(QByteArray(data), "PNG")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the middle."""
        del event
        if self._pixmap.isNull():
            return
        room = self.size() - QSize(16, 16)
        size = self._pixmap.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.drawPixmap(left, top, size.width(), size.height(), self._pixmap)
        painter.end()


class SafeBrowser(QTextBrowser):
    """Markdown of a stranger: nothing is loaded, nothing is opened."""

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """No pictures, no files, no network."""
        del kind, name
        return None


class PreviewView(QWidget):
    """One preview at a time; a new one ends the one before."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._at: ObjectAddress | None = None
        self._size = 0
        self._cancel: CancelToken | None = None
        self._preview: Preview | None = None
        self._rows_view: Any = None
        self._setting = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        self.facts = styled(PlainLabel(wrap=True), role="muted")
        self.facts.setContentsMargins(12, 0, 12, 0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 12, 0)
        head.addWidget(self.facts, 1)
        self.query = QToolButton()
        self.query.setText(tr("Query this"))
        self.query.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.query)
        menu.addAction(tr("With the local engine"), lambda: self._query(context.s3.places.query_locally))
        menu.addAction(tr("With Athena"), lambda: self._query(context.s3.places.query_athena))
        self.query.setMenu(menu)
        head.addWidget(self.query, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(head)
        layout.addLayout(self._make_choices())
        self.body = QStackedWidget()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(monospace(self.text.font()))
        self.text.setAccessibleName(tr("Text of the object"))
        self.rich = SafeBrowser()
        self.rich.setOpenLinks(False)
        self.picture = Picture()
        self.parts = QTabWidget()
        self.parts.setDocumentMode(True)
        for widget in (self.text, self.rich, self.picture, self.parts):
            self.body.addWidget(widget)
        layout.addWidget(self.body, 1)
        self.show_nothing("")

    def _make_choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        self.delimiter, self.encoding, self.sheet = QComboBox(), QComboBox(), QComboBox()
        self.header, self.as_text = QCheckBox(tr("Header")), QCheckBox(tr("All text"))
        self.page = QSpinBox()
        self.columns = QPushButton(tr("All columns"))
        self.delimiter.setAccessibleName(tr("Delimiter"))
        self.encoding.setAccessibleName(tr("Encoding"))
        self.sheet.setAccessibleName(tr("Sheet"))
        self.page.setPrefix(tr("Page "))
        for sign, name in DELIMITERS:
            self.delimiter.addItem(name, sign)
        self.encoding.addItems(list(ENCODINGS))
        self._guesses = (
            self.delimiter, self.header, self.as_text, self.encoding, self.sheet, self.page, self.columns,
        )  # fmt: skip
        for widget in self._guesses:
            row.addWidget(widget)
        row.addStretch()
        self.delimiter.activated.connect(lambda _: self._chosen())
        self.encoding.activated.connect(lambda _: self._chosen())
        self.sheet.activated.connect(lambda _: self._chosen())
        self.header.clicked.connect(lambda: self._chosen())
        self.as_text.clicked.connect(lambda: self._chosen())
        self.page.valueChanged.connect(lambda _: None if self._setting else self._chosen())
        self.columns.clicked.connect(self._all_columns)
        return row

    def _query(self, work: Any) -> None:
        if self._at is not None:
            self._context.run(work(self._at))

    # showing
    def show_nothing(self, text: str) -> None:
        """A sentence instead of a preview."""
        self._stop()
        self._at = None
        self._clear()
        self.facts.setText(text)

    def show_object(self, at: ObjectAddress, size: int) -> None:
        """Look into an object."""
        self._at, self._size = at, size
        self._start({})

    def release(self) -> None:
        """The page closes."""
        self._stop()
        self._clear()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None

    def _clear(self) -> None:
        for widget in self._guesses:
            widget.hide()
        self.body.hide()
        self.query.hide()
        if self._rows_view is not None:
            self._rows_view.release()
            self._rows_view = None
        while self.parts.count():
            widget = self.parts.widget(0)
            self.parts.removeTab(0)
            widget.deleteLater()
        if self._preview is not None and self._preview.rows is not None:
            self._preview.rows.close()
        self._preview = None

    def _start(self, choices: dict[str, Any]) -> None:
        self._stop()
        cancel = self._cancel = CancelToken()
        self.facts.setText(tr("Looking…"))
        self._context.run(self._look(cancel, choices), lambda error: self._failed(cancel, error))

    def _failed(self, cancel: CancelToken, error: Exception) -> None:
        if isinstance(error, CancelledByUserError) or cancel is not self._cancel:
            return
        self._clear()
        self.facts.setText(str(error))
        if not isinstance(error, DataOpsError):
            self._context.report(error)

    async def _look(self, cancel: CancelToken, choices: dict[str, Any]) -> None:
        at = self._at
        assert at is not None
        store = await self._context.use_cases.s3.store()
        found = await self._context.use_cases.previews.look(
            store, at.bucket, at.key, self._size, cancel, choices
        )
        if cancel is not self._cancel:
            if found.rows is not None:
                found.rows.close()
            return
        self._show(at, found)

    def _show(self, at: ObjectAddress, found: Preview) -> None:
        front = self.parts.tabText(self.parts.currentIndex()) if self.parts.count() else ""
        self._clear()
        self._preview = found
        self.body.show()
        self.facts.setText(self._told(at, found))
        self._show_choices(found)
        if found.rows is not None:
            self._show_rows(found)
            self.query.show()
        elif found.picture:
            self.picture.show_picture(found.picture)
            self.body.setCurrentWidget(self.picture)
        elif found.kind == "markdown":
            features = self.rich.document().MarkdownFeature
            self.rich.document().setMarkdown(
                found.text, features.MarkdownDialectGitHub | features.MarkdownNoHTML
            )
            self.body.setCurrentWidget(self.rich)
        else:
            self.text.setPlainText(found.text)
            self.body.setCurrentWidget(self.text)
        for index in range(self.parts.count()):
            if self.parts.tabText(index) == front:
                self.parts.setCurrentIndex(index)

    def _told(self, at: ObjectAddress, found: Preview) -> str:
        share = f"{formatting.size(found.bytes_read)} of {formatting.size(found.size)} in {formatting.count(found.requests, 'request', 'requests')}"
        parts = [
            shown_name(at.name),
            tr("{rows} shown", rows=formatting.count(found.rows.row_count, "row", "rows"))
            if found.rows is not None
            else "",
            share,
        ]
        parts += [f"{name} {value}" for name, value in found.facts[:SAID_FACTS]]
        lines = [" · ".join(part for part in parts if part), *found.notes]
        return "\n".join(lines)

    def _show_rows(self, found: Preview) -> None:
        from dataops_desktop.gui.pages.result_rows import RowsView

        assert found.rows is not None
        self._rows_view = RowsView(self._context, found.rows)
        self.parts.addTab(self._rows_view, tr("Rows"))
        for table in found.tables:
            self.parts.addTab(self._table(table), table.title)
        about = [
            *found.facts,
            (tr("Read by"), found.reader),
            (tr("Size"), tr("{size} bytes", size=formatting.whole(found.size))),
        ]
        self.parts.addTab(
            self._table(PreviewTable(tr("File"), (tr("What"), tr("Value")), tuple(about))), tr("File")
        )
        self.body.setCurrentWidget(self.parts)

    def _table(self, table: PreviewTable) -> QWidget:
        right = frozenset(
            i
            for i, name in enumerate(table.columns)
            if name in {"Rows", "Bytes", "Unpacked", "Nulls", "Columns"}
        )
        view = plain_table(
            RowsModel(table.columns, table.rows, right, self), len(table.columns) - 1, {0: 150}
        )
        for column in range(1, len(table.columns)):
            view.setColumnWidth(column, 110)
        view.setAccessibleName(table.title)
        return view

    # what was guessed
    def _show_choices(self, found: Preview) -> None:
        choices = found.choices
        self._setting = True
        if "delimiter" in choices:
            place = self.delimiter.findData(choices["delimiter"])
            if place < 0:
                self.delimiter.addItem(repr(choices["delimiter"]).strip("'"), choices["delimiter"])
                place = self.delimiter.count() - 1
            self.delimiter.setCurrentIndex(place)
            self.header.setChecked(bool(choices["header"]))
            self.as_text.setChecked(bool(choices["all_text"]))
            for widget in (self.delimiter, self.header, self.as_text):
                widget.show()
        if "encoding" in choices:
            name = str(choices["encoding"]).removesuffix("-sig")
            self.encoding.setCurrentText(name)
            self.encoding.show()
        if len(choices.get("sheets", ())) > 1:
            self.sheet.clear()
            self.sheet.addItems([str(name) for name in choices["sheets"]])
            self.sheet.setCurrentIndex(int(choices["sheet"]))
            self.sheet.show()
        if int(choices.get("pages", 0)) > 1:
            self.page.setRange(1, int(choices["pages"]))
            self.page.setValue(int(choices["page"]))
            self.page.setSuffix(f" of {choices['pages']}")
            self.page.show()
        if len(choices.get("all_columns", ())) > len(choices.get("columns", ())):
            self.columns.show()
        self._setting = False

    def _chosen(self) -> None:
        found = self._preview
        if found is None or self._setting:
            return
        wanted: dict[str, Any] = {}
        if "delimiter" in found.choices:
            wanted |= {
                "delimiter": self.delimiter.currentData(),
                "header": self.header.isChecked(),
                "all_text": self.as_text.isChecked(),
            }
        if "encoding" in found.choices:
            wanted["encoding"] = self.encoding.currentText()
        if "sheet" in found.choices:
            wanted["sheet"] = self.sheet.currentIndex()
        if "page" in found.choices:
            wanted["page"] = self.page.value()
        self._start(wanted)

    def _all_columns(self) -> None:
        if self._preview is not None:
            self._start({"columns": list(self._preview.choices["all_columns"])})
