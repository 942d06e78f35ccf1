"""Collect what the window says into resources/translations/: `python3 dev.py strings [LANGUAGE]`.

With a language its .po file is made or brought up to date; without one all there are. What was translated stays, a text
that changed is marked fuzzy. docs/translating.md tells the rest.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
WINDOW = ROOT / "dataops_desktop" / "gui"
WORDS = {"tr": None, "plural": (1, 2), "count": (2, 3)}  # argument numbers of singular and plural


def texts() -> Catalog:
    """Every text of the window, with its places: the code's, the forms', the settings' and the service cards'."""
    found = Catalog(project="DataOps Desktop", charset="utf-8")
    for name, line, message, comments, _ in extract_from_dir(
        WINDOW, [("**.py", "python")], keywords=WORDS, directory_filter=lambda _: True
    ):  # Babel leaves folders with a _ out
        found.add(message, None, [(f"dataops_desktop/gui/{name}", line)], auto_comments=comments)
    from dataops_desktop.interfaces.settings import SETTINGS

    for setting in SETTINGS:
        choices = (choice.capitalize() for choice in setting.choices)
        for text in (setting.title, setting.help, setting.group, setting.unit, *choices):
            if text:
                found.add(text, None, [("dataops_desktop/interfaces/settings.py", 1)])
    for point in entry_points(group="dataops_desktop.connectors"):
        for _, title in point.load().command_titles:
            found.add(title, None, [(f"dataops_desktop/connectors/{point.name}/manifest.py", 1)])
    return found


def update(language: str, template: Catalog) -> Path:
    """Write one language's file."""
    target = TRANSLATIONS / f"{language}.po"
    known = Catalog(locale=language, project="DataOps Desktop", charset="utf-8")
    if target.exists():
        with target.open("rb") as file:
            known = read_po(file, locale=language)
    known.update(template)
    TRANSLATIONS.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_po(file, known, width=110, sort_by_file=True)
    return target


def main(languages: list[str]) -> None:
    """Update them, and say how many texts there are."""
    template = texts()
    for language in languages or [path.stem for path in sorted(TRANSLATIONS.glob("*.po"))]:
        print(f"{update(language, template).relative_to(ROOT)}: {len(template)} texts")
    if not languages and not any(TRANSLATIONS.glob("*.po")):
        print(f"{len(template)} texts; name a language, such as `de`, to begin its file")


if __name__ == "__main__":
    main(sys.argv[1:])
