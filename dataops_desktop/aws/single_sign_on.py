"""Signing in to IAM Identity Center with the browser: the device flow (RFC 8628), its token kept where the AWS CLI and every SDK look for it.

Facts: docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference; the token's file is ~/.aws/sso/cache/<SHA-1 of the sso-session's name, else of
its start URL>.json, mode 0600; the scope sso:account:access is what lets a token be renewed without a person.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dataops_desktop.aws.errors import aws_call
from dataops_desktop.errors import CredentialsError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.endpoints import require_safe_endpoint
from dataops_desktop.interfaces.identity import DeviceCode, FoundSso, SsoRole
from dataops_desktop.redaction import know

CLIENT = "dataops-desktop"
SCOPE = "sso:account:access"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER_S = 5  # RFC 8628, 3.5


def token_folder() -> Path:
    """The cache the CLI shares with the SDKs."""
    return Path("~/.aws/sso/cache").expanduser()


def _cache() -> Any:
    from botocore.utils import JSONFileCache

    return JSONFileCache(str(token_folder()))


def _name(sso: FoundSso) -> str:
    return hashlib.sha1((sso.name or sso.start_url).encode(), usedforsecurity=False).hexdigest()


def token_of(sso: FoundSso) -> dict[str, Any]:
    """The kept token, empty where there is none."""
    cache = _cache()
    try:
        return dict(cache[_name(sso)])
    except (KeyError, ValueError):
        return {}


def token_ends(token: dict[str, Any]) -> tuple[float | None, bool]:
    """(when it ends in seconds since 1970, whether it can be renewed without a person)."""
    now = time.time()
    ends = _seconds(token.get("expiresAt"))
    renews = bool(token.get("refreshToken")) and (_seconds(token.get("registrationExpiresAt")) or 0) > now
    return ends, renews


def _seconds(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text)).timestamp() if text else None
    except ValueError:
        return None


def _client(core: Any, service: str, sso: FoundSso) -> Any:
    """Of a service that is asked without credentials."""
    from botocore import UNSIGNED
    from botocore.config import Config

    return core.create_client(service, region_name=sso.region, config=Config(signature_version=UNSIGNED))


def sign_in(core: Any, sso: FoundSso, show: Callable[[DeviceCode], None], cancel: CancelToken) -> None:
    """Ask for a code, show it, wait until the person allowed it, keep the token. CredentialsError where they said no or took too long."""
    client = _client(core, "sso-oidc", sso)
    try:
        with aws_call("sso-oidc", "RegisterClient"):
            registered = client.register_client(clientName=CLIENT, clientType="public", scopes=[SCOPE])
        known = {"clientId": registered["clientId"], "clientSecret": registered["clientSecret"]}
        with aws_call("sso-oidc", "StartDeviceAuthorization"):
            asked = client.start_device_authorization(**known, startUrl=sso.start_url)
        url = asked.get("verificationUriComplete") or asked["verificationUri"]
        require_safe_endpoint(url)  # it is opened in a browser
        until = time.time() + asked["expiresIn"]
        show(DeviceCode(asked["userCode"], url, until))
        token = _wait(client, known, asked, until, cancel)
    finally:
        client.close()
    know(token["accessToken"], token.get("refreshToken"), registered["clientSecret"], asked["deviceCode"])
    record = {
        "startUrl": sso.start_url,
        "region": sso.region,
        "accessToken": token["accessToken"],
        "expiresAt": _text(time.time() + token["expiresIn"]),
        **known,
        "registrationExpiresAt": _text(registered["clientSecretExpiresAt"]),
    }
    if token.get("refreshToken"):
        record["refreshToken"] = token["refreshToken"]
    _cache()[_name(sso)] = record


def roles(core: Any, sso: FoundSso) -> list[SsoRole]:
    """Every account and role the signed-in person has. CredentialsError without a sign-in."""
    token = token_of(sso)
    ends, _ = token_ends(token)
    if ends is None or ends < time.time():
        raise CredentialsError(f"There is no sign-in for {sso.name or sso.start_url}.", "Sign in first.")
    client = _client(core, "sso", sso)
    found = []
    try:
        with aws_call("sso", "ListAccounts"):
            try:
                for page in client.get_paginator("list_accounts").paginate(accessToken=token["accessToken"]):
                    for account in page["accountList"]:
                        number, name = account["accountId"], account.get("accountName") or ""
                        for inner in client.get_paginator("list_account_roles").paginate(
                            accessToken=token["accessToken"], accountId=number
                        ):
                            found += [SsoRole(number, name, role["roleName"]) for role in inner["roleList"]]
            except client.exceptions.UnauthorizedException as error:
                raise CredentialsError("The sign-in has ended.", "Sign in again.") from error
    finally:
        client.close()
    return found


def _wait(
    client: Any, known: dict[str, str], asked: dict[str, Any], until: float, cancel: CancelToken
) -> Any:
    pause = int(asked.get("interval") or 5)
    while time.time() < until:
        if cancel.wait(pause):
            cancel.raise_if_cancelled()
        with aws_call("sso-oidc", "CreateToken"):
            try:
                return client.create_token(**known, grantType=GRANT, deviceCode=asked["deviceCode"])
            except client.exceptions.AuthorizationPendingException:
                continue
            except client.exceptions.SlowDownException:
                pause += SLOWER_S
            except client.exceptions.ExpiredTokenException:
                break
            except client.exceptions.AccessDeniedException as error:
                raise CredentialsError(
                    "The sign-in was refused in the browser.", "Sign in again and allow it."
                ) from error
    raise CredentialsError(
        "The sign-in was not finished in time.", "Sign in again; the code is valid for some minutes."
    )


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
