"""Thresholds on what all known queries cost in a day and a month: each is told once when it is passed."""

from __future__ import annotations

from datetime import datetime

from dataops_desktop.costs.guard import CostAlerts
from dataops_desktop.interfaces.clock import iso, local_midnight
from dataops_desktop.interfaces.workspace import Workspace

_TOLD = "cost.alerted"


def passed_alerts(workspace: Workspace, alerts: CostAlerts, now: datetime | None = None) -> list[str]:
    """Sentences for thresholds passed and not told yet, in local days and months. Blocks."""
    today = local_midnight(now)
    told = dict(workspace.settings.setting(_TOLD) or {})
    found = []
    for name, limit, start, label in (
        ("day", alerts.day_usd, today, "Today's"),
        ("month", alerts.month_usd, today.replace(day=1), "This month's"),
    ):
        if limit is None:
            continue
        mark = f"{start.date()} {limit}"
        _, spent = workspace.history.spend(iso(start), "athena", own=False)
        if spent > limit and told.get(name) != mark:
            told[name] = mark
            found.append(
                f"{label} queries cost ${spent:,.2f} so far; you asked to hear of it above ${limit:,.2f}."
            )
    if found:
        workspace.settings.set_setting(_TOLD, told)
    return found
