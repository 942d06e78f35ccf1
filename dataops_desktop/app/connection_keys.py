"""Where a connection's keys are read from, at the moment they are needed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dataops_desktop.actions.connections import KEYRING, SESSION, secret_name
from dataops_desktop.aws.secret_values import SecretValues
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.errors import CredentialsError
from dataops_desktop.interfaces.connector import ConnectionOptions, given_keys
from dataops_desktop.interfaces.secrets import SecretStore
from dataops_desktop.redaction import know
from dataops_desktop.storage.secrets import KeyringSecrets, MemorySecrets


class ConnectionKeys:
    """One per program; `session` forgets at exit."""

    def __init__(self, keyring: SecretStore | None = None, session: SecretStore | None = None) -> None:
        self.keyring = keyring or KeyringSecrets()
        self.session = session or MemorySecrets()
        self._values = SecretValues()

    def read(self, options: ConnectionOptions) -> dict[str, str]:
        """A connection's keys, empty where a profile gives them. Blocks; CredentialsError where they are not to be had."""
        if not options.keys:
            return given_keys(options)
        if options.keys in {KEYRING, SESSION}:
            store = self.keyring if options.keys == KEYRING else self.session
            found = store.get(secret_name(options.name))
        else:
            found = self._values.read(options)
        if not found:
            where = "the system keyring" if options.keys == KEYRING else "this session"
            raise CredentialsError(f"The keys of “{options.name}” are not in {where}.", "Enter them again.")
        try:
            keys = json.loads(found)
            know(str(keys["secret_access_key"]), str(keys.get("session_token") or ""))
            return {name: str(keys[name]) for name in ("access_key_id", "secret_access_key")} | {
                "session_token": str(keys.get("session_token") or "")
            }
        except (ValueError, KeyError, TypeError) as error:
            raise CredentialsError(
                f"What is kept as the keys of “{options.name}” is none.",
                "It is JSON with access_key_id and secret_access_key. Enter or mend them.",
            ) from error

    def identity(self, options: ConnectionOptions, typed: Mapping[str, str]) -> AwsSession:
        """Who a connection that is being edited would call as, with keys that were typed before those that are kept."""
        return AwsSession(options, lambda: dict(typed) or self.read(options))

    def forget(self, options: ConnectionOptions) -> None:
        """After a failure: values of Secrets Manager are read again."""
        self._values.forget(options)
