"""Completion of SQL from the local catalog alone: pure, fast, and silent about texts it does not understand.

`complete(sql, offset, catalog)` looks at the tokens of the statement around the offset. It knows the clause it is in, the
tables, aliases and CTE names in scope, `db.`, `alias.`, and when a name must be quoted. It never raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dataops_desktop.sql.quoting import quoted
from dataops_desktop.sql.split import statement_at
from dataops_desktop.sql.vocabulary import FUNCTIONS, KEYWORDS, RESERVED

LIMIT = 200  # Scintilla's list of 10,000 words takes 68–98 ms to open, of 200 it takes 1.5 ms

ENOUGH = 6

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>'(?:[^']|'')*(?:'|\Z))"""
    r"""|(?P<name>"(?:[^"]|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|[^\W\d][\w$]*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<symbol>.)""",
    re.DOTALL,
)
_TABLE_BEFORE = {"FROM", "JOIN", "INTO", "TABLE", "UPDATE", "DESCRIBE", "DESC", "VIEW"}
_CLAUSES = {
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "ON",
    "JOIN",
    "SET",
    "LIMIT",
    "VALUES",
    "USING",
    "INTO",
    "TABLE",
    "WITH",
}
_AFTER_TABLE = (
    "WHERE",
    "JOIN",
    "LEFT JOIN",
    "INNER JOIN",
    "CROSS JOIN",
    "ON",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "AS",
    "UNION ALL",
    "HAVING",
)
_STARTERS = (
    "SELECT",
    "WITH",
    "INSERT INTO",
    "CREATE TABLE",
    "CREATE VIEW",
    "SHOW TABLES",
    "SHOW PARTITIONS",
    "DESCRIBE",
    "MSCK REPAIR TABLE",
    "UNLOAD",
    "EXPLAIN",
    "DROP TABLE",
)


@dataclass(frozen=True)
class Completion:
    """One proposal. `insert` replaces the word before the caret; kind is keyword, function, table, view, column, database, cte or alias."""

    text: str
    insert: str
    kind: str
    detail: str = ""


