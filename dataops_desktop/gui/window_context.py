"""What panels and pages share: the use cases, the bridge, the theme, facts as signals, and wishes the window fulfils."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.commands.registry import CommandRegistry
from dataops_desktop.gui.connections import LiveConnection
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.problem_text import Problem, problem_of
from dataops_desktop.gui.theme import Theme
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.interfaces.policy import NO_POLICY, Policy
from dataops_desktop.interfaces.progress import Progress

if TYPE_CHECKING:
    from dataops_desktop.actions.use_cases import UseCases


@dataclass
class Activity:
    """A piece of long work as the Activity panel shows it. State: running, done, failed or cancelled."""

    title: str
    cancel: CancelToken
    progress: Progress = field(default_factory=lambda: Progress(tr("Starting")))
    state: str = "running"
    outcome: str = ""
    open_report: Callable[[], None] | None = None


class WindowContext(QObject):
    """One per window. `use_cases` arrive after the first paint (`attach`); coroutines that need them wait until then."""

    # facts
    catalog_changed = Signal()
    # what people say of nodes: tags, stars, descriptions, classifications, bookmarks
    notes_changed = Signal()
    queries_changed = Signal()
    statements_changed = Signal()  # saved statements
    connection_checked = Signal(str, object)  # connector id, ConnectionCheck
    activity_changed = Signal(object)
    problem_reported = Signal(object)
    node_selected = Signal(int)
    # wishes
    node_requested = Signal(int)
    node_id_requested = Signal(str)
    lineage_requested = Signal(int)
    column_requested = Signal(int, str)  # where a column comes from and goes to
    impact_requested = Signal(int, str)  # what a change of a table, or of a column of it, would touch
    query_requested = Signal(str, str)  # SQL, database
    local_query_requested = Signal(str)  # SQL for the local engine
    result_requested = Signal(object)  # QueryRecord: its result again
    statement_requested = Signal(object)  # SavedStatement: a worksheet over it
    run_requested = Signal(object)  # QueryRecord: run it once more
    history_requested = Signal(str)  # a text to search the history for
    panel_requested = Signal(str)
    status_requested = Signal(str)
    s3_requested = Signal(str, bool)  # an address, whether in a tab of its own
    s3_moved = Signal(object)  # an S3Page that shows another folder
    connection_requested = Signal(object)  # ConnectionOptions
    workspace_requested = Signal(str)  # sandbox
    insert_requested = Signal(str)  # text into the editor in front

    connection_changed = Signal()  # another one is in front, or the one in front has another name or colour
    history_imported = Signal()  # there may be queries that this program did not run
    synced = Signal()
    follow_requested = Signal()  # statements for lineage
    identity_changed = Signal()  # who the connection in front calls as, or for how long
    connections_changed = Signal()  # one was added, removed or edited
    transfer_changed = Signal(int)

    def __init__(
        self, settings: Any, bridge: AsyncBridge, theme: Theme, connection: ConnectionOptions | str
    ) -> None:
        super().__init__()
        options = ConnectionOptions(name=connection) if isinstance(connection, str) else connection
        self.connections: dict[str, LiveConnection] = {}
        self._make: Callable[[LiveConnection], UseCases] | None = None
        self._prepare: Callable[[LiveConnection], None] = lambda _: None
        self.current = self.connection(options)
        self.book: Any = None  # ConnectionBook; comes with `attach`
        self.crash_report = ""
        self.encrypted = False  # whether the workspace's file is
        self.diagnostics: Callable[[dict[str, str]], str] = lambda facts: "\n".join(
            map(": ".join, facts.items())
        )
        self.recent_workspaces: Callable[[], list[str]] = list  # files of other workspaces, last used first
        self.settings = settings  # SettingsStore: read at once, well under a millisecond
        self.bridge = bridge
        self.theme = theme
        self.policy: Policy = getattr(settings, "policy", NO_POLICY)
        self.commands = CommandRegistry()
        self.activities: list[Activity] = []
        self.problems: list[Problem] = []
        # What the system's own scheduler would run; the composition root says how.
        self.sync_command = ["dataops-desktop", "sync", "glue"]
        self.open_results: list[Any] = []  # ResultTabs of every worksheet, for what looks across them

    def attach(self, make: Callable[[LiveConnection], UseCases], book: Any) -> None:
        """What the window stands on; called once, before the bridge starts. `make` gives the use cases of a connection."""
        self._make, self.book = make, book
        for live in self.connections.values():
            live.provide(make)

    # connections
    @property
    def use_cases(self) -> UseCases:
        """Of the connection in front."""
        return self.current.use_cases

    @property
    def s3(self) -> Any:
        """What is done to the objects of the connection in front."""
        return self.current.s3

    @property
    def live(self) -> LiveConnection:
        """The connection in front."""
        return self.current

    @property
    def connection_title(self) -> str:
        """The name of the connection in front."""
        return self.current.title

    def prepare_connections(self, prepare: Callable[[LiveConnection], None]) -> None:
        """The window's part of every connection, those to come too."""
        self._prepare = prepare
        for live in self.connections.values():
            prepare(live)

    def connection(self, options: ConnectionOptions) -> LiveConnection:
        """The live one of this name, made where there is none."""
        live = self.connections.get(options.name)
        if live is None:
            live = self.connections[options.name] = LiveConnection(options, self)
            if self._make is not None:
                live.provide(self._make)
            live.checked.connect(
                lambda name, check, live=live: (
                    self.connection_checked.emit(name, check) if live is self.current else None
                )
            )
            live.identified.connect(
                lambda live=live: self.identity_changed.emit() if live is self.current else None
            )
            self._prepare(live)
        return live

    def bring_forward(self, live: LiveConnection) -> None:
        """Make it the one that panels show and new pages are of."""
        if live is not self.current:
            self.current = live
            self.connection_changed.emit()

    def connection_saved(self, options: ConnectionOptions, before: str = "") -> None:
        """A connection was edited, perhaps renamed: what is open of it goes on with the new settings."""
        live = self.connections.get(before) if before else None
        if live is not None:
            self.connections = {
                (options.name if one is live else name): one for name, one in self.connections.items()
            }
            changed = live.options != options
            live.options = options
            if changed and live.opened:
                self.run(live.use_cases.reopen())
            live.changed.emit()
        self.connections_changed.emit()

    def of_source(self, source: str) -> UseCases:
        """The use cases of the connection to an account and region, else of the one in front."""
        for live in self.connections.values():
            if live.opened and live.identity is not None and live.identity.source == source:
                return live.use_cases
        return self.use_cases

    def run(
        self, coroutine: Coroutine[Any, Any, Any], on_error: Callable[[Exception], None] | None = None
    ) -> None:
        """Start a coroutine; an error nobody takes lands in Problems."""
        self.bridge.run(coroutine, on_error or self.report)

    def start_activity(self, title: str) -> Activity:
        """Show long work with progress and cancel."""
        activity = Activity(title, CancelToken())
        self.activities.insert(0, activity)
        self.activity_changed.emit(activity)
        return activity

    @contextmanager
    def working(self, title: str, when_cancelled: str = tr("Cancelled")) -> Iterator[Activity]:
        """Show long work until the block ends; `outcome` and a `state` of failure may be set inside. Errors are shown there and pass."""
        activity = self.start_activity(title)
        try:
            yield activity
        except BaseException as error:
            stopped = activity.cancel.cancelled or not isinstance(error, Exception)
            text = when_cancelled if stopped else str(getattr(error, "message", "") or getattr(error, "strerror", "") or error)  # fmt: skip
            self.update_activity(activity, state="cancelled" if stopped else "failed", outcome=text)
            raise
        state = "done" if activity.state == "running" else activity.state
        self.update_activity(activity, state=state, outcome=activity.outcome)

    def update_activity(
        self,
        activity: Activity,
        progress: Progress | None = None,
        state: str | None = None,
        outcome: str = "",
    ) -> None:
        """New progress or its end."""
        if progress is not None:
            activity.progress = progress
        if state is not None:
            activity.state, activity.outcome = state, outcome
        self.activity_changed.emit(activity)

    def report(self, error: BaseException) -> None:
        """An error as a problem, each once."""
        import logging  # not needed for the first paint

        known = isinstance(error, DataOpsError)
        logging.getLogger(__name__).warning("problem: %s", error, exc_info=None if known else error)
        self.add_problem(problem_of(error))

    def add_problem(self, problem: Problem) -> None:
        """Newest first; an equal one is not repeated."""
        if problem in self.problems:
            self.problems.remove(problem)
        self.problems.insert(0, problem)
        self.problem_reported.emit(problem)
