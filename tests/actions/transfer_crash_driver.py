"""Kills an upload and a download at their first, second, third … step, each in a process of its own; judges what is left, resumes, compares.

A step is a commit of the journal or a request to S3, before it is made and after it was answered. Run by test_transfer_crashes.py.
Arguments: folder to work in, JSON of the connection's options, first step, distance of steps. Prints one JSON line: {"points", "problems"}.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dataops_desktop.actions.s3_cases import S3Cases
from dataops_desktop.actions.transfer_parts import PART
from dataops_desktop.actions.transfers import Transfers
from dataops_desktop.app.wiring import open_context
from dataops_desktop.interfaces.connector import ConnectionOptions
from dataops_desktop.objects.addresses import ObjectAddress
from dataops_desktop.storage.database import Database

BUCKET = "crashes"


class Steps:
    """Counts, and dies at one."""

    def __init__(self, at: int) -> None:
        self._at, self._count, self._lock = at, 0, threading.Lock()

    def step(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


class Stepping:
    """A store whose requests are steps."""

    def __init__(self, inner: Any, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "transfers":
            return Stepping(found, self._steps)
        if name not in {"put", "begin", "put_part", "parts", "complete", "fetch", "verify", "below"}:
            return found

        def call(*arguments: Any) -> Any:
            self._steps.step()
            answer = found(*arguments)
            self._steps.step()
            return answer

        return call


def expected(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def transfer(workspace: Path, options: ConnectionOptions, work: Any, steps: Steps | None = None) -> str:
    with open_context(workspace, options) as context:
        if steps is not None:
            whole = Database.write

            @contextmanager
            def write(self: Database) -> Any:
                with whole(self) as db:
                    yield db
                    steps.step()
                steps.step()

            Database.write = write  # type: ignore[method-assign]
        cases = S3Cases(context)
        if steps is not None:
            whole_store = cases.store

            async def store() -> Any:
                return Stepping(await whole_store(), steps)

            cases.store = store  # type: ignore[method-assign]

        async def go() -> str:
            transfers = Transfers(context, cases)
            await transfers.recover()
            number = await work(transfers)
            return (await transfers.wait(number)).state if number is not None else "nothing"

        return asyncio.run(go())


async def resume_last(transfers: Transfers) -> int | None:
    found = await transfers.all()
    if not found:
        return None
    await transfers.resume(found[0].transfer_id)
    return found[0].transfer_id


def in_child(work: Any) -> int:
    """The exit status of a process that does it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told by the exit code
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main() -> int:
    folder, options = Path(sys.argv[1]), ConnectionOptions(**json.loads(sys.argv[2]))
    first, distance = int(sys.argv[3]), int(sys.argv[4])
    source = folder / "source"
    (source / "deep").mkdir(parents=True)
    for number in range(12):
        (source / f"small-{number}").write_bytes(random.Random(number).randbytes(3000))
    (source / "deep" / "large").write_bytes(random.Random(99).randbytes(PART * 3 + 77))
    wanted = expected(source)
    problems: list[str] = []
    points = 0
    for kind in ("upload", "download"):
        step = first
        while True:
            name = f"{kind}-{step}"
            workspace, target = folder / f"{name}.dataops", folder / name
            prefix = f"{name}/"

            async def begin(
                transfers: Transfers, kind: str = kind, prefix: str = prefix, target: Path = target
            ) -> int:
                if kind == "upload":
                    return await transfers.upload([source], ObjectAddress(BUCKET, prefix), "keep_both")
                return await transfers.download([ObjectAddress(BUCKET, "base/source/")], target, "keep_both")

            status = in_child(lambda w=workspace, b=begin, s=step: transfer(w, options, b, Steps(s)))
            died = os.WIFSIGNALED(status)
            if not died and os.WEXITSTATUS(status):
                problems.append(f"{name}: exit code {os.WEXITSTATUS(status)}")
            if kind == "download" and target.exists():
                for path, data in expected(target).items():
                    if "dataops-part" not in path and wanted.get(path.removeprefix("source/")) != data:
                        problems.append(f"{name}: {path} is visible and not whole")
            if died:
                points += 1
                status = in_child(lambda w=workspace: transfer(w, options, resume_last))
                if status:
                    problems.append(f"{name}: resuming ended with {status}")

            def compare(
                name: str = name, kind: str = kind, target: Path = target, workspace: Path = workspace
            ) -> None:
                import boto3
                from botocore.config import Config

                client = boto3.client(
                    "s3", endpoint_url=options.endpoint_url, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t", config=Config(s3={"addressing_style": "path"})
                )  # fmt: skip
                with open_context(workspace, options) as context:
                    if not context.workspace.transfers.transfers():
                        return  # it died before there was a transfer
                if kind == "upload":
                    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=f"{name}/").get("Contents", [])
                    got = {
                        i["Key"].removeprefix(f"{name}/source/"): client.get_object(
                            Bucket=BUCKET, Key=i["Key"]
                        )["Body"].read()
                        for i in listed
                    }
                    for key in got:
                        client.delete_object(Bucket=BUCKET, Key=f"{name}/source/{key}")
                else:
                    got = {path.removeprefix("source/"): data for path, data in expected(target).items()}
                if got != wanted:
                    differ = sorted({*got, *wanted} - {k for k in got if got.get(k) == wanted.get(k)})
                    raise AssertionError(f"differs in {differ[:5]}")

            if in_child(compare):
                problems.append(f"{name}: what arrived is not what was sent")
            if not died:
                break
            step += distance
    print(json.dumps({"points": points, "problems": problems}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
