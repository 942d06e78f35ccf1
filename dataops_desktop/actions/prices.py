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
