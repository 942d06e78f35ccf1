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
    for part in _components(pairs):
        members = sorted({key for pair in part for key in pair})
        number = {key: index for index, key in enumerate(members)}
        rows = _ordered_layers([(number[a], number[b]) for a, b in part])
        tallest = max(len(layer) for layer in rows)
        for column, layer in enumerate(rows):
            offset = (tallest - len(layer)) / 2
            for row, index in enumerate(layer):
                if index < len(members):  # the others are bends of long edges: they keep a row free
                    positions[members[index]] = (column * COLUMN, top + (row + offset) * ROW)
        top += (tallest + 0.5) * ROW
    for key in keys:
        if key not in positions:
            positions[key] = (0.0, top)
            top += ROW
    return positions


def _ordered_layers(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Node numbers by layer, sources first, each layer in its drawing order."""
    from fast_sugiyama import from_edges

    layers: dict[float, list[tuple[float, int]]] = {}
    for nodes, _, _, _ in from_edges(list(pairs)):
        for index, (x, y) in nodes:
            layers.setdefault(-y, []).append((x, index))  # it answers top-down with the sources highest
    return [[index for _, index in sorted(layers[y])] for y in sorted(layers)]


def _components(pairs: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Edges by connected part, largest part first: the layout numbers its bends from a part's own size."""
    import networkx as nx

    graph = nx.Graph(pairs)
    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    part_of = {key: index for index, part in enumerate(parts) for key in part}
    found: list[list[tuple[int, int]]] = [[] for _ in parts]
    for pair in pairs:
        found[part_of[pair[0]]].append(pair)
    return found
