"""Keystroke to popup in the editor, over a workspace of 50,000 tables with 1,000,000 columns."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.harness import Row, median, percentile, spread
from dataops_desktop.actions.local_schema import LocalSchema
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, TableWrite
from dataops_desktop.ontology.nodes import Node
from dataops_desktop.sql import complete
from dataops_desktop.storage.workspace import SqliteWorkspace

DATABASES, TABLES, COLUMNS = 50, 1000, 20
# Text before the caret, text after it, the key that is pressed.
TYPED = (
    ("SELECT * FROM ", "", "o"),
    ("SELECT * FROM orders_", "", "1"),
    ("SELECT * FROM 1_", "", "a"),
    ("SELECT * FROM a", "", "x"),
    ("SELECT cust", " FROM orders_7_3 o JOIN orders_7_4 p ON o.customer_id_1 = p.customer_id_1", "o"),
    ("SELECT * FROM orders_7_3 o JOIN orders_7_4 p ON ", "", "o"),
    ("WITH x AS (SELECT * FROM orders_7_3) SELECT x", " FROM x", "."),
    ("SELECT * FROM db_9.or", "", "d"),
    ("SELECT * FROM orders_7_3 WHERE ap", "", "p"),
)


def _world(store: SqliteWorkspace) -> None:
    columns = [Column(f"customer_id_{i}" if i % 2 else f"amount_{i}", "bigint") for i in range(COLUMNS)]
    for d in range(DATABASES):
        database = f"db_{d}"
        parent = Node(
            f"glue-database-{database}", "aws:1:eu", "glue-database", database,
            {"dataSource": "", "arn": "", "region": "", "catalogId": "", "description": "", "tableCount": TABLES},
        )  # fmt: skip
        tables = [
            TableWrite(
                Node(
                    f"glue-table-{database}-orders_{d}_{t}", "aws:1:eu", "glue-table", f"{database}.orders_{d}_{t}",
                    {"dataSource": "", "database": database, "tableName": f"orders_{d}_{t}", "location": "", "storageFormat": "", "schema": {},
                     "partitionKeys": [], "rowCount": None, "sizeBytes": None, "kind": "table"},
                    parent.id,
                ),
                columns, (), (), True, "", 50, {},
            )
            for t in range(TABLES)
        ]  # fmt: skip
        store.catalog.apply(None, CatalogChanges(nodes=[parent], tables=tables))


def run() -> list[Row]:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.widgets.sql_editor import SqlEditor

    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteWorkspace(Path(folder) / "w.dataops")
        _world(store)
        schema = LocalSchema(store.catalog)
        schema.warm()
        theme = Theme(app)
        theme.apply("light")
        editor = SqlEditor(theme, lambda sql, offset: complete(sql, offset, schema.scoped("db_7")))
        editor.resize(900, 400)
        editor.show()
        app.processEvents()
        times: list[float] = []
        shown = 0
        for _ in range(20):
            for before, after, key in TYPED:
                editor.set_text(before + after)
                editor.set_caret(len(before))
                app.processEvents()
                started = time.perf_counter()
                QTest.keyClick(editor.edit, key)
                while not editor.edit.autoCActive() and editor.completing:
                    app.processEvents()
                times.append((time.perf_counter() - started) * 1000)
                shown += editor.edit.autoCActive()
                editor.edit.autoCCancel()
        store.close()
    return [
        Row(
            "completion",
            f"{DATABASES * TABLES:,} tables, {DATABASES * TABLES * COLUMNS:,} columns: keystroke to popup, 95th percentile",
            percentile(times, 0.95),
            "ms",
            50,
            f"{spread(times)}, median {median(times):.1f}, popup shown {shown} times",
        )
    ]
