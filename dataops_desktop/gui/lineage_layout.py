"""Places for the nodes of a lineage graph, left to right: layers by longest way, order by barycentre sweeps and swaps, rows drawn to their neighbours.

Pure, and made of short steps: in a thread it never holds the window up, and 10,000 nodes take about a second. Why it is our own: docs/decisions/0023.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

COLUMN, ROW, HEIGHT = 300.0, 64.0, 44.0
GAP = ROW - HEIGHT
SWEEPS, QUIET, LONGEST_S = 60, 12, 1.2  # at most, and so many without a better order end it
NEAR_SIDE = 3.0
SMALL = 1_500  # nodes and bends of a part up to which neighbours are swapped after each sweep
SWAPPED, SWAPS = 6_000, 12  # nodes and bends of a part up to which they are swapped at the end, and how often
DRAWN = 12  # passes that draw rows to their neighbours


def layered_positions(
    keys: Sequence[int], edges: Sequence[tuple[int, int]], heights: Mapping[int, float] | None = None
) -> dict[int, tuple[float, float]]:
    """Scene coordinates of each node's upper left corner. Upstream is left. Self-loops and repeats are ignored; `heights` are HEIGHT by default."""
    given = heights or {}
    known = set(keys)
    pairs = sorted({(a, b) for a, b in edges if a != b and a in known and b in known})
    pieces: list[tuple[float, float, list[tuple[int, float, float]]]] = []  # width, height, places
    placed: set[int] = set()
    for members, part in _parts(pairs):
        number = {key: index for index, key in enumerate(members)}
        size = [given.get(key, HEIGHT) for key in members]
        places = _part_positions(len(members), [(number[a], number[b]) for a, b in part], size)
        width = max(x for x, _ in places) + COLUMN
        height = max(y + tall for (_, y), tall in zip(places, size, strict=True)) + GAP
        pieces.append((width, height, [(key, x, y) for key, (x, y) in zip(members, places, strict=True)]))
        placed.update(members)
    pieces += [(COLUMN, given.get(key, HEIGHT) + GAP, [(key, 0.0, 0.0)]) for key in keys if key not in placed]
    return _packed(pieces)


def _packed(pieces: Sequence[tuple[float, float, list[tuple[int, float, float]]]]) -> dict[int, tuple[float, float]]:  # fmt: skip
    """Parts in shelves, the largest first and by itself: about as wide as all of them are high."""
    room = max((width for width, _, _ in pieces), default=0.0)
    room = max(room, (1.6 * sum(width * height for width, height, _ in pieces)) ** 0.5)
    positions: dict[int, tuple[float, float]] = {}
    left = top = tallest = 0.0
    for number, (width, height, places) in enumerate(pieces):
        if left and (left + width > room or number == 1):
            left, top, tallest = 0.0, top + tallest + GAP / 2, 0.0
        positions |= {key: (left + x, top + y) for key, x, y in places}
        left, tallest = left + width, max(tallest, height)
    return positions


def _parts(pairs: Sequence[tuple[int, int]]) -> list[tuple[list[int], list[tuple[int, int]]]]:
    """(nodes, edges) of each connected part, largest first."""
    above: dict[int, int] = {}

    def root(key: int) -> int:
        while above.setdefault(key, key) != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    for a, b in pairs:
        above[root(a)] = root(b)
    members: dict[int, list[int]] = {}
    own: dict[int, list[tuple[int, int]]] = {}
    for key in sorted(above):
        members.setdefault(root(key), []).append(key)
    for pair in pairs:
        own.setdefault(root(pair[0]), []).append(pair)
    return sorted(((members[key], own[key]) for key in members), key=lambda part: -len(part[0]))


