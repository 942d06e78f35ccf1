"""Which proposals fit what was typed, best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LIMIT = 200  # Scintilla's list of 10,000 words takes 68–98 ms to open, of 200 it takes 1.5 ms
ENOUGH = 6


@dataclass(frozen=True, slots=True)
class Completion:
    """One proposal. `insert` replaces `sql[replace_from:offset]`.

    Kind is keyword, function, type, table, view, column, database, cte, alias, join, literal or expansion; `detail` says what it
    is (a column's type, a function's signature).
    """

    text: str
    insert: str
    kind: str
    detail: str = ""
    replace_from: int = -1


def _fit(typed: str, text: str) -> int | None:
    """0 prefix, 1 prefix of a later word (`id` in `vendor_id`) or initials (`vi`), 2 anywhere, 3 letters in order; None for no fit."""
    if text.startswith(typed):
        return 0
    at = text.find(typed)
    if at >= 0:
        return 1 if text[at - 1] in "_. -" or f"_{typed}" in text else 2
    if len(typed) < 2:
        return None
    if len(typed) < 5 and "_" in text and typed == "".join(p[:1] for p in text.split("_"))[: len(typed)]:
        return 1
    rest = iter(text)
    return 3 if typed[0] == text[:1] and all(char in rest for char in typed) else None


class Room:
    """Thins out long lists of names before proposals are made of them: 50,000 tables take milliseconds, not a tenth of a second."""

    def __init__(self, prefix: str, recent: Sequence[str] = ()) -> None:
        self._typed = prefix.lower().strip('"`')
        self._recent = set(recent)
        self._left = [LIMIT, LIMIT, LIMIT]  # names that start so, hold it, and hold its letters in order
        letters = map(re.escape, self._typed)
        self._fuzzy = re.compile(".*?".join(letters), re.DOTALL)

    def fitting(self, names: Sequence[str]) -> list[str]:
        """The names that may be proposed: best first, at most LIMIT of each kind over all calls, the recent ones always."""
        typed, found = self._typed, [name for name in names if name in self._recent]
        if not typed:
            found += self._take(0, list(names[: self._left[0] + len(found)]))
            return found
        starting = [name for name in names if name.lower().startswith(typed)]
        found += self._take(0, starting)
        if self._left[0] > 0 and self._left[1] > 0:
            found += self._take(1, [name for name in names if typed in name.lower()])
        if len(typed) > 1 and self._left[1] > LIMIT - ENOUGH and self._left[0] > LIMIT - ENOUGH:
            found += self._take(2, [name for name in names if self._fuzzy.match(name.lower())])
        return found

    def _take(self, kind: int, names: list[str]) -> list[str]:
        taken = names[: self._left[kind]]
        self._left[kind] -= len(taken)
        return taken


def rank(prefix: str, options: Iterable[Completion], recent: Sequence[str] = ()) -> list[Completion]:
    """At most LIMIT of the options that fit, each once: by fit, then the recently used, then in the order they came."""
    typed = prefix.lower().strip('"`')
    places = {name: number for number, name in enumerate(recent)}
    never = len(places)
    classes: list[list[tuple[int, Completion]]] = [[], [], [], []]
    seen: set[tuple[str, str, str]] = set()
    for option in options:
        text = option.text.lower()
        fit = _fit(typed, text) if typed else 0
        if fit is None:
            continue
        key = (option.insert, option.kind, option.detail)
        if key in seen:
            continue
        seen.add(key)
        classes[fit].append((places.get(text, never), option))
        if not typed and not places and len(seen) >= LIMIT:
            break
    found: list[Completion] = []
    for fit, members in enumerate(classes):
        if fit == 3 and len(found) >= ENOUGH:
            break  # a fuzzy find helps when little else fits; below good matches it is noise
        if places:
            members.sort(key=lambda member: member[0])
        found += [option for _, option in members]
    return found[:LIMIT]
