"""OpenLineage in and out: events of files or over HTTP become nodes and links; what the ontology knows becomes events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dataops_desktop.actions.column_lineage import MOST_LINKS
from dataops_desktop.actions.context import ActionContext
from dataops_desktop.errors import InputError
from dataops_desktop.interfaces.catalog import Column
from dataops_desktop.interfaces.catalog_store import CatalogChanges, StoredNode, TableWrite
from dataops_desktop.interfaces.lineage_store import ColumnLink, FollowedStatement
from dataops_desktop.ontology.nodes import (
    Edge,
    Node,
    NodeRef,
    content_hash,
    glue_table_database,
    glue_table_id,
    openlineage_id,
    s3_bucket_id,
)
from dataops_desktop.ontology.openlineage import (
    Dataset,
    DatasetName,
    Event,
    FieldEdge,
    NotAnEventError,
    Told,
    event,
    glue_table_name,
    glue_table_of,
    read_event,
)

ORIGIN = SOURCE = "openlineage"
LONGEST_FILE = 256 << 20
LONGEST_LINE = 16 << 20
AT_ONCE = 50


@dataclass
class ImportReport:
    """`problems` are (where, what); the first of them, `more` others."""

    events: int = 0
    jobs: int = 0
    datasets: int = 0
    links: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    more: int = 0

    def problem(self, where: str, what: str) -> None:
        """List one."""
        if len(self.problems) < 1000:
            self.problems.append((where, what))
        else:
            self.more += 1


def read_records(path: Path, report: ImportReport) -> Iterator[tuple[str, object]]:
    """(where, JSON value) of a file with an event a line, a list of events, or one event. Lines that are no JSON are problems. Raises InputError."""
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise InputError(f"{path} is larger than {LONGEST_FILE >> 20} MB.", "Split it into several files.")  # fmt: skip
        with path.open("rb") as file:
            start = file.read(4096).lstrip()
            file.seek(0)
            if start.startswith(b"["):
                yield from _listed(path, file.read())
                return
            whole = b""
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
                if len(line) > LONGEST_LINE:
                    report.problem(f"line {number:,}", f"longer than {LONGEST_LINE >> 20} MB")
                    return
                text = whole + line
                if not text.strip():
                    continue
                try:
                    value = json.loads(text)
                except (ValueError, RecursionError):
                    if number == 1 or whole:  # perhaps one event over many lines
                        whole = text
                        if len(whole) <= LONGEST_LINE:
                            continue
                    report.problem(f"line {number:,}", "no JSON")
                    whole = b""
                    continue
                whole = b""
                yield f"line {number:,}", value
            if whole:
                report.problem("its text", "no JSON, or cut off")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error


def _listed(path: Path, data: bytes) -> Iterator[tuple[str, object]]:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON ({error}).", "Save events as a JSON list, or one a line.") from error  # fmt: skip
    yield from ((f"event {number:,}", value) for number, value in enumerate(values, 1))


def import_events(
    context: ActionContext, records: Iterable[tuple[str, object]], report: ImportReport, check: Callable[[], None] = lambda: None
) -> ImportReport:  # fmt: skip
    """Take events over; a job's later events add to its earlier ones. One that is not understood stops no other. Blocks."""
    taken = _Import(context, report)
    waiting: list[Event] = []
    for where, record in records:
        check()
        try:
            found = read_event(record)
        except (NotAnEventError, RecursionError) as error:
            report.problem(where, str(error) or "nested too deeply")
            continue
        report.events += 1
        if found is not None:
            waiting.append(found)
        if len(waiting) >= AT_ONCE:
            taken.put(waiting)
            waiting = []
    taken.put(waiting)
    report.jobs, report.datasets = len(taken.jobs), len(taken.known)
    return report


