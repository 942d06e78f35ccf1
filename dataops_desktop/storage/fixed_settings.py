"""Settings with an administrator's policy over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.policy import Policy
from dataops_desktop.storage.settings import SqliteSettings


class FixedSettings:
    """SettingsStore: what the policy fixes is read from it, and cannot be set."""

    def __init__(self, settings: SqliteSettings, policy: Policy) -> None:
        self._settings, self.policy = settings, policy
        self._whole = {name: value for name, value in policy.settings.items() if "#" not in name}
        self._parts: dict[str, dict[str, Any]] = {}
        for name, value in policy.settings.items():
            record, _, part = name.partition("#")
            if part:
                self._parts.setdefault(record, {})[part] = value

    @property
    def drafts(self) -> Path:
        """Of the workspace."""
        return self._settings.drafts

    def setting(self, name: str, default: Any = None) -> Any:
        """The policy's value, else the stored one, else the default."""
        if name in self._whole:
            return self._whole[name]
        value = self._settings.setting(name, default)
        if name in self._parts:
            return {**(value if isinstance(value, dict) else {}), **self._parts[name]}
        return value

    def set_setting(self, name: str, value: Any) -> None:
        """Store a value; InputError where the policy fixes it."""
        if name in self._whole and value != self._whole[name]:
            raise InputError(f"{name} is fixed by your administrator.", f"See {self.policy.path}.")
        self._settings.set_setting(name, value)
