"""The first page: what to do next, and which connections were found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from dataops_desktop.gui._forms.welcome_page import Ui_WelcomePage
from dataops_desktop.gui.formatting import plain_tooltip
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.plain_label import PlainLabel, styled
from dataops_desktop.gui.window_context import WindowContext

SHOWN_PROFILES = 6


class WelcomePage(QWidget):
    """What to do next, and what was found to connect with."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        form = Ui_WelcomePage()
        form.setupUi(self)
        styled(form.title, bold=True, size=6)
        form.title.setText("DataOps Desktop")
        styled(form.intro, role="muted")
        form.intro.setText(
            tr(
                "You are on {connection_title}. Sync the catalog once; after that it can be searched and browsed without a network.",
                connection_title=context.connection_title,
            )
        )
        for command_id, name, primary in (
            ("glue.sync", "sync", True),
            ("query.new", "query", False),
            ("palette.open", "search", False),
        ):
            command = context.commands.get(command_id)
            if command is None:
                continue
            text = command.title.replace("&", "").rstrip("…")
            button = QPushButton(f"{text}    {command.shortcut}" if command.shortcut else text)
            button.setProperty("primary", primary)
            button.setIcon(icon(name, context.theme.color("onaccent" if primary else "text")))
            button.clicked.connect(lambda _=False, c=command_id: context.commands.run(c))
            form.actions.addWidget(button)
        styled(form.connections_title, bold=True)
        form.connections_title.setText(tr("Connect to"))
        self._connections = form.connections
        if not context.live.options.sandbox:
            self._offer(
                tr("The sandbox (an embedded cloud with sample data, no account)"),
                lambda: context.workspace_requested.emit("sandbox"),
            )
        context.run(self._show_found())

    def _offer(self, text: str, run: Callable[[], None], tip: str = "") -> None:
        button = QPushButton(text.replace("&", "&&"))
        button.setProperty("link", True)
        if tip:
            button.setToolTip(plain_tooltip(tip))
        button.clicked.connect(lambda: run())
        self._connections.addWidget(button)

    async def _show_found(self) -> None:
        """Profiles and sign-ins of this computer, read off the window's thread."""
        context = self._context
        found = await context.use_cases.context.local(context.book.found)
        if not context.live.options.sandbox:
            for options in (await context.use_cases.context.local(context.book.all))[:SHOWN_PROFILES]:
                profile = next((p for p in found.profiles if p.name == options.profile), None)
                self._offer(
                    f"{options.name}" if profile is None else tr("AWS profile {name}", name=options.name),
                    lambda o=options: context.connection_requested.emit(o),
                    " → ".join(profile.chain) if profile is not None else "",
                )
        self._offer(tr("Another connection…"), lambda: context.commands.run("connection.new"))
        for problem in found.problems:
            self._connections.addWidget(styled(PlainLabel(problem, wrap=True), role="muted"))

    def page_title(self) -> str:
        """Tab text."""
        return tr("Welcome")

    def page_icon(self) -> str:
        """Tab icon."""
        return "inspect"

    def page_key(self) -> str:
        """There is one."""
        return "welcome"

    def state(self) -> dict[str, Any]:
        """Nothing to keep."""
        return {"kind": "welcome"}
