"""Starting our own modules as child processes, from source and from a frozen bundle alike."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

RUN_MODULE = "--run-module"


def module_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `module`; a bundle has no interpreter, so the program itself runs it."""
    if getattr(sys, "frozen", False):
        return [sys.executable, RUN_MODULE, module, *arguments]
    return [sys.executable, "-m", module, *arguments]


def start_module(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A child with pipes for standard input and output; it ends when its input closes, so it cannot outlive us."""
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        module_command(module, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        **options,
    )
