"""The AWS configuration as it lies on this computer, read without an SDK: quick at start-up, and a broken file is named, line and all.

Facts: docs.aws.amazon.com/sdkref/latest/guide/file-format.html and /standardized-credentials.html; a profile of a role takes its first
credentials from `source_profile`, which may be a role again, or itself where it has keys.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dataops_desktop.errors import CredentialsError
from dataops_desktop.interfaces.identity import (
    COMMAND,
    KEYS,
    MFA,
    NOTHING,
    SSO,
    Found,
    FoundProfile,
    FoundSso,
    SignInWay,
)

LONGEST_CHAIN = 20


@dataclass
class AwsFiles:
    """Both files together: profile → its settings (config first, credentials over it), sso-session → its settings."""

    profiles: dict[str, dict[str, str]] = field(default_factory=dict)
    sso_sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def config_file() -> Path:
    """~/.aws/config or what AWS_CONFIG_FILE names."""
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()


def credentials_file() -> Path:
    """~/.aws/credentials or what AWS_SHARED_CREDENTIALS_FILE names."""
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()


def read_files() -> AwsFiles:
    """What can be read; what cannot is in `problems`."""
    found = AwsFiles()
    for path, prefix in ((config_file(), "profile "), (credentials_file(), "")):
        for section, settings in _read(path, found.problems).items():
            kind, _, name = section.partition(" ")
            name = name.strip().strip("\"'")
            if prefix and kind == "sso-session" and name:
                found.sso_sessions[name] = settings
            elif section == "default" or not prefix:
                found.profiles.setdefault(section, {}).update(settings)
            elif kind == "profile" and name:
                found.profiles.setdefault(name, {}).update(settings)
    return found


def _read(path: Path, problems: list[str]) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#", ";"))
    try:
        parser.read_string(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except configparser.MissingSectionHeaderError as error:
        problems.append(f"{path}, line {error.lineno}: a [profile …] line is missing before it.")
    except configparser.ParsingError as error:
        lines = ", ".join(str(number) for number, _ in error.errors)
        problems.append(f"{path}, line {lines}: not of the form “name = value”.")
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        problems.append(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})."
        )
    return {
        section: {name: str(value or "") for name, value in parser.items(section)}
        for section in parser.sections()
    }


def kind_of(settings: Mapping[str, str]) -> str:
    """Where a profile's own credentials come from, in the order the SDK looks."""
    if settings.get("role_arn"):
        return "web-identity" if settings.get("web_identity_token_file") else "role"
    if settings.get("sso_session") or settings.get("sso_start_url"):
        return "sso"
    if settings.get("aws_access_key_id"):
        return "keys"
    if settings.get("login_session"):
        return "login"
    return "process" if settings.get("credential_process") else "empty"


def chain(files: AwsFiles, profile: str) -> list[str]:
    """The profiles a profile's credentials go through, itself first. CredentialsError for a missing one or a loop."""
    names = [profile]
    while True:
        settings = files.profiles.get(names[-1])
        if settings is None:
            raise _missing(files, profile, names)
        source = settings.get("source_profile", "")
        if kind_of(settings) != "role" or not source:
            return names
        if source == names[-1]:
            if settings.get("aws_access_key_id"):
                return names  # its own keys
            raise CredentialsError(
                f"The profile {source} names itself as its source and has no keys.",
                f"Set source_profile of [profile {source}] to a profile with credentials.",
            )
        if source in names or len(names) > LONGEST_CHAIN:
            loop = " → ".join([*names, source])
            raise CredentialsError(
                f"The profiles go round in a circle: {loop}.",
                f"Change source_profile of [profile {names[-1]}].",
            )
        names.append(source)


def _missing(files: AwsFiles, profile: str, names: list[str]) -> CredentialsError:
    where = f", the source of {names[-2]}" if len(names) > 1 else ""
    near = ", ".join(sorted(files.profiles)[:8]) or "none"
    del profile
    return CredentialsError(
        f"There is no AWS profile named {names[-1]!r}{where}.",
        f"Profiles that are there: {near}. See {config_file()}.",
    )


