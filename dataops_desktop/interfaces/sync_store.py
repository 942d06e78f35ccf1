"""Runs of syncs: staged work, reports that are kept for ever, and how current the catalog is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dataops_desktop.interfaces.catalog_store import TableWrite
from dataops_desktop.ontology.nodes import Node, NodeRef


@dataclass(frozen=True)
class SyncRun:
    """One run of a sync. `state` is running, applying, complete, partial, failed, cancelled or interrupted.

    `report` holds its counts; its lines are read apart.
    """

    run_id: int
    connector: str
    source: str
    started_at: str
    finished_at: str
    state: str
    report: dict[str, Any]


@dataclass(frozen=True)
class SyncLine:
    """One line of a report. `kind` is new, updated, deleted, error or note; `remedy` only for errors and notes."""

    kind: str
    name: str
    note: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Listing:
    """A complete listing of one database: how many tables it named, how many of them could be read."""

    database: Node
    named: int
    read: int


@dataclass(frozen=True)
class WarningGroup:
    """Tables with one kind of warning: the first few by name, with their messages."""

    cause: str
    count: int
    first: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Coverage:
    """Tables whose database was listed lately, of all that were ever named."""

    covered: int
    total: int

    @property
    def share(self) -> float:
        """0–1; 1 where there is nothing to cover."""
        return self.covered / self.total if self.total else 1.0


class SyncStore(Protocol):
    """A run stages what it reads, database by database; the whole becomes the catalog at its end.

    Until then the catalog is as it was. A run that was killed while reading is taken up by the next one; one that was killed
    while applying is finished by `recover`.
    """

    def begin_sync(self, connector: str, source: str) -> int:
        """A new running run."""

    def take_up(self, run_id: int, source: str, not_before: str) -> dict[str, tuple[int, int]]:
        """Make an interrupted run's complete listings this run's: database id → (tables named, tables read)."""

    def stage(
        self, run_id: int, database_id: str, tables: Sequence[TableWrite], lines: Sequence[SyncLine]
    ) -> None:
        """Changed tables of a database whose listing goes on, with their lines of the report."""

    def stage_listing(self, run_id: int, listing: Listing, deleted: Sequence[tuple[str, NodeRef]]) -> None:
        """A database was listed to its end; (name, ref) of tables it no longer has."""

    def stage_gone(self, run_id: int, database: NodeRef, tables: Sequence[tuple[str, NodeRef]]) -> None:
        """A database that a complete listing no longer names, with its (name, ref) tables."""

    def unstage(self, run_id: int, database_id: str) -> None:
        """Forget what was staged of a database whose listing starts again."""

    def add_lines(self, run_id: int, lines: Sequence[SyncLine]) -> None:
        """Lines of the report that belong to no listing."""

    def keep_report(self, run_id: int, report: dict[str, Any]) -> None:
        """What is known before the run's end, for whoever finishes it."""

    def apply_staged(self, run_id: int, progress: Callable[[int, int], None]) -> int:
        """Make the staged tables the catalog; returns rows written. `progress` gets (applied, all)."""

    def drop_staged(self, run_id: int, keep_lines: bool = False) -> None:
        """Nothing of it becomes the catalog; `keep_lines` keeps what it would have been in the report."""

    def recover(self) -> list[int]:
        """Finish runs that were killed while applying; returns their ids."""

    def finish_sync(self, run_id: int, state: str, report: dict[str, Any]) -> None:
        """Its end."""

    def sync_runs(
        self, connector: str | None = None, limit: int = 50, source: str | None = None
    ) -> list[SyncRun]:
        """Newest first."""

    def sync_run(self, run_id: int) -> SyncRun | None:
        """One run."""

    def lines(self, run_id: int, kind: str, offset: int = 0, limit: int = 1_000_000) -> list[SyncLine]:
        """Lines of one kind, by name."""

    def line_counts(self, run_id: int) -> dict[str, int]:
        """kind → how many."""

    def warning_groups(self, run_id: int, first: int = 5) -> list[WarningGroup]:
        """Warnings that stood when a run ended, by cause, the gravest first."""

    def warning_lines(
        self, run_id: int, cause: str = "", offset: int = 0, limit: int = 1_000_000
    ) -> list[tuple[str, str, str]]:
        """(table, cause, message) of a run, by name."""

    def coverage(self, since: str, source: str | None = None) -> Coverage:
        """How much was listed since a moment."""
