"""What a query will scan and cost, told before it runs: numbers with their method and error band, or "unknown", never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from dataops_desktop.costs.athena import query_cost_usd


@dataclass(frozen=True)
class TableEstimate:
    """Bytes one table adds. `share` is the part of its bytes that the wanted columns hold, 1.0 for row formats."""

    table: str
    bytes: int
    low: int
    high: int
    method: str
    partitions_left: int = 0
    partitions_total: int = 0
    share: float = 1.0


@dataclass(frozen=True)
class Estimate:
    """`bytes` is None for unknown, with the reason in `method`; `low` and `high` span the expected error."""

    bytes: int | None
    low: int = 0
    high: int = 0
    method: str = ""
    usd_per_tb: float = 5.0
    tables: tuple[TableEstimate, ...] = ()
    unpartitioned: tuple[str, ...] = ()  # `db.table`: partitioned, and read without a condition on that

    @property
    def cost_usd(self) -> float | None:
        """US dollars, None for unknown."""
        return None if self.bytes is None else query_cost_usd(self.bytes, usd_per_tb=self.usd_per_tb)

    @property
    def highest_usd(self) -> float | None:
        """The upper end of the error band."""
        return None if self.bytes is None else query_cost_usd(self.high, usd_per_tb=self.usd_per_tb)


def unknown(reason: str) -> Estimate:
    """No number, and why."""
    return Estimate(None, method=reason)


def free(reason: str) -> Estimate:
    """A statement that scans nothing."""
    return Estimate(0, method=reason)


def from_history(scanned: Sequence[int], same_text: bool, usd_per_tb: float) -> Estimate | None:
    """From earlier runs, newest first: of the same text any, of the same shape only where they agree within 20 %."""
    runs = list(scanned[:5])
    if not runs or (not same_text and (len(runs) < 3 or max(runs) > 1.2 * max(1, min(runs)))):
        return None
    middle = max(1, int(median(runs)))  # a query is never promised to be free
    ran = f"{len(runs)} earlier {'run' if len(runs) == 1 else 'runs'}"
    method = f"{ran} of this query" if same_text else f"{ran} of queries like this"
    return Estimate(
        middle, min(min(runs), int(middle * 0.95)), max(max(runs), int(middle * 1.05)), method, usd_per_tb
    )


def combined(
    tables: Sequence[TableEstimate], limited: bool, unpartitioned: Sequence[str], usd_per_tb: float
) -> Estimate:
    """The sum over the tables; a LIMIT can end the scan early, so the lower end is then open."""
    total = sum(t.bytes for t in tables)
    methods = list(dict.fromkeys(t.method for t in tables)) or ["no table is read"]
    left, everything = sum(t.partitions_left for t in tables), sum(t.partitions_total for t in tables)
    text = ", ".join(methods)
    if everything:
        text += f"; {left:,} of {everything:,} partitions"
    if limited:
        text += "; at most, LIMIT may end it early"
    if tables and total == 0:
        total = 1  # a query is never promised to be free: the least that is charged counts
    return Estimate(
        total, 0 if limited else sum(t.low for t in tables), max(total, sum(t.high for t in tables)), text, usd_per_tb, tuple(tables), tuple(unpartitioned)
    )  # fmt: skip
