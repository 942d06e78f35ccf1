"""The status bar's right side: who one is and for how long, what runs, what today cost."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSizePolicy, QStatusBar, QToolButton

from dataops_desktop.gui import formatting
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.problem_text import Problem
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext

TICK_MS = 15_000
SOON_S = 10 * 60  # from here on the time left is a warning


class StatusArea(QObject):
    """`who` is a button: it opens the menu of the session."""

    def __init__(self, context: WindowContext, bar: QStatusBar) -> None:
        super().__init__(bar)
        self._context = context
        self.who = QToolButton()
        self.who.setAutoRaise(True)
        self.who.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.who.setText(tr("Connecting…"))
        self.who.setMinimumWidth(120)  # a long name must not make the window wider
        self.who.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.work = styled(PlainLabel(), role="muted")
        self.spend = styled(PlainLabel(), role="muted")
        bar.addPermanentWidget(self.who)
        for label in (self.work, self.spend):
            label.setContentsMargins(8, 0, 8, 0)
            bar.addPermanentWidget(label)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        context.activity_changed.connect(lambda _: self._show_work())
        context.queries_changed.connect(lambda: context.run(self.show_spend()))
        context.connection_checked.connect(self._checked)
        context.connection_changed.connect(self.show_session)
        context.identity_changed.connect(self.show_session)
        context.run(self.show_spend())
        self._timer.start()

    def _checked(self, connector_id: str, _check: Any) -> None:
        if connector_id == "glue":
            self.show_session()

    def show_session(self) -> None:
        """`analyst@123456789012 · role Analyst · session 52 min left`, or what stands in the way."""
        live = self._context.current
        identity, check = live.identity, live.checks.get("glue")
        tooltip = ""
        parts = [live.title]
        known = identity is not None and identity.account.isdigit()
        if identity is not None and known:
            parts = [f"{identity.name}@{identity.account}" if identity.name else identity.account]
            if identity.role:
                parts.append(tr("role {role}", role=identity.role))
            if left := self._left(identity.ends_at, identity.renews):
                parts.append(left)
            tooltip = tr(
                "{title}\n{arn}\nCredentials: {method}",
                title=live.title,
                arn=identity.arn,
                method=identity.method or "unknown",
            )
        if check is None and identity is None:
            parts.append(tr("Connecting…"))
        elif check is not None and check.state != "connected":
            states = {"needs_sign_in": tr("Sign-in needed"), "not_configured": tr("Not connected")}
            parts.append(states.get(check.state, tr("Offline: the catalog stays usable")))
            tooltip = f"{tooltip}\n{check.summary} {check.remedy}".strip()
        elif not known:
            parts.append(tr("Connected"))
        if live.waiting:
            parts.append(
                formatting.count(live.waiting, "call waits for the sign-in", "calls wait for the sign-in")
            )
        text = " · ".join(parts)
        self.who.setText(text.replace("&", "&&"))
        self.who.setAccessibleName(tr("Session: {who}", who=text))
        self.who.setToolTip(plain_tooltip(tooltip) if tooltip else "")
        soon = identity is not None and not identity.renews and identity.ends_at is not None and identity.ends_at - time.time() < SOON_S  # fmt: skip
        self.who.setProperty("tone", "warning" if soon or live.waiting else "")
        self.who.style().unpolish(self.who)
        self.who.style().polish(self.who)

    @staticmethod
    def _left(ends_at: float | None, renews: bool) -> str:
        if ends_at is None:
            return ""
        seconds = ends_at - time.time()
        if seconds <= 0:
            return tr("renews at the next call") if renews else tr("session ended")
        minutes = int(seconds // 60)
        text = (
            tr("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
            if minutes >= 60
            else tr("{minutes} min", minutes=minutes)
        )
        return tr("session {time} left", time=text) + (
            tr(", renews itself") if renews and minutes < 15 else ""
        )

    def _tick(self) -> None:
        self.show_session()
        for live in self._context.connections.values():
            if live.opened and live.identity is not None:
                self._context.run(self._renew(live), lambda _: None)  # the next call says what is wrong

    async def _renew(self, live: Any) -> None:
        known = live.identity
        fresh = await live.use_cases.session.renew_if_due(known)
        if fresh is not known:
            live.take_identity(fresh)

    def _show_work(self) -> None:
        running = sum(1 for item in self._context.activities if item.state == "running")
        self.work.setText(tr("{running} running", running=running) if running else "")

    async def show_spend(self) -> None:
        """Today's cost, and budgets that were passed."""
        _, cost = await self._context.use_cases.spend_today()
        self.spend.setText(tr("today {cost}", cost=formatting.money(cost)))
        for text in await self._context.use_cases.passed_alerts():
            self._context.add_problem(
                Problem(tr("Costs"), text, tr("The Costs page shows what they went to."), "", "warning")
            )
