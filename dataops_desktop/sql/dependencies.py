"""Which tables a statement reads and which it writes: the edges of table lineage."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from dataops_desktop.sql.parsing import load_parser, parsed

_LOCATION = re.compile(r"'(s3a?://[^']+)'", re.IGNORECASE)


@dataclass(frozen=True)
class Dependencies:
    """(database, table) pairs in lower case, in order of appearance. `parsed` is False where the text was not understood."""

    reads: tuple[tuple[str, str], ...] = ()
    writes: tuple[tuple[str, str], ...] = ()
    drops: tuple[tuple[str, str], ...] = ()
    locations: tuple[str, ...] = ()
    kind: str = ""
    parsed: bool = True
    errors: tuple[str, ...] = field(default=())


def fingerprint(sql: str, database: str) -> str:
    """Equal for texts that differ only in white space, comments and trailing semicolons."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text).strip().rstrip(";").strip()
    return hashlib.blake2b(f"{database}\0{text}".encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


_KEPT_OR_LITERAL = re.compile(
    r"""(?P<kept>"(?:[^"]|"")*"|`[^`]*`)|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|--[^\n]*|/\*.*?\*/""", re.DOTALL
)


def statement_shape(sql: str, database: str) -> str:
    """Equal for texts that differ only in literals, white space, comments and trailing semicolons: a query that runs every day is one statement."""

    def plain(match: re.Match[str]) -> str:
        return match["kept"] or (" " if match[0].startswith(("--", "/*")) else "?")

    return fingerprint(
        re.sub(r"\(\s*\?(?:\s*,\s*\?)+\s*\)", "(?)", _KEPT_OR_LITERAL.sub(plain, sql)), database
    )


def dependencies(sql: str, default_database: str, dialect: str = "athena") -> Dependencies:
    """Table-level reads and writes of one statement. Never raises; a text that does not parse says so."""
    load_parser()
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    unload = re.match(r"\s*UNLOAD\s*\((?P<query>.+)\)\s*TO\s*'(?P<to>[^']+)'", sql, re.IGNORECASE | re.DOTALL)
    text = unload["query"] if unload else sql
    try:
        trees = parsed(text, dialect)
    except (SqlglotError, RecursionError) as error:
        return Dependencies(parsed=False, errors=(str(error).splitlines()[0][:200],))
    reads: dict[tuple[str, str], None] = {}
    writes: dict[tuple[str, str], None] = {}
    drops: dict[tuple[str, str], None] = {}
    kind = ""

    def named(table: exp.Table) -> tuple[str, str] | None:
        if not isinstance(table.this, exp.Identifier):
            return None
        return ((table.db or default_database).lower(), table.name.lower())

    for tree in trees:
        kind = tree.key
        target: exp.Table | None = None
        if isinstance(tree, exp.Create | exp.Insert):
            holder = tree.this
            target = holder.this if isinstance(holder, exp.Schema) else holder
            if isinstance(tree, exp.Create):
                kind = f"create {str(tree.args.get('kind') or '').lower()}".strip()
        if isinstance(tree, exp.Drop):
            dropped = tree.find(exp.Table)
            if dropped is not None and (pair := named(dropped)):
                drops[pair] = None
            continue
        if isinstance(tree, exp.Command | exp.Describe | exp.Alter):
            continue
        if isinstance(target, exp.Table) and (pair := named(target)):
            writes[pair] = None
        ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            if table is target:
                continue
            pair = named(table)
            if pair is None or (not table.db and pair[1] in ctes):
                continue
            reads[pair] = None
    locations = tuple(_LOCATION.findall(sql)) if unload else ()
    return Dependencies(tuple(reads), tuple(writes), tuple(drops), locations, "unload" if unload else kind)
