"""`python -m dataops_desktop.app.settings_document > docs/settings.md`: the settings as they are declared."""

from __future__ import annotations

import sys

from dataops_desktop.interfaces.settings import SETTINGS

_WORDS = {"None": "off", "True": "yes", "False": "no"}


def document() -> str:
    """Markdown."""
    lines = [
        "# Settings",
        "",
        "Made from `dataops_desktop/interfaces/settings.py`; a test compares them. File › Settings changes them; an administrator's policy",
        "(`docs/policy.md`) fixes them by the same names.",
    ]
    group = ""
    for setting in SETTINGS:
        if setting.group != group:
            group = setting.group
            lines += ["", f"## {group}", "", "| name | what | may be | default |", "|---|---|---|---|"]
        default = _WORDS.get(str(setting.default), setting.default)
        later = " Takes effect at the next start." if setting.restart else ""
        lines.append(
            f"| `{setting.name}` | {setting.title}. {setting.help}{later} | {setting.allowed} | {default} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
