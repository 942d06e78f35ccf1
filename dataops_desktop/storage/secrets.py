"""Secrets in the OS keyring; in memory for this session where there is none. Never in a file of ours."""

from __future__ import annotations

from dataops_desktop.errors import CredentialsError

SERVICE = "dataops-desktop"
# Windows keeps at most 2560 bytes of UTF-16 per credential (jaraco/keyring#355, #540).
WINDOWS_LIMIT_BYTES = 2560


class KeyringSecrets:
    """SecretStore over `keyring`. Calls block, a prompt may open: use a worker thread."""

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, name)
        except KeyringError as error:
            raise _locked(error) from error

    def put(self, name: str, secret: str) -> None:
        """Store or replace."""
        import sys

        import keyring
        from keyring.errors import KeyringError

        if sys.platform == "win32" and len(secret.encode("utf-16-le")) > WINDOWS_LIMIT_BYTES:
            raise CredentialsError(
                f"{name} is too long for the Windows Credential Manager ({WINDOWS_LIMIT_BYTES} bytes at most).",
                "Use a profile or a shorter token.",
            )
        try:
            keyring.set_password(SERVICE, name, secret)
        except KeyringError as error:
            raise _locked(error) from error

    def remove(self, name: str) -> None:
        """Forget, if there."""
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, name)
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise _locked(error) from error


class MemorySecrets:
    """SecretStore that forgets everything at exit."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        return self._secrets.get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep until exit."""
        self._secrets[name] = secret

    def remove(self, name: str) -> None:
        """Forget."""
        self._secrets.pop(name, None)


def _locked(error: Exception) -> CredentialsError:
    return CredentialsError(
        f"The system keyring is not available ({type(error).__name__}).",
        "Unlock it, or keep secrets in memory for this session only.",
    )
