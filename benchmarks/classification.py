"""Classification of columns by their names and types against a set labelled by hand (labelled_columns.txt): precision and recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Row
from dataops_desktop.ontology.classification import KINDS, propose_from_name

SET = Path(__file__).with_name("labelled_columns.txt")


def labelled() -> Iterator[tuple[str, str, str, str]]:
    """(table, column, type, kind or empty)."""
    for line in SET.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        table, _, rest = line.partition(": ")
        for item in rest.split():
            described, _, kind = item.partition("=")
            name, _, type_name = described.partition(":")
            assert kind in {"", *KINDS}, (table, item)
            yield table, name, type_name or "string", kind


def judge() -> tuple[Counter[str], Counter[str], list[str]]:
    """(right by kind, labelled by kind, what was wrong)."""
    right, wanted, wrong = Counter[str](), Counter[str](), list[str]()
    for table, name, type_name, kind in labelled():
        wanted[kind] += 1
        found = propose_from_name(name, type_name, "", table)
        said = found.kind if found else ""
        if said == kind:
            right[kind] += 1
        else:
            wrong.append(f"{table}.{name}: {said or 'none'} instead of {kind or 'none'}")
    return right, wanted, wrong


def precision_and_recall() -> tuple[float, float, int, list[str]]:
    right, wanted, wrong = judge()
    hits = sum(number for kind, number in right.items() if kind)
    false = sum(1 for line in wrong if not line.split(": ")[1].startswith("none"))
    positives = sum(number for kind, number in wanted.items() if kind)
    return hits / (hits + false), hits / positives, sum(wanted.values()), wrong


def run() -> list[Row]:
    precision, recall, count, wrong = precision_and_recall()
    for line in wrong:
        print(line)
    note = f"{count:,} columns of public schemas, labelled by hand; names and types only"
    return [
        Row("classification", "wrong labels, of those given (1 − precision)", (1 - precision) * 100, "%", 5, note),
        Row("classification", "labels missed, of those that are due (1 − recall)", (1 - recall) * 100, "%", None, note),
    ]  # fmt: skip
