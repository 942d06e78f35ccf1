"""A made-up translation is followed to the window, and translators get every text; test_tour finds those that go around `tr()`."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

ROOT = Path(__file__).parent.parent.parent


def said(folder: Path, code: str, **environment: str) -> str:
    script = f"import dataops_desktop.gui.language as l; from pathlib import Path; {code}"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_translation_is_used_with_its_plurals_and_a_spoilt_one_is_not(tmp_path: Path) -> None:
    package = tmp_path / "dataops_desktop"
    shutil.copytree(
        ROOT / "dataops_desktop",
        package,
        ignore=shutil.ignore_patterns("sandbox", "connectors", "__pycache__", "translations"),
    )
    catalog = Catalog(locale="pl")
    catalog.add("Settings", "Ustawienia")
    catalog.add("Saved {name}", "Zapisano {nazwa}")  # a placeholder that is not there
    catalog.add(("table", "tables"), ("tabela", "tabele", "tabel"))
    folder = package / "gui" / "translations" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "window.mo").open("wb") as file:
        write_mo(file, catalog)
    code = (
        "print(l.tr('Settings'), '|', l.tr('Saved {name}', name='{x}.sql'), '|', l.tr('Costs'), '|',"
        " *(l.plural('table', 'tables', n) for n in (1, 3, 5)))"
    )
    assert (
        said(tmp_path, code, DATAOPS_DESKTOP_LANGUAGE="pl")
        == "Ustawienia | Saved {x}.sql | Costs | tabela tabele tabel"
    )
    english = "Settings | Saved {x}.sql | Costs | table tables tables"
    assert said(tmp_path, code, DATAOPS_DESKTOP_LANGUAGE="en") == english
    assert (
        said(tmp_path, code, DATAOPS_DESKTOP_LANGUAGE="xx") == english
    )  # not there: English, and no question


def test_translators_get_every_text_with_its_plurals(tmp_path: Path) -> None:
    for name in ("packaging", "dataops_desktop"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "sandbox"))
    command = [sys.executable, "packaging/translations.py", "de"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    target = tmp_path / "resources" / "translations" / "de.po"
    text = target.read_text(encoding="utf-8")
    # code, a form, a setting, a card, a plural
    for message in (
        '"Saved {name}"',
        '"About DataOps Desktop"',
        '"Where that needs nobody."',
        '"Open query editor"',
    ):
        assert f"msgid {message}" in text
    assert 'msgid "table"\nmsgid_plural "tables"' in text
    target.write_text(
        text.replace(
            'msgid "Open query editor"\nmsgstr ""', 'msgid "Open query editor"\nmsgstr "Editor öffnen"'
        ),
        encoding="utf-8",
    )
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert 'msgstr "Editor öffnen"' in target.read_text(encoding="utf-8")  # brought up to date, nothing lost


def test_each_text_gets_the_values_its_places_name() -> None:
    wrong = []
    for path in (ROOT / "dataops_desktop" / "gui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr"):
                continue
            assert not isinstance(node.args[0], ast.JoinedStr), (
                path.name,
                node.lineno,
            )  # nobody could look it up
            text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            given = {keyword.arg for keyword in node.keywords}
            if text is not None and given:  # without values braces are themselves
                named = {
                    name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name is not None
                }
                if named != given:
                    wrong.append((path.name, node.lineno, named ^ given))
    assert wrong == []
