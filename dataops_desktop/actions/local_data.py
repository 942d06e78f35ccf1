"""What the local engine can read: files the person added and results the person pinned, each a table with a name."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import InputError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import Attachment, QueryEngine, QueryRequest
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.sql.dependencies import fingerprint
from dataops_desktop.sql.quoting import quote_ident, quoted

FILES, RESULTS = "files", "results"
DESCRIBE_S = 20.0
MOST_SHEETS = 200
PREVIEW_BYTES, WHOLE_BYTES = 64_000_000, 512_000_000
_LINES = {"csv", "tsv", "json"}
ENGINE = "duckdb"
_SETTING = "local.tables"
_KINDS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet", ".json": "json", ".jsonl": "json",
    ".ndjson": "json", ".xlsx": "excel", ".xlsm": "excel", ".xlsb": "excel", ".xls": "excel", ".ods": "excel", ".arrow": "arrow", ".arrows": "arrow", ".feather": "arrow", ".ipc": "arrow",
}  # fmt: skip
_PACKED = {".gz", ".zst"}
READABLE = tuple(sorted(_KINDS))


@dataclass(frozen=True)
class LocalTable:
    """`schema.name` in the local engine. `columns` are (name, type); `note` says where it is from."""

    schema: str
    name: str
    path: str
    kind: str
    columns: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def written(self) -> str:
        """As a query of the local engine names it."""
        name = quoted(self.name, ENGINE)
        return name if self.schema == FILES else f"{self.schema}.{name}"

    @property
    def select(self) -> str:
        """A first look at it."""
        return f"SELECT * FROM {self.written} LIMIT 100"  # noqa: S608 - quoted


def kind_of(path: Path) -> str:
    """csv, tsv, parquet, json, arrow or excel; raises InputError for anything else."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    kind = _KINDS.get(suffixes[-1] if suffixes else "")
    if kind is None:
        raise InputError(
            f"{path.name} is not a file the local engine reads.",
            f"It reads {', '.join(READABLE)}, and .gz and .zst of the text ones.",
        )
    return kind


def _checked(path: Path) -> tuple[Path, str]:
    path = path.expanduser().absolute()
    if not path.is_file():
        raise InputError(f"{path} is not a file.", "Folders cannot be added yet.")
    return path, kind_of(path)