def _layers(count: int, pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[tuple[int, int]]]:
    """The layer of each node, and the edges with those of a circle that lead back turned round.

    Sources are drawn to the right, next to what they feed: a file that is used late stands late.
    """
    ahead: list[list[int]] = [[] for _ in range(count)]
    for a, b in pairs:
        ahead[a].append(b)
    state, back = [0] * count, set[tuple[int, int]]()
    for start in range(count):
        stack = [(start, iter(ahead[start]))] if not state[start] else []
        state[start] = state[start] or 1
        while stack:
            node, rest = stack[-1]
            for other in rest:
                if state[other] == 1:
                    back.add((node, other))
                elif not state[other]:
                    state[other] = 1
                    stack.append((other, iter(ahead[other])))
                    break
            else:
                state[node] = 2
                stack.pop()
    forward = sorted({(b, a) if (a, b) in back else (a, b) for a, b in pairs})
    after: list[list[int]] = [[] for _ in range(count)]
    waiting, layer = [0] * count, [0] * count
    for a, b in forward:
        after[a].append(b)
        waiting[b] += 1
    incoming = list(waiting)
    ready = [node for node in range(count) if not waiting[node]]
    for node in ready:
        for other in after[node]:
            layer[other] = max(layer[other], layer[node] + 1)
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    for node in reversed(ready):
        if not incoming[node] and after[node]:
            layer[node] = min(layer[other] for other in after[node]) - 1
    return layer, forward


def _part_positions(
    count: int, pairs: Sequence[tuple[int, int]], heights: Sequence[float]
) -> list[tuple[float, float]]:
    import numpy as np

    layer, forward = _layers(count, pairs)
    # An edge over several layers bends in each: a bend is a node of no height that keeps a way free.
    size, links = list(heights), list[tuple[int, int]]()
    for a, b in forward:
        before = a
        for between in range(layer[a] + 1, layer[b]):
            layer.append(between)
            size.append(0.0)
            links.append((before, len(layer) - 1))
            before = len(layer) - 1
        links.append((before, b))
    rows: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node in _depth_first(len(layer), links):
        rows[layer[node]].append(node)
    graph = _Rows(np, rows, links, len(layer))
    graph.order()
    y = graph.draw(np.array(size))
    top = min(y)
    return [(layer[node] * COLUMN, float(y[node] - top)) for node in range(count)]


