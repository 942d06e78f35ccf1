"""kill -9 in the midst of uploads and downloads: no wrong byte, no half file under its name, and resuming ends where it should."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.actions.transfer_crash_driver import BUCKET
from tests.conftest import Cloud

DRIVER = Path(__file__).with_name("transfer_crash_driver.py")
LANES = 3  # processes that share the steps: together every third step and a half is a point of death


@pytest.mark.skipif(sys.platform == "win32", reason="kills forked processes")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("lane", range(LANES))
def test_killed_anywhere(cloud: Cloud, tmp_path: Path, lane: int) -> None:
    import random

    from dataops_desktop.actions.transfer_parts import PART

    client = cloud.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for number in range(12):
        client.put_object(
            Bucket=BUCKET, Key=f"base/source/small-{number}", Body=random.Random(number).randbytes(3000)
        )
    client.put_object(
        Bucket=BUCKET, Key="base/source/deep/large", Body=random.Random(99).randbytes(PART * 3 + 77)
    )
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(tmp_path), json.dumps(asdict(cloud.options)), str(1 + lane), str(LANES)],
        capture_output=True, text=True, check=False, timeout=590,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["problems"] == [], done.stderr[-1000:]
    assert found["points"] >= 34  # a hundred and more in the three lanes