def sso_of(files: AwsFiles, profile: str) -> FoundSso | None:
    """The sso-session at the end of a profile's chain. CredentialsError where it is named and not there, or lacks its address."""
    last = files.profiles[chain(files, profile)[-1]]
    if kind_of(last) != "sso":
        return None
    name = last.get("sso_session", "")
    if name and name not in files.sso_sessions:
        raise CredentialsError(
            f"The profile {profile} signs in with the sso-session {name}, which is not there.",
            f"Add [sso-session {name}] to {config_file()}.",
        )
    settings = {**last, **files.sso_sessions.get(name, {})}
    found = FoundSso(name, settings.get("sso_start_url", ""), settings.get("sso_region", ""))
    if not found.start_url or not found.region:
        raise CredentialsError(
            f"The sign-in of {name or profile} lacks sso_start_url or sso_region.",
            f"Complete it in {config_file()}.",
        )
    return found


def way_of(files: AwsFiles, profile: str) -> SignInWay:
    """How a person renews what a profile stands on."""
    names = chain(files, profile)
    last = files.profiles[names[-1]]
    kind = kind_of(last)
    if kind == "sso":
        sso = sso_of(files, profile)
        assert sso is not None
        return SignInWay(SSO, sso.name or sso.start_url)
    if kind == "login":
        return SignInWay(COMMAND, f"aws login --profile {names[-1]}")
    for name in names:
        if serial := files.profiles[name].get("mfa_serial"):
            return SignInWay(MFA, serial)
    if kind == "process":
        return SignInWay(COMMAND, last["credential_process"])
    return SignInWay(KEYS if kind == "keys" else NOTHING)


def found_profiles() -> Found:
    """Everything that could be connected with."""
    files = read_files()
    profiles = []
    for name, settings in files.profiles.items():
        words: tuple[str, ...] = ()
        problem = ""
        try:
            words = tuple(words_of(files, name))
            sso_of(files, name)
        except CredentialsError as error:
            problem = str(error)
        region = settings.get("region", "")
        profiles.append(FoundProfile(name, kind_of(settings), region, words, problem))
    sessions = tuple(
        FoundSso(name, settings.get("sso_start_url", ""), settings.get("sso_region", ""))
        for name, settings in files.sso_sessions.items()
    )
    return Found(tuple(profiles), sessions, environment(), tuple(files.problems))


def words_of(files: AwsFiles, profile: str) -> list[str]:
    """The chain for people, first the source."""
    words = []
    for name in reversed(chain(files, profile)):
        settings = files.profiles[name]
        kind = kind_of(settings)
        mfa = " with MFA" if settings.get("mfa_serial") else ""
        source = settings.get("credential_source", "")
        if kind == "role" and source:
            words.append(f"credentials of the {source}")
        text = {
            "sso": f"sign-in {settings.get('sso_session') or settings.get('sso_start_url')}, role {settings.get('sso_role_name', '?')} of {settings.get('sso_account_id', '?')}",
            "role": f"role {settings.get('role_arn')}{mfa}",
            "web-identity": f"role {settings.get('role_arn')} by a web identity",
            "keys": f"keys of [{name}]",
            "process": f"program of [{name}]",
            "login": f"console sign-in of [{name}]",
            "empty": f"[{name}] has no credentials of its own",
        }[kind]
        words.append(text)
    return words


def environment() -> str:
    """What the SDK would find without any profile."""
    if os.environ.get("AWS_ACCESS_KEY_ID"):
        return "keys in the environment (AWS_ACCESS_KEY_ID)"
    if os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") or os.environ.get(
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    ):
        return "the role of this container"
    if os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE") and os.environ.get("AWS_ROLE_ARN"):
        return f"{os.environ['AWS_ROLE_ARN']} by a web identity"
    return ""
