"""Partitions as the cells of a heat strip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dataops_desktop.gui import formatting
from dataops_desktop.gui.language import tr
from dataops_desktop.gui.widgets.heat_strip import Cell
from dataops_desktop.interfaces.catalog import Partition
from dataops_desktop.ontology.rhythm import partition_moment, rhythm

MOST_GAPS = 400


def strip_cells(keys: Sequence[str], partitions: Sequence[Partition]) -> list[Cell]:
    """A cell a partition, oldest first, with open places where the rhythm says that one is missing."""
    _, step = rhythm(keys, [p.values for p in partitions], [])
    cells: list[tuple[datetime | None, Cell]] = []
    for row, partition in enumerate(partitions):
        name = ", ".join(f"{key}={value}" for key, value in zip(keys, partition.values, strict=False))
        known = [formatting.size(partition.size_bytes)] if partition.size_bytes is not None else []
        known += (
            [tr("{row_count} rows", row_count=formatting.whole(partition.row_count))]
            if partition.row_count is not None
            else []
        )
        text = f"{name}: {' · '.join(known) or tr('size not known')}"
        weight = partition.size_bytes if partition.size_bytes is not None else partition.row_count
        cells.append((partition_moment(keys, partition.values), Cell(text, weight, row)))
    if step is None or any(moment is None for moment, _ in cells):
        return [cell for _, cell in cells]
    ordered = sorted(((m, c) for m, c in cells if m is not None), key=lambda pair: pair[0])
    shown: list[Cell] = []
    for place, (moment, cell) in enumerate(ordered):
        if place:
            missing = round((moment - ordered[place - 1][0]).total_seconds() / step) - 1
            if 0 < missing <= MOST_GAPS:
                first = ordered[place - 1][0] + timedelta(seconds=step)
                shown += [Cell(tr("Nothing from {first:%Y-%m-%d %H:%M} on", first=first), None)] * missing
        shown.append(cell)
    return shown
