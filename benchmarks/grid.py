"""Scrolling a million rows, and the memory the grid adds to them."""

from __future__ import annotations

import gc
import random
import tempfile
import time
from pathlib import Path

from benchmarks.harness import Row, median, percentile, resident_mib

ROWS, BATCH = 1_000_000, 65_536


def run() -> list[Row]:
    import numpy as np
    import pyarrow as pa
    from PySide6.QtWidgets import QApplication

    from dataops_desktop.gui.models.result_table import ResultTableModel
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.gui.widgets.result_grid import ResultGrid
    from dataops_desktop.interfaces.query_engine import ResultColumn
    from dataops_desktop.storage.results import ResultFolder

    app = QApplication.instance() or QApplication([])
    theme = Theme(app)  # type: ignore[arg-type]
    theme.apply("light")
    source = np.random.default_rng(1)
    words = pa.array([f"name_{i:05d}" for i in range(10_000)])
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("a", pa.int64()),
            ("b", pa.float64()),
            ("s", pa.string()),
            ("d", pa.decimal128(21, 2)),
            *[(f"t{i}", pa.string()) for i in range(5)],
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = ResultFolder(Path(folder)).create(
            "grid", [ResultColumn(f.name, str(f.type)) for f in schema], schema
        )
        size = 0
        for start in range(0, ROWS, BATCH):
            n = min(BATCH, ROWS - start)
            numbers = pa.array(source.integers(0, 10**9, n))
            texts = [words.take(pa.array(source.integers(0, 10_000, n))) for _ in range(6)]
            batch = pa.RecordBatch.from_arrays(
                [
                    pa.array(range(start, start + n)),
                    numbers,
                    pa.array(source.random(n)),
                    texts[0],
                    numbers.cast(pa.decimal128(21, 2)),
                    *texts[1:],
                ],
                schema=schema,
            )
            size += batch.nbytes
            rows.append(batch)
        rows.finish()
        del batch, numbers, texts
        gc.collect()
        before = resident_mib()
        grid = ResultGrid(theme)
        grid.resize(1200, 800)
        grid.show_result(ResultTableModel(rows, grid))
        grid.show()
        app.processEvents()
        bar = grid.verticalScrollBar()
        jumps, steps = [], []
        for _ in range(60):
            bar.setValue(random.randrange(bar.maximum()))
            jumps.append(_frame(grid, app))
        middle = bar.maximum() // 2
        for i in range(120):
            bar.setValue(middle + 3 * i)
            steps.append(_frame(grid, app))
        gc.collect()
        added = resident_mib() - before
        arrow = size / 2**20
        grid.setModel(None)
        grid.deleteLater()
        rows.close()
    return [
        Row(
            "grid",
            "1,000,000 rows: scroll frame, 95th percentile",
            percentile(steps, 0.95),
            "ms",
            33,
            f"median {median(steps):.1f}",
        ),
        Row(
            "grid",
            "1,000,000 rows: random jump, 95th percentile",
            percentile(jumps, 0.95),
            "ms",
            33,
            f"median {median(jumps):.1f}",
        ),
        Row(
            "grid",
            "memory ÷ Arrow, rows mapped from disk",
            (arrow + added) / arrow,
            "×",
            1.2,
            f"Arrow {arrow:.0f} MiB, view and pages {added:+.0f} MiB",
        ),
    ]


def _frame(grid: object, app: object) -> float:
    started = time.perf_counter()
    grid.viewport().repaint()  # type: ignore[attr-defined]
    app.processEvents()  # type: ignore[attr-defined]
    return (time.perf_counter() - started) * 1000
