"""Column lineage against hand-checked truth (benchmarks/lineage_truth/), beside sqllineage and openlineage-sql on the same statements.

Truth, one file a dialect: `# title`, the statement, then `@reads tables`, `@writes tables`, `@column <- table.column, …` for each output column with
sources (`@table.column <- …` where several tables are written), and `@filter`, `@join`, `@group`, `@order` where that use is to be checked. Names
without a database are in `w`; schema.txt tells the columns. Written from the dialects' documentation: Athena and Trino, Hive's language manual,
Spark's and Databricks' SQL references, Snowflake's, DuckDB's.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.harness import Row, median, spread
from dataops_desktop.sql import lineage
from dataops_desktop.sql.types import split_top_level
from dataops_desktop.storage.workspace import SqliteWorkspace

ROOT = Path(__file__).resolve().parent
TRUTH = ROOT / "lineage_truth"
DATABASE = "w"
USES = ("filter", "join", "group", "order")
PEERS = ("sqllineage>=1.5", "openlineage-sql>=1.30")
Edge = tuple[str, str]


@dataclass
class Case:
    """What is true of a statement, in lower case; `uses` hold only those that the file names."""

    dialect: str
    title: str
    sql: str
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    edges: set[Edge] = field(default_factory=set)
    uses: dict[str, set[str]] = field(default_factory=dict)


def schema() -> dict[str, dict[str, dict[str, str]]]:
    """{database: {table: {column: type}}}."""
    tables: dict[str, dict[str, str]] = {}
    for line in (TRUTH / "schema.txt").read_text().splitlines():
        name, _, body = line.partition("(")
        tables[name] = {c.partition(" ")[0]: c.partition(" ")[2] for c in split_top_level(body.rstrip(")"))}
    return {DATABASE: tables}


def cases() -> list[Case]:
    """All of them."""
    found = []
    for path in sorted(TRUTH.glob("*.txt")):
        if path.stem == "schema":
            continue
        for block in re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            lines = block.strip().splitlines()
            case = Case(
                path.stem, lines[0], "\n".join(line for line in lines[1:] if not line.startswith("@"))
            )
            marks = [line[1:] for line in lines[1:] if line.startswith("@")]
            for mark in marks:
                name, _, rest = mark.partition(" ")
                items = [item.strip() for item in rest.split(",") if item.strip()]
                if name == "reads":
                    case.reads = {_table(item) for item in items}
                elif name == "writes":
                    case.writes = {_table(item) for item in items}
                elif "<-" not in mark:
                    case.uses[name] = {_column(item) for item in items}
            for mark in marks:
                if "<-" in mark:
                    target, _, sources = mark.partition(" <- ")
                    table, _, column = target.rpartition(".")
                    if len(case.writes) < 2:  # a name may hold a dot: the table is the only one there is
                        table, column = next(iter(case.writes), ""), target
                    to = f"{_table(table) if table else ''}.{column}"
                    case.edges |= {(_column(source.strip()), to) for source in sources.split(",")}
            found.append(case)
    return found


def _table(name: str) -> str:
    place = "/" in name or name.endswith((".csv", ".parquet"))
    return name if place or "." in name else f"{DATABASE}.{name}"


def _column(name: str) -> str:
    table, _, column = name.rpartition(".")
    return f"{_table(table)}.{column}"


def ours(case: Case) -> tuple[set[str], set[str], set[Edge], dict[str, set[str]]]:
    """What we say: reads, writes, output edges, and columns by their use."""
    found = lineage(case.sql, case.dialect, schema(), DATABASE)
    uses = {use: {f"{e.source}.{e.column}".lower() for e in found.columns if e.use == use} for use in USES}
    return (
        {str(t).lower() for t in found.sources},
        {str(t).lower() for t in found.targets},
        {(a.lower(), b.lower()) for a, b in found.pairs()},
        uses,
    )


@dataclass
class Score:
    """Counts over many statements."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    tables: int = 0
    statements: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    def take(self, case: Case, reads: set[str], writes: set[str], edges: set[Edge]) -> None:
        """Compare one."""
        self.statements += 1
        self.right += len(edges & case.edges)
        self.wrong += len(edges - case.edges)
        self.missed += len(case.edges - edges)
        good = reads == case.reads and writes == case.writes
        self.tables += good
        if edges != case.edges or not good:
            self.notes.append(f"{case.dialect}: {case.title}: +{sorted(edges - case.edges)} -{sorted(case.edges - edges)} reads {sorted(reads ^ case.reads)} writes {sorted(writes ^ case.writes)}")  # fmt: skip


