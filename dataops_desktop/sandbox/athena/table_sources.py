"""Glue tables as DuckDB views over the sandbox's objects, with Glue's types and Athena's rules for files."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from dataops_desktop.sandbox.athena.failures import QueryFailedError, position_of
from dataops_desktop.sandbox.athena.iceberg import iceberg_files
from dataops_desktop.sandbox.athena.projected import projected
from dataops_desktop.sandbox.hive_types import hive_to_duckdb, literal, quote
from dataops_desktop.sandbox.object_files import ObjectFiles, data_keys

VIEW_PREFIX, VIEW_SUFFIX = "/* Presto View: ", " */"


def storage_format(table: dict[str, Any]) -> str:
    """`parquet`, `json`, `csv`, `orc` or `avro`, from classification, SerDe or input format."""
    descriptor = table.get("StorageDescriptor") or {}
    serde = (descriptor.get("SerdeInfo") or {}).get("SerializationLibrary", "")
    text = f"{(table.get('Parameters') or {}).get('classification', '')} {serde} {descriptor.get('InputFormat', '')}".lower()
    for name in ("parquet", "json", "orc", "avro"):
        if name in text:
            return name
    return "csv"


def encode_view(sql: str, database: str, columns: list[dict[str, str]]) -> str:
    """`ViewOriginalText` as Athena writes it: a base64 JSON document in a comment."""
    document = {"originalSql": sql, "catalog": "awsdatacatalog", "schema": database, "columns": columns}
    return VIEW_PREFIX + base64.b64encode(json.dumps(document).encode()).decode() + VIEW_SUFFIX


def decode_view(text: str) -> str:
    """The SQL inside a Presto view text; a Hive view's text is the SQL itself."""
    if not text.startswith(VIEW_PREFIX):
        return text
    try:
        return str(json.loads(base64.b64decode(text[len(VIEW_PREFIX) : -len(VIEW_SUFFIX)]))["originalSql"])
    except (binascii.Error, ValueError, KeyError) as error:
        raise QueryFailedError("INVALID_VIEW: Invalid view JSON") from error


