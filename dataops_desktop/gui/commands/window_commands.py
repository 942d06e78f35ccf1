"""Every command of the window. Adding one is adding a record here."""

from __future__ import annotations

from typing import Any, Protocol

from dataops_desktop.gui.commands.registry import Command, CommandRegistry
from dataops_desktop.gui.language import tr


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
    ("find", tr("&Find…"), "Ctrl+F", False),
    ("replace", tr("Find and &replace…"), "Ctrl+H", False),
    ("format", tr("F&ormat SQL"), "Ctrl+Shift+F", True),
    ("comment", tr("Toggle &comment"), "", False),
    ("duplicate", tr("&Duplicate line or selection"), "Ctrl+D", False),
    ("move_up", tr("Move line &up"), "Alt+Up", False),
    ("move_down", tr("Move line do&wn"), "Alt+Down", False),
    ("delete_line", tr("De&lete line"), "Ctrl+Shift+K", False),
    ("select_next", tr("Select &next occurrence"), "Ctrl+J", False),
    ("go_to_table", tr("Go to &table"), "F12", True),
)


def add_window_commands(
    registry: CommandRegistry, window: WindowActions, panels: list[tuple[str, str]]
) -> None:
    """Register them all; `panels` are (id, title)."""
    w = window
    for command in (
        Command("query.new", tr("&New query"), w.opener.new_query, tr("File"), "Ctrl+N", "query"),
        Command("file.open", tr("&Open SQL file…"), w.opener.ask_sql_file, tr("File"), "Ctrl+O", "folder"),
        Command(
            "file.save",
            tr("&Save"),
            lambda: w.opener.edit("save"),
            tr("File"),
            "Ctrl+S",
            "save",
            w.opener.is_query_page,
        ),
        Command(
            "page.close",
            tr("&Close tab"),
            w.opener.close_current,
            tr("File"),
            "Ctrl+W",
            "close",
            w.opener.has_page,
        ),
        Command(
            "file.save_as",
            tr("Save &as…"),
            lambda: w.opener.edit("save_as"),
            tr("File"),
            "Ctrl+Shift+Alt+S",
            "save",
            w.opener.is_query_page,
        ),
        Command(
            "query.keep",
            tr("&Keep in saved queries…"),
            lambda: w.opener.edit("keep"),
            tr("File"),
            "Ctrl+Alt+S",
            "library",
            w.opener.is_query_page,
        ),
        Command(
            "page.reopen",
            tr("&Reopen closed query"),
            w.opener.reopen,
            tr("File"),
            "Ctrl+Shift+T",
            "history",
            lambda: w.opener.can_reopen,
        ),
        Command(
            "connection.new",
            tr("New co&nnection…"),
            w.connection.new,
            tr("File"),
            "",
            "plus",
            separator_before=True,
        ),
        Command(
            "connection.manage",
            tr("&Connections…"),
            w.connection.manage,
            tr("File"),
            "Ctrl+Shift+C",
            "services",
        ),
        Command(
            "connection.sign_in", tr("Sign &in again…"), w.connection.sign_in_now, tr("File"), "", "services"
        ),
        Command(
            "connection.diagnose", tr("&Diagnose connection"), w.opener.open_doctor, tr("Help"), "", "inspect"
        ),
        Command(
            "workspace.open",
            tr("Open or create a &workspace…"),
            w.connection.ask_workspace,
            tr("File"),
            "",
            "folder",
        ),
        Command(
            "workspace.encrypt",
            tr("Enc&ryption of the workspace…"),
            w.connection.ask_encryption,
            tr("File"),
            "",
            "key",
        ),
        Command(
            "settings.show",
            tr("Se&ttings"),
            w.opener.open_settings,
            tr("File"),
            "Ctrl+,",
            "settings",
            separator_before=True,
        ),
        Command("app.quit", tr("&Quit"), w.quit, tr("File"), "Ctrl+Q", "", separator_before=True),
        Command(
            "query.run",
            tr("&Run statement"),
            lambda: w.opener.edit("run"),
            tr("Query"),
            "F5",
            "play",
            w.opener.is_query_page,
            needs="athena.run",
        ),
        Command(
            "query.run_all",
            tr("Run &all statements"),
            lambda: w.opener.edit("run_all"),
            tr("Query"),
            "Ctrl+Shift+Return",
            "play",
            w.opener.is_query_page,
            needs="athena.run",
        ),
        Command(
            "query.cancel",
            tr("&Cancel query"),
            lambda: w.opener.edit("cancel"),
            tr("Query"),
            "Ctrl+.",
            "stop",
            w.opener.is_running,
            needs="athena.stop",
        ),
        Command(
            "query.explain",
            tr("&Explain statement"),
            lambda: w.opener.edit("explain"),
            tr("Query"),
            "Ctrl+E",
            "lineage",
            w.opener.is_query_page,
        ),
        Command(
            "query.whole_height",
            tr("Results over the &whole height"),
            lambda: w.opener.edit("whole_height"),
            tr("View"),
            "Ctrl+Shift+E",
            "expand",
            w.opener.is_query_page,
        ),
        Command(
            "query.settings",
            tr("Query &settings…"),
            lambda: w.opener.edit("settings"),
            tr("Query"),
            "",
            "settings",
            w.opener.is_query_page,
        ),
        Command(
            "costs.show", tr("C&osts"), w.opener.open_costs, tr("Query"), "", "money", separator_before=True
        ),
        Command("costs.limits", tr("Cost &limits…"), w.opener.ask_cost_limits, tr("Query")),
        *(
            Command(
                f"edit.{action}",
                title,
                lambda a=action: w.opener.edit(a),
                tr("Edit"),
                key,
                "",
                lambda a=action: w.opener.can_edit(a),
                apart,
            )
            for action, title, key, apart in _EDITS
        ),
        Command(
            "editor.focus",
            tr("Focus the &editor"),
            lambda: w.opener.edit("focus"),
            tr("View"),
            "F6",
            "query",
            w.opener.is_query_page,
        ),
        Command(
            "glue.sync",
            tr("&Sync AWS Glue now"),
            lambda: w.sync_glue(False),
            tr("Catalog"),
            "Ctrl+Shift+S",
            "sync",
            lambda: not w.is_syncing(),
            needs="glue.tables",
        ),
        Command(
            "glue.sync_full",
            tr("Sync AWS Glue, writing &everything again"),
            lambda: w.sync_glue(True),
            tr("Catalog"),
            "",
            "sync",
            lambda: not w.is_syncing(),
            needs="glue.tables",
        ),
        Command("glue.schedule", tr("S&chedule sync…"), w.schedule.ask, tr("Catalog"), "", "timeline"),
        Command("glue.etl", tr("&Crawlers and jobs"), w.opener.open_etl, tr("Catalog"), "", "activity"),
        Command("glue.places", tr("&Accounts and regions…"), w.catalog.places, tr("Catalog"), "", "services"),
        Command(
            "catalog.search",
            tr("&Search with facets"),
            w.opener.open_search,
            tr("Catalog"),
            "Ctrl+Alt+F",
            "search",
            separator_before=True,
        ),
        Command(
            "catalog.time_machine",
            tr("&Time machine"),
            w.opener.open_time_machine,
            tr("Catalog"),
            "",
            "timeline",
        ),
        Command(
            "catalog.dictionary",
            tr("Export &data dictionary…"),
            w.catalog.dictionary,
            tr("Catalog"),
            "",
            "export",
        ),
        Command(
            "lineage.questions",
            tr("&Lineage questions"),
            w.opener.open_lineage_questions,
            tr("Catalog"),
            "Ctrl+Alt+L",
            "lineage",
            separator_before=True,
        ),
        Command(
            "lineage.follow", tr("Follow statements for li&neage"), w.catalog.lineage.follow, tr("Catalog")
        ),
        Command(
            "lineage.import",
            tr("Take over &OpenLineage events…"),
            w.catalog.lineage.ask_import,
            tr("Catalog"),
            "",
            "download",
        ),
        Command(
            "lineage.export",
            tr("Save all lineage as OpenLin&eage…"),
            w.catalog.lineage.ask_export,
            tr("Catalog"),
            "",
            "export",
        ),
        Command(
            "lineage.send",
            tr("Send all lineage to a collec&tor…"),
            w.catalog.lineage.ask_send,
            tr("Catalog"),
            "",
            "upload",
        ),
        Command("catalog.weights", tr("&Quality weights…"), w.catalog.weights, tr("Catalog"), "", "settings"),
        Command("glue.report", tr("Last sync &report"), w.show_last_report, tr("Catalog"), "", "report"),
        Command(
            "palette.open",
            tr("&Find anything…"),
            w.open_palette,
            tr("Catalog"),
            "Ctrl+K",
            "search",
            separator_before=True,
        ),
        Command(
            "s3.browse",
            tr("&Browse buckets"),
            lambda: w.opener.open_s3(""),
            tr("Tools"),
            "Ctrl+B",
            "bucket",
            needs="s3.list",
        ),
        Command(
            "s3.upload", tr("&Upload files…"), w.opener.upload, tr("Tools"), "", "upload", needs="s3.write"
        ),
        Command("s3.go", tr("S3 &address…"), w.opener.ask_s3, tr("Tools"), "Ctrl+L", "bucket"),
        Command(
            "s3.undo",
            tr("Take back the last change in &S3"),
            lambda: w.s3.undo(),
            tr("Tools"),
            "",
            "history",
            lambda: w.s3.can_undo(),
        ),
        Command("results.purge", tr("&Delete kept results…"), w.quitting.ask_purge, tr("Tools"), "", "close"),
        Command("view.welcome", tr("&Welcome page"), w.opener.open_welcome, tr("View"), "", "inspect"),
        Command(
            "theme.toggle",
            tr("&Light or dark"),
            w.toggle_theme,
            tr("View"),
            "Ctrl+Shift+L",
            "theme",
            separator_before=True,
        ),
        Command(
            "theme.system",
            tr("Colours as the &system"),
            lambda: w.set_theme("system"),
            tr("View"),
            "",
            "theme",
        ),
        Command("layout.reset", tr("&Reset layout"), w.reset_layout, tr("View"), "", "services"),
        Command(
            "page.next",
            tr("&Next tab"),
            lambda: w.opener.step(1),
            tr("View"),
            "Ctrl+PgDown",
            "",
            w.opener.has_page,
            separator_before=True,
        ),
        Command(
            "page.previous",
            tr("&Previous tab"),
            lambda: w.opener.step(-1),
            tr("View"),
            "Ctrl+PgUp",
            "",
            w.opener.has_page,
        ),
        Command(
            "help.diagnostics",
            tr("&Copy diagnostics"),
            w.connection.copy_diagnostics,
            tr("Help"),
            "",
            "report",
        ),
        Command(
            "help.crash",
            tr("Copy c&rash report"),
            w.connection.copy_crash_report,
            tr("Help"),
            "",
            "report",
            w.connection.has_crash_report,
        ),
        Command("help.about", tr("&About DataOps Desktop"), w.about, tr("Help"), "", "inspect"),
    ):
        registry.add(command)
    # Cards and menus name these two by what they mean, not by the panel.
    registry.add(Command("catalog.show", tr("Show catalog"), lambda: w.show_panel("catalog")))
    registry.add(
        Command("history.show", tr("Show query history"), lambda: w.show_panel("history"), "", "", "history")
    )
    registry.add(
        Command("history.import", tr("Take over Athena's query history"), w.past.start, "", "", "history")
    )
    for number, (panel_id, title) in enumerate(panels, 1):
        registry.add(
            Command(
                f"panel.{panel_id}",
                tr("Show {title}", title=title),
                lambda p=panel_id: w.show_panel(p),
                tr("Tools"),
                f"Alt+{number}",
                "services",
            )
        )


MENUS = (tr("File"), tr("Edit"), tr("View"), tr("Query"), tr("Catalog"), tr("Tools"), tr("Help"))
