"""Commands on buckets and objects: copy up and down, preview, delete, links, sizes, partitions, tables of files."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataops_desktop.app.cli_print import emit, say
from dataops_desktop.errors import InputError

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.object_edits import EditReport
    from dataops_desktop.interfaces.progress import Progress

DONE, FAILED, PARTIAL = 0, 1, 3


def _progress(state: Progress) -> None:
    total = f"/{state.total:,}" if state.total is not None else ""
    say(f"{state.text} ({state.done:,}{total} {state.unit})".replace(" )", ")"))


async def copy(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Files up, objects down, or objects to objects."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.objects.addresses import parse_address

    cases = UseCases(context)
    source, target = arguments.source, arguments.target
    if not _is_remote(source) and not _is_remote(target):
        raise InputError("One of the two must be in S3.", "Write it as s3://bucket/folder/.")
    if _is_remote(source) and _is_remote(target):
        to = parse_address(target)
        report = await cases.object_edits.copy(
            [parse_address(source)], to, _progress, CancelToken(), move=arguments.move, replace=arguments.conflict == "replace"
        )  # fmt: skip
        return _ended(report, "objects")
    if arguments.move:
        raise InputError("Files of this computer are copied, not moved.", "Leave out --move.")
    transfers = cases.transfers
    await transfers.load_speed()
    if _is_remote(source):
        number = await transfers.download([parse_address(source)], Path(target), arguments.conflict)
    else:
        folder = parse_address(target).as_folder
        number = await transfers.upload([Path(source)], folder, arguments.conflict)
    done = await transfers.wait(number)
    while done.state in {"queued", "running"}:
        done = await transfers.wait(number)
    for item in await transfers.items(number, "failed"):
        say(f"{item.path if done.kind == 'upload' else item.key}: {item.error}")
    if done.error:
        say(done.error)
    say(
        f"{done.state}: {done.items_done:,} of {done.items:,} files, {done.bytes_done:,} bytes, {done.items_skipped:,} left alone"
    )
    return DONE if done.state == "done" else PARTIAL if done.items_done else FAILED


def _ended(report: EditReport, what: str) -> int:
    for item in report.left:
        say(f"{item.key}: {item.reason}")
    say(f"{report.done:,} {what}")
    return DONE if not report.left else PARTIAL if report.done else FAILED


def _is_remote(text: str) -> bool:
    return text.startswith(("s3://", "s3a://", "s3n://", "arn:", "https://"))


async def remove(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Objects, and folders with `--recursive`."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.objects.addresses import parse_address

    at = parse_address(arguments.address)
    if at.is_folder and not arguments.recursive:
        raise InputError(f"{at.uri} is a folder.", "Add --recursive to delete everything in it.")
    report = await UseCases(context).object_edits.delete(
        [at], _progress, CancelToken(), arguments.all_versions
    )
    return _ended(report, "objects deleted")


async def preview(context: ActionContext, arguments: argparse.Namespace) -> int:
    """First rows as JSON lines, or the text."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.objects.addresses import parse_address

    cases, at = UseCases(context), parse_address(arguments.address)
    store = await cases.s3.store()
    head = (await cases.s3.details(at.bucket, at.key)).head
    found = await cases.previews.look(
        store, at.bucket, at.key, head.size, CancelToken(), None, arguments.rows
    )
    say(f"{found.kind} · {found.bytes_read:,} of {found.size:,} bytes in {found.requests} requests")
    for line in (*(f"{name}: {value}" for name, value in found.facts), *found.notes):
        say(line)
    if found.rows is not None:
        for record in found.rows.slice(0, arguments.rows).to_pylist():
            emit(json.dumps(record, ensure_ascii=False, default=str))
        found.rows.close()
    elif found.picture:
        say("A picture: look at it in the window.")
    else:
        emit(found.text)
    return DONE


