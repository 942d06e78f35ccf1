"""Fixtures: a real sandbox over HTTP, a workspace in a temporary folder, and a guard against what a test leaves behind."""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nothing a test does may reach a real account.
for name in (
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
):
    os.environ.pop(name, None)
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
# Sign-ins are kept below the home folder, whose place botocore reads when it is imported.
_home = tempfile.TemporaryDirectory(prefix="dataops-home-")
os.environ["HOME"] = os.environ["USERPROFILE"] = _home.name

# The same examples every time, so that a change is to blame for a failure; search further with --hypothesis-profile=default.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

from dataops_desktop.app.sandbox_process import SandboxProcess  # noqa: E402
from dataops_desktop.app.wiring import open_context  # noqa: E402
from dataops_desktop.interfaces.connector import ConnectionOptions  # noqa: E402
from dataops_desktop.interfaces.identity import DeviceCode  # noqa: E402


class Cloud:
    """The sandbox as tests see it: where it is, and its control endpoint."""

    def __init__(self, process: SandboxProcess) -> None:
        self.options: ConnectionOptions = process.options()
        self.endpoint, self._token = process.control

    def control(self, method: str, path: str, payload: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.endpoint}/_sandbox/{path}",
            method=method,
            data=json.dumps(payload).encode() if payload is not None else None,
            headers={"X-Sandbox-Token": self._token},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read())

    def fault(self, kind: str, **rule: Any) -> None:
        self.control("POST", "faults", {"kind": kind, **rule})

    def clear(self) -> None:
        self.control("DELETE", "faults")
        self.control("DELETE", "requests")

    def requests(self) -> dict[str, int]:
        return dict(self.control("GET", "requests"))

    def client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=self.options.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    process = SandboxProcess()
    process.options()
    yield process
    process.stop()


@pytest.fixture
def cloud(sandbox_process: SandboxProcess) -> Iterator[Cloud]:
    found = Cloud(sandbox_process)
    found.clear()
    yield found
    found.clear()


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATAOPS_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def context(cloud: Cloud, tmp_path: Path) -> Iterator[Any]:
    """Actions over a fresh workspace and the sandbox."""
    with open_context(tmp_path / "w.dataops", cloud.options) as made:
        yield made


@pytest.fixture
def aws_files(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`write(config)`: the configuration of this computer; the sandbox is its endpoint. Each test has an sso-session of its own."""
    name = f"corp-{time.monotonic_ns()}"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    (tmp_path / "credentials").write_text(
        "[plain]\naws_access_key_id = sandbox\naws_secret_access_key = sandbox\n"
    )

    def write(config: str) -> str:
        (tmp_path / "config").write_text(
            config.replace("CORP", name)
            + f"\n[sso-session {name}]\nsso_start_url = {cloud.endpoint}/start\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
        )
        return name

    settings = {"token_s": 28800, "session_s": 3600, "interval_s": 1, "refreshes": True}
    cloud.control("POST", "identity", settings)
    yield write
    cloud.control("POST", "identity", settings)


def browser(cloud: Cloud, answer: str = "allow") -> Any:
    """A person who answers at once, on the page the browser would open."""
    shown: list[DeviceCode] = []

    def show(code: DeviceCode) -> None:
        shown.append(code)
        page = urllib.request.urlopen(code.url, timeout=10).read().decode()  # noqa: S310 - loopback
        assert code.user_code in page
        urllib.request.urlopen(f"{code.url}&answer={answer}", timeout=10).read()  # noqa: S310

    return show, shown


@pytest.fixture(scope="session", autouse=True)
def _garbage_on_this_thread() -> Iterator[None]:
    """As in the window: a worker thread that collects would destroy another test's Qt objects, and crash."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """A test that leaves one of our threads running fails."""
    yield
    gc.collect(2 if "PySide6" in sys.modules else 1)
    left = [t.name for t in threading.enumerate() if t.name.startswith("dataops-") and t.is_alive()]
    assert not left, f"threads left behind: {left}"
