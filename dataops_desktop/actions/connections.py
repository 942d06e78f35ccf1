"""The connections a workspace keeps: what was found on this computer, what a person made, and their export without secrets.

Settings hold everything but keys; those are in the keyring under `connection/<name>`, in memory for this session, or in AWS Secrets Manager.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import KEPT, SECRET_FIELDS, ConnectionOptions
from dataops_desktop.interfaces.endpoints import require_role, require_safe_endpoint
from dataops_desktop.interfaces.identity import DeviceCode, Found, Identity, IdentitySource, SsoRole
from dataops_desktop.interfaces.secrets import SecretStore
from dataops_desktop.interfaces.workspace import SettingsStore

KEYRING, SESSION = "keyring", "session"
LONGEST_NAME = 60
ENCRYPTIONS = ("", "SSE-S3", "SSE-KMS", "DSSE-KMS")
FORMAT = "dataops-desktop connections 1"
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-\d{1,2}")
_SECRET = re.compile(r"arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[^#\s]+(#[^#\s]+)?")
# With keys that were typed, or those the connection keeps.
OpenIdentity = Callable[[ConnectionOptions, Mapping[str, str]], IdentitySource]


def secret_name(name: str) -> str:
    """Where a connection's keys are kept in the keyring."""
    return f"connection/{name}"


def validated(options: ConnectionOptions) -> ConnectionOptions:
    """The same with blanks taken off; InputError names the field and what it may be."""
    cut: dict[str, Any] = {
        name: value.strip()
        for name, value in vars(options).items()
        if isinstance(value, str) and name not in SECRET_FIELDS
    }
    options = replace(options, **cut)
    name = options.name
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"Name: {name!r} cannot be the name of a connection.",
            f"Use 1 to {LONGEST_NAME} visible characters.",
        )
    if options.region and not _REGION.fullmatch(options.region):
        raise InputError(
            f"Region: {options.region!r} is no name of a region.", "Write one such as eu-west-1."
        )
    if options.role_arn:
        require_role(options.role_arn)
    if options.account and not re.fullmatch(r"\d{12}", options.account):
        raise InputError(f"Account: {options.account!r} is no account number.", "It has 12 digits.")
    if options.sse not in ENCRYPTIONS:
        raise InputError(
            f"Encryption: {options.sse!r} is none S3 knows.", f"Choose one of {', '.join(ENCRYPTIONS[1:])}."
        )
    if options.kms_key and options.sse not in {"SSE-KMS", "DSSE-KMS"}:
        raise InputError(
            "KMS key: it is only used with SSE-KMS or DSSE-KMS.", "Choose one of them, or take the key out."
        )
    if not 1 <= options.role_hours <= 12:
        raise InputError("Hours: a role's session lasts 1 to 12 hours.", "Choose within that.")
    if options.keys not in {"", KEYRING, SESSION} and not _SECRET.fullmatch(options.keys):
        raise InputError(
            f"Keys: {options.keys!r} is no secret of AWS Secrets Manager.",
            "It looks like arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-a1b2c3#json-key.",
        )
    if "://" in options.sso_session:
        _checked_url("Sign-in", options.sso_session)
        if not _REGION.fullmatch(options.sso_region):
            raise InputError(
                "Sign-in: its region is needed with an address.", "It is shown in the AWS access portal."
            )
    if options.sso_session and not (re.fullmatch(r"\d{12}", options.sso_account) and options.sso_role):
        raise InputError("Sign-in: the account (12 digits) and the role are needed with it.", "Fill both in.")
    for service, url in (("Endpoint", options.endpoint_url or ""), *options.endpoints):
        if url:
            _checked_url(service, url)
    if options.proxy and (
        urlsplit(options.proxy).scheme not in {"http", "https"} or not urlsplit(options.proxy).hostname
    ):
        raise InputError(
            f"Proxy: {options.proxy!r} is no address of a proxy.",
            "It looks like http://proxy.example.com:3128.",
        )
    if urlsplit(options.proxy).password:
        raise InputError(
            "Proxy: its password would be kept in the workspace.",
            "Set HTTPS_PROXY in the environment instead.",
        )
    if options.ca_bundle and not Path(options.ca_bundle).expanduser().is_file():
        raise InputError(f"Certificates: {options.ca_bundle} is no file.", "Choose a PEM file.")
    return options