class _Import:
    def __init__(self, context: ActionContext, report: ImportReport) -> None:
        self._catalog, self._lineage, self._report = context.workspace.catalog, context.workspace.lineage, report  # fmt: skip
        self._sources = self._catalog.sources()
        self.known: dict[DatasetName, NodeRef] = {}
        self._columns: dict[DatasetName, dict[str, str]] = {}
        self.jobs: dict[DatasetName, dict[tuple[object, ...], ColumnLink]] = {}

    def put(self, events: Sequence[Event]) -> None:
        """One transaction for nodes and edges, one for links."""
        tables: dict[str, TableWrite] = {}
        nodes: dict[str, Node] = {}
        edges: list[Edge] = []
        told: dict[str, FollowedStatement] = {}
        for each in events:
            job = _job_node(each)
            nodes[job.id] = job
            for dataset in (*each.inputs, *each.outputs):
                self._dataset(dataset, tables)
            for end in {edge.source for edge in each.fields} - set(self.known):
                self._dataset(Dataset(end), tables)
            edges += [Edge(self.known[d.name], job.ref, "reads", ORIGIN) for d in each.inputs]
            edges += [Edge(job.ref, self.known[d.name], "writes", ORIGIN) for d in each.outputs]
            links = self.jobs.setdefault(each.job, {})
            for link in self._links(each.fields):
                if len(links) < MOST_LINKS:
                    links[link.from_ref, link.from_column, link.to_ref, link.to_column, link.use] = link
            told[job.id] = FollowedStatement(job.ref, ORIGIN, content_hash([each.sql, len(links)]), list(links.values()))  # fmt: skip
            self._report.links += len(each.fields)
        self._catalog.apply(None, CatalogChanges(list(nodes.values()), list(tables.values()), edges))
        self._lineage.put(list(told.values()))

    def _links(self, fields: Sequence[FieldEdge]) -> Iterator[ColumnLink]:
        for edge in fields:
            target = self.known.get(edge.target)
            if target is not None:
                yield ColumnLink(self.known[edge.source], edge.field.lower(), target, edge.to_field.lower(), edge.use, edge.how)  # fmt: skip

    def _dataset(self, dataset: Dataset, tables: dict[str, TableWrite]) -> None:
        """The node a dataset is: a table of the catalog under any of its names, else one of its own with the columns it has told."""
        if dataset.name not in self.known:
            found = next((ref for name in (dataset.name, *dataset.also) if (ref := self._own(name))), None)
            self.known[dataset.name] = found or NodeRef(SOURCE, openlineage_id("dataset", dataset.name.namespace, dataset.name.name))  # fmt: skip
            if found is None:
                stored = self._catalog.node(self.known[dataset.name].id, SOURCE)
                before = self._catalog.columns(stored.key)[0] if stored is not None else []
                self._columns[dataset.name] = {column.name: column.type for column in before}
                tables[self.known[dataset.name].id] = self._table(dataset.name)
        if dataset.name in self._columns and any(column not in self._columns[dataset.name].items() for column in dataset.columns):  # fmt: skip
            self._columns[dataset.name] |= dict(dataset.columns)
            tables[self.known[dataset.name].id] = self._table(dataset.name)

    def _own(self, name: DatasetName) -> NodeRef | None:
        if (table := glue_table_of(name)) is not None:
            account, region, database, table_name = table
            for source in self._sources:
                if source == f"aws:{account}:{region}" or (not account and source.endswith(f":{region}")):
                    ref = NodeRef(source, glue_table_id(database.lower(), table_name.lower()))
                    if self._catalog.node(ref.id, ref.source) is not None:
                        return ref
        if name.namespace.startswith(("s3://", "s3a://")) and name.name in {"", "/"}:
            for source in self._sources:
                ref = NodeRef(source, s3_bucket_id(name.namespace.partition("://")[2].strip("/")))
                if self._catalog.node(ref.id, ref.source) is not None:
                    return ref
        return None

    def _table(self, name: DatasetName) -> TableWrite:
        node = Node(
            openlineage_id("dataset", name.namespace, name.name), SOURCE, "openlineage-dataset", name.name,
            {"dataSource": "openlineage-dataset", "namespace": name.namespace, "tableName": name.name},
        )  # fmt: skip
        columns = [Column(column, kind) for column, kind in self._columns[name].items()]
        digest = content_hash([node.name, dict(node.properties), [[c.name, c.type] for c in columns]])
        return TableWrite(node, columns, (), (), True, digest, None, {})