def _depth_first(count: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """Nodes as they are met, neighbours close to each other: a start that crosses little."""
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    seen, met = [False] * count, list[int]()
    for start in range(count):
        stack = [start]
        while stack:
            node = stack.pop()
            if not seen[node]:
                seen[node] = True
                met.append(node)
                stack += [other for other in reversed(near[node]) if not seen[other]]
    return met


def _index_in(np: Any, row: Any, count: int) -> Any:
    """Each node's number within its layer, by node."""
    index = np.zeros(count, dtype=np.int64)
    index[row] = np.arange(len(row))
    return index


class _Rows:
    """Layers in their order, with numpy behind: a sweep is a few calls a layer."""

    def __init__(self, np: Any, rows: list[list[int]], links: Sequence[tuple[int, int]], count: int) -> None:
        self._np = np
        self._rows = [np.array(row, dtype=np.int64) for row in rows]
        self._place = np.zeros(count)
        self._count = count
        layer = np.zeros(count, dtype=np.int64)
        for number, row in enumerate(self._rows):
            layer[row] = number
            self._place[row] = np.arange(len(row))
        pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
        order = np.argsort(layer[pairs[:, 0]], kind="stable")
        pairs = pairs[order]
        cuts = np.searchsorted(layer[pairs[:, 0]], np.arange(len(rows) + 1))
        self._pairs = [pairs[cuts[i] : cuts[i + 1]] for i in range(len(rows))]  # from layer i to i + 1

    def order(self) -> None:
        """Fewest crossings of the sweeps."""
        np = self._np
        best, kept, quiet = self.crossings(), [row.copy() for row in self._rows], 0
        until = time.monotonic() + LONGEST_S
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            layers = range(1, len(self._rows)) if down else range(len(self._rows) - 2, -1, -1)
            for number in layers:
                self._sort(number, down)
            if self._count <= SMALL:
                self._swap()
            found = self.crossings()
            quiet = 0 if found < best else quiet + 1
            if found < best:
                best, kept = found, [row.copy() for row in self._rows]
            if not best or quiet >= QUIET or time.monotonic() > until:
                break
        self._rows = kept
        for row in kept:
            self._place[row] = np.arange(len(row))
        for _ in range(SWAPS if self._count <= SWAPPED else 0):
            if not self._swap():
                break

    def _sort(self, number: int, down: bool) -> None:
        """A layer by the mean place of its neighbours, those on the side the sweep comes from counting most; what has none stays."""
        np, row = self._np, self._rows[number]
        index = _index_in(np, row, self._count)
        wanted, weight = np.zeros(len(row)), np.zeros(len(row))
        for pairs, own, other, beside in ((self._before(number), 1, 0, number - 1), (self._pairs[number], 0, 1, number + 1)):  # fmt: skip
            if len(pairs):
                factor = NEAR_SIDE if (own == 1) == down else 1.0
                at, shares = index[pairs[:, own]], (self._place[pairs[:, other]] + 0.5) / len(self._rows[beside])  # fmt: skip
                wanted += factor * np.bincount(at, shares, len(row))
                weight += factor * np.bincount(at, minlength=len(row))
        wanted = np.where(weight > 0, wanted / np.maximum(weight, 1), (self._place[row] + 0.5) / len(row))
        self._rows[number] = row[np.argsort(wanted, kind="stable")]
        self._place[self._rows[number]] = np.arange(len(row))

    def _before(self, number: int) -> Any:
        return self._pairs[number - 1] if number else self._pairs[-1][:0]

    def _swap(self) -> bool:
        """Neighbours that cross less the other way round change places; whether there were any."""
        swapped = False
        above: dict[int, list[float]] = {}
        below: dict[int, list[float]] = {}
        for pairs in self._pairs:
            for a, b in pairs.tolist():
                below.setdefault(a, []).append(b)
                above.setdefault(b, []).append(a)
        place = self._place.tolist()
        for number, row in enumerate(self._rows):
            order = row.tolist()
            sides = [side for side, there in ((above, number > 0), (below, number + 1 < len(self._rows))) if there]  # fmt: skip
            for i in range(len(order) - 1):
                a, b = order[i], order[i + 1]
                gain = 0
                for side in sides:
                    left, right = [place[n] for n in side.get(a, ())], [place[n] for n in side.get(b, ())]
                    gain += sum((x > y) - (x < y) for x in left for y in right)
                if gain > 0:
                    order[i], order[i + 1] = b, a
                    swapped = True
            for i, node in enumerate(order):
                place[node] = i
            self._rows[number] = self._np.array(order, dtype=self._np.int64)
        self._place = self._np.array(place, dtype=float)
        return swapped

    def crossings(self) -> int:
        """Of straight lines between neighbouring layers."""
        np, total = self._np, 0
        for pairs in self._pairs:
            if len(pairs) < 2:
                continue
            ends = self._place[pairs]
            ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
            for start in range(0, len(ends), 256):
                block = ends[start : start + 256]
                later = ends[start + 1 :]
                crosses = (later[None, :, 0] > block[:, 0, None]) & (later[None, :, 1] < block[:, 1, None])
                total += int(np.count_nonzero(crosses))
        return total

    def draw(self, heights: Any) -> Any:
        """The upper edge of every node: in order, a gap apart, as near to the middle of their neighbours as that allows."""
        np = self._np
        middle = np.zeros(self._count)
        offsets, totals = [], list[float]()
        for row in self._rows:
            tall = heights[row]
            # bends lie half a gap apart
            gaps = np.where(tall > 0, GAP, GAP / 2)
            offset = np.cumsum(tall + gaps) - tall / 2 - gaps
            offsets.append(offset)
            totals.append(float(offset[-1] + tall[-1] / 2))
            middle[row] = offset - totals[-1] / 2
        half = max(totals) / 2
        for turn in range(DRAWN):
            down = turn % 2 == 0
            layers = range(1, len(self._rows)) if down else range(len(self._rows) - 2, -1, -1)
            for number in layers:
                pairs = self._pairs[number - 1] if down else self._pairs[number]
                row, offset = self._rows[number], offsets[number]
                own, other = (pairs[:, 1], pairs[:, 0]) if down else (pairs[:, 0], pairs[:, 1])
                index = _index_in(np, row, self._count)
                total = np.bincount(index[own], middle[other], len(row))
                degree = np.bincount(index[own], minlength=len(row))
                wanted = np.where(degree > 0, total / np.maximum(degree, 1), middle[row]) - offset
                # No higher than the fullest layer must be.
                wanted = np.clip(wanted, -half, half - totals[number])
                lower = np.maximum.accumulate(wanted)
                upper = np.minimum.accumulate(wanted[::-1])[::-1]
                middle[row] = (lower + upper) / 2 + offset
        return middle - heights / 2
