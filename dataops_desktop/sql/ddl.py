"""The statement that would make a table again, for Athena: Hive's CREATE EXTERNAL TABLE, an Iceberg table's, or a view's.

Source of the forms: Athena's user guide, "CREATE TABLE", "CREATE VIEW" and "Creating Iceberg tables".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataops_desktop.sql.quoting import quote_ident

Named = tuple[str, str, str]  # name, type, comment
# Counters and marks that services write for themselves.
_OWN = {"transient_lastDdlTime", "EXTERNAL", "recordCount", "objectCount", "sizeKey", "averageRecordSize", "numRows", "numFiles", "totalSize", "rawDataSize", "lastAnalyzedTime"}  # fmt: skip
_STORED_AS = {"Parquet": "PARQUET", "ORC": "ORC", "Avro": "AVRO"}


def _name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _columns(columns: Sequence[Named]) -> str:
    lines = [
        f"  {_name(name)} {kind}" + (f" COMMENT {_text(comment)}" if comment else "")
        for name, kind, comment in columns
    ]
    return "(\n" + ",\n".join(lines) + ")"


def _pairs(parameters: Mapping[str, Any]) -> str:
    lines = [f"  {_text(str(name))}={_text(str(value))}" for name, value in sorted(parameters.items())]
    return "(\n" + ",\n".join(lines) + ")"


def create_statement(
    database: str, table: str, properties: Mapping[str, Any], columns: Sequence[Named], keys: Sequence[Named]
) -> str:
    """From a glue-table node's properties; parts the catalog does not know are left out."""
    if properties.get("kind") == "view":
        sql = str(properties.get("viewSql") or "")
        target = f"{quote_ident('athena', database)}.{quote_ident('athena', table)}"
        return f"CREATE OR REPLACE VIEW {target} AS\n{sql.rstrip().rstrip(';')};\n" if sql else "-- The view's text is not known.\n"  # fmt: skip
    if properties.get("kind") == "link":
        return f"-- A resource link to {' '.join(str(properties.get('target') or '?').split())}: made in Lake Formation, not by SQL.\n"
    parameters = dict(properties.get("parameters") or {})
    iceberg = properties.get("storageFormat") == "Iceberg"
    lines = [
        f"CREATE {'' if iceberg else 'EXTERNAL '}TABLE {_name(database)}.{_name(table)} {_columns(columns)}"
    ]
    if description := str(properties.get("description") or ""):
        lines.append(f"COMMENT {_text(description)}")
    if keys:
        lines.append(f"PARTITIONED BY {_columns(keys)}")
    serde = properties.get("serde") or {}
    if not iceberg:
        if library := str(serde.get("library") or ""):
            lines.append(f"ROW FORMAT SERDE\n  {_text(library)}")
            if given := serde.get("parameters"):
                lines.append(f"WITH SERDEPROPERTIES {_pairs(given)}")
            if serde.get("inputFormat") and serde.get("outputFormat"):
                lines.append(f"STORED AS INPUTFORMAT\n  {_text(str(serde['inputFormat']))}\nOUTPUTFORMAT\n  {_text(str(serde['outputFormat']))}")  # fmt: skip
        elif stored := _STORED_AS.get(str(properties.get("storageFormat") or "")):
            lines.append(f"STORED AS {stored}")
    if location := str(properties.get("location") or ""):
        lines.append(f"LOCATION\n  {_text(location)}")
    shown = {name: value for name, value in parameters.items() if name not in _OWN}
    if iceberg:
        shown = {"table_type": "ICEBERG", **{k: v for k, v in shown.items() if k in {"format", "write_compression", "vacuum_max_snapshot_age_seconds", "optimize_rewrite_delete_file_threshold"}}}  # fmt: skip
    if shown:
        lines.append(f"TBLPROPERTIES {_pairs(shown)}")
    return "\n".join(lines) + ";\n"
