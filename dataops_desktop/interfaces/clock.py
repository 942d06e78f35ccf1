"""Time, so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """`2026-11-23T21:04:05.123Z`, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_now() -> str:
    """Now as sortable text."""
    return iso(utc_now())


def local_midnight(now: datetime | None = None) -> datetime:
    """The start of the person's day, in their zone."""
    now = now or datetime.now().astimezone()
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