class TableSources:
    """Registers, on one DuckDB connection, every Glue table and view that one statement names."""

    def __init__(self, connection: Any, glue: Any, files: ObjectFiles, denied: Any) -> None:
        self._connection, self._glue, self._files, self._denied = connection, glue, files, denied
        self._registered: set[tuple[str, str]] = set()

    def lookup(self, database: str, name: str, sql: str = "") -> Any:
        """moto's table object, or TABLE_NOT_FOUND / SCHEMA_NOT_FOUND at its place in the statement."""
        holder = self._glue.databases.get(database)
        line, column = position_of(sql, name)
        if holder is None:
            raise QueryFailedError(
                f"SCHEMA_NOT_FOUND: line {line}:{column}: Schema '{database}' does not exist"
            )
        if name not in holder.tables:
            raise QueryFailedError(
                f"TABLE_NOT_FOUND: line {line}:{column}: Table 'awsdatacatalog.{database}.{name}' does not exist"
            )
        if self._denied("GetTable", database, name):
            raise QueryFailedError(
                f"PERMISSION_DENIED: Access Denied: user is not authorized to perform glue:GetTable on table {database}.{name}",
                1306,
            )
        return holder.tables[name]

    def bind(self, tree: exp.Expression, default_database: str, sql: str, depth: int = 0) -> None:
        """Point every table of a parsed statement at its view; register what is not there yet."""
        if depth > 16:
            raise QueryFailedError("INVALID_VIEW: Views are nested too deeply")
        ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in list(tree.find_all(exp.Table)):
            if not isinstance(table.this, exp.Identifier):
                continue  # a table function such as UNNEST
            name = table.name.lower()
            if not table.db and name in ctes:
                continue
            database = (table.db or default_database).lower()
            self.register(database, name, sql, depth)
            table.set("this", exp.to_identifier(name, quoted=True))
            table.set("db", exp.to_identifier(database, quoted=True))
            table.set("catalog", None)

    def register(self, database: str, name: str, sql: str, depth: int = 0) -> None:
        """Create the view `database.name` on the connection, once."""
        if (database, name) in self._registered:
            return
        table = self.lookup(database, name, sql).as_dict()
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(database)}")
        if table.get("TableType") == "VIRTUAL_VIEW":
            view_sql = decode_view(table.get("ViewOriginalText") or table.get("ViewExpandedText") or "")
            tree = sqlglot.parse_one(view_sql, read="athena")
            self.bind(tree, database, view_sql, depth + 1)
            body = tree.sql(dialect="duckdb")
        else:
            body = self._scan(table)
        self._connection.execute(f"CREATE OR REPLACE VIEW {quote(database)}.{quote(name)} AS {body}")
        self._registered.add((database, name))

    def _scan(self, table: dict[str, Any]) -> str:
        descriptor = table.get("StorageDescriptor") or {}
        columns = [
            c
            for c in descriptor.get("Columns") or []
            if (c.get("Parameters") or {}).get("iceberg.field.current") != "false"
        ]
        keys = table.get("PartitionKeys") or []
        if not columns and not keys:
            raise QueryFailedError(f"HIVE_INVALID_METADATA: Table '{table['Name']}' has no columns")
        branches = []
        if str((table.get("Parameters") or {}).get("table_type", "")).upper() == "ICEBERG":
            paths = iceberg_files(
                str(table["Parameters"].get("metadata_location") or ""), self._files.backend
            )
            source = self._paths_source(table, paths, columns)
            if source is not None:
                branches.append(f"SELECT * FROM ({source})")
        elif keys:
            for location, stored in self._partitions(table, keys):
                values = list(zip(keys, stored, strict=False))
                source = self._files_source(table, location, columns)
                if source is None:
                    continue
                constants = ", ".join(
                    f"CAST({literal(value)} AS {hive_to_duckdb(key.get('Type', 'string'))}) AS {quote(key['Name'].lower())}"
                    if value != "__HIVE_DEFAULT_PARTITION__"
                    else f"CAST(NULL AS {hive_to_duckdb(key.get('Type', 'string'))}) AS {quote(key['Name'].lower())}"
                    for key, value in values
                )
                branches.append(f"SELECT *, {constants} FROM ({source})")
        else:
            source = self._files_source(table, descriptor.get("Location") or "", columns)
            if source is not None:
                branches.append(f"SELECT * FROM ({source})")
        if not branches:
            nulls = ", ".join(
                f"CAST(NULL AS {hive_to_duckdb(c.get('Type', 'string'))}) AS {quote(c['Name'].lower())}"
                for c in [*columns, *keys]
            )
            return f"SELECT {nulls} WHERE false"
        return " UNION ALL ".join(branches)

    def _partitions(self, table: dict[str, Any], keys: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
        """(location, values) of each partition. With projection, Glue's own are ignored, as Athena does."""
        if str((table.get("Parameters") or {}).get("projection.enabled", "")).lower() == "true":
            return projected(table, [str(key["Name"]) for key in keys], self._files.backend)
        found = self._glue.databases[table["DatabaseName"]].tables[table["Name"]].partitions.values()
        entries = [partition.as_dict() for partition in found]
        return [
            ((entry.get("StorageDescriptor") or {}).get("Location") or "", entry.get("Values") or [])
            for entry in entries
        ]

    def _files_source(
        self, table: dict[str, Any], location: str, columns: list[dict[str, Any]]
    ) -> str | None:
        paths = [f"s3://{key.bucket_name}/{key.name}" for key in data_keys(self._files.backend, location)]
        return self._paths_source(table, paths, columns)

    def _paths_source(
        self, table: dict[str, Any], paths: list[str], columns: list[dict[str, Any]]
    ) -> str | None:
        if not paths:
            return None
        listing = "[" + ", ".join(literal(path) for path in paths) + "]"
        kind = storage_format(table)
        if kind in {"orc", "avro"}:
            raise QueryFailedError(f"NOT_SUPPORTED: the sandbox cannot read {kind.upper()} files")
        if kind == "csv":
            return self._csv_source(table, listing, columns)
        if kind == "json":
            fields = ", ".join(
                f"{literal(c['Name'].lower())}: {literal(hive_to_duckdb(c.get('Type', 'string')))}"
                for c in columns
            )
            return f"SELECT * FROM read_json({listing}, format='auto', columns={{{fields}}})"
        reader = f"read_parquet({listing}, union_by_name=true)"
        available = {str(name).lower(): (str(name), str(kind)) for name, kind in self._describe(reader)}
        picked = []
        for column in columns:
            name, kind_name = column["Name"].lower(), hive_to_duckdb(column.get("Type", "string"))
            found = available.get(name)
            if found is None:
                picked.append(f"CAST(NULL AS {kind_name}) AS {quote(name)}")
                continue
            if kind_name not in {found[1], "VARCHAR"} and found[1] == "VARCHAR":
                raise QueryFailedError(
                    f"HIVE_BAD_DATA: Field {name}'s type BINARY in parquet file {paths[0]} is incompatible with type "
                    f"{column.get('Type')} defined in table schema",
                    1100,
                )
            picked.append(
                f"{quote(found[0])} AS {quote(name)}"
                if found[1] == kind_name
                else f"CAST({quote(found[0])} AS {kind_name}) AS {quote(name)}"
            )
        return f"SELECT {', '.join(picked) or 'NULL AS _'} FROM {reader}"

    def _describe(self, reader: str) -> list[tuple[Any, Any]]:
        try:
            rows = self._connection.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
        except duckdb.Error as error:
            raise QueryFailedError(f"HIVE_CURSOR_ERROR: {str(error).splitlines()[0]}", 1100) from error
        return [(row[0], row[1]) for row in rows]

    def _csv_source(self, table: dict[str, Any], listing: str, columns: list[dict[str, Any]]) -> str:
        parameters = table.get("Parameters") or {}
        serde = (table.get("StorageDescriptor") or {}).get("SerdeInfo") or {}
        options = serde.get("Parameters") or {}
        skipped = parameters.get("skip.header.line.count") or options.get("skip.header.line.count") or "0"
        delimiter = options.get("separatorChar") or options.get("field.delim") or ","
        quoting = options.get("quoteChar") or '"'
        names = [c["Name"].lower() for c in columns]
        raw = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        typed = ", ".join(
            # An empty field of a text table is NULL for every type but strings; a value of another type reads as NULL.
            f"{quote(name)}"
            if hive_to_duckdb(c.get("Type", "string")) == "VARCHAR"
            else f"TRY_CAST(NULLIF({quote(name)}, '') AS {hive_to_duckdb(c.get('Type', 'string'))}) AS {quote(name)}"
            for name, c in zip(names, columns, strict=True)
        )
        return (
            f"SELECT {typed} FROM read_csv({listing}, auto_detect=false, header=false, skip={int(skipped)}, "
            f"delim={literal(delimiter)}, quote={literal(quoting)}, escape={literal(quoting)}, nullstr='\\N', "
            f"null_padding=true, strict_mode=false, columns={{{raw}}})"
        )
