"""Whether a query may run: the person's own limits against its estimate."""

from __future__ import annotations

from dataclasses import dataclass

from dataops_desktop.costs.estimate import Estimate


@dataclass(frozen=True)
class GuardLimits:
    """US dollars and bytes; None switches a limit off."""

    ask_above_usd: float | None = 1.0
    refuse_above_usd: float | None = None
    daily_budget_usd: float | None = None
    unpartitioned_bytes: int | None = None


@dataclass(frozen=True)
class CostAlerts:
    """US dollars of all known queries from which on a person wants to hear of it, once; None switches an alert off."""

    day_usd: float | None = None
    month_usd: float | None = None


@dataclass(frozen=True)
class Verdict:
    """Decision is run, ask or refuse. A refusal can be overridden, with the reason in front of the person."""

    decision: str
    reason: str = ""


def verdict(estimate: Estimate, limits: GuardLimits, spent_today_usd: float) -> Verdict:
    """The strictest limit that is passed decides. What cannot be estimated runs, unless the day's budget is gone."""
    if (
        limits.daily_budget_usd is not None
        and estimate.bytes != 0
        and spent_today_usd + (estimate.cost_usd or 0) > limits.daily_budget_usd
    ):
        return Verdict(
            "refuse",
            f"Today's budget is ${limits.daily_budget_usd:,.2f}; ${spent_today_usd:,.4f} is spent, and this query would pass it.",
        )
    cost = estimate.cost_usd
    if cost is None:
        return Verdict("run")
    if limits.refuse_above_usd is not None and cost > limits.refuse_above_usd:
        return Verdict(
            "refuse", f"It would cost about ${cost:,.4f}; the limit is ${limits.refuse_above_usd:,.2f}."
        )
    if limits.unpartitioned_bytes is not None and estimate.unpartitioned:
        # An estimate from the history knows no single tables: then all of it counts.
        parts = [t.bytes for t in estimate.tables if t.table in estimate.unpartitioned]
        whole = sum(parts) if estimate.tables else estimate.bytes or 0
        if whole > limits.unpartitioned_bytes:
            return Verdict(
                "refuse",
                f"{', '.join(estimate.unpartitioned)} would be read without a condition on a partition column: {whole:,} bytes.",
            )
    if limits.ask_above_usd is not None and cost > limits.ask_above_usd:
        return Verdict(
            "ask",
            f"It will cost about ${cost:,.4f}; you asked to be warned above ${limits.ask_above_usd:,.2f}.",
        )
    return Verdict("run")
