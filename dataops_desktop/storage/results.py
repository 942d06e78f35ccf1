"""Query results on disk: an Arrow stream file that is read through memory maps while it still grows.

A batch is written, flushed and mapped again from where it landed, so a result costs page cache instead of memory, and a
finished file is a plain Arrow stream that other programs can open.
"""

from __future__ import annotations

import bisect
import contextlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dataops_desktop.errors import WorkspaceError
from dataops_desktop.interfaces.query_engine import ResultColumn
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.storage.private_files import private_folder

KEEP_PAGE = 50_000


class ArrowResult:
    """One result; one writer, any number of readers."""

    def __init__(self, path: Path, columns: Sequence[ResultColumn], arrow_schema: Any) -> None:
        import pyarrow as pa

        self.path = path
        self.columns = tuple(columns)
        self.arrow_schema = arrow_schema
        self.complete = self._broken = False
        self._lock = threading.Lock()
        self._batches: list[Any] = []
        self._ends: list[int] = []
        private_folder(path.parent)
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
        self._sink = pa.PythonFile(self._file, mode="w")
        self._writer = pa.ipc.new_stream(self._sink, arrow_schema)

    @property
    def row_count(self) -> int:
        """Rows available now."""
        with self._lock:
            return self._ends[-1] if self._ends else 0

    def append(self, batch: Any) -> None:
        """Write one batch and map it back."""
        import pyarrow as pa

        if not batch.num_rows:
            return
        try:
            self._file.flush()
            start = self._file.tell()
            self._writer.write_batch(batch)
            self._file.flush()
        except OSError as error:
            self._broken = True
            raise self._not_written(error) from error
        with pa.memory_map(str(self.path)) as mapped:
            mapped.seek(start)
            message = pa.ipc.read_message(mapped)
            if message.type == "schema":  # written together with the first batch
                message = pa.ipc.read_message(mapped)
            stored = pa.ipc.read_record_batch(message, self.arrow_schema)
        with self._lock:
            self._batches.append(stored)
            self._ends.append((self._ends[-1] if self._ends else 0) + stored.num_rows)

    def finish(self) -> None:
        """Close the stream; the rows stay readable."""
        if self.complete:
            return
        self.complete = True
        try:
            self._writer.close()
            self._file.close()
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.close()
            if not self._broken:  # whoever wrote knows already
                raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> WorkspaceError:
        return WorkspaceError(
            f"The result could not be written to {self.path} ({error.strerror or error}).",
            "Free some space on that disk, then open the result from the history: the query need not run again.",
        )

    def slice(self, start: int, count: int) -> Any:
        """A table of up to `count` rows from `start`, without copying."""
        import pyarrow as pa

        with self._lock:
            batches, ends = list(self._batches), list(self._ends)
        parts = []
        index = bisect.bisect_right(ends, start)
        while index < len(batches) and count > 0:
            offset = start - (ends[index] - batches[index].num_rows)
            part = batches[index].slice(offset, count)
            parts.append(part)
            start += part.num_rows
            count -= part.num_rows
            index += 1
        return pa.Table.from_batches(parts, self.arrow_schema)

    def close(self) -> None:
        """Let go of the maps and remove the file."""
        self.finish()
        with self._lock:
            self._batches, self._ends = [], []
        with contextlib.suppress(
            PermissionError
        ):  # still mapped by a comparison (Windows): `clean` removes it
            self.path.unlink(missing_ok=True)


class ResultFolder:
    """Keeps results below one private folder; what an earlier run left behind is removed at start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        private_folder(folder)

    def create(self, name: str, columns: Sequence[ResultColumn], arrow_schema: Any) -> ArrowResult:
        """A new empty result; `name` must be a file name of ours."""
        return ArrowResult(self._folder / f"{os.getpid()}-{name}.arrows", columns, arrow_schema)

    def keep(self, rows: ResultRows, name: str) -> str:
        """An Arrow stream file below `pinned`, written beside and renamed."""
        import pyarrow as pa

        target, partial = self.keep_path(f"{name}.arrows"), self.keep_path(f"{name}.part")
        try:
            with (
                os.fdopen(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file,
                pa.ipc.new_stream(pa.PythonFile(file, mode="w"), rows.arrow_schema) as writer,
            ):
                for start in range(0, rows.row_count, KEEP_PAGE):
                    writer.write_table(rows.slice(start, KEEP_PAGE))
            partial.replace(target)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise WorkspaceError(
                f"The result could not be kept in {target.parent} ({error.strerror}).",
                "Free some space on that disk.",
            ) from error
        return str(target)

    def keep_path(self, name: str) -> Path:
        """Among the pinned results."""
        folder = self._folder / "pinned"
        private_folder(folder)
        return folder / name

    def scratch(self, name: str) -> Path:
        """Carries the process's number, as results do."""
        return self._folder / f"{os.getpid()}-{name}"

    def drop(self, path: str) -> None:
        """Only files of `pinned` are deleted, whatever the path says."""
        target = Path(path)
        if target.parent == self._folder / "pinned":
            target.unlink(missing_ok=True)

    def purge(self) -> tuple[int, int]:
        """Every file of `pinned`; one that is in use (Windows) stays until the next time."""
        files = size = 0
        for path in (self._folder / "pinned").glob("*"):
            with contextlib.suppress(OSError):
                length = path.stat().st_size
                path.unlink()
                files, size = files + 1, size + length
        return files, size

    def clean(self) -> None:
        """Remove results of processes that are gone."""
        from dataops_desktop.storage.runs import process_alive

        for path in self._folder.glob("*-*.*"):
            owner = path.name.partition("-")[0]
            if owner.isdigit() and not process_alive(int(owner)):
                path.unlink(missing_ok=True)
