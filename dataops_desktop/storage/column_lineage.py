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
    LineageProblem,
    StatementProblem,
    StoredColumnLink,
    ViewText,
    WaitingStatement,
)
from dataops_desktop.ontology.nodes import NodeRef
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
        near, far = ("to", "from") if direction == "upstream" else ("from", "to")
        # `*` stands for every column of a table whose columns nobody knew: the name goes through it.
        step = (
            f"SELECT {_FIELDS}, CASE WHEN e.{far}_column = '*' THEN w.value ->> 1 ELSE e.{far}_column END FROM json_each(?1) w "  # noqa: S608 - fixed fragments
            f"CROSS JOIN column_edge e ON e.{near}_key = w.value ->> 0 AND (w.value ->> 1 IS NULL OR e.{near}_column IN (w.value ->> 1, '*')) "
            "WHERE (?2 OR e.use = 'output') ORDER BY e.use <> 'output', e.from_key, e.from_column, e.to_key, e.to_column LIMIT ?3"
        )
        found: dict[tuple[object, ...], StoredColumnLink] = {}
        seen: set[tuple[int, str | None]] = {(key, column)}
        frontier: list[tuple[int, str | None]] = [(key, column)]
        for level in range(1, depth + 1):
            rows = self._database.read(step, (json.dumps(frontier), level == 1, limit - len(found)))
            frontier = []
            for *row, name in rows:
                link = replace(StoredColumnLink(*row), depth=level)
                found.setdefault((*row[:5], link.path, link.by_key), link)
                reached = (link.from_key if far == "from" else link.to_key, name)
                if link.use == "output" and reached not in seen:
                    seen.add(reached)
                    frontier.append(reached)
            if not frontier or len(found) >= limit:
                break
        return list(found.values())

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
