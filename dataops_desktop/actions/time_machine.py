"""The catalog at two moments, and which saved queries and queries of the history the difference may break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dataops_desktop.interfaces.workspace import HistoryFilter, Workspace
from dataops_desktop.ontology.snapshots import TableChange, TableState
from dataops_desktop.sql.dependencies import dependencies
from dataops_desktop.sql.scans import TableShape, scans

MOST_CHANGES = 200_000
QUERIES_A_TABLE = 200


@dataclass(frozen=True)
class Comparison:
    """What differs between two moments (ISO 8601 UTC). `changes` are by name; `cut` when there were more than MOST_CHANGES."""

    before: str
    after: str
    tables_before: int
    tables_after: int
    changes: tuple[TableChange, ...]
    cut: bool = False

    def of(self, kind: str) -> list[TableChange]:
        """added, removed or changed ones."""
        return [change for change in self.changes if change.kind == kind]


@dataclass(frozen=True)
class Broken:
    """A query that a change may break. `where` is a saved query's path or the time it ran; `query_id` 0 for saved ones."""

    where: str
    sql: str
    database: str
    reason: str
    query_id: int = 0
    statement_id: int = 0
    runs: int = 1


def compare_moments(workspace: Workspace, before: str, after: str, source: str | None) -> Comparison:
    """In either order; blocks."""
    before, after = min(before, after), max(before, after)
    changes: list[TableChange] = []
    cut = False
    for change in workspace.snapshots.changes_between(before, after, source):
        if len(changes) >= MOST_CHANGES:
            cut = True
            break
        changes.append(change)
    snapshots = workspace.snapshots
    return Comparison(
        before,
        after,
        snapshots.tables_at(before, source),
        snapshots.tables_at(after, source),
        tuple(changes),
        cut,
    )


def _mentions(sql: str, name: str) -> bool:
    return re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", sql, re.IGNORECASE) is not None


class _Judge:
    """Says why a statement may fail, from the tables as they were before."""

    def __init__(self, workspace: Workspace, comparison: Comparison) -> None:
        self._snapshots = workspace.snapshots
        self._before = comparison.before
        self.breaking = {change.name.lower(): change for change in comparison.changes if change.breaks}
        self._states: dict[str, TableState | None] = {}

    def _state(self, name: str) -> TableState | None:
        if name not in self._states:
            change = self.breaking[name]
            self._states[name] = self._snapshots.state_at(change.key, self._before)
        return self._states[name]

    def _shape(self, database: str, table: str) -> TableShape | None:
        name = f"{database}.{table}"
        state = self._state(name) if name in self.breaking else None
        if state is None:
            return None
        return TableShape(
            tuple((c[0].lower(), c[1]) for c in state.columns),
            tuple((c[0].lower(), c[1]) for c in state.partition_keys),
        )

    def reason(self, sql: str, database: str) -> str:
        """Empty where nothing speaks against it."""
        touched = [
            name
            for pair in dependencies(sql, database).reads
            if (name := f"{pair[0]}.{pair[1]}") in self.breaking
        ]
        if not touched:
            return ""
        found = [f"{self.breaking[name].name} is gone" for name in touched if self.breaking[name].kind == "removed"]  # fmt: skip
        used = {scan.name: scan.columns for scan in scans(sql, database, self._shape).scans}
        for name in touched:
            change = self.breaking[name]
            for item in change.differences:
                if not item.breaks:
                    continue
                if item.aspect == "view":
                    found.append(f"{change.name}: {item.text}")
                    continue
                columns = used.get(name)
                # `SELECT *` goes on without a column that is gone; what is written out does not.
                if _mentions(sql, item.name) and (columns is None or item.name.lower() in columns):
                    what = f"{item.name} is gone" if item.aspect == "column" else item.text
                    found.append(f"{change.name}: {what}")
        return "; ".join(dict.fromkeys(found))


def broken_by(workspace: Workspace, comparison: Comparison) -> list[Broken]:
    """Saved queries first, then queries of the history, each text once with how often it ran; blocks."""
    judge = _Judge(workspace, comparison)
    if not judge.breaking:
        return []
    found = [
        Broken(
            f"{saved.folder}/{saved.name}" if saved.folder else saved.name,
            saved.sql,
            saved.database,
            reason,
            statement_id=saved.statement_id,
        )
        for saved in workspace.statements.statements()
        if saved.engine == "athena" and (reason := judge.reason(saved.sql, saved.database))
    ]
    return found + sorted(_history(workspace, judge), key=lambda item: -item.query_id)


def _history(workspace: Workspace, judge: _Judge) -> Iterator[Broken]:
    seen: dict[tuple[str, str], list[int]] = {}
    sample: dict[tuple[str, str], tuple[str, str]] = {}
    for name in judge.breaking:
        for record in workspace.history.queries("", QUERIES_A_TABLE, HistoryFilter(table=name)):
            key = (record.shape or record.sql, record.database)
            ids = seen.setdefault(key, [])
            if record.query_id not in ids:
                ids.append(record.query_id)
            sample.setdefault(key, (record.sql, record.submitted_at))
    for key, ids in seen.items():
        sql, moment = sample[key]
        if reason := judge.reason(sql, key[1]):
            yield Broken(moment, sql, key[1], reason, query_id=max(ids), runs=len(ids))
