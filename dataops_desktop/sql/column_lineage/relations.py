"""What stands in a FROM clause: relations, where each of their columns comes from, and finding a name among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from dataops_desktop.sql.column_lineage.model import (
    EVERY,
    GUESSED,
    IDENTITY,
    LIKELY,
    STRENGTH,
    SURE,
    TableName,
)


@dataclass(frozen=True)
class Origin:
    """A column of a table, or a field within one."""

    table: TableName
    column: str
    path: str = ""

    def field(self, path: str) -> Origin:
        """A field within this one."""
        return Origin(self.table, self.column, ".".join(filter(None, (self.path, path)))) if path else self


@dataclass(frozen=True)
class Trace:
    """How a value came here from its origin, where its column is written, and how sure that is."""

    how: str = IDENTITY
    at: tuple[int, int] | None = None
    sure: float = SURE

    def stronger(self, how: str) -> Trace:
        """With at least this much change."""
        return self if STRENGTH[self.how] >= STRENGTH[how] else Trace(how, self.at, self.sure)


class Origins(dict[Origin, Trace]):
    """Where a value comes from. Empty for constants. Once in a relation they are shared, and stay as they are."""

    def take(self, other: Mapping[Origin, Trace], how: str = IDENTITY) -> None:
        """Add another value's, changed by `how` on the way."""
        for origin, trace in other.items():
            trace = trace.stronger(how)
            known = self.get(origin)
            if known is None:
                self[origin] = trace
            elif STRENGTH[trace.how] > STRENGTH[known.how]:
                self[origin] = Trace(trace.how, known.at, min(known.sure, trace.sure))

    def field(self, path: str) -> Origins:
        """Of a field within the value; itself, shared, where there is no path."""
        return Origins((origin.field(path), trace) for origin, trace in self.items()) if path else self


@dataclass
class Relation:
    """Columns by name, in order. `opened` are tables whose columns are not known: any other name may be theirs, except `hidden` ones.

    `anything` is set where every name means the same value, as with the columns of a function's table that are not named.
    """

    columns: dict[str, Origins] = field(default_factory=dict)
    opened: list[TableName] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    types: dict[str, str] = field(default_factory=dict)
    anything: Origins | None = None
    table: TableName | None = None  # where it stands for one
    starred: bool = True  # part of `*`: the right side of a semi join is not

    def has(self, name: str) -> bool:
        """Certainly."""
        return name in self.columns

    def may_have(self, name: str) -> bool:
        """Perhaps: some of its columns are not known."""
        return (bool(self.opened) and name not in self.hidden) or self.anything is not None

    def get(self, name: str, at: tuple[int, int] | None = None, path: str = "") -> Origins:
        """Where a column comes from; `at` is where its name is written."""
        if name in self.columns:
            found = self.columns[name]
            if self.table is not None:
                return Origins(
                    (Origin(o.table, o.column, path or o.path), Trace(t.how, at, t.sure))
                    for o, t in found.items()
                )
            return found.field(path)
        if self.anything is not None:
            return Origins(self.anything)
        sure = SURE if self.table is not None else LIKELY
        return Origins((Origin(table, name, path), Trace(IDENTITY, at, sure)) for table in self.opened)

    def copy(self) -> Relation:
        """For another place in a FROM clause: of the same columns, but no longer the table itself."""
        return Relation(
            dict(self.columns), list(self.opened), set(self.hidden), dict(self.types), self.anything
        )

    def renamed(self, names: Iterable[str]) -> Relation:
        """With other names for its first columns: `AS t (a, b)`."""
        given = list(names)
        if not given:
            return self
        old = list(self.columns)
        made = Relation(
            opened=list(self.opened), hidden=set(self.hidden), anything=self.anything, table=self.table
        )
        for index, name in enumerate(old):
            new = given[index] if index < len(given) else name
            made.columns[new] = self.columns[name]
            if name in self.types:
                made.types[new] = self.types[name]
        for name in given[len(old) :]:
            if self.anything is not None:
                made.columns[name] = Origins(self.anything)
            elif self.opened:  # by position, which nobody knows: the table as a whole
                made.columns[name] = Origins(
                    (Origin(t, EVERY), Trace(IDENTITY, None, GUESSED)) for t in self.opened
                )
        if len(given) > len(old):
            made.opened, made.anything = [], None
        return made


@dataclass
class Scope:
    """The relations of one FROM clause by their names, the one around it, and what USING has merged."""

    outer: Scope | None = None
    relations: dict[str, Relation] = field(default_factory=dict)
    names: dict[tuple[str, ...], Relation] = field(default_factory=dict)  # also db.table and catalog.db.table
    merged: dict[str, list[Relation]] = field(default_factory=dict)
    # Of the SELECT list, where the dialect lets later items use them.
    aliases: dict[str, Origins] = field(default_factory=dict)

    def add(self, name: str, relation: Relation, path: tuple[str, ...] = ()) -> None:
        """Under its alias, or under its table's name with its database."""
        key = name
        while key in self.relations:  # two without an alias
            key += "\0"
        self.relations[key] = relation
        if name:
            self.names.setdefault((name,), relation)
        for start in range(len(path)):
            self.names.setdefault(path[start:], relation)

    def around(self) -> Iterator[Scope]:
        """This one and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def both_sides(self, name: str, at: tuple[int, int] | None = None, path: str = "") -> Origins:
        """A column that USING has merged: of every table that was joined by it."""
        found = Origins()
        for relation in self.merged[name]:
            found.take(relation.get(name, at, path))
        return found

    def with_column(self, name: str) -> list[Relation]:
        """Those that certainly have it."""
        return [relation for relation in self.relations.values() if relation.has(name)]

    def perhaps_with(self, name: str) -> list[Relation]:
        """Those that may have it."""
        return [relation for relation in self.relations.values() if relation.may_have(name)]
