"""No secret in what is written, and nothing else lost."""

from __future__ import annotations

import json
import logging
import stat
import sys
from pathlib import Path

import pytest

from dataops_desktop.app.logs import NAME, CrashWatch, diagnostics, log_tail, logs_folder, start_logging
from dataops_desktop.redaction import MASK, know, redacted, redacted_sql

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.mark.parametrize(
    "text",
    [
        f"aws_secret_access_key = {SECRET}",
        f'{{"secretAccessKey": "{SECRET}", "a": 1}}',
        f"{{'SessionToken': '{SECRET}'}}",
        f"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={SECRET}&X-Amz-Signature={SECRET}&versionId=3",
        f"https://q.quicksight.aws.amazon.com/embed/x?code={SECRET}&identityprovider=quicksight",
        f"Authorization: Bearer {SECRET}",
        f"proxy http://user:{SECRET}@proxy.example.com:3128 refused",
        f"CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET '{SECRET}')",
        f"ALTER USER pat SET PASSWORD = '{SECRET}'",
        f"create user pat identified by '{SECRET}'",
        f"-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n-----END RSA PRIVATE KEY-----",
        f'{{"access_token":"{SECRET}","refreshToken":"{SECRET}","clientSecret": "{SECRET}"}}',
        f"password={SECRET}&user=pat",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwYXQifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
    ],
)
def test_every_shape_is_masked(text: str) -> None:
    found = redacted(text)
    assert SECRET not in found
    assert "eyJzdWIi" not in found
    assert MASK in found


@pytest.mark.parametrize(
    "text",
    [
        "SELECT token, secret_santa FROM gifts WHERE day = '2026-12-24'",
        "https://bucket.s3.amazonaws.com/a/b?versionId=3",
        "User: arn:aws:iam::123456789012:user/pat is not authorized to perform: glue:GetTables",
        "the password policy of the account",
        "s3://bucket/secret/path/to/file",
        "line 1:8: mismatched input 'token'",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_key_ids_keep_their_end_and_known_values_go_anywhere() -> None:
    assert redacted("AKIAIOSFODNN7EXAMPLE") == f"AKIA{MASK}MPLE"
    know("canary-one-two-three", "short")
    assert redacted("x canary-one-two-three y") == f"x {MASK} y"
    assert redacted("short words") == "short words"


def test_the_history_masks_statements_that_set_secrets_and_no_others() -> None:
    assert (
        redacted_sql(f"-- x\nCREATE SECRET s (SECRET '{SECRET}')")
        == f"-- x\nCREATE SECRET s (SECRET '{MASK}')"
    )
    kept = "SELECT * FROM logins WHERE access_token = 'T-1' AND password = 'x'"
    assert redacted_sql(kept) == kept


def test_the_log_is_json_lines_of_its_owner_without_secrets() -> None:
    stop = start_logging()
    log = logging.getLogger("dataops_desktop.test")
    try:
        log.info("signed in with password=%s", SECRET, extra={"facts": {"url": f"https://x/?token={SECRET}"}})
        hidden_local = SECRET
        try:
            raise ValueError(f"Authorization: Bearer {hidden_local}")
        except ValueError:
            log.exception("failed")
        logging.getLogger("botocore.auth").debug("StringToSign %s", SECRET)
        logging.getLogger("botocore.credentials").warning("refresh failed: aws_session_token=%s", SECRET)
    finally:
        stop()
    path = logs_folder() / NAME
    text = path.read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["level"] for line in lines] == ["INFO", "ERROR", "WARNING"]
    assert lines[1]["error"] == "ValueError"
    assert SECRET not in text
    assert SECRET not in log_tail()
    assert SECRET not in diagnostics({"Connection x": f"password={SECRET}"})
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_log_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataops_desktop.app.logs.LOG_BYTES", 20_000)
    stop = start_logging()
    for number in range(1000):
        logging.getLogger("dataops_desktop.test").info("line %d %s", number, "x" * 100)
    stop()
    files = sorted(logs_folder().glob(f"{NAME}*"))
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 100_000
    if sys.platform != "win32":
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_data_folder_that_cannot_be_written_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATAOPS_DATA_DIR", str(tmp_path / "file"))
    start_logging()()
    watch = CrashWatch(tmp_path / "w.dataops")
    assert watch.begin() == ""
    watch.end()


def test_a_run_that_did_not_end_is_reported_by_the_next(tmp_path: Path) -> None:
    workspace = tmp_path / "w.dataops"
    first = CrashWatch(workspace)
    assert first.begin() == ""
    first._file.write("Fatal Python error: Segmentation fault\n")  # type: ignore[union-attr]
    first._file.close()  # type: ignore[union-attr]
    again = CrashWatch(workspace)
    report = again.begin()
    assert "ended unexpectedly" in report
    assert "Segmentation fault" in report
    again.end()
    third = CrashWatch(workspace)
    assert third.begin() == ""
    third.end()
