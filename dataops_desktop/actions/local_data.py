"""What the local engine can read: files the person added and results the person pinned, each a table with a name."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import InputError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.query_engine import Attachment, QueryEngine, QueryRequest
from dataops_desktop.interfaces.workspace import ResultRows

FILES, RESULTS = "files", "results"
DESCRIBE_S = 20.0
ENGINE = "duckdb"
_SETTING = "local.tables"
_KINDS = {
    ".csv": "csv", ".txt": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet", ".json": "json", ".jsonl": "json",
    ".ndjson": "json", ".arrow": "arrow", ".arrows": "arrow", ".feather": "arrow", ".ipc": "arrow",
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


def kind_of(path: Path) -> str:
    """csv, tsv, parquet, json or arrow; raises InputError for anything else."""
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


def _describe(engine: QueryEngine, table: LocalTable) -> tuple[tuple[str, str], ...]:
    """Columns of one file, asked of the engine: nothing of it is read in this process."""
    attachment = Attachment(table.schema, table.name, table.path, table.kind)
    execution = engine.start(
        QueryRequest(f'SELECT * FROM "{table.schema}"."{table.name}" LIMIT 0', attachments=(attachment,))  # noqa: S608 - a name of ours
    )
    deadline = time.monotonic() + DESCRIBE_S
    while not (status := engine.status(execution)).finished:
        if time.monotonic() > deadline:
            engine.stop(execution)
        time.sleep(0.02)
    if status.state != "SUCCEEDED":
        raise QueryFailedError(
            status.reason or f"{table.name} could not be read.", "Check that the file is whole."
        )
    stream = engine.results(status, CancelToken())
    for _ in stream.batches:
        pass  # to the end, so that the engine lets go of it
    return tuple((column.name, column.type) for column in stream.columns)


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

    async def add_file(self, path: Path) -> LocalTable:
        """A file by its full path; its columns are read once. InputError for kinds that cannot be read, QueryFailedError for broken files."""
        path, kind = await self._context.local(_checked, path)
        known = next((t for t in self._known if t.schema == FILES and t.path == str(path)), None)
        table = LocalTable(
            FILES, known.name if known else self._free_name(FILES, path.name.split(".")[0]), str(path), kind, note=str(path)
        )  # fmt: skip
        return await self._store(await self._described(table))

    async def pin(self, rows: ResultRows, name: str, note: str) -> LocalTable:
        """Keep a result under a name, beyond the end of the program."""
        if not rows.complete:
            raise InputError("The result is still being read.", "Pin it when all rows are there.")
        free = self._free_name(RESULTS, name)
        path = await self._context.local(self._context.results.keep, rows, f"{free}-{uuid.uuid4().hex[:8]}")
        columns = tuple((column.name, column.type) for column in rows.columns)
        return await self._store(LocalTable(RESULTS, free, path, "arrow", columns, note))

    async def remove(self, table: LocalTable) -> None:
        """Forget a table. A file stays where it is; a pinned result is deleted."""
        self._known = [t for t in self._known if (t.schema, t.name) != (table.schema, table.name)]
        await self._save()
        if table.schema == RESULTS:
            await self._context.local(self._context.results.drop, table.path)

    async def _described(self, table: LocalTable) -> LocalTable:
        engine = await self._context.connector(ENGINE)
        columns = await self._context.run(ENGINE, _describe, engine, table)
        if [name for name, _ in columns] == ["unreadable"]:
            raise QueryFailedError(
                f"{Path(table.path).name} cannot be read as {table.kind}.",
                "Check that the file is whole and of that kind.",
            )
        return replace(table, columns=columns)

    async def _store(self, table: LocalTable) -> LocalTable:
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
