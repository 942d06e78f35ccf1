"""What an administrator fixed. Apart from the settings' declarations: the first paint needs only this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Policy:
    """What an administrator fixed. `problems` are parts that cannot be used; `broken` says why nothing of it can: then no connection is opened."""

    path: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    endpoints: tuple[tuple[str, str], ...] = ()
    region: str = ""
    proxy: str = ""
    ca_bundle: str = ""
    allowed_accounts: tuple[str, ...] = ()
    keys: bool = True  # whether long-lived keys may be used
    problems: tuple[str, ...] = ()
    broken: str = ""

    def fixes(self, name: str) -> bool:
        """Whether a setting is not the person's to change."""
        return name in self.settings


NO_POLICY = Policy()
