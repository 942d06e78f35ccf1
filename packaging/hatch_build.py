"""Hatchling build hook: compile the forms and resources, and put them into the wheel although git ignores them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FormsBuildHook(BuildHookInterface):
    """Runs before every wheel (editable ones too)."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, then name the outputs as artifacts: hatchling leaves git-ignored files out otherwise."""
        if self.target_name != "wheel":
            return
        path = Path(self.root) / "packaging" / "compile_forms.py"
        spec = importlib.util.spec_from_file_location("compile_forms", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.compile_all()
        build_data["artifacts"] += [
            "dataops_desktop/gui/_forms/*.py",
            "dataops_desktop/gui/dataops.rcc",
            "dataops_desktop/gui/translations/**/*.mo",
        ]
