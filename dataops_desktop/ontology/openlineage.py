"""OpenLineage events, read and written: runs of jobs with the datasets they take and make, and which columns flow where.

The standard: openlineage.io/spec/2-0-2/OpenLineage.json; names of datasets: openlineage.io/docs/spec/naming; columns:
openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json. What is read is a stranger's: every name is a text of bounded length, every list
is bounded, and what is not as the standard has it is a problem in the list, never a guess.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PRODUCER = "https://dataops.desktop/openlineage"
_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACET = "https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}"
_RUNS = uuid.UUID("5b0ff1c1-6a0c-4b57-9d51-0d2bb8f2c2a7")  # a namespace of ours for version-5 ids

LONGEST_NAME = 1_000
LONGEST_SQL = 1_000_000
MOST_DATASETS, MOST_COLUMNS, MOST_INPUTS = 1_000, 10_000, 1_000
# Events after which nothing was made.
_FAILED = {"FAIL", "ABORT"}
_HOW = {"IDENTITY": "identity", "TRANSFORMATION": "transformation", "AGGREGATION": "aggregation"}
_USES = {"JOIN": "join", "GROUP_BY": "group", "FILTER": "filter", "SORT": "order", "WINDOW": "group", "CONDITIONAL": "filter"}  # fmt: skip
_SUBTYPES = {"join": "JOIN", "group": "GROUP_BY", "filter": "FILTER", "order": "SORT"}


@dataclass(frozen=True, order=True)
class DatasetName:
    """A dataset's identity."""

    namespace: str
    name: str


@dataclass(frozen=True)
class FieldEdge:
    """From a column to a column of an output, or to its rows where `to_field` is empty. `use` and `how` as in sql.column_lineage.model."""

    source: DatasetName
    field: str
    target: DatasetName
    to_field: str
    use: str = "output"
    how: str = "identity"


@dataclass(frozen=True)
class Dataset:
    """One input or output. `columns` are (name, type); `also` are its other names (symlinks)."""

    name: DatasetName
    columns: tuple[tuple[str, str], ...] = ()
    also: tuple[DatasetName, ...] = ()


@dataclass(frozen=True)
class Event:
    """What one event tells."""

    job: DatasetName
    at: str
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()
    fields: tuple[FieldEdge, ...] = ()
    sql: str = ""
    description: str = ""


class NotAnEventError(ValueError):
    """Why a record is not an event of the standard."""


def read_event(record: Any) -> Event | None:
    """Of a parsed JSON value; None for events that tell of no flow: failed runs, and datasets that only describe themselves.

    Raises NotAnEventError.
    """
    if not isinstance(record, Mapping):
        raise NotAnEventError("it is no JSON object")
    job = record.get("job")
    if job is None and "dataset" in record:
        return None
    kind = record.get("eventType", "")
    if not isinstance(kind, str):
        raise NotAnEventError("eventType is no text")
    if kind.upper() in _FAILED:
        return None
    facets = _mapping(job, "facets") if isinstance(job, Mapping) else {}
    at = record.get("eventTime", "")
    if not isinstance(at, str):
        raise NotAnEventError("eventTime is no text")
    outputs = list(_datasets(record, "outputs"))
    return Event(
        _name(job, "job"),
        at[:64],
        tuple(dataset for dataset, _ in _datasets(record, "inputs")),
        tuple(dataset for dataset, _ in outputs),
        tuple(edge for dataset, own in outputs for edge in _edges(dataset.name, own)),
        _text(_mapping(facets, "sql").get("query"), LONGEST_SQL),
        _text(_mapping(facets, "documentation").get("description"), LONGEST_NAME),
    )


def _name(record: Any, what: str) -> DatasetName:
    if not isinstance(record, Mapping):
        raise NotAnEventError(f"{what} is missing")
    found = [record.get("namespace"), record.get("name")]
    if not all(isinstance(part, str) and part.strip() for part in found):
        raise NotAnEventError(f"{what} has no namespace and name")
    if any(len(str(part)) > LONGEST_NAME for part in found):
        raise NotAnEventError(f"{what} has a name of more than {LONGEST_NAME:,} characters")
    return DatasetName(str(found[0]), str(found[1]))


