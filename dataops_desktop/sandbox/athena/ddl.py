"""Statements that change or list the Glue catalog. Each returns its result as lines of one text column."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from sqlglot import exp

from dataops_desktop.sandbox.athena.failures import QueryFailedError
from dataops_desktop.sandbox.athena.statement import Statement, options_of, split_name
from dataops_desktop.sandbox.athena.table_sources import TableSources, decode_view
from dataops_desktop.sandbox.object_files import data_keys, split_location

SERDES = {
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    ),
    "json": (
        "org.openx.data.jsonserde.JsonSerDe",
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    ),
    "csv": (
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    ),
}


def descriptor(
    kind: str, columns: list[dict[str, str]], location: str, serde_options: dict[str, str] | None = None
) -> dict[str, Any]:
    """A Glue StorageDescriptor for `parquet`, `json` or `csv`."""
    serde, reader, writer = SERDES[kind]
    return {
        "Columns": columns,
        "Location": location,
        "InputFormat": reader,
        "OutputFormat": writer,
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "SerializationLibrary": serde,
            "Parameters": serde_options or {"serialization.format": "1"},
        },
        "StoredAsSubDirectories": False,
    }


def hive_partitions(files: Any, location: str, keys: list[str]) -> list[tuple[list[str], str]]:
    """(values, location) of every `key=value/` path below a location that names all keys in order."""
    bucket, prefix = split_location(location)
    prefix = prefix.rstrip("/") + "/" if prefix else ""
    found: dict[tuple[str, ...], str] = {}
    for key in data_keys(files.backend, location):
        parts = key.name[len(prefix) :].split("/")[:-1]
        values = []
        for name, part in zip(keys, parts, strict=False):
            left, equals, right = part.partition("=")
            if not equals or left.lower() != name.lower():
                break
            values.append(unquote(right))
        if len(values) == len(keys):
            path = "/".join(parts[: len(keys)])
            found[tuple(values)] = f"s3://{bucket}/{prefix}{path}/"
    return [(list(values), place) for values, place in sorted(found.items())]


class Ddl:
    """Runs one metadata statement against moto's Glue model."""

    def __init__(self, glue: Any, sources: TableSources, files: Any, database: str) -> None:
        self._glue, self._sources, self._files, self._database = glue, sources, files, database

    def run(self, statement: Statement) -> list[str]:
        """Lines of output, as Athena prints them; raises QueryFailedError."""
        return list(getattr(self, "_" + statement.kind)(statement))

    def _table(self, statement: Statement) -> Any:
        database, name = split_name(
            statement.parts["name"], statement.parts.get("db", self._database).strip('`"')
        )
        return self._sources.lookup(database, name, statement.sql)

    def _holder(self, name: str) -> Any:
        if name not in self._glue.databases:
            raise QueryFailedError(f"SCHEMA_NOT_FOUND: line 1:1: Schema '{name}' does not exist")
        return self._glue.databases[name]

    def _show_databases(self, statement: Statement) -> list[str]:
        return sorted(name for name in self._glue.databases if _like(name, statement.parts.get("like")))

    def _show_tables(self, statement: Statement) -> list[str]:
        holder = self._holder((statement.parts.get("name") or self._database).strip('`"').lower())
        return sorted(name for name in holder.tables if _like(name, statement.parts.get("like")))

    def _show_views(self, statement: Statement) -> list[str]:
        holder = self._holder((statement.parts.get("name") or self._database).strip('`"').lower())
        return sorted(
            name
            for name, table in holder.tables.items()
            if table.as_dict().get("TableType") == "VIRTUAL_VIEW" and _like(name, statement.parts.get("like"))
        )

    def _columns(self, table: dict[str, Any]) -> list[dict[str, str]]:
        return [
            *((table.get("StorageDescriptor") or {}).get("Columns") or []),
            *(table.get("PartitionKeys") or []),
        ]

    def _show_columns(self, statement: Statement) -> list[str]:
        return [column["Name"] for column in self._columns(self._table(statement).as_dict())]

    def _describe(self, statement: Statement) -> list[str]:
        table = self._table(statement).as_dict()
        lines = [
            f"{c['Name']:<20}\t{c.get('Type', ''):<20}\t{c.get('Comment', '') or '':<20}"
            for c in self._columns(table)
        ]
        if table.get("PartitionKeys"):
            lines += [
                "\t \t ",
                "# Partition Information\t \t ",
                "# col_name            \tdata_type           \tcomment             ",
                "\t \t ",
            ]
            lines += [
                f"{c['Name']:<20}\t{c.get('Type', ''):<20}\t{c.get('Comment', '') or '':<20}"
                for c in table["PartitionKeys"]
            ]
        return lines

    def _show_partitions(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        keys = [key["Name"] for key in table.as_dict().get("PartitionKeys") or []]
        if not keys:
            raise QueryFailedError(
                f"FAILED: Execution Error, return code 1. Table {table.name} is not a partitioned table"
            )
        return sorted(
            "/".join(f"{k}={v}" for k, v in zip(keys, p.values, strict=False))
            for p in table.partitions.values()
        )

    def _show_tblproperties(self, statement: Statement) -> list[str]:
        return [
            f"{k}\t{v}" for k, v in sorted((self._table(statement).as_dict().get("Parameters") or {}).items())
        ]

    def _show_create_view(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        sql = decode_view(table.as_dict().get("ViewOriginalText") or "")
        return [f'CREATE VIEW "{table.database_name}"."{table.name}" AS', *sql.splitlines()]

    def _show_create_table(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        record = table.as_dict()
        storage = record.get("StorageDescriptor") or {}

        def listed(columns: list[dict[str, str]]) -> list[str]:
            rows = []
            for column in columns:
                comment = f" COMMENT '{column['Comment']}'" if column.get("Comment") else ""
                rows.append(f"  `{column['Name']}` {column.get('Type', 'string')}{comment}")
            return [row + ("," if i < len(rows) - 1 else ")") for i, row in enumerate(rows)]

        lines = [
            f"CREATE EXTERNAL TABLE `{table.database_name}.{table.name}`(",
            *listed(storage.get("Columns") or []),
        ]
        if record.get("PartitionKeys"):
            lines += ["PARTITIONED BY ( ", *listed(record["PartitionKeys"])]
        lines += [
            "ROW FORMAT SERDE ",
            f"  '{(storage.get('SerdeInfo') or {}).get('SerializationLibrary', '')}' ",
            "STORED AS INPUTFORMAT ",
            f"  '{storage.get('InputFormat', '')}' ",
            "OUTPUTFORMAT ",
            f"  '{storage.get('OutputFormat', '')}'",
            "LOCATION",
            f"  '{storage.get('Location', '')}'",
        ]
        properties = [f"  '{k}'='{v}'" for k, v in sorted((record.get("Parameters") or {}).items())]
        if properties:
            lines += [
                "TBLPROPERTIES (",
                *(p + ("," if i < len(properties) - 1 else ")") for i, p in enumerate(properties)),
            ]
        return lines

    def _create_database(self, statement: Statement) -> list[str]:
        name = statement.parts["name"].strip('`"').lower()
        if name in self._glue.databases:
            if statement.parts.get("exists"):
                return []
            raise QueryFailedError(f"FAILED: Execution Error, return code 1. Database {name} already exists")
        self._glue.create_database(
            name,
            {
                "Name": name,
                "Description": statement.parts.get("comment", ""),
                "LocationUri": statement.parts.get("location", ""),
            },
        )
        return []

    def _drop_database(self, statement: Statement) -> list[str]:
        name = statement.parts["name"].strip('`"').lower()
        if name not in self._glue.databases:
            if statement.parts.get("exists"):
                return []
            raise QueryFailedError(
                f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}"
            )
        if self._glue.databases[name].tables and (statement.parts.get("cascade") or "").upper() != "CASCADE":
            raise QueryFailedError(
                f"FAILED: Execution Error, return code 1. InvalidOperationException: Database {name} is not empty"
            )
        self._glue.delete_database(name)
        return []

    def _drop(self, statement: Statement, view: bool) -> list[str]:
        database, name = split_name(statement.parts["name"], self._database)
        holder = self._glue.databases.get(database)
        if holder is None or name not in holder.tables:
            if statement.parts.get("exists"):
                return []
            raise QueryFailedError(
                f"FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"
            )
        is_view = holder.tables[name].as_dict().get("TableType") == "VIRTUAL_VIEW"
        if is_view != view:
            raise QueryFailedError(
                f"FAILED: SemanticException: {database}.{name} is {'a view: use DROP VIEW' if is_view else 'not a view'}"
            )
        self._glue.delete_table(database, name)
        return []

    def _drop_table(self, statement: Statement) -> list[str]:
        return self._drop(statement, view=False)

    def _drop_view(self, statement: Statement) -> list[str]:
        return self._drop(statement, view=True)

    def _create_table(self, statement: Statement) -> list[str]:
        tree = statement.tree
        schema = tree.this
        table = schema.this if isinstance(schema, exp.Schema) else schema
        database, name = (table.db or self._database).lower(), table.name.lower()
        holder = self._holder(database)
        if name in holder.tables:
            if tree.args.get("exists"):
                return []
            raise QueryFailedError(
                f"FAILED: Execution Error, return code 1. AlreadyExistsException: Table {name} already exists"
            )
        properties = list(tree.args["properties"].expressions) if tree.args.get("properties") else []
        by_type = {type(item): item for item in properties}
        location = by_type[exp.LocationProperty].this.name if exp.LocationProperty in by_type else ""
        if not location:
            raise QueryFailedError(
                "FAILED: SemanticException: no LOCATION: an external table needs LOCATION 's3://…'"
            )
        text = statement.sql.lower()
        kind = "parquet" if "parquet" in text else "json" if "json" in text else "csv"
        options: dict[str, str] = {"serialization.format": "1"}
        if delimited := by_type.get(exp.RowFormatDelimitedProperty):
            fields = delimited.args.get("fields")
            options["field.delim"] = fields.name if fields is not None else ","
        if match := re.search(r"SERDEPROPERTIES\s*\(([^)]*)\)", statement.sql, re.IGNORECASE):
            options |= dict(re.findall(r"'([^']*)'\s*=\s*'([^']*)'", match[1]))
        keys = []
        if partitioned := by_type.get(exp.PartitionedByProperty):
            keys = [_column(item) for item in partitioned.this.expressions]
        parameters = {"EXTERNAL": "TRUE", "classification": kind}
        if match := re.search(r"TBLPROPERTIES\s*\(([^)]*)\)", statement.sql, re.IGNORECASE):
            parameters |= dict(re.findall(r"'([^']*)'\s*=\s*'([^']*)'", match[1]))
        comment = by_type.get(exp.SchemaCommentProperty)
        columns = [_column(item) for item in schema.expressions if isinstance(item, exp.ColumnDef)]
        storage = descriptor(kind, columns, location, options)
        if match := re.search(r"ROW\s+FORMAT\s+SERDE\s+'([^']+)'", statement.sql, re.IGNORECASE):
            storage["SerdeInfo"]["SerializationLibrary"] = match[1]
        self._glue.create_table(
            database,
            name,
            {
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Description": comment.this.name if comment is not None else "",
                "Parameters": parameters,
                "PartitionKeys": keys,
                "StorageDescriptor": storage,
            },
        )
        return []

    def _set_tblproperties(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        record = dict(table.versions[str(table._current_version)])
        record["Parameters"] = {**(record.get("Parameters") or {}), **options_of(statement.parts["options"])}
        table.update(record)
        return []

    def _partition_clauses(self, statement: Statement) -> list[tuple[list[str], str]]:
        quoted = r"'((?:[^']|'')*)'"  # a quote is written twice
        found = []
        for spec, location in re.findall(
            rf"PARTITION\s*\(((?:'(?:[^']|'')*'|[^)'])*)\)(?:\s*LOCATION\s*{quoted})?",
            statement.parts["clauses"],
            re.IGNORECASE,
        ):
            values = re.findall(rf"=\s*(?:{quoted}|([^\s,]+))", spec)
            found.append(
                ([(text or bare).replace("''", "'") for text, bare in values], location.replace("''", "'"))
            )
        return found

    def _add(self, table: Any, values: list[str], location: str) -> bool:
        if any(list(p.values) == values for p in table.partitions.values()):
            return False
        record = table.as_dict()
        storage = {**(record.get("StorageDescriptor") or {}), "Location": location}
        table.create_partition({"Values": values, "StorageDescriptor": storage, "Parameters": {}})
        return True

    def _add_partition(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        record = table.as_dict()
        keys = [key["Name"] for key in record.get("PartitionKeys") or []]
        base = (record.get("StorageDescriptor") or {}).get("Location", "").rstrip("/")
        for values, location in self._partition_clauses(statement):
            place = (
                location
                or base + "/" + "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=False)) + "/"
            )
            if not self._add(table, values, place) and not statement.parts.get("exists"):
                raise QueryFailedError(
                    "FAILED: Execution Error, return code 1. AlreadyExistsException: Partition already exists."
                )
        return []

    def _drop_partition(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        for values, _ in self._partition_clauses(statement):
            if str(values) in table.partitions:
                table.delete_partition(values)
            elif not statement.parts.get("exists"):
                raise QueryFailedError("FAILED: SemanticException [Error 10006]: Partition not found")
        return []

    def _msck_repair(self, statement: Statement) -> list[str]:
        table = self._table(statement)
        record = table.as_dict()
        keys = [key["Name"] for key in record.get("PartitionKeys") or []]
        if not keys:
            raise QueryFailedError(
                f"FAILED: Execution Error, return code 1. Table {table.name} is not a partitioned table"
            )
        location = (record.get("StorageDescriptor") or {}).get("Location", "")
        added = []
        for values, place in hive_partitions(self._files, location, keys):
            if self._add(table, values, place):
                added.append(
                    f"{table.name}:" + "/".join(f"{k}={v}" for k, v in zip(keys, values, strict=False))
                )
        if not added:
            return []
        return [
            "Partitions not in metastore:\t" + "\t".join(added),
            *(f"Repair: Added partition to metastore {name}" for name in added),
        ]


def _like(name: str, pattern: str | None) -> bool:
    return pattern is None or any(fnmatchcase(name, part.replace("%", "*")) for part in pattern.split("|"))


def _column(definition: exp.ColumnDef) -> dict[str, str]:
    column = {
        "Name": definition.name.lower(),
        "Type": re.sub(r"\s*([<>,:])\s*", r"\1", definition.kind.sql(dialect="hive")).lower()
        if definition.kind
        else "string",
    }
    for constraint in definition.args.get("constraints") or []:
        if isinstance(constraint.kind, exp.CommentColumnConstraint):
            column["Comment"] = constraint.kind.this.name
    return column
