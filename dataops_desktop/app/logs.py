"""The program's log: a JSON object a line, without secrets, in files that stay small and only their owner reads; and what a crash leaves."""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import json
import logging
import logging.handlers
import os
import platform
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from dataops_desktop import __version__
from dataops_desktop.app.paths import data_folder
from dataops_desktop.redaction import redacted
from dataops_desktop.storage.private_files import private_folder, write_private

LOG_BYTES, OLD_LOGS = 1_000_000, 3
NAME = "dataops-desktop.log"
TAIL_LINES = 200
# They write what is sent and received at lower levels, keys and tokens with it.
TALKATIVE = (
    "botocore",
    "boto3",
    "urllib3",
    "s3transfer",
    "snowflake",
    "databricks",
    "keyring",
    "asyncio",
    "qasync",
)


def logs_folder() -> Path:
    """Beside the workspaces."""
    return data_folder() / "logs"


class _JsonLines(logging.Formatter):
    """No locals, no secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            line["trace"] = redacted("".join(traceback.format_exception(error))[-8000:])
        for name, value in getattr(record, "facts", {}).items():
            line[name] = redacted(str(value))
        return json.dumps(line, ensure_ascii=False)


class _OwnFiles(logging.handlers.RotatingFileHandler):
    """Every file is made with mode 0600."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")


def start_logging(level: int = logging.INFO) -> Callable[[], None]:
    """To the log file from now on; returns how it ends. Where the folder cannot be written nothing is logged: that must not stop anybody."""
    folder = logs_folder()
    try:
        private_folder(folder)
        handler = _OwnFiles(folder / NAME, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8")
    except OSError:
        return lambda: None
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))

    def stop() -> None:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()

    return stop


def log_tail(lines: int = TAIL_LINES) -> str:
    """The last lines, redacted once more."""
    try:
        text = (logs_folder() / NAME).read_text("utf-8", "replace")
    except OSError:
        return ""
    return redacted("\n".join(text.splitlines()[-lines:]))


def diagnostics(facts: dict[str, str]) -> str:
    """What helps whoever looks for a fault: versions, what is connected, the end of the log. Holds no secret."""
    import sqlite3

    lines = [f"DataOps Desktop {__version__}", f"{platform.platform()}, Python {platform.python_version()}"]
    with contextlib.suppress(ImportError):
        import apsw
        from PySide6 import __version__ as qt

        lines.append(f"Qt {qt}, SQLite {apsw.sqlite_lib_version()} (Python's {sqlite3.sqlite_version})")
    lines += [f"{name}: {value}" for name, value in facts.items()]
    return redacted("\n".join(lines)) + "\n\nLog:\n" + log_tail()


class CrashWatch:
    """A note that says the program runs. One that a run which is gone left behind means that it crashed."""

    def __init__(self, workspace: Path) -> None:
        folder = logs_folder()
        mark = mark_of(workspace)
        self._note, self._trace = folder / f"running-{mark}.json", folder / f"crash-{mark}.txt"
        self._file: IO[str] | None = None

    def begin(self) -> str:
        """Start to watch; the report of the crash before, or nothing. The workspace's lock must be held: the note is nobody else's then."""
        report = ""
        try:
            with contextlib.suppress(FileNotFoundError, ValueError):
                before = json.loads(self._note.read_text("utf-8"))
                trace = self._trace.read_text("utf-8", "replace") if self._trace.exists() else ""
                report = redacted(
                    f"DataOps Desktop {before.get('version')} ended unexpectedly. It had run since {before.get('since')}.\n\n"
                    + (
                        f"{trace}\n"
                        if trace.strip()
                        else "Nothing was written by the crash itself: it was killed, or the computer went off.\n\n"
                    )
                    + f"Log:\n{log_tail(60)}"
                )
            write_private(self._trace, "")
            self._file = self._trace.open("a", encoding="utf-8")
            faulthandler.enable(self._file, all_threads=True)
            since = datetime.now(UTC).isoformat(timespec="seconds")
            write_private(
                self._note, json.dumps({"version": __version__, "since": since, "pid": os.getpid()})
            )
        except OSError:
            return report
        return report

    def end(self) -> None:
        """The program ends as it should."""
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
        for path in (self._note, self._trace):
            with contextlib.suppress(OSError):
                path.unlink()


def mark_of(workspace: Path) -> str:
    """Twelve hexadecimal digits for a workspace, the same in every run."""
    return hashlib.blake2b(os.fsencode(workspace), digest_size=6).hexdigest()
