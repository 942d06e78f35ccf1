"""`lineage …`: what flows where, what a change would touch, and exchange with other programs. All but `send` and `listen` work without a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dataops_desktop.app.cli_print import emit, emit_json, say
from dataops_desktop.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.explore_catalog import NodeDetails
    from dataops_desktop.actions.openlineage_exchange import ImportReport

DONE, PARTIAL, MISSING = 0, 3, 6
ACTIONS = ("show", "follow", "problems", "impact", "path", "unused", "sensitive", "circles", "changes", "export", "import", "send", "listen")  # fmt: skip


def with_action(argv: list[str]) -> list[str]:
    """`lineage ID` is short for `lineage show ID`."""
    if argv[:1] == ["lineage"] and len(argv) > 1 and argv[1] not in {*ACTIONS, "-h", "--help"}:
        return ["lineage", "show", *argv[1:]]
    return argv


def add_commands(groups: Any, common: argparse.ArgumentParser) -> None:
    """Its parsers."""
    lineage = groups.add_parser(
        "lineage",
        help="what a node is made from and what is made from it; `lineage ID` is short for `lineage show ID`",
    ).add_subparsers(dest="what", required=True)

    def add(name: str, run: Any, text: str, json: bool = True) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = lineage.add_parser(name, parents=[common], help=text)
        if json:
            parser.add_argument("--json", action="store_true")
        parser.set_defaults(run=run)
        return parser

    def node(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID")
        parser.add_argument("--source", metavar="S", help="account and region, where two have the same id")

    show = add("show", _show, "a node's neighbourhood, or where its columns come from and go to")
    node(show)
    show.add_argument("--depth", type=int, default=3, metavar="N", help="hops each way (default 3)")
    show.add_argument("--column", metavar="C", help="follow this column; * for all of the node")
    show.add_argument("--format", choices=("mermaid", "dot", "csv", "openlineage"), help="for other programs")
    add("follow", _follow, "follow every query of the history, saved query, view and job that was not yet")
    add("problems", _problems, "statements, and parts of them, that were not understood")
    impact = add("impact", _impact, "what dropping or changing a table or a column would touch")
    node(impact)
    impact.add_argument("--column", metavar="C")
    impact.add_argument("--change", choices=("drop", "change"), default="drop", help="`change` of values or type (default: drop)")  # fmt: skip
    path = add("path", _path, "the shortest way between two nodes, or two columns written ID.column")
    path.add_argument("start", metavar="FROM")
    path.add_argument("end", metavar="TO")
    add("unused", _unused, "tables and columns that no query, job or view reads")
    sensitive = add("sensitive", _sensitive, "where sensitive columns travel")
    sensitive.add_argument("--kind", default="", metavar="K", help="only of one kind, such as email")
    add("circles", _circles, "what runs in circles")
    changes = add("changes", _changes, "what began and stopped to flow between two moments")
    changes.add_argument("since", metavar="SINCE", help="such as 2026-11-01 or 2026-11-01T08:00:00Z")
    changes.add_argument("until", metavar="UNTIL", nargs="?", help="now, where it is left out")
    export = add("export", _export, "all of it as OpenLineage events, one a line", json=False)
    export.add_argument("file", type=Path, metavar="FILE")
    taken = add("import", _import, "take over OpenLineage events; exit code 3 where some were not understood")
    taken.add_argument("file", type=Path, metavar="FILE", help="an event a line, or a JSON list of events")
    send = add("send", _send, "all of it to an OpenLineage collector", json=False)
    send.add_argument("url", metavar="URL", help="such as https://host/api/v1/lineage")
    send.add_argument(
        "--key-from", metavar="NAME", help="environment variable that holds the collector's key"
    )
    listen = add("listen", _listen, "take events from programs of this computer until interrupted", json=False)  # fmt: skip
    listen.add_argument("--port", type=int, default=5000, metavar="P", help="of http://127.0.0.1 (default 5000)")  # fmt: skip


def _cases(context: ActionContext) -> Any:
    from dataops_desktop.actions.lineage_cases import LineageCases

    return LineageCases(context)


async def _node(context: ActionContext, node_id: str, source: str | None) -> NodeDetails:
    from dataops_desktop.actions.explore_catalog import show_node

    return await show_node(context, node_id, source)


async def _show(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.lineage_view import lineage_json

    details = await _node(context, arguments.id, arguments.source)
    if arguments.column:
        return await _columns(context, details, arguments)
    cases = _cases(context)
    graph = await cases.around(details.stored.key, arguments.depth, arguments.depth)
    if arguments.format:
        emit((await cases.text(graph, arguments.format)).rstrip("\n"))
    elif arguments.json:
        emit_json(lineage_json(graph))
    else:
        for edge in lineage_json(graph)["edges"]:
            emit(f"{edge['from']} --{edge['type']}--> {edge['to']}")
    return DONE


def _require_column(details: NodeDetails, column: str | None) -> None:
    names = [c.name.lower() for c in (*details.columns, *details.partition_keys)]
    if column and names and column.lower() not in names:
        raise NotFoundError(f"{details.stored.node.name} has no column {column}.", f"It has: {', '.join(names[:30])}.")  # fmt: skip


async def _columns(context: ActionContext, details: NodeDetails, arguments: argparse.Namespace) -> int:
    from dataops_desktop.actions.column_lineage import column_links, links_json

    key, column = details.stored.key, None if arguments.column == "*" else arguments.column.lower()
    _require_column(details, column and arguments.column)
    found = {
        direction: links_json(context, await column_links(context, key, column, direction, arguments.depth))
        for direction in ("upstream", "downstream")
    }
    if arguments.json:
        emit_json({"id": details.stored.node.id, "column": column, **found})
        return DONE
    for direction, links in found.items():
        for link in links:
            to = f"{link['to']['id']}.{link['to']['column']}" if link["to"]["column"] else f"{link['to']['id']} ({link['use']})"  # fmt: skip
            emit(f"{direction}  {link['from']['id']}.{link['from']['column']}  →  {to}")
    if not any(found.values()):
        say("Nothing is known to flow in or out.")
    return DONE


async def _follow(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.interfaces.progress import Progress

    def progress(state: Progress) -> None:
        if state.done % 500 == 0:
            say(f"{state.done:,} statements")

    report = await _cases(context).follow(progress)
    if arguments.json:
        emit_json({"statements": report.statements, "problems": report.problems})
    else:
        emit(f"{report.statements:,} statements followed, {report.problems:,} with something that was not understood")  # fmt: skip
    return DONE


async def _problems(context: ActionContext, arguments: argparse.Namespace) -> int:
    found = await _cases(context).problems()
    if arguments.json:
        emit_json(
            [
                {"type": p.type, "name": p.name, "sql": p.sql, "message": p.problem.message, "at": [p.problem.start, p.problem.end] if p.problem.start >= 0 else None}
                for p in found
            ]
        )  # fmt: skip
    else:
        for p in found:
            emit(f"{p.name}: {p.problem.message}")
    return DONE


async def _impact(context: ActionContext, arguments: argparse.Namespace) -> int:
    details = await _node(context, arguments.id, arguments.source)
    _require_column(details, arguments.column)
    found = await _cases(context).impact(details.stored.key, arguments.column, arguments.change)
    if arguments.json:
        listed = [{"kind": i.kind, "name": i.name, "column": i.column or None, "effect": i.effect if i.kind != "person" else None, "steps": i.steps, "note": i.note or None} for i in found.items]  # fmt: skip
        emit_json({"items": listed, "cutOff": found.cut_off})
        return DONE
    for item in found.items:
        name = f"{item.name}.{item.column}" if item.column else item.name
        emit(f"{item.kind:<12}  {item.note if item.kind == 'person' else item.effect:<10}  {name}")
    if not found.items:
        say("Nothing that is known depends on it.")
    return DONE


async def _path(context: ActionContext, arguments: argparse.Namespace) -> int:
    catalog, ends = context.workspace.catalog, []
    for text in (arguments.start, arguments.end):
        column = ""
        stored = await context.local(catalog.node, text)
        if stored is None and "." in text:
            node_id, _, column = text.rpartition(".")
            stored = (await _node(context, node_id, None)).stored
        elif stored is None:
            stored = (await _node(context, text, None)).stored
        ends.append((stored.key, column.lower()))
    cases = _cases(context)
    if ends[0][1] and ends[1][1]:
        way = await cases.column_way(*ends)
    else:
        way = await cases.way(ends[0][0], ends[1][0])
    if way is None:
        say("Nothing that is known flows from one to the other.")
        return MISSING
    names = {n.key: n.id for n in await context.local(catalog.nodes, list(way.nodes))}
    steps = [f"{names.get(key, '?')}{'.' + way.columns[i] if way.columns else ''}" for i, key in enumerate(way.nodes)]  # fmt: skip
    if arguments.json:
        emit_json({"path": steps, "edges": [edge.type for edge in way.edges] or [link.how for link in way.links]})  # fmt: skip
    else:
        emit("\n".join(steps))
    return DONE


async def _unused(context: ActionContext, arguments: argparse.Namespace) -> int:
    tables, columns = await _cases(context).unused()
    if arguments.json:
        emit_json(
            {
                "tables": [{"name": name, "sizeBytes": size} for _, name, size in tables],
                "columns": [{"table": table, "column": column} for _, table, column in columns],
            }
        )
    else:
        for _, name, size in tables:
            emit(f"table   {name}" + (f"  {size:,} bytes" if size else ""))
        for _, table, column in columns:
            emit(f"column  {table}.{column}")
    return DONE


async def _sensitive(context: ActionContext, arguments: argparse.Namespace) -> int:
    found = await _cases(context).travels(arguments.kind)
    if arguments.json:
        emit_json(
            [
                {
                    "kind": t.start.kind, "from": {"table": t.start.table, "column": t.start.column}, "to": {"table": t.name, "column": t.column},
                    "steps": t.steps, "carried": t.carried, "confidence": t.confidence, "classified": t.known or None, "by": list(t.on_the_way),
                }
                for t in found
            ]
        )  # fmt: skip
    else:
        for t in found:
            how = "" if t.carried else "  (only counted or summed)"
            emit(f"{t.start.kind:<12}  {t.start.table}.{t.start.column}  →  {t.name}.{t.column}{how}")
    return DONE


async def _circles(context: ActionContext, arguments: argparse.Namespace) -> int:
    found = await _cases(context).circles()
    if arguments.json:
        emit_json([[stored.node.id for stored in circle] for circle in found])
    else:
        for circle in found:
            emit(" → ".join(stored.node.name for stored in circle))
    return DONE


def _moment(text: str) -> str:
    from datetime import datetime

    from dataops_desktop.interfaces.clock import iso

    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"“{text}” is not a time.", "Write it as 2026-11-25 or 2026-11-25T10:00:00Z.") from error  # fmt: skip
    return iso(found if found.tzinfo else found.astimezone())


async def _changes(context: ActionContext, arguments: argparse.Namespace) -> int:
    from dataops_desktop.interfaces.clock import iso_now

    until = _moment(arguments.until) if arguments.until else iso_now()
    found = await _cases(context).changes(_moment(arguments.since), until)
    if arguments.json:
        emit_json(
            [
                {
                    "change": "began" if c.appeared else "stopped", "what": c.what, "from": {"name": c.from_name, "column": c.from_column or None},
                    "to": {"name": c.to_name, "column": c.to_column or None},
                }
                for c in found
            ]
        )  # fmt: skip
    else:
        for c in found:
            ends = [".".join(filter(None, end)) for end in ((c.from_name, c.from_column), (c.to_name, c.to_column))]  # fmt: skip
            emit(f"{'+' if c.appeared else '-'} {ends[0]} --{c.what}--> {ends[1]}")
    return DONE


async def _export(context: ActionContext, arguments: argparse.Namespace) -> int:
    count = await _cases(context).export(arguments.file)
    say(f"{count:,} events in {arguments.file}")
    return DONE


def _tell(report: ImportReport) -> None:
    for where, what in report.problems[:50]:
        say(f"{where}: {what}")
    if len(report.problems) + report.more > 50:
        say(f"… and {len(report.problems) + report.more - 50:,} more")


async def _import(context: ActionContext, arguments: argparse.Namespace) -> int:
    report = await _cases(context).import_file(arguments.file)
    if arguments.json:
        emit_json({"events": report.events, "jobs": report.jobs, "datasets": report.datasets, "links": report.links, "problems": report.problems})  # fmt: skip
    else:
        _tell(report)
        emit(f"{report.events:,} events: {report.jobs:,} jobs, {report.datasets:,} datasets, {report.links:,} links of columns")  # fmt: skip
    return PARTIAL if report.problems else DONE


async def _send(context: ActionContext, arguments: argparse.Namespace) -> int:
    import os

    key = ""
    if arguments.key_from:
        key = os.environ.get(arguments.key_from, "")
        if not key:
            raise InputError(f"The environment variable {arguments.key_from} is empty.")
    count = await _cases(context).send(arguments.url, key)
    say(f"{count:,} events sent")
    return DONE


async def _listen(context: ActionContext, arguments: argparse.Namespace) -> int:
    import asyncio

    from dataops_desktop.actions.openlineage_http import Collector

    collector = Collector(context, arguments.port, taken=_tell)
    say(f"Events are taken at {collector.url}. Ctrl+C ends it.")
    try:
        await asyncio.Event().wait()
    finally:
        collector.close()
    return DONE
