"""What may stand at the caret, told from the clause and the token before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dataops_desktop.sql.completion.grammar import (
    AFTER,
    AFTER_RELATION,
    ALTER,
    DDL_TABLE,
    FOLLOWS,
    FORMATS,
    OPERAND,
    OPERATOR,
    QUERY_START,
    STARTERS,
    TABLE_PROPERTIES,
    UNITS,
)
from dataops_desktop.sql.completion.scope import CompletionCatalog, Relation, Scopes
from dataops_desktop.sql.completion.structure import CLAUSES, JOIN_WORDS, SET_OPERATORS, Block
from dataops_desktop.sql.completion.tokens import Source, plain, read
from dataops_desktop.sql.vocabulary import vocabulary


@dataclass
class Expected:
    """What to propose. `tables` may be all, views or databases; `columns_of` limits columns to one relation."""

    keywords: tuple[str, ...] = ()
    tables: str = ""
    columns: bool = False
    functions: bool = False
    types: bool = False
    output_aliases: bool = False
    columns_of: Relation | None = None
    exclude: frozenset[str] = frozenset()
    literals: tuple[str, ...] = ()
    join_condition: bool = False
    using: bool = False
    like: list[str] = field(default_factory=list)  # the name on the other side of a comparison
    block: Block | None = None
    level: int = -1


def expected(source: Source, scopes: Scopes) -> Expected:
    """Look at the innermost parenthesis around the caret, then at the clause within it."""
    level = source.enclosing[-1] if source.enclosing else -1
    if level >= 0:
        inside = _in_parenthesis(source, scopes, level)
        if inside is not None:
            inside.level = level
            return inside
    query_level = level
    while query_level >= 0 and not scopes.structure.is_query(query_level):
        outer = [o for o in source.enclosing if o < query_level]
        query_level = outer[-1] if outer else -1
    if level != query_level:
        found = _expression(source, scopes, level, query_level)
    else:
        found = _direct(source, scopes, level)
    found.level = query_level
    return found


def _table_before(source: Source, index: int) -> list[str]:
    """The dotted name that ends before `index`."""
    parts: list[str] = []
    index -= 1
    while index >= 0 and source.tokens[index].named:
        parts.insert(0, plain(source.text(index)))
        if source.text(index - 1) != ".":
            break
        index -= 2
    return parts


def _name_start(source: Source, index: int) -> int:
    """Index of the first token of the dotted name that ends before `index`."""
    index -= 1
    while source.text(index - 1) == ".":
        index -= 2
    return index


def _in_parenthesis(source: Source, scopes: Scopes, level: int) -> Expected | None:
    """Parentheses that are not queries or arguments: column lists, types, properties."""
    caret, before, last = source.caret, source.word(level - 1), source.text(source.caret - 1)
    start = caret == level + 1
    if before == "USING":
        return Expected(using=True)
    name_at = _name_start(source, level)
    introduced = source.word(name_at - 1)
    statement = source.word(0)
    if (introduced == "INTO" and source.tokens[level - 1].named) or (
        before == "INSERT" and statement == "MERGE"
    ):
        names = _table_before(source, level)
        relation = scopes.table(names, level) if introduced == "INTO" else _merge_target(scopes)
        return Expected(columns_of=relation, exclude=_listed(source, level), columns=True)
    if introduced in {"TABLE", "EXISTS"} and statement == "CREATE":
        return Expected(types=True) if last not in {"(", ","} else Expected()
    if before == "COLUMNS" and statement == "ALTER":
        return Expected(types=True) if last not in {"(", ","} else Expected()
    if before == "PARTITION" and source.word(1) in {"TABLE"}:
        return Expected(columns_of=scopes.table(_table_before_word(source), level), columns=True)
    if before == "WITH" and statement in {"CREATE", "UNLOAD"}:
        if last == "=":
            return Expected(literals=FORMATS)
        return Expected(literals=tuple(f"{p} = " for p in TABLE_PROPERTIES) if last in {"(", ","} else ())
    if before in {"CAST", "TRY_CAST"} and source.word(caret - 1) == "AS":
        return Expected(types=True)
    if before == "OVER" or source.word(level - 2) == "WINDOW":
        word = source.word(caret - 1)
        if start:
            return Expected(("PARTITION BY", "ORDER BY", "ROWS BETWEEN", "RANGE BETWEEN"))
        if word in {"ROWS", "RANGE"}:
            return Expected(("BETWEEN", "UNBOUNDED PRECEDING", "CURRENT ROW"))
        if word in {"BETWEEN", "AND"} and any(
            source.word(i) in {"ROWS", "RANGE"} for i in range(level, caret)
        ):
            return Expected(("UNBOUNDED PRECEDING", "CURRENT ROW", "UNBOUNDED FOLLOWING"))
        return None
    if before == "FILTER" and start:
        return Expected(("WHERE",))
    if before == "EXTRACT" and start:
        return Expected(UNITS)
    if before in {"EXCEPT", "EXCLUDE", "REPLACE", "RENAME"} and source.text(level - 2) == "*":
        return Expected(columns=True, exclude=_listed(source, level))
    if start and before in {"FROM", "JOIN"}:
        return Expected(QUERY_START, tables="all")
    if start and before in {"IN", "EXISTS", "AS", "ALL", "ANY", "SOME", "UNLOAD"}:
        found = Expected(QUERY_START)
        if before == "IN":
            found.columns = found.functions = True
        return found
    return None


def _table_before_word(source: Source) -> list[str]:
    """`ALTER TABLE name …`: its name."""
    end = 2
    while end + 1 < len(source.tokens) and source.text(end + 1) == ".":
        end += 2
    return _table_before(source, end + 1)


def _merge_target(scopes: Scopes) -> Relation | None:
    block = scopes.structure.blocks(-1)[0]
    relations = scopes.relations(block)
    return relations[0] if relations else None


def _listed(source: Source, level: int) -> frozenset[str]:
    """Names that a list holds already."""
    end = source.close[level]
    return frozenset(plain(source.text(i)) for i in range(level + 1, end) if source.tokens[i].named)


def _direct(source: Source, scopes: Scopes, level: int) -> Expected:
    start, _ = scopes.structure.region(level)
    caret = source.caret
    block = scopes.structure.block_at(level, caret)
    places = [i for i in scopes.structure.direct(max(start, block.start), caret) if i < caret]
    if not places:
        before = source.word(block.start - 1)
        if block.start > start and before in SET_OPERATORS:
            return Expected(FOLLOWS[before])
        return Expected(QUERY_START if level >= 0 or block.start > start else STARTERS)
    if len(places) == 1 and source.word(places[0]) in {"ALL", "DISTINCT"}:  # UNION ALL
        return Expected(QUERY_START)
    first = source.word(places[0])
    statement = _statement(source, scopes, places, first)
    if statement is not None:
        return statement
    return _expression(source, scopes, level, level)


def _statement(source: Source, scopes: Scopes, places: list[int], first: str) -> Expected | None:
    """Statements that are not queries, told by their first words."""
    caret = source.caret
    words = [source.word(i) for i in places]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if len(places) == 1 and first in {
        "SHOW",
        "CREATE",
        "DROP",
        "ALTER",
        "INSERT",
        "DELETE",
        "MERGE",
        "EXPLAIN",
        "MSCK",
        "DEALLOCATE",
    }:
        return Expected(FOLLOWS[first])
    if first == "EXPLAIN" and (last == "ANALYZE" or source.text(places[-1]) == "(") and len(places) == 2:
        return Expected((*QUERY_START, "INSERT INTO", "CREATE TABLE"))
    if last == "INTO" or (last in {"UPDATE"} and len(places) == 1):
        return Expected(tables="all")
    if first in {"SHOW"}:
        if last in {"IN", "FROM"}:
            return Expected(tables="all" if "COLUMNS" in words else "databases")
        if last in {"PARTITIONS", "TBLPROPERTIES"} or (before == "CREATE" and last == "TABLE"):
            return Expected(tables="all")
        if before == "CREATE" and last == "VIEW":
            return Expected(tables="views")
        if last in {"TABLES", "VIEWS", "COLUMNS"}:
            return Expected(("IN", "FROM", "LIKE"))
        return Expected(FOLLOWS.get(last, ()))
    if first == "TABLE" and len(places) == 1:
        return Expected(tables="all")
    if first == "USE" and len(places) == 1:
        return Expected(tables="databases")
    if (first in DDL_TABLE or words[:2] in (["MSCK", "REPAIR"], ["TRUNCATE", "TABLE"])) and last in {
        *DDL_TABLE,
        "TABLE",
        "FORMATTED",
        "EXTENDED",
    }:
        return Expected(tables="all")
    if first in {"DROP", "ALTER"} and (last in {"TABLE", "VIEW", "DATABASE", "SCHEMA"} or last == "EXISTS"):
        kind = next((w for w in words if w in {"TABLE", "VIEW", "DATABASE", "SCHEMA"}), "TABLE")
        extra = ("IF EXISTS",) if first == "DROP" and last != "EXISTS" else ()
        return Expected(extra, tables={"TABLE": "all", "VIEW": "views"}.get(kind, "databases"))
    if first == "ALTER" and words[1:2] == ["TABLE"]:
        if last in {"COLUMN"} or (before == "CHANGE"):
            return Expected(columns_of=scopes.table(_table_before_word(source), caret), columns=True)
        return Expected(FOLLOWS.get(last, ALTER) if last in {"DROP", "PARTITION"} else ALTER)
    if first == "CREATE":
        if last in {"TABLE", "VIEW", "EXISTS"}:
            return Expected(("IF NOT EXISTS",) if last == "TABLE" else (), tables="databases")
        if last == "AS" or (source.text(places[-1]) == "(" and before == "AS"):
            return Expected(QUERY_START)
        if last in FOLLOWS and "AS" not in words:
            return Expected(FOLLOWS[last])
        if not any(w in {"SELECT", "WITH"} and i > 2 for i, w in enumerate(words)) or "AS" not in words:
            return Expected(
                (
                    "AS",
                    "WITH (",
                    "LOCATION",
                    "STORED AS PARQUET",
                    "PARTITIONED BY (",
                    "ROW FORMAT",
                    "TBLPROPERTIES (",
                    "COMMENT",
                )
            )
    if first == "PREPARE" and last == "FROM":
        return Expected(QUERY_START)
    if first == "INSERT" and "INTO" in words and not set(words) & {"SELECT", "VALUES", "WITH"}:
        return Expected(("SELECT", "VALUES", "WITH"))
    if first == "UNLOAD":
        return Expected(("TO",) if last != "TO" else ())
    if first == "MERGE":
        if last == "USING":
            return Expected(("SELECT",), tables="all")
        if last == "WHEN":
            return Expected(("MATCHED", "NOT MATCHED"))
        if last == "THEN":
            return Expected(("UPDATE SET", "DELETE", "INSERT"))
        if last == "UPDATE":
            return Expected(("SET",))
        if "USING" not in words:
            return Expected(("USING", "AS"))
    if first == "WITH" and not set(words) & {"SELECT", "INSERT", "UPDATE", "DELETE"}:
        if last == "AS":
            return Expected(("(",))
        if source.text(places[-1]) == "(":
            return Expected((*QUERY_START[:1], "INSERT INTO"))
        if last in {"WITH", "RECURSIVE"} or source.text(places[-1]) == ",":
            return Expected(("RECURSIVE",) if last == "WITH" else ())
        return Expected(("AS",))
    if not first and source.text(places[0]) != "(":
        return Expected(STARTERS)
    if (
        len(places) == 1
        and first
        and first not in CLAUSES
        and first not in {"WITH", "VALUES", "CALL", "DELETE"}
    ):
        return Expected(FOLLOWS.get(first, ()))
    return None


def _clause(source: Source, scopes: Scopes, level: int, upto: int) -> tuple[str, int, Block]:
    """The clause word the place is in (JOIN's ON counts as one), where it stands, and the block."""
    block = scopes.structure.block_at(level, upto)
    name, at = "", block.start
    for clause, index in block.clauses:
        if index < upto:
            name, at = clause, index
    if name in {"FROM", "UPDATE", "INTO", ""}:
        for index in scopes.structure.direct(at, upto):
            word = source.word(index)
            if word in {"ON", "USING", "THEN"}:
                name, at = ("ON" if word == "THEN" else word), index
            elif name in {"ON", "USING"} and (word == "JOIN" or source.text(index) == ","):
                name, at = "FROM", index
            elif word in {"JOIN"}:
                at = index
            elif word == "WHEN" and source.word(0) == "MERGE":
                name, at = "WHEN", index
    return name, at, block


def _expression(source: Source, scopes: Scopes, level: int, query_level: int) -> Expected:
    """Inside a query: at `level` of parentheses, of the query at `query_level`."""
    caret = source.caret
    nested = level != query_level
    outer_end = next((o for o in source.enclosing if o > query_level), caret) if nested else caret
    clause, at, block = _clause(source, scopes, query_level, outer_end)
    direct = [i for i in scopes.structure.direct((level if nested else at) + 1, caret) if i < caret]
    last = direct[-1] if direct else (level if nested else at)
    word, text = source.word(last), source.text(last)
    found = Expected(block=block, level=query_level)
    if clause == "FROM" and (
        not nested
        or source.word(level - 1) in {"FROM", "JOIN", "LATERAL"}
        or source.text(level - 1) in {",", "("}
    ):
        return _relation(source, found, word, text, scopes, block)
    if not nested and clause in {"LIMIT", "OFFSET", "FETCH"} and word in {"LIMIT", "OFFSET", "FETCH"}:
        return Expected(("ALL",) if word == "LIMIT" else ())
    if not nested and clause in {"INTO", "UPDATE"}:
        found.keywords = ("SET",) if clause == "UPDATE" else ("SELECT", "VALUES")
        return found
    if (
        word in FOLLOWS
        and word not in {"REPLACE", "PARTITION"}
        and not (word in {"LEFT", "RIGHT"} and source.text(last + 1) == "(")
    ):
        found.keywords = FOLLOWS[word]
        return found
    if word == "PARTITION":
        found.keywords = ("BY",)
        return found
    if text == "::":
        found.types = True
        return found
    if word == "AS":  # a new name
        if nested and source.word(level - 1) in {"CAST", "TRY_CAST"}:
            found.types = True
        return found
    if source.tokens[last - 1].word == "INTERVAL" if last else False:
        found.keywords = UNITS
        return found
    if not nested and clause == "SET" and (text == "," or last == at):
        found.columns = True
        relations = scopes.relations(block)
        found.columns_of = relations[0] if relations else None
        return found
    if _operand_ended(source, last, caret):
        found.keywords = _operators(source, clause, nested, direct, level)
        return found
    found.columns = found.functions = True
    found.keywords = OPERAND
    if clause == "SELECT" and last == at:
        found.keywords = ("DISTINCT", *OPERAND, "ALL")
    if word == "CASE":
        found.keywords = ("WHEN", *OPERAND)
    if (
        text == "("
        and nested
        and source.word(level - 1) in {"COUNT", "SUM", "AVG", "MIN", "MAX", "ARRAY_AGG"}
    ):
        found.keywords = ("DISTINCT", *OPERAND)
    if word == "NOT" and source.word(last - 1) == "IS":
        return Expected(("NULL", "DISTINCT FROM"))
    if word == "NOT":
        found.keywords = ("IN", "LIKE", "BETWEEN", "EXISTS", "NULL", *OPERAND)
    if word in {"IN", "EXISTS", "ANY", "SOME"}:
        found.keywords = ("(", "(SELECT")
        found.columns = found.functions = word != "EXISTS"
    if clause == "ON" and not nested and (word in {"ON", "AND"}):
        found.join_condition = True
    if clause in {"GROUP", "ORDER", "HAVING", "QUALIFY"} and not nested:
        found.output_aliases = True
        if clause == "GROUP":
            found.keywords = ("ROLLUP (", "CUBE (", "GROUPING SETS (", *OPERAND)
    if text in {"=", "<", ">", "<=", ">=", "<>", "!="}:
        found.like = _table_before(source, last)
    return found


def _relation(
    source: Source, found: Expected, word: str, text: str, scopes: Scopes, block: Block
) -> Expected:
    if word in {"FROM", "JOIN", "LATERAL"} or text in {",", "("}:
        found.tables = "all"
        found.keywords = ("LATERAL", "UNNEST(", "(SELECT") if word != "LATERAL" else ("(SELECT",)
        return found
    if word in JOIN_WORDS or word == "OUTER":
        found.keywords = FOLLOWS.get(word, ("JOIN",))
        return found
    if word == "AS":
        return found  # a new alias
    if word in FOLLOWS:
        found.keywords = FOLLOWS[word]
        return found
    found.keywords = AFTER_RELATION
    joins = [i for i in scopes.structure.direct(block.start, source.caret) if source.word(i) == "JOIN"]
    if joins and source.word(joins[-1] - 1) not in {"CROSS", "NATURAL"}:
        found.keywords = ("ON", "USING", *(k for k in AFTER_RELATION if k not in {"ON", "USING"}))
    elif source.word(0) == "DELETE":
        found.keywords = ("WHERE",)
    return found


def _operand_ended(source: Source, last: int, caret: int) -> bool:
    """Whether the token before the caret ends a value, so that an operator has to follow."""
    token = source.tokens[last] if 0 <= last < len(source.tokens) else None
    if token is None:
        return False
    if token.kind in {"string", "number", "quoted"} or token.text in {"]", "?"}:
        return True
    if token.text == "(":
        # skip() counted a closed parenthesis as this one token
        return source.close.get(last, caret) < caret
    if token.text == "*":
        before = source.text(last - 1)
        return source.word(last - 1) in {"SELECT", "DISTINCT"} or before in {",", "."}
    word = source.word(last)
    if token.kind != "name":
        return False
    return word not in _NOT_A_VALUE


_NOT_A_VALUE = CLAUSES | SET_OPERATORS | JOIN_WORDS | {
    "AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS", "CASE", "WHEN", "THEN", "ELSE", "ON", "BY", "DISTINCT", "ALL", "EXISTS", "AS", "ANY",
    "SOME", "ESCAPE", "USING", "OVER", "FILTER", "WHERE", "INTERVAL", "RETURN", "SET", "VALUES", "FROM", "SIMILAR", "TO", "RLIKE", "RECURSIVE", "LATERAL",
}  # fmt: skip


def _operators(source: Source, clause: str, nested: bool, direct: list[int], level: int) -> tuple[str, ...]:
    words = [source.word(i) for i in direct]
    if words.count("CASE") > words.count("END"):
        last = next((w for w in reversed(words) if w in {"CASE", "WHEN", "THEN", "ELSE"}), "")
        return {
            "WHEN": ("THEN", *OPERATOR),
            "THEN": ("WHEN", "ELSE", "END", *OPERATOR),
            "ELSE": ("END", *OPERATOR),
        }.get(last, ("WHEN", *OPERATOR))
    if nested:
        before = source.word(level - 1)
        extra: tuple[str, ...] = ()
        if before in {"CAST", "TRY_CAST"}:
            extra = ("AS",)
        elif before == "EXTRACT":
            extra = ("FROM",)
        elif before == "OVER":
            extra = ("ORDER BY", "PARTITION BY", "ROWS BETWEEN", "RANGE BETWEEN", "DESC", "ASC", "NULLS LAST")
        elif source.tokens[level - 1].named if level else False:
            extra = ("ORDER BY",)
        return (*extra, *OPERATOR)
    if direct and source.text(direct[-1]) == "(" and clause == "SELECT":
        return ("FROM", "AS", "OVER (", "FILTER (WHERE", *OPERATOR)
    if clause == "SELECT" and direct and source.text(direct[-1]) == "*":
        return ("FROM", "EXCEPT (")
    after = AFTER.get(clause, ())
    return (
        (*after, *OPERATOR)
        if clause in {"SELECT", "ORDER", "GROUP"}
        else (*OPERATOR[:2], *after[:4], *OPERATOR[2:], *after[4:])
    )


def comparison_type(sql: str, offset: int, catalog: CompletionCatalog, dialect: str) -> str:
    """The type of the column that the value at `offset` is compared with; empty where that cannot be told."""
    words = vocabulary(dialect)
    source = read(sql[:offset] + " " + sql[offset + 1 :].lstrip("?"), offset, words)
    if source is None or not source.caret:
        return ""
    scopes = Scopes(source, catalog, words)
    before = source.caret - 1
    if source.text(before) == "(" and source.word(before - 1) == "IN":
        before -= 1
    # BETWEEN ? AND ?, BETWEEN :a AND :b, BETWEEN 1 AND ?
    while before > 0:
        if source.text(before - 1) == ":":
            before -= 2
        elif (
            source.word(before) in {"AND", "NOT"}
            or source.tokens[before].kind in {"number", "string"}
            or source.text(before) == "?"
        ):
            before -= 1
        else:
            break
    if source.text(before) not in {"=", "<", ">", "<=", ">=", "<>", "!="} and source.word(before) not in {
        "IN",
        "LIKE",
        "BETWEEN",
    }:
        return ""
    if source.word(before - 1) == "NOT":
        before -= 1
    names = _table_before(source, before)
    level = next((o for o in reversed(source.enclosing) if scopes.structure.is_query(o)), -1)
    return scopes.resolve(names, scopes.relations(scopes.structure.block_at(level, before))) if names else ""
