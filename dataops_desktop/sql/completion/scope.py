"""Which tables, aliases, CTEs and columns a place in an unfinished statement can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from dataops_desktop.sql.completion.structure import CLAUSES, SET_OPERATORS, Block, Structure
from dataops_desktop.sql.completion.tokens import Source, plain
from dataops_desktop.sql.types import fields_of
from dataops_desktop.sql.vocabulary import NOT_AN_ALIAS, Vocabulary

Columns = tuple[tuple[str, str], ...]


class CompletionCatalog(Protocol):
    """What completion asks of the local catalog; names as stored.

    Two more are used where a catalog has them: `recently_used() -> Sequence[str]` (lower-case names, latest first) and
    `views(database) -> Collection[str]` (which of its tables are views).
    """

    def databases(self) -> Sequence[str]:
        """Every database."""

    def tables(self, database: str) -> Sequence[str]:
        """Tables and views of one database."""

    def columns(self, database: str, table: str) -> Sequence[tuple[str, str]]:
        """(name, type) of every column, partition keys last; empty for an unknown table."""

    @property
    def default_database(self) -> str:
        """The database that names without one belong to."""


@dataclass(frozen=True)
class Relation:
    """Something a FROM clause names. `columns` is known at once for CTEs, subqueries and UNNEST, else the catalog has them."""

    name: str
    database: str = ""
    table: str = ""
    columns: Columns | None = None
    aliased: bool = False


class Scopes:
    """Reads one statement. Indexes are those of `source.tokens`."""

    def __init__(self, source: Source, catalog: CompletionCatalog, words: Vocabulary) -> None:
        self.source, self._catalog, self._words = source, catalog, words
        self.structure = Structure(source)
        self._output: dict[int, Columns] = {}
        self._busy: set[int] = set()

    # CTEs
    def ctes(self, index: int) -> dict[str, Relation]:
        """Common table expressions visible at `index`, those of outer queries too."""
        found: dict[str, Relation] = {}
        for opened in [-1, *self._around(index)]:
            found.update(self._declared(opened, index))
        return found

    def _around(self, index: int) -> list[int]:
        return [o for o, closed in sorted(self.source.close.items()) if o < index <= closed]

    def _declared(self, opened: int, index: int) -> dict[str, Relation]:
        """CTEs that one level declares before `index`; the body of a recursive one sees itself."""
        source, found = self.source, dict[str, Relation]()
        start, end = self.structure.region(opened)
        for place in self.structure.direct(start, min(end, index)):
            if source.word(place) != "WITH" or source.text(place + 1) == "(":
                continue
            recursive = source.word(place + 1) == "RECURSIVE"
            at = place + 2 if recursive else place + 1
            while at < min(end, index) and at < len(source.tokens) and source.tokens[at].named:
                name, at = plain(source.text(at)), at + 1
                names: list[str] | None = None
                if source.text(at) == "(":
                    names = self.structure.name_list(at)
                    at = source.skip(at)
                if source.word(at) != "AS":
                    break
                at += 1
                while source.word(at) in {"NOT", "MATERIALIZED"}:
                    at += 1
                if source.text(at) != "(":
                    break
                body, at = at, source.skip(at)
                if body < index <= source.close[body] and not recursive:
                    break  # inside this one's own body: it and those behind it are not there yet
                columns = self.output(body) if not (body < index <= source.close[body]) else ()
                found[name] = Relation(name, columns=_renamed(columns, names), aliased=True)
                if source.text(at) != ",":
                    break
                at += 1
        return found

    # relations
    def relations(self, block: Block) -> list[Relation]:
        """What a block reads, in order; for UPDATE, DELETE and MERGE the target too."""
        found: list[Relation] = []
        source = self.source
        for index in self.structure.direct(block.start, block.end):
            word = source.word(index)
            if word == "FROM" and block.at("FROM") == index:
                start, end = block.span("FROM")
                self._from_items(start, end, found)
            elif (word == "UPDATE" and block.at("UPDATE") == index) or (
                word == "INTO" and source.word(index - 1) == "MERGE"
            ):
                self._from_items(index + 1, block.end, found, one=True)
            elif (
                word == "USING"
                and any(source.word(i) == "MERGE" for i in self.structure.direct(block.start, index))
            ) or (word == "VIEW" and source.word(index - 1) == "LATERAL"):
                if word == "VIEW":
                    self._lateral_view(index + 1, found)
                else:
                    self._from_items(index + 1, block.end, found, one=True)
        return found

    def _from_items(self, start: int, end: int, found: list[Relation], one: bool = False) -> int:
        source, index, expecting = self.source, start, True
        while index < end:
            word, text = source.word(index), source.text(index)
            if expecting:
                if word in {"LATERAL", "ONLY"} and source.word(index + 1) != "VIEW":
                    index += 1
                    continue
                item, index = self._item(index, end, found)
                expecting = False
                if item is not None:
                    found.append(item)
                    if one:
                        return index
                elif word in {"JOIN", ","} or text == ",":
                    expecting, index = True, index + 1
                continue
            if text == "," or word == "JOIN":
                expecting = True
            elif word in CLAUSES or word in SET_OPERATORS:
                break
            index = source.skip(index)
        return index

    def _item(self, index: int, end: int, found: list[Relation]) -> tuple[Relation | None, int]:
        """One table, subquery, UNNEST or parenthesised join; and the index behind it and its alias."""
        source = self.source
        item: Relation
        if source.text(index) == "(":
            if not self.structure.is_query(index):
                self._from_items(index + 1, source.close[index], found)
                return None, self._past_alias(source.skip(index), end)
            item, behind = Relation("", columns=self.output(index)), source.skip(index)
        elif source.word(index) in {"UNNEST", "TABLE"} and source.text(index + 1) == "(":
            item, behind = Relation("", columns=self._unnested(index + 1, found)), source.skip(index + 1)
            if source.word(behind) == "WITH" and source.word(behind + 1) == "ORDINALITY":
                behind += 2
                item = replace(item, columns=(*(item.columns or ()), ("", "bigint")))
        elif index < end and source.tokens[index].named and source.word(index) not in NOT_AN_ALIAS:
            parts, behind = self._dotted(index)
            if source.text(behind) == "(":
                item, behind = Relation(parts[-1], columns=()), source.skip(behind)
            else:
                item = self.table(parts, index)
        else:
            return None, index if source.text(index) == "," or source.word(index) == "JOIN" else index + 1
        name, names, behind = self._alias(behind, end)
        if name:
            item = replace(item, name=name, aliased=True)
        if names:
            columns = item.columns if item.columns is not None else self.columns(item)
            item = replace(item, columns=_renamed(columns, names))
        elif item.columns:
            item = replace(item, columns=tuple(c for c in item.columns if c[0]))
        return item, behind

    def _dotted(self, index: int) -> tuple[list[str], int]:
        source, parts = self.source, [plain(self.source.text(index))]
        index += 1
        while (
            source.text(index) == "."
            and index + 1 < len(source.tokens)
            and source.tokens[index + 1].named
            and index + 1 != source.caret
            and source.word(index + 1) not in CLAUSES
        ):
            parts.append(plain(source.text(index + 1)))
            index += 2
        if source.text(index) == ".":
            index += 1
        return parts, index

    def table(self, parts: list[str], index: int) -> Relation:
        if len(parts) == 1:
            cte = self.ctes(index).get(parts[0])
            if cte is not None:
                return cte
        database = parts[-2] if len(parts) > 1 else self._catalog.default_database
        return Relation(parts[-1], database, parts[-1])

    def _alias(self, index: int, end: int) -> tuple[str, list[str], int]:
        source = self.source
        while source.word(index) == "FOR" and index < end:  # FOR VERSION AS OF 1, FOR TIMESTAMP AS OF …
            index += 5 if source.word(index + 2) == "AS" else 1
        if source.word(index) == "TABLESAMPLE":
            index += 1
            while index < end and source.text(index) != "(":
                index += 1
            index = source.skip(index) if index < end else index
        explicit = source.word(index) == "AS"
        index += explicit
        if index >= end or not source.tokens[index].named:
            return "", [], index
        if source.word(index) in NOT_AN_ALIAS or (
            index == source.caret and source.tokens[index].word in CLAUSES
        ):
            return "", [], index
        if source.tokens[index].word == "ASOF":
            return "", [], index
        name, index = plain(source.text(index)), index + 1
        names: list[str] = []
        if source.text(index) == "(" and index < end:
            names, index = self.structure.name_list(index), source.skip(index)
        return name, names, index

    def _past_alias(self, index: int, end: int) -> int:
        return self._alias(index, end)[2]

    def _unnested(self, opened: int, earlier: list[Relation]) -> Columns:
        """Types of UNNEST's columns, from its arguments' types; named by the alias list."""
        start, end = self.structure.region(opened)
        columns: list[tuple[str, str]] = []
        for part in self.structure.comma_parts(start, end):
            kind = self.type_of(part[0], part[1], earlier)
            elements = [t for _, t in fields_of(kind, unnest=True)]
            columns += [("", t) for t in elements or [""]]
        return tuple(columns)

    def _lateral_view(self, index: int, found: list[Relation]) -> None:
        """Hive's and Spark's `LATERAL VIEW explode(x) t AS a, b`."""
        source = self.source
        if source.word(index) == "OUTER":
            index += 1
        if source.text(index + 1) != "(":
            return
        index = source.skip(index + 1)
        name = ""
        if index < len(source.tokens) and source.tokens[index].named and source.word(index) != "AS":
            name, index = plain(source.text(index)), index + 1
        columns: list[tuple[str, str]] = []
        if source.word(index) == "AS":
            index += 1
            while index < len(source.tokens) and source.tokens[index].named:
                columns.append((plain(source.text(index)), ""))
                if source.text(index + 1) != ",":
                    break
                index += 2
        found.append(Relation(name, columns=tuple(columns), aliased=True))

    def columns(self, relation: Relation) -> Columns:
        """(name, type) of a relation's columns."""
        if relation.columns is not None:
            return relation.columns
        found = self._catalog.columns(relation.database, relation.table)
        if not found:  # names are read without regard to case; a catalog may keep them in another
            databases = {d.lower(): d for d in self._catalog.databases()}
            database = databases.get(relation.database.lower(), relation.database)
            tables = {t.lower(): t for t in self._catalog.tables(database)}
            found = self._catalog.columns(database, tables.get(relation.table.lower(), relation.table))
        return tuple(found)

    # output columns
    def output(self, opened: int) -> Columns:
        """Columns of the query in a parenthesis, `*` expanded, with types where they can be told."""
        if opened in self._output:
            return self._output[opened]
        if opened in self._busy:
            return ()  # a recursive reference to itself
        self._busy.add(opened)
        try:
            columns: Columns = ()
            for block in self.structure.blocks(opened):
                columns = self._block_output(block)
                if columns:
                    break
            self._output[opened] = columns
            return columns
        finally:
            self._busy.discard(opened)

    def _block_output(self, block: Block) -> Columns:
        source = self.source
        if block.at("SELECT") < 0:
            if source.text(block.start) == "(" and self.structure.is_query(block.start):
                return self.output(block.start)  # (SELECT …) UNION (SELECT …)
            if (values := block.at("VALUES")) >= 0:
                start, end = values + 1, block.end
                first = source.text(start) == "("
                row = (
                    self.structure.comma_parts(*self.structure.region(start))
                    if first
                    else self.structure.comma_parts(start, end)
                )
                return tuple(("", self.type_of(a, b, ())) for a, b in row)
            if block.at("FROM") >= 0:  # DuckDB's FROM-first query
                return tuple(c for r in self.relations(block) for c in self.columns(r))
            return ()
        relations = self.relations(block)
        found: list[tuple[str, str]] = []
        for start, end in self.structure.select_items(block):
            star = self._star(start, end, relations)
            if star is not None:
                found += star
            else:
                name = self.item_name(start, end)
                if name:
                    found.append((name, self.type_of(start, self._expression_end(start, end), relations)))
        return tuple(found)

    def _star(self, start: int, end: int, relations: Sequence[Relation]) -> list[tuple[str, str]] | None:
        source, places = self.source, self.structure.direct(start, end)
        at = next((order for order, i in enumerate(places[:6]) if source.text(i) == "*"), None)
        if at is None or at not in {0, 2, 4}:
            return None
        if at and source.text(places[at - 1]) != ".":
            return None
        wanted = plain(source.text(places[at - 2])) if at else None
        columns = [c for r in relations if wanted is None or r.name == wanted for c in self.columns(r)]
        # * EXCEPT (a, b), * EXCLUDE a, * REPLACE (x AS a), * RENAME (a AS b)
        rest = places[at + 1 :]
        for order, index in enumerate(rest):
            word = source.word(index)
            if order + 1 >= len(rest) or word not in {"EXCEPT", "EXCLUDE", "RENAME"}:
                continue
            argument = rest[order + 1]
            if word == "RENAME":
                columns = _rename_pairs(columns, self._pairs(argument))
            else:
                gone = (
                    set(self.structure.name_list(argument))
                    if source.text(argument) == "("
                    else {plain(source.text(argument))}
                )
                columns = [c for c in columns if c[0].lower() not in gone]
        return columns

    def _pairs(self, opened: int) -> dict[str, str]:
        source = self.source
        start, end = self.structure.region(opened) if source.text(opened) == "(" else (opened, opened + 3)
        return {
            plain(source.text(a)): plain(source.text(b - 1))
            for a, b in self.structure.comma_parts(start, end)
            if b - a == 3 and source.word(a + 1) == "AS"
        }

    def item_name(self, start: int, end: int) -> str:
        """The name a SELECT item gets: its alias, else its column's; empty where the engine makes one up."""
        source, places = self.source, self.structure.direct(start, end)
        last = places[-1]
        if not source.tokens[last].named:
            return ""
        if len(places) == 1:
            return plain(source.text(last)) if source.word(last) not in self._words.reserved else ""
        before = places[-2]
        if source.text(before) == "." or source.word(before) == "AS":
            return plain(source.text(last))
        if source.word(last) in self._words.reserved or source.word(before) in {"THEN", "ELSE", "IS", "NOT"}:
            return ""
        operand = source.tokens[before]
        ended = operand.kind in {"name", "quoted", "string", "number"} or source.text(before) == "("
        operator = operand.word in {"AND", "OR", "IN", "LIKE", "BETWEEN", "DISTINCT", "INTERVAL"}
        return plain(source.text(last)) if ended and not operator else ""

    def _expression_end(self, start: int, end: int) -> int:
        places = self.structure.direct(start, end)
        if len(places) > 2 and self.source.word(places[-2]) == "AS":
            return places[-2]
        if len(places) > 1 and self.source.tokens[places[-1]].named and self.source.text(places[-2]) != ".":
            return places[-1]
        return end

    def type_of(self, start: int, end: int, relations: Sequence[Relation]) -> str:
        """The type of a simple expression; empty where it takes an engine to tell."""
        source, places = self.source, self.structure.direct(start, end)
        if not places:
            return ""
        first = source.tokens[places[0]]
        if len(places) >= 3 and source.text(places[-2]) == "::":
            return source.text(places[-1]).lower()
        if len(places) == 1:
            if first.kind == "string":
                return "varchar"
            if first.kind == "number":
                return "integer" if first.text.isdigit() else "double"
            if first.text == "(":
                return (
                    self.type_of(*self.structure.region(places[0]), relations)
                    if not self.structure.is_query(places[0])
                    else (self.output(places[0])[:1] or (("", ""),))[0][1]
                )
            if first.word in {"TRUE", "FALSE"}:
                return "boolean"
        if (
            len(places) == 2
            and first.word in {"DATE", "TIMESTAMP"}
            and source.tokens[places[1]].kind == "string"
        ):
            return first.text.lower()
        if len(places) == 2 and source.text(places[1]) == "(" and first.word:
            return self._call_type(first.word, places[1], relations)
        if all(
            source.tokens[i].named if order % 2 == 0 else source.text(i) == "."
            for order, i in enumerate(places)
        ):
            return self.resolve([plain(source.text(i)) for i in places[::2]], relations)
        if (
            any(source.text(i) in {"=", "<", ">", "<=", ">=", "<>", "!="} for i in places)
            and first.word != "CASE"
        ):
            return "boolean"
        if any(source.text(i) == "||" for i in places):
            return "varchar"
        return ""

    def _call_type(self, word: str, opened: int, relations: Sequence[Relation]) -> str:
        start, end = self.structure.region(opened)
        if word in {"CAST", "TRY_CAST"}:
            places = self.structure.direct(start, end)
            at = next((i for i in reversed(places) if self.source.word(i) == "AS"), None)
            if at is None or at + 1 >= end:
                return ""
            text = " ".join(token.text for token in self.source.tokens[at + 1 : end]).lower()
            return text.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(" ,", ",")
        signature = self._words.functions.get(word.lower(), "")
        result = signature.partition(" → ")[2]
        if result != "T":
            return "" if result in {"value", "element", "array", "map"} else result
        parts = self.structure.comma_parts(start, end)
        return self.type_of(*parts[0], relations) if parts else ""

    def resolve(self, parts: Sequence[str], relations: Sequence[Relation]) -> str:
        """The type of `column`, `alias.column` or `column.field`; empty for an unknown one."""
        for length in range(min(2, len(parts) - 1), -1, -1):
            for relation in relations:
                named = (
                    length == 0
                    or (length == 1 and relation.name == parts[0])
                    or (length == 2 and (relation.database, relation.table) == tuple(parts[:2]))
                )
                if not named:
                    continue
                for name, kind in self.columns(relation):
                    if name.lower() == parts[length]:
                        return _field_type(kind, parts[length + 1 :])
        return ""


def _field_type(kind: str, path: Sequence[str]) -> str:
    for part in path:
        kind = next((t for n, t in fields_of(kind) if n.lower() == part), "")
    return kind


def _renamed(columns: Columns, names: list[str] | None) -> Columns:
    """Columns under the names of an alias list; unnamed ones are dropped where there is none."""
    if names is None:
        return tuple(c for c in columns if c[0])
    kinds = [kind for _, kind in columns] + [""] * len(names)
    return tuple(zip(names, kinds, strict=False))


def _rename_pairs(columns: list[tuple[str, str]], pairs: dict[str, str]) -> list[tuple[str, str]]:
    return [(pairs.get(name.lower(), name), kind) for name, kind in columns]
