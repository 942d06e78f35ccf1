"""Commands over the whole catalog: schedule, data dictionary, time machine, crawlers and jobs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataops_desktop.app.cli_print import emit, emit_json, say
from dataops_desktop.errors import InputError

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext

DONE, FAILED, MISSING = 0, 1, 6


async def schedule(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Show, set, remove or print the schedule."""
    from dataops_desktop.actions.sync_schedule import (
        SyncSchedule,
        local_timezone,
        next_runs,
        store_schedule,
        stored_schedule,
        system_command,
    )
    from dataops_desktop.app.child import module_command

    settings = context.workspace.settings
    if arguments.off:
        store_schedule(settings, None)
    elif arguments.cron:
        store_schedule(settings, SyncSchedule(arguments.cron, arguments.timezone or local_timezone()))
    stored = stored_schedule(settings)
    if stored is None:
        emit("No schedule.")
        return DONE
    if arguments.print:
        where = ["--workspace", context.workspace.path]
        for name in ("profile", "region"):
            if value := getattr(arguments, name, None):
                where += [f"--{name}", value]
        if getattr(arguments, "sandbox", False):
            where.append("--sandbox")
        command = module_command("dataops_desktop", "sync", "glue", *where)
        sys.stdout.write(system_command(arguments.print, stored, command))
        return DONE
    emit(f"{stored.cron} ({stored.timezone}){'' if stored.enabled else ', switched off'}")
    for moment in next_runs(stored):
        emit(f"  {moment:%a %Y-%m-%d %H:%M %Z}")
    return DONE


