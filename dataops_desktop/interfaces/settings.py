"""Every setting a person can change, declared once: the page, `docs/settings.md`, what is accepted, and what a policy may fix derive from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from dataops_desktop.costs.guard import GuardLimits
from dataops_desktop.errors import InputError

BOOL, INT, NUMBER, CHOICE = "bool", "int", "number", "choice"


@dataclass(frozen=True)
class Setting:
    """`name` is stored as it is; what follows a `#` is a field of the record stored under what stands before it. `optional` ones may be None: off."""

    name: str
    kind: str
    default: Any
    title: str
    help: str
    group: str
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    unit: str = ""
    optional: bool = False
    restart: bool = False  # takes effect at the next start

    def checked(self, value: Any) -> Any:
        """The value, or InputError that names the setting and what it may be."""
        if value is None and self.optional:
            return None
        good = {
            BOOL: isinstance(value, bool),
            INT: isinstance(value, int) and not isinstance(value, bool),
            NUMBER: isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value),
            CHOICE: value in self.choices,
        }[self.kind]
        if good and self.kind in {INT, NUMBER}:
            low, high = self.lowest, self.highest
            good = (low is None or value >= low) and (high is None or value <= high)
        if not good:
            raise InputError(f"{self.title}: {value!r} cannot be used.", f"It is {self.allowed}.")
        return value

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        if self.kind == BOOL:
            return "yes or no"
        if self.kind == CHOICE:
            return f"one of {', '.join(self.choices)}"
        low = "" if self.lowest is None else f" from {self.lowest:g}"
        high = "" if self.highest is None else f" to {self.highest:g}"
        kind = "a whole number" if self.kind == INT else "a number"
        return f"{kind}{low}{high}{f' ({self.unit})' if self.unit else ''}{', or nothing' if self.optional else ''}"


SETTINGS: tuple[Setting, ...] = (
    Setting("theme", CHOICE, "system", "Colours", "Light, dark, or as the system has it.", "Window", ("system", "light", "dark")),
    Setting("history.import", BOOL, True, "Take over Athena's history at the start", "Queries that were run elsewhere become searchable here; AWS keeps 45 days of them.", "Queries"),
    Setting("guard#ask_above_usd", NUMBER, GuardLimits().ask_above_usd, "Ask before a query costs more than", "By its estimate.", "Costs", lowest=0, unit="US dollars", optional=True),
    Setting("guard#refuse_above_usd", NUMBER, None, "Refuse a query that costs more than", "By its estimate.", "Costs", lowest=0, unit="US dollars", optional=True),
    Setting("guard#daily_budget_usd", NUMBER, None, "Budget of a day", "Queries that would pass it are refused.", "Costs", lowest=0, unit="US dollars", optional=True),
    Setting("guard#unpartitioned_bytes", INT, None, "Refuse to read a partitioned table whole above", "When no partition is chosen in the statement.", "Costs", lowest=0, unit="bytes", optional=True),
    Setting("cost.alerts#day_usd", NUMBER, None, "Tell when a day costs more than", "Once a day, over all known queries.", "Costs", lowest=0, unit="US dollars", optional=True),
    Setting("cost.alerts#month_usd", NUMBER, None, "Tell when a month costs more than", "Once a month, over all known queries.", "Costs", lowest=0, unit="US dollars", optional=True),
    Setting("transfers.speed", INT, 0, "Speed limit of uploads and downloads", "All together; 0 is none.", "Transfers", lowest=0, unit="bytes a second"),
    Setting("sign_in.renew_before_min", INT, 10, "Renew a session before it ends", "Where that needs nobody.", "Sign-in", lowest=1, highest=60, unit="minutes"),
    Setting("log.level", CHOICE, "info", "What the log holds", "Secrets are masked at every level.", "Program", ("warning", "info", "debug"), restart=True),
)  # fmt: skip
BY_NAME = {setting.name: setting for setting in SETTINGS}


def value_of(read: Any, setting: Setting) -> Any:
    """A setting's value; `read(name, default)` reads what is stored. What is stored and cannot be used any more counts as not there."""
    name, _, part = setting.name.partition("#")
    stored = read(name, None)
    if part:
        stored = stored.get(part, setting.default) if isinstance(stored, dict) else setting.default
    elif stored is None:
        stored = setting.default
    try:
        return setting.checked(stored)
    except InputError:
        return setting.default
