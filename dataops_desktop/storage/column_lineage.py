"""Column lineage in SQLite: links by statement, followed a step at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import apsw

from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.lineage_store import (
    ColumnLink,
    FollowedStatement,
    LineageChange,
    LineageProblem,
    SensitiveColumn,
    StatementProblem,
    StoredColumnLink,
    ViewText,
    WaitingStatement,
)
from dataops_desktop.ontology.nodes import NODE_TYPES, NodeRef
from dataops_desktop.storage.database import Database

_FIELDS = "e.from_key, e.from_column, e.to_key, e.to_column, e.use, e.how, e.path, e.by_key, e.origin, e.place_start, e.place_end, e.confidence, e.observed_at"  # fmt: skip


class SqliteColumnLineage:
    """A LineageStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, statements: Sequence[FollowedStatement]) -> int:
        """See LineageStore."""
        if not statements:
            return 0
        now = iso_now()
        with self._database.write() as db:
            before = db.total_changes()
            keys: dict[NodeRef, int | None] = {}
            for statement in statements:
                by = _key(db, statement.by, keys)
                if by is None:
                    continue
                db.execute("DELETE FROM column_edge WHERE by_key = ?", (by,))
                problems = json.dumps([[p.message, p.start, p.end] for p in statement.problems], ensure_ascii=False)  # fmt: skip
                db.execute(
                    "INSERT INTO followed_statement VALUES (?, ?, ?, ?) ON CONFLICT (by_key) DO UPDATE SET fingerprint = excluded.fingerprint, "
                    "problems = excluded.problems, followed_at = excluded.followed_at",
                    (by, statement.fingerprint, problems, now),
                )
                rows = [
                    row
                    for link in statement.links
                    if (row := _row(db, link, by, statement.origin, now, keys))
                ]
                db.executemany(
                    "INSERT OR REPLACE INTO column_edge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
                )
            return db.total_changes() - before

    def views(self, source: str) -> list[ViewText]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.source, n.id, n.name, json_extract(n.properties, '$.viewSql'), coalesce(f.fingerprint, '') FROM node n "
            "LEFT JOIN followed_statement f ON f.by_key = n.node_key WHERE n.source = ? AND n.type = 'glue-table' AND n.kind = 'view' "
            "AND n.deleted_at IS NULL ORDER BY n.name",
            (source,),
        )
        return [ViewText(NodeRef(row[0], row[1]), row[2], row[3] or "", row[4]) for row in rows]

    def links(
        self, key: int, column: str | None, direction: str, depth: int = 1, limit: int = 10_000
    ) -> list[StoredColumnLink]:
        """See LineageStore. A query a step over all that is new: a column that is reached on many ways is expanded once."""
        found: dict[tuple[object, ...], StoredColumnLink] = {}
        seen: set[tuple[int, str | None]] = {(key, column)}
        frontier: list[tuple[int, str | None]] = [(key, column)]
        for level in range(1, depth + 1):
            links = self.step(frontier, direction, level == 1, limit - len(found))
            frontier = []
            for link, name in links:
                link = replace(link, depth=level)
                parts = (link.from_key, link.from_column, link.to_key, link.to_column, link.use, link.path, link.by_key)  # fmt: skip
                found.setdefault(parts, link)
                reached = (link.from_key if direction == "upstream" else link.to_key, name)
                if link.use == "output" and reached not in seen:
                    seen.add(reached)
                    frontier.append(reached)
            if not frontier or len(found) >= limit:
                break
        return list(found.values())

    def step(
        self, frontier: Sequence[tuple[int, str | None]], direction: str, shaping: bool, limit: int
    ) -> list[tuple[StoredColumnLink, str]]:
        """See LineageStore."""
        near, far = ("to", "from") if direction == "upstream" else ("from", "to")
        # `*` stands for every column of a table whose columns nobody knew: the name goes through it.
        rows = self._database.read(
            f"SELECT {_FIELDS}, coalesce(CASE WHEN e.{far}_column = '*' THEN w.value ->> 1 END, e.{far}_column) FROM json_each(?1) w "  # noqa: S608 - fixed fragments
            f"CROSS JOIN column_edge e ON e.{near}_key = w.value ->> 0 AND (w.value ->> 1 IS NULL OR e.{near}_column IN (w.value ->> 1, '*')) "
            "WHERE (?2 OR e.use = 'output') ORDER BY e.use <> 'output', e.from_key, e.from_column, e.to_key, e.to_column LIMIT ?3",
            (json.dumps(frontier), shaping, limit),
        )
        return [(StoredColumnLink(*row), name) for *row, name in rows]

    def changes(self, since: str, until: str, limit: int) -> list[LineageChange]:
        """See LineageStore. What was there at a moment had been seen by then, had not gone, and neither had its ends."""
        there = (
            "x.observed_at <= {at} AND x.gone_at > {at} AND a.created_at <= {at} AND coalesce(a.deleted_at, '9999') > {at} "
            "AND b.created_at <= {at} AND coalesce(b.deleted_at, '9999') > {at}"
        )
        at = [there.format(at=place) for place in ("?1", "?2")]
        flows = (
            "SELECT from_key, '' AS from_column, to_key, '' AS to_column, type AS what, observed_at, '9999' AS gone_at FROM edge "
            "UNION ALL SELECT from_key, '', to_key, '', type, observed_at, gone_at FROM edge_past "
            "UNION ALL SELECT from_key, from_column, to_key, to_column, use, observed_at, '9999' FROM column_edge "
            "UNION ALL SELECT from_key, from_column, to_key, to_column, use, observed_at, gone_at FROM column_edge_past"
        )
        rows = self._database.read(
            f"SELECT x.from_key, a.name, x.from_column, x.to_key, b.name, x.to_column, x.what, max({at[0]}), max({at[1]}) "  # noqa: S608 - fixed fragments
            f"FROM ({flows}) x JOIN node a ON a.node_key = x.from_key JOIN node b ON b.node_key = x.to_key "
            "GROUP BY x.from_key, x.from_column, x.to_key, x.to_column, x.what "
            f"HAVING max({at[0]}) <> max({at[1]}) ORDER BY x.from_column <> '', a.name, x.from_column, b.name, x.to_column LIMIT ?3",
            (since, until, limit),
        )
        return [
            LineageChange(from_key, from_name, from_column, to_key, to_name, to_column, what, bool(now))
            for from_key, from_name, from_column, to_key, to_name, to_column, what, _, now in rows
        ]

    def unused_tables(self, limit: int) -> list[tuple[int, str, int | None]]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.node_key, n.name, CAST(n.properties ->> 'sizeBytes' AS INTEGER) FROM node n WHERE n.type = 'glue-table' AND n.deleted_at IS NULL "
            "AND n.uses = 0 AND NOT EXISTS (SELECT 1 FROM edge e JOIN node b ON b.node_key = e.to_key AND b.deleted_at IS NULL "
            "WHERE e.from_key = n.node_key AND e.type IN ('reads', 'derives', 'published_as')) ORDER BY 3 DESC, n.name LIMIT ?",
            (limit,),
        )
        return [(key, name, size) for key, name, size in rows]

    def unused_columns(self, limit: int) -> list[tuple[int, str, str]]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.node_key, n.name, c.name FROM node n JOIN column_of c ON c.table_key = n.node_key AND NOT c.is_partition_key "
            "WHERE n.type = 'glue-table' AND n.deleted_at IS NULL AND EXISTS (SELECT 1 FROM column_edge u WHERE u.from_key = n.node_key) "
            "AND NOT EXISTS (SELECT 1 FROM column_edge u WHERE u.from_key = n.node_key AND u.from_column IN (lower(c.name), '*')) "
            "ORDER BY n.name, c.position LIMIT ?",
            (limit,),
        )
        return [(key, table, column) for key, table, column in rows]

    def processes(self) -> list[int]:
        """See LineageStore."""
        types = [name for name, known in NODE_TYPES.items() if known.category == "process"]
        rows = self._database.read(
            "SELECT node_key FROM node WHERE deleted_at IS NULL AND (type IN (SELECT value FROM json_each(?)) "
            "OR (type = 'glue-table' AND kind = 'view')) ORDER BY node_key",
            (json.dumps(types),),
        )
        return [key for (key,) in rows]

    def told_by(self, key: int) -> list[StoredColumnLink]:
        """See LineageStore."""
        rows = self._database.read(f"SELECT {_FIELDS} FROM column_edge e WHERE e.by_key = ?", (key,))  # noqa: S608 - fixed names
        return [StoredColumnLink(*row) for row in rows]

    def pairs(self) -> list[tuple[int, int]]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT e.from_key, e.to_key FROM edge e JOIN node a ON a.node_key = e.from_key AND a.deleted_at IS NULL "
            "JOIN node b ON b.node_key = e.to_key AND b.deleted_at IS NULL WHERE e.type NOT IN ('contains', 'located_in')"
        )
        return [(a, b) for a, b in rows]

    def sensitive(self) -> list[SensitiveColumn]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT c.table_key, n.name, lower(c.column_name), c.kind, c.confidence, c.state FROM column_class c "
            "JOIN node n ON n.node_key = c.table_key AND n.deleted_at IS NULL WHERE c.state <> 'rejected' AND c.kind <> '' "
            "AND c.origin <> 'lineage' ORDER BY c.kind, n.name, c.column_name"
        )
        return [SensitiveColumn(*row) for row in rows]

    def waiting(self, after: int, limit: int) -> list[WaitingStatement]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.node_key, n.source, n.id, n.type, n.properties ->> 'sql', coalesce(n.properties ->> 'database', ''), "
            "coalesce(n.properties -> 'problems', '[]') FROM node n LEFT JOIN followed_statement f ON f.by_key = n.node_key "
            "WHERE n.type IN ('athena-query', 'saved-query', 'glue-job') AND n.node_key > ? AND n.deleted_at IS NULL AND n.properties ->> 'sql' <> '' "
            "AND (f.by_key IS NULL OR f.followed_at < n.updated_at OR EXISTS (SELECT 1 FROM edge e JOIN node t ON t.node_key = e.from_key "
            "WHERE e.to_key = n.node_key AND e.type = 'reads' AND t.updated_at > f.followed_at)) ORDER BY n.node_key LIMIT ?",
            (after, limit),
        )
        return [
            WaitingStatement(key, NodeRef(source, node_id), kind, sql, database, tuple(json.loads(problems)))
            for key, source, node_id, kind, sql, database, problems in rows
        ]

    def known(self, refs: Sequence[NodeRef]) -> set[NodeRef]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.source, n.id FROM json_each(?) w JOIN node n ON n.source = w.value ->> 0 AND n.id = w.value ->> 1 "
            "JOIN followed_statement f ON f.by_key = n.node_key WHERE n.deleted_at IS NULL",
            (json.dumps([[ref.source, ref.id] for ref in refs]),),
        )
        return {NodeRef(*row) for row in rows}

    def problems(self, limit: int) -> list[StatementProblem]:
        """See LineageStore."""
        rows = self._database.read(
            "SELECT n.node_key, n.type, n.name, coalesce(n.properties ->> 'sql', n.properties ->> 'viewSql', ''), "
            "coalesce(n.properties ->> 'database', ''), f.problems FROM followed_statement f "
            "JOIN node n ON n.node_key = f.by_key AND n.deleted_at IS NULL WHERE f.problems <> '[]' ORDER BY f.followed_at DESC, f.by_key LIMIT ?",
            (limit,),
        )
        return [
            StatementProblem(key, kind, name, sql, database, LineageProblem(*problem))
            for key, kind, name, sql, database, text in rows
            for problem in json.loads(text)
        ]


def _key(db: apsw.Connection, ref: NodeRef, known: dict[NodeRef, int | None]) -> int | None:
    if ref not in known:
        row = next(db.execute("SELECT node_key FROM node WHERE source = ? AND id = ?", (ref.source, ref.id)), None)  # fmt: skip
        known[ref] = row[0] if row else None
    return known[ref]


def _row(
    db: apsw.Connection, link: ColumnLink, by: int, origin: str, now: str, keys: dict[NodeRef, int | None]
) -> tuple[object, ...] | None:
    ends = _key(db, link.from_ref, keys), _key(db, link.to_ref, keys)
    if ends[0] is None or ends[1] is None:
        return None
    return (
        ends[0], link.from_column, ends[1], link.to_column, link.use, link.path, by, link.how, origin, link.start, link.end, link.confidence, now,
    )  # fmt: skip
