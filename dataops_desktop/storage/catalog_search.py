"""Search as you type over a million nodes, with facets, ranking, near misses and marks.

Ranking everything that matches costs 200 ms and more where a short word matches a million nodes, so finds come in tiers, each bounded:
the exact name, names that start with the text, names that queries use, names with the words, then columns, comments and descriptions.
Within what the tiers brought, name match counts most, then use, quality, rating and shortness. Queries that ran are found in the history, not here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from dataops_desktop.interfaces.catalog_store import SearchFilter, SearchHit
from dataops_desktop.ontology.nodes import NODE_TYPES
from dataops_desktop.storage.catalog_write import name_parts
from dataops_desktop.storage.database import Database

NO_FILTER = SearchFilter()
TIER_ROWS = 300  # looked at in each tier
FACET_ROWS = 5_000  # finds that facets are counted over
USED = 300  # most used nodes that are matched by name first
FEW = 3  # fewer finds than this and near misses are looked up
NEAR_ROWS = 4_000
_LAST = "\U0010ffff"
_HIT = "SELECT n.node_key, n.id, n.type, n.name, n.short_name, n.source, n.description, n.quality, n.rating, n.uses, n.bookmarked_at FROM "


def _conditions(chosen: SearchFilter) -> tuple[str, list[Any]]:
    """SQL after a WHERE, and its values."""
    parts, values = ["n.deleted_at IS NULL"], list[Any]()

    def add(sql: str, *given: Any) -> None:
        parts.append(sql)
        values.extend(given)

    if chosen.type:
        add("n.type = ?", chosen.type)
    else:
        add("n.type <> 'athena-query'")
    if chosen.source:
        add("n.source = ?", chosen.source)
    if chosen.service:
        types = [name for name, known in NODE_TYPES.items() if known.domain == chosen.service]
        add("n.type IN (SELECT value FROM json_each(?))", json.dumps(types))
    if chosen.database:
        add(
            "n.parent_key IN (SELECT node_key FROM node WHERE type = 'glue-database' AND name = ?)",
            chosen.database,
        )
    if chosen.tag:
        add(
            "n.node_key IN (SELECT node_key FROM annotation WHERE kind = 'tag' AND value = ? UNION SELECT node_key FROM source_tag WHERE tag = ?)",
            chosen.tag,
            chosen.tag,
        )
    if chosen.classification:
        add(
            "n.node_key IN (SELECT table_key FROM column_class WHERE kind = ? AND state <> 'rejected')",
            chosen.classification,
        )
    if chosen.owner:
        add("n.owner = ?", chosen.owner)
    if chosen.quality is not None:
        add("n.quality >= ?", chosen.quality)
    if chosen.rating is not None:
        add("n.rating >= ?", chosen.rating)
    if chosen.fresh_since:
        add("n.fresh_at >= ?", chosen.fresh_since)
    if chosen.bookmarked:
        add("n.bookmarked_at <> ''")
    return " AND ".join(parts), values


def _spans(text: str, words: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where words start words of a text, as (start, end), merged and in order."""
    lower = text.lower()
    if len(lower) != len(text):  # İ grows when lowered: marks would be off
        return ()
    found = sorted(
        (match.start(1), match.end(1))
        for word in words
        for match in re.finditer(rf"(?:^|[\W_])({re.escape(word)})", lower)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


class CatalogSearch:
    """Reads only; safe from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, text: str, limit: int, chosen: SearchFilter = NO_FILTER) -> list[SearchHit]:
        """Best first. Every word must start a word of the name, a column, a comment or the description."""
        words = name_parts(text)
        if not words:
            return self._filtered(limit, chosen) if not chosen.empty else []
        found = self._tiers(text.strip(), words, limit, chosen)
        corrected = ""
        if len(found) < FEW and (near := self._nearest(words)):
            corrected, words = " ".join(near), near
            for key, row in self._tiers(corrected, near, limit, chosen).items():
                found.setdefault(key, row)
        return self._ranked(found, text.strip(), words, limit, corrected)

    def _filtered(self, limit: int, chosen: SearchFilter) -> list[SearchHit]:
        """Everything with these facets, the most used and the best first."""
        where, values = _conditions(chosen)
        rows = self._database.read(
            _HIT
            + f"node n WHERE {where} ORDER BY n.uses DESC, n.rating DESC, n.quality DESC, n.name LIMIT ?",
            [*values, limit],
        )
        return [_hit(row) for row in rows]

    def _tiers(
        self, text: str, words: list[str], limit: int, chosen: SearchFilter
    ) -> dict[int, tuple[int, Any]]:
        """key → (points for where it matched, row)."""
        where, values = _conditions(chosen)
        found: dict[int, tuple[int, Any]] = {}

        def add(points: int, sql: str, *given: Any, keep: Callable[[Any], bool] = lambda _: True) -> None:
            for row in self._database.read(_HIT + sql, given):
                if keep(row):
                    found.setdefault(row[0], (points, row))

        database, _, name = text.rpartition(".")
        inside, holder = where, list[Any]()
        if database:
            inside += " AND n.parent_key IN (SELECT node_key FROM node WHERE short_name = ? COLLATE NOCASE AND deleted_at IS NULL)"
            holder = [database]
        by_name = "node n INDEXED BY node_by_short_name WHERE n.short_name COLLATE NOCASE"
        add(100, f"{by_name} = ? AND {inside} LIMIT {TIER_ROWS}", name, *values, *holder)
        add(
            80, f"{by_name} >= ? AND n.short_name COLLATE NOCASE < ? AND {inside} LIMIT {TIER_ROWS}",
            name, name + _LAST, *values, *holder,
        )  # fmt: skip
        if database and found:
            return found
        match = " ".join(f'"{word}"*' for word in words)
        add(
            60, f"node n WHERE n.uses > 0 AND {where} ORDER BY n.uses DESC LIMIT {USED}", *values,
            keep=lambda row: _in(row[4], words),
        )  # fmt: skip
        add(60, f"node_name s CROSS JOIN node n ON n.node_key = s.rowid WHERE node_name MATCH ? AND {where} LIMIT {TIER_ROWS}", match, *values)  # fmt: skip
        # A single letter starts thousands of words of columns; it is left to names, where its prefixes are indexed.
        match = " ".join(f'"{word}"*' for word in words if len(word) > 1)
        if match and len(found) < max(limit, TIER_ROWS):
            add(30, f"node_search s CROSS JOIN node n ON n.node_key = s.rowid WHERE node_search MATCH ? AND {where} LIMIT {TIER_ROWS}", match, *values)  # fmt: skip
        return found

    def _ranked(
        self, found: dict[int, tuple[int, Any]], text: str, words: list[str], limit: int, corrected: str
    ) -> list[SearchHit]:
        def points(item: tuple[int, Any]) -> float:
            base, (_, _, _, _, short, _, _, quality, rating, uses, marked) = item
            return float(
                base + min(15.0, 5 * math.log10(1 + uses)) + (quality or 0) / 10 + rating * 2
                + (5 if marked else 0) - min(len(short), 60) / 10
            )  # fmt: skip

        best = sorted(found.values(), key=lambda item: (-points(item), item[1][3]))[:limit]
        hits = []
        for base, row in best:
            column = ""
            if base < 60 and not _in(row[3], words):
                column = self._matching_column(row[0], words)
            shown = column or row[3]
            hits.append(_hit(row, column, _spans(shown, words), corrected if text != corrected else ""))
        return hits

    def _matching_column(self, key: int, words: list[str]) -> str:
        """The first column that holds every word in its name, else in its name or comment, else any word in its name."""
        like = " OR ".join(["name LIKE ? ESCAPE '\\' OR comment LIKE ? ESCAPE '\\'"] * len(words))
        rows = self._database.read(
            f"SELECT name, comment FROM column_of WHERE table_key = ? AND ({like}) ORDER BY position",  # noqa: S608 - fixed fragments
            [key, *(f"%{word.replace('_', '')}%" for word in words for _ in range(2))],
        )

        def best(text_of: Callable[[str, str], str], every: bool) -> str:
            quantifier = all if every else any
            found = (n for n, c in rows if quantifier(_in(text_of(n, c), [word]) for word in words))
            return str(next(found, ""))

        return best(lambda n, _: n, True) or best(lambda n, c: f"{n} {c}", True) or best(lambda n, _: n, False)  # fmt: skip

    def _nearest(self, words: list[str]) -> list[str]:
        """The words with each that starts no known word replaced by the nearest; empty where nothing is near."""
        from rapidfuzz.distance import OSA

        corrected = []
        for word in words:
            known = self._database.read(
                "SELECT 1 FROM name_word WHERE word >= ? AND word < ? LIMIT 1", (word, word + _LAST)
            )
            if known or len(word) < 4 or not word.isalpha():
                corrected.append(word)
                continue
            most = 1 if len(word) < 8 else 2
            # One letter is wrong, so one half is right: either the word starts like it, or it holds the other half.
            half = max(3, (len(word) + 1) // 2)
            rows = self._database.read(
                "SELECT word FROM (SELECT word FROM name_word WHERE word >= ?1 AND word < ?2 LIMIT ?5) UNION "
                "SELECT word FROM (SELECT word FROM name_word_part WHERE name_word_part MATCH ?3 LIMIT ?5) UNION "
                "SELECT word FROM (SELECT word FROM name_word_part WHERE name_word_part MATCH ?4 LIMIT ?5)",
                (word[:2], word[:2] + _LAST, f'"{word[-half:]}"', f'"{word[1 : 1 + half]}"', NEAR_ROWS),
            )
            best, distance = "", most + 1
            for (candidate,) in sorted(rows, key=lambda row: len(row[0])):
                # The word may not be typed to its end: it is compared with beginnings too.
                for length in range(len(word) - 1, len(word) + 2):
                    if length > len(candidate):
                        break
                    if (step := OSA.distance(word, candidate[:length], score_cutoff=distance - 1)) < distance:
                        best, distance = candidate[:length], step
            if not best:
                return []
            corrected.append(best)
        return corrected if corrected != words else []

    def facets(self, text: str, chosen: SearchFilter = NO_FILTER) -> dict[str, list[tuple[str, int]]]:
        """facet → (value, count) over the first FACET_ROWS finds, most first."""
        words, (where, values) = name_parts(text), _conditions(chosen)
        if words:
            match = " ".join(f'"{word}"*' for word in words)
            source = "node_search s CROSS JOIN node n ON n.node_key = s.rowid WHERE node_search MATCH ? AND "
            keys = self._database.read(
                f"SELECT n.node_key FROM {source}{where} LIMIT ?",  # noqa: S608 - fixed fragments
                [match, *values, FACET_ROWS],
            )
            if not keys and (near := self._nearest(words)):
                return self.facets(" ".join(near), chosen)
        else:
            keys = self._database.read(
                f"SELECT n.node_key FROM node n WHERE {where} LIMIT ?",  # noqa: S608 - fixed fragments
                [*values, FACET_ROWS],
            )
        found = json.dumps([key for (key,) in keys])
        among = "FROM json_each(?1) k JOIN node n ON n.node_key = k.value "

        def count(value: str, rest: str = "") -> list[tuple[str, int]]:
            rows = self._database.read(
                f"SELECT {value}, count(DISTINCT n.node_key) {among}{rest} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50",
                (found,),
            )
            return [(str(name), int(number)) for name, number in rows if name not in (None, "")]

        types = count("n.type")
        services: dict[str, int] = {}
        for name, number in types:
            domain = NODE_TYPES[name].domain if name in NODE_TYPES else ""
            services[domain] = services.get(domain, 0) + number
        tags = (
            "JOIN (SELECT node_key, value AS tag FROM annotation WHERE kind = 'tag' UNION ALL SELECT node_key, tag FROM source_tag) t "
            "ON t.node_key = n.node_key"
        )
        return {
            "type": types,
            "service": sorted(services.items(), key=lambda pair: -pair[1]),
            "source": count("n.source"),
            "database": count("p.name", "JOIN node p ON p.node_key = n.parent_key"),
            "classification": count(
                "c.kind",
                "JOIN column_class c ON c.table_key = n.node_key AND c.state <> 'rejected' AND c.kind <> ''",
            ),
            "tag": count("t.tag", tags),
            "owner": count("n.owner"),
            "quality": _at_least(count("n.quality / 10 * 10", "AND n.quality IS NOT NULL")),
            "rating": _at_least(count("n.rating", "AND n.rating > 0")),
        }


def _at_least(found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Counts of exactly each value as counts of at least it, the largest first."""
    total, summed = 0, []
    for value, number in sorted(found, key=lambda pair: -int(pair[0])):
        total += number
        summed.append((value, total))
    return summed


def _in(text: str, words: Iterable[str]) -> bool:
    parts = name_parts(text)
    return all(any(part.startswith(word) for part in parts) for word in words)


def _hit(
    row: Any, column: str = "", spans: tuple[tuple[int, int], ...] = (), corrected: str = ""
) -> SearchHit:
    key, node_id, kind, name, _, source, description, quality, rating, uses, _ = row
    return SearchHit(
        key, node_id, kind, name, source, column, description, spans, quality, rating or None, uses, corrected
    )
