"""Files as a table: their schema proposed from a first look, kept as they are or written as partitioned Parquet, uploaded, registered in
Glue, and in the ontology with the edge from file to table.

What is not finished leaves no table: it is made after every file has arrived. Files that were sent stay, and the transfer can be resumed.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.create_dataset import checked_location, checked_name, hive_type
from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.preview_object import Preview, Previews
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.s3_partitions import S3Partitions
from dataops_desktop.actions.table_refresh import refresh_table
from dataops_desktop.actions.transfers import Transfers
from dataops_desktop.errors import DataOpsError, InputError, NotFoundError, ProtocolError, QueryFailedError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Column, Table
from dataops_desktop.interfaces.catalog_store import CatalogChanges
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.interfaces.progress import Progress, ProgressSink
from dataops_desktop.objects.addresses import ObjectAddress, is_hidden
from dataops_desktop.ontology.nodes import Edge, Node, NodeRef, glue_table_id, local_file_id
from dataops_desktop.sql.dependencies import fingerprint

CHILD = "dataops_desktop.preview.convert"
TYPES = (
    "string",
    "bigint",
    "int",
    "double",
    "boolean",
    "date",
    "timestamp",
    "decimal(18,2)",
    "decimal(38,10)",
)
_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
# docs.aws.amazon.com/athena, "Supported SerDes and data formats".
_SERDES = {
    "lazy": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    "quoted": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    "json": "org.openx.data.jsonserde.JsonSerDe",
}
_KEPT = {"csv", "tsv", "json", "parquet"}
_CONVERTED = _KEPT | {"excel", "avro", "orc", "arrow"}
_CASTS = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "int": "INTEGER",
    "smallint": "SMALLINT",
    "tinyint": "TINYINT",
    "double": "DOUBLE",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_DECIMAL = re.compile(r"decimal\(\d{1,2},\d{1,2}\)\Z")
MOST_FILES = 10_000


@dataclass(frozen=True)
class FileColumn:
    """A column of the files and how the table will have it; `kept` False leaves it out."""

    source: str
    name: str
    type: str
    original: str  # the Glue type of what is in the file
    kept: bool = True


@dataclass(frozen=True)
class FileProposal:
    """What a first look says. `why_convert` tells why the files cannot stay as they are, empty when they can."""

    kind: str
    columns: tuple[FileColumn, ...]
    preview: Preview
    choices: dict[str, Any]
    files: tuple[str, ...]  # paths, or keys
    size_bytes: int
    why_convert: str = ""
    why_not: str = ""
    quoted: bool = False


@dataclass(frozen=True)
class FileDataset:
    """What a person chose."""

    database: str
    name: str
    location: str
    columns: tuple[FileColumn, ...]
    convert: bool = True
    partition_by: tuple[str, ...] = ()
    allow_null: bool = False
    description: str = ""
    options: WriteOptions = field(default_factory=WriteOptions)


@dataclass(frozen=True)
class MadeDataset:
    """The table, how many rows were converted (None: kept as they are), and what became NULL."""

    table: Table
    rows: int | None
    lost: dict[str, int]
    transfer_id: int


class _LocalFiles:
    """Files of this computer as a preview reads objects: the key is the path."""

    def read_range(self, _bucket: str, key: str, start: int, length: int, _etag: str = "") -> bytes:
        """The bytes."""
        with Path(key).open("rb") as file:
            file.seek(start)
            data = file.read(length)
        if len(data) != length:
            raise ProtocolError(f"{key} became shorter while it was read.", "Try again.")
        return data


class FileDatasets:
    """`propose` changes nothing; `make` does all of it."""

    def __init__(
        self,
        context: ActionContext,
        cases: S3Cases,
        previews: Previews,
        transfers: Transfers,
        partitions: S3Partitions,
    ) -> None:
        self._context, self._cases, self._previews = context, cases, previews
        self._transfers, self._partitions = transfers, partitions

    async def propose(
        self, paths: Sequence[Path], cancel: CancelToken, choices: dict[str, Any] | None = None
    ) -> FileProposal:
        """From local files, all of one kind; folders are looked through."""
        files = await self._context.local(_data_files, paths)
        if not files:
            raise InputError(
                "There is no file in what was chosen.", "Choose files, or folders that hold some."
            )
        first = files[0]
        size = await self._context.local(lambda: first.stat().st_size)
        store: Any = _LocalFiles()
        preview = await self._previews.look(store, "", str(first), size, cancel, choices)
        total = await self._context.local(lambda: sum(path.stat().st_size for path in files))
        return await self._proposal(preview, [str(path) for path in files], total)

    async def propose_folder(self, at: ObjectAddress, cancel: CancelToken, choices: dict[str, Any] | None = None) -> FileProposal:  # fmt: skip
        """From objects that lie in S3 already; they stay as they are."""
        store = await self._cases.store()
        listed, _ = await self._context.signed_in("s3", store.objects, at.bucket, at.key, MOST_FILES)
        files = [e for e in listed if e.size and not is_hidden(e.key)]
        if not files:
            raise NotFoundError(f"There is no data below {at.uri}.", "Choose a folder with files.")
        preview = await self._previews.look(store, at.bucket, files[0].key, files[0].size, cancel, choices)
        found = await self._proposal(preview, [e.key for e in files], sum(e.size for e in files))
        return replace(found, why_not=found.why_convert, why_convert="")

    async def _proposal(self, preview: Preview, files: list[str], size: int) -> FileProposal:
        if preview.kind not in _CONVERTED or preview.rows is None:
            raise InputError(
                f"{Path(files[0]).name} holds no rows a table could have.",
                "Choose CSV, JSON, Parquet, Avro, ORC, Arrow or Excel files.",
            )
        odd = [name for name in files if _suffix(name) != _suffix(files[0])]
        if odd:
            raise InputError(
                f"{Path(odd[0]).name} is of another kind than {Path(files[0]).name}.",
                "A table is of files of one kind: choose them apart.",
            )
        names = unique_names(
            [_clean(field_.name) or f"column_{i}" for i, field_ in enumerate(preview.rows.arrow_schema, 1)]
        )
        columns = tuple(
            FileColumn(f.name, name, hive_type(f.type)[0], hive_type(f.type)[0])
            for f, name in zip(preview.rows.arrow_schema, names, strict=True)
        )
        why = ""
        if preview.kind not in _KEPT:
            why = f"Athena reads no {preview.kind} files."
        elif preview.kind == "json" and not _is_lines(preview):
            why = "Athena reads JSON a line a record; this is an array or one document."
        elif (
            preview.kind == "csv"
            and str(preview.choices.get("encoding", "utf-8")).removesuffix("-sig") != "utf-8"
        ):
            why = f"Athena reads UTF-8; this is {preview.choices['encoding']}."
        quoted = preview.kind in {"csv", "tsv"} and bool(preview.choices.get("quoted"))
        return FileProposal(
            preview.kind, columns, preview, dict(preview.choices), tuple(files), size, why, "", quoted
        )

    async def make(
        self, proposal: FileProposal, dataset: FileDataset, progress: ProgressSink, cancel: CancelToken, upload: bool = True
    ) -> MadeDataset:  # fmt: skip
        """All of it; InputError before anything is written where name or folder is taken or values do not fit their types."""
        checked_name(dataset.name)
        bucket, prefix = checked_location(dataset.location)
        kept = tuple(c for c in dataset.columns if c.kept)
        _check(kept, dataset, proposal)
        await self._free(dataset, bucket, prefix if upload else "")
        rows: int | None = None
        lost: dict[str, int] = {}
        number = 0
        work = self._context.results.scratch(f"dataset-{uuid.uuid4().hex[:12]}")
        try:
            if upload:
                sources = [Path(name) for name in proposal.files]
                if dataset.convert:
                    rows, lost = await self._convert(proposal, dataset, kept, work, progress, cancel)
                    sources = await self._context.local(lambda: sorted((work / "rows").iterdir()))
                number = await self._upload(sources, ObjectAddress(bucket, prefix), dataset, progress, cancel)
            table = self._table(proposal, dataset, kept, f"s3://{bucket}/{prefix}", rows)
            progress(Progress("Making the Glue table"))
            cancel.raise_if_cancelled()
            glue = await self._context.connector("glue")
            await self._context.signed_in("glue", glue.create_table, table)
        finally:
            await self._context.local(shutil.rmtree, work, True)
        if dataset.partition_by:
            plan = await self._partitions.look(
                ObjectAddress(bucket, prefix), progress, cancel, "", (dataset.database, dataset.name)
            )
            await self._partitions.register(plan, progress, cancel)
        await refresh_table(self._context, dataset.database, dataset.name)
        if upload:
            await self._lineage(proposal, dataset)
        return MadeDataset(table, rows, lost, number)

    async def _free(self, dataset: FileDataset, bucket: str, prefix: str) -> None:
        glue = await self._context.connector("glue")
        try:
            await self._context.signed_in("glue", glue.table, dataset.database, dataset.name)
        except NotFoundError:
            pass
        else:
            raise InputError(
                f"There is a table {dataset.database}.{dataset.name} already.", "Choose another name."
            )
        if prefix:
            store = await self._cases.store()
            there, _ = await self._context.signed_in("s3", store.objects, bucket, prefix, 1)
            if any(entry.size for entry in there):
                raise InputError(
                    f"s3://{bucket}/{prefix} is not empty: the table would show what lies there too.",
                    "Choose another folder.",
                )

    async def _convert(
        self, proposal: FileProposal, dataset: FileDataset, kept: Sequence[FileColumn], work: Path, progress: ProgressSink, cancel: CancelToken
    ) -> tuple[int, dict[str, int]]:  # fmt: skip
        out = work / "rows"
        await self._context.local(work.mkdir, 0o700, True)
        await self._context.local(out.mkdir)
        names = [c.source for c in proposal.columns]
        text = proposal.kind in {"csv", "tsv"}
        request = {
            "files": list(proposal.files), "kind": proposal.kind, "choices": {**proposal.choices, "names": names}, "partition_by": list(dataset.partition_by),
            "columns": [{"source": c.source, "name": c.name, "cast": _cast(c, text)} for c in kept], "out": str(out), "allow_null": dataset.allow_null,
        }  # fmt: skip
        done = 0

        def run() -> dict[str, Any]:
            nonlocal done
            child = self._context.start_child(CHILD, text=True)
            cancel.on_cancel(child.kill)
            answer: dict[str, Any] = {
                "error": "its converter ended early: it may need more memory than it may use"
            }
            with child:
                assert child.stdin is not None
                assert child.stdout is not None
                child.stdin.write(json.dumps(request) + "\n")
                child.stdin.flush()
                for line in child.stdout:
                    answer = json.loads(line)
                    done = int(answer.get("done", done))
            return answer

        progress(Progress("Converting to Parquet", 0, len(proposal.files), "files"))
        answer = await self._context.run("preview", run)
        cancel.raise_if_cancelled()
        if "error" in answer:
            raise QueryFailedError(
                f"The files cannot be converted: {answer['error']}.",
                "Correct what was guessed about them, or keep them as they are.",
            )
        if "rows" not in answer:
            named = ", ".join(f"{count:,} of {name}" for name, count in answer["lost"].items())
            raise InputError(
                f"Some values are not of the type they were to have: {named}.", "Choose another type, such as string, or allow them to become NULL."
            )  # fmt: skip
        return int(answer["rows"]), dict(answer["lost"])

    async def _upload(
        self, sources: Sequence[Path], to: ObjectAddress, dataset: FileDataset, progress: ProgressSink, cancel: CancelToken
    ) -> int:  # fmt: skip
        number = await self._transfers.upload(sources, to, "keep_both", dataset.options)
        waiting = True
        while waiting:
            state = self._transfers.progress(number)
            if state is not None:
                progress(Progress("Uploading", state.bytes_done, state.bytes_total, "bytes"))
            if cancel.cancelled:
                await self._transfers.cancel(number)
            found = await self._transfers.wait(number, 0.25)
            waiting = found.state in {"queued", "running"}
        cancel.raise_if_cancelled()
        if found.state != "done":
            raise DataOpsError(
                f"The upload ended {found.state}: {found.error}",
                "Transfers shows which files, and goes on with them. No table was made.",
            )
        return number

    @staticmethod
    def _table(
        proposal: FileProposal,
        dataset: FileDataset,
        kept: Sequence[FileColumn],
        location: str,
        rows: int | None,
    ) -> Table:
        keys = tuple(Column(c.name, c.type) for c in kept if c.name in dataset.partition_by)
        columns = tuple(Column(c.name, c.type) for c in kept if c.name not in dataset.partition_by)
        kind = "parquet" if dataset.convert else proposal.kind
        serde, parameters = ({}, {}) if kind == "parquet" else _serde(kind, proposal)
        if kind in {"csv", "tsv"} and proposal.quoted:
            columns = tuple(replace(c, type="string") for c in columns)
        return Table(
            dataset.database, dataset.name, columns, keys, location=location, storage_format="csv" if kind == "tsv" else kind,
            description=dataset.description or f"Made from {Path(proposal.files[0]).name}", row_count=rows, serde=serde, parameters=parameters,
        )  # fmt: skip

    async def _lineage(self, proposal: FileProposal, dataset: FileDataset) -> None:
        """Each file's node, and what it became."""
        glue = await self._context.connector("glue")
        source = await self._context.run("glue", lambda: glue.source)
        target = NodeRef(source, glue_table_id(dataset.database, dataset.name))
        nodes = [
            Node(
                local_file_id(fingerprint(path, "")),
                source,
                "local-file",
                Path(path).name,
                {"dataSource": "local-file", "path": path},
            )
            for path in proposal.files[:100]
        ]
        edges = [Edge(node.ref, target, "writes", "upload") for node in nodes]
        await self._context.local(
            self._context.workspace.catalog.apply, None, CatalogChanges(nodes=nodes, edges=edges)
        )


