"""Uploads and downloads against the sandbox: every byte, every name, what a fault or a pause leaves, and what goes on after it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dataops_desktop.actions.context import ActionContext
from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.transfer_parts import PART, SpeedLimit, part_size
from dataops_desktop.actions.transfers import Transfers
from dataops_desktop.errors import InputError, WorkspaceError
from dataops_desktop.interfaces.object_store import WriteOptions
from dataops_desktop.interfaces.transfer_store import Transfer
from dataops_desktop.objects.addresses import ObjectAddress
from tests.conftest import Cloud

BUCKET = "transfers"
LARGE = PART * 2 + 12_345


def content(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


class Desk:
    """A bucket, a folder, and transfers between them."""

    def __init__(self, context: ActionContext, cloud: Cloud, folder: Path) -> None:
        self.context, self.client, self.folder = context, cloud.client("s3"), folder
        self.client.create_bucket(Bucket=BUCKET)
        for item in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.client.delete_object(Bucket=BUCKET, Key=item["Key"])
        folder.mkdir()

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def keys(self) -> list[str]:
        return sorted(i["Key"] for i in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", []))

    def open_uploads(self) -> int:
        return len(self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))

    def run(
        self,
        work: Callable[[Transfers], Awaitable[int]],
        then: Callable[[Transfers, int], Awaitable[Any]] | None = None,
    ) -> Transfer:
        async def go() -> Transfer:
            transfers = Transfers(self.context, S3Cases(self.context))
            number = await work(transfers)
            if then is not None:
                await then(transfers, number)
            return await transfers.wait(number)

        return asyncio.run(go())

    def upload(self, *paths: Path, to: str = "", conflict: str = "replace", **more: Any) -> Transfer:
        return self.run(lambda t: t.upload(list(paths), ObjectAddress(BUCKET, to), conflict, **more))

    def download(self, *keys: str, to: Path, conflict: str = "keep_both") -> Transfer:
        return self.run(lambda t: t.download([ObjectAddress(BUCKET, key) for key in keys], to, conflict))

    def resume(self, transfer: Transfer) -> Transfer:
        async def again(transfers: Transfers) -> int:
            await transfers.resume(transfer.transfer_id)
            return transfer.transfer_id

        return self.run(again)

    def reasons(self, transfer: Transfer) -> dict[str, str]:
        found = asyncio.run(Transfers(self.context, S3Cases(self.context)).items(transfer.transfer_id))
        return {Path(item.path).name: item.error for item in found if item.error}


@pytest.fixture
def desk(context: ActionContext, cloud: Cloud, tmp_path: Path) -> Desk:
    return Desk(context, cloud, tmp_path / "local")


def test_folders_go_up_and_come_back_byte_for_byte(desk: Desk, tmp_path: Path) -> None:
    files = {
        "a.csv": b"a,b\n1,2\n",
        "deep/er/b.bin": content(1, 300_000),
        "empty": b"",
        "large.parquet": content(2, LARGE),
        "ünï code.txt": b"x",
    }
    for name, data in files.items():
        desk.file(f"data/{name}", data)
    up = desk.upload(desk.folder / "data", to="in/")
    assert up.state == "done", (up.error, desk.reasons(up))
    assert (up.state, up.items, up.items_done, up.bytes_done) == ("done", 5, 5, sum(map(len, files.values())))
    assert desk.keys() == sorted(f"in/data/{name}" for name in files)
    assert desk.client.head_object(Bucket=BUCKET, Key="in/data/a.csv")["ContentType"] == "text/csv"
    down = desk.download("in/", to=tmp_path / "back")
    assert (down.state, down.items_done) == ("done", 5)
    for name, data in files.items():
        assert (tmp_path / "back" / "in" / "data" / name).read_bytes() == data
    assert not [p for p in (tmp_path / "back").rglob("*") if "dataops-part" in p.name]
    assert desk.open_uploads() == 0


def test_options_and_checksums_travel(desk: Desk) -> None:
    options = WriteOptions(
        storage_class="STANDARD_IA",
        encryption="SSE-KMS",
        kms_key="arn:aws:kms:us-east-1:123456789012:key/k",
        tags={"t": "1"},
        metadata={"m": "x"},
    )
    small, large = desk.file("s", b"small"), desk.file("l", content(3, LARGE))
    desk.upload(small, large, options=options)
    for key in ("s", "l"):
        head = desk.client.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
        assert (head["StorageClass"], head["ServerSideEncryption"], head["Metadata"]) == (
            "STANDARD_IA",
            "aws:kms",
            {"m": "x"},
        )
        assert head["ChecksumCRC32"]
        assert desk.client.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] == [
            {"Key": "t", "Value": "1"}
        ]


@pytest.mark.parametrize(
    ("conflict", "left", "state"), [("replace", b"new", 0), ("skip", b"old", 1), ("newer", b"old", 1), ("keep_both", b"old", 0)]
)  # fmt: skip
def test_files_of_the_same_name(desk: Desk, tmp_path: Path, conflict: str, left: bytes, state: int) -> None:
    path = desk.file("a.tar.gz", b"new")
    os.utime(path, (1, 1))
    desk.put("a.tar.gz", b"old")
    up = desk.upload(path, conflict=conflict)
    assert (up.state, up.items_skipped, desk.get("a.tar.gz")) == ("done", state, left)
    assert ("a (2).tar.gz" in set(desk.keys())) == (conflict == "keep_both")
    target = tmp_path / "down"
    target.mkdir()
    (target / "b").write_bytes(b"old")
    os.utime(target / "b", (4e9, 4e9))
    desk.put("b", b"new")
    down = desk.download("b", to=target, conflict=conflict)
    assert down.state == "done", desk.reasons(down)
    assert (down.state, down.items_skipped, (target / "b").read_bytes()) == ("done", state, left)
    assert (target / "b (2)").exists() == (conflict == "keep_both")


def test_nasty_keys_stay_in_the_folder(desk: Desk, tmp_path: Path) -> None:
    keys = ["../evil", "/abs", "a//b", "CON", "x/../../y", "A", "a", "dir/", "b", "b/c", "q?uote", "k" * 1000]
    for number, key in enumerate(keys):
        desk.put(key, str(number).encode())
    target = tmp_path / "down"
    down = desk.download("", to=target)
    assert (down.state, down.items_done) == ("done", len(keys) - 1)  # `dir/` is a folder's marker
    found = [p for p in target.rglob("*") if p.is_file()]
    assert sorted(int(p.read_text()) for p in found) == [i for i, key in enumerate(keys) if key != "dir/"]
    assert all(p.resolve().is_relative_to(target.resolve()) for p in found)
    assert not (tmp_path / "evil").exists()


def test_a_link_in_the_target_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    outside, target = tmp_path / "outside", tmp_path / "down"
    outside.mkdir()
    target.mkdir()
    (target / "d").symlink_to(outside)
    desk.put("d/a", b"1")
    desk.put("e", b"2")
    down = desk.download("d/", "e", to=target)
    assert (down.state, down.items_failed, down.items_done) == ("failed", 1, 1), desk.reasons(down)
    assert "leads out" in desk.reasons(down)["a"]
    assert list(outside.iterdir()) == []


def test_links_are_named_and_left_alone(desk: Desk) -> None:
    desk.file("d/a", b"1")
    (desk.folder / "d" / "link").symlink_to("/etc/hostname")
    (desk.folder / "d" / "up").symlink_to(desk.folder)
    up = desk.upload(desk.folder / "d")
    assert (up.state, up.items_done, up.items_skipped) == ("done", 1, 1)
    assert desk.keys() == ["d/a"]


def test_what_cannot_be_begun(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        desk.upload(tmp_path / "nothing")
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError):
        desk.download("a", to=tmp_path / "file" / "below")
    (desk.folder / "hollow").mkdir()
    assert desk.upload(desk.folder / "hollow").state == "failed"
    assert desk.download("no-such/", to=tmp_path / "d").state == "failed"


def test_one_failure_does_not_stop_the_rest_and_is_tried_again(desk: Desk, cloud: Cloud) -> None:
    for number in range(30):
        desk.file(f"d/{number:02d}", content(number, 1000))
    cloud.fault("access_denied", operation="PutObject", skip=10, times=2)
    up = desk.upload(desk.folder / "d")
    assert (up.state, up.items_done, up.items_failed) == ("failed", 28, 2)
    assert all("Access denied" in reason for reason in desk.reasons(up).values())
    again = desk.resume(up)
    assert (again.state, again.items_done) == ("done", 30)
    assert len(desk.keys()) == 30


def test_refusals_without_end_stop_it(desk: Desk, cloud: Cloud) -> None:
    for number in range(200):
        desk.file(f"d/{number:03d}", b"x")
    cloud.fault("access_denied", operation="PutObject")
    up = desk.upload(desk.folder / "d")
    assert up.state == "paused"
    assert "in a row" in up.error
    assert cloud.requests()["s3:PutObject"] < 60
    cloud.clear()
    assert desk.resume(up).state == "done"


def test_an_expired_session_asks_once_and_goes_on(desk: Desk, cloud: Cloud) -> None:
    for number in range(40):
        desk.file(f"d/{number:02d}", b"x")
    asked: list[str] = []

    async def sign_in(error: Any) -> bool:
        asked.append(str(error))
        cloud.clear()
        return True

    desk.context.sign_in = sign_in
    cloud.fault("expired_token", operation="PutObject", skip=5)
    up = desk.upload(desk.folder / "d")
    assert (up.state, up.items_done, len(asked)) == ("done", 40, 1)
    cloud.fault("expired_token", operation="PutObject")
    desk.context.sign_in = None
    waiting = desk.upload(desk.folder / "d")
    assert (waiting.state, "Sign in again" in waiting.error) == ("paused", True)


@pytest.mark.parametrize("kind", ["reset", "error", "throttle"])
def test_passing_faults_pass(desk: Desk, cloud: Cloud, tmp_path: Path, kind: str) -> None:
    data = {f"d/{i}": content(i, 2000) for i in range(20)} | {"d/large": content(99, LARGE)}
    for name, body in data.items():
        desk.file(name, body)
    cloud.fault(kind, service="s3", probability=0.15, times=10)
    assert desk.upload(desk.folder / "d").state == "done"
    cloud.fault(kind, service="s3", operation="GetObject", probability=0.3, times=10)
    assert desk.download("d/", to=tmp_path / "down").state == "done"
    for name, body in data.items():
        assert (tmp_path / "down" / name).read_bytes() == body


def test_a_cut_body_is_asked_for_again(desk: Desk, cloud: Cloud, tmp_path: Path) -> None:
    desk.put("small", content(1, 100_000))
    desk.put("large", content(2, LARGE))
    cloud.fault("cut_body", operation="GetObject", times=2)
    down = desk.download("small", "large", to=tmp_path / "d")
    assert down.state == "done", desk.reasons(down)
    assert (tmp_path / "d" / "small").read_bytes() == content(1, 100_000)
    assert (tmp_path / "d" / "large").read_bytes() == content(2, LARGE)


def test_an_object_that_changes_meanwhile_is_taken_anew(desk: Desk, cloud: Cloud, tmp_path: Path) -> None:
    desk.put("large", content(1, LARGE))
    desk.put("small", content(2, 1000))
    cloud.fault("latency", operation="GetObject", latency_ms=700)

    async def change(_transfers: Transfers, _number: int) -> None:
        await asyncio.sleep(0.4)
        await asyncio.to_thread(desk.put, "large", content(3, LARGE + 5000))
        await asyncio.to_thread(desk.put, "small", content(4, 1500))

    down = desk.run(
        lambda t: t.download(
            [ObjectAddress(BUCKET, "large"), ObjectAddress(BUCKET, "small")], tmp_path / "d"
        ),
        change,
    )
    assert down.state == "done", desk.reasons(down)
    assert hashlib.sha256((tmp_path / "d" / "large").read_bytes()).digest() in {
        hashlib.sha256(content(1, LARGE)).digest(), hashlib.sha256(content(3, LARGE + 5000)).digest()
    }  # fmt: skip
    assert (tmp_path / "d" / "small").read_bytes() in {content(2, 1000), content(4, 1500)}


def test_an_object_that_changes_before_its_check_is_taken_anew(
    desk: Desk, cloud: Cloud, tmp_path: Path
) -> None:
    desk.put("large", content(1, LARGE))
    cloud.fault("latency", operation="HeadObject", latency_ms=1500)

    async def change(_transfers: Transfers, _number: int) -> None:
        # The second HeadObject, after the listing's, is the check: every part is here, and the object becomes another.
        while cloud.requests().get("s3:HeadObject", 0) < 2:  # noqa: ASYNC110 - the other process is watched
            await asyncio.sleep(0.02)
        await asyncio.to_thread(desk.put, "large", content(3, LARGE + 5000))

    down = desk.run(lambda t: t.download([ObjectAddress(BUCKET, "large")], tmp_path / "d"), change)
    assert down.state == "done", desk.reasons(down)
    assert (tmp_path / "d" / "large").read_bytes() == content(3, LARGE + 5000)


def test_pausing_keeps_what_arrived(desk: Desk, cloud: Cloud, tmp_path: Path) -> None:
    size = PART * 24
    desk.file("large", content(5, size))
    cloud.fault("latency", operation="PutObject", latency_ms=200)

    async def pause(transfers: Transfers, number: int) -> None:
        # The eleventh begins when one of the ten that go at once has arrived.
        while cloud.requests().get("s3:PutObject", 0) < 11:  # noqa: ASYNC110 - the other process is watched
            await asyncio.sleep(0.02)
        await transfers.pause(number)

    up = desk.run(lambda t: t.upload([desk.folder / "large"], ObjectAddress(BUCKET, "")), pause)
    assert (up.state, desk.keys(), desk.open_uploads()) == ("paused", [], 1)
    cloud.clear()
    assert desk.resume(up).state == "done"
    sent = cloud.requests().get("s3:PutObject", 0)
    assert sent < 24  # parts that had arrived were not sent again
    assert desk.get("large") == content(5, size)
    cloud.fault("latency", operation="GetObject", latency_ms=200)

    async def pause_down(transfers: Transfers, number: int) -> None:
        while cloud.requests().get("s3:GetObject", 0) < 11:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await transfers.pause(number)

    down = desk.run(lambda t: t.download([ObjectAddress(BUCKET, "large")], tmp_path / "d"), pause_down)
    assert down.state == "paused"
    assert not (tmp_path / "d" / "large").exists()
    cloud.clear()
    assert desk.resume(down).state == "done"
    assert (tmp_path / "d" / "large").read_bytes() == content(5, size)


def test_a_changed_file_is_not_mixed_with_what_was_sent(desk: Desk, cloud: Cloud) -> None:
    path = desk.file("large", content(6, PART * 3))
    cloud.fault("latency", operation="PutObject", latency_ms=400)

    async def pause(transfers: Transfers, number: int) -> None:
        while cloud.requests().get("s3:PutObject", 0) < 2:  # noqa: ASYNC110 - the other process is watched
            await asyncio.sleep(0.02)
        await transfers.pause(number)

    up = desk.run(lambda t: t.upload([path], ObjectAddress(BUCKET, "")), pause)
    cloud.clear()
    about = path.stat()
    path.write_bytes(content(7, PART * 3))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))  # of the same size and time
    assert desk.resume(up).state == "done"
    assert desk.get("large") == content(7, PART * 3)


def test_cancelling_leaves_nothing_on_its_way(desk: Desk, cloud: Cloud, tmp_path: Path) -> None:
    desk.file("large", content(8, PART * 6))
    cloud.fault("latency", operation="PutObject", latency_ms=300)

    async def cancel(transfers: Transfers, number: int) -> None:
        while cloud.requests().get("s3:PutObject", 0) < 2:  # noqa: ASYNC110 - the other process is watched
            await asyncio.sleep(0.02)
        assert await transfers.own_uploads()
        await transfers.cancel(number)

    up = desk.run(lambda t: t.upload([desk.folder / "large"], ObjectAddress(BUCKET, "")), cancel)
    assert (up.state, desk.keys(), desk.open_uploads()) == ("cancelled", [], 0)
    cloud.clear()
    desk.put("down", content(9, PART * 6))
    cloud.fault("latency", operation="GetObject", latency_ms=500)

    async def cancel_down(transfers: Transfers, number: int) -> None:
        while not list((tmp_path / "d").glob(".*dataops-part")):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await transfers.cancel(number)

    down = desk.run(lambda t: t.download([ObjectAddress(BUCKET, "down")], tmp_path / "d"), cancel_down)
    assert (down.state, list((tmp_path / "d").iterdir())) == ("cancelled", [])


def test_a_limit_slows_down(desk: Desk) -> None:
    import time

    desk.file("a", content(1, 400_000))

    async def slow(transfers: Transfers) -> int:
        await transfers.set_speed(400_000)
        return await transfers.upload([desk.folder / "a"], ObjectAddress(BUCKET, ""))

    before = time.monotonic()
    assert desk.run(slow).state == "done"
    assert time.monotonic() - before > 0.7
    assert desk.get("a") == content(1, 400_000)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="mounts a small file system")
def test_a_full_disk_pauses_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    import subprocess

    target = tmp_path / "small"
    target.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(target)], check=False, capture_output=True
    ).returncode:
        pytest.skip("may not mount here")
    try:
        for number in range(8):
            desk.put(f"d/{number}", content(number, 600_000))
        down = desk.download("d/", to=target)
        assert down.state == "paused"
        assert "full" in down.error
        whole = [p for p in (target / "d").iterdir() if p.name.isdigit()]
        assert all(p.read_bytes() == content(int(p.name), 600_000) for p in whole)
        subprocess.run(["mount", "-o", "remount,size=20m", str(target)], check=True)
        assert desk.resume(down).state == "done"
        assert sorted(p.name for p in (target / "d").iterdir()) == [str(i) for i in range(8)]
    finally:
        subprocess.run(["umount", str(target)], check=False)


def test_part_sizes_and_limits() -> None:
    assert part_size(1) == PART
    assert -(-(5 << 40) // part_size(5 << 40)) <= 10_000
    limit = SpeedLimit()
    assert limit.bytes_per_s == 0
