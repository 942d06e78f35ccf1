"""OpenLineage events: what is read of strangers', what is written."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataops_desktop.ontology.openlineage import (
    Dataset,
    DatasetName,
    FieldEdge,
    NotAnEventError,
    Told,
    event,
    glue_table_name,
    glue_table_of,
    read_event,
)

IN, OUT = DatasetName("postgres://db:5432", "shop.public.orders"), DatasetName("s3://lake", "mart/orders")


def spark_event() -> dict[str, Any]:
    """As the Spark integration writes one (openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet)."""
    item = {"namespace": IN.namespace, "name": IN.name}
    return {
        "eventType": "COMPLETE", "eventTime": "2026-11-01T10:00:00.000Z", "run": {"runId": "ea041791-68bc-4ae1-bd89-4c8106a157e4"}, "producer": "x",
        "job": {"namespace": "spark", "name": "nightly.orders", "facets": {"sql": {"query": "insert …"}, "documentation": {"description": "Every night"}}},
        "inputs": [{**item, "facets": {"schema": {"fields": [{"name": "id", "type": "int"}, {"name": "total", "type": "double"}, {"nothing": 1}]}}}],
        "outputs": [
            {
                "namespace": OUT.namespace, "name": OUT.name,
                "facets": {
                    "symlinks": {"identifiers": [{"namespace": "arn:aws:glue:eu-west-1:1", "name": "table/mart/orders", "type": "TABLE"}]},
                    "columnLineage": {
                        "fields": {
                            "sum": {"inputFields": [{**item, "field": "total", "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}, {"type": "DIRECT", "subtype": "AGGREGATION"}]}]},
                            "id": {"inputFields": [{**item, "field": "id"}]},
                            "old": {"inputFields": [{**item, "field": "id"}], "transformationType": "IDENTITY"},
                            "rows": {"inputFields": [{**item, "field": "day", "transformations": [{"type": "INDIRECT", "subtype": "JOIN"}]}]},
                        },
                        "dataset": [{**item, "field": "day", "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}],
                    },
                },
            }
        ],
    }  # fmt: skip


def test_an_event_is_read() -> None:
    found = read_event(json.loads(json.dumps(spark_event())))
    assert found is not None
    assert (found.job, found.sql, found.description) == (DatasetName("spark", "nightly.orders"), "insert …", "Every night")  # fmt: skip
    assert found.inputs == (Dataset(IN, (("id", "int"), ("total", "double"))),)
    assert found.outputs[0].also == (DatasetName("arn:aws:glue:eu-west-1:1", "table/mart/orders"),)
    assert [(e.field, e.to_field, e.use, e.how) for e in found.fields] == [
        ("total", "sum", "output", "aggregation"), ("id", "id", "output", "identity"), ("id", "old", "output", "identity"),
        ("day", "", "join", "identity"), ("day", "", "filter", "identity"),
    ]  # fmt: skip


def test_events_without_a_flow() -> None:
    assert read_event({**spark_event(), "eventType": "FAIL"}) is None
    assert read_event({"eventTime": "…", "dataset": {"namespace": "a", "name": "b"}}) is None
    running = read_event({**spark_event(), "eventType": "RUNNING", "inputs": None, "outputs": []})
    assert running is not None
    assert running.inputs == running.outputs == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"job": None}, "job is missing"), ({"job": {"namespace": "a", "name": " "}}, "job has no namespace and name"), ({"job": {"namespace": "a", "name": "n" * 1001}}, "more than 1,000"),
        ({"inputs": {}}, "inputs is no list"), ({"inputs": ["x"]}, "inputs: a dataset is missing"), ({"outputs": [{"namespace": "a"}]}, "outputs: a dataset has no"),
        ({"eventTime": 3}, "eventTime is no text"), ({"eventType": []}, "eventType is no text"), ({"inputs": [{"namespace": "a", "name": "b"}] * 1001}, "more than 1,000 items"),
    ],
)  # fmt: skip
def test_what_is_not_as_the_standard_has_it(change: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAnEventError, match=why):
        read_event({**spark_event(), **change})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["job", "inputs", "outputs", "namespace", "name", "facets", "columnLineage", "fields", "inputFields", "field", "transformations", "type", "subtype", "dataset", "schema", "symlinks", "identifiers", "eventType", "sql", "query", "x"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(deadline=None)  # a busy machine is no failure
@given(JSON, JSON, JSON)
def test_strangers_never_break_it(job: Any, inputs: Any, outputs: Any) -> None:
    for record in (job, {"job": {"namespace": "a", "name": "b"}, "inputs": inputs, "outputs": [{"namespace": "a", "name": "b", "facets": outputs}]}, {"job": job, "inputs": [inputs], "outputs": [outputs]}):  # fmt: skip
        with suppress(NotAnEventError):
            read_event(record)


def test_what_is_written_is_read_the_same() -> None:
    edges = [FieldEdge(IN, "id", OUT, "id"), FieldEdge(IN, "total", OUT, "sum", "output", "aggregation"), FieldEdge(IN, "x", OUT, "y", "output", "transformation"), FieldEdge(IN, "day", OUT, "", "filter"), FieldEdge(IN, "k", OUT, "", "join"), FieldEdge(IN, "g", OUT, "", "group"), FieldEdge(IN, "o", OUT, "", "order")]  # fmt: skip
    told = Told(DatasetName("us", "job"), "2026-11-01T00:00:00Z", "1", [Dataset(IN, (("id", "int"),))], [Dataset(OUT)], edges, "select 1", "words")  # fmt: skip
    record = json.loads(json.dumps(event(told)))
    found = read_event(record)
    assert found is not None
    assert set(found.fields) == set(edges)
    assert (found.job, found.sql, found.description, found.inputs, found.outputs) == (told.job, "select 1", "words", (told.inputs[0],), (Dataset(OUT),))  # fmt: skip
    assert record["run"]["runId"] == event(told)["run"]["runId"]  # the same statement is the same run
    for facet in ("schema", "columnLineage"):
        holder = record["inputs" if facet == "schema" else "outputs"][0]["facets"][facet]
        assert holder["_producer"]
        assert holder["_schemaURL"].startswith("https://openlineage.io/spec/facets/")


def test_names_of_tables_in_glue() -> None:
    assert glue_table_of(glue_table_name("aws:12:eu-west-1", "d", "t")) == ("12", "eu-west-1", "d", "t")
    assert glue_table_of(DatasetName("awsathena://athena.us-east-1.amazonaws.com", "AwsDataCatalog.d.t")) == ("", "us-east-1", "d", "t")  # fmt: skip
    for name in (DatasetName("arn:aws:s3:::x", "table/a/b"), DatasetName("arn:aws", "table/a/b"), DatasetName("awsathena://athena.x.amazonaws.com", "other.d.t"), IN):  # fmt: skip
        assert glue_table_of(name) is None
