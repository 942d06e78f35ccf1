"""What an ETL job reads and writes: from its visual graph, else from the text of its script. Never raises; what is not understood is listed.

The graph's nodes are Glue's CodeGenConfigurationNodes: sources and targets name a database and table, or paths. A script is searched for the
calls of Glue's own library and of Spark (AWS Glue developer guide, "GlueContext class"; Spark's DataFrameReader and DataFrameWriter).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dataops_desktop.sql.dependencies import dependencies

_READ_CALL = re.compile(r"(?:create_dynamic_frame|create_data_frame|create_sample_dynamic_frame)?\.?from_catalog\s*\((?P<arguments>[^)]*)\)", re.DOTALL)  # fmt: skip
_WRITE_CALL = re.compile(
    r"(?:write_dynamic_frame|write_data_frame)\.from_catalog\s*\((?P<arguments>[^)]*)\)", re.DOTALL
)
_GIVEN = re.compile(r"\b(database|table_name|name_space|databaseName|tableName)\s*=\s*[\"']([^\"']+)[\"']")
_SPARK_TABLE = re.compile(r"\.(?:table|saveAsTable|insertInto|writeTo)\s*\(\s*[\"']([\w`.-]+)[\"']")
_SPARK_SQL = re.compile(r"\.sql\s*\(\s*f?(\"\"\"|'''|\"|')(?P<sql>.*?)\1", re.DOTALL)
_PATH = re.compile(r"[\"'](s3[an]?://[^\"'\s]+)[\"']")
_WRITING = re.compile(r"\.(?:saveAsTable|insertInto|writeTo)\s*\($")


@dataclass(frozen=True)
class JobDependencies:
    """(database, table) pairs in lower case and `s3://` paths."""

    reads: tuple[tuple[str, str], ...] = ()
    writes: tuple[tuple[str, str], ...] = ()
    read_paths: tuple[str, ...] = ()
    write_paths: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class _Found:
    def __init__(self) -> None:
        self.reads: dict[tuple[str, str], None] = {}
        self.writes: dict[tuple[str, str], None] = {}
        self.read_paths: dict[str, None] = {}
        self.write_paths: dict[str, None] = {}
        self.problems: dict[str, None] = {}

    def result(self) -> JobDependencies:
        return JobDependencies(
            tuple(self.reads), tuple(self.writes), tuple(self.read_paths), tuple(self.write_paths), tuple(self.problems)
        )  # fmt: skip


def graph_dependencies(graph: Mapping[str, Any]) -> JobDependencies:
    """Of a visual job."""
    found = _Found()
    for node in graph.values():
        if not isinstance(node, Mapping):
            continue
        for kind, record in node.items():
            if not isinstance(record, Mapping):
                continue
            writing = "Target" in kind
            if record.get("Database") and record.get("Table"):
                pair = (str(record["Database"]).lower(), str(record["Table"]).lower())
                (found.writes if writing else found.reads)[pair] = None
            paths = [*(record.get("Paths") or ()), *([record["Path"]] if record.get("Path") else ())]
            for path in paths:
                (found.write_paths if writing else found.read_paths)[str(path)] = None
            policy = record.get("SchemaChangePolicy") or {}
            if (
                writing
                and policy.get("EnableUpdateCatalog")
                and policy.get("Database")
                and policy.get("Table")
            ):
                found.writes[str(policy["Database"]).lower(), str(policy["Table"]).lower()] = None
            if not paths and not record.get("Table") and (kind.endswith(("Source", "Target"))):
                found.problems[f"{record.get('Name') or kind}: {kind} is outside the catalog and S3"] = None
    return found.result()


def _pair(arguments: str) -> tuple[str, str] | None:
    given = dict(_GIVEN.findall(arguments))
    database = given.get("database") or given.get("name_space") or given.get("databaseName")
    table = given.get("table_name") or given.get("tableName")
    return (database.lower(), table.lower()) if database and table else None


def script_dependencies(text: str) -> JobDependencies:
    """Of a script; variables are not followed, and a call that names nothing in its text is a problem in the list."""
    found = _Found()
    writing = [match.span() for match in _WRITE_CALL.finditer(text)]
    for match in _WRITE_CALL.finditer(text):
        if pair := _pair(match["arguments"]):
            found.writes[pair] = None
        else:
            found.problems["write_dynamic_frame.from_catalog names its table by a variable"] = None
    for match in _READ_CALL.finditer(text):
        if any(start <= match.start() < end for start, end in writing):
            continue
        if pair := _pair(match["arguments"]):
            found.reads[pair] = None
        else:
            found.problems["from_catalog names its table by a variable"] = None
    for match in _SPARK_TABLE.finditer(text):
        parts = match[1].replace("`", "").lower().split(".")
        if len(parts) < 2:
            continue
        target = found.writes if _WRITING.search(text[: match.start(1) - 1]) else found.reads
        target[parts[-2], parts[-1]] = None
    for match in _SPARK_SQL.finditer(text):
        told = dependencies(match["sql"], "default", "spark")
        if not told.parsed:
            found.problems[f"spark.sql is not understood: {' '.join(match['sql'].split())[:60]}"] = None
        found.reads.update(dict.fromkeys(told.reads))
        found.writes.update(dict.fromkeys(told.writes))
    for match in _PATH.finditer(text):
        before = text[max(0, match.start() - 200) : match.start()]
        last = max((before.rfind(word) for word in ("write", "save", "sink")), default=-1)
        target_paths = found.write_paths if last > before.rfind("read") and last >= 0 else found.read_paths
        target_paths[match[1]] = None
    return found.result()
