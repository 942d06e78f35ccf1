"""One SQLite file: opened safely, migrated with a backup, one writer, a reader a thread.

`apsw` carries its own current SQLite: the one in Python's build here (3.40) has the WAL-reset corruption bug, fixed in
3.51.3 (sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from dataops_desktop.errors import WorkspaceError
from dataops_desktop.storage.encryption import unlock
from dataops_desktop.storage.private_files import private_folder
from dataops_desktop.storage.schema import APPLICATION_ID, MIGRATIONS

BUSY_TIMEOUT_MS = 10_000


def _create_private(path: Path) -> None:
    """Folder 0700 and file 0600 before SQLite sees it: its -wal and -shm then take the same mode."""
    private_folder(path.parent)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.close(descriptor)
    if os.name == "posix":
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def _failure(path: Path, error: apsw.Error) -> WorkspaceError:
    if isinstance(error, apsw.NotADBError | apsw.CorruptError):
        return WorkspaceError(
            f"{path} is damaged or is not a workspace ({error}).",
            f"It was not changed. Move it aside and start again, or put back a backup such as {path.name}.before-v….",
        )
    if isinstance(error, apsw.FullError):
        return WorkspaceError(
            f"The disk that holds {path} is full.", "Free some space and try again; nothing was lost."
        )
    if isinstance(error, apsw.BusyError):
        return WorkspaceError(
            f"{path} is in use by another program.", "Close the other program and try again.", transient=True
        )
    if isinstance(error, apsw.CantOpenError | apsw.ReadOnlyError | apsw.PermissionsError | apsw.IOError):
        return WorkspaceError(
            f"{path} cannot be written ({error}).",
            "Check the folder's permissions, or choose another --workspace file.",
        )
    return WorkspaceError(f"{path}: {error}")


class Database:
    """Connections to one workspace file. `key` opens an encrypted one (storage/encryption.py); `migrations` is a parameter so that tests can ship
    newer and broken ones."""

    def __init__(self, path: Path, migrations: Sequence[str] = MIGRATIONS, key: str = "") -> None:
        self.path, self._key = path, key
        self._lock = threading.RLock()
        self._local = threading.local()
        self._readers: list[apsw.Connection] = []
        self._closed = False
        existed = path.exists() and path.stat().st_size > 0
        try:
            if existed:
                self._inspect(len(migrations))
            else:
                _create_private(path)
            self._writer = self._open()
            self._migrate(migrations, existed)
        except apsw.Error as error:
            raise _failure(path, error) from error
        except OSError as error:
            raise WorkspaceError(
                f"{path} cannot be opened ({error.strerror}).", "Check the path and its permissions."
            ) from error

    def _inspect(self, known: int) -> None:
        """Refuse a foreign, newer or damaged file through a read-only connection: it is never written."""
        connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            unlock(connection, self._key)
            connection.set_busy_timeout(BUSY_TIMEOUT_MS)
            application = next(connection.execute("PRAGMA application_id"))[0]
            version = next(connection.execute("PRAGMA user_version"))[0]
            tables = next(connection.execute("SELECT count(*) FROM sqlite_schema"))[0]
            if tables and application != APPLICATION_ID:
                raise WorkspaceError(
                    f"{self.path} is a SQLite file of another program.", "Choose another --workspace file."
                )
            if version > known:
                raise WorkspaceError(
                    f"{self.path} was written by a newer version of DataOps Desktop (format {version}, this version knows {known}).",
                    "Install the newer version, or choose another --workspace file. Nothing was changed.",
                )
            if tables:
                verdict = next(connection.execute("PRAGMA quick_check(1)"))[0]
                if verdict != "ok":
                    raise apsw.CorruptError(str(verdict))
        finally:
            connection.close()

    def _open(self, readonly: bool = False) -> apsw.Connection:
        flags = (
            apsw.SQLITE_OPEN_READONLY if readonly else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        )
        connection = apsw.Connection(str(self.path), flags=flags)
        unlock(connection, self._key)
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        if not readonly:
            # Each by itself and read to its end: a statement that answers a row holds back those behind it. FULL: a query that costs money is
            # on the disk before it is asked about.
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = FAST"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY")
        return connection

    def _migrate(self, migrations: Sequence[str], existed: bool) -> None:
        version = int(next(self._writer.execute("PRAGMA user_version"))[0])
        if version >= len(migrations):
            return
        if existed and version:
            backup = self.path.with_name(f"{self.path.name}.before-v{version + 1}")
            if not backup.exists():
                # Written beside and renamed: an interrupted copy is never taken for a backup.
                partial = backup.with_name(backup.name + ".part")
                partial.unlink(missing_ok=True)
                self._writer.execute("VACUUM INTO ?", (str(partial),))
                partial.chmod(0o600)
                partial.replace(backup)
        for number in range(version, len(migrations)):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                self._writer.execute(migrations[number])
                self._writer.execute(
                    f"PRAGMA user_version = {number + 1}; PRAGMA application_id = {APPLICATION_ID}"
                )
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """The writer inside one transaction: all of it, or none after an exception."""
        with self._lock:
            if self._closed:
                raise WorkspaceError("The workspace is closed.")
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                except BaseException:
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
                self._writer.execute("COMMIT")
            except apsw.Error as error:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise _failure(self.path, error) from error

    def reader(self) -> apsw.Connection:
        """This thread's own read connection."""
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            if self._closed:
                raise WorkspaceError("The workspace is closed.")
            connection = self._local.connection = self._open(readonly=True)
            with self._lock:
                self._readers.append(connection)
        return connection

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query on this thread's own read connection."""
        connection = self.reader()
        try:
            return list(connection.execute(sql, values))
        except apsw.Error as error:
            raise _failure(self.path, error) from error

    @property
    def key(self) -> str:
        """For a child process that opens the same file, over its pipe; empty for a plain one."""
        return self._key

    def close(self) -> None:
        """Close every connection; the last one out checkpoints."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for connection in self._readers:
                connection.close()
            self._writer.close()
