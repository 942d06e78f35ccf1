"""Secrets: in the system's keyring as it really is under dbus, with its failures, and never anywhere else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dataops_desktop.storage.secrets import MemorySecrets

# A backend of this test's own: keeps at most 2,560 bytes of UTF-16, like Windows, or hangs.
BACKEND = """
import time
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

class Narrow(KeyringBackend):
    priority = 9
    kept = {}
    def get_password(self, service, name):
        return self.kept.get(name)
    def set_password(self, service, name, value):
        if len(value.encode("utf-16-le")) > 2560:
            raise OSError(1783, "CredWrite", "The stub received bad data")
        self.kept[name] = value
    def delete_password(self, service, name):
        if name not in self.kept:
            raise PasswordDeleteError(name)
        del self.kept[name]

class Hanging(Narrow):
    def get_password(self, service, name):
        time.sleep(600)

class Denying(Narrow):
    def get_password(self, service, name):
        raise RuntimeError("secret-in-the-message (-128, User canceled)")
"""
TRY = """
import json, sys, time
from dataops_desktop.storage.secrets import KeyringSecrets
from dataops_desktop.errors import CredentialsError
s = KeyringSecrets(patience_s=2, limit_bytes=LIMIT)
began = time.monotonic()
try:
    WORK
except CredentialsError as e:
    print(json.dumps({"message": e.message, "remedy": e.remedy, "took": time.monotonic() - began}))
else:
    print(json.dumps({"done": True}))
"""
ROUND = """
    for secret in ("s3crét", "", "x" * 100_000, "é𝄞" * 5_000):
        s.put("token", secret); assert s.get("token") == secret, len(secret)
    s.put("token", "short"); assert s.get("token") == "short"
    s.remove("token"); s.remove("token"); assert s.get("token") is None
"""


def attempt(
    tmp_path: Path, work: str, backend: str = "", limit: int = 0, prepare: str = ""
) -> dict[str, object]:
    """What KeyringSecrets says, in a process of its own; `prepare` is a shell line inside a session bus."""
    (tmp_path / "own_backend.py").write_text(BACKEND)
    code = TRY.replace("WORK", work.strip()).replace("LIMIT", str(limit))
    (tmp_path / "try.py").write_text(code)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [sys.executable, str(tmp_path / "try.py")]
    if backend:
        environment["PYTHON_KEYRING_BACKEND"] = backend
    if prepare:
        (tmp_path / "run").mkdir(mode=0o700, exist_ok=True)
        environment |= {"XDG_DATA_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
        inner = f"{prepare}; '{sys.executable}' '{tmp_path}/try.py'"
        command = ["dbus-run-session", "--", "bash", "-c", inner]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


UNLOCK = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
LOCK = (
    UNLOCK
    + "; gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets "
    + "--method org.freedesktop.Secret.Service.Lock '[objectpath \"/org/freedesktop/secrets/collection/login\"]' >/dev/null"
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="Secret Service is Linux's keyring")


@linux
def test_the_real_keyring_keeps_secrets_of_every_size(tmp_path: Path) -> None:
    assert shutil.which("gnome-keyring-daemon"), "gnome-keyring is missing: `python3 dev.py test` installs it"
    assert attempt(tmp_path, ROUND, prepare=UNLOCK) == {"done": True}
    kept = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and b"s3cr" in path.read_bytes() and path.suffix != ".py"
    ]
    assert not kept


@linux
@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (LOCK, "is locked"),
        ("gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1", "cannot be opened"),
    ],
)
def test_a_locked_one_and_one_without_a_collection_are_told(tmp_path: Path, prepare: str, words: str) -> None:
    found = attempt(tmp_path, 's.put("a", "b")', prepare=prepare)
    assert words in str(found["message"])
    assert "this session only" in str(found["remedy"])


def test_no_keyring_at_all(tmp_path: Path) -> None:
    found = attempt(tmp_path, 's.get("a")', backend="keyring.backends.fail.Keyring")
    assert "no keyring" in str(found["message"])
    assert "this session only" in str(found["remedy"])


def test_secrets_longer_than_windows_keeps_are_kept_in_pieces(tmp_path: Path) -> None:
    assert attempt(tmp_path, ROUND, backend="own_backend.Narrow", limit=2560) == {"done": True}
    left = 's.put("token", "x" * 9000); s.remove("token"); import own_backend; assert own_backend.Narrow.kept == {}'
    assert attempt(tmp_path, left, backend="own_backend.Narrow", limit=2560) == {"done": True}


def test_a_keyring_that_hangs_is_given_up(tmp_path: Path) -> None:
    found = attempt(tmp_path, 's.get("a")', backend="own_backend.Hanging")
    assert "did not answer within 2 seconds" in str(found["message"])
    assert float(str(found["took"])) < 10


def test_a_refusal_does_not_repeat_what_the_keyring_said(tmp_path: Path) -> None:
    found = attempt(tmp_path, 's.get("a")', backend="own_backend.Denying")
    assert found["message"] == "The system keyring refused (RuntimeError)."


def test_plain_files_are_no_keyring(tmp_path: Path) -> None:
    folder = tmp_path / "keyrings" / "alt"
    folder.mkdir(parents=True)
    (folder / "file.py").write_text(f"{BACKEND}\nclass PlaintextKeyring(Narrow):\n    priority = 1\n")
    (folder / "__init__.py").touch()
    found = attempt(tmp_path, 's.get("a")', backend="keyrings.alt.file.PlaintextKeyring")
    assert "keeps plain files" in str(found["message"])


def test_memory_secrets() -> None:
    secrets = MemorySecrets()
    secrets.put("a", "b")
    assert secrets.get("a") == "b"
    secrets.remove("a")
    secrets.remove("a")
    assert secrets.get("a") is None