class CompletionCatalog(Protocol):
    """What completion asks of the local catalog; names as stored."""

    def databases(self) -> Sequence[str]:
        """Every database."""

    def tables(self, database: str) -> Sequence[str]:
        """Tables and views of one database."""

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """(name, type) of every column, partition keys last; empty for an unknown table."""

    @property
    def default_database(self) -> str:
        """The database names without one belong to."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.upper()


def plain(name: str) -> str:
    """A written name without its quotes, lower-cased as Glue keeps names."""
    if name[:1] in {'"', "`"}:
        mark = name[0]
        name = name[1:].removesuffix(mark).replace(mark * 2, mark)
    return name.lower()


def _tokens(sql: str) -> list[_Token]:
    return [
        _Token(match.lastgroup or "", match.group(), match.start(), match.end())
        for match in _TOKEN.finditer(sql)
        if match.lastgroup != "space"
    ]


@dataclass
class _Source:
    """A table, CTE or subquery in scope: `columns` is known at once for the latter two."""

    name: str
    database: str = ""
    table: str = ""
    columns: tuple[tuple[str, str], ...] | None = None


def _match_close(tokens: Sequence[_Token], opened: int) -> int:
    depth = 0
    for index in range(opened, len(tokens)):
        if tokens[index].text == "(":
            depth += 1
        elif tokens[index].text == ")":
            depth -= 1
            if depth == 0:
                return index
    return len(tokens)


def _output_columns(
    tokens: Sequence[_Token], catalog: CompletionCatalog, ctes: dict[str, _Source]
) -> tuple[tuple[str, str], ...]:
    """Output column names of a SELECT, `*` expanded, from its tokens."""
    if not tokens or tokens[0].word != "SELECT":
        return ()
    items: list[list[_Token]] = [[]]
    depth = 0
    for token in tokens[1:]:
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth -= 1
        elif (
            depth == 0
            and token.kind == "name"
            and token.word in {"FROM", "UNION", "WHERE", "GROUP", "ORDER", "LIMIT"}
        ):
            break
        elif depth == 0 and token.text == ",":
            items.append([])
            continue
        items[-1].append(token)
    sources = _sources(tokens, catalog, dict(ctes))
    columns: list[tuple[str, str]] = []
    for item in items:
        item = [t for t in item if t.word not in {"DISTINCT", "ALL"}] if len(item) > 1 else item
        if not item:
            continue
        if item[-1].text == "*" and len(item) in {1, 3}:
            wanted = plain(item[0].text) if len(item) == 3 else None
            for source in sources:
                if wanted is None or source.name == wanted:
                    columns += _columns_of(source, catalog)
        elif item[-1].kind == "name" and item[-1].word != "END":
            columns.append((plain(item[-1].text), ""))
    return tuple(columns)


def _ctes(tokens: Sequence[_Token], catalog: CompletionCatalog) -> dict[str, _Source]:
    found: dict[str, _Source] = {}
    for index in range(len(tokens) - 2):
        named = (
            tokens[index].kind == "name" and tokens[index + 1].word == "AS" and tokens[index + 2].text == "("
        )
        before = tokens[index - 1].word if index else ""
        if named and before in {"WITH", ",", "RECURSIVE"}:
            close = _match_close(tokens, index + 2)
            name = plain(tokens[index].text)
            found[name] = _Source(name, columns=_output_columns(tokens[index + 3 : close], catalog, found))
    return found


def _sources(tokens: Sequence[_Token], catalog: CompletionCatalog, ctes: dict[str, _Source]) -> list[_Source]:
    """Tables, CTEs and subqueries after FROM and JOIN at this level of parentheses."""
    found: list[_Source] = []
    index, depth, in_from = 0, 0, False
    while index < len(tokens):
        token = tokens[index]
        if token.text == "(" and not (in_from and depth == 0):
            depth += 1
        elif token.text == ")":
            depth -= 1
        if depth > 0 or token.text == ")":
            index += 1
            continue
        if token.kind == "name" and token.word in {"FROM", "JOIN", "INTO", "UPDATE"}:
            in_from = True
            index += 1
        elif in_from and token.text == ",":
            index += 1
        elif token.kind == "name" and token.word in _CLAUSES:
            in_from = False
            index += 1
            continue
        else:
            index += 1
            continue
        if index >= len(tokens):
            break
        source: _Source | None = None
        if tokens[index].text == "(":
            close = _match_close(tokens, index)
            source = _Source("", columns=_output_columns(tokens[index + 1 : close], catalog, ctes))
            index = close + 1
        elif tokens[index].kind == "name" and tokens[index].word not in _CLAUSES:
            parts = [plain(tokens[index].text)]
            index += 1
            while index + 1 < len(tokens) and tokens[index].text == "." and tokens[index + 1].kind == "name":
                parts.append(plain(tokens[index + 1].text))
                index += 2
            if len(parts) == 1 and parts[0] in ctes:
                source = _Source(parts[0], columns=ctes[parts[0]].columns)
            else:
                database = parts[-2] if len(parts) > 1 else catalog.default_database
                source = _Source(parts[-1], database, parts[-1])
        if source is None:
            continue
        if index < len(tokens) and tokens[index].word == "AS":
            index += 1
        if index < len(tokens) and tokens[index].kind == "name" and tokens[index].word not in RESERVED:
            source.name = plain(tokens[index].text)
            index += 1
        found.append(source)
        in_from = True
    return found


def _columns_of(source: _Source, catalog: CompletionCatalog) -> list[tuple[str, str]]:
    if source.columns is not None:
        return list(source.columns)
    return list(catalog.columns(source.database, source.table))


def _rank(prefix: str, options: Iterable[Completion]) -> list[Completion]:
    """Prefix matches before fuzzy ones (letters in order), each once."""
    prefix = prefix.lower().strip('"`')
    first, second, third, seen = [], [], [], set()
    for option in options:
        key = (option.text.lower(), option.kind, option.detail)
        if key in seen:
            continue
        seen.add(key)
        text = option.text.lower()
        if text.startswith(prefix):
            first.append(option)
        elif prefix in text:
            second.append(option)
        elif len(prefix) > 1 and _subsequence(prefix, text):
            third.append(option)
    # A fuzzy find helps when nothing else fits; below good matches it is noise.
    found = first + second
    return (found if len(found) >= ENOUGH else found + third)[:LIMIT]


def _subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(char in rest for char in short)


def complete(sql: str, offset: int, catalog: CompletionCatalog, dialect: str = "athena") -> list[Completion]:
    """Proposals for the word that ends at `offset` (a character index into `sql`), best first, at most 200."""
    del dialect  # one vocabulary so far; the parameter is the interface's
    offset = max(0, min(offset, len(sql)))
    statement = statement_at(sql, offset)
    base, text = (
        (statement.start, sql[statement.start : max(statement.end, offset)])
        if statement and statement.start <= offset
        else (offset, "")
    )
    if statement and ";" in sql[statement.end : offset]:
        base, text = offset, ""
    caret = offset - base
    tokens = _tokens(text)
    for token in tokens:
        inside = token.start < caret < token.end or (
            token.start < caret and token.end == caret and token.kind in {"comment", "string"}
        )
        if inside and token.kind == "comment" and not (token.text.endswith("*/") and token.end == caret):
            return []
        if (
            inside
            and token.kind == "string"
            and not (token.end == caret and len(token.text) > 1 and token.text.endswith("'"))
        ):
            return []
    tokens = [token for token in tokens if token.kind != "comment"]
    current = next((t for t in tokens if t.kind in {"name", "number"} and t.start < caret <= t.end), None)
    if current is not None and current.kind == "number":
        return []
    prefix = text[current.start : caret] if current else ""
    before = [t for t in tokens if t.end <= (current.start if current else caret)]
    qualifier: list[str] = []
    while len(before) >= 2 and before[-1].text == "." and before[-2].kind == "name":
        qualifier.insert(0, plain(before[-2].text))
        before = before[:-2]
    visible = [t for t in tokens if t is not current]
    ctes = _ctes(visible, catalog)
    sources = _scope(visible, caret, catalog, ctes)
    clause = _clause(before)
    if qualifier:
        return _rank(prefix, _qualified(qualifier, sources, catalog))
    if clause == "table":
        return _rank(prefix, _tables(catalog, ctes))
    if clause == "start":
        return _rank(prefix, [Completion(word, word, "keyword") for word in (*_STARTERS, *KEYWORDS)])
    return _rank(prefix, _expression(sources, catalog, clause))


def _scope(
    tokens: Sequence[_Token], caret: int, catalog: CompletionCatalog, ctes: dict[str, _Source]
) -> list[_Source]:
    """Sources of the innermost query around the caret first, then of the queries around it (correlated names)."""
    opened = [i for i, t in enumerate(tokens) if t.text == "(" and t.start < caret]
    found: list[_Source] = []
    for index in reversed(opened):
        close = _match_close(tokens, index)
        if close < len(tokens) and tokens[close].start < caret:
            continue
        inner = tokens[index + 1 : close]
        if inner and inner[0].word in {"SELECT", "WITH"}:
            found += _sources(inner, catalog, ctes)
    return found + _sources(tokens, catalog, ctes)


def _clause(before: Sequence[_Token]) -> str:
    depth = 0
    for position, token in enumerate(reversed(before)):
        if token.text == ")":
            depth += 1
        elif token.text == "(":
            if depth == 0 and position == 0:
                previous = before[-2].word if len(before) > 1 else ""
                return (
                    "start" if previous in {"FROM", "JOIN", "IN", "EXISTS", "AS", ",", ""} else "expression"
                )
            depth -= 1
        if depth > 0 or token.kind != "name":
            continue
        if token.word in _TABLE_BEFORE:
            between = before[len(before) - position :]
            if not between or between[-1].text == ",":
                return "table"
            return "after_table"
        if token.word in _CLAUSES or token.word == "BY":
            return "expression"
    return "start" if not before else "expression"


def _tables(catalog: CompletionCatalog, ctes: dict[str, _Source]) -> Iterable[Completion]:
    for name in ctes:
        yield Completion(name, quoted(name), "cte", "common table expression")
    own = catalog.default_database
    for name in catalog.tables(own) if own else ():
        yield Completion(name, quoted(name), "table", own)
    for database in catalog.databases():
        yield Completion(database, quoted(database), "database", "database")
    for database in catalog.databases():
        if database != own:
            for name in catalog.tables(database):
                yield Completion(name, f"{quoted(database)}.{quoted(name)}", "table", database)


def _qualified(
    qualifier: list[str], sources: Sequence[_Source], catalog: CompletionCatalog
) -> Iterable[Completion]:
    last = qualifier[-1]
    for source in sources:
        if source.name == last or (
            len(qualifier) == 2 and (source.database, source.table) == tuple(qualifier)
        ):
            for name, kind in _columns_of(source, catalog):
                yield Completion(name, quoted(name), "column", kind)
    if len(qualifier) == 1:
        for name in catalog.tables(last):
            yield Completion(name, quoted(name), "table", last)


def _expression(sources: Sequence[_Source], catalog: CompletionCatalog, clause: str) -> Iterable[Completion]:
    if clause == "after_table":
        for word in _AFTER_TABLE:
            yield Completion(word, word, "keyword")
    else:
        for source in sources:
            for name, kind in _columns_of(source, catalog):
                yield Completion(name, quoted(name), "column", f"{kind} · {source.name}".strip(" ·"))
        for source in sources:
            if source.name:
                yield Completion(source.name, quoted(source.name), "alias", source.table or "subquery")
        for name, signature in FUNCTIONS.items():
            yield Completion(name, name, "function", signature)
    for word in KEYWORDS:
        yield Completion(word, word, "keyword")
