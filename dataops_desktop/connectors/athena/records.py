"""Athena's records as ours: executions, workgroups, data catalogs, runtime statistics, statements kept at the service."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dataops_desktop.aws.errors import aws_call, required
from dataops_desktop.aws.pages import pages
from dataops_desktop.errors import DataOpsError, PermissionDeniedError
from dataops_desktop.interfaces.clock import iso
from dataops_desktop.interfaces.query_engine import (
    QueryStatus,
    RuntimeStage,
    RuntimeStatistics,
    StoredStatement,
    Workgroup,
)

DEFAULT_CATALOG = "AwsDataCatalog"
MOST_WORKGROUPS = 50
MOST_STATEMENTS = 500
AT_ONCE = 50  # BatchGetNamedQuery: botocore's service model for athena


def query_status(record: Mapping[str, Any]) -> QueryStatus:
    """One QueryExecution."""
    status, statistics = record.get("Status") or {}, record.get("Statistics") or {}
    return QueryStatus(
        execution_id=str(record.get("QueryExecutionId") or ""),
        state=str(required(status, "State", "athena", "GetQueryExecution")),
        reason=str(status.get("StateChangeReason") or ""),
        statement_type=str(record.get("StatementType") or ""),
        bytes_scanned=int(statistics.get("DataScannedInBytes") or 0),
        engine_ms=int(statistics.get("EngineExecutionTimeInMillis") or 0),
        queue_ms=int(statistics.get("QueryQueueTimeInMillis") or 0),
        planning_ms=int(statistics.get("QueryPlanningTimeInMillis") or 0),
        total_ms=int(statistics.get("TotalExecutionTimeInMillis") or 0),
        output_location=str((record.get("ResultConfiguration") or {}).get("OutputLocation") or ""),
        reused=bool((statistics.get("ResultReuseInformation") or {}).get("ReusedPreviousResult")),
        workgroup=str(record.get("WorkGroup") or ""),
        dpu_count=float(statistics.get("DpuCount") or 0),
        sql=str(record.get("Query") or ""),
        database=str((record.get("QueryExecutionContext") or {}).get("Database") or ""),
        submitted_at=_time(status.get("SubmissionDateTime")),
        finished_at=_time(status.get("CompletionDateTime")),
    )


def _time(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else ""


def _pages(client: Any, operation: str, member: str, limit: int, **arguments: Any) -> list[Any]:
    """Items of a paged listing, up to about `limit`."""
    name = "".join(word.capitalize() for word in operation.split("_"))
    found: list[Any] = []
    for page in pages(getattr(client, operation), "athena", name, member, **arguments):
        found += page
        if len(found) >= limit:
            break
    return found


def workgroups(client: Any) -> list[Workgroup]:
    """Every enabled workgroup. One whose settings may not be read is listed without them."""
    listed = _pages(client, "list_work_groups", "WorkGroups", 1000, MaxResults=50)
    names = [item["Name"] for item in listed if item.get("State") != "DISABLED"]
    reserved = _reserved(client)
    found = []
    for name in names[:MOST_WORKGROUPS]:
        try:
            with aws_call("athena", "GetWorkGroup"):
                group = required(client.get_work_group(WorkGroup=name), "WorkGroup", "athena", "GetWorkGroup")
        except PermissionDeniedError:
            group = {}
        settings = group.get("Configuration") or {}
        results = settings.get("ResultConfiguration") or {}
        found.append(
            Workgroup(
                name,
                group.get("Description") or "",
                results.get("OutputLocation") or "",
                bool(settings.get("EnforceWorkGroupConfiguration")),
                settings.get("BytesScannedCutoffPerQuery"),
                (settings.get("EngineVersion") or {}).get("EffectiveEngineVersion") or "",
                name in reserved,
                bool((settings.get("ManagedQueryResultsConfiguration") or {}).get("Enabled")),
            )
        )
    return found


def _reserved(client: Any) -> set[str]:
    """Workgroups that run on reserved capacity. Most people may not ask: then a finished query's DPU count tells."""
    try:
        names = [
            item["Name"]
            for item in _pages(client, "list_capacity_reservations", "CapacityReservations", 100)
            if item.get("Status") not in {"CANCELLED", "FAILED"}
        ]
        found: set[str] = set()
        for name in names:
            with aws_call("athena", "GetCapacityAssignmentConfiguration"):
                answer = client.get_capacity_assignment_configuration(CapacityReservationName=name)
            assigned = (answer.get("CapacityAssignmentConfiguration") or {}).get("CapacityAssignments") or []
            found |= {group for item in assigned for group in item.get("WorkGroupNames") or []}
        return found
    except DataOpsError:
        return set()


