"""What a costs page draws: groups of queries as bars, estimates against what was scanned as points."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dataops_desktop.actions.chart_data import ChartData, ChartSpec, Series
from dataops_desktop.actions.estimate_accuracy import Accuracy
from dataops_desktop.interfaces.workspace import CostGroup

MOST_BARS = 15
MB = 1_000_000


def chart_of_days(groups: Sequence[CostGroup]) -> ChartData:
    """A bar a day; days without a query are days without a bar."""
    import numpy as np

    noon = [
        datetime.fromisoformat(f"{group.name}T12:00:00+00:00").timestamp() for group in groups if group.name
    ]
    costs = [group.cost_usd for group in groups if group.name]
    return ChartData(
        ChartSpec("bar"), "time", "Day", "US dollars", (Series("", np.array(noon), np.array(costs, dtype=float)),)
    )  # fmt: skip


def chart_of_groups(groups: Sequence[CostGroup], title: str, names: Sequence[str]) -> ChartData:
    """The dearest, longest bar first."""
    import numpy as np

    shown = len(groups[:MOST_BARS])
    note = f"{MOST_BARS} dearest of {len(groups):,}" if len(groups) > MOST_BARS else ""
    costs = np.array([group.cost_usd for group in groups[:shown]], dtype=float)
    return ChartData(
        ChartSpec("bar"), "category", title, "US dollars", (Series("", np.arange(shown, dtype=float), costs),), tuple(names[:shown]), note=note
    )  # fmt: skip


def chart_of_accuracy(found: Accuracy) -> ChartData:
    """Expected across, scanned up, both in MB on logarithmic axes: a good estimate lies on the diagonal."""
    import numpy as np

    pairs = np.array([pair for pair in found.pairs if min(pair) > 0], dtype=float).reshape(-1, 2) / MB
    series = [Series("queries", pairs[:, 0], pairs[:, 1])]
    return ChartData(
        ChartSpec("scatter"), "number", "Expected, MB", "Scanned, MB", tuple(series), note="Logarithmic axes: a good estimate lies on the diagonal", logarithmic=True
    )  # fmt: skip
