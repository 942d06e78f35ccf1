"""A command is one record. Menus, shortcuts, the palette and the documentation derive from the list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`menu` is `File`, `Query`, … or empty for palette only; `shortcut` in Qt's portable text; `enabled` is asked when shown; `needs` is the
    feature of a connector (Manifest.features) it cannot do without."""

    id: str
    title: str
    handler: Callable[[], None]
    menu: str = ""
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[], bool] = lambda: True
    separator_before: bool = False
    needs: str = ""


class CommandRegistry:
    """Commands by id, in the order they were added."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self.denial: Callable[[str], str] = lambda _feature: (
            ""
        )  # why a feature is not allowed here, or nothing
        self.warn: Callable[[str], None] = lambda _text: None

    def why_not(self, command: Command) -> str:
        """What stands in the way of a command, as far as it is known before it is tried."""
        return self.denial(command.needs) if command.needs else ""

    def add(self, command: Command) -> None:
        """Register; an id can be taken once."""
        if command.id in self._commands:
            raise ValueError(f"command {command.id} exists already")
        self._commands[command.id] = command

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def get(self, command_id: str) -> Command | None:
        """By id."""
        return self._commands.get(command_id)

    def run(self, command_id: str) -> None:
        """Run it, if it exists and is enabled now."""
        command = self._commands.get(command_id)
        if command is not None and command.enabled():
            if denied := self.why_not(command):
                self.warn(
                    f"{command.title.replace('&', '').rstrip('…')}: {denied}"
                )  # IAM's word is not the last one
            command.handler()
