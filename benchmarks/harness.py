"""Rows, medians and the table they become. Read ratios, not absolutes: machines differ, and noise is ±25 % at start-up."""

from __future__ import annotations

import json
import os
import platform
import statistics
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from dataops_desktop.app.sandbox_process import SandboxProcess
from dataops_desktop.interfaces.connector import ConnectionOptions


@dataclass(frozen=True)
class Row:
    """One measured thing; `bar` is what it must not pass, None for a reading without a bar."""

    area: str
    what: str
    value: float
    unit: str
    bar: float | None
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.bar is None else self.value <= self.bar


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.3g}–{max(values):.3g}, n={len(values)}"


def resident_mib() -> float:
    """Resident memory of this process that is its own: file-backed pages (a mapped result) are the system's cache."""
    with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
        fields = dict(line.split(":", 1) for line in file)
    return int(fields["RssAnon"].split()[0]) / 1024


@contextmanager
def sandbox(*arguments: str) -> Iterator[ConnectionOptions]:
    process = SandboxProcess(*arguments)
    try:
        yield process.options()
    finally:
        process.stop()


@contextmanager
def sandbox_process(*arguments: str) -> Iterator[SandboxProcess]:
    process = SandboxProcess(*arguments)
    try:
        process.options()
        yield process
    finally:
        process.stop()


def set_latency(process: SandboxProcess, milliseconds: int) -> None:
    """Every Glue call takes so much longer from now on, as calls to a region do."""
    endpoint, token = process.control
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{endpoint}/_sandbox/faults",
        data=json.dumps({"kind": "latency", "service": "glue", "latency_ms": milliseconds}).encode(),
        headers={"X-Sandbox-Token": token},
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def table(rows: Sequence[Row]) -> str:
    lines = ["| area | what | measured | bar | | note |", "|---|---|---|---|---|---|"]
    for row in rows:
        bar = "" if row.bar is None else f"≤ {row.bar:g} {row.unit}"
        verdict = {True: "met", False: "**missed**", None: ""}[row.met]
        lines.append(
            f"| {row.area} | {row.what} | {row.value:.3g} {row.unit} | {bar} | {verdict} | {row.note} |"
        )
    return "\n".join(lines)


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
