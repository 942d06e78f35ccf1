"""The query history in SQLite: every run of every engine, searchable, countable, for ever.

A query's id is the microsecond it was submitted, so that newest first is the order of the key, also with runs that were
taken from a service's own history long after.
"""

from __future__ import annotations

import json
import os
import string
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.clock import iso_now
from dataops_desktop.interfaces.workspace import CostGroup, HistoryFilter, QueryRecord
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.runs import process_alive

_QUERY_FIELDS = (
    "engine", "source", "sql", "database", "workgroup", "execution_id", "token", "state", "submitted_at", "finished_at",
    "engine_ms", "bytes_scanned", "cost_usd", "row_count", "error", "statement_type", "output_location",
    "shape", "estimated_bytes", "estimate_method", "who", "queue_ms", "reused", "dpu_count", "tables", "pinned", "origin",
)  # fmt: skip
_Q_FIELDS = ", ".join(f"q.{name}" for name in ("query_id", *_QUERY_FIELDS))
_SELECT_QUERY = f"SELECT query_id, {', '.join(_QUERY_FIELDS)} FROM query "  # noqa: S608 - fixed names
ANY = HistoryFilter()
FOLLOWING = string.ascii_lowercase + string.digits + string.punctuation + " \t\r\n"


class SqliteHistory:
    """HistoryStore over a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin_query(self, record: QueryRecord) -> int:
        """Journal a query before it is started."""
        with self._database.write() as db:
            return self._insert(db, record)

    def add_past(self, records: Sequence[QueryRecord]) -> int:
        """Runs a service remembers; those that are known, by source and execution id, are left as they are. Returns the new ones."""
        added = 0
        with self._database.write() as db:
            for record in records:
                known = list(
                    db.execute(
                        "SELECT 1 FROM query WHERE execution_id = ? AND source = ?",
                        (record.execution_id, record.source),
                    )
                )
                if not known:
                    self._insert(db, record)
                    added += 1
        return added

    def _insert(self, db: Any, record: QueryRecord) -> int:
        first = moment_id(record.submitted_at or iso_now())
        taken = list(db.execute("SELECT 1 FROM query WHERE query_id = ?", (first,)))
        query_id = first
        if taken:  # the next that is free: runs of one moment keep their order
            query_id = next(
                iter(
                    db.execute(
                        "SELECT q.query_id + 1 FROM query q WHERE q.query_id >= ? AND NOT EXISTS "
                        "(SELECT 1 FROM query n WHERE n.query_id = q.query_id + 1) ORDER BY q.query_id LIMIT 1",
                        (first,),
                    )
                )
            )[0]
        names, marks = ", ".join(_QUERY_FIELDS), ", ".join("?" for _ in _QUERY_FIELDS)
        values = [getattr(record, name) for name in _QUERY_FIELDS]
        db.execute(
            f"INSERT INTO query (query_id, {names}, pid) VALUES (?, {marks}, ?)",  # noqa: S608 - fixed names
            [query_id, *values, os.getpid()],
        )
        return int(query_id)

    def update_query(self, query_id: int, **changes: Any) -> None:
        """Set fields of one query."""
        unknown = set(changes) - set(_QUERY_FIELDS)
        if unknown:
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}")
        with self._database.write() as db:
            assigned = ", ".join(f"{name} = ?" for name in changes)
            db.execute(f"UPDATE query SET {assigned} WHERE query_id = ?", [*changes.values(), query_id])  # noqa: S608 - names checked above

    def queries(
        self, text: str = "", limit: int = 200, chosen: HistoryFilter = ANY, before: int | None = None
    ) -> list[QueryRecord]:
        """Newest first; every word of `text` must occur in the SQL. `before` is the last id of the page before."""
        words = text.split()
        where = ["1"]
        values: list[Any] = []
        for word in words:
            where.append("q.sql LIKE ? ESCAPE '\\'")
            values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
        more, more_values = _conditions(chosen)
        where += more
        values += more_values
        match = " AND ".join(dict.fromkeys(part for word in words for part in _grams(word)))
        key = "s.rowid" if match else "q.query_id"
        if before is not None:
            where.append(f"{key} < ?")
            values.append(before)
        condition = " AND ".join(where)
        if match:
            # In the index's own order, newest first: nothing is sorted, and reading stops at the limit.
            rows = self._database.read(
                f"SELECT {_Q_FIELDS} FROM query_search s CROSS JOIN query q ON q.query_id = s.rowid "  # noqa: S608 - fixed names
                f"WHERE query_search MATCH ? AND {condition} ORDER BY s.rowid DESC LIMIT ?",
                [match, *values, limit],
            )
        else:
            rows = self._database.read(
                f"SELECT {_Q_FIELDS} FROM query q WHERE {condition} ORDER BY q.query_id DESC LIMIT ?",  # noqa: S608 - fixed names
                [*values, limit],
            )
        return [QueryRecord(*row) for row in rows]

    def table_use(self, name: str) -> tuple[int, float]:
        """(queries, US dollars)."""
        rows = self._database.read(
            "SELECT count(*), coalesce(sum(q.cost_usd / (1 + length(q.tables) - length(replace(q.tables, char(10), '')))), 0) "
            "FROM query_table t JOIN query q ON q.query_id = t.query_id WHERE t.name = ?",
            (name.lower(),),
        )
        return int(rows[0][0]), float(rows[0][1])

    def readers(self, names: Sequence[str]) -> list[tuple[str, int]]:
        """Most queries first."""
        rows = self._database.read(
            "SELECT q.who, count(DISTINCT q.query_id) FROM json_each(?) w JOIN query_table t ON t.name = w.value JOIN query q ON q.query_id = t.query_id "
            "WHERE q.who <> '' GROUP BY q.who ORDER BY 2 DESC, 1",
            (json.dumps([name.lower() for name in names]),),
        )
        return [(str(who), int(count)) for who, count in rows]

    def of_shape(self, engine: str, shape: str, limit: int) -> list[QueryRecord]:
        """Succeeded and not answered from an earlier result, newest first."""
        rows = self._database.read(
            _SELECT_QUERY
            + "WHERE shape = ? AND engine = ? AND state = 'SUCCEEDED' ORDER BY query_id DESC LIMIT ?",
            (shape, engine, limit),
        )
        return [QueryRecord(*row) for row in rows]

    def estimated(self, limit: int) -> list[QueryRecord]:
        """For telling how good estimates were."""
        rows = self._database.read(
            _SELECT_QUERY
            + "WHERE estimated_bytes IS NOT NULL AND state = 'SUCCEEDED' ORDER BY query_id DESC LIMIT ?",
            (limit,),
        )
        return [QueryRecord(*row) for row in rows]

    def unfollowed(self, limit: int) -> list[QueryRecord]:
        """Newest first."""
        rows = self._database.read(
            _SELECT_QUERY
            + "WHERE followed = 0 AND state = 'SUCCEEDED' AND engine = 'athena' ORDER BY query_id DESC LIMIT ?",
            (limit,),
        )
        return [QueryRecord(*row) for row in rows]

    def mark_followed(self, query_ids: Sequence[int]) -> None:
        """They come no more."""
        with self._database.write() as db:
            db.executemany("UPDATE query SET followed = 1 WHERE query_id = ?", [(key,) for key in query_ids])

    def unfinished_queries(self) -> list[QueryRecord]:
        """Left open by processes that are gone."""
        rows = self._database.read(
            _SELECT_QUERY.replace("FROM query", ", pid FROM query")
            + "WHERE state IN ('STARTING', 'QUEUED', 'RUNNING') ORDER BY query_id"
        )
        return [
            QueryRecord(*row[:-1]) for row in rows if row[-1] != os.getpid() and not process_alive(row[-1])
        ]

    def spend(
        self, since: str, engine: str, own: bool = True, source: str | None = None
    ) -> tuple[int, float]:
        """(queries, US dollars) of an engine since a time, in one account and region or in all; `own` leaves out what others ran."""
        rows = self._database.read(
            "SELECT count(*), coalesce(sum(cost_usd), 0) FROM query WHERE query_id >= ?1 AND engine = ?2 AND (origin = '' OR NOT ?3) AND (?4 IS NULL OR source = ?4)",
            (moment_id(since), engine, own, source),
        )
        return int(rows[0][0]), float(rows[0][1])

    def costs(self, by: str, chosen: HistoryFilter = ANY) -> list[CostGroup]:
        """What queries cost, grouped by `day` (local), `who`, `workgroup`, `shape` or `dataset`; dearest first, days in order."""
        if by == "dataset":
            return self._costs_of_datasets(chosen)
        columns = {
            "day": "date(q.submitted_at, 'localtime')",
            "who": "q.who",
            "workgroup": "q.workgroup",
            "shape": "q.shape",
        }
        if by not in columns:
            raise InputError(
                f"Costs cannot be grouped by {by}.", f"Choose {', '.join((*columns, 'dataset'))}."
            )
        where, values = _conditions(chosen)
        condition = " AND ".join(["1", *where])
        order = "1" if by == "day" else "4 DESC, 3 DESC"
        # SQLite gives the text of the row that has the largest id: the newest of its shape.
        sample = ", q.sql, max(q.query_id)" if by == "shape" else ""
        rows = self._database.read(
            f"SELECT {columns[by]}, count(*), coalesce(sum(q.bytes_scanned), 0), coalesce(sum(q.cost_usd), 0){sample} "  # noqa: S608 - fixed names
            f"FROM query q WHERE {condition} GROUP BY 1 ORDER BY {order}",
            values,
        )
        return [
            CostGroup(str(row[0] or ""), row[1], row[2], row[3], row[4] if sample else "") for row in rows
        ]

    def _costs_of_datasets(self, chosen: HistoryFilter) -> list[CostGroup]:
        """A query over several tables counts for each in equal parts: the service bills the scan as one."""
        where, values = _conditions(chosen)
        condition = " AND ".join(["1", *where])
        rows = self._database.read(
            "SELECT q.tables, count(*), coalesce(sum(q.bytes_scanned), 0), coalesce(sum(q.cost_usd), 0) "  # noqa: S608 - fixed names
            f"FROM query q WHERE {condition} GROUP BY 1",
            values,
        )
        totals: dict[str, list[float]] = {}
        for tables, count, size, cost in rows:
            names = tables.split("\n") if tables else [""]
            for name in names:
                total = totals.setdefault(name, [0, 0.0, 0.0])
                total[0] += count
                total[1] += size / len(names)
                total[2] += cost / len(names)
        groups = [CostGroup(name, int(n), int(size), cost) for name, (n, size, cost) in totals.items()]
        return sorted(groups, key=lambda group: (-group.cost_usd, -group.bytes_scanned, group.name))


def _grams(word: str) -> list[str]:
    """What the index, which holds every three letters of a text, is asked for a word; nothing for one letter.

    Two letters are every three that begin with them: after them comes one of FOLLOWING in all but exotic texts.
    """
    if "\0" in word:
        return []
    if len(word) == 2:
        return ["(" + " OR ".join(_quoted(word + letter) for letter in FOLLOWING) + ")"]
    return [_quoted(word[i : i + 3]) for i in range(len(word) - 2)]


def _quoted(gram: str) -> str:
    return '"' + gram.replace('"', '""') + '"'


def moment_id(moment: str) -> int:
    """The id of a query that was submitted at an ISO time."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError as error:
        raise InputError(f"“{moment}” is not a time.", "Write it as 2026-11-25T10:00:00Z.") from error
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(found.timestamp() * 1_000_000)


def _conditions(chosen: HistoryFilter) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    for column, value in (("state", chosen.state), ("engine", chosen.engine), ("database", chosen.database), ("who", chosen.who)):  # fmt: skip
        if value:
            where.append(f"q.{column} = ?")
            values.append(value)
    if chosen.since:
        where.append("q.query_id >= ?")
        values.append(moment_id(chosen.since))
    if chosen.until:
        where.append("q.query_id < ?")
        values.append(moment_id(chosen.until))
    if chosen.pinned:
        where.append("q.pinned")
    if chosen.table:
        where.append("q.query_id IN (SELECT query_id FROM query_table WHERE name = ?)")
        values.append(chosen.table.lower())
    if chosen.own:
        where.append("q.origin = ''")
    return where, values
