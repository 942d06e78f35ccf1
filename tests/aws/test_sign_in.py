"""Signing in against the sandbox's identity service: browser, MFA, roles, pins, and what ends."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import threading
import time
from typing import Any

import pytest

from dataops_desktop.aws import single_sign_on
from dataops_desktop.aws.credentials import MfaCodeNeededError
from dataops_desktop.aws.errors import aws_call
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import (
    AccountChangedError,
    CancelledByUserError,
    CredentialsError,
    DataOpsError,
    InputError,
)
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.identity import COMMAND, MFA, SSO
from tests.conftest import Cloud, browser

ROLE = "arn:aws:iam::210987654321:role/Auditor"


def options(cloud: Cloud, **more: Any) -> ConnectionOptions:
    return ConnectionOptions(region="us-east-1", endpoint_url=cloud.endpoint, **more)


SSO_PROFILE = "[profile work]\nsso_session = CORP\nsso_account_id = 123456789012\nsso_role_name = Analyst\n"


def test_sign_in_with_the_browser_and_what_is_known_then(cloud: Cloud, aws_files: Any) -> None:
    name = aws_files(SSO_PROFILE)
    session = AwsSession(options(cloud, profile="work"))
    with pytest.raises(CredentialsError, match="You are not signed in"):
        session.identity()
    assert (session.way().kind, session.way().detail) == (SSO, name)
    show, shown = browser(cloud)
    session.sign_in(show, CancelToken())
    identity = session.identity()
    assert (identity.account, identity.role, identity.name) == ("123456789012", "Analyst", "pat@example.com")
    assert identity.method == "sso"
    assert identity.renews
    assert abs(identity.ends_at - time.time() - 28800) < 60
    assert len(shown) == 1
    session.client("s3").list_buckets()
    # another session, or another program of AWS's, finds the same sign-in
    assert AwsSession(options(cloud, profile="work")).identity().account == "123456789012"
    kept = next(
        f
        for f in single_sign_on.token_folder().iterdir()
        if json.loads(f.read_text())["startUrl"].startswith(cloud.endpoint)
    )
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    session.close()


def test_a_sign_in_without_a_profile(cloud: Cloud, aws_files: Any) -> None:
    name = aws_files("")
    session = AwsSession(
        options(cloud, sso_session=name, sso_account="210987654321", sso_role="Analyst", role_arn="")
    )
    session.sign_in(browser(cloud)[0], CancelToken())
    assert session.identity().account == "210987654321"
    gone = AwsSession(options(cloud, sso_session="nowhere", sso_account="1", sso_role="R"))
    with pytest.raises(CredentialsError, match="no sso-session named 'nowhere'"):
        gone.identity()


def test_no_and_cancel_leave_the_old_state(cloud: Cloud, aws_files: Any) -> None:
    aws_files(SSO_PROFILE)
    session = AwsSession(options(cloud, profile="work"))
    with pytest.raises(CredentialsError, match="refused in the browser"):
        session.sign_in(browser(cloud, "deny")[0], CancelToken())
    cancel = CancelToken()
    with pytest.raises(CancelledByUserError):
        session.sign_in(lambda _: cancel.cancel(), cancel)
    with pytest.raises(CredentialsError):
        session.identity()


def test_a_token_that_can_be_renewed_is_renewed_without_a_person(cloud: Cloud, aws_files: Any) -> None:
    aws_files(SSO_PROFILE)
    cloud.control("POST", "identity", {"token_s": 300})
    session = AwsSession(options(cloud, profile="work"))
    session.sign_in(browser(cloud)[0], CancelToken())
    opened = cloud.control("GET", "identity")["opened"]
    before = session.identity().ends_at
    cloud.control("POST", "identity", {"token_s": 28800})
    session.renew()
    after = session.identity()
    assert after.ends_at - before > 20_000
    assert cloud.control("GET", "identity")["opened"] == opened


def test_a_session_that_was_ended_needs_a_sign_in(cloud: Cloud, aws_files: Any) -> None:
    aws_files(SSO_PROFILE)
    session = AwsSession(options(cloud, profile="work"))
    session.sign_in(browser(cloud)[0], CancelToken())
    session.client("s3").list_buckets()
    cloud.control("POST", "identity", {"end_sessions": True, "end_tokens": True})
    with pytest.raises(CredentialsError, match="expired"), aws_call("s3", "ListBuckets"):
        session.client("s3").list_buckets()
    session.reconnect()
    with pytest.raises(CredentialsError), aws_call("s3", "ListBuckets"):
        session.client("s3").list_buckets()
    session.sign_in(browser(cloud)[0], CancelToken())
    session.client("s3").list_buckets()


@pytest.mark.parametrize("place", ["profile", "connection"])
def test_a_role_with_mfa_asks_once_for_all_its_clients(cloud: Cloud, aws_files: Any, place: str) -> None:
    serial = f"arn:aws:iam::123456789012:mfa/{time.monotonic_ns()}"
    role = "arn:aws:iam::210987654321:role/admin-mfa"
    aws_files(f"[profile guarded]\nrole_arn = {role}\nsource_profile = plain\nmfa_serial = {serial}\n")
    given = (
        options(cloud, profile="guarded")
        if place == "profile"
        else options(cloud, profile="plain", role_arn=role, mfa_serial=serial)
    )
    session = AwsSession(given)
    with pytest.raises(MfaCodeNeededError, match=serial):
        session.identity()
    assert (session.way().kind, session.way().detail) == (MFA, serial)
    session.answer_mfa("000000")
    with pytest.raises(CredentialsError, match="not accepted"):
        session.identity()
    session.answer_mfa("123 456")
    identity = session.identity()
    assert (identity.account, identity.role) == ("210987654321", "admin-mfa")
    assert not identity.renews
    assert abs(identity.ends_at - time.time() - 3600) < 60
    for service in ("s3", "glue", "athena"):
        session.client(service)
    session.client("s3").list_buckets()
    session.close()


def test_a_chain_of_roles_over_a_sign_in(cloud: Cloud, aws_files: Any) -> None:
    aws_files(
        f"{SSO_PROFILE}\n[profile audit]\nrole_arn = {ROLE}\nsource_profile = work\nexternal_id = external\n"
    )
    session = AwsSession(options(cloud, profile="audit"))
    with pytest.raises(CredentialsError):
        session.identity()
    session.sign_in(browser(cloud)[0], CancelToken())
    assert session.identity().role == "Auditor"
    third = AwsSession(options(cloud, profile="audit", role_arn="arn:aws:iam::123456789012:role/Third"))
    assert third.identity().role == "Third"
    key, secret, token = third.keys()
    child = AwsSession(options(cloud, access_key_id=key, secret_access_key=secret, session_token=token))
    assert child.identity().role == "Third"


def test_a_pinned_account_is_refused_when_another_answers(cloud: Cloud, aws_files: Any) -> None:
    aws_files(SSO_PROFILE)
    pinned = options(cloud, name="prod", account="999999999999", access_key_id="a", secret_access_key="b")
    session = AwsSession(pinned)
    cloud.control("DELETE", "requests")
    with pytest.raises(
        AccountChangedError, match=r"“prod” belongs to account 999999999999, but .* 123456789012"
    ):
        session.client("s3")
    assert set(cloud.requests()) == {"sts:POST"}
    right = AwsSession(dataclasses.replace(pinned, account="123456789012"))
    right.client("s3").list_buckets()


@pytest.mark.parametrize(
    ("config", "profile", "words"),
    [
        ("[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/B\nsource_profile = a\n", "a", "circle"),
        ("[profile a]\ncredential_process = false\n", "a", "could not be fetched"),
        ("[profile a]\ncredential_process = echo nonsense\n", "a", "is no JSON"),
        ("[profile a]\nsso_session = gone\nsso_account_id = 1\nsso_role_name = R\n", "a", "not valid: .*gone"),
        ("[profile a]\nrole_arn = arn:aws:iam::1:role/A\nsource_profile = nobody\n", "a", "not valid: .*nobody"),
        ("[profile a]\nregion = eu-west-1\n", "a", "No AWS credentials"),
        ("broken\n", "a", "cannot be read: .*line 1"),
        ("", "nope", "no AWS profile named 'nope'"),
    ],
)  # fmt: skip
def test_broken_configurations_are_named(
    cloud: Cloud, aws_files: Any, config: str, profile: str, words: str
) -> None:
    aws_files(config)
    with pytest.raises(CredentialsError, match=words) as caught:
        AwsSession(options(cloud, profile=profile)).identity()
    assert caught.value.remedy


def test_a_program_that_fails_is_told_to_be_run(cloud: Cloud, aws_files: Any) -> None:
    aws_files("[profile a]\ncredential_process = /bin/true\n")
    way = AwsSession(options(cloud, profile="a")).way()
    assert (way.kind, way.detail) == (COMMAND, "/bin/true")


def test_what_is_no_role_is_refused_before_anything_is_sent(cloud: Cloud) -> None:
    with pytest.raises(InputError, match="no ARN of a role"):
        AwsSession(options(cloud, role_arn="Analyst")).identity()


def test_a_page_that_is_not_encrypted_is_not_opened(
    cloud: Cloud, aws_files: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address comes from a server: it is opened only where it is https, or this machine."""
    from dataops_desktop.sandbox.identity.center import IdentityCenter  # noqa: F401 - only to say whose page it is

    aws_files(SSO_PROFILE)
    session = AwsSession(options(cloud, profile="work"))
    shown: list[Any] = []
    import botocore.client

    real = botocore.client.BaseClient._make_api_call

    def hostile(self: Any, name: str, arguments: Any) -> Any:
        answer = real(self, name, arguments)
        if name == "StartDeviceAuthorization":
            answer["verificationUriComplete"] = "file:///etc/passwd"
        return answer

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", hostile)
    with pytest.raises(InputError, match="not encrypted"):
        session.sign_in(shown.append, CancelToken())
    assert not shown


def test_many_threads_share_one_role_session(cloud: Cloud, aws_files: Any) -> None:
    serial = f"arn:aws:iam::123456789012:mfa/{time.monotonic_ns()}"
    aws_files(
        f"[profile guarded]\nrole_arn = arn:aws:iam::210987654321:role/admin-mfa\nsource_profile = plain\nmfa_serial = {serial}\n"
    )
    session = AwsSession(options(cloud, profile="guarded"))
    session.answer_mfa("111222")
    errors: list[Exception] = []

    def work() -> None:
        try:
            session.client("s3").list_buckets()
        except DataOpsError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert os.environ["HOME"].startswith("/")  # the kept sign-ins of this test run lie below it
