"""A lineage graph as text for other programs: Mermaid, Graphviz, CSV. Names are strangers', so every one is quoted as its format wants it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from dataops_desktop.actions.lineage_view import LineageGraph
from dataops_desktop.interfaces.lineage_store import StoredColumnLink

_SHAPES = {
    "process": ("([", "])"),
    "dataproduct": ("[[", "]]"),
    "datasource": ("[(", ")]"),
    "dataset": ("[", "]"),
}
_DOT_SHAPES = {"process": "ellipse", "dataproduct": "box3d", "datasource": "cylinder", "dataset": "box"}


def mermaid(graph: LineageGraph) -> str:
    """A flowchart (mermaid.js.org/syntax/flowchart); shapes tell datasets, processes, sources and products apart."""
    numbers = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        first, last = _SHAPES.get(node.category, ("[", "]"))
        lines.append(f'    {numbers[node.key]}{first}"{_mermaid(node.name)}"{last}')
    lines += [
        f"    {numbers[e.from_key]} -->|{e.type.replace('_', ' ')}| {numbers[e.to_key]}" for e in graph.edges
    ]
    return "\n".join(lines) + "\n"


def _mermaid(text: str) -> str:
    # Entity codes are Mermaid's own way out: `#` begins one, quotes end the text, `<` would begin HTML, a backtick begins Markdown.
    shown = " ".join(text.split())
    return "".join(f"#{ord(c)};" if c in '#"<>&`\\' else c for c in shown)


def graphviz(graph: LineageGraph) -> str:
    """A digraph (graphviz.org/doc/info/lang.html)."""
    numbers = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["digraph lineage {", "    rankdir=LR;", "    node [fontname=Helvetica];"]
    for node in graph.nodes:
        shape = _DOT_SHAPES.get(node.category, "box")
        lines.append(f"    {numbers[node.key]} [label={_dot(node.name)}, tooltip={_dot(node.id)}, shape={shape}];")  # fmt: skip
    lines += [f"    {numbers[e.from_key]} -> {numbers[e.to_key]} [label={_dot(e.type.replace('_', ' '))}];" for e in graph.edges]  # fmt: skip
    return "\n".join([*lines, "}"]) + "\n"


def _dot(text: str) -> str:
    shown = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'


def csv_text(graph: LineageGraph, flows: Sequence[StoredColumnLink] = ()) -> str:
    """An edge a line, then a link of columns a line. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("from", "from_column", "to", "to_column", "relation", "how", "origin", "confidence", "observed_at"))  # fmt: skip
    names = {node.key: node.id for node in graph.nodes}
    for e in graph.edges:
        writer.writerow([_cell(v) for v in (names[e.from_key], "", names[e.to_key], "", e.type, "", e.origin, "", e.observed_at)])  # fmt: skip
    for f in flows:
        if f.from_key in names and f.to_key in names:
            row = (names[f.from_key], f.from_column, names[f.to_key], f.to_column, f.use, f.how, f.origin, f"{f.confidence:g}", f.observed_at)  # fmt: skip
            writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
