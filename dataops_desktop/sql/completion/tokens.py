"""Tokens of an unfinished statement, with the word at the caret set apart and parentheses matched as far as they can be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dataops_desktop.sql.vocabulary import Vocabulary

_PATTERN = r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>'(?:[^']|'')*(?:'|\Z){more})|(?P<quoted>{quotes})
|(?P<name>[^\W\d][\w$]*)|(?P<number>\d[\w.]*)|(?P<space>\s+)|(?P<symbol>::|\|\||->>?|=>|<>|!=|<=|>=|.)"""
_DOUBLE, _BACK = r'"(?:[^"]|"")*(?:"|\Z)', r"`(?:[^`]|``)*(?:`|\Z)"
# Double quotes mark names in Trino, Snowflake and DuckDB, strings in Spark.
_NAMES_QUOTED = re.compile(
    _PATTERN.replace("{more}", "").replace("{quotes}", f"{_DOUBLE}|{_BACK}").replace("\n", ""), re.DOTALL
)
_STRINGS_QUOTED = re.compile(
    _PATTERN.replace("{more}", f"|{_DOUBLE}").replace("{quotes}", _BACK).replace("\n", ""), re.DOTALL
)


DEEPEST = 200  # parentheses around the caret; nobody writes more, and the work grows with their square


@dataclass(frozen=True, slots=True)
class Token:
    """Kind is name, quoted, string, number, symbol or comment; `word` is the upper-cased text of a name, else empty."""

    kind: str
    text: str
    start: int
    end: int
    word: str = ""

    @property
    def named(self) -> bool:
        """Whether this can be the name of something."""
        return self.kind in {"name", "quoted"}


def plain(name: str) -> str:
    """A written name without its quotes, lower-cased as Glue keeps names."""
    if name[:1] in {'"', "`"}:
        mark = name[0]
        name = name[1:].removesuffix(mark).replace(mark * 2, mark)
    return name.lower()


def tokenize(sql: str, words: Vocabulary, start: int = 0) -> list[Token]:
    """Every token but white space; unfinished strings, names and comments run to the end."""
    pattern = _STRINGS_QUOTED if '"' in words.strings else _NAMES_QUOTED
    found = []
    for match in pattern.finditer(sql, start):
        kind = match.lastgroup or ""
        if kind != "space":
            text = match.group()
            found.append(
                Token(kind, text, match.start(), match.end(), text.upper() if kind == "name" else "")
            )
    return found


@dataclass
class Source:
    """A statement around the caret. `tokens` leaves out comments and the word being typed; the caret stands before `caret`.

    `close[i]` is the index of the parenthesis that closes the one at `i` (of the first token outside it where it was left
    open), `enclosing` the indexes of the parentheses open at the caret, outermost first.
    """

    tokens: list[Token]
    caret: int
    prefix: str
    prefix_start: int
    close: dict[int, int] = field(default_factory=dict)
    enclosing: list[int] = field(default_factory=list)

    def word(self, index: int) -> str:
        """The keyword at an index; empty for anything else, for a name behind a dot, and outside the text."""
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        if token.word and index and self.tokens[index - 1].text == ".":
            # `t.order` is a column, `u. FROM users u` is not.
            return token.word if self.tokens[index - 1].end != token.start else ""
        return token.word

    def text(self, index: int) -> str:
        """The text at an index, empty outside."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def skip(self, index: int) -> int:
        """The index behind the token or the parenthesis at `index`."""
        if self.text(index) != "(":
            return index + 1
        closed = self.close[index]
        return closed + 1 if self.text(closed) == ")" else closed


def read(sql: str, caret: int, words: Vocabulary) -> Source | None:
    """Tokens around the caret; None where nothing is to be proposed: inside strings, comments and numbers."""
    tokens = tokenize(sql, words)
    here = next((t for t in tokens if t.start < caret <= t.end), None)
    prefix, prefix_start = "", caret
    if here is not None:
        inside = caret < here.end
        if here.kind == "comment" and (inside or not (here.text.endswith("*/") and len(here.text) > 3)):
            return None
        if here.kind == "string" and (inside or len(here.text) == 1 or here.text[-1] != here.text[0]):
            return None
        if here.kind == "number":
            return None
        if here.kind == "quoted" and _runs_over(here, caret):
            # An unfinished quoted name: what follows the caret is the statement's, not the name's.
            tokens = [t for t in tokens if t.end <= here.start] + tokenize(sql, words, caret)
            prefix, prefix_start = sql[here.start : caret], here.start
        elif here.kind in {"name", "quoted"}:
            tokens = [t for t in tokens if t is not here]
            prefix, prefix_start = sql[here.start : caret], here.start
    tokens = [t for t in tokens if t.kind != "comment"]
    index = next((i for i, t in enumerate(tokens) if t.start >= prefix_start), len(tokens))
    source = Source(tokens, index, prefix, prefix_start)
    _match_parentheses(source)
    return source if len(source.enclosing) <= DEEPEST else None


def _runs_over(token: Token, caret: int) -> bool:
    rest = token.text[caret - token.start :]
    closed = len(token.text) > 1 and token.text[-1] == token.text[0]
    return not closed or (caret < token.end and any(c.isspace() for c in rest))


_ARGUMENT_FROM = {"EXTRACT", "TRIM", "SUBSTRING", "OVERLAY", "POSITION"}
_OPENS_QUERY = {"SELECT", "WITH", "VALUES", "FROM", "TABLE", "INSERT"}
_RELATION_BEFORE = {"FROM", "JOIN", "LATERAL", "USING", "UPDATE"}


def _illegal(source: Source, opened: int, index: int) -> bool:
    """Whether the clause word at `index` cannot stand in the parenthesis opened at `opened`: somebody forgot to close it."""
    word = source.word(index)
    head, before = source.word(opened + 1), source.word(opened - 1)
    if (
        head in _OPENS_QUERY
        or source.text(opened + 1) == "("
        or (index == opened + 1 and word in _OPENS_QUERY)
    ):
        # The word right behind the caret and an empty parenthesis, `max(| FROM t`, belong to the outer query.
        return bool(index == opened + 1 and word == "FROM" and before not in _RELATION_BEFORE)
    if word == "FROM":
        return before not in _ARGUMENT_FROM
    if word == "WHERE":
        return before != "FILTER"
    if word == "GROUP":
        return before != "WITHIN" and source.word(index + 1) == "BY"
    return word in {"HAVING", "UNION", "INTERSECT"}


def _match_parentheses(source: Source) -> None:
    stack: list[int] = []
    for index, token in enumerate(source.tokens):
        if index == source.caret:
            source.enclosing = list(stack)
        if token.text == "(":
            stack.append(index)
        elif token.text == ")":
            if stack:
                source.close[stack.pop()] = index
        elif token.word:
            while stack and _illegal(source, stack[-1], index):
                source.close[stack.pop()] = index
    if source.caret >= len(source.tokens):
        source.enclosing = list(stack)
    for opened in stack:
        source.close[opened] = len(source.tokens)
