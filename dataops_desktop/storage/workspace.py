"""A workspace: one file with the ontology, the runs, the history and the settings."""

from __future__ import annotations

from pathlib import Path

from dataops_desktop.interfaces.policy import NO_POLICY, Policy
from dataops_desktop.storage.annotations import SqliteAnnotations
from dataops_desktop.storage.catalog import SqliteCatalog
from dataops_desktop.storage.column_lineage import SqliteColumnLineage
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.fixed_settings import FixedSettings
from dataops_desktop.storage.history import SqliteHistory
from dataops_desktop.storage.job_starts import SqliteJobStarts
from dataops_desktop.storage.runs import SqliteSyncRuns
from dataops_desktop.storage.settings import SqliteSettings
from dataops_desktop.storage.snapshots import SqliteSnapshots
from dataops_desktop.storage.statements import SqliteStatements
from dataops_desktop.storage.transfers import SqliteTransfers


class SqliteWorkspace:
    """Opens (or makes) the file; raises WorkspaceError and leaves a newer, foreign or damaged file untouched."""

    def __init__(self, path: Path | Database, policy: Policy = NO_POLICY) -> None:
        self._database = path if isinstance(path, Database) else Database(path)
        self.catalog = SqliteCatalog(self._database)
        self.lineage = SqliteColumnLineage(self._database)
        self.job_starts = SqliteJobStarts(self._database)
        self.snapshots = SqliteSnapshots(self._database)
        self.annotations = SqliteAnnotations(self._database)
        self.syncs = SqliteSyncRuns(self._database)
        self.history = SqliteHistory(self._database)
        self.settings = FixedSettings(SqliteSettings(self._database), policy)
        self.statements = SqliteStatements(self._database)
        self.transfers = SqliteTransfers(self._database)

    @property
    def key(self) -> str:
        """For a child process, over its pipe."""
        return self._database.key

    @property
    def path(self) -> str:
        """Its file."""
        return str(self._database.path)

    def close(self) -> None:
        """Close; safe to call twice."""
        self._database.close()
