"""What a tab in the centre is, and how it comes back after a restart."""

from __future__ import annotations

from typing import Any, Protocol


class Page(Protocol):
    """A QWidget with these on top. `state` is JSON; a page made from it shows the same again."""

    def page_title(self) -> str:
        """The tab's text."""

    def page_icon(self) -> str:
        """The tab's icon."""

    def page_key(self) -> str:
        """Equal for the same thing, so that opening it again raises its tab; unique for queries."""

    def state(self) -> dict[str, Any]:
        """What `restore` needs."""
