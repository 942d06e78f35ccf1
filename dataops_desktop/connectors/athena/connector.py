"""Amazon Athena as a QueryEngine.

Facts: paging through GetQueryResults costs a hundred times the CPU of streaming the result object from S3, so rows come
from the object; types come from one GetQueryResults call; DDL writes text, and a workgroup with managed results has no
object, so both are paged. StartQueryExecution goes through a one-attempt client with a ClientRequestToken of ours: the
same token answers the same execution instead of paying twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dataops_desktop.aws.check import checked
from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.aws.session import AwsSession
from dataops_desktop.connectors.athena.decode import arrow_schema, decode_rows, stream_csv
from dataops_desktop.errors import InputError, NotFoundError, ProtocolError, QueryFailedError, ServiceError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, ConnectionOptions
from dataops_desktop.interfaces.query_engine import (
    QueryRequest,
    QueryStatus,
    ResultColumn,
    ResultStream,
    Workgroup,
)

ERROR_PACK = (
    ErrorRule(
        "InvalidRequestException",
        lambda m: InputError(
            m, "Set an output location for the query or the workgroup, for example s3://my-bucket/athena/."
        ),
        "No output location",
    ),
    ErrorRule(
        "InvalidRequestException", lambda m: NotFoundError(m, "Choose another workgroup."), "WorkGroup"
    ),
    ErrorRule(
        "InvalidRequestException", lambda m: QueryFailedError(m, "Correct the statement and run it again.")
    ),
    ErrorRule(
        "TooManyRequestsException",
        lambda m: ServiceError(
            m, "Too many queries are running; try again when one has finished.", transient=True
        ),
    ),
)


class AthenaConnector:
    """One account's Athena in one region."""

    id = "athena"

    def __init__(self, options: ConnectionOptions) -> None:
        self._session = AwsSession(options)

    @property
    def source(self) -> str:
        """`aws:<account>:<region>`."""
        return self._session.source()

    def capabilities(self) -> tuple[Capability, ...]:
        """Queries, cancel and streaming of results."""
        return (
            Capability("query", True),
            Capability("cancel", True),
            Capability("estimate", False, "Estimates before running are not in this version yet."),
        )

    def check(self) -> ConnectionCheck:
        """ListWorkGroups, one row."""

        def call() -> ConnectionCheck:
            with aws_call("athena", "ListWorkGroups", ERROR_PACK):
                answer = self._session.client("athena").list_work_groups(MaxResults=1)
            required(answer, "WorkGroups", "athena", "ListWorkGroups")
            return ConnectionCheck("connected", "Query editor enabled")

        return checked(call)

    def workgroups(self) -> list[Workgroup]:
        """Every workgroup with the settings its queries inherit."""
        client = self._session.client("athena")
        names: list[str] = []
        token: str | None = None
        while True:
            with aws_call("athena", "ListWorkGroups", ERROR_PACK):
                answer = client.list_work_groups(MaxResults=50, **({"NextToken": token} if token else {}))
            names += [
                item["Name"]
                for item in required(answer, "WorkGroups", "athena", "ListWorkGroups")
                if item.get("State") != "DISABLED"
            ]
            token = answer.get("NextToken")
            if not token:
                break
        found = []
        for name in names[:50]:
            with aws_call("athena", "GetWorkGroup", ERROR_PACK):
                group = required(client.get_work_group(WorkGroup=name), "WorkGroup", "athena", "GetWorkGroup")
            settings = group.get("Configuration") or {}
            found.append(
                Workgroup(
                    name,
                    group.get("Description") or "",
                    (settings.get("ResultConfiguration") or {}).get("OutputLocation") or "",
                    bool(settings.get("EnforceWorkGroupConfiguration")),
                    settings.get("BytesScannedCutoffPerQuery"),
                    (settings.get("EngineVersion") or {}).get("EffectiveEngineVersion") or "",
                )
            )
        return found

    def start(self, request: QueryRequest) -> str:
        """StartQueryExecution, sent once."""
        arguments: dict[str, Any] = {"QueryString": request.sql}
        if request.token:
            arguments["ClientRequestToken"] = request.token
        if request.database:
            arguments["QueryExecutionContext"] = {"Database": request.database}
        if request.workgroup:
            arguments["WorkGroup"] = request.workgroup
        if request.output_location:
            arguments["ResultConfiguration"] = {"OutputLocation": request.output_location}
        if request.parameters:
            arguments["ExecutionParameters"] = list(request.parameters)
        with aws_call("athena", "StartQueryExecution", ERROR_PACK):
            answer = self._session.client("athena", paid=True).start_query_execution(**arguments)
        return str(required(answer, "QueryExecutionId", "athena", "StartQueryExecution"))

    def status(self, execution_id: str) -> QueryStatus:
        """GetQueryExecution."""
        with aws_call("athena", "GetQueryExecution"):
            answer = self._session.client("athena").get_query_execution(QueryExecutionId=execution_id)
        record = required(answer, "QueryExecution", "athena", "GetQueryExecution")
        status, statistics = record.get("Status") or {}, record.get("Statistics") or {}
        return QueryStatus(
            execution_id=execution_id,
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
        )

    def stop(self, execution_id: str) -> None:
        """StopQueryExecution; without an id botocore would invent one, so an empty id is refused."""
        if not execution_id:
            raise InputError("There is no execution to stop.")
        with aws_call("athena", "StopQueryExecution"):
            self._session.client("athena").stop_query_execution(QueryExecutionId=execution_id)

    def results(self, status: QueryStatus, cancel: CancelToken) -> ResultStream:
        """The rows: from the result object where there is one, else paged."""
        client = self._session.client("athena")
        # One row is enough for the types; text results are paged from here.
        from_object = status.output_location.endswith(".csv") and status.statement_type == "DML"
        with aws_call("athena", "GetQueryResults"):
            first = client.get_query_results(
                QueryExecutionId=status.execution_id, MaxResults=1 if from_object else 1000
            )
        result_set = required(first, "ResultSet", "athena", "GetQueryResults")
        info = required(
            required(result_set, "ResultSetMetadata", "athena", "GetQueryResults"),
            "ColumnInfo",
            "athena",
            "GetQueryResults",
        )
        columns = tuple(
            ResultColumn(c["Name"], c["Type"], int(c.get("Precision") or 0), int(c.get("Scale") or 0))
            for c in info
        )
        schema = arrow_schema(columns)
        if not columns:
            return ResultStream(columns, schema, iter(()))
        rows = result_set.get("Rows") or []
        header = bool(rows) and [cell.get("VarCharValue") for cell in rows[0].get("Data") or []] == [
            c.name for c in columns
        ]
        if from_object and not header:
            # INSERT, UNLOAD: the object holds a row count of the service's own, not rows of the person's.
            return ResultStream((), arrow_schema(()), iter(()))
        batches = (
            self._stream(status, columns, cancel)
            if from_object
            else self._page(status, columns, first, header, cancel)
        )
        return ResultStream(columns, schema, batches)

    def _stream(
        self, status: QueryStatus, columns: tuple[ResultColumn, ...], cancel: CancelToken
    ) -> Iterator[Any]:
        bucket, _, key = status.output_location.removeprefix("s3://").partition("/")
        with aws_call("s3", "GetObject"):
            body = self._session.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
            try:
                yield from stream_csv(body, columns, cancel)
            finally:
                body.close()

    def _page(
        self,
        status: QueryStatus,
        columns: tuple[ResultColumn, ...],
        first: dict[str, Any],
        header: bool,
        cancel: CancelToken,
    ) -> Iterator[Any]:
        client = self._session.client("athena")
        answer, skip = first, 1 if header else 0
        while True:
            cancel.raise_if_cancelled()
            rows = [
                [cell.get("VarCharValue") for cell in row.get("Data") or []]
                for row in (answer["ResultSet"].get("Rows") or [])[skip:]
            ]
            skip = 0
            if rows:
                yield decode_rows(rows, columns)
            token = answer.get("NextToken")
            if not token:
                return
            with aws_call("athena", "GetQueryResults"):
                answer = client.get_query_results(
                    QueryExecutionId=status.execution_id, NextToken=token, MaxResults=1000
                )
            if answer.get("NextToken") == token:
                raise ProtocolError(
                    "athena:GetQueryResults keeps answering the same page.", "Run the query again."
                )

    def close(self) -> None:
        """Close connections."""
        self._session.close()


def create(options: ConnectionOptions) -> AthenaConnector:
    """The manifest's factory."""
    return AthenaConnector(options)
