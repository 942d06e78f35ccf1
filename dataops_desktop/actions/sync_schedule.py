"""When the catalog is synced by itself: a cron expression in a time zone, and the same for the system's own scheduler.

APScheduler reads the expression and finds the moments, daylight saving included. Its numbers for days of the week start on Monday, cron's
on Sunday, so days are handed over by name.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.clock import utc_now
from dataops_desktop.interfaces.workspace import SettingsStore

SETTING = "sync.schedule"
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SCHTASKS_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MOST_INTERVALS = 200  # entries in a launchd file
KINDS = {"cron": "cron", "launchd": "launchd (macOS)", "windows": "Task Scheduler (Windows)"}
LABEL = "dataops-desktop.sync-glue"


@dataclass(frozen=True)
class SyncSchedule:
    """`cron` has five fields; `timezone` is an IANA name; `tray` keeps the program in the tray when the window is closed."""

    cron: str
    timezone: str
    enabled: bool = True
    tray: bool = False


def local_timezone() -> str:
    """This computer's, as an IANA name."""
    from tzlocal import get_localzone_name

    return str(get_localzone_name() or "UTC")


def trigger(schedule: SyncSchedule) -> Any:
    """The APScheduler trigger; InputError names what is wrong."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from apscheduler.triggers.cron import CronTrigger

    fields = schedule.cron.split()
    if len(fields) != 5:
        raise InputError(
            f"“{schedule.cron}” has {len(fields)} fields.",
            "A cron expression has five: minute, hour, day of month, month, day of week. `0 6 * * 1-5` is six o'clock on weekdays.",
        )
    try:
        zone = ZoneInfo(schedule.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f"There is no time zone named {schedule.timezone!r}.", "Write it as Europe/Berlin or UTC.") from error  # fmt: skip
    minute, hour, day, month, weekday = fields
    try:
        made = CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_named_days(weekday), timezone=zone
        )
    except (ValueError, TypeError) as error:
        raise InputError(f"“{schedule.cron}” is not understood ({error}).", "Fields hold numbers, `*`, lists `1,2`, ranges `1-5` and steps `*/15`.") from error  # fmt: skip
    if made.get_next_fire_time(None, utc_now()) is None:
        raise InputError(f"“{schedule.cron}” never comes.", "Look at the day and the month.")
    return made


def _named_days(field: str) -> str:
    """`1-5` → `mon-fri`; 0 and 7 are Sunday. A range that wraps around the week becomes a list."""
    parts = []
    for part in field.lower().split(","):
        body, _, step = part.partition("/")
        numbers = re.fullmatch(r"(\d)(?:-(\d))?", body)
        if numbers is None:
            parts.append(part)
            continue
        first, last = int(numbers[1]), int(numbers[2] or numbers[1])
        if first > 7 or last > 7 or first > last:
            raise InputError(f"“{part}” is no day of the week.", "0 and 7 are Sunday, 1 is Monday.")
        if step and not numbers[2]:
            last = 7
        chosen = range(first, last + 1, int(step) if step.isdigit() and int(step) else 1)
        parts += list(dict.fromkeys(_DAYS[number % 7] for number in chosen))
    return ",".join(parts)


def next_runs(schedule: SyncSchedule, count: int = 3, after: datetime | None = None) -> list[datetime]:
    """The next moments, in the schedule's zone."""
    made = trigger(schedule)
    found: list[datetime] = []
    now = after or utc_now()
    previous: datetime | None = None
    while len(found) < count:
        moment = made.get_next_fire_time(previous, now)
        if moment is None:
            break
        found.append(moment)
        previous, now = moment, moment + timedelta(microseconds=1)
    return found


def missed(schedule: SyncSchedule, last_run: str) -> bool:
    """Whether a moment has passed since a run (ISO 8601): it is caught up once, however many there were."""
    if not last_run:
        return False
    due = next_runs(schedule, 1, datetime.fromisoformat(last_run))
    return bool(due) and due[0] <= utc_now()


def stored_schedule(settings: SettingsStore) -> SyncSchedule | None:
    """The workspace's schedule."""
    record = settings.setting(SETTING)
    return SyncSchedule(**record) if isinstance(record, dict) else None


def store_schedule(settings: SettingsStore, schedule: SyncSchedule | None) -> None:
    """Checked first; None removes it."""
    if schedule is not None:
        trigger(schedule)
    settings.set_setting(SETTING, asdict(schedule) if schedule else None)


