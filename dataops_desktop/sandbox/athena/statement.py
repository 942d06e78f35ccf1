"""What kind of Athena statement a text is, without running it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot.errors import SqlglotError

from dataops_desktop.sandbox.athena.failures import MalformedQueryError, malformed

# sqlglot warns when it keeps SHOW, MSCK or UNLOAD as a plain command; those are handled by pattern here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_NAME = r"[`\"]?[\w$-]+[`\"]?(?:\s*\.\s*[`\"]?[\w$-]+[`\"]?)?"
_PATTERNS: list[tuple[str, str]] = [
    ("show_databases", r"SHOW\s+(?:DATABASES|SCHEMAS)(?:\s+LIKE\s+'(?P<like>[^']*)')?"),
    (
        "show_tables",
        r"SHOW\s+TABLES(?:\s+(?:IN|FROM)\s+(?P<name>[`\"]?[\w$-]+[`\"]?))?(?:\s+(?:LIKE\s+)?'(?P<like>[^']*)')?",
    ),
    (
        "show_views",
        r"SHOW\s+VIEWS(?:\s+(?:IN|FROM)\s+(?P<name>[`\"]?[\w$-]+[`\"]?))?(?:\s+LIKE\s+'(?P<like>[^']*)')?",
    ),
    (
        "show_columns",
        rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+(?P<name>{_NAME})(?:\s+(?:IN|FROM)\s+(?P<db>[`\"]?[\w$-]+[`\"]?))?",
    ),
    ("show_partitions", rf"SHOW\s+PARTITIONS\s+(?P<name>{_NAME})"),
    ("show_create_table", rf"SHOW\s+CREATE\s+TABLE\s+(?P<name>{_NAME})"),
    ("show_create_view", rf"SHOW\s+CREATE\s+VIEW\s+(?P<name>{_NAME})"),
    ("show_tblproperties", rf"SHOW\s+TBLPROPERTIES\s+(?P<name>{_NAME})"),
    ("describe", rf"(?:DESCRIBE|DESC)\s+(?:EXTENDED\s+|FORMATTED\s+)?(?P<name>{_NAME})"),
    ("msck_repair", rf"MSCK\s+REPAIR\s+TABLE\s+(?P<name>{_NAME})"),
    (
        "create_database",
        r"CREATE\s+(?:DATABASE|SCHEMA)\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>[`\"]?[\w$-]+[`\"]?)(?:\s+COMMENT\s+'(?P<comment>[^']*)')?(?:\s+LOCATION\s+'(?P<location>[^']*)')?.*",
    ),
    (
        "drop_database",
        r"DROP\s+(?:DATABASE|SCHEMA)\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>[`\"]?[\w$-]+[`\"]?)(?:\s+(?P<cascade>CASCADE|RESTRICT))?",
    ),
    ("drop_table", rf"DROP\s+TABLE\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{_NAME})"),
    ("drop_view", rf"DROP\s+VIEW\s+(?P<exists>IF\s+EXISTS\s+)?(?P<name>{_NAME})"),
    ("create_view", rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?VIEW\s+(?P<name>{_NAME})\s+AS\s+(?P<query>.+)"),
    (
        "ctas",
        rf"CREATE\s+TABLE\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{_NAME})(?:\s+WITH\s*\((?P<options>.*?)\))?\s+AS\s+(?P<query>.+?)(?P<no_data>\s+WITH\s+NO\s+DATA)?",
    ),
    ("create_table", r"CREATE\s+(?:EXTERNAL\s+)?TABLE\s+.+"),
    (
        "add_partition",
        rf"ALTER\s+TABLE\s+(?P<name>{_NAME})\s+ADD\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<clauses>PARTITION.+)",
    ),
    (
        "drop_partition",
        rf"ALTER\s+TABLE\s+(?P<name>{_NAME})\s+DROP\s+(?P<exists>IF\s+EXISTS\s+)?(?P<clauses>PARTITION.+)",
    ),
    ("set_tblproperties", rf"ALTER\s+TABLE\s+(?P<name>{_NAME})\s+SET\s+TBLPROPERTIES\s*\((?P<options>.+)\)"),
    (
        "insert",
        rf"INSERT\s+INTO\s+(?P<name>{_NAME})\s*(?:\((?P<columns>[^()]*)\)\s*)?(?P<query>(?:SELECT|WITH|VALUES|\().+)",
    ),
    ("unload", r"UNLOAD\s*\((?P<query>.+)\)\s*TO\s*'(?P<location>[^']+)'(?:\s*WITH\s*\((?P<options>.+)\))?"),
    ("prepare", r"PREPARE\s+(?P<name>\w+)\s+FROM\s+(?P<query>.+)"),
    ("execute", r"EXECUTE\s+(?P<name>\w+)(?:\s+USING\s+(?P<values>.+))?"),
    ("deallocate", r"DEALLOCATE\s+PREPARE\s+(?P<name>\w+)"),
    (
        "explain",
        r"EXPLAIN\s+(?P<analyze>ANALYZE\s+)?(?:\((?P<options>[^)]*)\)\s*)?(?P<query>(?:SELECT|WITH|INSERT|CREATE).+)",
    ),
    ("select", r"(?P<query>(?:SELECT|WITH|VALUES|TABLE|\().*)"),
]
_COMPILED = [(kind, re.compile(rf"^{pattern}$", re.IGNORECASE | re.DOTALL)) for kind, pattern in _PATTERNS]
_COMMENT = re.compile(r"^(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)+", re.DOTALL)

# SubstatementType and StatementType as GetQueryExecution reports them.
DDL_KINDS = {kind for kind, _ in _PATTERNS} - {"insert", "unload", "select", "explain", "execute", "ctas"}


@dataclass(frozen=True)
class Statement:
    """A recognised statement: its kind, the named pieces of its text, and its inner query parsed where it has one."""

    kind: str
    parts: dict[str, str]
    sql: str
    tree: Any = None

    @property
    def statement_type(self) -> str:
        """DDL, DML or UTILITY, as Athena classifies it (a CTAS is DDL that scans)."""
        if self.kind in {"explain", "prepare", "deallocate", "describe"} or self.kind.startswith("show"):
            return "UTILITY"
        return "DDL" if self.kind in DDL_KINDS or self.kind == "ctas" else "DML"

    @property
    def substatement_type(self) -> str:
        """SELECT, CREATE_TABLE_AS_SELECT, …"""
        return {"ctas": "CREATE_TABLE_AS_SELECT"}.get(self.kind, self.kind.upper())

    @property
    def returns_header(self) -> bool:
        """Only queries put a header row into the first page of their results."""
        return self.kind in {"select", "execute"}


def split_name(text: str, default_database: str) -> tuple[str, str]:
    """`` `db`.`t` `` → (`db`, `t`), lower-cased as Glue keeps names."""
    pieces = [piece.strip().strip('`"') for piece in text.split(".")]
    database, name = (pieces[0], pieces[1]) if len(pieces) == 2 else (default_database, pieces[0])
    return database.lower(), name.lower()


def options_of(text: str | None) -> dict[str, str]:
    """`format = 'PARQUET', partitioned_by = ARRAY['y']` → {'format': 'PARQUET', 'partitioned_by': "ARRAY['y']"}."""
    found = re.findall(
        r"['\"]?([\w.\-]+)['\"]?\s*=\s*('(?:[^']|'')*'|ARRAY\s*\[[^\]]*\]|[\w.]+)", text or "", re.IGNORECASE
    )
    return {name.lower(): (v[1:-1].replace("''", "'") if v.startswith("'") else v) for name, v in found}


def classify(sql: str) -> Statement:
    """Recognise one statement; raises MalformedQueryError with Athena's message where Athena would refuse it."""
    text = _COMMENT.sub("", sql).strip().rstrip(";").rstrip()
    if not text:
        raise MalformedQueryError("line 1:1: mismatched input '<EOF>'. Expecting: <query>")
    for kind, pattern in _COMPILED:
        match = pattern.match(text)
        if match is None:
            continue
        parts = {name: value for name, value in match.groupdict().items() if value is not None}
        tree = None
        inner = parts.get("query") if kind != "prepare" else None
        if kind == "select":
            inner = sql.strip().rstrip(";")
        if inner is not None or kind == "create_table":
            try:
                trees = sqlglot.parse(inner if inner is not None else text, read="athena")
            except SqlglotError as error:
                raise malformed(error) from error
            if len(trees) != 1 or trees[0] is None:
                raise MalformedQueryError("line 1:1: Only one sql statement is allowed. Got: " + sql[:200])
            tree = trees[0]
        return Statement(kind, parts, sql, tree)
    word = re.split(r"[\s(]", text)[0]
    raise MalformedQueryError(
        f"line 1:1: mismatched input '{word}'. Expecting: 'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', "
        "'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', "
        "'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UPDATE', 'USE', <query>"
    )
