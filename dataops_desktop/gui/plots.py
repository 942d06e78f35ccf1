"""Loading the plotting library without stopping the window, and without breaking Qt's binding.

pyqtgraph takes 300 ms to import, and its import touches every class of Qt: the binding makes each on first touch, and a class that is made on a
thread while the window's thread uses another crashes the program (seen: a segmentation fault in the creation of an enum). So the classes
are made here, on the window's thread, a few milliseconds at a time; then the rest may be imported on another thread.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from typing import Any

from dataops_desktop.gui.window_context import WindowContext

PLOT_MODULE = "dataops_desktop.gui.widgets.chart_plot"
SLICE_S = 0.008
_TOUCHED = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
_IMPORTED = ("PySide6.QtSvg", "PySide6.QtTest", "PySide6.QtOpenGLWidgets")


async def plot_module(context: WindowContext) -> Any:
    """`widgets.chart_plot`, loaded at most once."""
    if PLOT_MODULE not in sys.modules:
        until = time.perf_counter() + SLICE_S
        for name in (*_TOUCHED, *_IMPORTED):
            module = importlib.import_module(name)
            for attribute in dir(module) if name in _TOUCHED else ():
                getattr(module, attribute)
                if time.perf_counter() > until:
                    await asyncio.sleep(0)
                    until = time.perf_counter() + SLICE_S
    return await context.use_cases.context.local(importlib.import_module, PLOT_MODULE)
