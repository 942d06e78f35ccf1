"""Problems: each once, with what to do and details to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext

KEPT = 100


class ProblemsPanel(QScrollArea):
    """Newest first."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.setWidgetResizable(True)
        context.problem_reported.connect(lambda _: self._rebuild())
        context.theme.changed.connect(self._rebuild)
        self._rebuild()

    def _rebuild(self) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(10)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)
        if not self._context.problems:
            layout.addWidget(
                styled(
                    PlainLabel(tr("No problems. What fails shows here once, with its remedy.")), role="muted"
                )
            )
        for problem in self._context.problems[:KEPT]:
            layout.addWidget(self._row(problem))
        if self._context.problems:
            clear = QPushButton(tr("Clear all"))
            clear.setProperty("link", True)
            clear.clicked.connect(self._clear)
            layout.addWidget(clear, 0, Qt.AlignmentFlag.AlignRight)
        self.setWidget(body)

    def _clear(self) -> None:
        self._context.problems.clear()
        self._rebuild()

    def _row(self, problem: Problem) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        mark = QLabel()
        mark.setPixmap(icon(problem.severity, self._context.theme.color(problem.severity)).pixmap(16, 16))
        mark.setAccessibleName(problem.severity)
        layout.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(styled(PlainLabel(problem.title, wrap=True), bold=True))
        text.addWidget(PlainLabel(problem.message, wrap=True, selectable=True))
        if problem.remedy:
            text.addWidget(styled(PlainLabel(problem.remedy, wrap=True, selectable=True), role="muted"))
        layout.addLayout(text, 1)
        copy = QPushButton(tr("Copy details"))
        copy.setProperty("link", True)
        whole = "\n".join(
            part for part in (problem.title, problem.message, problem.remedy, problem.details) if part
        )
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(whole))
        layout.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return row
