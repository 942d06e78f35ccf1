"""Every command of the window. Adding one is adding a record here."""

from __future__ import annotations

from typing import Any, Protocol

from dataops_desktop.gui.commands.registry import Command, CommandRegistry


class WindowActions(Protocol):
    """What the commands need of the window."""

    opener: Any  # PageOpener: what is done to pages
    past: Any  # HistoryControl
    catalog: Any  # CatalogControl
    schedule: Any  # ScheduleControl
    s3: Any  # S3Control of the connection in front
    connection: Any  # ConnectionControl
    quitting: Any  # QuitControl

    def quit(self) -> None: ...
    def sync_glue(self, full: bool) -> None: ...
    def show_last_report(self) -> None: ...
    def show_panel(self, panel_id: str) -> None: ...
    def open_palette(self) -> None: ...
    def set_theme(self, mode: str) -> None: ...
    def toggle_theme(self) -> None: ...
    def reset_layout(self) -> None: ...
    def about(self) -> None: ...
    def is_syncing(self) -> bool: ...


# action, title, shortcut, whether a line stands before it. Comment, Ctrl+/ in the editor, is the editor's own key.
_EDITS = (
    ("find", "&Find…", "Ctrl+F", False),
    ("replace", "Find and &replace…", "Ctrl+H", False),
    ("format", "F&ormat SQL", "Ctrl+Shift+F", True),
    ("comment", "Toggle &comment", "", False),
    ("duplicate", "&Duplicate line or selection", "Ctrl+D", False),
    ("move_up", "Move line &up", "Alt+Up", False),
    ("move_down", "Move line do&wn", "Alt+Down", False),
    ("delete_line", "De&lete line", "Ctrl+Shift+K", False),
    ("select_next", "Select &next occurrence", "Ctrl+J", False),
    ("go_to_table", "Go to &table", "F12", True),
)


