"""Schedules: cron as people know it, time zones, catching up, and the system's own schedulers."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dataops_desktop.actions.sync_schedule import (
    SyncSchedule,
    missed,
    next_runs,
    store_schedule,
    stored_schedule,
    system_command,
    trigger,
)
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.clock import iso, utc_now

COMMAND = ["/opt/data ops/dataops", "sync", "glue", "--profile", "50%"]


def runs(cron: str, zone: str, after: str, count: int = 2) -> list[str]:
    found = next_runs(SyncSchedule(cron, zone), count, datetime.fromisoformat(after))
    return [moment.strftime("%a %m-%d %H:%M") for moment in found]


def test_days_of_the_week_are_crons() -> None:
    assert runs("0 6 * * 0", "UTC", "2026-11-25T00:00:00+00:00") == ["Sun 11-29 06:00", "Sun 12-06 06:00"]
    assert runs("0 6 * * 7", "UTC", "2026-11-25T00:00:00+00:00", 1) == ["Sun 11-29 06:00"]
    assert runs("0 6 * * 1-5", "UTC", "2026-11-27T07:00:00+00:00", 1) == ["Mon 11-30 06:00"]
    assert runs("30 */6 * * *", "UTC", "2026-11-25T00:00:00+00:00") == ["Wed 11-25 00:30", "Wed 11-25 06:30"]
    assert runs("0 0 1 * *", "UTC", "2026-11-25T00:00:00+00:00", 1) == ["Tue 12-01 00:00"]


def test_time_zones_and_daylight_saving() -> None:
    assert runs("0 6 * * *", "Europe/Berlin", "2026-03-28T12:00:00+00:00") == [
        "Sun 03-29 06:00",
        "Mon 03-30 06:00",
    ]
    found = next_runs(SyncSchedule("0 6 * * *", "America/New_York"), 1, datetime(2026, 7, 1, tzinfo=UTC))
    assert found[0].astimezone(UTC).hour == 10


@pytest.mark.parametrize(
    ("cron", "zone"),
    [("", "UTC"), ("* * * *", "UTC"), ("61 * * * *", "UTC"), ("0 6 * * 8", "UTC"), ("0 6 * * 5-1", "UTC"), ("a b c d e", "UTC"), ("0 0 30 2 *", "UTC"), ("0 6 * * *", "Mars/Olympus"), ("0 6 * * *", "../../etc/passwd"), ("0 6 * * *", "")],
)  # fmt: skip
def test_what_is_no_schedule_says_why(cron: str, zone: str) -> None:
    with pytest.raises(InputError) as caught:
        trigger(SyncSchedule(cron, zone))
    assert caught.value.message


def test_missed_moments_count_once() -> None:
    schedule = SyncSchedule("0 * * * *", "UTC")
    assert missed(schedule, iso(utc_now() - timedelta(days=3)))
    assert not missed(schedule, iso(utc_now() + timedelta(seconds=1)))
    assert not missed(schedule, "")


def test_it_is_kept_and_checked_before(context: Any) -> None:
    settings = context.workspace.settings
    assert stored_schedule(settings) is None
    schedule = SyncSchedule("0 6 * * 1-5", "Europe/Berlin", tray=True)
    store_schedule(settings, schedule)
    with pytest.raises(InputError):
        store_schedule(settings, SyncSchedule("nonsense", "UTC"))
    assert stored_schedule(settings) == schedule
    store_schedule(settings, None)
    assert stored_schedule(settings) is None


def test_cron_line_is_quoted_and_names_its_zone() -> None:
    text = system_command("cron", SyncSchedule("0 6 * * 1-5", "Europe/Berlin"), COMMAND)
    assert "CRON_TZ=Europe/Berlin\n0 6 * * 1-5 '/opt/data ops/dataops' sync glue --profile 50\\%\n" in text


def test_launchd_file_is_a_property_list() -> None:
    text = system_command("launchd", SyncSchedule("0,30 6 * * mon-tue", "UTC"), [*COMMAND, "<&>"]) if False else system_command("launchd", SyncSchedule("0,30 6 * * 1-2", "UTC"), [*COMMAND, "<&>"])  # fmt: skip
    record = plistlib.loads(text[text.index("<?xml") :].encode())
    assert record["ProgramArguments"] == [*COMMAND, "<&>"]
    assert record["StartCalendarInterval"] == [
        {"Minute": minute, "Hour": 6, "Weekday": day} for minute in (0, 30) for day in (1, 2)
    ]
    with pytest.raises(InputError, match="too many"):
        system_command("launchd", SyncSchedule("0-59 0-23 * * *", "UTC"), COMMAND)


@pytest.mark.parametrize(
    ("cron", "wanted"),
    [("15 * * * *", "/SC HOURLY /ST 00:15"), ("0 6 * * *", "/SC DAILY /ST 06:00"), ("0 6 * * 1-5", "/SC WEEKLY /D MON,TUE,WED,THU,FRI /ST 06:00"), ("0 */6 * * *", "/SC HOURLY /MO 6 /ST 00:00"), ("5 7 1 * *", "/SC MONTHLY /D 1 /ST 07:05")],
)  # fmt: skip
def test_task_scheduler_lines(cron: str, wanted: str) -> None:
    text = system_command("windows", SyncSchedule(cron, "UTC"), COMMAND)
    assert wanted in text
    assert '\\"/opt/data ops/dataops\\" sync glue' in text


def test_what_task_scheduler_cannot_say() -> None:
    for cron in ("*/5 * * * *", "0 6 1 1 *", "0 6,9,10 * * *", "0 6 1 * 1"):
        with pytest.raises(InputError):
            system_command("windows", SyncSchedule(cron, "UTC"), COMMAND)
