"""The services page of the specification as a dock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from dataops_desktop.gui import formatting
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.flow_layout import FlowLayout
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext

if TYPE_CHECKING:
    from dataops_desktop.interfaces.connector import ConnectionCheck, Manifest

# The nine systems of the specification, and what each will be here; those without an installed connector say so instead of pretending.
AWS = (
    ("glue", "AWS Glue", tr("Databases, tables, crawlers and jobs")),
    ("athena", "AWS Athena", tr("SQL over S3")),
    ("s3", "AWS S3", tr("Buckets and objects")),
    ("quicksight", "AWS QuickSight", tr("Datasets and dashboards")),
    ("kendra", "AWS Kendra", tr("Search over documents")),
    ("sagemaker", "AWS SageMaker", tr("Feature store and models")),
    ("emr", "AWS EMR", tr("Clusters and Spark jobs")),
)
EXTERNAL = (
    ("databricks", "Databricks", tr("Workspaces and tables")),
    ("snowflake", "Snowflake", tr("Databases and shares")),
)
_STATES = {
    "checking": ("off", "muted", tr("Checking…")),
    "connected": ("ok", "ok", tr("Connected")),
    "needs_sign_in": ("warning", "warning", tr("Needs sign-in")),
    "error": ("error", "error", tr("Not reachable")),
    "not_configured": ("off", "muted", tr("Not configured")),
    "missing": ("off", "muted", tr("Not in this version")),
}
# What a card offers first in a state, beside the connector's own commands.
_FIRST = {
    "needs_sign_in": ("connection.sign_in", tr("Sign in…")),
    "error": ("connection.diagnose", tr("Diagnose…")),
    "not_configured": ("connection.new", tr("Connect…")),
}


class ServiceCard(QFrame):
    """One system."""

    def __init__(self, context: WindowContext, service_id: str, title: str, about: str) -> None:
        super().__init__()
        self._about = about
        self.setProperty("card", True)
        self.setAccessibleName(title)
        self._first: QPushButton | None = None
        self._context, self.service_id = context, service_id
        self.state = "checking"
        self._icon = QLabel()
        self._title = styled(PlainLabel(title), bold=True)
        self._status = styled(PlainLabel(wrap=True), role="muted")
        self._counts = styled(PlainLabel(wrap=True), role="muted")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addStretch()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 10, 12, 10)
        self._layout.setSpacing(3)
        self._layout.addLayout(head)
        self._layout.addWidget(self._status)
        self._layout.addWidget(self._counts)
        self._counts.hide()
        self._message = ""
        context.theme.changed.connect(self._paint_state)
        self._paint_state()

    def show_manifest(self, manifest: Manifest | None) -> None:
        """What the installed connector offers; without one the card says so instead of pretending."""
        if manifest is None:
            self.state, self._message = "missing", self._about
            self._paint_state()
            return
        row = FlowLayout()
        self._first = self._button("", "")
        self._first.hide()
        row.addWidget(self._first)
        for command_id, title in manifest.command_titles:
            row.addWidget(self._button(command_id, tr(title)))
        self._layout.addLayout(row)

    def _button(self, command_id: str, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("link", True)
        button.setProperty("command", command_id)
        button.clicked.connect(lambda: self._context.commands.run(str(button.property("command"))))
        return button

    def show_check(self, check: ConnectionCheck) -> None:
        """A check's outcome; an error shows its remedy."""
        self.state = check.state
        self._message = (
            f"{check.summary}\n{check.remedy}".strip() if check.state != "connected" else check.summary
        )
        self._paint_state()

    def show_counts(self, text: str) -> None:
        """The mock-up's counters."""
        self._counts.setText(text)
        self._counts.setVisible(bool(text))

    def _paint_state(self) -> None:
        name, color, text = _STATES[self.state]
        self._icon.setPixmap(icon(name, self._context.theme.color(color)).pixmap(16, 16))
        self._icon.setToolTip(text)
        self._icon.setAccessibleName(text)
        both = self._message and self.state in {"connected", "missing"}
        self._status.setText(f"{text} · {self._message}" if both else self._message or text)
        if self._first is not None:
            command_id, title = _FIRST.get(self.state, ("", ""))
            self._first.setProperty("command", command_id)
            self._first.setText(title)
            self._first.setVisible(bool(title))


