"""A tour of every page, panel and dialog: what they say can be translated, and nobody outside can reach the program meanwhile."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent

# What is no text of ours: names of services and formats, data of the sandbox, Qt's own buttons (Qt translates them), and what comes
# from below the window (the doctor's steps, warnings of a sync).
OURS_NOT = (
    r"(AWS )?(Athena|EMR|Glue|Kendra|QuickSight|S3|SageMaker|Databricks|Snowflake)",
    r"DataOps Desktop( 0.*| — Sandbox)?|Sandbox|AwsDataCatalog|dataops-desktop|DPU-hours",
    r"[\d.]+ [KM]B/s|Analyst|s3 https.*|(D?SSE|CSE)[-_](KMS|S3)|s3://.*|arn:.*|moto@\d+",
    r"\w+_db(\.\w+)?|primary|reporting|dedicated|\w+-\w+-\d|<qt>sts: .*",
    r"(CSV|TSV|Excel|Parquet|Markdown|JSON( lines)?|INSERT statements)…|select 1 as n|n",
    r"Auto|Average|Alpha|Export\.\.\.|Plot Options|Transforms|Downsample|Grid|Points",  # pyqtgraph's menu, which is switched off
    r"DDL|vendor_info|vendor_id|name|country|tier",
    r"Float|Close( Tab)?|Scroll (Left|Right)|OK|Cancel|Save|Restore Defaults",
)
ELSEWHERE = (
    "StepRow",
    "DoctorPage",
    "ScheduleDialog",
    "PreviewView",
    "QFrame",
    "QMenu",
)  # their widgets show lists of others
BELOW = ("PlainLabel in QWidget", "QLabel in QWidget")


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("tour")
    environment = {
        **os.environ,
        "DATAOPS_DATA_DIR": str(folder / "data"),
        "DATAOPS_DESKTOP_LANGUAGE": "pseudo",
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.tour", str(folder)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.timeout(240)
def test_every_text_of_the_window_can_be_translated(tour: dict[str, Any]) -> None:
    found = tour["texts"]
    assert "DataOps Desktop — Sandbox" in found  # the tour was made
    known = re.compile("|".join(f"(?:{pattern})" for pattern in OURS_NOT), re.DOTALL)
    missed = {
        text: where
        for text, where in found.items()
        if not known.fullmatch(text) and not where.endswith(ELSEWHERE) and where not in BELOW
    }
    assert missed == {}


def test_only_this_machine_is_listened_to(tour: dict[str, Any]) -> None:
    """Bar 19: neither the program nor a child of it, the sandbox among them, is open to the network."""
    assert tour["listening"]  # the sandbox
    wide = [place for place in tour["listening"] if not place.startswith(("0100007F", "0" * 31 + "1"))]
    assert wide == []
