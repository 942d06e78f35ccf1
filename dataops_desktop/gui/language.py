"""What the window says, in the person's language; docs/translating.md tells how a language is added.

Titles, labels, questions and tooltips go through here. What the services and the layers below say (errors and their
remedies, reports) stays English, so that it can be searched for. Texts are looked up where they are made, those of a
module's tables at its import: another language takes a new start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

    from PySide6.QtWidgets import QApplication

FOLDER = (
    Path(__file__).parent / "translations"
)  # <language>/LC_MESSAGES/window.mo, made of resources/translations/
VARIABLE = "DATAOPS_DESKTOP_LANGUAGE"
PSEUDO = (
    "pseudo"  # marks and stretches every text: shows what cannot be translated, and what longer words cut off
)
_LONGER = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


def _wanted() -> list[str]:
    if name := os.environ.get(VARIABLE):
        return [name]
    from PySide6.QtCore import QLocale

    return [name.replace("-", "_") for name in QLocale.system().uiLanguages()]


def _choose() -> str:
    """The first wanted language there is, up to English; empty for English."""
    there = {path.name for path in FOLDER.iterdir()} if FOLDER.is_dir() else set()
    for name in _wanted() if there else ():
        if name.split("_")[0] == "en":
            break
        for known in (name, name.split("_")[0]):
            if known in there:
                return known
    return ""


def _load(language: str) -> NullTranslations | None:
    if not language:
        return None
    import gettext

    return gettext.translation("window", FOLDER, [language])


_pseudo = os.environ.get(VARIABLE) == PSEUDO
LANGUAGE = _choose()
_catalog = _load(LANGUAGE)


def translate_qt(app: QApplication) -> None:
    """Qt's own dialogs and buttons, in the same language."""
    if LANGUAGE:
        from PySide6.QtCore import QLibraryInfo, QTranslator

        translator = QTranslator(app)
        if translator.load(
            f"qtbase_{LANGUAGE}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        ):
            app.installTranslator(translator)


def tr(text: str, /, *_: object, **values: object) -> str:
    """`text` in the person's language, its `{names}` filled with `values`. Forms call it with a second argument, which uic adds."""
    found = _catalog.gettext(text) if _catalog else _marked(text) if _pseudo else text
    if not values:
        return found
    try:
        return found.format(**values)
    except (KeyError, IndexError, ValueError):  # a placeholder that a translation spoilt
        return text.format(**values)


def plural(one: str, many: str, number: int) -> str:
    """The word for `number` things, by the rules of the language."""
    if _catalog:
        return _catalog.ngettext(one, many, number)
    text = one if number == 1 else many
    return _marked(text) if _pseudo else text


def _marked(text: str) -> str:
    """`⟦Ópén…  ⟧`: accents, a third longer, braces and line ends kept."""
    parts, depth = [], 0
    for sign in text:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        parts.append(sign if depth else sign.translate(_LONGER))
    return f"⟦{''.join(parts)}{'·' * (len(text) // 3)}⟧"
