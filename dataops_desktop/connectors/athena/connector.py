"""Amazon Athena as a QueryEngine.

Facts: paging through GetQueryResults costs a hundred times the CPU of streaming the result object from S3, so rows come
from the object; types come from one GetQueryResults call; DDL writes text, and a workgroup with managed results has no
object, so both are paged. StartQueryExecution goes through a one-attempt client with a ClientRequestToken of ours: the
same token answers the same execution instead of paying twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dataops_desktop.aws.check import checked
from dataops_desktop.aws.errors import ErrorRule, aws_call, required
from dataops_desktop.aws.ranged import RangedObject
from dataops_desktop.aws.session import AwsSession, shared_session
from dataops_desktop.connectors.athena.decode import arrow_schema, decode_rows, stream_csv, zones_of
from dataops_desktop.connectors.athena.records import (
    catalogs,
    query_status,
    runtime_statistics,
    stored_statements,
    workgroups,
)
from dataops_desktop.errors import (
    DataOpsError,
    InputError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    QueryFailedError,
    ServiceError,
)
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.interfaces.connector import Capability, ConnectionCheck, Link
from dataops_desktop.interfaces.query_engine import (
    QueryRequest,
    QuerySettings,
    QueryStatus,
    ResultColumn,
    ResultStream,
    RuntimeStatistics,
    StoredStatement,
    Workgroup,
)

# StartQueryExecution, BatchGetQueryExecution and ListQueryExecutions: botocore's service model for athena.
LONGEST_QUERY_BYTES, BATCH = 262_144, 50

RESULT_PACK = (
    ErrorRule(
        "NoSuchKey",
        lambda _: NotFoundError(
            "The query's result is not in S3 any more: a lifecycle rule or a person deleted it.",
            "Run the query again.",
            title="The result is gone",
        ),
    ),
    ErrorRule(
        "PreconditionFailed",
        lambda _: ProtocolError("The query's result changed while it was read.", "Run the query again."),
    ),
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
        "InvalidRequestException",
        lambda m: InputError(
            m,
            "Choose an output location that exists, in the region you query: the worksheet's settings, or the workgroup's.",
            title="The result cannot be stored there",
        ),
        "S3 location",
    ),
    ErrorRule(
        "InvalidRequestException",
        lambda m: InputError(
            m,
            "Correct the expected bucket owner in the worksheet's settings, or choose another output location.",
        ),
        "owner",
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


def _result_configuration(settings: QuerySettings) -> dict[str, Any]:
    """StartQueryExecution's ResultConfiguration; empty where nothing was chosen."""
    found: dict[str, Any] = {}
    if settings.output_location:
        found["OutputLocation"] = settings.output_location
    if settings.encryption:
        found["EncryptionConfiguration"] = {
            "EncryptionOption": settings.encryption,
            **({"KmsKey": settings.kms_key} if settings.kms_key else {}),
        }
    if settings.expected_owner:
        found["ExpectedBucketOwner"] = settings.expected_owner
    return found


class _Opening:
    """The result object, asked for while GetQueryResults still tells the types: two round trips in the time of one."""

    def __init__(self, client: Any, status: QueryStatus, cancel: CancelToken) -> None:
        bucket, _, key = status.output_location.removeprefix("s3://").partition("/")
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="dataops-result")
        self._future = self._pool.submit(
            RangedObject, client, bucket, key, RESULT_PACK, cancel.raise_if_cancelled
        )
        self._pool.shutdown(wait=False)  # no more will be asked of it

    def body(self) -> RangedObject:
        """The open object; raises what kept it from opening."""
        return self._future.result()

    def discard(self) -> None:
        """Nobody will read it."""
        try:
            self._future.result().close()
        except DataOpsError:
            return  # it could not be opened, and need not be


