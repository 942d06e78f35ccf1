"""Writing the proposals for what is expected at the caret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from dataops_desktop.sql.completion.expected import expected
from dataops_desktop.sql.completion.ranking import LIMIT, Completion, Room, rank
from dataops_desktop.sql.completion.scope import Columns, CompletionCatalog, Relation, Scopes
from dataops_desktop.sql.completion.tokens import Source, plain, read
from dataops_desktop.sql.quoting import quoted
from dataops_desktop.sql.split import statement_at
from dataops_desktop.sql.types import fields_of
from dataops_desktop.sql.vocabulary import Vocabulary, vocabulary

__all__ = ["LIMIT", "Completion", "complete"]

# Proposed first where nothing was typed yet.
COMMON = (
    "count", "sum", "avg", "min", "max", "coalesce", "round", "date_trunc", "lower", "upper", "concat", "length", "substr", "row_number",
    "approx_distinct", "array_agg", "date_diff", "date_add", "date_format", "if", "nullif", "regexp_like", "replace", "trim", "cardinality",
)  # fmt: skip
WINDOW = 30_000  # characters looked at on each side of the caret in a huge text


def complete(sql: str, offset: int, catalog: CompletionCatalog, dialect: str = "athena") -> list[Completion]:
    """Proposals for the word that ends at `offset` (a character index into `sql`), best first, at most 200."""
    offset = max(0, min(offset, len(sql)))
    cut = max(0, offset - WINDOW) if len(sql) > 2 * WINDOW else 0
    text = sql[cut : offset + WINDOW] if len(sql) > 2 * WINDOW else sql
    base, text = _statement(text, offset - cut)
    caret = offset - cut - base
    words = vocabulary(dialect)
    source = read(text, caret, words)
    if source is None:
        return []
    writer = _Writer(source, Scopes(source, catalog, words), catalog, dialect, words)
    found = rank(source.prefix, writer.options(), writer.recent)
    if not source.prefix:
        found = [*writer.expansion(caret), *found][:LIMIT]
    start = cut + base + source.prefix_start
    return [c if c.replace_from >= 0 else replace(c, replace_from=start) for c in found]


def _statement(sql: str, offset: int) -> tuple[int, str]:
    """(start, text) of the statement the caret is in; a new, empty one behind a semicolon."""
    found = statement_at(sql, offset)
    if found is None or found.start > offset:
        return offset, ""
    if ";" in sql[found.end : offset]:
        return offset, ""
    return found.start, sql[found.start : max(found.end, offset)]


class _Writer:
    def __init__(
        self, source: Source, scopes: Scopes, catalog: CompletionCatalog, dialect: str, words: Vocabulary
    ) -> None:
        self.source, self.scopes, self.catalog, self.dialect, self.words = (
            source,
            scopes,
            catalog,
            dialect,
            words,
        )
        used = getattr(catalog, "recently_used", None)
        self.recent: list[str] = list(used()) if used is not None else []
        self.qualifier = self._qualifier()
        self.expect = expected(source, scopes)
        self.upper = self._upper_case()

    def _qualifier(self) -> list[str]:
        """`db.table.` before the caret, taken out of what `expected` looks at."""
        source = self.source
        parts: list[str] = []
        index = source.caret
        while (
            source.text(index - 1) == "."
            and index >= 2
            and source.tokens[index - 2].named
            and source.tokens[index - 2].end == source.tokens[index - 1].start
        ):
            parts.insert(0, plain(source.text(index - 2)))
            index -= 2
        if parts:
            gone = source.caret - index
            del source.tokens[index : source.caret]
            source.caret = index
            source.close = {
                (o if o < index else o - gone): (c if c < index else c - gone)
                for o, c in source.close.items()
            }
        return parts

    def _upper_case(self) -> bool:
        """Keywords in the case the statement uses; upper where it has none yet."""
        known = [t.text for t in self.source.tokens if t.word in self.words.reserved]
        return not known or known[0].isupper() or not known[0].islower()

    def options(self) -> Iterator[Completion]:
        if self.qualifier:
            yield from self._qualified()
            return
        expect = self.expect
        for text in expect.literals:
            yield Completion(text.strip().rstrip(" ="), text, "literal")
        if expect.using:
            yield from self._using()
        if expect.join_condition:
            yield from self._join_conditions()
        if expect.output_aliases:
            yield from self._output_aliases()
        if expect.columns:
            yield from self._columns()
        if expect.tables:
            yield from self._tables(expect.tables)
        if expect.types:
            for name in self.words.types:
                yield Completion(name, name, "type")
        relations_known = bool(self._visible()) if expect.columns else True
        for word in expect.keywords:
            label = word if word.startswith("(") else word.partition(" (")[0].rstrip("( [")
            yield Completion(label, word if self.upper else word.lower(), "keyword")
        if expect.functions:
            yield from self._functions(COMMON)
        if expect.columns and not relations_known and expect.columns_of is None:
            yield from self._tables("all")
        if expect.functions:
            yield from self._functions(self.words.functions)

    # columns
    def _visible(self) -> list[Relation]:
        """Relations of the query around the caret, then of those around it that it may correlate with."""
        source, scopes = self.source, self.scopes
        level = self.expect.level
        found: list[Relation] = []
        index = source.caret
        levels = [o for o in source.enclosing if o <= level]
        while True:
            block = scopes.structure.block_at(level, index)
            found += scopes.relations(block)
            if level < 0:
                return found
            before = source.word(level - 1)
            index = level
            derived = before in {"FROM", "JOIN", "AS"} or (
                source.text(level - 1) == "," and self._in_from(level, levels)
            )
            levels = [o for o in levels if o < level]
            while levels and not scopes.structure.is_query(levels[-1]):
                levels.pop()
            level = levels[-1] if levels else -1
            if derived and before != "LATERAL":
                # A derived table or a CTE sees nothing of the query it stands in.
                return found

    def _in_from(self, level: int, levels: list[int]) -> bool:
        outer = levels[-2] if len(levels) > 1 else -1
        block = self.scopes.structure.block_at(outer, level)
        return next((name for name, at in reversed(block.clauses) if at < level), "") == "FROM"

    def _columns(self) -> Iterator[Completion]:
        expect = self.expect
        if expect.columns_of is not None:
            for name, kind in self.scopes.columns(expect.columns_of):
                if name.lower() not in expect.exclude:
                    yield Completion(name, self._quoted(name), "column", kind)
            return
        relations = self._visible()
        columns = [(r, name, kind) for r in relations for name, kind in self.scopes.columns(r)]
        names = [name.lower() for _, name, _ in columns]
        shared = {name for name in names if names.count(name) > 1} if len(names) < 3000 else set()
        liked = self._liked(relations)
        if liked:
            columns.sort(key=lambda c: liked(c[1], c[2]))
        for relation, name, kind in columns:
            if name.lower() in expect.exclude:
                continue
            owner = relation.name
            insert = self._quoted(name)
            if name.lower() in shared and owner:
                insert = f"{self._quoted(owner)}.{insert}"
            yield Completion(name, insert, "column", f"{kind} · {owner}".strip(" ·"))
        for relation in relations:
            if relation.name:
                detail = relation.table or ("common table expression" if relation.aliased else "subquery")
                yield Completion(relation.name, self._quoted(relation.name), "alias", detail)

    def _liked(self, relations: Sequence[Relation]) -> Callable[[str, str], tuple[bool, bool]] | None:
        """A sort key that prefers columns like the one on the other side of a comparison."""
        if not self.expect.like:
            return None
        other = self.expect.like[-1]
        kind = self.scopes.resolve(self.expect.like, relations)
        return lambda name, its: (name.lower() != other, bool(kind) and its != kind)

    def _output_aliases(self) -> Iterator[Completion]:
        block = self.expect.block
        if block is None:
            return
        relations = self.scopes.relations(block)
        known = {name.lower() for r in relations for name, _ in self.scopes.columns(r)}
        for start, end in self.scopes.structure.select_items(block):
            name = self.scopes.item_name(start, end)
            if name and name not in known:
                yield Completion(name, self._quoted(name), "column", "output column")

    def _using(self) -> Iterator[Completion]:
        relations = self._visible()
        if len(relations) < 2:
            for relation in relations:
                yield from (
                    Completion(n, self._quoted(n), "column", k) for n, k in self.scopes.columns(relation)
                )
            return
        left = {n.lower(): k for r in relations[:-1] for n, k in self.scopes.columns(r)}
        right = self.scopes.columns(relations[-1])
        both = [(n, k) for n, k in right if n.lower() in left]
        for name, kind in sorted(both, key=lambda c: left[c[0].lower()] != c[1]):
            yield Completion(name, self._quoted(name), "column", kind)

    def _join_conditions(self) -> Iterator[Completion]:
        """`a.id = b.id` for columns of one name, and `orders.customer_id = customers.id`."""
        block = self.expect.block
        if block is None:
            return
        relations = [r for r in self.scopes.relations(block) if r.name]
        before = self._joined_before(relations)
        if before is None:
            return
        earlier, joined = before
        new = self.scopes.columns(joined)
        same: list[Completion] = []
        keys: list[Completion] = []
        for relation in earlier:
            for name, kind in self.scopes.columns(relation):
                for other, its in new:
                    if name.lower() == other.lower() and (kind == its or not kind or not its):
                        same.append(self._pair(relation, name, joined, other, kind))
                    elif _points_at(name, joined, other) or _points_at(other, relation, name):
                        keys.append(self._pair(relation, name, joined, other, kind))
        same.sort(key=lambda c: not c.text.endswith(("_id", "_key", ".id", "_code")))
        yield from keys
        yield from same

    def _joined_before(self, relations: list[Relation]) -> tuple[list[Relation], Relation] | None:
        """The relation whose ON this is, and those before it."""
        source = self.source
        block = self.expect.block
        assert block is not None
        joins = [
            i for i in self.scopes.structure.direct(block.start, source.caret) if source.word(i) == "JOIN"
        ]
        number = len(joins)
        if not 0 < number < len(relations):
            return None
        return relations[:number], relations[number]

    def _pair(self, a: Relation, left: str, b: Relation, right: str, kind: str) -> Completion:
        text = f"{self._quoted(a.name)}.{self._quoted(left)} = {self._quoted(b.name)}.{self._quoted(right)}"
        return Completion(text, text, "join", kind)

    # tables, functions
    def _tables(self, which: str) -> Iterator[Completion]:
        catalog, own = self.catalog, self.catalog.default_database
        if which == "all":
            for name in self.scopes.ctes(self.source.caret):
                yield Completion(name, self._quoted(name), "cte", "common table expression")
        views = getattr(catalog, "views", None)
        room = Room(self.source.prefix, self.recent)

        def tables(database: str, insert: str) -> Iterator[Completion]:
            viewed = views(database) if views is not None else ()
            for name in room.fitting(catalog.tables(database)):
                kind = "view" if name in viewed else "table"
                if which == "all" or kind == "view" or views is None:
                    yield Completion(name, f"{insert}{self._quoted(name)}", kind, database)

        if which != "databases" and own:
            yield from tables(own, "")
        for database in catalog.databases():
            yield Completion(database, self._quoted(database), "database", "database")
        if which != "databases":
            for database in catalog.databases():
                if database != own:
                    yield from tables(database, f"{self._quoted(database)}.")

    def _functions(self, names: Iterable[str]) -> Iterator[Completion]:
        for name in names:
            if (signature := self.words.functions.get(name)) is not None:
                yield Completion(name, name, "function", signature)

    def _qualified(self) -> Iterator[Completion]:
        """After a dot: columns of an alias, table or struct; tables of a database."""
        path, expect = self.qualifier, self.expect
        relations: list[Relation] = []
        if not expect.tables:
            relations = self._visible()
            if expect.columns_of is not None:
                relations.insert(0, expect.columns_of)
            if (columns := self._fields(path, relations)) is not None:
                for name, kind in columns:
                    yield Completion(name, self._quoted(name), "column", kind)
                return
            database, table = (
                (path[-2], path[-1]) if len(path) > 1 else (self.catalog.default_database, path[0])
            )
            for name, kind in self.catalog.columns(database, table):
                yield Completion(name, self._quoted(name), "column", kind)
        if len(path) == 1 or path[0] in {"awsdatacatalog", "memory"}:
            viewed = getattr(self.catalog, "views", lambda _: ())(path[-1])
            for name in self.catalog.tables(path[-1]):
                yield Completion(name, self._quoted(name), "view" if name in viewed else "table", path[-1])
            if len(path) == 1 and path[0] == "awsdatacatalog":
                for name in self.catalog.databases():
                    yield Completion(name, self._quoted(name), "database", "database")

    def _fields(self, path: list[str], relations: Sequence[Relation]) -> Columns | None:
        if path[0] in {"awsdatacatalog"} and len(path) == 3:
            path = path[1:]
        for relation in relations:
            if len(path) == 1 and relation.name == path[0]:
                return self.scopes.columns(relation)
            if len(path) == 2 and not relation.aliased and (relation.database, relation.table) == tuple(path):
                return self.scopes.columns(relation)
        kind = self.scopes.resolve(path, relations)
        return tuple(fields_of(kind)) if kind and fields_of(kind) else None

    def expansion(self, caret: int) -> list[Completion]:
        """Right behind a `*` of a SELECT list: all its columns."""
        source = self.source
        star = source.tokens[source.caret - 1] if source.caret else None
        if star is None or star.text != "*" or star.end != caret:
            return []
        relations = self._visible()
        start = star.start
        if source.text(source.caret - 2) == "." and source.caret > 2:
            owner = plain(source.text(source.caret - 3))
            start = source.tokens[source.caret - 3].start
            relations = [r for r in relations if r.name == owner]
        many = len(relations) > 1 or start != star.start
        names = [
            f"{self._quoted(r.name)}.{self._quoted(n)}" if many and r.name else self._quoted(n)
            for r in relations
            for n, _ in self.scopes.columns(r)
        ]
        if not names:
            return []
        return [Completion(f"{len(names)} columns", ", ".join(names), "expansion", "expand *", start)]

    def _quoted(self, name: str) -> str:
        return quoted(name, self.dialect) if name and "\0" not in name else name


def _points_at(column: str, relation: Relation, key: str) -> bool:
    """Whether a column's name says that it holds the key of a table: `vendor_id` of `vendors.id` or `vendor_info.vendor`."""
    name, table = column.lower(), (relation.table or relation.name).lower()
    if key.lower() not in {"id", "key", "code"} or not name.endswith(f"_{key.lower()}"):
        return False
    stem = name[: -len(key) - 1]
    return table in {stem, f"{stem}s", f"{stem}es", f"{stem.removesuffix('y')}ies", f"dim_{stem}"}