def add_window_commands(
    registry: CommandRegistry, window: WindowActions, panels: list[tuple[str, str]]
) -> None:
    """Register them all; `panels` are (id, title)."""
    w = window
    for command in (
        Command("query.new", "&New query", w.opener.new_query, "File", "Ctrl+N", "query"),
        Command("file.open", "&Open SQL file…", w.opener.ask_sql_file, "File", "Ctrl+O", "folder"),
        Command(
            "file.save",
            "&Save",
            lambda: w.opener.edit("save"),
            "File",
            "Ctrl+S",
            "save",
            w.opener.is_query_page,
        ),
        Command(
            "page.close", "&Close tab", w.opener.close_current, "File", "Ctrl+W", "close", w.opener.has_page
        ),
        Command(
            "file.save_as",
            "Save &as…",
            lambda: w.opener.edit("save_as"),
            "File",
            "Ctrl+Shift+Alt+S",
            "save",
            w.opener.is_query_page,
        ),
        Command(
            "query.keep",
            "&Keep in saved queries…",
            lambda: w.opener.edit("keep"),
            "File",
            "Ctrl+Alt+S",
            "library",
            w.opener.is_query_page,
        ),
        Command(
            "page.reopen",
            "&Reopen closed query",
            w.opener.reopen,
            "File",
            "Ctrl+Shift+T",
            "history",
            lambda: w.opener.can_reopen,
        ),
        Command(
            "connection.new", "New co&nnection…", w.connection.new, "File", "", "plus", separator_before=True
        ),
        Command(
            "connection.manage", "&Connections…", w.connection.manage, "File", "Ctrl+Shift+C", "services"
        ),
        Command("connection.sign_in", "Sign &in again…", w.connection.sign_in_now, "File", "", "services"),
        Command("connection.diagnose", "&Diagnose connection", w.opener.open_doctor, "Help", "", "inspect"),
        Command(
            "workspace.open", "Open or create a &workspace…", w.connection.ask_workspace, "File", "", "folder"
        ),
        Command(
            "workspace.encrypt",
            "Enc&ryption of the workspace…",
            w.connection.ask_encryption,
            "File",
            "",
            "key",
        ),
        Command(
            "settings.show",
            "Se&ttings",
            w.opener.open_settings,
            "File",
            "Ctrl+,",
            "settings",
            separator_before=True,
        ),
        Command("app.quit", "&Quit", w.quit, "File", "Ctrl+Q", "", separator_before=True),
        Command(
            "query.run",
            "&Run statement",
            lambda: w.opener.edit("run"),
            "Query",
            "F5",
            "play",
            w.opener.is_query_page,
            needs="athena.run",
        ),
        Command(
            "query.run_all",
            "Run &all statements",
            lambda: w.opener.edit("run_all"),
            "Query",
            "Ctrl+Shift+Return",
            "play",
            w.opener.is_query_page,
            needs="athena.run",
        ),
        Command(
            "query.cancel",
            "&Cancel query",
            lambda: w.opener.edit("cancel"),
            "Query",
            "Ctrl+.",
            "stop",
            w.opener.is_running,
            needs="athena.stop",
        ),
        Command(
            "query.explain",
            "&Explain statement",
            lambda: w.opener.edit("explain"),
            "Query",
            "Ctrl+E",
            "lineage",
            w.opener.is_query_page,
        ),
        Command(
            "query.whole_height",
            "Results over the &whole height",
            lambda: w.opener.edit("whole_height"),
            "View",
            "Ctrl+Shift+E",
            "expand",
            w.opener.is_query_page,
        ),
        Command(
            "query.settings",
            "Query &settings…",
            lambda: w.opener.edit("settings"),
            "Query",
            "",
            "settings",
            w.opener.is_query_page,
        ),
        Command("costs.show", "C&osts", w.opener.open_costs, "Query", "", "money", separator_before=True),
        Command("costs.limits", "Cost &limits…", w.opener.ask_cost_limits, "Query"),
        *(
            Command(
                f"edit.{action}",
                title,
                lambda a=action: w.opener.edit(a),
                "Edit",
                key,
                "",
                w.opener.is_query_page,
                apart,
            )
            for action, title, key, apart in _EDITS
        ),
        Command(
            "editor.focus",
            "Focus the &editor",
            lambda: w.opener.edit("focus"),
            "View",
            "F6",
            "query",
            w.opener.is_query_page,
        ),
        Command(
            "glue.sync",
            "&Sync AWS Glue now",
            lambda: w.sync_glue(False),
            "Catalog",
            "Ctrl+Shift+S",
            "sync",
            lambda: not w.is_syncing(),
            needs="glue.tables",
        ),
        Command(
            "glue.sync_full",
            "Sync AWS Glue, writing &everything again",
            lambda: w.sync_glue(True),
            "Catalog",
            "",
            "sync",
            lambda: not w.is_syncing(),
            needs="glue.tables",
        ),
        Command("glue.schedule", "S&chedule sync…", w.schedule.ask, "Catalog", "", "timeline"),
        Command("glue.etl", "&Crawlers and jobs", w.opener.open_etl, "Catalog", "", "activity"),
        Command("glue.places", "&Accounts and regions…", w.catalog.places, "Catalog", "", "services"),
        Command(
            "catalog.search",
            "&Search with facets",
            w.opener.open_search,
            "Catalog",
            "Ctrl+Alt+F",
            "search",
            separator_before=True,
        ),
        Command(
            "catalog.time_machine", "&Time machine", w.opener.open_time_machine, "Catalog", "", "timeline"
        ),
        Command(
            "catalog.dictionary", "Export &data dictionary…", w.catalog.dictionary, "Catalog", "", "export"
        ),
        Command("catalog.weights", "&Quality weights…", w.catalog.weights, "Catalog", "", "settings"),
        Command("glue.report", "Last sync &report", w.show_last_report, "Catalog", "", "report"),
        Command(
            "palette.open",
            "&Find anything…",
            w.open_palette,
            "Catalog",
            "Ctrl+K",
            "search",
            separator_before=True,
        ),
        Command(
            "s3.browse",
            "&Browse buckets",
            lambda: w.opener.open_s3(""),
            "Tools",
            "Ctrl+B",
            "bucket",
            needs="s3.list",
        ),
        Command("s3.upload", "&Upload files…", w.opener.upload, "Tools", "", "upload", needs="s3.write"),
        Command("s3.go", "S3 &address…", w.opener.ask_s3, "Tools", "Ctrl+L", "bucket"),
        Command(
            "s3.undo",
            "Take back the last change in &S3",
            lambda: w.s3.undo(),
            "Tools",
            "",
            "history",
            lambda: w.s3.can_undo(),
        ),
        Command("results.purge", "&Delete kept results…", w.quitting.ask_purge, "Tools", "", "close"),
        Command("view.welcome", "&Welcome page", w.opener.open_welcome, "View", "", "inspect"),
        Command(
            "theme.toggle",
            "&Light or dark",
            w.toggle_theme,
            "View",
            "Ctrl+Shift+L",
            "theme",
            separator_before=True,
        ),
        Command("theme.system", "Colours as the &system", lambda: w.set_theme("system"), "View", "", "theme"),
        Command("layout.reset", "&Reset layout", w.reset_layout, "View", "", "services"),
        Command(
            "page.next",
            "&Next tab",
            lambda: w.opener.step(1),
            "View",
            "Ctrl+PgDown",
            "",
            w.opener.has_page,
            separator_before=True,
        ),
        Command(
            "page.previous",
            "&Previous tab",
            lambda: w.opener.step(-1),
            "View",
            "Ctrl+PgUp",
            "",
            w.opener.has_page,
        ),
        Command("help.diagnostics", "&Copy diagnostics", w.connection.copy_diagnostics, "Help", "", "report"),
        Command(
            "help.crash",
            "Copy c&rash report",
            w.connection.copy_crash_report,
            "Help",
            "",
            "report",
            w.connection.has_crash_report,
        ),
        Command("help.about", "&About DataOps Desktop", w.about, "Help", "", "inspect"),
    ):
        registry.add(command)
    # Cards and menus name these two by what they mean, not by the panel.
    registry.add(Command("catalog.show", "Show catalog", lambda: w.show_panel("catalog")))
    registry.add(
        Command("history.show", "Show query history", lambda: w.show_panel("history"), "", "", "history")
    )
    registry.add(
        Command("history.import", "Take over Athena's query history", w.past.start, "", "", "history")
    )
    for number, (panel_id, title) in enumerate(panels, 1):
        registry.add(
            Command(
                f"panel.{panel_id}",
                f"Show {title}",
                lambda p=panel_id: w.show_panel(p),
                "Tools",
                f"Alt+{number}",
                "services",
            )
        )


MENUS = ("File", "Edit", "View", "Query", "Catalog", "Tools", "Help")