async def size(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Objects and bytes below a folder, by storage class."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.objects.addresses import parse_address

    at = parse_address(arguments.address)
    found = await UseCases(context).s3.measure(at.bucket, at.key, _progress, CancelToken())
    if arguments.json:
        record = {
            "objects": found.objects,
            "sizeBytes": found.size_bytes,
            "byClass": dict(found.by_class),
            "newest": found.newest,
        }
        emit(json.dumps(record, indent=2))
    else:
        emit(f"{found.objects:,} objects, {found.size_bytes:,} bytes")
        for kind, count in found.count_by_class.items():
            emit(f"  {kind}: {count:,} objects, {found.by_class[kind]:,} bytes")
    return DONE


async def link(context: ActionContext, arguments: argparse.Namespace) -> int:
    """A presigned link on standard output."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.objects.addresses import parse_address

    at = parse_address(arguments.address)
    emit(await UseCases(context).s3.presign(at.bucket, at.key, arguments.method, arguments.expires))
    return DONE


async def partitions(context: ActionContext, arguments: argparse.Namespace) -> int:
    """What a folder holds and what its table lacks; `--register` adds it."""
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken
    from dataops_desktop.objects.addresses import parse_address

    cases, at = UseCases(context).partitions, parse_address(arguments.address)
    plan = await cases.look(at, _progress, CancelToken(), arguments.pattern or "")
    emit(
        f"{len(plan.layout.partitions):,} partitions by {', '.join(f'{n} {t}' for n, t in plan.layout.keys)} ({plan.layout.kind}), {plan.files:,} files"
    )
    for item in plan.oddities:
        emit(f"! {item.message} {item.remedy}")
    if plan.why_not:
        emit(plan.why_not)
        return DONE if not arguments.register else FAILED
    emit(f"{len(plan.new):,} not registered yet, {len(plan.gone):,} registered without files")
    if arguments.statements:
        for statement in cases.alter_statements(plan):
            emit(statement + ";")
    if arguments.register:
        done, left = await cases.register(plan, _progress, CancelToken())
        for text in left:
            say(text)
        emit(f"{done:,} registered")
        return PARTIAL if left else DONE
    return DONE


async def dataset(context: ActionContext, arguments: argparse.Namespace) -> int:
    """Files as a table."""
    from dataops_desktop.actions.file_dataset import FileDataset
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.interfaces.cancel import CancelToken

    cases = UseCases(context).file_datasets
    proposal = await cases.propose(arguments.file, CancelToken())
    if proposal.preview.rows is not None:
        proposal.preview.rows.close()
    chosen = FileDataset(
        arguments.database, arguments.table, arguments.location, proposal.columns, not arguments.keep, tuple(arguments.partition_by or ()), arguments.allow_null
    )  # fmt: skip
    made = await cases.make(proposal, chosen, _progress, CancelToken())
    rows = f" with {made.rows:,} rows" if made.rows is not None else ""
    emit(f"{arguments.database}.{arguments.table}{rows} at {made.table.location}")
    return DONE


def add_commands(s3: Any, common: argparse.ArgumentParser) -> None:
    """Beside `s3 ls`."""
    from dataops_desktop.interfaces.transfer_store import CONFLICTS

    one = s3.add_parser("cp", parents=[common], help="files up, objects down, or objects to objects")
    one.add_argument("source", metavar="FROM", help="a file, a folder, or s3://…")
    one.add_argument("target", metavar="TO", help="a folder, or s3://bucket/folder/")
    one.add_argument(
        "--conflict", choices=CONFLICTS, default="skip", help="with what has the same name (default: skip)"
    )
    one.add_argument(
        "--move", action="store_true", help="delete the objects that were copied; within S3 only"
    )
    one.set_defaults(run=copy)
    one = s3.add_parser("rm", parents=[common], help="delete an object or a folder")
    one.add_argument("address", metavar="S3")
    one.add_argument("--recursive", action="store_true", help="a folder with everything in it")
    one.add_argument("--all-versions", action="store_true", help="for good, also where versions are kept")
    one.set_defaults(run=remove)
    one = s3.add_parser("preview", parents=[common], help="the first rows of an object by ranged reads")
    one.add_argument("address", metavar="S3")
    one.add_argument("--rows", type=int, default=100, metavar="N")
    one.set_defaults(run=preview)
    one = s3.add_parser("du", parents=[common], help="objects and bytes below a folder")
    one.add_argument("address", metavar="S3")
    one.add_argument("--json", action="store_true")
    one.set_defaults(run=size)
    one = s3.add_parser("link", parents=[common], help="a link that works without credentials")
    one.add_argument("address", metavar="S3")
    one.add_argument("--method", choices=["GET", "PUT"], default="GET")
    one.add_argument("--expires", type=int, default=3600, metavar="SECONDS", help="seven days at most")
    one.set_defaults(run=link)
    one = s3.add_parser(
        "partitions", parents=[common], help="partitions a folder holds, and what its table lacks"
    )
    one.add_argument("address", metavar="S3")
    one.add_argument("--pattern", metavar="P", help="such as {region}/{year}/{month}")
    one.add_argument("--statements", action="store_true", help="the ALTER TABLE statements")
    one.add_argument("--register", action="store_true", help="add the new ones to Glue")
    one.set_defaults(run=partitions)
    one = s3.add_parser("dataset", parents=[common], help="files as a table of the catalog")
    one.add_argument("file", type=Path, nargs="+", metavar="FILE")
    one.add_argument("--database", required=True, metavar="D")
    one.add_argument("--table", required=True, metavar="T")
    one.add_argument("--location", required=True, metavar="S3", help="an empty folder of its own")
    one.add_argument(
        "--keep", action="store_true", help="keep the files as they are (default: write Parquet)"
    )
    one.add_argument("--partition-by", action="append", metavar="C", help="a column; may be repeated")
    one.add_argument(
        "--allow-null", action="store_true", help="values that are not of their type become NULL"
    )
    one.set_defaults(run=dataset)