def score() -> tuple[Score, Score]:
    """Ours: output edges, then the other uses where the truth tells them."""
    total, others = Score(), Score()
    for case in cases():
        reads, writes, edges, uses = ours(case)
        total.take(case, reads, writes, edges)
        for use, columns in case.uses.items():
            others.right += len(uses[use] & columns)
            others.wrong += len(uses[use] - columns)
            others.missed += len(columns - uses[use])
            if uses[use] != columns:
                others.notes.append(f"{case.dialect}: {case.title}: {use} +{sorted(uses[use] - columns)} -{sorted(columns - uses[use])}")  # fmt: skip
    return total, others


def _peers() -> dict[str, Score]:
    from benchmarks.peers import peers_python

    python = peers_python()
    subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True, stdout=sys.stderr)
    asked = [{"dialect": c.dialect, "sql": c.sql} for c in cases()]
    done = subprocess.run(
        [str(python), str(ROOT / "lineage_peers.py")], input=json.dumps({"cases": asked, "schema": schema(), "database": DATABASE}),
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    found: dict[str, Score] = {}
    for name, answers in json.loads(done.stdout.splitlines()[-1]).items():
        total = found[name] = Score()
        for case, answer in zip(cases(), answers, strict=True):
            total.take(
                case, set(answer["reads"]), set(answer["writes"]), {(a, b) for a, b in answer["edges"]}
            )
    return found


def long_query(lines: int = 300) -> str:
    """A query of that many lines, each CTE over the one before."""
    parts = ["with c0 as (\n  select id, customer_id, amount, status, day\n  from orders\n)"]
    for number in range(1, lines // 7):
        parts.append(
            f"c{number} as (\n  select c.id,\n    c.customer_id,\n    c.amount + {number} as amount,\n    coalesce(c.status, k.region) as status,\n"
            f"    max(c.day) over (partition by c.customer_id order by c.id) as day\n  from c{number - 1} c left join customers k on k.id = c.customer_id\n)"
        )
    last = len(parts) - 1
    return ",\n".join(parts) + f"\nselect *\nfrom c{last}\nwhere amount > 0\norder by day"


def _timed(work: Callable[[], object], runs: int = 9) -> list[float]:
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return found


def _million() -> tuple[int, list[float], list[float]]:
    """(links, milliseconds of one step up from a column, of three) in a workspace of 20,000 tables of ten columns, each made of five."""
    chance, tables = random.Random(1), 20_000

    def rows() -> Iterator[tuple[object, ...]]:
        for table in range(2, tables + 1):
            for column in range(10):
                for _ in range(5):
                    source = chance.randint(max(1, table - 400), table - 1)
                    yield (
                        source,
                        f"c{chance.randrange(10)}",
                        table,
                        f"c{column}",
                        "output",
                        "",
                        table,
                        "identity",
                        "query",
                        0,
                        2,
                        1.0,
                        "",
                    )

    with tempfile.TemporaryDirectory() as folder:
        workspace = SqliteWorkspace(Path(folder) / "w.dataops")
        with workspace._database.write() as db:
            db.executemany(
                "INSERT INTO node (node_key, source, id, type, name, properties, created_at, updated_at) VALUES (?1, 's', 't' || ?1, 'glue-table', 'd.t' || ?1, '{}', '', '')",
                [(key,) for key in range(1, tables + 1)],
            )
            db.executemany(
                "INSERT OR IGNORE INTO column_edge VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows()
            )
        count = next(iter(workspace._database.read("SELECT count(*) FROM column_edge")))[0]
        steps = [
            _timed(
                lambda depth=depth: workspace.lineage.links(
                    chance.randint(tables // 2, tables), "c1", "upstream", depth
                ),
                40,
            )  # type: ignore[misc]
            for depth in (1, 3)
        ]
        workspace.close()
    return count, steps[0], steps[1]


def _neighbourhoods() -> tuple[int, list[float]]:
    """(edges, milliseconds of what a canvas opens with) in a workspace of 100,000 nodes: one hop each way with all that flows between, and what is behind."""
    from dataops_desktop.actions.lineage_view import graph_of, reached

    chance, nodes = random.Random(2), 100_000
    with tempfile.TemporaryDirectory() as folder:
        workspace = SqliteWorkspace(Path(folder) / "w.dataops")
        with workspace._database.write() as db:
            db.executemany(
                "INSERT INTO node (node_key, source, id, type, name, properties, created_at, updated_at) VALUES (?1, 's', 't' || ?1, 'glue-table', 'd.t' || ?1, '{}', '', '')",
                [(key,) for key in range(1, nodes + 1)],
            )
            db.executemany(
                "INSERT OR IGNORE INTO edge VALUES (?, ?, 'reads', 'query', '')",
                (
                    (key, chance.randint(max(1, key - 5000), key))
                    for key in range(1, nodes + 1)
                    for _ in range(10)
                ),
            )
        count = next(iter(workspace._database.read("SELECT count(*) FROM edge")))[0]
        context: Any = SimpleNamespace(workspace=workspace)

        def neighbourhood() -> None:
            root = chance.randint(1, nodes)
            graph_of(context, root, {root} | reached(context, [root], "upstream", 1) | reached(context, [root], "downstream", 1))  # fmt: skip

        took = _timed(neighbourhood, 40)
        workspace.close()
    return count, took


def run() -> list[Row]:
    """Rows for docs/benchmarks.md."""
    total, others = score()
    rows = [
        Row("lineage", f"column edges of {total.statements} statements that are not so, of all that were told", 100 * (1 - total.precision), "%", 2, f"{total.right} right, {total.wrong} wrong"),
        Row("lineage", "  edges that were missed", 100 * (1 - total.recall), "%", 5, f"{total.missed} missed"),
        Row("lineage", "  statements with a table too many or too few", total.statements - total.tables, "", 0, f"{total.tables} of {total.statements} right"),
        Row("lineage", "  columns of filters, joins, groups and order that are not so", 100 * (1 - others.precision), "%", None, f"missed {100 * (1 - others.recall):.1f} %"),
    ]  # fmt: skip
    for name, peer in _peers().items():
        rows.append(Row("lineage", f"  {name}: edges that are not so", 100 * (1 - peer.precision), "%", None, f"missed {100 * (1 - peer.recall):.1f} %; tables right in {peer.tables} of {peer.statements}"))  # fmt: skip
    text = long_query()
    took = _timed(lambda: lineage(text, "athena", schema(), DATABASE))
    rows.append(Row("lineage", f"all columns of a query of {len(text.splitlines())} lines", median(took), "ms", 300, spread(took)))  # fmt: skip
    count, one, three = _million()
    rows.append(Row("lineage", f"a column's sources among {count:,} links of columns", max(one), "ms", 50, f"median {median(one):.1f} ms, n=40; three steps {median(three):.0f} ms, at most {max(three):.0f}"))  # fmt: skip
    edges, around = _neighbourhoods()
    rows.append(Row("lineage", f"what a canvas opens with, among {edges:,} edges between nodes", max(around), "ms", 50, f"median {median(around):.1f} ms, n=40"))  # fmt: skip
    return rows


if __name__ == "__main__":
    for found in score():
        print(f"{found.precision:.4f} {found.recall:.4f} tables {found.tables}/{found.statements}")
        print("\n".join(found.notes))
