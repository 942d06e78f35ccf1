"""Canaries: secrets that go through everything there is, at the most talkative log level, and must be found nowhere afterwards (bar 10)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dataops_desktop.actions.connections import ConnectionBook
from dataops_desktop.actions.diagnose import as_text, diagnose
from dataops_desktop.actions.run_query import RunQueryOptions, run_query
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.session_cases import SessionCases
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions
from dataops_desktop.app.connection_keys import ConnectionKeys
from dataops_desktop.app.logs import CrashWatch, diagnostics, start_logging
from dataops_desktop.app.sync_worker import run_sync_process
from dataops_desktop.app.wiring import open_context
from dataops_desktop.aws.profiles import found_profiles
from dataops_desktop.aws.single_sign_on import token_folder
from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.problem_text import problem_of
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.secrets import MemorySecrets
from dataops_desktop.storage.settings import SqliteSettings
from tests.conftest import Cloud, browser

pytestmark = [pytest.mark.timeout(240), pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


class Watch:
    """Command lines and environments of every process below this one, over and over."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._own = Path(f"/proc/{os.getpid()}/environ").read_bytes()

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self.seen.add((process / "cmdline").read_bytes())
                    environment = (process / "environ").read_bytes()
                    if environment != self._own:
                        self.seen.add(environment)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def canaries() -> dict[str, str]:
    names = (
        "key",
        "key token",
        "manager",
        "program",
        "sql",
        "sql password",
        "proxy",
        "error",
        "header",
        "link",
        "stored",
        "export",
    )
    return {name: f"Canary{number:02d}{secrets.token_urlsafe(24)}" for number, name in enumerate(names)}


@pytest.fixture
def logged() -> Iterator[None]:
    stop = start_logging(logging.DEBUG)
    yield
    stop()


def test_no_secret_is_left_anywhere(
    canaries: dict[str, str],
    logged: None,
    cloud: Cloud,
    aws_files: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = Path(os.environ["DATAOPS_DATA_DIR"])
    workspace = data / "w.dataops"
    aws_files(
        "[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n"
        f"[profile program]\ncredential_process = sh -c 'echo password={canaries['program']} >&2; exit 1'\n"
    )
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{canaries['proxy']}@127.0.0.1:9")
    here = {"region": "us-east-1", "endpoint_url": cloud.endpoint}
    shown: list[str] = []  # what a person sees, copies or sends
    keys = ConnectionKeys(MemorySecrets())
    book = ConnectionBook(
        SqliteSettings(Database(data / "book.dataops")), keys.keyring, keys.session, found_profiles,
        keys.identity,
    )  # fmt: skip
    watch_crash = CrashWatch(workspace)
    watch_crash.begin()
    with Watch() as processes:
        # a sign-in with the browser, and a role's session from it
        with open_context(workspace, ConnectionOptions(name="work", profile="work", **here)) as context:
            session = SessionCases(context)
            asyncio.run(session.browser(browser(cloud)[0], CancelToken()))
            role_keys = context.connectors.identity().keys()
            shown.append(as_text("work", asyncio.run(diagnose(context, lambda _: None, CancelToken()))))
            # statements with secrets, one that fails among them
            for sql in (
                f"CREATE SECRET s (TYPE s3, SECRET '{canaries['sql']}')",
                f"ALTER USER pat SET PASSWORD = '{canaries['sql password']}'",
                "SELECT 1",
            ):
                try:
                    outcome = asyncio.run(run_query(context, RunQueryOptions(sql, "contracts_db")))
                    assert outcome.rows is not None
                    outcome.rows.close()
                except DataOpsError as error:
                    shown.append(problem_of(error).message)
            history = context.workspace.history.queries()
            assert len(history) == 3
            shown += [record.sql + record.error for record in history]
            # a link that carries a token
            link = asyncio.run(S3Cases(context).presign("acme-contracts", "a.csv", "GET", 600))
            assert role_keys[2][:20] in unquote(link)  # it does carry the session's token
            logging.getLogger("dataops_desktop").info(
                "made %s and https://x/?X-Amz-Security-Token=%s", link, canaries["link"]
            )
            # the bulk sync in its own process, with the session handed over
            key, secret, token = role_keys
            child = ConnectionOptions(
                name="child", access_key_id=key, secret_access_key=secret, session_token=token, **here
            )
            run_sync_process(
                str(workspace),
                child,
                SyncGlueCatalogOptions(("contracts_db",)),
                lambda _: None,
                CancelToken(),
            )
        # keys of a connection, kept; and keys in Secrets Manager
        typed = {
            "access_key_id": "AKIACANARYCANARY1234",
            "secret_access_key": canaries["key"],
            "session_token": canaries["key token"],
        }
        saved = book.save(ConnectionOptions(name="typed", keys="keyring", **here), typed)
        assert book.check(saved).account == "123456789012"
        held = cloud.client("secretsmanager").create_secret(
            Name="dataops", SecretString=json.dumps({"keys": json.dumps({"access_key_id": "a", "secret_access_key": canaries["manager"]})})
        )  # fmt: skip
        managed = book.save(
            ConnectionOptions(name="managed", profile="plain", keys=f"{held['ARN']}#keys", **here)
        )
        assert book.check(managed).account == "123456789012"
        shown.append(book.exported())
        shown.append(str(book.kept()))
        # what goes wrong
        with pytest.raises(DataOpsError) as failed:
            book.check(ConnectionOptions(name="p", profile="program", **here))
        shown.append(str(failed.value))
        shown.append(str(problem_of(ValueError(f"Authorization: Bearer {canaries['error']}"))))
        logging.getLogger("botocore.endpoint").warning("header x-amz-security-token: %s", canaries["header"])
        logging.getLogger("dataops_desktop").error("password=%s", canaries["stored"])
        shown.append(diagnostics({"Connection": f"secret_access_key={canaries['export']}"}))
        time.sleep(0.1)
    kept = [json.loads(file.read_text()) for file in token_folder().glob("*.json")]
    tokens = [
        t[name] for t in kept for name in ("accessToken", "refreshToken", "clientSecret") if t.get(name)
    ]
    assert tokens
    hunted = {**canaries, "role secret": role_keys[1], "role token": role_keys[2]} | {
        f"token {n}": t for n, t in enumerate(tokens)
    }
    # the crash report of a run that is gone
    watch_crash._file.close()  # type: ignore[union-attr]
    next_run = CrashWatch(workspace)
    shown.append(next_run.begin())
    places: dict[str, bytes] = {str(path): path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert any("dataops-desktop.log" in name for name in places)
    next_run.end()
    places |= {f"shown {number}": text.encode() for number, text in enumerate(shown)}
    places |= {f"process {number}": text for number, text in enumerate(processes.seen)}
    hits = [
        (name, place)
        for name, canary in hunted.items()
        for place, content in places.items()
        if canary.encode() in content and not (name == "program" and b"credential_process" in content)
    ]
    # The program of credential_process is the person's own: its command line is in their configuration and the process list.
    hits = [hit for hit in hits if not (hit[0] == "program" and hit[1].startswith("process"))]
    # The proxy's password is in the environment the person started the program with; its children inherit it.
    hits = [hit for hit in hits if not (hit[0] == "proxy" and hit[1].startswith("process"))]
    assert not hits
