"""The lineage canvas at size, and the pass over a long history behind a window: layout, frames, the event loop's lateness."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, median, percentile, sandbox, spread
from benchmarks.watched_window import lateness
from dataops_desktop.storage.workspace import SqliteWorkspace

NODES, EDGES, LAYERS = 10_000, 15_000, 20
STATEMENTS, TABLES = 10_000, 300
SIZE = (1600, 1000)
SCALES = (0.03, 0.06, 0.12, 0.2, 0.3, 0.36, 0.5, 0.7, 1.0, 2.0)
PEER = "igraph>=1"
_PEER = """
import json, sys, time, igraph
nodes, edges = json.load(sys.stdin)
graph = igraph.Graph(n=nodes, edges=edges, directed=True)
started = time.perf_counter()
coords = graph.layout_sugiyama(maxiter=100).coords[:nodes]
print(json.dumps([time.perf_counter() - started, coords]))
"""


def flow_edges(nodes: int, edges: int, layers: int, near: int, seed: int = 3) -> list[tuple[int, int]]:
    """Nodes in layers, edges to the next layer, mostly to nodes of about the same place in it."""
    chance, found = random.Random(seed), set[tuple[int, int]]()
    rows = [list(range(layer, nodes, layers)) for layer in range(layers)]
    while len(found) < edges:
        layer = chance.randrange(layers - 1)
        place = chance.randrange(len(rows[layer]))
        other = max(0, min(len(rows[layer + 1]) - 1, place + int(chance.gauss(0, near))))
        found.add((rows[layer][place], rows[layer + 1][other]))
    return sorted(found)


def crossings(places: Any, edges: list[tuple[int, int]]) -> int:
    """Pairs of straight lines that cross."""
    import numpy as np

    x1, y1, x2, y2 = np.array([[*places[a], *places[b]] for a, b in edges], dtype=float).T
    total = 0
    for i in range(len(edges)):
        j = slice(i + 1, None)
        d1 = (x2[i] - x1[i]) * (y1[j] - y1[i]) - (y2[i] - y1[i]) * (x1[j] - x1[i])
        d2 = (x2[i] - x1[i]) * (y2[j] - y1[i]) - (y2[i] - y1[i]) * (x2[j] - x1[i])
        d3 = (x2[j] - x1[j]) * (y1[i] - y1[j]) - (y2[j] - y1[j]) * (x1[i] - x1[j])
        d4 = (x2[j] - x1[j]) * (y2[i] - y1[j]) - (y2[j] - y1[j]) * (x2[i] - x1[j])
        total += int(((d1 * d2 < 0) & (d3 * d4 < 0)).sum())
    return total


def _against_igraph() -> tuple[int, int, float, float]:
    """(our crossings, theirs, our seconds, theirs) of 1,000 nodes and 1,370 edges in 12 layers."""
    from benchmarks.peers import peers_python
    from dataops_desktop.gui.lineage_layout import layered_positions

    edges = flow_edges(1000, 1370, 12, 60)
    layered_positions([0, 1], [(0, 1)])  # imports
    started = time.perf_counter()
    places = layered_positions(range(1000), edges)
    took = time.perf_counter() - started
    python = peers_python()
    subprocess.run([str(python), "-m", "pip", "install", "-q", PEER], check=True, stdout=sys.stderr)
    done = subprocess.run([str(python), "-c", _PEER], input=json.dumps([1000, edges]), capture_output=True, text=True, check=True)  # fmt: skip
    theirs, coords = json.loads(done.stdout)
    # igraph draws from above to below: its places turned by a quarter are ours
    return crossings(places, edges), crossings([(y, x) for x, y in coords], edges), took, theirs


def _fill(store: Any, source: str) -> list[int]:
    """A warehouse of tables and queries in turn; returns their keys."""
    from dataops_desktop.interfaces.catalog_store import CatalogChanges
    from dataops_desktop.ontology.nodes import Edge, Node, athena_query_id, glue_table_id

    def node(number: int) -> Node:
        if number % LAYERS % 2:
            return Node(athena_query_id(f"q{number}"), source, "athena-query", f"INSERT INTO fact_{number}", {"dataSource": "athena-query", "sql": "SELECT 1"})  # fmt: skip
        properties = {
            "dataSource": "glue-table", "database": "wh", "tableName": f"fact_{number}", "location": "", "storageFormat": "", "schema": {},
            "partitionKeys": [], "rowCount": None, "sizeBytes": None,
        }  # fmt: skip
        return Node(glue_table_id("wh", f"fact_{number}"), source, "glue-table", f"wh.fact_{number}", properties)  # fmt: skip

    nodes = [node(number) for number in range(NODES)]
    edges = [Edge(nodes[a].ref, nodes[b].ref, "writes" if nodes[a].type == "athena-query" else "reads", "query") for a, b in flow_edges(NODES, EDGES, LAYERS, 12)]  # fmt: skip
    store.catalog.apply(None, CatalogChanges(nodes, edges=edges))
    return list(store.catalog.keys_of([node.id for node in nodes], source).values())


def _quiet(folder: Path) -> None:
    """A workspace that takes over no history of the service by itself."""
    workspace = SqliteWorkspace(folder / "w.dataops")
    workspace.settings.set_setting("history.import", False)
    workspace.close()


def _frames(view: Any, step: Callable[[int], None], count: int = 30) -> list[float]:
    found = []
    for number in range(count):
        step(number)
        started = time.perf_counter()
        view.viewport().repaint()
        found.append((time.perf_counter() - started) * 1000)
    return found


def _canvas() -> dict[str, Any]:
    from dataclasses import replace

    told: dict[str, Any] = {}

    async def scenario(window: Any) -> None:
        context = window.context
        window.resize(*SIZE)
        store = context.use_cases.context.workspace
        keys = await context.use_cases.context.local(_fill, store, "aws:1:eu-west-1")
        await asyncio.sleep(0.2)
        context.lineage_requested.emit(keys[NODES // 2])
        while not hasattr(window.pages.currentWidget(), "steps") or not window.pages.currentWidget().view.graph.boxes:  # noqa: ASYNC110  # fmt: skip
            await asyncio.sleep(0.02)
        page = window.pages.currentWidget()
        started = time.perf_counter()
        page._go(replace(page.state_now, shown=frozenset(keys)), fit=True)
        while len(page.view.graph.boxes) < NODES:  # noqa: ASYNC110 - a page does not say when it is drawn
            await asyncio.sleep(0.02)
        told["shown"] = time.perf_counter() - started
        await asyncio.sleep(0.5)
        view = page.view
        across, down = view.horizontalScrollBar(), view.verticalScrollBar()

        def pan(number: int) -> None:
            turn = 1 if number % 20 < 10 else -1
            across.setValue(across.value() + 9 * turn)
            down.setValue(down.value() + 5 * turn)

        told["pan"] = {"fit": _frames(view, pan)}
        for scale in SCALES:
            view.resetTransform()
            view.scale(scale, scale)
            view.centerOn(view.graph.rect(page._root).center())
            _frames(view, pan, 3)
            told["pan"][scale] = _frames(view, pan)
        view.fit()
        told["zoom"] = _frames(view, lambda _: view.zoom(1.1), 60)

    with sandbox() as options, tempfile.TemporaryDirectory() as folder:
        _quiet(Path(folder))
        lateness(options, Path(folder), scenario)
    return told


def _layout() -> list[float]:
    from dataops_desktop.gui.lineage_layout import layered_positions

    edges, found = flow_edges(NODES, EDGES, LAYERS, 12), []
    for _ in range(3):
        started = time.perf_counter()
        layered_positions(range(NODES), edges)
        found.append(time.perf_counter() - started)
    return found


def statement(number: int, chance: random.Random) -> str:
    """A query of an analyst: joins, a CTE, sums, a window; no two are alike but in their shape."""
    tables = chance.sample(range(TABLES), chance.randint(2, 4))
    columns = [f"t{place}.c{chance.randrange(20)} AS o{number}_{place}_{n}" for place in range(len(tables)) for n in range(chance.randint(1, 6))]  # fmt: skip
    joins = " ".join(f"JOIN wh.t{table} t{place} ON t{place}.c0 = t0.c{place}" for place, table in enumerate(tables) if place)  # fmt: skip
    inner = f"SELECT {', '.join(columns)}, t0.c1 AS k, row_number() OVER (PARTITION BY t0.c1 ORDER BY t0.c2) AS rn FROM wh.t{tables[0]} t0 {joins} WHERE t0.c3 > 5"
    outer = f"WITH base AS ({inner}) SELECT k, count(*) AS n, max(rn) AS m, sum(CASE WHEN rn > 1 THEN 1 ELSE 0 END) AS s FROM base GROUP BY k ORDER BY n DESC"
    if number % 7 == 0:
        return f"CREATE TABLE wh.made_{number} AS {inner}"
    return outer if number % 2 else inner


def _history() -> tuple[float, int, list[float]]:
    """(seconds, links of columns, lateness of the event loop) of following a history that nobody has looked at."""
    from dataops_desktop.interfaces.catalog import Column
    from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite
    from dataops_desktop.interfaces.workspace import QueryRecord
    from dataops_desktop.ontology.nodes import Node, glue_table_id

    chance, told = random.Random(7), dict[str, Any]()
    source = "aws:1:eu-west-1"

    def prepare(workspace: Any) -> None:
        tables = []
        for number in range(TABLES):
            properties = {
                "dataSource": "glue-table", "database": "wh", "tableName": f"t{number}", "location": "", "storageFormat": "", "schema": {},
                "partitionKeys": [], "rowCount": None, "sizeBytes": None,
            }  # fmt: skip
            node = Node(glue_table_id("wh", f"t{number}"), source, "glue-table", f"wh.t{number}", properties)
            tables.append(TableWrite(node, [Column(f"c{n}", "bigint") for n in range(20)], (), (), True, str(number), 50, {}))  # fmt: skip
        workspace.catalog.apply(None, CatalogChanges(tables=tables))
        rows = [
            QueryRecord(
                0, "athena", source, statement(number, chance), "wh", execution_id=f"e{number}", state="SUCCEEDED", origin="athena",
                submitted_at=f"2026-10-{1 + number // 1000:02}T{number // 60 % 24:02}:{number % 60:02}:00Z",
            )
            for number in range(STATEMENTS)
        ]  # fmt: skip
        workspace.history.add_past(rows)

    async def scenario(window: Any) -> None:
        cases = window.context.use_cases
        await cases.context.local(prepare, cases.context.workspace)
        await asyncio.sleep(0.3)
        started = time.perf_counter()
        report = await cases.lineage.follow()
        told["took"], told["statements"] = time.perf_counter() - started, report.statements
        told["links"] = await cases.context.local(lambda: next(iter(cases.context.workspace._database.read("SELECT count(*) FROM column_edge")))[0])  # fmt: skip

    with sandbox() as options, tempfile.TemporaryDirectory() as folder:
        _quiet(Path(folder))
        late, _ = lateness(options, Path(folder), scenario)
    assert told["statements"] == STATEMENTS, told
    return told["took"], told["links"], late


def run() -> list[Row]:
    """Rows for docs/benchmarks.md."""
    layout = _layout()
    ours, theirs, took, their_time = _against_igraph()
    told = _canvas()
    pans = {scale: percentile(found, 0.95) for scale, found in told["pan"].items()}
    worst = max(pans, key=lambda scale: pans[scale])
    seconds, links, late = _history()
    area = "lineage canvas"
    return [
        Row(area, f"layout of {NODES:,} nodes, {EDGES:,} edges, beside the window's thread", median(layout), "s", 3, spread(layout)),
        Row(area, "  crossings of 1,000 nodes against igraph's", ours / theirs, "×", 0.5, f"{ours:,} and {theirs:,}; {took:.2f} s and {their_time:.2f} s"),
        Row(area, "  asked for to shown", told["shown"], "s", None, "read, laid out, drawn"),
        Row(area, f"  a frame while panning, p95 at the worst of {len(pans)} scales", pans[worst], "ms", 33, f"at scale {worst}; median of all {median([t for found in told['pan'].values() for t in found]):.0f} ms, {SIZE[0]}×{SIZE[1]}"),
        Row(area, "  a frame while zooming in, p95", percentile(told["zoom"], 0.95), "ms", 33, spread(told["zoom"])),
        Row(area, f"following {STATEMENTS:,} statements of the history, one core", seconds, "s", 300, f"{links:,} links of columns"),
        Row(area, "  the window's lateness meanwhile, p99", percentile(late, 0.99), "ms", 50, f"worst {max(late):.0f} ms"),
    ]  # fmt: skip
