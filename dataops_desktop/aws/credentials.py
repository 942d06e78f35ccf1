"""A botocore session for a connection. botocore's own chain finds the credentials (profiles, SSO, roles, programs, environment, containers,
instances); a connection adds its role, its keys and its endpoints, also for the calls that chain makes itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dataops_desktop.aws.profiles import AwsFiles, read_files
from dataops_desktop.errors import CredentialsError
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.endpoints import require_role
from dataops_desktop.interfaces.identity import FoundSso

DEFAULT_REGION = "us-east-1"
OWN = "dataops-desktop"  # the profile in memory for a sign-in that has none
_loader_lock = threading.Lock()
_loader: Any = None


class MfaCodeNeededError(CredentialsError):
    """A role asks for the code of an MFA device. Raised from inside botocore, before anything is sent."""

    title = "MFA code"

    def __init__(self, serial: str) -> None:
        super().__init__(f"The role asks for a code of {serial}.", "Enter the code that the device shows.")
        self.serial = serial


def shared_loader(botocore_session: Any) -> Any:
    """One loader of service models for every session: a second profile's clients are 11–17 times cheaper."""
    global _loader
    with _loader_lock:
        if _loader is None:
            _loader = botocore_session.get_component("data_loader")
        return _loader


def _timestamp(value: Any) -> datetime:
    """botocore's own reading of ISO times takes four fifths of parsing a page of S3's (dateutil); what is not ISO stays its own."""
    if isinstance(value, str) and value[-1:] == "Z":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    from botocore.utils import parse_timestamp

    found: datetime = parse_timestamp(value)
    return found


def default_config(options: ConnectionOptions) -> dict[str, Any]:
    """Arguments of botocore's Config for every client of a connection, also those that fetch credentials."""
    config: dict[str, Any] = {"connect_timeout": 5, "read_timeout": 60, "user_agent_extra": OWN}
    if options.proxy:
        config["proxies"] = {"http": options.proxy, "https": options.proxy}
    if options.fips:
        config["use_fips_endpoint"] = True
    if options.dual_stack:
        config["use_dualstack_endpoint"] = True
    return config


def open_session(
    options: ConnectionOptions,
    keys: Mapping[str, str],
    prompt: Callable[[str], str],
    cache: dict[str, Any],
) -> Any:
    """A botocore session. `prompt` gives an MFA code or raises; `cache` keeps role sessions. CredentialsError names what is wrong with the configuration."""
    import botocore.session
    from botocore import exceptions as boto
    from botocore.config import Config

    files = read_files()
    profile = options.profile
    try:
        core = botocore.session.Session(profile=OWN if options.sso_session else profile)
        settings = core.full_config  # read once, ours to add to
        if options.sso_session:
            _add_sso_profile(settings, options, files)
        core.get_scoped_config()  # raises now, not at the first use
    except boto.ProfileNotFound as error:
        near = ", ".join(sorted(files.profiles)[:8])
        raise CredentialsError(
            f"There is no AWS profile named {profile or str(error)!r}.",
            f"Choose one from ~/.aws/config{f' ({near})' if near else ''}, or run `aws configure`.",
        ) from error
    except boto.ConfigParseError as error:
        raise CredentialsError(
            "The AWS configuration cannot be read: " + (" ".join(files.problems) or str(error)),
            "Mend the file; nothing else of it is used until then.",
        ) from error
    except (boto.InvalidConfigError, boto.ConfigNotFound) as error:
        raise CredentialsError(f"The AWS configuration is not valid: {error}", "Mend the file.") from error
    core.register_component("data_loader", shared_loader(core))
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_timestamp)
    core.set_default_client_config(Config(**default_config(options)))
    _add_addresses(core, settings, options)
    given = None
    if keys:
        given = keys["access_key_id"], keys["secret_access_key"], keys.get("session_token") or None
        if not options.role_arn:
            core.set_credentials(*given)
    else:
        resolver = core.get_component("credential_provider")
        for method in ("assume-role", "sso"):
            resolver.get_provider(method).cache = cache
        # botocore would ask on the terminal; its constructor takes a prompter, its chain does not pass one on.
        resolver.get_provider("assume-role")._prompter = prompt
    if options.role_arn:
        _assume(core, given, options, prompt, cache)
    return core


def sso_session(options: ConnectionOptions, files: AwsFiles) -> FoundSso:
    """The sign-in a connection names: an sso-session of the configuration, or a start URL of its own."""
    name = options.sso_session
    if "://" in name:
        return FoundSso(name, name, options.sso_region)
    settings = files.sso_sessions.get(name)
    if settings is None:
        raise CredentialsError(
            f"There is no sso-session named {name!r} in the AWS configuration.",
            "Run `aws configure sso-session`, or write the start URL and its region into the connection.",
        )
    return FoundSso(name, settings.get("sso_start_url", ""), settings.get("sso_region", ""))


def _add_sso_profile(settings: dict[str, Any], options: ConnectionOptions, files: AwsFiles) -> None:
    """A profile in memory, as if the configuration had it."""
    sso = sso_session(options, files)
    settings.setdefault("sso_sessions", {}).setdefault(
        sso.name, {"sso_start_url": sso.start_url, "sso_region": sso.region}
    )
    settings["profiles"][OWN] = {
        "sso_session": sso.name,
        "sso_account_id": options.sso_account,
        "sso_role_name": options.sso_role,
    }


def _add_addresses(core: Any, settings: dict[str, Any], options: ConnectionOptions) -> None:
    """The connection's endpoints and certificates for the clients botocore makes itself (STS, SSO): as settings of the profile in use."""
    name = core.profile or "default"
    profile = settings["profiles"].setdefault(name, {})
    if options.endpoint_url:
        profile["endpoint_url"] = options.endpoint_url
    if options.endpoints:
        profile["services"] = OWN
        settings.setdefault("services", {})[OWN] = {
            service.replace("-", "_"): {"endpoint_url": url} for service, url in options.endpoints
        }
    if options.ca_bundle:
        profile["ca_bundle"] = options.ca_bundle


def _assume(
    core: Any, given: tuple[str, str, str | None] | None, options: ConnectionOptions, prompt: Callable[[str], str], cache: dict[str, Any]
) -> None:  # fmt: skip
    """The connection's own role, over the keys given or whatever the chain finds."""
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        Credentials,
        DeferredRefreshableCredentials,
    )

    require_role(options.role_arn)
    before = core.get_component("credential_provider")
    region = options.region or core.get_config_variable("region") or DEFAULT_REGION
    arguments: dict[str, Any] = {
        "RoleSessionName": options.role_session or OWN,
        "DurationSeconds": int(options.role_hours * 3600),
    }
    if options.external_id:
        arguments["ExternalId"] = options.external_id
    if options.mfa_serial:
        arguments["SerialNumber"] = options.mfa_serial

    class OwnRole(CredentialProvider):
        """botocore's seam for where credentials come from."""

        METHOD = CANONICAL_NAME = "assume-role"

        def load(self) -> Any:
            """The role's session, begun at its first use."""
            source = Credentials(*given) if given else before.load_credentials()
            if source is None:
                return None
            fetcher = AssumeRoleCredentialFetcher(
                lambda service, **more: core.create_client(service, region_name=region, **more),
                source, options.role_arn, extra_args=arguments, mfa_prompter=prompt, cache=cache,
            )  # fmt: skip
            return DeferredRefreshableCredentials(
                method="assume-role", refresh_using=fetcher.fetch_credentials
            )

    core.register_component("credential_provider", CredentialResolver([OwnRole()]))
