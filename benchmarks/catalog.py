"""Search as you type over 100,000 and 1,000,000 nodes, the tree of 100,000 tables, and a table of 10,000 columns."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Row, median, percentile, sandbox
from benchmarks.watched_window import attach
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, ColumnClass, SearchFilter, TableWrite
from dataops_desktop.ontology.nodes import Node
from dataops_desktop.storage.workspace import SqliteWorkspace

SOURCE = "aws:1:eu-west-1"
WORDS = (
    "account address agent amount analytics api archive asset audit balance bank batch billing booking branch budget campaign card carrier case catalog channel "
    "claim click client cluster cohort commission company contact content contract conversion cost country coupon course credit currency customer daily dashboard "
    "data deal delivery demand department deposit device discount document driver duty email employee engagement event exchange expense facility fee feedback "
    "finance fleet forecast fraud fulfillment funnel gateway goal grant group growth guest hotel hourly household identity impression income incident index "
    "industry insight inspection insurance interest inventory invoice item journal journey kpi label lead ledger license limit line listing loan location log "
    "logistics loyalty machine maintenance manager margin market marketing master material measure media member merchant message metric milestone mobile model "
    "monthly mortgage network note notification offer office onboarding online operation opportunity order organization outage package page partner passenger "
    "patient payment payroll penalty performance period permission person phone pipeline plan platform policy portfolio position post prediction price pricing "
    "priority procedure process product profile profit program project promotion property provider purchase quality quantity quarter query queue quota quote "
    "rate rating reason receipt record recovery referral refund region registration rental report request reservation response result retail return revenue "
    "review reward risk role route salary sale sample schedule score season segment sensor service session settlement shift shipment shop site snapshot source "
    "staff stage statement station status stock store stream subscription summary supplier supply support survey tariff tax team tenant ticket time tracking "
    "trade traffic training transaction transfer transit trend trip unit update usage user utility valuation variance vehicle vendor version view visit volume "
    "voucher warehouse warranty wave weather web weekly workflow yield zone"
).split()
TYPED = ("c", "cu", "cus", "cust", "customer", "customer o", "customer order", "invoice amount", "ord", "payment_st", "pay", "fraud_score_d", "w", "wh", "warehou", "warehouse item", "xyz", "custmer", "shipmnt", "vendor_id", "e", "em", "email", "reve", "revenue mon", "a", "data", "data_d")  # fmt: skip


def world(store: SqliteWorkspace, tables: int, columns: int, databases: int) -> None:
    source = random.Random(4)
    each = tables // databases
    shared = [Column(f"{source.choice(WORDS)}_{source.choice(WORDS)}", "string", "") for _ in range(600)]
    for d in range(databases):
        database = f"{source.choice(WORDS)}_{d}_db"
        parent = Node(
            f"glue-db-{database}", SOURCE, "glue-database", database,
            {"dataSource": "", "arn": "", "region": "", "catalogId": "", "description": "", "tableCount": each},
        )  # fmt: skip
        store.catalog.apply(None, CatalogChanges(nodes=[parent]))
        made = []
        for t in range(each):
            name = f"{source.choice(WORDS)}_{source.choice(WORDS)}_{source.choice(WORDS)}_{t}"
            made.append(
                TableWrite(
                    Node(
                        f"glue-table-{database}-{name}", SOURCE, "glue-table", f"{database}.{name}",
                        {"dataSource": "", "database": database, "tableName": name, "location": "", "storageFormat": "Parquet", "schema": {},
                         "partitionKeys": [], "rowCount": None, "sizeBytes": None, "kind": "table", "owner": source.choice(WORDS)},
                        parent.id, f"{source.choice(WORDS)} by {source.choice(WORDS)}",
                    ),
                    source.sample(shared, columns), (), (), True, "h", source.randrange(30, 100), {},
                    classes=[ColumnClass("email", "email", 0.9)] if t % 50 == 0 else [],
                )
            )  # fmt: skip
            if len(made) == 2000:
                store.catalog.apply(None, CatalogChanges(tables=made))
                made = []
        store.catalog.apply(None, CatalogChanges(tables=made))


def _search(store: SqliteWorkspace, what: str, bar: float) -> list[Row]:
    for text in TYPED:
        store.catalog.search(text, 50)
    took, slowest, worst = [], "", 0.0
    for _ in range(5):
        for text in TYPED:
            started = time.perf_counter()
            store.catalog.search(text, 50)
            took.append((time.perf_counter() - started) * 1000)
            if took[-1] > worst:
                worst, slowest = took[-1], text
    narrowed = []
    for chosen in (
        SearchFilter(classification="email"),
        SearchFilter(owner="vendor"),
        SearchFilter(quality=90),
    ):
        for text in ("customer", "order", "pay"):
            started = time.perf_counter()
            store.catalog.search(text, 50, chosen)
            narrowed.append((time.perf_counter() - started) * 1000)
    return [
        Row("catalog", f"search as you type, {what} nodes, 95th percentile", percentile(took, 0.95), "ms", bar, f"n={len(took)}, median {median(took):.1f}, slowest “{slowest}” {worst:.0f}"),
        Row("catalog", f"search narrowed by a facet, {what} nodes, worst", max(narrowed), "ms", None, f"n={len(narrowed)}, median {median(narrowed):.1f}"),
    ]  # fmt: skip


def _window(path: Path, measure: Callable[..., list[Row]]) -> list[Row]:
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.actions.context import ActionContext
    from dataops_desktop.actions.use_cases import UseCases
    from dataops_desktop.app.registry import EntryPointRegistry
    from dataops_desktop.gui.async_bridge import AsyncBridge
    from dataops_desktop.gui.main_window import MainWindow
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.window_context import WindowContext
    from dataops_desktop.storage.results import ResultFolder

    app = QApplication.instance() or QApplication([])
    rows: list[Row] = []
    with sandbox("--empty") as options:
        store = SqliteWorkspace(path)
        store.settings.set_setting("history.import", False)
        registry = EntryPointRegistry(options)
        actions = ActionContext(store, registry, ResultFolder(path.parent / "r"))
        bridge = AsyncBridge(app)  # type: ignore[arg-type]
        theme = Theme(app)  # type: ignore[arg-type]
        theme.apply("light")
        context = WindowContext(store.settings, bridge, theme, "Benchmark")
        attach(context, UseCases(actions))
        window = MainWindow(context, lambda *_: None, lambda: None)
        window.show()
        bridge.start()

        async def scenario() -> None:
            import asyncio

            await asyncio.sleep(3)
            rows.extend(await measure(context, window, store))  # type: ignore[misc]
            window.close()

        bridge.run(scenario())
        bridge.run_forever()
        actions.close()
        registry.close()
        store.close()
    return rows


async def _opening(context, window, store) -> list[Row]:
    import asyncio

    key = store.catalog.node("glue-table-wide_db-wide").key
    pages = []
    for _ in range(5):
        started = time.perf_counter()
        context.node_requested.emit(key)
        while not (window.pages.count() > 1 and window.pages.currentWidget().page_key() == f"node:{key}"):  # noqa: ASYNC110 - watches the window as a person would
            await asyncio.sleep(0)
        window.pages.currentWidget().repaint()
        pages.append((time.perf_counter() - started) * 1000)
        window.opener.close(window.pages.currentIndex())
        await asyncio.sleep(0.2)
    panel = window.panel("catalog")
    window.show_panel("catalog")
    await asyncio.sleep(1)
    model, tree = panel.model, panel.tree
    row = next(i for i, item in enumerate(model.root.children) if item.text == "many_db")
    expanded = []
    for _ in range(3):
        index = model.index(row, 0)
        started = time.perf_counter()
        tree.setExpanded(index, True)
        while not model.item(index).children:  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0)
        tree.viewport().repaint()
        expanded.append((time.perf_counter() - started) * 1000)
        model.reload()
        await asyncio.sleep(0.5)
    return [
        Row("catalog", "a table of 10,000 columns: asked for to painted", median(pages), "ms", 300, f"{min(pages):.0f}–{max(pages):.0f}, n={len(pages)}"),
        Row("catalog", "a database of 100,000 tables: tree opened and painted", median(expanded), "ms", 100, f"{min(expanded):.0f}–{max(expanded):.0f}, n={len(expanded)}"),
    ]  # fmt: skip


def run() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hundred.dataops"
        store = SqliteWorkspace(path)
        world(store, 100_000, 20, 50)
        rows += _search(store, "100,000", 20)
        wide = Node(
            "glue-db-wide_db", SOURCE, "glue-database", "wide_db",
            {"dataSource": "", "arn": "", "region": "", "catalogId": "", "description": "", "tableCount": 1},
        )  # fmt: skip
        many = Node("glue-db-many_db", SOURCE, "glue-database", "many_db", wide.properties)

        def table(database: str, name: str, columns: int) -> TableWrite:
            node = Node(
                f"glue-table-{database}-{name}", SOURCE, "glue-table", f"{database}.{name}",
                {"dataSource": "", "database": database, "tableName": name, "location": "", "storageFormat": "Parquet", "schema": {}, "partitionKeys": [],
                 "rowCount": None, "sizeBytes": None, "kind": "table"},
                f"glue-db-{database}",
            )  # fmt: skip
            return TableWrite(node, [Column(f"measure_{i}", "double", f"Comment {i}") for i in range(columns)], (), (), True, "h", 50, {})  # fmt: skip

        store.catalog.apply(
            None, CatalogChanges(nodes=[wide, many], tables=[table("wide_db", "wide", 10_000)])
        )
        for start in range(0, 100_000, 5000):
            made = [table("many_db", f"t_{i:06d}", 1) for i in range(start, start + 5000)]
            store.catalog.apply(None, CatalogChanges(tables=made))
        store.close()
        rows += _window(path, _opening)
        path.unlink()
        million = SqliteWorkspace(Path(folder) / "million.dataops")
        world(million, 1_000_000, 5, 200)
        rows += _search(million, "1,000,000", 50)
        million.close()
    return rows
