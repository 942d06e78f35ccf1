"""Errors nobody took: of slots, threads and finalizers."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from dataops_desktop.redaction import redacted


def catch_all(report: Callable[[BaseException], None]) -> None:
    """Stray errors of slots, threads and finalizers are logged and told, wherever they come from."""
    log = logging.getLogger("dataops_desktop")

    def main_hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("stray error", exc_info=(kind, error, trace))
        sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))
        report(error)

    def thread_hook(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None and given.exc_type is not SystemExit:
            main_hook(given.exc_type, given.exc_value, given.exc_traceback)

    def unraisable_hook(given: Any) -> None:
        if given.exc_value is not None:
            log.warning(
                "error while cleaning up", exc_info=(given.exc_type, given.exc_value, given.exc_traceback)
            )

    sys.excepthook, threading.excepthook, sys.unraisablehook = main_hook, thread_hook, unraisable_hook
