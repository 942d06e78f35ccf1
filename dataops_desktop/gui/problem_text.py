"""Exceptions as problems a person can act on. A traceback goes to the details, never to the message."""

from __future__ import annotations

from dataclasses import dataclass

from dataops_desktop.errors import DataOpsError
from dataops_desktop.gui.language import tr
from dataops_desktop.redaction import redacted


@dataclass(frozen=True)
class Problem:
    """One line of the Problems panel: what happened, what to do, and details for copying."""

    title: str
    message: str
    remedy: str = ""
    details: str = ""
    severity: str = "error"


def problem_of(error: BaseException) -> Problem:
    """Title, message, remedy and details of any exception."""
    if isinstance(error, DataOpsError):
        details = "\n".join(f"{name}: {value}" for name, value in error.details.items())
        severity = "warning" if error.transient else "error"
        return Problem(error.title, redacted(error.message), error.remedy, redacted(details), severity)
    import traceback

    # Without capture_locals: locals can hold secrets.
    details = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return Problem(
        tr("Unexpected error"),
        redacted(f"{type(error).__name__}: {error}"),
        tr("This is a fault of the program. Copy the details into a report."),
        redacted(details),
    )