def catalogs(client: Any) -> list[str]:
    """Names of the data catalogs, the default one first."""
    listed = _pages(client, "list_data_catalogs", "DataCatalogsSummary", 500, MaxResults=50)
    names = [str(item.get("CatalogName") or "") for item in listed]
    return [DEFAULT_CATALOG, *sorted({name for name in names if name} - {DEFAULT_CATALOG})]


def _statement(kind: str, record: Mapping[str, Any], workgroup: str) -> StoredStatement:
    """A NamedQuery or a PreparedStatement."""
    return StoredStatement(
        kind,
        str(record.get("Name") or record.get("StatementName") or record.get("NamedQueryId") or ""),
        str(record.get("QueryString") or record.get("QueryStatement") or ""),
        str(record.get("Database") or ""),
        workgroup,
        str(record.get("Description") or ""),
    )


def stored_statements(client: Any, workgroup: str) -> list[StoredStatement]:
    """Named queries and prepared statements of one workgroup, by name; 50 a call."""
    found: list[StoredStatement] = []
    ids = _pages(client, "list_named_queries", "NamedQueryIds", MOST_STATEMENTS, WorkGroup=workgroup)
    for start in range(0, min(len(ids), MOST_STATEMENTS), AT_ONCE):
        with aws_call("athena", "BatchGetNamedQuery"):
            answer = client.batch_get_named_query(NamedQueryIds=ids[start : start + AT_ONCE])
        records = required(answer, "NamedQueries", "athena", "BatchGetNamedQuery")
        found += [_statement("named", record, workgroup) for record in records]
    listed = _pages(
        client, "list_prepared_statements", "PreparedStatements", MOST_STATEMENTS, WorkGroup=workgroup
    )
    names = [item["StatementName"] for item in listed[:MOST_STATEMENTS]]
    for start in range(0, len(names), AT_ONCE):
        with aws_call("athena", "BatchGetPreparedStatement"):
            answer = client.batch_get_prepared_statement(
                PreparedStatementNames=names[start : start + AT_ONCE], WorkGroup=workgroup
            )
        records = required(answer, "PreparedStatements", "athena", "BatchGetPreparedStatement")
        found += [_statement("prepared", record, workgroup) for record in records]
    return sorted(found, key=lambda statement: (statement.kind, statement.name.lower()))


# GetQueryRuntimeStatistics' timeline, in the order things happen (botocore's model for athena).
_TIMELINE = (
    ("Queued", "QueryQueueTimeInMillis"),
    ("Preparing", "ServicePreProcessingTimeInMillis"),
    ("Planning", "QueryPlanningTimeInMillis"),
    ("Running", "EngineExecutionTimeInMillis"),
    ("Publishing", "ServiceProcessingTimeInMillis"),
)


def runtime_statistics(client: Any, execution_id: str) -> RuntimeStatistics:
    """The timeline at once; stages where the service has them by now. Planning is part of the engine's time there."""
    with aws_call("athena", "GetQueryRuntimeStatistics"):
        answer = client.get_query_runtime_statistics(QueryExecutionId=execution_id)
    record = required(answer, "QueryRuntimeStatistics", "athena", "GetQueryRuntimeStatistics")
    times = dict(record.get("Timeline") or {})
    planning = int(times.get("QueryPlanningTimeInMillis") or 0)
    engine = int(times.get("EngineExecutionTimeInMillis") or 0)
    if planning <= engine:
        times["EngineExecutionTimeInMillis"] = engine - planning
    rows = record.get("Rows") or {}
    stage = record.get("OutputStage")
    return RuntimeStatistics(
        tuple((name, int(times[key])) for name, key in _TIMELINE if times.get(key) is not None),
        int(rows.get("InputRows") or 0),
        int(rows.get("InputBytes") or 0),
        int(rows.get("OutputRows") or 0),
        (_stage(stage),) if stage else (),
    )


def _stage(record: Mapping[str, Any]) -> RuntimeStage:
    return RuntimeStage(
        int(record.get("StageId") or 0),
        str(record.get("State") or ""),
        int(record.get("ExecutionTime") or 0),
        int(record.get("InputRows") or 0),
        int(record.get("InputBytes") or 0),
        int(record.get("OutputRows") or 0),
        int(record.get("OutputBytes") or 0),
        tuple(_stage(child) for child in record.get("SubStages") or ()),
    )
