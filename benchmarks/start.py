"""Process start to first painted window, ours against a bare QMainWindow, in turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import Row, median, sandbox, spread

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([]); w = QMainWindow(); w.resize(1280, 760); w.show()
while not w.windowHandle().isExposed():
    app.processEvents()
app.processEvents(); print("painted", flush=True)
"""
PAIRS = 11


def _painted(command: list[str], **environment: str) -> float:
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment})
    assert child.stdout is not None
    child.stdout.readline()
    took = time.perf_counter() - started
    child.communicate()
    return took * 1000


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        ours_command = [
            sys.executable,
            "-m",
            "dataops_desktop",
            "--workspace",
            str(Path(folder) / "w.dataops"),
        ]
        environment = {"DATAOPS_EXIT_AFTER_PAINT": "1", "DATAOPS_DATA_DIR": folder}
        _painted([sys.executable, "-c", BARE])
        _painted(ours_command, **environment)
        bare, ours = [], []
        for _ in range(PAIRS):
            bare.append(_painted([sys.executable, "-c", BARE]))
            ours.append(_painted(ours_command, **environment))
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    started = time.perf_counter()
    with sandbox():
        ready = time.perf_counter() - started
    return [
        Row(
            "start",
            "first painted window ÷ bare Qt window",
            median(ratios),
            "×",
            1.5,
            f"{spread(ratios)}; {median(ours):.0f} ms against {median(bare):.0f} ms",
        ),
        Row("start", "sandbox ready, world and flights seeded", ready, "s", 4.0),
    ]
