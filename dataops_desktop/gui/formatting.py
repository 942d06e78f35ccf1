"""Numbers, sizes, times and money as the person's locale writes them, and texts from outside as plain tooltips."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from PySide6.QtCore import QLocale

from dataops_desktop.gui.language import plural, tr

# Of queries, transfers, crawlers and jobs, as the services name them.
_STATES = {
    "QUEUED": tr("Queued"), "READY": tr("Ready"), "STARTING": tr("Starting"), "RUNNING": tr("Running"), "PAUSED": tr("Paused"),
    "STOPPING": tr("Stopping"), "CANCELLING": tr("Stopping"), "WAITING": tr("Waiting"), "SUCCEEDED": tr("Succeeded"), "COMPLETED": tr("Completed"),
    "DONE": tr("Done"), "FAILED": tr("Failed"), "ERROR": tr("Error"), "TIMEOUT": tr("Timed out"), "STOPPED": tr("Stopped"),
    "CANCELLED": tr("Cancelled"), "EXPIRED": tr("Expired"),
}  # fmt: skip


def state(name: str) -> str:
    """In words: `Succeeded`."""
    return _STATES.get(name.upper(), name.capitalize())


def count(number: int, one: str, many: str) -> str:
    """`1 table`, `1,234 tables`."""
    return f"{whole(number)} {plural(one, many, number)}"


def whole(number: int) -> str:
    """With the locale's thousands separators."""
    return QLocale().toString(number)


def figure(number: Any) -> str:
    """A sum or an average: separators, and six digits after the point where there are more."""
    if number is None:
        return ""
    if isinstance(number, int):
        return f"{number:,}".replace(",", QLocale().groupSeparator())
    whole_part, _, fraction = f"{number:,.6f}".partition(".")
    fraction = fraction.rstrip("0")
    text = whole_part.replace(",", QLocale().groupSeparator())
    return f"{text}{QLocale().decimalPoint()}{fraction}" if fraction else text


def size(number: int | None) -> str:
    """`245 MB`, decimal units as AWS bills them; empty for unknown."""
    if number is None:
        return ""
    value = float(number)
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            return (
                count(int(value), "byte", "bytes")
                if unit == "bytes"
                else f"{QLocale().toString(value, 'f', 1 if value < 100 else 0)} {unit}"
            )
        value /= 1000
    return ""


def duration(milliseconds: float) -> str:
    """`85 ms`, `1.2 s`, `3m 24s`."""
    if milliseconds < 1000:
        return f"{round(milliseconds)} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{QLocale().toString(seconds, 'f', 1)} s"
    return tr("{minutes}m {seconds}s", minutes=int(seconds // 60), seconds=int(seconds % 60))


def money(dollars: float | None) -> str:
    """`$2.35`, `$0.001`, `$0.00005`: two digits that say something."""
    if dollars is None:
        return tr("no price")
    if dollars == 0:
        return "$0"
    if dollars >= 0.01:
        return f"${dollars:,.2f}"
    return "$" + f"{dollars:.6f}".rstrip("0")


def ago(moment: str) -> str:
    """`just now`, `10 minutes ago`, `yesterday`, or the date."""
    if not moment:
        return tr("never")
    seconds = (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
    if seconds < 45:
        return tr("just now")
    if seconds < 3600:
        minutes = max(1, round(seconds / 60))
        return tr("{time} ago", time=count(minutes, "minute", "minutes"))
    if seconds < 86400:
        hours = round(seconds / 3600)
        return tr("{time} ago", time=count(hours, "hour", "hours"))
    return local_time(moment)


def local_time(moment: str) -> str:
    """Date and time in the person's zone and locale."""
    if not moment:
        return ""
    parsed = datetime.fromisoformat(moment).astimezone()
    return parsed.strftime("%Y-%m-%d %H:%M:%S")


def utf16_units(text: str) -> int:
    """How long Qt takes a text to be: it counts UTF-16 units, we count characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain_tooltip(text: str) -> str:
    """Tooltips have no switch for plain text, so the text is escaped inside a rich one."""
    return f"<qt>{escape(text[:2000])}</qt>" if text else ""