class ServicesPanel(QScrollArea):
    """All cards, and the count of connected ones."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(276)
        self._context = context
        self.cards: dict[str, ServiceCard] = {}
        body = QWidget()
        self.setWidget(body)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        self.heading = styled(PlainLabel(), bold=True)
        layout.addWidget(self.heading)
        for service_id, title, about in AWS:
            self._add(layout, service_id, title, about)
        layout.addSpacing(4)
        layout.addWidget(styled(PlainLabel(tr("External systems")), bold=True))
        for service_id, title, about in EXTERNAL:
            self._add(layout, service_id, title, about)
        layout.addStretch()
        context.catalog_changed.connect(self._count_all)
        context.queries_changed.connect(self._count_all)
        context.live.checked.connect(self._checked)
        context.live.identified.connect(self._identified)
        context.live.allowed.connect(self._show_denials)
        self._show_heading()
        context.run(self._show_manifests())

    def _add(self, layout: QVBoxLayout, service_id: str, title: str, about: str) -> None:
        card = self.cards[service_id] = ServiceCard(self._context, service_id, title, about)
        layout.addWidget(card)

    async def _show_manifests(self) -> None:
        manifests = {manifest.id: manifest for manifest in self._context.use_cases.manifests()}
        for service_id, card in self.cards.items():
            card.show_manifest(manifests.get(service_id))
        self.check_all()

    def check_all(self) -> None:
        """Ask every connected system again."""
        for service_id, card in self.cards.items():
            if card.state != "missing":
                self._context.run(self._check(service_id))
        self._count_all()

    def _show_denials(self) -> None:
        """Buttons of what is not allowed say so before they are tried."""
        commands = self._context.commands
        for card in self.cards.values():
            for button in card.findChildren(QPushButton):
                command = commands.get(str(button.property("command") or ""))
                denied = commands.why_not(command) if command is not None else ""
                button.setToolTip(denied)
                button.setProperty("denied", bool(denied))
                button.style().unpolish(button)
                button.style().polish(button)

    def _identified(self) -> None:
        """Somebody signed in: what waited for that is asked again."""
        if self._context.live.identity is None:
            return
        for service_id, card in self.cards.items():
            if card.state in {"needs_sign_in", "not_configured"}:
                self._context.run(self._check(service_id))
        self._count_all()

    async def _check(self, service_id: str) -> None:
        check = await self._context.use_cases.check(service_id)
        self._context.live.take_check(service_id, check)
        if service_id == "s3" and check.state == "connected":
            await self._read_s3_facts()

    def _checked(self, service_id: str, check: ConnectionCheck) -> None:
        if service_id in self.cards:
            self.cards[service_id].show_check(check)
        self._show_heading()

    def _show_heading(self) -> None:
        connected = sum(1 for card in self.cards.values() if card.state == "connected")
        self.heading.setText(
            tr("Connected Services ({connected}/{cards})", connected=connected, cards=len(self.cards))
        )

    def _count_all(self) -> None:
        counts = (("glue", self._glue_counts), ("athena", self._athena_counts), ("s3", self._s3_counts))
        for service_id, count in counts:
            self._context.run(self._show_counts(service_id, count))

    async def _show_counts(self, service_id: str, count: Callable[[], Awaitable[str]]) -> None:
        self.cards[service_id].show_counts(await count())

    async def _source(self) -> str | None:
        """Whose figures a card shows; those of the whole workspace where there is but one connection and it was never reached."""
        known = await self._context.use_cases.session.source()
        return known if known or len(self._context.connections) == 1 else ""

    async def _glue_counts(self) -> str:
        cases = self._context.use_cases
        source = await self._source()
        counts = await cases.counts(source)
        runs = await cases.sync_runs(1, source)
        tables = formatting.count(counts.get("glue-table", 0), "table synced", "tables synced")
        if not runs:
            return tr("{tables}\nNever synced", tables=tables)
        state = {
            "interrupted": " (interrupted)",
            "applying": " (saving)",
            "running": " (running)",
            "failed": " (failed)",
            "cancelled": " (cancelled)",
            "partial": tr(" (with errors)"),
        }.get(runs[0].state, "")
        covered = await cases.catalog.coverage(source)
        share = (
            tr(" · {share:.0%} within 24 h", share=covered.share).replace("%", " %") if covered.total else ""
        )
        return tr(
            "{tables}{share}\nLast sync: {time}{state}",
            tables=tables,
            share=share,
            time=formatting.ago(runs[0].finished_at or runs[0].started_at),
            state=state,
        )

    async def _s3_counts(self) -> str:
        cases = self._context.use_cases
        size, objects = await cases.s3.totals(await self._source())
        if size is None:
            return ""
        return tr(
            "Total size: {size} · Objects: {objects}",
            size=formatting.size(size),
            objects=formatting.whole(objects or 0),
        )

    async def _read_s3_facts(self) -> None:
        """The buckets' own daily figures, one bucket after another, for those that were not read today."""
        if await self._context.use_cases.s3.read_facts():
            self._context.run(self._show_counts("s3", self._s3_counts))

    async def _athena_counts(self) -> str:
        cases = self._context.use_cases
        queries, cost = await cases.spend_today(await self._source())
        return tr(
            "Queries today: {queries} · Cost: {cost}",
            queries=formatting.whole(queries),
            cost=formatting.money(cost),
        )