def _checked_url(service: str, url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise InputError(f"{service}: {url!r} is no address of a server.", "It looks like https://host:port.")
    require_safe_endpoint(url)


class ConnectionBook:
    """Every method may block for a moment."""

    def __init__(
        self, settings: SettingsStore, keyring: SecretStore, session: SecretStore, found: Callable[[], Found], open_identity: OpenIdentity
    ) -> None:  # fmt: skip
        self._settings, self._keyring, self._session = settings, keyring, session
        self.found, self._open = found, open_identity

    def kept(self) -> list[ConnectionOptions]:
        """In the person's order; what cannot be read any more is left out."""
        records = self._settings.setting(KEPT) or []
        return [ConnectionOptions.load(record) for record in records if isinstance(record, dict)]

    def all(self) -> list[ConnectionOptions]:
        """Kept ones, then profiles found on this computer that are usable and not kept under that name."""
        kept = self.kept()
        names = {options.name for options in kept}
        return kept + [
            ConnectionOptions(name=profile.name, profile=profile.name, region=profile.region or None)
            for profile in self.found().profiles
            if profile.name not in names and not profile.problem and profile.kind != "empty"
        ]

    def save(
        self, options: ConnectionOptions, keys: Mapping[str, str] | None = None, before: str = ""
    ) -> ConnectionOptions:
        """Keep one, in place of `before` where that is named; `keys` go where its `keys` says. InputError where another has the name."""
        options = validated(options)
        kept = self.kept()
        if options.name != before and options.name in {other.name for other in kept}:
            raise InputError(f"There is a connection named {options.name!r} already.", "Choose another name.")
        if keys:
            self.put_keys(options, keys)
        elif before not in {"", options.name} and options.keys in {KEYRING, SESSION}:
            self._store(options.keys).put(
                secret_name(options.name), self._store(options.keys).get(secret_name(before)) or ""
            )
        if before and (before != options.name or options.keys != KEYRING):
            self._forget(before, keep=options if before == options.name else None)
        places = [other.name for other in kept]
        if before in places:
            kept[places.index(before)] = options
        else:
            kept.append(options)
        self._write(kept)
        return options

    def remove(self, name: str) -> None:
        """Take it out, with its keys."""
        self._forget(name)
        self._write([options for options in self.kept() if options.name != name])

    def _forget(self, name: str, keep: ConnectionOptions | None = None) -> None:
        old = next((options for options in self.kept() if options.name == name), None)
        if old is not None and old.keys in {KEYRING, SESSION} and (keep is None or keep.keys != old.keys):
            self._store(old.keys).remove(secret_name(name))

    def _write(self, kept: Sequence[ConnectionOptions]) -> None:
        self._settings.set_setting(KEPT, [options.stored() for options in kept])

    # keys
    def _store(self, where: str) -> SecretStore:
        return self._keyring if where == KEYRING else self._session

    def put_keys(self, options: ConnectionOptions, keys: Mapping[str, str]) -> None:
        """Keep keys where the connection says. CredentialsError where the keyring does not take them."""
        if not keys.get("access_key_id") or not keys.get("secret_access_key"):
            raise InputError(
                "Keys: the key id and the secret key are needed.", "Fill both in, or choose a profile."
            )
        self._store(options.keys).put(secret_name(options.name), json.dumps(dict(keys)))

    # export
    def exported(self, names: Sequence[str] = ()) -> str:
        """JSON without any secret: references to Secrets Manager stay, keys do not."""
        chosen = [options for options in self.kept() if not names or options.name in names]
        return json.dumps(
            {"format": FORMAT, "connections": [o.stored() for o in chosen]}, indent=2, ensure_ascii=False
        )

    def imported(self, text: str) -> list[str]:
        """Names of the connections added; each is checked, names that are taken get a number. InputError where the text is none of ours."""
        try:
            record = json.loads(text)
            given: list[Any] = record["connections"]
            if record["format"] != FORMAT:
                raise ValueError
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                "This is no export of connections.", "Choose a file that “Export” wrote."
            ) from error
        if not all(isinstance(item, dict) for item in given):
            raise InputError("This is no export of connections.", "Choose a file that “Export” wrote.")
        try:
            loaded = [validated(ConnectionOptions.load(item)) for item in given]
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError("A connection of this file is damaged.", "Export it again.") from error
        kept = self.kept()
        names = {options.name for options in kept}
        added = []
        for options in loaded:
            name, number = options.name, 2
            while name in names:
                name, number = f"{options.name[: LONGEST_NAME - 5]} ({number})", number + 1
            names.add(name)
            added.append(name)
            kept.append(replace(options, name=name, sandbox=False))
        self._write(kept)
        return added

    # signing in before it is kept
    def roles(self, options: ConnectionOptions) -> list[SsoRole]:
        """What the person may choose among; CredentialsError where there is no sign-in yet."""
        return self._signing_in(options).roles()

    def sign_in(
        self, options: ConnectionOptions, show: Callable[[DeviceCode], None], cancel: CancelToken
    ) -> None:
        """With the browser."""
        self._signing_in(options).sign_in(show, cancel)

    def _signing_in(self, options: ConnectionOptions) -> IdentitySource:
        if not options.sso_session.strip():
            raise InputError(
                "Sign-in: no address is given.", "Write the start URL of your AWS access portal."
            )
        return self._open(
            validated(replace(options, sso_account="0" * 12, sso_role="-", name=options.name or "-")), {}
        )

    # trying
    def check(self, options: ConnectionOptions, keys: Mapping[str, str] | None = None) -> Identity:
        """Who it would call as; raises what stands in the way. Nothing is kept."""
        return self._open(validated(options), keys or {}).identity()
