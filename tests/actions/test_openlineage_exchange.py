"""OpenLineage in and out, by file and over HTTP, and lineage as text for other programs."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.lineage_cases import LineageCases
from dataops_desktop.actions.lineage_texts import csv_text, graphviz, mermaid
from dataops_desktop.actions.lineage_view import LineageEdge, LineageGraph, LineageNode
from dataops_desktop.actions.openlineage_exchange import ImportReport, export_events, import_events
from dataops_desktop.actions.openlineage_http import Collector, send_events
from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions, sync_glue_catalog
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import ConnectionFailedError, InputError
from dataops_desktop.interfaces.lineage_store import StoredColumnLink
from dataops_desktop.ontology.nodes import glue_table_id
from tests.conftest import Cloud
from tests.ontology.test_openlineage import spark_event

DB = "contracts_db"


@pytest.fixture
def synced(context: ActionContext) -> ActionContext:
    asyncio.run(sync_glue_catalog(context, SyncGlueCatalogOptions((DB,))))
    return context


@pytest.fixture
def other(cloud: Cloud, tmp_path: Path) -> Iterator[ActionContext]:
    """Another workspace, which knows nothing yet."""
    with open_context(tmp_path / "other.dataops", cloud.options) as made:
        yield made


def names(context: ActionContext) -> dict[str, int]:
    return {n.name: n.key for n in context.workspace.catalog.nodes(range(1, 200))}  # type: ignore[arg-type]


def test_events_become_nodes_and_links_and_tables_of_ours_are_recognised(synced: ActionContext) -> None:
    record = spark_event()
    source = synced.workspace.catalog.sources()[0].split(":")
    record["outputs"][0]["facets"]["symlinks"]["identifiers"][0] = {"namespace": f"arn:aws:glue:{source[2]}:{source[1]}", "name": f"table/{DB}/vendor_info"}  # fmt: skip
    report = import_events(synced, [("1", record), ("2", record)], ImportReport())
    assert (report.events, report.jobs, report.datasets, report.problems) == (2, 1, 2, [])
    catalog, lineage = synced.workspace.catalog, synced.workspace.lineage
    table = catalog.node(glue_table_id(DB, "vendor_info"))
    assert table is not None
    links = lineage.links(table.key, "sum", "upstream")
    assert [(link.from_column, link.how, link.origin) for link in links] == [("total", "aggregation", "openlineage")]  # fmt: skip
    found = catalog.node_by_key(links[0].from_key)
    assert found is not None
    assert (found.node.type, found.node.name) == ("openlineage-dataset", "shop.public.orders")
    assert [c.name for c in catalog.columns(found.key)[0]] == ["id", "total"]
    (job,) = [e for e in catalog.edges([table.key], "upstream") if e.origin == "openlineage"]
    stored = catalog.node_by_key(job.from_key)
    assert stored is not None
    assert (stored.node.name, stored.node.properties["sql"], stored.node.description) == ("nightly.orders", "insert …", "Every night")  # fmt: skip
    # a later event of the same job adds to it, and more columns come with it
    record["inputs"][0]["facets"]["schema"]["fields"].append({"name": "day", "type": "date"})
    import_events(synced, [("3", record)], ImportReport())
    assert [c.name for c in catalog.columns(found.key)[0]] == ["id", "total", "day"]


def test_what_one_workspace_tells_another_takes(synced: ActionContext, other: ActionContext, tmp_path: Path) -> None:  # fmt: skip
    file = tmp_path / "all.ndjson"
    count = asyncio.run(LineageCases(synced).export(file))
    assert count == len(file.read_text().splitlines()) >= 1
    report = asyncio.run(LineageCases(other).import_file(file))
    assert (report.events, report.problems) == (count, [])
    known = names(other)
    view = known[f"table/{DB}/vendor_spend"]
    links = other.workspace.lineage.links(view, "total_spend", "upstream")
    assert [(link.from_column, link.how) for link in links] == [("amount", "aggregation")]
    # taken back by the workspace it came from, the tables are its own: no other node appears for them
    back = tmp_path / "back.ndjson"
    back.write_text("".join(json.dumps(e) + "\n" for e in export_events(other)))
    before = set(names(synced))
    assert asyncio.run(LineageCases(synced).import_file(back)).problems == []
    assert not [name for name in set(names(synced)) - before if name.startswith("table/")]


@pytest.mark.parametrize(
    ("text", "events", "problems"),
    [
        ('{"job": 1}\nno json\n\n{"eventType": "FAIL", "job": {}}\n', 1, [("line 1", "job is missing"), ("line 2", "no JSON")]),
        ("[{}, 3]", 0, [("event 1", "job is missing"), ("event 2", "it is no JSON object")]),
        ('{\n  "job": {"namespace": "a",\n "name": "b"}\n}', 1, []),
        ("{" * 50_000, 0, [("its text", "no JSON, or cut off")]),
        ("", 0, []),
    ],
)  # fmt: skip
def test_files_of_strangers(context: ActionContext, tmp_path: Path, text: str, events: int, problems: list[tuple[str, str]]) -> None:  # fmt: skip
    file = tmp_path / "events.json"
    file.write_text(text)
    report = asyncio.run(LineageCases(context).import_file(file))
    assert (report.events, report.problems) == (events, problems)


def test_files_that_cannot_be_read(context: ActionContext, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        asyncio.run(LineageCases(context).import_file(tmp_path / "none"))
    (tmp_path / "list.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match="is no JSON"):
        asyncio.run(LineageCases(context).import_file(tmp_path / "list.json"))
    with pytest.raises(InputError, match="cannot be written"):
        asyncio.run(LineageCases(context).export(tmp_path / "no" / "where.ndjson"))


def post(url: str, data: bytes, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}})  # noqa: S310  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_events_are_sent_to_a_collector_and_taken_by_ours(synced: ActionContext, other: ActionContext) -> None:  # fmt: skip
    taken: list[ImportReport] = []
    collector = Collector(other, 0, taken.append)
    try:
        base = f"http://127.0.0.1:{collector.port}"
        count = asyncio.run(LineageCases(synced).send(base, "key"))
        assert count == len(taken) >= 1
        assert f"table/{DB}/vendor_spend" in names(other)
        assert post(collector.url, json.dumps([spark_event(), spark_event()]).encode()) == (201, "")
        for data, headers, status in (
            (b"{", {}, 400), (b'{"job": 1}', {}, 400), (b"{}", {"Content_Type": "text/plain"}, 415), (b"{}", {"Host": "evil.example:80"}, 403),
            (b"{}", {"Content_Length": "99999999999"}, 413),
        ):  # fmt: skip
            assert post(collector.url, data, **headers)[0] == status
        assert post(f"{base}/other", b"{}")[0] == 404
        with pytest.raises(ConnectionFailedError, match=r"refused event 1 \(400\)"):
            send_events(base, [{"job": "x"}])
    finally:
        collector.close()
    with pytest.raises(ConnectionFailedError, match="does not answer"):
        send_events(base, [spark_event()])
    for url in ("ftp://x", "lake", "http://"):
        with pytest.raises(InputError, match="no address"):
            send_events(url, [])
    with pytest.raises(InputError, match="without TLS"):
        send_events("http://lake.example", [spark_event()], "key")


def graph() -> LineageGraph:
    nodes = (LineageNode(1, "a", "s3-bucket", 'b"#<x>`', "AWS S3"), LineageNode(2, "=t", "glue-table", "line\nbreak \\", "AWS Glue"), LineageNode(3, "q", "athena-query", "select 1", "AWS Athena"))  # fmt: skip
    return LineageGraph(2, nodes, (LineageEdge(1, 2, "located_in", "glue", "2026"), LineageEdge(2, 3, "reads", "query", "2026")))  # fmt: skip


def test_texts_quote_what_their_format_means() -> None:
    assert mermaid(graph()).splitlines() == [
        "flowchart LR", '    n0[("b#34;#35;#60;x#62;#96;")]', '    n1["line break #92;"]', '    n2(["select 1"])', "    n0 -->|located in| n1", "    n1 -->|reads| n2",
    ]  # fmt: skip
    dot = graphviz(graph())
    assert 'label="b\\"#<x>`"' in dot
    assert 'label="line break \\\\"' in dot
    link = StoredColumnLink(1, "@c", 2, "d", "output", "identity", "", 3, "query", -1, -1, 0.8, "2026")
    rows = csv_text(graph(), [link]).splitlines()
    assert rows[1] == "a,,'=t,,located_in,,glue,,2026"
    assert rows[3] == "a,'@c,'=t,d,output,identity,query,0.8,2026"


def test_a_form_nobody_knows(context: ActionContext) -> None:
    with pytest.raises(InputError, match="Choose mermaid"):
        asyncio.run(LineageCases(context).text(LineageGraph(0), "visio"))


def test_the_graph_of_a_view_in_every_form(synced: ActionContext) -> None:
    cases: Any = LineageCases(synced)
    stored = synced.workspace.catalog.node(glue_table_id(DB, "vendor_spend"))
    assert stored is not None
    around = asyncio.run(cases.around(stored.key))
    texts = {form: asyncio.run(cases.text(around, form)) for form in ("mermaid", "dot", "csv", "openlineage")}
    assert "total_spend" in texts["csv"]
    assert json.loads(texts["openlineage"].splitlines()[0])["job"]["name"] == f"{DB}.vendor_spend"
