"""The program as a process: one window for a workspace, what a crash leaves, and clean ends with work running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cloud

pytestmark = [pytest.mark.timeout(240), pytest.mark.skipif(sys.platform == "win32", reason="signals")]
WAIT_S = 60


class Programs:
    """Starts windows over workspaces in one data folder."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.folder, self._cloud = folder, cloud
        self._running: list[subprocess.Popen[bytes]] = []
        (folder / "aws").mkdir(parents=True)
        (folder / "aws" / "credentials").write_text(
            "[default]\naws_access_key_id = a\naws_secret_access_key = b\n"
        )
        self.environment = {
            **os.environ,
            "DATAOPS_DATA_DIR": str(folder / "data"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws" / "credentials"),
            "QT_QPA_PLATFORM": "offscreen",
        }

    def start(self, name: str = "w") -> subprocess.Popen[bytes]:
        workspace = str(self.folder / f"{name}.dataops")
        command = [sys.executable, "-m", "dataops_desktop", "--workspace", workspace, "--endpoint-url", self._cloud.endpoint, "--region", "us-east-1"]  # fmt: skip
        made = subprocess.Popen(
            command, env=self.environment, stderr=subprocess.PIPE, cwd=str(Path(__file__).parents[2])
        )
        self._running.append(made)
        return made

    def log(self) -> list[dict[str, Any]]:
        path = self.folder / "data" / "logs" / "dataops-desktop.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def wait(self, condition: Any) -> None:
        until = time.monotonic() + WAIT_S
        while not condition():
            assert time.monotonic() < until, self.log()[-5:]
            time.sleep(0.05)

    def count(self, message: str) -> int:
        return sum(line["message"] == message for line in self.log())

    def stop(self, process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> tuple[int, str]:
        process.send_signal(number)
        _, said = process.communicate(timeout=WAIT_S)
        self._running.remove(process)
        return process.returncode, said.decode()

    def close(self) -> None:
        for process in self._running:
            process.kill()
            process.communicate()


@pytest.fixture
def programs(cloud: Cloud, tmp_path: Path) -> Iterator[Programs]:
    made = Programs(cloud, tmp_path)
    yield made
    made.close()


def test_a_second_start_raises_the_first_and_a_crash_is_reported(programs: Programs) -> None:
    first = programs.start()
    programs.wait(lambda: programs.count("started") == 1)
    second = programs.start()
    _, said = second.communicate(timeout=WAIT_S)
    assert second.returncode == 0, said
    assert b"brought forward" in said
    other = programs.start("another")
    programs.wait(lambda: programs.count("started") == 2)
    assert programs.stop(other)[0] == 0
    notes = list((programs.folder / "data" / "logs").glob("running-*"))
    assert len(notes) == 1
    assert programs.stop(first, signal.SIGKILL)[0] == -signal.SIGKILL
    third = programs.start()  # the lock and the socket of the killed one stand in nobody's way
    programs.wait(lambda: programs.count("started") == 3)
    programs.wait(lambda: programs.count("the last run crashed") == 1)
    code, said_at_end = programs.stop(third)
    assert code == 0, said_at_end
    assert "Traceback" not in said_at_end
    assert not list((programs.folder / "data" / "logs").glob("running-*"))
    assert [path.name for path in (programs.folder / "data" / "logs").iterdir()] == ["dataops-desktop.log"]


def test_every_file_is_its_owners(programs: Programs) -> None:
    """Also where the system would let everybody read (bar 11)."""
    before = os.umask(0)
    try:
        process = programs.start()
        programs.wait(lambda: programs.count("started") == 1)
        assert programs.stop(process)[0] == 0
    finally:
        os.umask(before)
    data = programs.folder / "data"
    modes = {
        path: path.stat().st_mode & 0o777 for path in [*data.rglob("*"), *programs.folder.glob("w.dataops*")]
    }
    wrong = {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}
    assert not wrong
    assert modes


def test_it_ends_cleanly_with_work_running(programs: Programs, cloud: Cloud) -> None:
    """Bar 18; `python3 dev.py bench cycles` does it fifty times."""
    cloud.fault("latency", latency_ms=300, probability=0.5)
    for number, after_s in enumerate((0.2, 0.7, 1.5, 3.0)):
        workspace = str(programs.folder / f"c{number}.dataops")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.open_and_close", workspace, cloud.endpoint, str(after_s)],
            env=programs.environment, capture_output=True, text=True, timeout=WAIT_S, cwd=str(Path(__file__).parents[2]),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        assert "QThread" not in done.stderr
    assert not list((programs.folder / "data" / "logs").glob("crash-*"))
    assert not [line for line in programs.log() if line["message"] == "stray error"]


# A keyring of this test's own: a file, which a real one would not be.
KEYRING = """
import json, os
from pathlib import Path
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

FILE = Path(os.environ["OWN_KEYRING"])

class Own(KeyringBackend):
    priority = 9
    def _all(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}
    def get_password(self, service, name):
        return self._all().get(name)
    def set_password(self, service, name, value):
        FILE.write_text(json.dumps({**self._all(), name: value}))
    def delete_password(self, service, name):
        kept = self._all()
        if name not in kept:
            raise PasswordDeleteError(name)
        del kept[name]
        FILE.write_text(json.dumps(kept))
"""
ENCRYPT = """
import sys
from pathlib import Path
from dataops_desktop.app import window as program
connect = program._WindowProgram.connect
def connect_and_encrypt(self):
    connect(self)
    self.context.settings.set_setting("note", "canary-of-the-window")
    program.QTimer.singleShot(300, lambda: (setattr(self, "rekey", sys.argv[3]), self.window.quit()))
program._WindowProgram.connect = connect_and_encrypt
raise SystemExit(program.open_window(Path(sys.argv[1]), region="us-east-1", endpoint_url=sys.argv[2]))
"""


def test_a_workspace_is_encrypted_as_the_window_closes_and_opens_with_its_key(
    programs: Programs, cloud: Cloud
) -> None:
    (programs.folder / "own_keyring.py").write_text(KEYRING)
    root = str(Path(__file__).parents[2])
    programs.environment |= {
        "PYTHON_KEYRING_BACKEND": "own_keyring.Own",
        "OWN_KEYRING": str(programs.folder / "keyring.json"),
        "PYTHONPATH": os.pathsep.join([str(programs.folder), root]),
    }
    workspace = programs.folder / "w.dataops"

    def rekey(verb: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", ENCRYPT, str(workspace), cloud.endpoint, verb],
            env=programs.environment, capture_output=True, text=True, timeout=WAIT_S, cwd=root,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr

    rekey("encrypt")
    assert b"canary-of-the-window" not in workspace.read_bytes()
    window = programs.start()
    programs.wait(lambda: programs.count("started") == 2)
    assert programs.stop(window)[0] == 0
    command = [
        sys.executable,
        "-m",
        "dataops_desktop",
        "--workspace",
        str(workspace),
        "catalog",
        "search",
        "x",
    ]
    done = subprocess.run(
        command, env=programs.environment, capture_output=True, text=True, timeout=WAIT_S, cwd=root
    )
    assert done.returncode == 6, done.stderr  # nothing found, in a workspace that opened
    missing = {**programs.environment, "OWN_KEYRING": str(programs.folder / "another.json")}
    done = subprocess.run(command, env=missing, capture_output=True, text=True, timeout=WAIT_S, cwd=root)
    assert done.returncode == 1
    assert "its key is not in this system's keyring" in done.stderr
    rekey("decrypt")
    assert b"canary-of-the-window" in workspace.read_bytes()
