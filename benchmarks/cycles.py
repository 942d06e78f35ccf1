"""Fifty windows, closed in the midst of their work: the exit code of each, and how long the end takes (bar 18 of the reliability bars)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.harness import Row, median, spread
from dataops_desktop.app.sandbox_process import SandboxProcess

CYCLES, LONGEST_S = 50, 4.0
TROUBLE = ("Traceback", "QThread", "Fatal", "Segmentation")


def run() -> list[Row]:
    """Half of the service's answers are late, so that there is always something under way."""
    process = SandboxProcess()
    options = process.options()
    endpoint, token = process.control
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{endpoint}/_sandbox/faults", data=b'{"kind": "latency", "latency_ms": 300, "probability": 0.5}', headers={"X-Sandbox-Token": token}
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=10).read()  # noqa: S310 - loopback
    chance, bad, ends = random.Random(6), [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "credentials").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
        environment = {
            **os.environ,
            "DATAOPS_DATA_DIR": str(folder / "data"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "QT_QPA_PLATFORM": "offscreen",
        }
        for number in range(CYCLES):
            after_s = chance.uniform(0.0, LONGEST_S)
            command = [sys.executable, "-m", "benchmarks.open_and_close", str(folder / f"{number % 5}.dataops"), str(options.endpoint_url), f"{after_s:.2f}"]  # fmt: skip
            began = time.monotonic()
            try:
                done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
            except subprocess.TimeoutExpired:
                bad.append(f"{after_s:.2f} s: did not end")
                continue
            ends.append(time.monotonic() - began - after_s)
            if done.returncode or any(word in done.stderr for word in TROUBLE):
                bad.append(f"{after_s:.2f} s: {done.returncode} {done.stderr[-200:]}")
        left = len(list((folder / "data" / "logs").glob("crash-*")))
    process.stop()
    return [
        Row("program", "windows of 50 closed in the midst of work that did not end cleanly", len(bad) + left, "", 0, "; ".join(bad)[:300]),
        Row("program", "  start and end, without the work between", median(ends), "s", None, spread(ends)),
    ]  # fmt: skip
