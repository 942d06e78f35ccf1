"""What may stand at the caret, told from the clause and the token before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dataops_desktop.sql.completion.scope import CompletionCatalog, Relation, Scopes
from dataops_desktop.sql.completion.structure import CLAUSES, JOIN_WORDS, SET_OPERATORS, Block
from dataops_desktop.sql.completion.tokens import Source, plain, read
from dataops_desktop.sql.vocabulary import vocabulary

STARTERS = (
    "SELECT", "WITH", "INSERT INTO", "CREATE TABLE", "CREATE VIEW", "SHOW TABLES", "SHOW PARTITIONS", "DESCRIBE", "MSCK REPAIR TABLE", "UNLOAD",
    "EXPLAIN", "DROP TABLE", "DROP VIEW", "ALTER TABLE", "UPDATE", "DELETE FROM", "MERGE INTO", "SHOW CREATE TABLE", "SHOW COLUMNS IN",
    "SHOW DATABASES", "SHOW VIEWS", "CREATE EXTERNAL TABLE", "CREATE OR REPLACE VIEW", "CREATE DATABASE", "DROP DATABASE", "PREPARE", "EXECUTE",
    "DEALLOCATE PREPARE", "VALUES", "USE", "OPTIMIZE", "VACUUM", "TRUNCATE TABLE", "ANALYZE",
)  # fmt: skip
_QUERY_START = ("SELECT", "WITH", "VALUES")
_OPERAND = ("CASE", "CAST(", "NOT", "NULL", "EXISTS", "TRUE", "FALSE", "INTERVAL", "DATE", "TIMESTAMP", "EXTRACT(", "ROW(", "ARRAY[",
            "CURRENT_DATE", "CURRENT_TIMESTAMP", "TRY_CAST(")  # fmt: skip
_OPERATOR = (
    "AND",
    "OR",
    "IN",
    "NOT IN",
    "LIKE",
    "NOT LIKE",
    "BETWEEN",
    "IS NULL",
    "IS NOT NULL",
    "IS DISTINCT FROM",
    "NOT BETWEEN",
    "ESCAPE",
    "AT TIME ZONE",
)
_AFTER_RELATION = ("WHERE", "JOIN", "LEFT JOIN", "ON", "USING", "AS", "GROUP BY", "ORDER BY", "LIMIT", "INNER JOIN", "CROSS JOIN", "RIGHT JOIN",
                   "FULL JOIN", "NATURAL JOIN", "CROSS JOIN UNNEST", "UNION ALL", "UNION", "HAVING", "EXCEPT", "INTERSECT", "OFFSET", "TABLESAMPLE",
                   "FOR TIMESTAMP AS OF", "FOR VERSION AS OF", "WINDOW", "LEFT OUTER JOIN", "RIGHT OUTER JOIN", "FULL OUTER JOIN")  # fmt: skip
_AFTER_WHERE = (
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "HAVING",
    "UNION ALL",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "OFFSET",
    "WINDOW",
)
_AFTER: dict[str, tuple[str, ...]] = {
    "SELECT": ("FROM", "AS", "OVER", "FILTER", "WITHIN GROUP", "WHERE", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"),
    "WHERE": _AFTER_WHERE,
    "ON": ("JOIN", "LEFT JOIN", "INNER JOIN", "CROSS JOIN", "RIGHT JOIN", "FULL JOIN", "WHERE", *_AFTER_WHERE),
    "GROUP": ("HAVING", "ORDER BY", "LIMIT", "UNION ALL", "UNION"),
    "HAVING": ("ORDER BY", "LIMIT", "UNION ALL", "UNION"),
    "ORDER": ("ASC", "DESC", "NULLS FIRST", "NULLS LAST", "LIMIT", "OFFSET", "FETCH FIRST"),
    "LIMIT": ("OFFSET", "UNION ALL", "UNION"),
    "SET": ("WHERE",),
    "QUALIFY": ("ORDER BY", "LIMIT"),
}  # fmt: skip
# The words that can follow a word; anywhere.
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "GROUP": ("BY",), "ORDER": ("BY",), "PARTITION": ("BY",), "LEFT": ("JOIN", "OUTER JOIN"), "RIGHT": ("JOIN", "OUTER JOIN"),
    "FULL": ("JOIN", "OUTER JOIN"), "INNER": ("JOIN",), "OUTER": ("JOIN",), "CROSS": ("JOIN",), "NATURAL": ("JOIN", "LEFT JOIN"),
    "IS": ("NULL", "NOT NULL", "DISTINCT FROM", "NOT DISTINCT FROM", "TRUE", "FALSE"), "NULLS": ("FIRST", "LAST"), "UNION": ("ALL", "DISTINCT", "SELECT"),
    "INTERSECT": ("SELECT", "ALL"), "EXCEPT": ("SELECT", "ALL"), "MINUS": ("SELECT",), "INSERT": ("INTO",), "DELETE": ("FROM",), "MERGE": ("INTO",), "OVER": ("(",),
    "EXPLAIN": ("ANALYZE", "SELECT", "WITH", "(TYPE DISTRIBUTED)", "(FORMAT JSON)", "INSERT INTO", "CREATE TABLE"), "MSCK": ("REPAIR TABLE",), "REPAIR": ("TABLE",),
    "SHOW": ("TABLES", "PARTITIONS", "DATABASES", "SCHEMAS", "COLUMNS IN", "CREATE TABLE", "CREATE VIEW", "VIEWS", "TBLPROPERTIES", "FUNCTIONS"),
    "CREATE": ("TABLE", "EXTERNAL TABLE", "VIEW", "OR REPLACE VIEW", "DATABASE", "SCHEMA", "TABLE IF NOT EXISTS", "EXTERNAL TABLE IF NOT EXISTS"),
    "DROP": ("TABLE", "VIEW", "DATABASE", "SCHEMA", "TABLE IF EXISTS", "VIEW IF EXISTS", "COLUMN", "PARTITION"),
    "ALTER": ("TABLE", "DATABASE", "VIEW"), "EXTERNAL": ("TABLE",), "REPLACE": ("VIEW",), "WITHIN": ("GROUP",), "AT": ("TIME ZONE",),
    "UNBOUNDED": ("PRECEDING", "FOLLOWING"), "CURRENT": ("ROW",), "DEALLOCATE": ("PREPARE",), "MATCHED": ("THEN",), "PRIMARY": ("KEY",),
}  # fmt: skip
_UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
_ALTER = ("ADD COLUMNS", "ADD PARTITION", "ADD IF NOT EXISTS PARTITION", "DROP PARTITION", "DROP COLUMN", "RENAME PARTITION", "REPLACE COLUMNS",
          "SET LOCATION", "SET TBLPROPERTIES", "CHANGE COLUMN")  # fmt: skip
_TABLE_PROPERTIES = ("format", "external_location", "partitioned_by", "bucketed_by", "bucket_count", "write_compression", "field_delimiter",
                     "table_type", "location", "is_external", "partitioning", "vacuum_min_snapshots_to_keep")  # fmt: skip
_FORMATS = ("'PARQUET'", "'ORC'", "'AVRO'", "'JSON'", "'TEXTFILE'", "'ICEBERG'")
_DDL_TABLE = {"DESCRIBE", "DESC", "ANALYZE", "VACUUM", "OPTIMIZE", "REFRESH"}


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
            return Expected(literals=_FORMATS)
        return Expected(literals=tuple(f"{p} = " for p in _TABLE_PROPERTIES) if last in {"(", ","} else ())
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
        return Expected(_UNITS)
    if before in {"EXCEPT", "EXCLUDE", "REPLACE", "RENAME"} and source.text(level - 2) == "*":
        return Expected(columns=True, exclude=_listed(source, level))
    if start and before in {"FROM", "JOIN"}:
        return Expected(_QUERY_START, tables="all")
    if start and before in {"IN", "EXISTS", "AS", "ALL", "ANY", "SOME", "UNLOAD"}:
        found = Expected(_QUERY_START)
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
            return Expected(_FOLLOWS[before])
        return Expected(_QUERY_START if level >= 0 or block.start > start else STARTERS)
    if len(places) == 1 and source.word(places[0]) in {"ALL", "DISTINCT"}:  # UNION ALL
        return Expected(_QUERY_START)
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
        return Expected(_FOLLOWS[first])
    if first == "EXPLAIN" and (last == "ANALYZE" or source.text(places[-1]) == "(") and len(places) == 2:
        return Expected((*_QUERY_START, "INSERT INTO", "CREATE TABLE"))
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
        return Expected(_FOLLOWS.get(last, ()))
    if first == "TABLE" and len(places) == 1:
        return Expected(tables="all")
    if first == "USE" and len(places) == 1:
        return Expected(tables="databases")
    if (first in _DDL_TABLE or words[:2] in (["MSCK", "REPAIR"], ["TRUNCATE", "TABLE"])) and last in {
        *_DDL_TABLE,
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
        return Expected(_FOLLOWS.get(last, _ALTER) if last in {"DROP", "PARTITION"} else _ALTER)
    if first == "CREATE":
        if last in {"TABLE", "VIEW", "EXISTS"}:
            return Expected(("IF NOT EXISTS",) if last == "TABLE" else (), tables="databases")
        if last == "AS" or (source.text(places[-1]) == "(" and before == "AS"):
            return Expected(_QUERY_START)
        if last in _FOLLOWS and "AS" not in words:
            return Expected(_FOLLOWS[last])
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
        return Expected(_QUERY_START)
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
            return Expected((*_QUERY_START[:1], "INSERT INTO"))
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
        return Expected(_FOLLOWS.get(first, ()))
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
    place = level if nested else caret
    outer_end = next((o for o in source.enclosing if o > query_level), caret) if nested else caret
    clause, at, block = _clause(source, scopes, query_level, outer_end)
    direct = [i for i in scopes.structure.direct((level if nested else at) + 1, caret) if i < caret]
    last = direct[-1] if direct else (level if nested else at)
    word, text = source.word(last), source.text(last)
    del place
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
        word in _FOLLOWS
        and word not in {"REPLACE", "PARTITION"}
        and not (word in {"LEFT", "RIGHT"} and source.text(last + 1) == "(")
    ):
        found.keywords = _FOLLOWS[word]
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
        found.keywords = _UNITS
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
    found.keywords = _OPERAND
    if clause == "SELECT" and last == at:
        found.keywords = ("DISTINCT", *_OPERAND, "ALL")
    if word == "CASE":
        found.keywords = ("WHEN", *_OPERAND)
    if (
        text == "("
        and nested
        and source.word(level - 1) in {"COUNT", "SUM", "AVG", "MIN", "MAX", "ARRAY_AGG"}
    ):
        found.keywords = ("DISTINCT", *_OPERAND)
    if word == "NOT" and source.word(last - 1) == "IS":
        return Expected(("NULL", "DISTINCT FROM"))
    if word == "NOT":
        found.keywords = ("IN", "LIKE", "BETWEEN", "EXISTS", "NULL", *_OPERAND)
    if word in {"IN", "EXISTS", "ANY", "SOME"}:
        found.keywords = ("(", "(SELECT")
        found.columns = found.functions = word != "EXISTS"
    if clause == "ON" and not nested and (word in {"ON", "AND"}):
        found.join_condition = True
    if clause in {"GROUP", "ORDER", "HAVING", "QUALIFY"} and not nested:
        found.output_aliases = True
        if clause == "GROUP":
            found.keywords = ("ROLLUP (", "CUBE (", "GROUPING SETS (", *_OPERAND)
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
        found.keywords = _FOLLOWS.get(word, ("JOIN",))
        return found
    if word == "AS":
        return found  # a new alias
    if word in _FOLLOWS:
        found.keywords = _FOLLOWS[word]
        return found
    found.keywords = _AFTER_RELATION
    joins = [i for i in scopes.structure.direct(block.start, source.caret) if source.word(i) == "JOIN"]
    if joins and source.word(joins[-1] - 1) not in {"CROSS", "NATURAL"}:
        found.keywords = ("ON", "USING", *(k for k in _AFTER_RELATION if k not in {"ON", "USING"}))
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
            "WHEN": ("THEN", *_OPERATOR),
            "THEN": ("WHEN", "ELSE", "END", *_OPERATOR),
            "ELSE": ("END", *_OPERATOR),
        }.get(last, ("WHEN", *_OPERATOR))
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
        return (*extra, *_OPERATOR)
    if direct and source.text(direct[-1]) == "(" and clause == "SELECT":
        return ("FROM", "AS", "OVER (", "FILTER (WHERE", *_OPERATOR)
    if clause == "SELECT" and direct and source.text(direct[-1]) == "*":
        return ("FROM", "EXCEPT (")
    after = _AFTER.get(clause, ())
    return (
        (*after, *_OPERATOR)
        if clause in {"SELECT", "ORDER", "GROUP"}
        else (*_OPERATOR[:2], *after[:4], *_OPERATOR[2:], *after[4:])
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