def _data_files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                p for p in path.rglob("*") if p.is_file() and not p.is_symlink() and not is_hidden(p.name)
            )
        elif path.is_file():
            found.append(path)
        if len(found) > MOST_FILES:
            raise InputError(
                f"These are more than {MOST_FILES:,} files.",
                "Choose fewer, or upload them and make a table of the folder.",
            )
    return [path for path in found if path.stat().st_size]


def _suffix(name: str) -> str:
    return "".join(Path(name).suffixes[-2:]).lower()


def _clean(name: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:255]


def _is_lines(preview: Preview) -> bool:
    return bool(preview.choices.get("lines"))


def _cast(column: FileColumn, text: bool) -> str:
    """DuckDB's type, empty where the values are of it already. Text files come as text."""
    if column.type == column.original and not text:
        return ""
    if _DECIMAL.match(column.type):
        return column.type.upper()
    cast = _CASTS.get(column.type, "")
    return "" if text and cast == "VARCHAR" else cast


def _check(kept: Sequence[FileColumn], dataset: FileDataset, proposal: FileProposal) -> None:
    names = [c.name for c in kept]
    if not names:
        raise InputError("No column is left.", "Keep one.")
    for name in names:
        checked_name(name)
    if len(set(names)) != len(names):
        raise InputError("Two columns have the same name.", "Rename one.")
    if not dataset.convert and (proposal.why_convert or proposal.why_not):
        raise InputError(proposal.why_convert or proposal.why_not, "Convert them to Parquet.")
    if not dataset.convert and (len(kept) != len(proposal.columns) or dataset.partition_by):
        raise InputError(
            "Files that stay as they are keep all their columns and have no partitions.",
            "Convert them to Parquet.",
        )
    if missing := set(dataset.partition_by) - set(names):
        raise InputError(f"There is no column {sorted(missing)[0]} to partition by.", "Choose another.")
    if len(dataset.partition_by) >= len(names):
        raise InputError("A table needs a column that is no partition key.", "Choose fewer keys.")
    for column in kept:
        known = column.type in _CASTS or _DECIMAL.match(column.type) or column.type == column.original
        if not known:
            raise InputError(
                f"“{column.type}” is no type {column.name} can be given.",
                f"Choose one of {', '.join(TYPES)}.",
            )


def _serde(kind: str, proposal: FileProposal) -> tuple[dict[str, Any], dict[str, str]]:
    """(how Glue describes the files, table parameters)."""
    if kind == "json":
        return _text_format("json", {"serialization.format": "1"}), {}
    delimiter = str(proposal.choices.get("delimiter") or ",")
    parameters = {"skip.header.line.count": "1"} if proposal.choices.get("header") else {}
    if proposal.quoted:
        return _text_format(
            "quoted", {"separatorChar": delimiter, "quoteChar": '"', "escapeChar": "\\"}
        ), parameters
    return _text_format("lazy", {"field.delim": delimiter, "serialization.format": delimiter}), parameters


def _text_format(serde: str, parameters: dict[str, str]) -> dict[str, Any]:
    return {
        "library": _SERDES[serde], "parameters": parameters, "inputFormat": _TEXT_INPUT, "outputFormat": _TEXT_OUTPUT,
    }  # fmt: skip
