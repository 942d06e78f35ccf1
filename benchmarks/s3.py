"""S3: rendering a page, a million keys, previews at 80 ms a request, and transfers against s3transfer, the AWS CLI's own library."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, median, percentile, resident_mib, spread
from dataops_desktop.interfaces.connector import ConnectionOptions

SMALL_FILES, SMALL_BYTES = 10_000, 4_096
LARGE_BYTES = 512 << 20
PAIRS_LARGE, PAIRS_SMALL = 11, 2
MILLION = 1_000_000


@contextmanager
def server(*arguments: str) -> Iterator[ConnectionOptions]:
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.s3_server", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    try:
        assert child.stdout is not None
        yield ConnectionOptions(
            endpoint_url=child.stdout.readline().strip(),
            region="us-east-1",
            access_key_id="a",
            secret_access_key="b",
        )
    finally:
        child.kill()
        child.wait()


@contextmanager
def cases(options: ConnectionOptions, folder: Path) -> Iterator[Any]:
    from dataops_desktop.actions.s3_cases import S3Cases
    from dataops_desktop.app.wiring import open_context

    os.environ["DATAOPS_DATA_DIR"] = str(folder / "data")
    with open_context(folder / f"{time.monotonic_ns()}.dataops", options) as context:
        yield context, S3Cases(context)


def page_rows(folder: Path) -> list[Row]:
    """From the bytes of 1,000 keys to the painted list."""
    from PySide6.QtWidgets import QApplication, QTableView

    from dataops_desktop.actions.object_listing import ObjectListing
    from dataops_desktop.gui.models.object_table import ObjectTableModel
    from dataops_desktop.gui.theme import Theme

    app = QApplication.instance() or QApplication([])
    theme = Theme(app)  # type: ignore[arg-type]
    took: list[float] = []
    with server("--keys", "1000") as options, cases(options, folder) as (_context, s3):
        import urllib.request

        store = asyncio.run(s3.store())
        store.page("bench", "many/", 1000, None)
        url = f"{options.endpoint_url}/bench?list-type=2&prefix=many/&max-keys=1000"
        for _ in range(9):
            began = time.perf_counter()
            urllib.request.urlopen(url, timeout=10).read()  # noqa: S310 - loopback
            bytes_only = time.perf_counter() - began
            view = QTableView()
            model = ObjectTableModel(theme)
            view.setModel(model)
            view.resize(700, 600)
            view.show()
            model.start("bench", "many/")
            app.processEvents()
            began = time.perf_counter()
            page = store.page("bench", "many/", 1000, None)
            listing: ObjectListing = model.listing
            listing.add(page.entries)
            model.show(listing.arrange())
            app.processEvents()  # paints
            took.append((time.perf_counter() - began - bytes_only) * 1000)
            view.deleteLater()
    return [Row("S3", "1,000-key page: bytes to painted list", median(took), "ms", 100, spread(took))]


def million_rows() -> list[Row]:
    """A million keys in one folder: memory, filter, sort, frames."""
    from PySide6.QtWidgets import QApplication, QTableView

    from dataops_desktop.gui.models.object_table import ObjectTableModel
    from dataops_desktop.gui.theme import Theme
    from dataops_desktop.interfaces.object_store import ObjectEntry

    app = QApplication.instance() or QApplication([])
    model = ObjectTableModel(Theme(app))  # type: ignore[arg-type]
    model.start("bench", "p/")
    listing = model.listing
    listing.add([ObjectEntry("p/x", 1, "2026-01-01T00:00:00Z", "STANDARD", False)])
    listing.arrange("x", 0)
    before = resident_mib()
    for start in range(0, MILLION, 1000):
        listing.add(
            [
                ObjectEntry(
                    f"p/year=2026/part-{i:07d}-c000.snappy.parquet",
                    i,
                    "2026-01-01T00:00:00Z",
                    "STANDARD",
                    False,
                )
                for i in range(start, start + 1000)
            ]
        )
    model.show(listing.arrange())
    memory = resident_mib() - before
    began = time.perf_counter()
    listing.arrange("0500 parquet")
    filtered = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    listing.arrange("", 1, True)
    sorted_ms = (time.perf_counter() - began) * 1000
    view = QTableView()
    view.setModel(model)
    view.verticalHeader().setDefaultSectionSize(26)
    view.resize(700, 600)
    view.show()
    app.processEvents()
    frames = []
    for step in range(120):
        view.scrollToBottom() if step == 60 else view.verticalScrollBar().setValue(step * 7000)
        began = time.perf_counter()
        view.grab()
        frames.append((time.perf_counter() - began) * 1000)
    return [
        Row("S3", "1,000,000 keys in one folder: memory", memory, "MiB", 150, "40-byte names"),
        Row("S3", "1,000,000 keys: filter, off the window's thread", filtered, "ms", None),
        Row("S3", "1,000,000 keys: sort by size, off the window's thread", sorted_ms, "ms", None),
        Row(
            "S3", "1,000,000 keys: scrolling, 95th percentile of a frame", percentile(frames, 0.95), "ms", 33
        ),
    ]


def preview_rows(folder: Path) -> list[Row]:
    """1 GB of Parquet and 1 GB of CSV at 80 ms a request."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from dataops_desktop.actions.preview_object import Previews
    from dataops_desktop.interfaces.cancel import CancelToken

    parquet, csv = folder / "big.parquet", folder / "big.csv"
    rng = np.random.default_rng(1)
    schema = pa.schema([(f"c{i}", pa.float64()) for i in range(12)])
    with pq.ParquetWriter(parquet, schema, compression="none", use_dictionary=False) as writer:
        while parquet.stat().st_size < 1_000_000_000:
            writer.write_table(
                pa.table([rng.random(100_000) for _ in range(12)], schema=schema), row_group_size=100_000
            )
    line = b"1234567,some text in a field,2026-01-01,3.14159\n"
    with csv.open("wb") as file:
        file.write(b"id,name,day,value\n")
        for _ in range(200):
            file.write(line * 100_000)
    rows: list[Row] = []
    footer = int.from_bytes(parquet.read_bytes()[-8:-4], "little") + 8
    group = pq.read_metadata(parquet).row_group(0)
    files = (
        "--latency",
        "80",
        "--file",
        "bench/big.parquet",
        str(parquet),
        "--file",
        "bench/big.csv",
        str(csv),
    )
    with server(*files) as options, cases(options, folder) as (context, s3):
        store = asyncio.run(s3.store())
        previews = Previews(context)
        for path in (parquet, csv):
            took = []
            for _ in range(5):
                began = time.perf_counter()
                found = asyncio.run(
                    previews.look(store, "bench", path.name, path.stat().st_size, CancelToken())
                )
                took.append((time.perf_counter() - began) * 1000)
                shown = [c.name for c in found.rows.columns]
                found.rows.close()
            size = f"{path.stat().st_size / 1e9:.2f} GB"
            if path is parquet:
                budget = max(footer, 65_536) + sum(
                    group.column(i).total_compressed_size
                    for i in range(12)
                    if group.column(i).path_in_schema in shown
                )
                rows.append(
                    Row(
                        "S3",
                        f"Parquet preview of {size}: requests",
                        found.requests,
                        "",
                        4,
                        f"{found.bytes_read:,} bytes, {len(shown)} of 12 columns",
                    )
                )
                rows.append(
                    Row(
                        "S3",
                        "  bytes ÷ (footer + shown columns of one row group)",
                        found.bytes_read / budget,
                        "×",
                        1.0,
                    )
                )
            else:
                rows.append(Row("S3", f"CSV preview of {size}: requests", found.requests, "", 1))
                rows.append(Row("S3", "  bytes read", found.bytes_read / 1024, "KiB", 256))
            rows.append(Row("S3", "  at 80 ms a request", median(took), "ms", 2000, spread(took)))
    return rows


