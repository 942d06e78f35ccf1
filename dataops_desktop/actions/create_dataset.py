"""A result as a table of the catalog: a CTAS that Athena runs, or a Parquet file of the rows that are here, with its Glue table.

The Parquet way writes the file, then the table, then the ontology; where the table cannot be made the file is taken back.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.execute_athena_query import unique_names
from dataops_desktop.actions.query_lineage import record_dataset_lineage
from dataops_desktop.errors import DataOpsError, InputError, NotFoundError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.catalog import Column, Table
from dataops_desktop.interfaces.progress import Progress, ProgressSink, no_progress
from dataops_desktop.interfaces.workspace import ResultRows
from dataops_desktop.sql.quoting import quote_ident

# docs.aws.amazon.com/athena, "Name databases, tables, and columns": lower case, no special characters but the underscore.
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,254}\Z")
_LOCATION = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<prefix>[^\x00-\x1f]*)\Z")
PAGE = 50_000


@dataclass(frozen=True)
class NewDataset:
    """`database.name` at an S3 folder; `sql` is the query whose rows it holds, as it ran in `sql_database`."""

    database: str
    name: str
    location: str
    sql: str
    sql_database: str
    engine: str = "athena"


@dataclass(frozen=True)
class DatasetColumn:
    """A column as it will be: its name and Glue type, and what changes on the way (empty for nothing)."""

    name: str
    type: str
    note: str = ""


def checked_name(name: str) -> str:
    """A table name Athena can read without quotes; InputError otherwise."""
    if not _NAME.match(name):
        raise InputError(
            f"“{name}” cannot be a table's name.",
            "Use lower-case letters, digits and underscores, beginning with a letter.",
        )
    return name


def checked_location(location: str) -> tuple[str, str]:
    """(bucket, prefix ending in `/`) of an S3 folder; InputError otherwise."""
    found = _LOCATION.match(location.strip())
    if found is None or not found["prefix"].strip("/"):
        raise InputError(
            f"“{location}” is not an S3 folder.", "Write s3://bucket/folder/ with a folder of its own."
        )
    return found["bucket"], found["prefix"].rstrip("/") + "/"


def ctas(dataset: NewDataset, location_allowed: bool = True) -> str:
    """The statement that makes Athena write the dataset. A workgroup that enforces its settings chooses the place itself."""
    query = dataset.sql.strip().rstrip(";").rstrip()
    options = ["format = 'PARQUET'", "write_compression = 'SNAPPY'"]
    if location_allowed:
        bucket, prefix = checked_location(dataset.location)
        options.append("external_location = '" + f"s3://{bucket}/{prefix}".replace("'", "''") + "'")
    target = f"{quote_ident('athena', dataset.database)}.{quote_ident('athena', checked_name(dataset.name))}"
    return f"CREATE TABLE {target}\nWITH (\n  " + ",\n  ".join(options) + f"\n) AS\n{query}\n"


def dataset_columns(rows: ResultRows) -> list[DatasetColumn]:
    """Names and types as the table will have them."""
    wanted = [re.sub(r"[^a-z0-9_]+", "_", column.name.lower()).strip("_") for column in rows.columns]
    names = unique_names([name or f"column_{place}" for place, name in enumerate(wanted, 1)])
    found = []
    for name, column, field in zip(names, rows.columns, rows.arrow_schema, strict=True):
        kind, note = hive_type(field.type)
        if name != column.name:
            note = f"{column.name or 'no name'} → {name}" + (f"; {note}" if note else "")
        found.append(DatasetColumn(name, kind, note))
    return found


def hive_type(kind: Any) -> tuple[str, str]:
    """(Glue type, what changes) of an Arrow type (docs.aws.amazon.com/athena, "Data types in Amazon Athena")."""
    import pyarrow as pa

    is_a = pa.types
    for test, name in (
        (is_a.is_boolean, "boolean"), (is_a.is_int8, "tinyint"), (is_a.is_int16, "smallint"), (is_a.is_int32, "int"), (is_a.is_int64, "bigint"),
        (is_a.is_float32, "float"), (is_a.is_float64, "double"), (is_a.is_date32, "date"), (is_a.is_string, "string"), (is_a.is_large_string, "string"),
        (is_a.is_binary, "binary"), (is_a.is_large_binary, "binary"),
    ):  # fmt: skip
        if test(kind):
            return name, ""
    if is_a.is_decimal(kind) and kind.precision <= 38:
        return f"decimal({kind.precision},{kind.scale})", ""
    if is_a.is_timestamp(kind):
        return "timestamp", "zone dropped, in UTC" if kind.tz else ""
    if is_a.is_unsigned_integer(kind):
        return "decimal(20,0)", "unsigned"
    if is_a.is_map(kind):
        return f"map<{hive_type(kind.key_type)[0]},{hive_type(kind.item_type)[0]}>", ""
    if is_a.is_list(kind) or is_a.is_large_list(kind):
        return f"array<{hive_type(kind.value_type)[0]}>", ""
    if is_a.is_struct(kind):
        return "struct<" + ",".join(f"{f.name}:{hive_type(f.type)[0]}" for f in kind) + ">", ""
    return "string", f"{kind} as text"


def _plain(values: Any) -> Any:
    """A column as the Parquet file holds it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from dataops_desktop.actions.result_view import text_of

    kind = values.type
    if pa.types.is_timestamp(kind):
        return pc.cast(values, pa.timestamp("ms")) if kind.tz is None else pc.cast(pc.cast(values, pa.timestamp("ms", "UTC"), safe=False), pa.timestamp("ms"))  # fmt: skip
    if pa.types.is_unsigned_integer(kind):
        return pc.cast(values, pa.decimal128(20, 0))
    return text_of(values) if hive_type(kind)[1] else values


