"""What every command prints with: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import Any


def emit(text: str) -> None:
    """A line of the result."""
    print(text)  # noqa: T201


def emit_json(value: Any) -> None:
    """The result as JSON; what JSON has no word for is told as text."""
    emit(json.dumps(value, ensure_ascii=False, default=str, indent=2))


def say(text: str) -> None:
    """For the person who waits: at once."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201
