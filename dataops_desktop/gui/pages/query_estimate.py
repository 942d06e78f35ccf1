"""What the statement at the caret will cost, beside Run; and the question before a dear one starts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from dataops_desktop.costs.estimate import Estimate, unknown
from dataops_desktop.errors import CancelledByUserError
from dataops_desktop.gui import formatting
from dataops_desktop.gui.dialogs.ask import ask
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel
from dataops_desktop.gui.window_context import WindowContext

IDLE_MS = 500
LONGEST_WAIT_S = 3.0  # a query is not kept waiting longer for its estimate


def estimate_text(estimate: Estimate, provisioned: bool = False) -> str:
    """`≈ 12 MB · $0.00006`, `free`, or `cost unknown`; on reserved capacity bytes have no price."""
    if estimate.bytes is None:
        return tr("size unknown · reserved capacity") if provisioned else tr("cost unknown")
    if estimate.bytes == 0:
        return tr("free")
    size = tr("minimum charge") if estimate.bytes == 1 else formatting.size(estimate.bytes)
    if provisioned:
        return tr("≈ {bytes} · reserved capacity", bytes=formatting.size(estimate.bytes))
    return f"≈ {size} · {formatting.money(estimate.cost_usd)}"


def estimate_details(estimate: Estimate) -> str:
    """The tooltip: method, error band, tables."""
    if estimate.bytes is None:
        return tr("No estimate: {method}", method=estimate.method)
    lines = (
        [tr("Estimate from {method}.", method=estimate.method)]
        if estimate.bytes
        else [tr("Free: {method}.", method=estimate.method)]
    )
    if estimate.bytes > 1:
        lines.append(
            tr(
                "Between {low} and {high} ({highest_usd} at most).",
                low=formatting.size(estimate.low),
                high=formatting.size(estimate.high),
                highest_usd=formatting.money(estimate.highest_usd),
            )
        )
    for table in estimate.tables:
        part = (
            tr(
                ", {partitions_left:,} of {partitions_total:,} partitions",
                partitions_left=table.partitions_left,
                partitions_total=table.partitions_total,
            )
            if table.partitions_total
            else ""
        )
        share = (
            tr(", {share:.0%} of its bytes in the wanted columns", share=table.share)
            if table.share < 1
            else ""
        )
        lines.append(f"{table.table}: {formatting.size(table.bytes)}{part}{share}")
    return "\n".join(lines)


class EstimateLine(QObject):
    """`statement` and `database` tell what would run now; the label shows its estimate half a second after the last key."""

    def __init__(
        self,
        context: WindowContext,
        label: PlainLabel,
        statement: Callable[[], str],
        database: Callable[[], str],
        local: Callable[[], bool],
        provisioned: Callable[[], bool] = lambda: False,
        settings: Callable[[], str] = lambda: "",
    ) -> None:
        super().__init__(label)
        self._local, self._provisioned, self._settings = local, provisioned, settings
        self._context, self._label = context, label
        self._statement, self._database = statement, database
        self._shown: tuple[str, str] | None = None
        self._timer = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._timer.timeout.connect(self._start)

    def refresh(self) -> None:
        """The text, the caret or the database changed."""
        self._timer.start()

    def forget(self) -> None:
        """A query ran or the catalog changed: the next look estimates anew."""
        self._shown = None
        self.refresh()

    def _start(self) -> None:
        wanted = (self._statement(), self._database())
        if wanted != self._shown:
            self._shown = wanted
            self._context.run(self._show(wanted))

    async def _show(self, wanted: tuple[str, str]) -> None:
        if not wanted[0].strip() or self._local():
            self._label.setText(tr("free, runs here") if self._local() else "")
            self._label.setToolTip("")
            return
        estimate = await self._context.use_cases.estimate(*wanted)
        if self._shown == wanted:
            settings = self._settings()
            text = estimate_text(estimate, self._provisioned())
            self._label.setText(f"{text} · {settings}" if settings else text)
            details = estimate_details(estimate)
            self._label.setToolTip(
                formatting.plain_tooltip(
                    tr("{details}\nThis worksheet {settings}.", details=details, settings=settings)
                    if settings
                    else details
                )
            )

    async def allowed(self, sql: str, parent: QWidget) -> Estimate | None:
        """The statement's estimate (None on the local engine); raises CancelledByUserError where the person says no."""
        if self._local():
            return None
        if self._provisioned():  # limits in dollars say nothing there
            return await self._within(LONGEST_WAIT_S, sql)
        estimate = await self._within(LONGEST_WAIT_S, sql)
        decided = await self._context.use_cases.guard(estimate)
        if decided.decision == "run":
            return estimate
        refused = decided.decision == "refuse"
        run = tr("Run anyway") if refused else tr("Run")
        answer = await ask(
            parent,
            tr("Cost limit"),
            tr("This query passes a limit of yours.") if refused else tr("Run this query?"),
            f"{decided.reason}\n\n{estimate_details(estimate)}",
            (run, tr("Do not run")),
            warning=True,
        )
        if answer != run:
            raise CancelledByUserError(tr("Not started. {reason}", reason=decided.reason))
        return estimate

    async def _within(self, seconds: float, sql: str) -> Estimate:
        try:
            return await asyncio.wait_for(self._context.use_cases.estimate(sql, self._database()), seconds)
        except TimeoutError:
            return unknown(tr("the estimate took too long"))
