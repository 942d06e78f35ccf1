"""The house's rules: import contracts, laziness proven in a subprocess, lines that must not grow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "PySide6",
    "boto3",
    "botocore",
    "pandas",
    "pyarrow",
    "duckdb",
    "sqlglot",
    "networkx",
    "numpy",
    "keyring",
)


def _loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sorted(m for m in {HEAVY!r} if m in sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.splitlines()[-1].split())


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize(
    "code",
    [
        "import dataops_desktop.actions.use_cases",
        "import dataops_desktop.connectors.glue.manifest, dataops_desktop.connectors.athena.manifest, dataops_desktop.connectors.s3.manifest",
        "import dataops_desktop.sql, dataops_desktop.ontology.nodes, dataops_desktop.costs.athena",
        "from dataops_desktop.app.registry import EntryPointRegistry\nfrom dataops_desktop.interfaces.connector import ConnectionOptions\nassert len(EntryPointRegistry(ConnectionOptions()).manifests()) >= 3",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str) -> None:
    assert _loaded(code) == set()


def test_help_of_the_command_line_loads_nothing_heavy() -> None:
    code = (
        "from dataops_desktop.app.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    )
    assert _loaded(code) == set()


def test_first_window_loads_qt_and_nothing_else_heavy(tmp_path: Path) -> None:
    code = f"import os\nos.environ.update(QT_QPA_PLATFORM='offscreen', DATAOPS_EXIT_AFTER_PAINT='1')\nfrom dataops_desktop.app.window import open_window\nfrom pathlib import Path\nassert open_window(Path({str(tmp_path / 'w.dataops')!r})) == 0"
    assert _loaded(code) <= {"PySide6"}


def test_main_window_stays_a_frame() -> None:
    lines = (ROOT / "dataops_desktop/gui/main_window.py").read_text().count("\n")
    assert lines < 400


def test_dialogs_never_nest_an_event_loop() -> None:
    found = [
        str(p)
        for p in (ROOT / "dataops_desktop/gui").rglob("*.py")
        if "_forms" not in p.parts and ".exec()" in p.read_text()
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    bare = [
        str(p)
        for p in (ROOT / "dataops_desktop").rglob("*.py")
        if "_forms" not in p.parts and not p.read_text().lstrip().startswith('"""')
    ]
    assert bare == []
