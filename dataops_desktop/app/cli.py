"""The command line, for scripts and schedulers: data on standard output, progress and errors on standard error.

Exit codes: 0 done · 1 failed · 2 wrong usage · 3 done in part (a sync with errors, see its report) · 4 credentials ·
5 access denied · 6 not found · 7 cannot connect · 8 workspace open in another window · 9 no screen · 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dataops_desktop import __version__
from dataops_desktop.app.cli_print import emit_json, say
from dataops_desktop.errors import (
    CancelledByUserError,
    ConnectionFailedError,
    CredentialsError,
    DataOpsError,
    InputError,
    NotFoundError,
    PermissionDeniedError,
)

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.interfaces.connector import ConnectionOptions
    from dataops_desktop.interfaces.query_engine import Attachment

DONE, FAILED, USAGE, PARTIAL, CREDENTIALS, DENIED, MISSING, UNREACHABLE, INTERRUPTED = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    130,
)
Command = Callable[["ActionContext", argparse.Namespace], Awaitable[int]]


async def _sync_glue(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.lineage_cases import LineageCases
    from dataops_desktop.actions.records import to_json
    from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
    from dataops_desktop.interfaces.progress import Progress

    def progress(state: Progress) -> None:
        place = f" ({state.done}/{state.total} {state.unit})" if state.total is not None else ""
        say(f"{state.text}{place}")

    options = SyncGlueCatalogOptions(tuple(arguments.database or ()), arguments.full)
    result = await sync_glue_catalog(context, options, progress=progress)
    await LineageCases(context).follow()
    if arguments.json:
        emit_json(to_json(result))
    else:
        from dataops_desktop.app.cli_output import sync_report_text

        print(sync_report_text(context.workspace.syncs, context.workspace.syncs.sync_runs("glue", 1)[0]))
    return PARTIAL if result.errors else DONE


async def _query(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.local_data import ENGINE, FILES, LocalData
    from dataops_desktop.actions.run_query import RunQueryOptions, run_query
    from dataops_desktop.app.cli_output import write_rows
    from dataops_desktop.interfaces.query_engine import QuerySettings

    sql = sys.stdin.read() if arguments.sql == "-" else arguments.sql
    attachments: tuple[Attachment, ...] = ()
    if arguments.engine == ENGINE:
        data = LocalData(context)
        await data.load()
        for file in arguments.file or ():
            await data.add_file(file)
        attachments = data.attachments()
    elif arguments.file:
        raise InputError("--file is for the local engine.", f"Add --engine {ENGINE}.")
    options = RunQueryOptions(
        sql,
        arguments.database or (FILES if arguments.engine == ENGINE else None),
        arguments.workgroup,
        tuple(arguments.parameter or ()),
        arguments.engine,
        attachments,
        QuerySettings(output_location=arguments.output_location or ""),
    )
    outcome = await run_query(context, options)
    try:
        write_rows(outcome, arguments.format)
    finally:
        if outcome.rows is not None:
            outcome.rows.close()
    seconds = outcome.status.total_ms / 1000
    price = "reserved capacity" if outcome.cost_usd is None else f"≈ ${outcome.cost_usd:.6f}"
    say(
        f"{outcome.row_count:,} rows · {seconds:.1f} s · {outcome.status.bytes_scanned:,} bytes scanned · {price}"
    )
    return DONE


async def _estimate(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.estimate_query import Estimator
    from dataops_desktop.actions.records import to_json

    sql = sys.stdin.read() if arguments.sql == "-" else arguments.sql
    estimate = await Estimator(context).estimate(sql, arguments.database or "default")
    if arguments.json:
        emit_json({**to_json(estimate), "costUsd": estimate.cost_usd, "highestUsd": estimate.highest_usd})
    elif estimate.bytes is None:
        print(f"unknown: {estimate.method}")
    else:
        print(f"{estimate.bytes:,} bytes · ${estimate.cost_usd:.6f} · {estimate.method}")
    return DONE


async def _s3_ls(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.browse_s3_bucket import BrowseS3BucketOptions, browse_s3_bucket
    from dataops_desktop.actions.records import to_json

    options = BrowseS3BucketOptions(arguments.bucket, arguments.prefix, arguments.max_keys, arguments.token)
    result = await browse_s3_bucket(context, options)
    if arguments.json:
        emit_json(to_json(result))
        return DONE
    for entry in result.objects:
        print(
            f"{'' if entry.is_folder else entry.size:>14}  {entry.last_modified:<24}  {entry.key!r}"[
                :200
            ].replace("'", "")
        )
    if result.continuation_token:
        say(f"More follow: --token {result.continuation_token}")
    return DONE


async def _search(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.explore_catalog import search_catalog
    from dataops_desktop.actions.records import to_json

    hits = await search_catalog(context, arguments.text, arguments.limit)
    if arguments.json:
        emit_json([{k: v for k, v in to_json(hit).items() if k != "key"} for hit in hits])
    else:
        for hit in hits:
            print(f"{hit.type:<16} {hit.name}{'.' + hit.column if hit.column else ''}  [{hit.id}]")
    return DONE if hits else MISSING


async def _show(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.explore_catalog import edges_json, node_json, show_node

    details = await show_node(context, arguments.id, arguments.source)
    if arguments.json:
        edges = await context.local(edges_json, context, details.stored.key)
        emit_json({**node_json(details), "edges": edges})
        return DONE
    node = details.stored.node
    print(f"{node.name}  ({node.domain}, {node.type})")
    for key in ("location", "storageFormat", "description"):
        if node.properties.get(key):
            print(f"  {key}: {node.properties[key]}")
    for column in (*details.columns, *details.partition_keys):
        print(f"  {column.name:<30} {column.type:<24} {column.comment}")
    return DONE


async def _sign_in(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.session_cases import SessionCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.interfaces.identity import SSO, DeviceCode

    del arguments
    session = SessionCases(context)
    way = await session.way()
    if way.kind != SSO:
        hint = f": {way.detail}" if way.detail else ""
        raise InputError(
            f"“{context.connectors.name}” has no sign-in with the browser.",
            f"Renew its credentials where they come from{hint}.",
        )

    def show(code: DeviceCode) -> None:
        say(f"Open {code.url}\nand allow the code {code.user_code}.")

    identity = await session.browser(show, CancelToken())
    print(identity.arn)
    return DONE


async def _doctor(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.diagnose import as_text, diagnose
    from dataops_desktop.actions.records import to_json
    from dataops_desktop.interfaces.cancel import CancelToken

    steps = await diagnose(context, lambda step: say(f"{step.title}: {step.state}"), CancelToken())
    if arguments.json:
        emit_json([to_json(step) for step in steps])
    else:
        print(as_text(context.connectors.name, steps), end="")
    return FAILED if any(step.state == "error" for step in steps) else DONE


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--workspace", type=Path, metavar="FILE", help="workspace file (default: in your data folder)"
    )
    common.add_argument("--sandbox", action="store_true", help="use the embedded cloud; no account is needed")
    common.add_argument("--connection", metavar="NAME", help="a connection kept in the workspace")
    common.add_argument("--profile", metavar="NAME", help="AWS profile (default: as boto3 chooses)")
    common.add_argument("--region", metavar="NAME", help="AWS region (default: the profile's)")
    common.add_argument(
        "--endpoint-url",
        metavar="URL",
        help="another server that speaks AWS's protocols, such as an S3-compatible store",
    )
    parser = argparse.ArgumentParser(
        prog="dataops-desktop",
        parents=[common],
        description="One window over a data team's services. Without a command the window opens.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done in part, 4 credentials, 5 access denied, 6 not found, 7 cannot connect, 8 workspace open in another window, 9 no screen, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"dataops-desktop {__version__}")
    parser.set_defaults(run=None)
    groups = parser.add_subparsers(dest="group", metavar="COMMAND")

    sync = groups.add_parser("sync", help="bring a catalog into the workspace").add_subparsers(
        dest="what", required=True
    )
    glue = sync.add_parser("glue", parents=[common], help="AWS Glue Data Catalog")
    glue.add_argument("--database", action="append", metavar="D", help="only this database; may be repeated")
    glue.add_argument("--full", action="store_true", help="write unchanged tables too")
    glue.add_argument("--json", action="store_true", help="the report as JSON")
    glue.set_defaults(run=_sync_glue)

    query = groups.add_parser("query", parents=[common], help="run one SQL statement")
    query.add_argument("sql", metavar="SQL", help="the statement, or - to read it from standard input")
    query.add_argument(
        "--engine", choices=["athena", "duckdb"], default="athena", help="duckdb is the local engine"
    )
    query.add_argument(
        "--file",
        action="append",
        type=Path,
        metavar="FILE",
        help="a file as a table of the local engine; may be repeated",
    )
    query.add_argument("--database", metavar="D")
    query.add_argument("--workgroup", metavar="W")
    query.add_argument("--output-location", metavar="S3", help="s3://… where Athena puts the result")
    query.add_argument(
        "--parameter",
        action="append",
        metavar="VALUE",
        help="value for one ? mark, as a SQL literal; may be repeated",
    )
    query.add_argument("--format", choices=["table", "json", "csv", "parquet"], default="table")
    query.set_defaults(run=_query)

    sign_in = groups.add_parser(
        "sign-in", parents=[common], help="sign in to IAM Identity Center with the browser"
    )
    sign_in.set_defaults(run=_sign_in)
    doctor = groups.add_parser(
        "doctor",
        parents=[common],
        help="why a connection does not work: profile, credentials, network, services",
    )
    doctor.add_argument("--json", action="store_true", help="the steps as JSON")
    doctor.set_defaults(run=_doctor)

    estimate = groups.add_parser(
        "estimate", parents=[common], help="what a statement will scan and cost on Athena"
    )
    estimate.add_argument("sql", metavar="SQL", help="the statement, or - to read it from standard input")
    estimate.add_argument("--database", metavar="D")
    estimate.add_argument("--json", action="store_true")
    estimate.set_defaults(run=_estimate)

    s3 = groups.add_parser("s3", help="look into buckets").add_subparsers(dest="what", required=True)
    ls = s3.add_parser("ls", parents=[common], help="one page of a bucket's folders and objects")
    ls.add_argument("bucket", metavar="BUCKET")
    ls.add_argument("prefix", metavar="PREFIX", nargs="?", default="")
    ls.add_argument("--max-keys", type=int, default=1000, metavar="N")
    ls.add_argument("--token", metavar="T", help="continuation token of the page before")
    ls.add_argument("--json", action="store_true")
    ls.set_defaults(run=_s3_ls)

    from dataops_desktop.app.cli_s3 import add_commands as add_s3_commands

    add_s3_commands(s3, common)
    catalog = groups.add_parser("catalog", help="the local catalog, also without a network").add_subparsers(
        dest="what", required=True
    )
    search = catalog.add_parser("search", parents=[common], help="find tables, columns and anything else")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--limit", type=int, default=50, metavar="N")
    search.add_argument("--json", action="store_true")
    search.set_defaults(run=_search)
    show = catalog.add_parser("show", parents=[common], help="one node")
    show.add_argument("id", metavar="ID")
    show.add_argument("--source", metavar="S", help="account and region, where two have the same id")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_show)

    from dataops_desktop.app import cli_catalog, cli_lineage, cli_sql

    cli_catalog.add_commands(groups, common, sync, catalog)
    cli_sql.add_commands(groups, common)
    cli_lineage.add_commands(groups, common)
    return parser


def _exit_code(error: DataOpsError) -> int:
    for kind, code in (
        (CancelledByUserError, INTERRUPTED),
        (CredentialsError, CREDENTIALS),
        (PermissionDeniedError, DENIED),
        (NotFoundError, MISSING),
        (ConnectionFailedError, UNREACHABLE),
        (InputError, USAGE),
    ):
        if isinstance(error, kind):
            return code
    return FAILED


def _options(arguments: argparse.Namespace, workspace: Path) -> ConnectionOptions:
    """The connection that is named, or one of the other options; what is given beside a name goes before what is kept."""
    from dataclasses import replace

    from dataops_desktop.interfaces.connector import KEPT, ConnectionOptions

    given = {
        name: getattr(arguments, name)
        for name in ("profile", "region", "endpoint_url")
        if getattr(arguments, name, None)
    }
    name = getattr(arguments, "connection", None)
    if not name:
        return ConnectionOptions(**given)
    from dataops_desktop.storage.workspace import SqliteWorkspace

    store = SqliteWorkspace(workspace)
    try:
        kept = [ConnectionOptions.load(record) for record in store.settings.setting(KEPT) or []]
    finally:
        store.close()
    found = next((options for options in kept if options.name == name), None)
    if found is None:
        names = ", ".join(options.name for options in kept) or "none"
        raise InputError(f"The workspace has no connection named {name!r}.", f"It has: {names}.")
    return replace(found, **given)


def _run(run: Command, arguments: argparse.Namespace, workspace: Path, options: ConnectionOptions) -> int:
    import asyncio

    from dataops_desktop.app.wiring import open_context

    async def work() -> int:
        with open_context(workspace, options) as context:
            return await run(context, arguments)

    return asyncio.run(work())


def main(argv: list[str] | None = None) -> int:
    """Parse and run; returns the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["--run-module"]:  # a frozen bundle starting one of its own modules
        import runpy

        sys.argv = argv[1:]
        runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
        return DONE
    if argv[:1] == ["lineage"]:
        from dataops_desktop.app.cli_lineage import with_action

        argv = with_action(argv)
    arguments = _parser().parse_args(argv)
    sandbox = bool(getattr(arguments, "sandbox", False))
    workspace = getattr(arguments, "workspace", None)
    if arguments.group is None:
        gc.disable()  # nothing made before the first paint is garbage; the window collects on its own thread
        from dataops_desktop.app.window import open_window

        return open_window(
            workspace,
            connection=getattr(arguments, "connection", None),
            sandbox=sandbox,
            profile=getattr(arguments, "profile", None),
            region=getattr(arguments, "region", None),
            endpoint_url=getattr(arguments, "endpoint_url", None),
        )
    from dataops_desktop.app.paths import default_workspace
    from dataops_desktop.app.sandbox_process import SandboxProcess

    process = SandboxProcess()
    offline = arguments.group in {"catalog", "lineage"} or getattr(arguments, "what", "") == "schedule"
    try:
        if plain := getattr(arguments, "plain", None):  # it needs no connection
            return int(plain(arguments, workspace or default_workspace(sandbox)))
        if sandbox and not offline:
            options = process.options()
        else:
            options = _options(arguments, workspace or default_workspace(False))
        return _run(arguments.run, arguments, workspace or default_workspace(sandbox), options)
    except DataOpsError as error:
        say(f"{error.title}: {error.message}")
        if error.remedy:
            say(error.remedy)
        return _exit_code(error)
    except KeyboardInterrupt:
        say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        return DONE
    finally:
        process.stop()


if __name__ == "__main__":
    raise SystemExit(main())