def cut_to_lines(path: Path) -> None:
    """Without the line that the end of a preview cuts."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        start = max(0, size - (1 << 20))
        file.seek(start)
        last = file.read().rfind(b"\n")
        if last >= 0:
            file.truncate(start + last + 1)


def read_local(
    engine: QueryEngine, table: LocalTable, rows: int
) -> tuple[tuple[tuple[str, str], ...], list[dict[str, Any]]]:
    """Columns and the first rows of one file, asked of the engine: nothing of it is read in this process."""
    attachment = Attachment(table.schema, table.name, table.path, table.kind)
    where = f"{quote_ident(ENGINE, table.schema)}.{quote_ident(ENGINE, table.name)}"
    execution = engine.start(
        QueryRequest(f"SELECT * FROM {where} LIMIT {rows}", attachments=(attachment,))  # noqa: S608 - quoted
    )
    deadline = time.monotonic() + DESCRIBE_S
    while not (status := engine.status(execution)).finished:
        if time.monotonic() > deadline:
            engine.stop(execution)
        time.sleep(0.02)
    what = f"{Path(table.path).name} cannot be read as {table.kind.partition(':')[0]}."
    if status.state != "SUCCEEDED":
        raise QueryFailedError(
            what, "Check that the file is whole and of that kind.", details={"reason": status.reason}
        )
    stream = engine.results(status, CancelToken())
    records = [
        record for batch in stream.batches for record in batch.to_pylist()
    ]  # to the end: the engine lets go of it
    columns = tuple((column.name, column.type) for column in stream.columns)
    if [name for name, _ in columns] == ["unreadable"]:
        raise QueryFailedError(what, "Check that the file is whole and of that kind.")
    return columns, records


class LocalData:
    """The workspace's local tables; also what completion sees of them."""

    default_database = FILES

    def __init__(self, context: ActionContext) -> None:
        self._context = context
        self._known: list[LocalTable] = []

    async def load(self) -> list[LocalTable]:
        """As stored."""
        stored = await self._context.local(self._context.workspace.settings.setting, _SETTING)
        self._known = [
            LocalTable(**{**record, "columns": tuple((n, t) for n, t in record.get("columns", ()))})
            for record in stored or ()
        ]
        return list(self._known)

    def all(self) -> list[LocalTable]:
        """As loaded last."""
        return list(self._known)

    def attachments(self) -> tuple[Attachment, ...]:
        """For a query; files that are gone are left out, so that the others stay readable."""
        return tuple(
            Attachment(t.schema, t.name, t.path, t.kind) for t in self._known if Path(t.path).is_file()
        )

    async def add_file(self, path: Path) -> list[LocalTable]:
        """A file by its full path, a workbook's sheets each; columns are read once.

        InputError for kinds that cannot be read, QueryFailedError for broken files.
        """
        path, kind = await self._context.local(_checked, path)
        stem = path.name.split(".")[0]
        if kind != "excel":
            return [await self._add(path, kind, stem, str(path))]
        sheets = (await self._look(LocalTable(FILES, "workbook", str(path), "excel"), MOST_SHEETS))[1]
        filled = [
            (place, sheet)
            for place, sheet in enumerate(sheets)
            if sheet["row_count"] and sheet["column_count"]
        ]
        if not filled:
            raise QueryFailedError(f"{path.name} has no sheet with anything on it.")
        return [
            await self._add(
                path, f"excel:{place}", stem if len(filled) == 1 else f"{stem}_{sheet['name']}", f"{path}, sheet {sheet['name']}"
            )
            for place, sheet in filled
        ]  # fmt: skip

    async def _add(self, path: Path, kind: str, name: str, note: str) -> LocalTable:
        known = next((t for t in self._known if (t.schema, t.path, t.kind) == (FILES, str(path), kind)), None)
        table = LocalTable(
            FILES, known.name if known else self._free_name(FILES, name), str(path), kind, note=note
        )
        columns, _ = await self._look(table, 0)
        return await self._store(replace(table, columns=columns))

    async def add_object(
        self,
        bucket: str,
        key: str,
        cancel: CancelToken,
        received: Callable[[int, int], None] = lambda _done, _whole: None,
    ) -> list[LocalTable]:
        """An S3 object as a table: text up to its first 64 MB, other kinds whole up to 512 MB.

        `received` hears (bytes so far, bytes to come in all) on a thread.
        """
        self._may_keep()
        kind, location = kind_of(Path(key)), f"s3://{bucket}/{key}"
        text = kind in _LINES and Path(key).suffix.lower() not in _PACKED
        most = PREVIEW_BYTES if text else WHOLE_BYTES
        store = await self._context.connector("s3")
        listed, _ = await self._context.signed_in("s3", store.objects, bucket, key, 1)
        size = next((entry.size for entry in listed if entry.key == key), None)
        if size is None:
            raise InputError(f"{location} is not there any more.", "Refresh the folder.")
        if size > most and not text:
            raise InputError(
                f"{location} has {size:,} bytes; the local engine takes {most:,} of this kind.",
                "Query it with Athena.",
            )
        suffix = "".join(Path(key).suffixes[-2:])[-20:]
        path = self._context.results.keep_path(f"s3-{fingerprint(location, '')}{suffix}")
        partial = path.with_name(f"{path.name}.part")

        def seen(done: int) -> None:
            cancel.raise_if_cancelled()
            received(done, min(size, most))

        try:
            await self._context.signed_in("s3", store.download, bucket, key, partial, most, seen)
            if size > most:
                await self._context.local(cut_to_lines, partial)
            await self._context.local(partial.replace, path)
        finally:
            await self._context.local(partial.unlink, missing_ok=True)
        if kind == "excel":
            return await self.add_file(path)
        note = location + (f", its first {most:,} of {size:,} bytes" if size > most else "")
        return [await self._add(path, kind, Path(key).name.split(".")[0], note)]

    async def pin(self, rows: ResultRows, name: str, note: str) -> LocalTable:
        """Keep a result under a name, beyond the end of the program."""
        self._may_keep()
        if not rows.complete:
            raise InputError("The result is still being read.", "Pin it when all rows are there.")
        free = self._free_name(RESULTS, name)
        path = await self._context.local(self._context.results.keep, rows, f"{free}-{uuid.uuid4().hex[:8]}")
        columns = tuple((column.name, column.type) for column in rows.columns)
        return await self._store(LocalTable(RESULTS, free, path, "arrow", columns, note))

    async def remove(self, table: LocalTable) -> None:
        """Forget a table. A person's file stays where it is; a pinned result and a copy from S3 are deleted."""
        await self.load()
        self._known = [t for t in self._known if (t.schema, t.name) != (table.schema, table.name)]
        await self._save()
        if all(t.path != table.path for t in self._known):
            await self._context.local(self._context.results.drop, table.path)  # only what is ours goes

    async def _look(
        self, table: LocalTable, rows: int
    ) -> tuple[tuple[tuple[str, str], ...], list[dict[str, Any]]]:
        engine = await self._context.connector(ENGINE)
        return await self._context.run(ENGINE, read_local, engine, table, rows)

    def _may_keep(self) -> None:
        if self._context.connectors.sensitive:
            raise InputError(
                f"“{self._context.connectors.name}” keeps data only as long as it is open.",
                "Change that in the connection's settings.",
            )

    async def purge(self) -> tuple[int, int]:
        """Delete everything that was kept of services: pinned results and copies from S3. Returns (files, bytes)."""
        await self.load()
        folder = self._context.results.keep_path("x").parent
        self._known = [table for table in self._known if Path(table.path).parent != folder]
        await self._save()
        return await self._context.local(self._context.results.purge)

    async def _store(self, table: LocalTable) -> LocalTable:
        await self.load()  # another connection of the workspace may have added some
        self._known = [t for t in self._known if (t.schema, t.name) != (table.schema, table.name)]
        self._known.append(table)
        await self._save()
        return table

    async def _save(self) -> None:
        records = [asdict(table) for table in self._known]
        await self._context.local(self._context.workspace.settings.set_setting, _SETTING, records)

    def _free_name(self, schema: str, wanted: str) -> str:
        name = re.sub(r"\W+", "_", wanted.lower()).strip("_") or "data"
        if name[0].isdigit():
            name = f"t_{name}"
        taken = {t.name for t in self._known if t.schema == schema}
        found, number = name, 2
        while found in taken:
            found, number = f"{name}_{number}", number + 1
        return found

    # completion's view of it
    def databases(self) -> Sequence[str]:
        """The two schemas."""
        return (FILES, RESULTS)

    def tables(self, database: str) -> Sequence[str]:
        """Names in one of them."""
        return [t.name for t in self._known if t.schema == database]

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """Columns of a table."""
        return next((t.columns for t in self._known if (t.schema, t.name) == (database, table)), ())
