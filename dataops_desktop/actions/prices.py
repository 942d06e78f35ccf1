"""Which price applies where: settings, a region's own before the general one."""

from __future__ import annotations

from dataops_desktop.costs.athena import DEFAULT_USD_PER_TB
from dataops_desktop.interfaces.workspace import SettingsStore

USD_PER_TB = "athena.usd_per_tb"


def usd_per_tb(settings: SettingsStore, source: str) -> float:
    """US dollars a TB scanned in the region of `source` (`aws:<account>:<region>`)."""
    region = region_of(source)
    own = settings.setting(f"{USD_PER_TB}.{region}") if region else None
    return float(own if own is not None else settings.setting(USD_PER_TB, DEFAULT_USD_PER_TB))


def set_usd_per_tb(settings: SettingsStore, source: str, rate: float | None) -> None:
    """Keep a region's price; None takes it back."""
    settings.set_setting(f"{USD_PER_TB}.{region_of(source)}", rate)


def region_of(source: str) -> str:
    """The last part of a source's name."""
    return source.rpartition(":")[2]


# aws.amazon.com/glue/pricing, us-east-1: $0.44 a DPU-hour for jobs and crawlers, $0.29 for flexible execution. Regions differ.
GLUE_DPU_HOUR_USD, GLUE_FLEX_DPU_HOUR_USD = 0.44, 0.29
_GLUE = "prices.glue_dpu_hour"


def usd_per_dpu_hour(settings: SettingsStore) -> tuple[float, float]:
    """(standard, flexible): the person's price where one is set, else the list price."""
    stored = settings.setting(_GLUE) or {}
    return (
        float(stored.get("standard", GLUE_DPU_HOUR_USD)),
        float(stored.get("flexible", GLUE_FLEX_DPU_HOUR_USD)),
    )


def set_usd_per_dpu_hour(settings: SettingsStore, standard: float, flexible: float) -> None:
    """Other prices, for another region or a contract."""
    settings.set_setting(_GLUE, {"standard": standard, "flexible": flexible})
