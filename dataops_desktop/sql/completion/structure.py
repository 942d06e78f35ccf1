"""How an unfinished statement is built: levels of parentheses, queries within them, their clauses and lists."""

from __future__ import annotations

from dataclasses import dataclass, field

from dataops_desktop.sql.completion.tokens import Source, plain


@dataclass
class Block:
    """One SELECT (UPDATE, DELETE, MERGE) at one level of parentheses: tokens `start:end` and where its clauses begin."""

    start: int
    end: int
    clauses: list[tuple[str, int]] = field(default_factory=list)

    def at(self, clause: str) -> int:
        """Index of a clause's word, -1 without one."""
        return next((index for name, index in self.clauses if name == clause), -1)

    def span(self, clause: str) -> tuple[int, int]:
        """(start, end) of the tokens behind a clause's words; empty without one."""
        for number, (name, index) in enumerate(self.clauses):
            if name == clause:
                until = self.clauses[number + 1][1] if number + 1 < len(self.clauses) else self.end
                return index + (2 if name in {"GROUP", "ORDER", "PARTITION"} else 1), until
        return 0, 0


CLAUSES = {
    "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FETCH", "QUALIFY", "WINDOW", "SET", "VALUES", "INTO", "UPDATE",
}  # fmt: skip
SET_OPERATORS = {"UNION", "INTERSECT", "EXCEPT", "MINUS"}
_STARTS_STATEMENT = {
    "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "SHOW", "DESCRIBE", "EXPLAIN",
}  # fmt: skip
JOIN_WORDS = {"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "NATURAL", "ASOF", "SEMI", "ANTI"}


class Structure:
    """Reads one statement's form, not its meaning. Indexes are those of `source.tokens`."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def region(self, opened: int) -> tuple[int, int]:
        """(start, end) of the tokens inside a parenthesis, of the whole text for -1."""
        return (opened + 1, self.source.close[opened]) if opened >= 0 else (0, len(self.source.tokens))

    def is_query(self, opened: int) -> bool:
        """Whether a parenthesis holds a query (or the text itself is meant)."""
        start, end = self.region(opened)
        while start < end and self.source.text(start) == "(":
            start += 1
        return opened < 0 or (start < end and self.source.word(start) in {"SELECT", "WITH", "VALUES", "FROM"})

    def direct(self, start: int, end: int) -> list[int]:
        """Indexes of the tokens between, parentheses counted as one."""
        found, index = [], start
        while index < end:
            found.append(index)
            index = self.source.skip(index)
        return found

    def blocks(self, opened: int) -> list[Block]:
        """The queries at one level: parts of a UNION, and statements that somebody forgot to part with a semicolon."""
        source = self.source
        start, end = self.region(opened)
        found = [Block(start, end)]
        places = self.direct(start, end)
        if opened >= 0 and len(places) == 1 and source.text(start) == "(":
            return self.blocks(start)  # ((SELECT …))
        for order, index in enumerate(places):
            word = source.word(index)
            if not word:
                continue
            block = found[-1]
            before = places[order - 1] if order else -1
            if word in SET_OPERATORS and not (word == "EXCEPT" and source.text(before) == "*"):
                block.end = index
                found.append(Block(index + 1, end))
            elif word == "SELECT" and block.at("SELECT") >= 0:
                block.end = index
                found.append(Block(index, end, [("SELECT", index)]))
            elif self._forgotten_semicolon(block, word, before):
                block.end = index
                found.append(Block(index, end, [(word, index)] if word in CLAUSES else []))
            elif word in CLAUSES and self._is_clause(word, index, block):
                block.clauses.append((word, index))
        return found

    def _is_clause(self, word: str, index: int, block: Block) -> bool:
        following = self.source.word(index + 1)
        if word in {"GROUP", "ORDER"}:
            return following == "BY" or index + 1 >= self.source.caret
        if word == "FROM":  # IS DISTINCT FROM
            return not (self.source.word(index - 1) == "DISTINCT" and block.at("FROM") >= 0)
        if word == "UPDATE":  # WHEN MATCHED THEN UPDATE SET
            return self.source.word(index - 1) != "THEN"
        if word == "WINDOW" or word in {"OFFSET", "FETCH", "LIMIT"}:
            return block.at("FROM") >= 0 or block.at("SELECT") >= 0
        return True

    def _forgotten_semicolon(self, block: Block, word: str, before: int) -> bool:
        if word not in _STARTS_STATEMENT or word == "SELECT" or before < 0 or block.at("SELECT") < 0:
            return False
        previous = self.source.word(before)
        return previous not in {"AS", "THEN", "FROM", "JOIN", "ON", "BY"} and self.source.text(
            before
        ) not in {",", "."}

    def block_at(self, opened: int, index: int) -> Block:
        """The block of a level that holds the token before `index`."""
        blocks = self.blocks(opened)
        for block in blocks:
            if index <= block.end:
                return block
        return blocks[-1]

    def name_list(self, opened: int) -> list[str]:
        """Names of `(a, b, c)`."""
        start, end = self.region(opened)
        names, fresh = [], True
        for index in self.direct(start, end):
            if self.source.text(index) == ",":
                fresh = True
            elif fresh and self.source.tokens[index].named:
                names.append(plain(self.source.text(index)))
                fresh = False
        return names

    def select_items(self, block: Block) -> list[tuple[int, int]]:
        """(start, end) of each item of a SELECT list."""
        start, end = block.span("SELECT")
        if self.source.word(start) in {"DISTINCT", "ALL"}:
            start += 1
        return self.comma_parts(start, end)

    def comma_parts(self, start: int, end: int) -> list[tuple[int, int]]:
        """(start, end) of the parts between commas."""
        parts, begin = [], start
        for index in self.direct(start, end):
            if self.source.text(index) == ",":
                parts.append((begin, index))
                begin = index + 1
        parts.append((begin, end))
        return [(a, b) for a, b in parts if a < b]
