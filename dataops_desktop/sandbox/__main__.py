"""`python -m dataops_desktop.sandbox`: start the embedded cloud and print one JSON line saying where it is."""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time


def main() -> int:
    """Run until interrupted, or until standard input closes with --until-stdin-closes."""
    started = time.monotonic()
    parser = argparse.ArgumentParser(
        prog="python -m dataops_desktop.sandbox",
        description="An embedded cloud on 127.0.0.1: S3, Glue and Athena over seeded data. Any credentials are accepted.",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--empty", action="store_true", help="start without any data")
    parser.add_argument(
        "--tables", type=int, default=0, metavar="N", help="only N made-up tables, for measuring"
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="stop when the parent process goes away"
    )
    options = parser.parse_args()
    # moto looks for credentials when one service calls another; these never leave the process.
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "sandbox")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "sandbox")
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    try:
        from dataops_desktop.sandbox.server import Sandbox
    except ModuleNotFoundError as error:
        print(
            f"The sandbox needs more packages ({error.name} is missing): pip install 'dataops-desktop[sandbox]'",
            file=sys.stderr,
        )
        return 2
    sandbox = Sandbox(options.port, seed=not (options.empty or options.tables))
    if options.tables:
        from dataops_desktop.sandbox.seed.many import seed_many

        seed_many(options.tables)
    record = {
        "endpoint": sandbox.endpoint,
        "port": sandbox.port,
        "control_token": sandbox.token,
        "pid": os.getpid(),
        "region": "us-east-1",
        "account": "123456789012",
        "access_key_id": "sandbox",
        "secret_access_key": "sandbox",
        "started_in_s": round(time.monotonic() - started, 2),
    }
    try:
        print(json.dumps(record), flush=True)
    except BrokenPipeError:  # whoever asked for a sandbox is gone
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for the interpreter's flush at exit
        sandbox.stop()
        return 0
    done = threading.Event()
    if options.until_stdin_closes:

        def watch() -> None:
            sys.stdin.buffer.read()
            done.set()

        threading.Thread(target=watch, daemon=True).start()
    try:
        done.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        sandbox.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
