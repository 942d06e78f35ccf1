"""The first page: what to do next, and which connections were found."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from dataops_desktop.gui._forms.welcome_page import Ui_WelcomePage
from dataops_desktop.gui.icons import icon
from dataops_desktop.gui.widgets.plain_label import styled
from dataops_desktop.gui.window_context import WindowContext

SHOWN_PROFILES = 6


def aws_profiles() -> list[str]:
    """Profile names of ~/.aws/config and credentials, read without any SDK; unreadable files have none."""
    names: dict[str, None] = {}
    home = Path.home() / ".aws"
    for variable, default, prefix in (
        ("AWS_CONFIG_FILE", home / "config", "profile "),
        ("AWS_SHARED_CREDENTIALS_FILE", home / "credentials", ""),
    ):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(os.environ.get(variable, default), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        for section in parser.sections():
            if section == "default" or (prefix and section.startswith(prefix)) or (not prefix):
                names[section.removeprefix(prefix)] = None
    return list(names)


class WelcomePage(QWidget):
    """`switch(kind, profile)` opens another connection; kind is sandbox or aws."""

    def __init__(self, context: WindowContext, switch: Callable[[str, str | None], None]) -> None:
        super().__init__()
        self.setProperty("page", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        form = Ui_WelcomePage()
        form.setupUi(self)
        styled(form.title, bold=True, size=6)
        form.title.setText("DataOps Desktop")
        styled(form.intro, role="muted")
        form.intro.setText(
            f"This workspace is for {context.connection_title}. Sync the catalog once; after that it can be searched and browsed without a network."
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
        form.connections_title.setText("Connect to")
        sandbox = QPushButton("The sandbox (an embedded cloud with sample data, no account)")
        sandbox.setProperty("link", True)
        sandbox.clicked.connect(lambda: switch("sandbox", None))
        form.connections.addWidget(sandbox)
        for profile in aws_profiles()[:SHOWN_PROFILES]:
            button = QPushButton(f"AWS profile {profile}".replace("&", "&&"))
            button.setProperty("link", True)
            button.clicked.connect(lambda _=False, p=profile: switch("aws", p))
            form.connections.addWidget(button)

    def page_title(self) -> str:
        """Tab text."""
        return "Welcome"

    def page_icon(self) -> str:
        """Tab icon."""
        return "inspect"

    def page_key(self) -> str:
        """There is one."""
        return "welcome"

    def state(self) -> dict[str, Any]:
        """Nothing to keep."""
        return {"kind": "welcome"}