async def dictionary(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Write the data dictionary; the format is the file's ending."""
    from dataops_desktop.actions.data_dictionary import export_dictionary

    path: Path = arguments.file
    databases = tuple(arguments.database or ())
    count = export_dictionary(context.workspace, path, path.suffix.lstrip(".").lower(), databases, lambda: None)  # fmt: skip
    say(f"{count:,} tables written to {path}")
    return DONE if count else MISSING


async def diff(context: ActionContext, arguments: argparse.Namespace) -> int:
    """What differs between two moments, and which queries that may break."""
    from dataops_desktop.actions.records import to_json
    from dataops_desktop.actions.time_machine import broken_by, compare_moments
    from dataops_desktop.interfaces.clock import iso_now

    runs = [r for r in context.workspace.syncs.sync_runs("glue", 200) if r.state in {"complete", "partial"}]
    before = arguments.before or (str(runs[1].report.get("appliedAt")) if len(runs) > 1 else "")
    if not before:
        raise InputError("There are no two syncs to compare.", "Name a moment with --before 2026-11-25T10:00:00Z.")  # fmt: skip
    found = compare_moments(context.workspace, before, arguments.after or iso_now(), None)
    broken = broken_by(context.workspace, found)
    if arguments.json:
        emit_json({**to_json(found), "broken": to_json(broken)})
        return DONE
    for change in found.changes:
        mark = {"added": "+", "removed": "-", "changed": "~"}[change.kind]
        text = "; ".join(item.text for item in change.differences)
        emit(f"{mark} {change.name}{f': {text}' if text else ''}")
    for item in broken:
        emit(f"! {item.where}: {item.reason}")
    if not found.changes:
        say("Nothing differs.")
    return DONE


async def crawlers(context: ActionContext, arguments: argparse.Namespace) -> int:
    """List crawlers, or run one to its end."""
    from dataops_desktop.actions.etl_cases import EtlCases
    from dataops_desktop.actions.records import to_json
    from dataops_desktop.interfaces.cancel import CancelToken

    cases = EtlCases(context)
    if not arguments.run_name:
        found = await cases.crawlers()
        if arguments.json:
            emit_json(to_json(found))
        else:
            for crawler in found:
                emit(
                    f"{crawler.name:<32} {crawler.state:<10} {crawler.database:<24} {', '.join(crawler.targets)}"
                )
        return DONE
    await cases.start_crawler(arguments.run_name)
    crawl = await cases.watch_crawler(arguments.run_name, CancelToken(), lambda c: say(c.state))
    if crawl is not None:
        emit("\n".join(crawl.changes) or crawl.error or "no change")
    return DONE if crawl is not None and crawl.state == "COMPLETED" else FAILED


async def jobs(context: ActionContext, arguments: argparse.Namespace) -> int:
    """List jobs, or run one once and wait for its end."""
    from dataops_desktop.actions.etl_cases import EtlCases
    from dataops_desktop.actions.records import to_json
    from dataops_desktop.interfaces.cancel import CancelToken

    cases = EtlCases(context)
    if not arguments.run_name:
        found = await cases.jobs()
        if arguments.json:
            emit_json(to_json(found))
        else:
            for view in found:
                emit(f"{view.job.name:<32} {view.job.kind:<14} {view.job.description}")
        return DONE
    given = {}
    for pair in arguments.argument or ():
        name, separator, value = pair.partition("=")
        if not separator:
            raise InputError(f"{pair} is no argument.", "Write --argument name=value.")
        given[name if name.startswith("--") else f"--{name}"] = value
    run_id = await cases.start_job(arguments.run_name, given)
    say(f"Run {run_id}")
    if arguments.no_wait:
        emit(run_id)
        return DONE
    run = await cases.watch_run(arguments.run_name, run_id, CancelToken(), lambda r: say(f"{r.state} {r.seconds} s"))  # fmt: skip
    price, _ = await cases.dpu_hour_usd()
    cost = (
        f" · {run.dpu_hours:.3f} DPU-hours · ≈ ${run.dpu_hours * price:.4f}"
        if run.dpu_hours is not None
        else ""
    )
    emit(f"{run.state}{cost}{f' · {run.error}' if run.error else ''}")
    return DONE if run.state == "SUCCEEDED" else FAILED


def add_commands(groups: Any, common: argparse.ArgumentParser, sync: Any, catalog: Any) -> None:
    """Beside the other commands."""
    timing = sync.add_parser("schedule", parents=[common], help="when the catalog is synced by itself")
    timing.add_argument("--cron", metavar="C", help="five fields: `0 6 * * 1-5` is six o'clock on weekdays")
    timing.add_argument("--timezone", metavar="Z", help="IANA name (default: this computer's)")
    timing.add_argument("--off", action="store_true", help="remove the schedule")
    timing.add_argument("--print", choices=["cron", "launchd", "windows"], help="the command for the system's own scheduler")  # fmt: skip
    timing.set_defaults(run=schedule)
    words = catalog.add_parser("dictionary", parents=[common], help="the data dictionary as .md, .csv or .xlsx")  # fmt: skip
    words.add_argument("file", type=Path, metavar="FILE")
    words.add_argument("--database", action="append", metavar="D", help="only this database; may be repeated")
    words.set_defaults(run=dictionary)
    moments = catalog.add_parser("diff", parents=[common], help="the catalog at two moments, and the queries a change may break")  # fmt: skip
    moments.add_argument("--before", metavar="T", help="ISO time (default: the sync before the last)")
    moments.add_argument("--after", metavar="T", help="ISO time (default: now)")
    moments.add_argument("--json", action="store_true")
    moments.set_defaults(run=diff)
    for name, run, text in (
        ("crawlers", crawlers, "list crawlers, or run one"),
        ("jobs", jobs, "list ETL jobs, or run one once"),
    ):
        group = groups.add_parser(name, parents=[common], help=text)
        group.add_argument("run_name", metavar="NAME", nargs="?", help="run this one and wait for its end")
        group.add_argument("--json", action="store_true", help="the list as JSON")
        if name == "jobs":
            group.add_argument("--argument", action="append", metavar="K=V", help="an argument of the run; may be repeated")  # fmt: skip
            group.add_argument("--no-wait", action="store_true", help="print the run's id and end")
        group.set_defaults(run=run)