def _mapping(record: Any, name: str) -> Mapping[str, Any]:
    found = record.get(name) if isinstance(record, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _list(record: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    found = record.get(name)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise NotAnEventError(f"{name} is no list")
    if len(found) > most:
        raise NotAnEventError(f"{name} has more than {most:,} items")
    return found


def _text(value: Any, longest: int) -> str:
    return value[:longest] if isinstance(value, str) else ""


def _datasets(record: Mapping[str, Any], name: str) -> Iterator[tuple[Dataset, Mapping[str, Any]]]:
    for item in _list(record, name, MOST_DATASETS):
        facets = _mapping(item, "facets")
        columns = [
            (_text(column.get("name"), LONGEST_NAME), _text(column.get("type"), LONGEST_NAME))
            for column in _list(_mapping(facets, "schema"), "fields", MOST_COLUMNS)
            if isinstance(column, Mapping) and _text(column.get("name"), 1)
        ]
        also = [_name(other, f"{name}: a symlink") for other in _list(_mapping(facets, "symlinks"), "identifiers", 20)]  # fmt: skip
        yield Dataset(_name(item, f"{name}: a dataset"), tuple(columns), tuple(also)), facets


def _edges(target: DatasetName, facets: Mapping[str, Any]) -> Iterator[FieldEdge]:
    facet = _mapping(facets, "columnLineage")
    fields = _mapping(facet, "fields")
    if len(fields) > MOST_COLUMNS:
        raise NotAnEventError(f"columnLineage has more than {MOST_COLUMNS:,} fields")
    for column, told in fields.items():
        if not isinstance(told, Mapping) or not column or len(column) > LONGEST_NAME:
            continue
        older = _text(told.get("transformationType"), 40).upper()  # of the facet's first versions
        for item in _list(told, "inputFields", MOST_INPUTS):
            source, name = _name(item, "columnLineage: an input field"), _text(item.get("field"), LONGEST_NAME)  # fmt: skip
            ways = [way for way in _list(item, "transformations", MOST_INPUTS) if isinstance(way, Mapping)]
            direct = [way for way in ways if way.get("type") != "INDIRECT"]
            subtypes = [str(way.get("subtype") or "").upper() for way in direct] or [older]
            if name and (direct or not ways):
                strongest = max((_HOW.get(subtype, "identity" if not subtype else "transformation") for subtype in subtypes), key=list(_HOW.values()).index)  # fmt: skip
                yield FieldEdge(source, name, target, column, "output", strongest)
            elif name:
                yield FieldEdge(source, name, target, "", _use(ways))
    for item in _list(facet, "dataset", MOST_COLUMNS):
        source, name = _name(item, "columnLineage: an input field"), _text(item.get("field"), LONGEST_NAME)
        ways = [way for way in _list(item, "transformations", MOST_INPUTS) if isinstance(way, Mapping)]
        if name:
            yield FieldEdge(source, name, target, "", _use(ways))


def _use(ways: Sequence[Mapping[str, Any]]) -> str:
    return next((_USES[subtype] for way in ways if (subtype := str(way.get("subtype") or "").upper()) in _USES), "filter")  # fmt: skip


# writing


@dataclass
class Told:
    """A process as it is told to others. `runs` makes the same statement the same run."""

    job: DatasetName
    at: str
    runs: str
    inputs: list[Dataset] = field(default_factory=list)
    outputs: list[Dataset] = field(default_factory=list)
    fields: list[FieldEdge] = field(default_factory=list)
    sql: str = ""
    description: str = ""


def glue_table_name(source: str, database: str, table: str) -> DatasetName:
    """The standard's name of a table in Glue; `source` is `aws:account:region`."""
    account, _, region = source.removeprefix("aws:").partition(":")
    return DatasetName(f"arn:aws:glue:{region}:{account}", f"table/{database}/{table}")


def glue_table_of(name: DatasetName) -> tuple[str, str, str, str] | None:
    """(account, region, database, table) of a name in Glue or Athena; the account is empty where the name does not tell it."""
    parts = name.name.split("/")
    if name.namespace.startswith("arn:aws") and len(parts) == 3 and parts[0] == "table":
        arn = name.namespace.split(":")
        return (arn[4], arn[3], parts[1], parts[2]) if len(arn) >= 5 and arn[2] == "glue" else None
    host = name.namespace.removeprefix("awsathena://athena.")
    names = name.name.split(".")
    if host != name.namespace and len(names) == 3 and names[0].lower() == "awsdatacatalog":
        return "", host.partition(".")[0], names[1], names[2]
    return None


def _facet(name: str, version: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": _FACET.format(version=version, name=name), **values}


def event(told: Told) -> dict[str, Any]:
    """A RunEvent, COMPLETE."""
    job_facets: dict[str, Any] = {}
    if told.sql:
        job_facets["sql"] = _facet("SQLJobFacet", "1-0-1", {"query": told.sql})
    if told.description:
        job_facets["documentation"] = _facet("DocumentationJobFacet", "1-0-1", {"description": told.description})  # fmt: skip
    return {
        "eventType": "COMPLETE",
        "eventTime": told.at,
        "producer": PRODUCER,
        "schemaURL": _EVENT,
        "run": {"runId": str(uuid.uuid5(_RUNS, told.runs))},
        "job": {"namespace": told.job.namespace, "name": told.job.name, "facets": job_facets},
        "inputs": [_dataset(dataset) for dataset in told.inputs],
        "outputs": [_dataset(dataset, told.fields) for dataset in told.outputs],
    }


def _dataset(dataset: Dataset, edges: Sequence[FieldEdge] = ()) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if dataset.columns:
        fields = [{"name": name, **({"type": kind} if kind else {})} for name, kind in dataset.columns]
        facets["schema"] = _facet("SchemaDatasetFacet", "1-1-1", {"fields": fields})
    own = [edge for edge in edges if edge.target == dataset.name]
    if own:
        fields_of: dict[str, dict[str, list[Any]]] = {}
        rows: list[dict[str, Any]] = []
        for edge in own:
            direct = edge.use == "output"
            way = {"type": "DIRECT", "subtype": _subtype(edge.how)} if direct else {"type": "INDIRECT", "subtype": _SUBTYPES[edge.use]}  # fmt: skip
            item = {
                "namespace": edge.source.namespace, "name": edge.source.name, "field": edge.field,
                "transformations": [{**way, "description": "", "masking": False}],
            }  # fmt: skip
            if direct and edge.to_field:
                fields_of.setdefault(edge.to_field, {"inputFields": []})["inputFields"].append(item)
            else:
                rows.append(item)
        values: dict[str, Any] = {"fields": fields_of, **({"dataset": rows} if rows else {})}
        facets["columnLineage"] = _facet("ColumnLineageDatasetFacet", "1-2-0", values)
    return {"namespace": dataset.name.namespace, "name": dataset.name.name, "facets": facets}


def _subtype(how: str) -> str:
    return {"identity": "IDENTITY", "aggregation": "AGGREGATION"}.get(how, "TRANSFORMATION")
