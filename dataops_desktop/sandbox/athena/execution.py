"""One query execution: its state machine, its run in DuckDB, its statistics and its result objects."""

from __future__ import annotations

import re
import threading
import time
import uuid
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot.errors import SqlglotError

from dataops_desktop.sandbox.athena.data_files import DataFiles
from dataops_desktop.sandbox.athena.ddl import Ddl, descriptor
from dataops_desktop.sandbox.athena.failures import QueryFailedError, failed
from dataops_desktop.sandbox.athena.plans import trino_plan
from dataops_desktop.sandbox.athena.result_text import csv_bytes, metadata_bytes, text_table
from dataops_desktop.sandbox.athena.statement import Statement, classify, options_of, split_name
from dataops_desktop.sandbox.athena.table_sources import TableSources, encode_view, storage_format
from dataops_desktop.sandbox.hive_types import duckdb_to_athena, duckdb_to_hive, hive_to_duckdb, quote
from dataops_desktop.sandbox.object_files import ObjectFiles, data_keys, s3_backend, write_object

Column = tuple[str, str, int, int]  # name, Athena type, precision, scale


class CancelledError(Exception):
    """The query was stopped."""


class Execution:
    """A query from QUEUED to SUCCEEDED, FAILED or CANCELLED. `run` is called once, on a pool thread."""

    def __init__(
        self,
        statement: Statement,
        glue: Any,
        *,
        database: str,
        workgroup: Any,
        configuration: dict[str, Any],
        parameters: list[str] | None,
        prepared: Any,
        denied: Any,
        reuse: dict[str, Any] | None = None,
    ) -> None:
        self.id = str(uuid.uuid4())
        self.statement, self.query = statement, statement.sql
        self.database, self.workgroup, self.execution_parameters = database, workgroup, parameters
        self.context = {"Database": database, "Catalog": "awsdatacatalog"}
        self.reuse = reuse
        self.status, self.reason, self.error_type = "QUEUED", "", 0
        self.submitted, self.started, self.finished = time.time(), 0.0, 0.0
        self.columns: list[Column] = []
        self.text = pa.table({})
        self.bytes_scanned = self.planning_ms = self.engine_ms = self.update_count = 0
        self.manifest: str | None = None
        self.reused, self.dpu_count = False, 0.0
        self._glue, self._prepared, self._denied = glue, prepared, denied
        self._connection: Any = None
        self._lock = threading.Lock()
        self.config = self._resolve(configuration)

    def _resolve(self, configuration: dict[str, Any]) -> dict[str, Any]:
        own = (self.workgroup.configuration or {}) if self.workgroup else {}
        enforced = own.get("EnforceWorkGroupConfiguration") and (own.get("ResultConfiguration") or {}).get(
            "OutputLocation"
        )
        base = own.get("ResultConfiguration") or {}
        config = {**base, **({} if enforced else configuration)}
        suffix = "csv" if self.statement.kind in {"select", "execute", "insert", "unload", "ctas"} else "txt"
        if location := config.get("OutputLocation"):
            config["OutputLocation"] = location.rstrip("/") + f"/{self.id}.{suffix}"
        return config

    # moto's interface for an execution
    @property
    def start_time(self) -> float:
        """Seconds since the epoch."""
        return self.submitted

    @property
    def group_name(self) -> str:
        """Its workgroup's name."""
        return str(self.workgroup.name) if self.workgroup else "primary"

    def answer_from(self, earlier: Execution) -> None:
        """Hand out an earlier query's result: nothing is run or scanned."""
        self.reused, self.columns, self.text = True, earlier.columns, earlier.text
        self.config = dict(earlier.config)
        self.status, self.started, self.finished = "SUCCEEDED", self.submitted, time.time()

    def advance(self) -> None:
        """moto's hook for simulated progress; ours is real."""

    def stop(self) -> None:
        """Cancel: a queued query never runs, a running one is interrupted in DuckDB."""
        with self._lock:
            if self.status == "QUEUED":
                self._finish("CANCELLED", "Query was cancelled before it started")
            elif self.status == "RUNNING":
                self.reason = "Query cancelled by user"
                if self._connection is not None:
                    self._connection.interrupt()

    def run(self) -> None:
        """Execute and leave a final state behind, whatever happens."""
        with self._lock:
            if self.status != "QUEUED":
                return
            self.status, self.started = "RUNNING", time.time()
        files = self._files = ObjectFiles(s3_backend(self._glue.account_id))
        state, reason = "SUCCEEDED", ""
        try:
            self._connection = connect(files)
            self._execute(files)
            self._write_result(files)
        except (CancelledError, duckdb.InterruptException):
            state, reason = "CANCELLED", self.reason or "Query cancelled by user"
        except QueryFailedError as error:
            state, reason, self.error_type = "FAILED", str(error), error.error_type
        except (duckdb.Error, SqlglotError) as error:
            failure = failed(self.query, error)
            state, reason, self.error_type = "FAILED", str(failure), failure.error_type
        except Exception as error:  # noqa: BLE001 - the boundary of the pool thread: every query must end in a state
            state, reason, self.error_type = (
                "FAILED",
                f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}",
                1,
            )
        finally:
            if self._connection is not None:
                self._connection.close()
            self.bytes_scanned = files.bytes_scanned
            if self.reason and state == "FAILED":  # an interrupt can surface as any error of DuckDB's
                state, reason = "CANCELLED", self.reason
            with self._lock:
                self._finish(state, reason)

    def _finish(self, state: str, reason: str) -> None:
        self.status, self.reason, self.finished = state, reason, time.time()

    def _execute(self, files: ObjectFiles) -> None:
        planning = time.perf_counter()
        sources = TableSources(self._connection, self._glue, files, self._denied)
        statement = self.statement
        if statement.kind == "execute":
            statement = self._prepared_statement(statement)
        runner = {
            "select": self._run_select,
            "explain": self._run_explain,
            "ctas": self._run_ctas,
            "insert": self._run_insert,
            "unload": self._run_unload,
            "create_view": self._run_create_view,
            "prepare": self._run_prepare,
            "deallocate": self._run_deallocate,
        }.get(statement.kind)
        self._planning_started = planning
        if runner is not None:
            runner(statement, sources, files)
            return
        lines = Ddl(self._glue, sources, files, self.database).run(statement)
        self._planned()
        name = {
            "show_databases": "database_name",
            "show_tables": "tab_name",
            "show_views": "views",
            "show_columns": "field",
        }.get(statement.kind, "partition" if statement.kind == "show_partitions" else "result")
        self.columns = [(name, "string", 0, 0)] if lines else []
        self.text = pa.table({"c0": pa.array(lines, pa.string())}) if lines else pa.table({})

    def _planned(self) -> None:
        self.planning_ms = int((time.perf_counter() - self._planning_started) * 1000)

    def _query(
        self, tree: Any, sources: TableSources, parameters: list[str] | None = None
    ) -> tuple[pa.Table, list[str], list[str]]:
        """(Arrow table, column names, DuckDB types); names may repeat."""
        tree = tree.copy()
        sources.bind(tree, self.database, self.query)
        marks = [mark for mark in tree.find_all(sqlglot.exp.Placeholder) if not mark.this]
        values = list(parameters or [])
        if len(marks) != len(values):
            raise QueryFailedError(
                f"INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected {len(marks)} but found {len(values)}"
            )
        for mark, value in zip(marks, values, strict=True):
            # Athena substitutes the literal text of each execution parameter.
            mark.replace(sqlglot.parse_one(value, read="athena"))
        sql = tree.sql(dialect="duckdb")
        self._planned()
        started = time.perf_counter()
        if self.reason:
            raise CancelledError
        relation = self._connection.sql(sql)
        if relation is None:
            raise QueryFailedError("NOT_SUPPORTED: the statement returns no rows")
        names, types = list(relation.columns), [str(kind) for kind in relation.types]
        self._files.start_counting()
        table = relation.to_arrow_table()
        self.engine_ms += int((time.perf_counter() - started) * 1000)
        if self.reason:
            raise CancelledError
        return table, names, types

    def _run_select(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        selected = list(getattr(statement.tree, "selects", []))
        table, names, types = self._query(statement.tree, sources, self.execution_parameters)
        if len(selected) == len(names) and not any(item.is_star for item in selected):
            # Athena names what has no name by its place; DuckDB prints the expression.
            names = [
                item.alias or (item.name if isinstance(item, sqlglot.exp.Column) else f"_col{i}")
                for i, item in enumerate(selected)
            ]
        self.columns = [
            (name.lower(), *duckdb_to_athena(kind)) for name, kind in zip(names, types, strict=True)
        ]
        self.text = text_table(table)

    def _run_explain(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        tree = statement.tree.copy()
        sources.bind(tree, self.database, self.query)
        verb = "EXPLAIN ANALYZE " if statement.parts.get("analyze") else "EXPLAIN "
        if statement.parts.get("analyze"):
            files.start_counting()
        self.columns = [("Query Plan", "string", 0, 0)]
        if re.search(r"FORMAT\s+JSON", statement.parts.get("options") or "", re.IGNORECASE):
            found = self._connection.execute("EXPLAIN (FORMAT JSON) " + tree.sql(dialect="duckdb")).fetchall()
            self._planned()
            self.text = pa.table({"c0": pa.array([trino_plan(str(found[0][-1]))], pa.string())})
            return
        rows = self._connection.execute(verb + tree.sql(dialect="duckdb")).fetchall()
        self._planned()
        lines = [line for row in rows for line in str(row[-1]).splitlines()]
        self.text = pa.table({"c0": pa.array(lines, pa.string())})

    def _prepared_statement(self, statement: Statement) -> Statement:
        stored = self._prepared.get(statement.parts["name"], self.workgroup)
        if stored is None:
            raise QueryFailedError(f"NOT_FOUND: Prepared statement not found: {statement.parts['name']}")
        if values := statement.parts.get("values"):
            self.execution_parameters = [
                item.sql(dialect="athena")
                for item in sqlglot.parse_one(f"SELECT {values}", read="athena").selects
            ]
        return classify(stored)

    def _run_prepare(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        self._prepared.put(statement.parts["name"], self.workgroup, statement.parts["query"])

    def _run_deallocate(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        self._prepared.remove(statement.parts["name"], self.workgroup)

    def _run_create_view(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        database, name = split_name(statement.parts["name"], self.database)
        holder = self._glue.databases.get(database)
        if holder is None:
            raise QueryFailedError(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{database}' does not exist")
        if name in holder.tables and not statement.parts.get("replace"):
            raise QueryFailedError(
                f"ALREADY_EXISTS: line 1:1: View already exists: 'awsdatacatalog.{database}.{name}'"
            )
        tree = statement.tree.copy()
        sources.bind(tree, self.database, self.query)
        described = self._connection.execute("DESCRIBE " + tree.sql(dialect="duckdb")).fetchall()
        self._planned()
        columns = [{"Name": str(row[0]).lower(), "Type": duckdb_to_hive(str(row[1]))} for row in described]
        sql = statement.parts["query"].strip()
        record = {
            "Name": name,
            "TableType": "VIRTUAL_VIEW",
            "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "PartitionKeys": [],
            "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
            "ViewOriginalText": encode_view(
                sql, self.database, [{"name": c["Name"], "type": c["Type"]} for c in columns]
            ),
            "ViewExpandedText": "/* Presto View */",
        }
        if name in holder.tables:
            holder.tables[name].update(record)
        else:
            self._glue.create_table(database, name, record)

    def _run_ctas(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        database, name = split_name(statement.parts["name"], self.database)
        holder = self._glue.databases.get(database)
        if holder is None:
            raise QueryFailedError(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{database}' does not exist")
        if name in holder.tables:
            if statement.parts.get("exists"):
                return
            raise QueryFailedError(
                f"TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.{database}.{name}' already exists"
            )
        options = options_of(statement.parts.get("options"))
        kind = {"PARQUET": "parquet", "JSON": "json", "TEXTFILE": "csv"}.get(
            options.get("format", "PARQUET").upper()
        )
        if kind is None:
            raise QueryFailedError(
                f"NOT_SUPPORTED: the sandbox does not write format {options.get('format')}"
            )
        output = str(self.config.get("OutputLocation") or "").rpartition("/")[0]
        location = options.get("external_location") or f"{output}/tables/{self.id}/"
        if data_keys(files.backend, location):
            raise QueryFailedError(
                f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{database}.{name}' already exists: {location}"
            )
        keys = [key.lower() for key in re.findall(r"'([^']*)'", options.get("partitioned_by", ""))]
        table, names, types = self._query(statement.tree, sources, self.execution_parameters)
        names = [column.lower() for column in names]
        if keys and names[-len(keys) :] != keys:
            raise QueryFailedError(
                f"HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table: {keys}"
            )
        if statement.parts.get("no_data"):
            table = table.slice(0, 0)
        places = DataFiles(self._connection, files, self.id).write(table, names, kind, location, keys)
        columns = [{"Name": n, "Type": duckdb_to_hive(t)} for n, t in zip(names, types, strict=True)]
        plain, partitions = columns[: len(columns) - len(keys)], columns[len(columns) - len(keys) :]
        self._glue.create_table(
            database,
            name,
            {
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {
                    "EXTERNAL": "TRUE",
                    "classification": kind,
                    "has_encrypted_data": "false",
                    "numRows": str(table.num_rows),
                },
                "PartitionKeys": partitions,
                "StorageDescriptor": descriptor(kind, plain, location),
            },
        )
        created = holder.tables[name]
        for values, folder in places:
            created.create_partition(
                {"Values": values, "StorageDescriptor": descriptor(kind, plain, folder), "Parameters": {}}
            )
        self.update_count = table.num_rows
        self.columns = [("rows", "bigint", 19, 0)]
        self.text = pa.table({"c0": pa.array([str(table.num_rows)], pa.string())})

    def _run_insert(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        database, name = split_name(statement.parts["name"], self.database)
        target = sources.lookup(database, name, self.query)
        record = target.as_dict()
        if record.get("TableType") == "VIRTUAL_VIEW":
            raise QueryFailedError(
                f"NOT_SUPPORTED: line 1:1: Inserting into views is not supported: {database}.{name}"
            )
        keys = record.get("PartitionKeys") or []
        columns = [*((record.get("StorageDescriptor") or {}).get("Columns") or []), *keys]
        listed = [
            c.strip().strip('`"').lower()
            for c in (statement.parts.get("columns") or "").split(",")
            if c.strip()
        ]
        order = listed or [c["Name"] for c in columns]
        table, names, _ = self._query(statement.tree, sources, self.execution_parameters)
        if len(names) != len(order):
            raise QueryFailedError(
                f"MISMATCHED_COLUMN_COUNT: line 1:1: Insert query has {len(names)} expression(s) but expected {len(order)}"
            )
        self._connection.register("_in", table.rename_columns([f"c{i}" for i in range(len(names))]))
        position = {column: i for i, column in enumerate(order)}
        casts = ", ".join(
            f"CAST({'c%d' % position[c['Name']] if c['Name'] in position else 'NULL'} AS {hive_to_duckdb(c['Type'])}) AS {quote(c['Name'])}"  # noqa: UP031
            for c in columns
        )
        rows = self._connection.sql(f"SELECT {casts} FROM _in").to_arrow_table()
        self._connection.unregister("_in")
        location = (record.get("StorageDescriptor") or {}).get("Location", "")
        key_names = [key["Name"] for key in keys]
        places = DataFiles(self._connection, files, self.id).write(
            rows, [c["Name"] for c in columns], storage_format(record), location, key_names
        )
        for values, folder in places:
            if str(values) not in target.partitions:
                storage = {**record["StorageDescriptor"], "Location": folder}
                target.create_partition({"Values": values, "StorageDescriptor": storage, "Parameters": {}})
        self.update_count = rows.num_rows
        self.columns = [("rows", "bigint", 19, 0)]
        self.text = pa.table({"c0": pa.array([str(rows.num_rows)], pa.string())})

    def _run_unload(self, statement: Statement, sources: TableSources, files: ObjectFiles) -> None:
        options = options_of(statement.parts.get("options"))
        kind = {"PARQUET": "parquet", "JSON": "json", "TEXTFILE": "csv"}.get(
            options.get("format", "PARQUET").upper()
        )
        if kind is None:
            raise QueryFailedError(
                f"NOT_SUPPORTED: the sandbox does not write format {options.get('format')}"
            )
        location = statement.parts["location"]
        if data_keys(files.backend, location):
            raise QueryFailedError(
                f"HIVE_PATH_ALREADY_EXISTS: Target directory for table '{location}' already exists: {location}"
            )
        table, names, _ = self._query(statement.tree, sources, self.execution_parameters)
        DataFiles(self._connection, files, self.id).write(
            table, [column.lower() for column in names], kind, location, []
        )
        self.manifest = "\n".join(
            f"s3://{key.bucket_name}/{key.name}" for key in data_keys(files.backend, location)
        )
        self.update_count = table.num_rows
        self.columns = [("rows", "bigint", 19, 0)]
        self.text = pa.table({"c0": pa.array([str(table.num_rows)], pa.string())})

    def _write_result(self, files: ObjectFiles) -> None:
        location = self.config.get("OutputLocation")
        if not location:
            return
        names = [column[0] for column in self.columns]
        if location.endswith(".txt"):
            lines = self.text.column(0).to_pylist() if self.text.num_columns else []
            body = ("\n".join(lines) + "\n").encode() if lines else b""
        else:
            body = csv_bytes(names, self.text)
        try:
            write_object(files.backend, location, body)
            write_object(files.backend, location + ".metadata", metadata_bytes(self.columns))
            if self.manifest is not None:
                write_object(
                    files.backend, location.removesuffix(".csv") + "-manifest.csv", self.manifest.encode()
                )
        except Exception as error:
            raise QueryFailedError(
                f"Access denied when writing output to url: {location} . Please ensure you are allowed to access the S3 bucket."
            ) from error


def connect(files: ObjectFiles) -> Any:
    """A DuckDB connection of its own: no extension downloads, UTC, integer division as in Trino."""
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": 2}
    )
    connection.register_filesystem(files)
    connection.execute("SET integer_division = true; SET TimeZone = 'UTC'")
    # Read footers once (while planning) and then only the wanted column chunks, so that what is counted is what is scanned.
    connection.execute(
        "SET parquet_metadata_cache = true; SET disable_parquet_prefetching = true; SET enable_external_file_cache = false"
    )
    return connection
