"""Errors nobody took: of slots, threads and finalizers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from dataops_desktop.redaction import redacted


def catch_all(report: Callable[[BaseException], None]) -> None:
    """Stray errors of slots, threads and finalizers are logged and told, wherever they come from."""

    def log(level: str, text: str, error: Any) -> None:
        import logging  # hooks stand before the first paint, and are rarely needed

        getattr(logging.getLogger("dataops_desktop"), level)(text, exc_info=error)

    def main_hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        import traceback

        log("error", "stray error", (kind, error, trace))
        sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))
        report(error)

    def thread_hook(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and given.exc_type is not SystemExit:
            main_hook(given.exc_type, given.exc_value, given.exc_traceback)

    def unraisable_hook(given: Any) -> None:
        if given.exc_value is not None:
            log("warning", "error while cleaning up", (given.exc_type, given.exc_value, given.exc_traceback))

    sys.excepthook, threading.excepthook, sys.unraisablehook = main_hook, thread_hook, unraisable_hook
