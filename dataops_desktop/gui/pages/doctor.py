"""The connection doctor's page: the steps as they are found, and the report to send on."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.identity import ERROR, OK, SKIPPED, WARNING, Step

_ICONS = {
    OK: ("ok", "ok"),
    WARNING: ("warning", "warning"),
    ERROR: ("error", "error"),
    SKIPPED: ("off", "muted"),
}
_WORDS = {OK: tr("Works"), WARNING: tr("Look at this"), ERROR: tr("Broken"), SKIPPED: tr("Not tried")}


class StepRow(QFrame):
    """One step; its facts open and close."""

    def __init__(self, context: WindowContext, step: Step) -> None:
        super().__init__()
        self.step = step
        self.setProperty("card", True)
        self.setAccessibleName(f"{step.title}: {_WORDS[step.state]}")
        name, color = _ICONS[step.state]
        mark = QLabel()
        mark.setPixmap(icon(name, context.theme.color(color)).pixmap(16, 16))
        mark.setToolTip(_WORDS[step.state])
        mark.setAccessibleName(_WORDS[step.state])
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(styled(PlainLabel(step.title), bold=True))
        texts.addWidget(PlainLabel(step.found, wrap=True))
        if step.remedy and step.state in {ERROR, WARNING}:
            texts.addWidget(styled(PlainLabel(step.remedy, wrap=True), role="muted"))
        if step.action:
            texts.addWidget(PlainLabel(tr("To be allowed: {action}", action=step.action), wrap=True))
        self.facts = styled(PlainLabel("\n".join(step.facts), wrap=True), role="muted")
        self.facts.hide()
        texts.addWidget(self.facts)
        head.addLayout(texts, 1)
        if step.facts:
            self.more = QPushButton(tr("Details"))
            self.more.setProperty("link", True)
            self.more.setCheckable(True)
            self.more.toggled.connect(self.facts.setVisible)
            head.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(head)
        head.setContentsMargins(12, 8, 12, 8)


class DoctorPage(QWidget):
    """Runs as it opens, and again on demand."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._cancel: CancelToken | None = None
        self.rows: list[StepRow] = []
        self._text = ""
        self.title = styled(
            PlainLabel(
                tr("Diagnose {connection_title}", connection_title=context.connection_title), elide=True
            ),
            bold=True,
            size=3,
        )
        self.verdict = PlainLabel(wrap=True)
        self.again, self.copy = QPushButton(tr("Stop")), QPushButton(tr("Copy report"))
        self.copy.setEnabled(False)
        self.again.clicked.connect(self._again)
        self.copy.clicked.connect(self._copy)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.copy)
        head.addWidget(self.again)
        body = QWidget()
        body.setProperty("page", True)
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(6)
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.verdict)
        layout.addWidget(area, 1)
        self.start()

    def start(self) -> None:
        """From the first step."""
        for row in self.rows:
            row.deleteLater()
        self.rows = []
        self.copy.setEnabled(False)
        self.again.setText(tr("Stop"))
        self.verdict.setText(tr("Looking…"))
        self._cancel = CancelToken()
        self._context.run(self._run(self._cancel))

    async def _run(self, cancel: CancelToken) -> None:
        try:
            steps, verdict, self._text = await self._context.use_cases.diagnose(self._show, cancel)
        except CancelledByUserError:
            if cancel is self._cancel:
                self.verdict.setText(tr("Stopped."))
        else:
            del steps
            self.verdict.setText(verdict)
            self.copy.setEnabled(True)
        finally:
            if cancel is self._cancel:
                self._cancel = None
                self.again.setText(tr("Again"))

    def _show(self, step: Step) -> None:
        row = StepRow(self._context, step)
        self.rows.append(row)
        self._list.addWidget(row)

    def _again(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
        else:
            self.start()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self._context.status_requested.emit(tr("The report is on the clipboard. It holds no secret."))

    # page
    def release(self) -> None:
        """Closed."""
        if self._cancel is not None:
            self._cancel.cancel()

    def page_title(self) -> str:
        """Tab text."""
        return tr("Diagnose")

    def page_icon(self) -> str:
        """Tab icon."""
        return "inspect"

    def page_key(self) -> str:
        """One for each connection."""
        return "doctor"

    def state(self) -> dict[str, Any]:
        """A restart does not diagnose by itself."""
        return {"kind": "doctor"}
