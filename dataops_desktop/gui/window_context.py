"""What panels and pages share: the use cases, the bridge, the theme, facts as signals, and wishes the window fulfils."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from dataops_desktop.gui.async_bridge import AsyncBridge
from dataops_desktop.gui.commands.registry import CommandRegistry
from dataops_desktop.gui.problem_text import Problem, problem_of
from dataops_desktop.gui.theme import Theme
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.progress import Progress

if TYPE_CHECKING:
    from dataops_desktop.actions.use_cases import UseCases


@dataclass
class Activity:
    """A piece of long work as the Activity panel shows it. State: running, done, failed or cancelled."""

    title: str
    cancel: CancelToken
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    state: str = "running"
    outcome: str = ""
    open_report: Callable[[], None] | None = None


class WindowContext(QObject):
    """One per window. `use_cases` arrive after the first paint (`attach`); coroutines that need them wait until then."""

    # facts
    catalog_changed = Signal()
    notes_changed = (
        Signal()
    )  # what people say of nodes: tags, stars, descriptions, classifications, bookmarks
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
    insert_requested = Signal(str)  # text into the editor in front

    use_cases: UseCases
    s3: Any  # S3Control: what is done to objects; the window makes it

    def __init__(self, settings: Any, bridge: AsyncBridge, theme: Theme, connection_title: str) -> None:
        super().__init__()
        self.settings = settings  # SettingsStore: read at once, well under a millisecond
        self.bridge = bridge
        self.theme = theme
        self.connection_title = connection_title
        self.commands = CommandRegistry()
        self.activities: list[Activity] = []
        self.problems: list[Problem] = []
        # What the system's own scheduler would run; the composition root says how.
        self.sync_command = ["dataops-desktop", "sync", "glue"]
        self.open_results: list[Any] = []  # ResultTabs of every worksheet, for what looks across them

    def attach(self, use_cases: UseCases) -> None:
        """What the window stands on; called once, before the bridge starts."""
        self.use_cases = use_cases

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
    def working(self, title: str, when_cancelled: str = "Cancelled") -> Iterator[Activity]:
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
        self.add_problem(problem_of(error))

    def add_problem(self, problem: Problem) -> None:
        """Newest first; an equal one is not repeated."""
        if problem in self.problems:
            self.problems.remove(problem)
        self.problems.insert(0, problem)
        self.problem_reported.emit(problem)
