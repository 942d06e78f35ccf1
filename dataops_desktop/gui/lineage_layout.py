"""Places for the nodes of a lineage graph, left to right: layers and order by fast-sugiyama (Rust), parts stacked.

Pure and slow enough for a thread: called off the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence

COLUMN, ROW = 300.0, 64.0


def layered_positions(
    keys: Sequence[int], edges: Sequence[tuple[int, int]]
) -> dict[int, tuple[float, float]]:
    """Scene coordinates of each node's upper left corner. Upstream is left. Self-loops and repeats are ignored."""
    pairs = sorted({(a, b) for a, b in edges if a != b})
    positions: dict[int, tuple[float, float]] = {}
    top = 0.0
    if pairs:
        from fast_sugiyama import from_edges

        for nodes, _, _, _ in from_edges(pairs):
            # It answers top-down with the sources highest; turned, layers become columns.
            layers = sorted({-y for _, (_, y) in nodes})
            column = {layer: index for index, layer in enumerate(layers)}
            rows: dict[float, list[tuple[float, int]]] = {}
            for key, (x, y) in nodes:
                rows.setdefault(-y, []).append((x, key))
            tallest = max(len(members) for members in rows.values())
            for layer, members in rows.items():
                offset = (tallest - len(members)) / 2
                for index, (_, key) in enumerate(sorted(members)):
                    positions[key] = (column[layer] * COLUMN, top + (index + offset) * ROW)
            top += (tallest + 0.5) * ROW
    for key in keys:
        if key not in positions:
            positions[key] = (0.0, top)
            top += ROW
    return positions
