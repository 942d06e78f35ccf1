"""A workspace encrypted on disk (ChaCha20-Poly1305 by SQLite3 Multiple Ciphers), its key in the system's keyring and nowhere else.

Facts: the cipher keeps 16 random bytes, readable, at the start of the file for as long as its key stays; they name the key, so a file may be moved.
The key is 32 random bytes given raw: there is no passphrase to be guessed, and opening costs nothing. Journal and backups (VACUUM INTO) are
encrypted like the file. utelle.github.io/SQLite3MultipleCiphers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import apsw

from dataops_desktop.errors import CredentialsError, WorkspaceError
from dataops_desktop.interfaces.secrets import SecretStore

MAGIC = b"SQLite format 3\x00"
SALT_BYTES = 16


def unlock(connection: apsw.Connection, key: str) -> None:
    """First thing on a connection to an encrypted file."""
    if key:
        connection.execute(
            "PRAGMA cipher = 'chacha20'"
        ).fetchall()  # a statement runs to its end once its rows are read
        connection.execute(f"PRAGMA key = 'raw:{bytes.fromhex(key).hex()}'").fetchall()


def is_encrypted(path: Path) -> bool:
    """Whether a file looks like one of ours that is encrypted: not empty, and no plain SQLite."""
    try:
        with path.open("rb") as file:
            head = file.read(SALT_BYTES)
    except OSError:
        return False
    return len(head) == SALT_BYTES and head != MAGIC


def key_name(path: Path) -> str:
    """Under which its key is kept."""
    with path.open("rb") as file:
        return f"workspace/{file.read(SALT_BYTES).hex()}"


def key_of(path: Path, keyring: SecretStore) -> str:
    """The key of a workspace, empty for a plain one. WorkspaceError where the keyring does not have it; blocks, may ask the person."""
    if not is_encrypted(path):
        return ""
    try:
        key = keyring.get(key_name(path))
    except CredentialsError as error:
        raise WorkspaceError(
            f"{path} is damaged, no workspace, or encrypted; in the last case its key is needed: {error.message}",
            f"{error.remedy.split(', or')[0].rstrip('.')}, or put back a backup such as {path.name}.before-v…. Nothing was changed.",
        ) from error
    if not key:
        raise WorkspaceError(
            f"{path} is damaged, no workspace, or encrypted; its key is not in this system's keyring.",
            f"Open it as the person and on the computer that encrypted it, or put back a backup such as {path.name}.before-v…. Nothing was changed.",
        )
    return key


def encrypt(path: Path, keyring: SecretStore) -> str:
    """Encrypt a plain workspace that nobody has open; returns its key. The key is in the keyring before the file changes."""
    if is_encrypted(path):
        raise WorkspaceError(f"{path} is encrypted already.")
    import secrets  # every start reads this module, few encrypt

    key = secrets.token_hex(32)
    _replace(path, "", key, lambda new: keyring.put(key_name(new), key))
    return key


def decrypt(path: Path, keyring: SecretStore) -> None:
    """A plain file again; then its key is forgotten."""
    key = key_of(path, keyring)
    if not key:
        raise WorkspaceError(f"{path} is not encrypted.")
    name = key_name(path)
    _replace(path, key, "", lambda _: None)
    keyring.remove(name)


def _replace(path: Path, old: str, new: str, before: Callable[[Path], None]) -> None:
    """A copy with the other key, checked, then in the file's place: a kill at any point leaves one of the two whole."""
    partial = path.with_name(f"{path.name}.rekey")
    partial.unlink(missing_ok=True)
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI)
        try:
            unlock(connection, old)
            connection.set_busy_timeout(1000)
            count = next(connection.execute("SELECT count(*) FROM sqlite_schema"))[0]
            os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
            # A plain copy of an encrypted file says so with an empty key; without one it would take the file's own.
            cipher = f"cipher=chacha20&key=raw:{new}" if new else "key="
            target = partial.absolute().as_uri()
            connection.execute("VACUUM INTO ?", (f"{target}?{cipher}",))
            for pragma in ("wal_checkpoint(TRUNCATE)", "journal_mode = DELETE"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
        finally:
            connection.close()
        check = apsw.Connection(str(partial), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            unlock(check, new)
            good = next(check.execute("PRAGMA quick_check(1)"))[0] == "ok"
            if not good or next(check.execute("SELECT count(*) FROM sqlite_schema"))[0] != count:
                raise apsw.CorruptError("the copy is not whole")
        finally:
            check.close()
        before(partial)
        partial.replace(path)
    except (apsw.Error, OSError) as error:
        raise WorkspaceError(
            f"{path} could not be changed ({error}).",
            "Close every window on it, make room on its disk, and try again. Nothing was changed.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