def write_parquet(rows: ResultRows, path: Path, check: Callable[[], None]) -> None:
    """All rows to one Parquet file, a page at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [column.name for column in dataset_columns(rows)]

    def page(start: int) -> Any:
        part = rows.slice(start, PAGE)
        return pa.table([_plain(part.column(i)) for i in range(part.num_columns)], names=names)

    first = page(0)
    with pq.ParquetWriter(path, first.schema, compression="snappy") as writer:
        writer.write_table(first)
        for start in range(PAGE, rows.row_count, PAGE):
            check()
            writer.write_table(page(start))


async def upload_dataset(
    context: ActionContext,
    dataset: NewDataset,
    rows: ResultRows,
    *,
    cancel: CancelToken | None = None,
    progress: ProgressSink = no_progress,
) -> Table:
    """Write the rows as Parquet, make the Glue table, add it to the ontology with its lineage; returns the table.

    Raises InputError where the name or the folder is taken, before anything is written.
    """
    cancel = cancel or CancelToken()
    checked_name(dataset.name)
    bucket, prefix = checked_location(dataset.location)
    store, catalog = await context.connector("s3"), await context.connector("glue")
    progress(Progress("Checking that name and folder are free"))
    try:
        await context.signed_in("glue", catalog.table, dataset.database, dataset.name)
    except NotFoundError:
        pass
    else:
        raise InputError(
            f"There is a table {dataset.database}.{dataset.name} already.", "Choose another name."
        )
    there, _ = await context.signed_in("s3", store.objects, bucket, prefix, 1)
    if there:
        raise InputError(
            f"s3://{bucket}/{prefix} is not empty: the table would show what lies there too.",
            "Choose another folder.",
        )
    local = context.results.scratch(f"dataset-{uuid.uuid4().hex[:12]}.parquet")
    key = f"{prefix}{dataset.name}-{uuid.uuid4().hex[:8]}.parquet"
    columns = tuple(Column(column.name, column.type) for column in dataset_columns(rows))
    try:
        progress(Progress("Writing Parquet"))
        await context.local(write_parquet, rows, local, cancel.raise_if_cancelled)
        size = local.stat().st_size
        table = Table(
            dataset.database, dataset.name, columns, location=f"s3://{bucket}/{prefix}", storage_format="parquet",
            description="Made from a query result", row_count=rows.row_count, size_bytes=size,
        )  # fmt: skip

        def sent(done: int) -> None:
            cancel.raise_if_cancelled()
            progress(Progress("Uploading", done, size))

        await context.signed_in("s3", store.upload, bucket, key, local, sent)
        progress(Progress("Making the Glue table"))
        try:
            cancel.raise_if_cancelled()
            await context.signed_in("glue", catalog.create_table, table)
        except DataOpsError:
            await context.run("s3", store.delete, bucket, key)
            raise
    finally:
        await context.local(local.unlink, missing_ok=True)
    await record_dataset_lineage(
        context, dataset.sql, dataset.sql_database, (dataset.database, dataset.name), dataset.engine
    )
    return table


def suggest_location(context: ActionContext, database: str, name: str) -> str:
    """A folder of its own beside the database's other tables, from the local catalog; empty where it knows none. Blocks."""
    catalog = context.workspace.catalog
    for holder in catalog.children(None, "glue-database"):
        if holder.node.name != database:
            continue
        for child in catalog.children(holder.key):
            location = str(child.node.properties.get("location") or "")
            if location.startswith("s3://") and location.rstrip("/").count("/") >= 3:
                return f"{location.rstrip('/').rpartition('/')[0]}/{name}/"
    return ""