class AthenaConnector:
    """One account's Athena in one region."""

    id = "athena"

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._may_batch = True

    @property
    def source(self) -> str:
        """`aws:<account>:<region>`."""
        return self._session.source()

    def capabilities(self) -> tuple[Capability, ...]:
        """Queries, cancel and streaming of results."""
        return (Capability("query", True), Capability("cancel", True))

    def check(self) -> ConnectionCheck:
        """ListWorkGroups, one row."""

        def call() -> ConnectionCheck:
            with aws_call("athena", "ListWorkGroups", ERROR_PACK):
                answer = self._session.client("athena").list_work_groups(MaxResults=1)
            required(answer, "WorkGroups", "athena", "ListWorkGroups")
            return ConnectionCheck("connected", "Query editor enabled")

        return checked(call)

    def who(self) -> str:
        """The caller's ARN."""
        return self._session.who()

    def workgroups(self) -> list[Workgroup]:
        """Every workgroup with the settings its queries inherit."""
        return workgroups(self._session.client("athena"))

    def catalogs(self) -> list[str]:
        """AwsDataCatalog first."""
        return catalogs(self._session.client("athena"))

    def runtime(self, execution_id: str) -> RuntimeStatistics:
        """GetQueryRuntimeStatistics."""
        return runtime_statistics(self._session.client("athena"), execution_id)

    def stored_statements(self, workgroup: str) -> list[StoredStatement]:
        """Named queries and prepared statements."""
        return stored_statements(self._session.client("athena"), workgroup)

    def past(self, workgroup: str, token: str | None) -> tuple[list[QueryStatus], str | None]:
        """ListQueryExecutions and BatchGetQueryExecution: 50 of the last 45 days' queries."""
        client = self._session.client("athena")
        with aws_call("athena", "ListQueryExecutions", ERROR_PACK):
            answer = client.list_query_executions(
                WorkGroup=workgroup, MaxResults=BATCH, **({"NextToken": token} if token else {})
            )
        ids = required(answer, "QueryExecutionIds", "athena", "ListQueryExecutions")
        found = self._batch(ids)
        return [found[known] for known in ids if known in found], answer.get("NextToken")

    def start(self, request: QueryRequest) -> str:
        """StartQueryExecution, sent once."""
        size = len(request.sql.encode("utf-8", "surrogatepass"))
        if size > LONGEST_QUERY_BYTES:
            raise InputError(
                f"The statement has {size:,} bytes; Athena takes {LONGEST_QUERY_BYTES:,}.",
                "Shorten it, for example by joining a table instead of listing its values.",
            )
        arguments: dict[str, Any] = {"QueryString": request.sql}
        if request.token:
            arguments["ClientRequestToken"] = request.token
        settings = request.settings
        scope = {"Database": request.database, "Catalog": settings.catalog}
        if any(scope.values()):
            arguments["QueryExecutionContext"] = {name: value for name, value in scope.items() if value}
        if request.workgroup:
            arguments["WorkGroup"] = request.workgroup
        if configuration := _result_configuration(settings):
            arguments["ResultConfiguration"] = configuration
        if settings.reuse_minutes is not None:
            arguments["ResultReuseConfiguration"] = {
                "ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": settings.reuse_minutes}
            }
        if request.parameters:
            arguments["ExecutionParameters"] = list(request.parameters)
        with aws_call("athena", "StartQueryExecution", ERROR_PACK):
            answer = self._session.client("athena", paid=True).start_query_execution(**arguments)
        return str(required(answer, "QueryExecutionId", "athena", "StartQueryExecution"))

    def status(self, execution_id: str) -> QueryStatus:
        """GetQueryExecution."""
        with aws_call("athena", "GetQueryExecution"):
            answer = self._session.client("athena").get_query_execution(QueryExecutionId=execution_id)
        return query_status(required(answer, "QueryExecution", "athena", "GetQueryExecution"))

    def statuses(self, execution_ids: Sequence[str]) -> dict[str, QueryStatus]:
        """One call for all: BatchGetQueryExecution, or GetQueryExecution for a single one and where a policy allows no batch."""
        if len(execution_ids) > 1 and self._may_batch:
            try:
                return self._batch(execution_ids)
            except PermissionDeniedError:
                self._may_batch = False
        return {known: self.status(known) for known in execution_ids}

    def _batch(self, execution_ids: Sequence[str]) -> dict[str, QueryStatus]:
        if not execution_ids:
            return {}
        with aws_call("athena", "BatchGetQueryExecution", ERROR_PACK):
            answer = self._session.client("athena").batch_get_query_execution(
                QueryExecutionIds=list(execution_ids)[:BATCH]
            )
        records = required(answer, "QueryExecutions", "athena", "BatchGetQueryExecution")
        return {record["QueryExecutionId"]: query_status(record) for record in records}

    def stop(self, execution_id: str) -> None:
        """StopQueryExecution; without an id botocore would invent one, so an empty id is refused."""
        if not execution_id:
            raise InputError("There is no execution to stop.")
        with aws_call("athena", "StopQueryExecution"):
            self._session.client("athena").stop_query_execution(QueryExecutionId=execution_id)

    def results(self, status: QueryStatus, cancel: CancelToken) -> ResultStream:
        """The rows: from the result object where there is one, else paged."""
        client = self._session.client("athena")
        # The header and one row are enough for types and zones; text results are paged from here.
        from_object = status.output_location.endswith(".csv") and status.statement_type == "DML"
        opened = _Opening(self._session.client("s3"), status, cancel) if from_object else None
        try:
            return self._results(status, opened, client, cancel)
        except BaseException:
            if opened is not None:
                opened.discard()
            raise

    def _results(
        self, status: QueryStatus, opened: _Opening | None, client: Any, cancel: CancelToken
    ) -> ResultStream:
        from_object = opened is not None
        with aws_call("athena", "GetQueryResults"):
            first = client.get_query_results(
                QueryExecutionId=status.execution_id, MaxResults=2 if from_object else 1000
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
        if not columns:
            if opened is not None:
                opened.discard()
            return ResultStream(columns, arrow_schema(columns), iter(()))
        rows = [
            [cell.get("VarCharValue") for cell in row.get("Data") or []]
            for row in result_set.get("Rows") or []
        ]
        header = bool(rows) and rows[0] == [c.name for c in columns]
        values = rows[1 if header else 0 :]
        schema = arrow_schema(columns, zones_of(columns, values[0] if values else ()))
        if opened is not None and not header:
            opened.discard()
            # INSERT, UNLOAD: the object holds a row count of the service's own, not rows of the person's.
            return ResultStream((), arrow_schema(()), iter(()))
        batches = (
            self._stream(opened, columns, schema, cancel)
            if opened is not None
            else self._page(status, columns, schema, first, header, cancel)
        )
        return ResultStream(columns, schema, batches)

    @staticmethod
    def _stream(
        opened: _Opening, columns: tuple[ResultColumn, ...], schema: Any, cancel: CancelToken
    ) -> Iterator[Any]:
        with opened.body() as body:
            yield from stream_csv(body, columns, schema, cancel)

    def _page(
        self,
        status: QueryStatus,
        columns: tuple[ResultColumn, ...],
        schema: Any,
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
                yield decode_rows(rows, columns, schema)
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


def create(link: Link) -> AthenaConnector:
    """The manifest's factory."""
    return AthenaConnector(link.shared(shared_session))