def system_command(kind: str, schedule: SyncSchedule, command: Sequence[str]) -> str:
    """What to give the system's own scheduler so that `command` (a list of arguments) runs without the program being open.

    `kind` is cron, launchd or windows. InputError where that scheduler cannot say it.
    """
    trigger(schedule)
    if kind == "cron":
        return (
            "# Add with `crontab -e`. CRON_TZ is understood by cronie and systemd-cron; elsewhere the computer's zone counts.\n"
            f"CRON_TZ={schedule.timezone}\n{schedule.cron} {shlex.join(command).replace('%', chr(92) + '%')}\n"
        )
    if kind == "launchd":
        return _launchd(schedule, command)
    if kind == "windows":
        return _schtasks(schedule, command)
    raise InputError(f"There is no scheduler named {kind}.", f"Choose {', '.join(KINDS)}.")


def _numbers(field: str, low: int, high: int) -> list[int] | None:
    """Every value of a cron field; None for `*`."""
    if field == "*":
        return None
    found: set[int] = set()
    for part in field.split(","):
        body, _, step = part.partition("/")
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", body)
        if body == "*":
            first, last = low, high
        elif match:
            first = int(match[1])
            last = int(match[2]) if match[2] else high if step else first
        else:
            raise InputError(
                f"“{part}” cannot be written for this scheduler.", "Use numbers, lists, ranges and steps."
            )
        found.update(range(first, last + 1, int(step or 1)))
    return sorted(found)


def _fields(schedule: SyncSchedule) -> list[list[int] | None]:
    minute, hour, day, month, weekday = schedule.cron.lower().split()
    for number, name in enumerate(_DAYS):
        weekday = weekday.replace(name, str(number))
    days = _numbers(weekday, 0, 6)
    return [
        _numbers(minute, 0, 59), _numbers(hour, 0, 23), _numbers(day, 1, 31), _numbers(month, 1, 12),
        sorted({number % 7 for number in days}) if days is not None else None,
    ]  # fmt: skip


def _launchd(schedule: SyncSchedule, command: Sequence[str]) -> str:
    entries: list[dict[str, int]] = [{}]
    names = ("Minute", "Hour", "Day", "Month", "Weekday")
    for name, values in zip(names, _fields(schedule), strict=True):
        if values is not None:
            entries = [{**entry, name: value} for entry in entries for value in values]
        if len(entries) > MOST_INTERVALS:
            raise InputError(
                "launchd would need too many entries for this expression.", "Choose fewer moments."
            )
    arguments = "\n".join(f"      <string>{escape(part)}</string>" for part in command)
    moments = "\n".join(
        "      <dict>" + "".join(f"<key>{k}</key><integer>{v}</integer>" for k, v in entry.items()) + "</dict>" for entry in entries
    )  # fmt: skip
    return (
        f"<!-- Save as ~/Library/LaunchAgents/{LABEL}.plist, then: launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/{LABEL}.plist\n"
        f"     launchd counts in this computer's time zone; the schedule is in {schedule.timezone}. -->\n"
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
        '<plist version="1.0">\n  <dict>\n'
        f"    <key>Label</key><string>{LABEL}</string>\n"
        f"    <key>ProgramArguments</key>\n    <array>\n{arguments}\n    </array>\n"
        f"    <key>StartCalendarInterval</key>\n    <array>\n{moments}\n    </array>\n  </dict>\n</plist>\n"
    )


def _schtasks(schedule: SyncSchedule, command: Sequence[str]) -> str:
    minute, hour, day, month, weekday = _fields(schedule)
    if month is not None or (day is not None and weekday is not None) or minute is None or len(minute) != 1:
        raise _unsayable()
    at = minute[0]
    if hour is None:
        if day is not None or weekday is not None:
            raise _unsayable()
        when = f"/SC HOURLY /ST 00:{at:02d}"
    elif len(hour) > 1:
        steps = {b - a for a, b in pairwise(hour)}
        if len(steps) != 1 or day is not None or weekday is not None or hour[0] + 24 - hour[-1] not in steps:
            raise _unsayable()
        when = f"/SC HOURLY /MO {steps.pop()} /ST {hour[0]:02d}:{at:02d}"
    elif weekday is not None:
        when = f"/SC WEEKLY /D {','.join(_SCHTASKS_DAYS[number] for number in weekday)} /ST {hour[0]:02d}:{at:02d}"
    elif day is not None:
        if len(day) != 1:
            raise _unsayable()
        when = f"/SC MONTHLY /D {day[0]} /ST {hour[0]:02d}:{at:02d}"
    else:
        when = f"/SC DAILY /ST {hour[0]:02d}:{at:02d}"
    from subprocess import list2cmdline

    inner = list2cmdline(list(command)).replace('"', '\\"')
    return (
        f"REM Task Scheduler counts in this computer's time zone; the schedule is in {schedule.timezone}.\n"
        f'schtasks /Create /TN "DataOps Desktop sync" {when} /TR "{inner}"\n'
    )


def _unsayable() -> InputError:
    return InputError(
        "Task Scheduler's command line cannot say this expression.",
        "Choose every hour, a time of day, days of a week or a day of the month.",
    )