def _manager(options: ConnectionOptions) -> Any:
    import boto3
    from botocore.config import Config
    from s3transfer.manager import TransferManager

    client = boto3.client(
        "s3", endpoint_url=options.endpoint_url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b",
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=24),
    )  # fmt: skip
    return TransferManager(client)


def _peer(options: ConnectionOptions, jobs: list[tuple[str, str]], upload: bool) -> float:
    began = time.perf_counter()
    with _manager(options) as manager:
        futures = [
            manager.upload(path, "bench", key) if upload else manager.download("bench", key, path)
            for path, key in jobs
        ]
        for future in futures:
            future.result()
    return time.perf_counter() - began


def _ours(options: ConnectionOptions, folder: Path, work: Callable[[Any], Any]) -> float:
    from dataops_desktop.actions.transfers import Transfers

    with cases(options, folder) as (context, s3):

        async def go() -> float:
            transfers = Transfers(context, s3)
            # A window knows its account long before; the client is made in the time, as the peer's is.
            store = await s3.store()
            await context.run("s3", lambda: store.source)
            began = time.perf_counter()
            done = await transfers.wait(await work(transfers))
            assert done.state == "done", (done.state, done.error)
            return time.perf_counter() - began

        return asyncio.run(go())


def transfer_rows(folder: Path) -> list[Row]:
    """Ours and theirs in turns, the same files and server. The peer needs no listing for an upload and knows its keys for a download."""
    from dataops_desktop.objects.addresses import ObjectAddress

    source = folder / "source"
    (source / "small").mkdir(parents=True)
    for number in range(SMALL_FILES):
        (source / "small" / f"f{number:05d}").write_bytes(os.urandom(SMALL_BYTES))
    large = source / "large.bin"
    large.write_bytes(os.urandom(LARGE_BYTES))
    rows = []
    small = sorted((source / "small").iterdir())

    def compare(
        what: str, pairs: int, ours: Callable[[], float], theirs: Callable[[], float], count: float, unit: str
    ) -> None:
        mine, peer = [], []
        for number in range(pairs):  # whoever comes second finds the machine warmer
            for times, work in ((peer, theirs), (mine, ours))[:: 1 if number % 2 else -1]:
                times.append(work())
        ratio = [m / p for m, p in zip(mine, peer, strict=True)]
        rows.append(
            Row(
                "S3",
                f"{what}: ours ÷ s3transfer",
                median(ratio),
                "×",
                1 / 0.95,
                f"{count / median(mine):,.0f} {unit}; {spread(ratio)}",
            )
        )

    with server() as options:
        to = ObjectAddress("bench", "up/")
        down = folder / "down"

        def fresh() -> Path:
            shutil.rmtree(down, ignore_errors=True)
            down.mkdir()
            return down

        compare(
            "upload of 512 MiB", PAIRS_LARGE, lambda: _ours(options, folder, lambda t: t.upload([large], to)), lambda: _peer(options, [(str(large), "peer/large.bin")], True),
            LARGE_BYTES / 1e6, "MB/s",
        )  # fmt: skip
        compare(
            "download of 512 MiB", PAIRS_LARGE, lambda: _ours(options, folder, lambda t: t.download([ObjectAddress("bench", "up/large.bin")], fresh())),
            lambda: _peer(options, [(str(fresh() / "large.bin"), "up/large.bin")], False), LARGE_BYTES / 1e6, "MB/s",
        )  # fmt: skip
        compare(
            "upload of 10,000 files", PAIRS_SMALL, lambda: _ours(options, folder, lambda t: t.upload([source / "small"], to)),
            lambda: _peer(options, [(str(p), f"peer/{p.name}") for p in small], True), SMALL_FILES, "files/s",
        )  # fmt: skip
        compare(
            "download of 10,000 files", PAIRS_SMALL, lambda: _ours(options, folder, lambda t: t.download([ObjectAddress("bench", "up/small/")], fresh())),
            lambda: _peer(options, [(str(fresh() / p.name), f"up/small/{p.name}") for p in small], False), SMALL_FILES, "files/s",
        )  # fmt: skip
    return rows


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*page_rows(folder), *million_rows(), *preview_rows(folder), *transfer_rows(folder)]
