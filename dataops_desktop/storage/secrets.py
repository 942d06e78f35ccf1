"""Secrets in the OS keyring; in memory for this session where the person wants that instead. Never in a file of ours.

Facts: Windows keeps at most 2,560 bytes of UTF-16 per credential (jaraco/keyring#355, #540), less than a session token needs; a keyring may ask
the person in a dialog of its own, and then blocks; `keyrings.alt` keeps plain files.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from dataops_desktop.errors import CredentialsError

SERVICE = "dataops-desktop"
WINDOWS_LIMIT_BYTES = 2560
PATIENCE_S = 60.0
_PIECES = "\x1fpieces:"  # no secret of anybody's begins so
_SESSION_REMEDY = "Unlock it, or keep the keys for this session only."


class KeyringSecrets:
    """SecretStore over `keyring`. Calls block, a prompt may open: use a worker thread. `limit_bytes`: the most a system keeps under one name."""

    def __init__(
        self,
        patience_s: float = PATIENCE_S,
        limit_bytes: int = WINDOWS_LIMIT_BYTES if sys.platform == "win32" else 0,
    ) -> None:
        self._patience_s, self._limit = patience_s, limit_bytes

    def get(self, name: str) -> str | None:
        """The secret, or None."""
        first: str | None = self._call("get_password", name)
        if first is None or not first.startswith(_PIECES):
            return first
        pieces = [
            self._call("get_password", _piece(name, n)) for n in range(int(first.removeprefix(_PIECES)))
        ]
        return None if None in pieces else "".join(str(piece) for piece in pieces)

    def put(self, name: str, secret: str) -> None:
        """Store or replace."""
        self.remove(name)
        if not self._limit or len(secret.encode("utf-16-le")) <= self._limit:
            self._call("set_password", name, secret)
            return
        # A character takes at most four bytes. The count is written last: a put that broke off leaves no half secret.
        size = self._limit // 4
        pieces = [secret[start : start + size] for start in range(0, len(secret), size)]
        for number, piece in enumerate(pieces):
            self._call("set_password", _piece(name, number), piece)
        self._call("set_password", name, f"{_PIECES}{len(pieces)}")

    def remove(self, name: str) -> None:
        """Forget, if there."""
        first = self._call("get_password", name)
        if first is None:
            return
        self._call("delete_password", name)
        if first.startswith(_PIECES):
            for number in range(int(first.removeprefix(_PIECES))):
                self._call("delete_password", _piece(name, number))

    def _call(self, method: str, *arguments: str) -> Any:
        """One call of the keyring, waited for no longer than a person would."""
        answer: list[Any] = []

        def work() -> None:
            try:
                answer.append((True, _checked_call(method, *arguments)))
            except Exception as error:  # noqa: BLE001 - raised again where it is waited for
                answer.append((False, error))

        # It may hang in a dialog nobody sees: such a thread must not keep the program from ending.
        thread = threading.Thread(target=work, daemon=True, name="keyring")
        thread.start()
        thread.join(self._patience_s)
        if not answer:
            raise CredentialsError(
                f"The system keyring did not answer within {self._patience_s:.0f} seconds.",
                "Look for its dialog and answer it, or keep the keys for this session only.",
            )
        done, value = answer[0]
        if done:
            return value
        raise _told(value) from value


def _checked_call(method: str, *arguments: str) -> Any:
    import keyring
    from keyring.errors import PasswordDeleteError

    backend = keyring.get_keyring()
    if type(backend).__module__.startswith("keyrings.alt"):
        raise CredentialsError(
            f"The keyring of this system keeps plain files ({type(backend).__name__}).",
            "Install a real one, or keep the keys for this session only.",
        )
    call: Callable[..., Any] = getattr(keyring, method)
    try:
        return call(SERVICE, *arguments)
    except PasswordDeleteError:
        return None


def _piece(name: str, number: int) -> str:
    return f"{name}\x1f{number}"


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


def _told(error: Exception) -> CredentialsError:
    """What the keyring says, in our words; its own text may hold anything."""
    if isinstance(error, CredentialsError):
        return error
    kind = type(error).__name__
    if kind == "NoKeyringError":
        return CredentialsError(
            "This system has no keyring.",
            "Install one (on Linux GNOME Keyring or KWallet), or keep the keys for this session only.",
        )
    if kind == "KeyringLocked":
        return CredentialsError("The system keyring is locked.", _SESSION_REMEDY)
    if kind == "InitError":
        return CredentialsError(
            "The system keyring cannot be opened: it was dismissed, or has no collection.", _SESSION_REMEDY
        )
    return CredentialsError(f"The system keyring refused ({kind}).", _SESSION_REMEDY)
