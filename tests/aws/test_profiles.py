"""The AWS configuration of a computer: what is found, the way through it, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dataops_desktop.aws import profiles
from dataops_desktop.errors import CredentialsError
from dataops_desktop.interfaces.identity import COMMAND, KEYS, MFA, SSO

CONFIG = """
[default]
region = eu-west-1

[profile work]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Analyst
region = eu-central-1

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access

[profile old-sso]
sso_start_url = https://old.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = Analyst

[profile audit]
role_arn = arn:aws:iam::210987654321:role/Auditor
source_profile = work

[profile guarded]
role_arn = arn:aws:iam::210987654321:role/Admin
source_profile = plain
mfa_serial = arn:aws:iam::123456789012:mfa/pat

[profile program]
credential_process = /opt/bin/keys --for "me"

[profile console]
login_session = arn:aws:iam::123456789012:user/pat

[profile on-ec2]
role_arn = arn:aws:iam::210987654321:role/Batch
credential_source = Ec2InstanceMetadata

[profile round]
role_arn = arn:aws:iam::210987654321:role/A
source_profile = trip

[profile trip]
role_arn = arn:aws:iam::210987654321:role/B
source_profile = round

[profile orphan]
role_arn = arn:aws:iam::210987654321:role/B
source_profile = nobody

[profile lost]
sso_session = gone
sso_account_id = 1
sso_role_name = R

[profile "with blanks"]
region = us-east-2
"""
CREDENTIALS = """
[plain]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable, name, text in (
        ("AWS_CONFIG_FILE", "config", CONFIG),
        ("AWS_SHARED_CREDENTIALS_FILE", "credentials", CREDENTIALS),
    ):
        (tmp_path / name).write_text(text)
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path


def test_everything_is_found_with_its_chain(files: Path) -> None:
    found = profiles.found_profiles()
    by_name = {profile.name: profile for profile in found.profiles}
    assert {name: p.kind for name, p in by_name.items()} == {
        "default": "empty", "work": "sso", "old-sso": "sso", "audit": "role", "guarded": "role", "program": "process", "console": "login",
        "on-ec2": "role", "round": "role", "trip": "role", "orphan": "role", "lost": "sso", "with blanks": "empty", "plain": "keys",
    }  # fmt: skip
    assert by_name["audit"].chain == (
        "sign-in corp, role Analyst of 123456789012",
        "role arn:aws:iam::210987654321:role/Auditor",
    )
    assert by_name["guarded"].chain == (
        "keys of [plain]",
        "role arn:aws:iam::210987654321:role/Admin with MFA",
    )
    assert by_name["on-ec2"].chain[0] == "credentials of the Ec2InstanceMetadata"
    assert not by_name["work"].problem
    assert "circle: round → trip → round" in by_name["round"].problem
    assert "'nobody', the source of orphan" in by_name["orphan"].problem
    assert "sso-session gone, which is not there" in by_name["lost"].problem
    assert [(s.name, s.region) for s in found.sso_sessions] == [("corp", "eu-west-1")]
    assert not found.problems


@pytest.mark.parametrize(
    ("name", "kind", "detail"),
    [
        ("work", SSO, "corp"),
        ("audit", SSO, "corp"),
        ("old-sso", SSO, "https://old.awsapps.com/start"),
        ("guarded", MFA, "arn:aws:iam::123456789012:mfa/pat"),
        ("program", COMMAND, '/opt/bin/keys --for "me"'),
        ("console", COMMAND, "aws login --profile console"),
        ("plain", KEYS, ""),
        ("on-ec2", "", ""),
    ],
)
def test_how_a_person_signs_in(files: Path, name: str, kind: str, detail: str) -> None:
    way = profiles.way_of(profiles.read_files(), name)
    assert (way.kind, way.detail) == (kind, detail)


def test_a_role_that_is_its_own_source_has_keys(files: Path) -> None:
    (files / "credentials").write_text(
        "[own]\nrole_arn = arn:aws:iam::1:role/X\nsource_profile = own\naws_access_key_id = A\naws_secret_access_key = S\n"
        "[selfish]\nrole_arn = arn:aws:iam::1:role/X\nsource_profile = selfish\n"
    )
    found = profiles.read_files()
    assert profiles.chain(found, "own") == ["own"]
    with pytest.raises(CredentialsError, match="names itself"):
        profiles.chain(found, "selfish")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("region = x\n[default]\n", "line 1: a [profile …] line is missing"),
        ("[default]\nregion = x\nthis is no setting\n[profile b]\nregion = y\n", "line 3: not of the form"),
        ("[default]\nregion = \xff\n", "cannot be read"),
    ],
)
def test_a_broken_file_is_named_and_the_rest_is_read(files: Path, text: str, words: str) -> None:
    (files / "config").write_bytes(text.encode("latin-1"))
    found = profiles.found_profiles()
    assert words in found.problems[0]
    assert str(files / "config") in found.problems[0]
    assert "plain" in {profile.name for profile in found.profiles}  # of the other file


def test_no_files_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(variable, str(tmp_path / "nothing"))
    found = profiles.found_profiles()
    assert (found.profiles, found.problems) == ((), ())


def test_keys_in_the_environment_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    assert "AWS_ACCESS_KEY_ID" in profiles.found_profiles().environment
