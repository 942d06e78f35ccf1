"""`dev.py run` as a newcomer starts it, under a virtual screen, with a real mouse and real keys.

What the person caused is read from the workspace file, which the window writes while it runs.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

ROOT = Path(__file__).parent.parent
TITLE = "DataOps Desktop — Sandbox"
SQL = "SELECT vendor_id, SUM(amount) AS total_spend FROM contract_spend_2024 GROUP BY vendor_id ORDER BY total_spend DESC LIMIT 10"

pytestmark = [
    pytest.mark.window,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="needs Xvfb"),
]


class Screen:
    """An Xvfb with a window manager, and xdotool on it."""

    def __init__(self) -> None:
        read, write = os.pipe()
        self._xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            display = pipe.readline().strip()
        self.environment = {**os.environ, "DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        self._manager = subprocess.Popen(
            ["openbox"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def do(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=30
        )
        return done.stdout.strip()

    def window(self) -> str:
        found = self.do("search", "--onlyvisible", "--name", TITLE).splitlines()
        return found[-1] if found else ""

    def picture(self, name: str) -> None:
        """For a person to look at, where a folder is asked for and ImageMagick is there."""
        folder = os.environ.get("DATAOPS_SCREENSHOTS")
        if folder and shutil.which("import"):
            subprocess.run(
                ["import", "-window", "root", f"{folder}/{name}.png"],
                env=self.environment,
                check=True,
                timeout=30,
            )

    def close(self) -> None:
        for process in (self._manager, self._xvfb):
            process.terminate()
            process.wait()


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.close()


def until(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:.0f} s for: {what}")


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    if not path.exists():
        return []
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(5000)
    try:
        return list(connection.execute(sql))
    except apsw.SQLError:  # the file exists before its tables do
        return []
    finally:
        connection.close()


def pages(path: Path) -> list[dict[str, Any]]:
    found = rows(path, "SELECT value FROM setting WHERE name = 'window.pages'")
    return json.loads(found[0][0]) if found else []


def start(screen: Screen, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "dev.py", "run"], cwd=ROOT, env=screen.environment, stderr=errors
        )

    def shown() -> str:
        assert process.poll() is None, log.read_text()
        return screen.window()

    window = until(shown, "the window", 120)
    screen.do("windowactivate", "--sync", window)
    return process, window


def quit_by_key(screen: Screen, window: str, process: subprocess.Popen[bytes]) -> int:
    """Ctrl+Q; pressed again where the window was not listening yet, as a person would."""
    for _ in range(10):
        screen.do("windowactivate", "--sync", window)
        screen.do("key", "Shift_L")
        screen.do("key", "ctrl+q")
        try:
            return process.wait(timeout=4)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("Ctrl+Q did not end the program")


def test_a_newcomers_path(screen: Screen, tmp_path: Path) -> None:
    screen.environment["DATAOPS_DATA_DIR"] = str(tmp_path / "home")
    workspace = tmp_path / "home" / "sandbox.dataops"
    log = tmp_path / "stderr.txt"
    process, window = start(screen, log)
    try:
        # The mouse on the toolbar's sync button, third from the right.
        size = dict(
            line.split("=") for line in screen.do("getwindowgeometry", "--shell", window).splitlines()
        )
        screen.do("mousemove", "--window", window, str(int(size["WIDTH"]) - 102), "46", "click", "1")
        until(lambda: rows(workspace, "SELECT 1 FROM sync_run WHERE state = 'partial'"), "the sync")
        assert rows(workspace, "SELECT count(*) FROM node WHERE type = 'glue-table'") == [(18,)]
        until(lambda: any(p["kind"] == "sync_report" for p in pages(workspace)), "the sync report")
        screen.picture("sync_report")

        screen.do("key", "ctrl+k")
        screen.do("key", "Shift_L")
        screen.do("type", "--delay", "30", "contract_spend_2024")
        screen.do("key", "Return")
        until(
            lambda: any(
                p.get("id") == "glue-table-contracts_db-contract_spend_2024" for p in pages(workspace)
            ),
            "the table's page",
        )

        screen.do("key", "ctrl+n")
        until(
            lambda: (
                any(p["kind"] == "query" and p["database"] == "contracts_db" for p in pages(workspace))
                or screen.do("key", "Shift_L")
            ),
            "a worksheet",
        )
        screen.do("key", "Shift_L")
        for part in SQL.split(" "):
            screen.do("type", "--delay", "12", part + " ")
        screen.do("key", "Escape")
        screen.do("key", "ctrl+Return")
        found = until(
            lambda: rows(
                workspace,
                "SELECT sql, row_count, bytes_scanned, cost_usd FROM query WHERE state = 'SUCCEEDED' AND row_count = 10",
            ),
            "the query's rows",
        )
        assert found[0][0].strip() == SQL
        assert found[0][2] > 0
        assert found[0][3] == pytest.approx(0.00005)
        until(lambda: rows(workspace, "SELECT 1 FROM edge WHERE type = 'reads'"), "the lineage edge")
        screen.picture("query")

        assert quit_by_key(screen, window, process) == 0
        process, window = start(screen, log)
        kinds = {p["kind"] for p in pages(workspace)}
        assert {"query", "table", "sync_report"} <= kinds
        assert any(p["kind"] == "query" and p["text"].strip() == SQL for p in pages(workspace))
        screen.picture("restored")
        process.send_signal(signal.SIGKILL)
        process.wait()
        process, window = start(screen, log)  # a killed program's lock does not stand in the way
        assert quit_by_key(screen, window, process) == 0
        assert "Traceback" not in log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
