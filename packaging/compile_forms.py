"""Compile ui/*.ui and resources/ into dataops_desktop/gui/ with Qt's own uic and rcc, translations with Babel.

Used by the wheel's build hook and by dev.py, so a developer and an installer get the same files.
`uic -g python` takes 0.7 s for 51 forms where the `pyside6-uic` wrapper takes 15 s. Only what is older than its
source is compiled again.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
FORMS = ROOT / "ui"
RESOURCES = ROOT / "resources"
FORMS_OUT = ROOT / "dataops_desktop" / "gui" / "_forms"
TRANSLATIONS = RESOURCES / "translations"
TRANSLATIONS_OUT = ROOT / "dataops_desktop" / "gui" / "translations"
RESOURCES_OUT = ROOT / "dataops_desktop" / "gui" / "dataops.rcc"


def qt_tool(name: str) -> Path:
    """Path of Qt's own `uic` or `rcc` inside PySide6; raises FileNotFoundError naming what to install."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "PySide6-Essentials is not installed: pip install 'PySide6-Essentials>=6.11,<6.12'"
        )
    base = Path(next(iter(spec.submodule_search_locations)))
    suffix = ".exe" if sys.platform == "win32" else ""
    for folder in (base / "Qt" / "libexec", base):
        candidate = folder / f"{name}{suffix}"
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"PySide6 in {base} brings no {name}")


def prune_imports(code: str) -> str:
    """Keep only the Qt names a form uses: uic imports a hundred, and each first touch of one costs start-up time."""

    def keep(match: re.Match[str]) -> str:
        names = [name for name in re.findall(r"\w+", match[2]) if len(re.findall(rf"\b{name}\b", code)) > 1]
        return f"from {match[1]} import {', '.join(names)}\n" if names else ""

    return re.sub(r"from (PySide6\.\w+) import \(([^)]*)\)\n", keep, code)


def compile_forms() -> list[Path]:
    """Write one module per form; returns every generated file, up to date or not."""
    FORMS_OUT.mkdir(parents=True, exist_ok=True)
    written = [FORMS_OUT / "__init__.py"]
    written[0].write_text(
        '"""Generated from ui/ by packaging/compile_forms.py; not committed."""\n', encoding="utf-8"
    )
    sources = sorted(FORMS.glob("*.ui"))
    for source in sources:
        target = FORMS_OUT / f"{source.stem}.py"
        written.append(target)
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(
                [str(qt_tool("uic")), "-g", "python", "--tr", "tr", "-o", str(target), str(source)],
                check=True,
            )
            code = prune_imports(target.read_text(encoding="utf-8"))
            target.write_text(f"from dataops_desktop.gui.language import tr\n{code}", encoding="utf-8")
    for stale in set(FORMS_OUT.glob("*.py")) - set(written):
        stale.unlink()
    return written


def compile_resources() -> Path:
    """Write dataops.rcc from everything under resources/, as `:/<path below resources>`."""
    files = sorted(
        p for p in RESOURCES.rglob("*") if p.is_file() and p.suffix in {".svg", ".qss", ".json", ".png"}
    )
    newest = max((p.stat().st_mtime for p in [RESOURCES, *RESOURCES.rglob("*")]), default=0.0)
    if RESOURCES_OUT.exists() and RESOURCES_OUT.stat().st_mtime >= newest:
        return RESOURCES_OUT
    rows = "".join(
        f'<file alias="{escape(p.relative_to(RESOURCES).as_posix())}">{escape(str(p))}</file>' for p in files
    )
    # rcc reads the list from standard input, so no generated .qrc has to be kept or cleaned up.
    subprocess.run(
        [str(qt_tool("rcc")), "--binary", "-o", str(RESOURCES_OUT), "-"],
        input=f'<RCC><qresource prefix="/">{rows}</qresource></RCC>'.encode(),
        check=True,
        cwd=RESOURCES,
    )
    os.utime(RESOURCES_OUT)
    return RESOURCES_OUT


def compile_translations() -> list[Path]:
    """Write <language>/LC_MESSAGES/window.mo for every resources/translations/<language>.po; returns them all."""
    written = []
    for source in sorted(TRANSLATIONS.glob("*.po")):
        from babel.messages.mofile import write_mo  # only where there is a translation
        from babel.messages.pofile import read_po

        target = TRANSLATIONS_OUT / source.stem / "LC_MESSAGES" / "window.mo"
        written.append(target)
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as texts, target.open("wb") as compiled:
                write_mo(compiled, read_po(texts))
    return written


def compile_all() -> list[Path]:
    """Compile forms, resources and translations; returns the generated files."""
    return [*compile_forms(), compile_resources(), *compile_translations()]


if __name__ == "__main__":
    compile_all()