def _job_node(each: Event) -> Node:
    properties: dict[str, str] = {"dataSource": "openlineage-job", "namespace": each.job.namespace}
    if each.sql:
        properties["sql"] = each.sql
    return Node(
        openlineage_id("job", each.job.namespace, each.job.name), SOURCE, "openlineage-job", each.job.name, properties, description=each.description
    )  # fmt: skip


# out


def export_events(context: ActionContext, keys: Sequence[int] | None = None) -> Iterator[dict[str, object]]:
    """A RunEvent for every process and view (of these nodes, or of all) with its columns. Blocks."""
    catalog, lineage = context.workspace.catalog, context.workspace.lineage
    names = _Names(context)
    for key in lineage.processes() if keys is None else keys:
        stored = catalog.node_by_key(key)
        if stored is None or stored.deleted_at:
            continue
        view = stored.node.properties.get("kind") == "view"
        if stored.node.category != "process" and not view:
            continue
        reads, writes = catalog.edges([key], "upstream"), catalog.edges([key], "downstream")
        inputs = [end for e in reads if e.type in {"reads", "derives"} and (end := names.dataset(e.from_key))]
        outputs = [names.dataset(key)] if view else [end for e in writes if e.type == "writes" and (end := names.dataset(e.to_key))]  # fmt: skip
        links = lineage.told_by(key)
        fields = [
            FieldEdge(source.name, link.from_column, target.name, link.to_column, link.use, link.how)
            for link in links
            if (source := names.dataset(link.from_key)) and (target := names.dataset(link.to_key))
        ]
        if not (inputs or outputs):
            continue
        node = stored.node
        sql = str(node.properties.get("viewSql") or node.properties.get("sql") or "")
        told = Told(
            DatasetName(node.source, node.name if view else node.id), links[0].observed_at if links else stored.updated_at,
            f"{node.source} {node.id} {content_hash([sql, stored.updated_at])}",
            list(dict.fromkeys(inputs)), [dataset for dataset in dict.fromkeys(outputs) if dataset], fields, sql, node.description or node.name,
        )  # fmt: skip
        yield event(told)


class _Names:
    """Datasets by node, each read once."""

    def __init__(self, context: ActionContext) -> None:
        self._catalog = context.workspace.catalog
        self._known: dict[int, Dataset | None] = {}

    def dataset(self, key: int) -> Dataset | None:
        """None for what is no dataset: a query, a job."""
        if key not in self._known:
            stored = self._catalog.node_by_key(key)
            name = _dataset_name(stored) if stored is not None else None
            found = Dataset(name) if name is not None else None
            if found is not None:
                columns = [(c.name, c.type) for part in self._catalog.columns(key) for c in part]
                found = replace(found, columns=tuple(columns))
            self._known[key] = found
        return self._known[key]


def _dataset_name(stored: StoredNode) -> DatasetName | None:
    node = stored.node
    if node.type == "glue-table":
        return glue_table_name(node.source, glue_table_database(node.id), str(node.properties.get("tableName") or node.name))  # fmt: skip
    if node.type == "s3-bucket":
        return DatasetName(f"s3://{node.name}", "/")
    if node.type == "openlineage-dataset":
        return DatasetName(str(node.properties["namespace"]), node.name)
    if node.type == "local-file":
        return DatasetName("file", str(node.properties["path"]))
    if node.category in {"dataset", "dataproduct", "datasource"}:
        return DatasetName(node.source, node.id)
    return None


def write_events(context: ActionContext, path: Path, keys: Sequence[int] | None = None) -> int:
    """An event a line; returns how many. The file appears whole or not at all. Blocks."""
    partial = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with partial.open("w", encoding="utf-8") as file:
            for record in export_events(context, keys):
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
        partial.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)
    return count
